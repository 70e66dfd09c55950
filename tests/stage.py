"""The whole of casework in memory, with everything that anybody is shown on the way: a stage for stories.

Real front desk, delivery and clocks over a MemoryStore; Teams is the fake messenger. No HTTP, no disk.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.casework.desk import FrontDesk
from bot.casework.following import Following
from bot.casework.office import Office
from bot.casework.ports import Address, Member, Outgoing
from bot.casework.tables import ALL, CASES
from bot.definitions.loader import find_pack, load
from bot.delivery.clocks import Clocks
from bot.delivery.limits import Limits
from bot.delivery.outbox import Delivery
from bot.delivery.outcomes import Policy
from bot.model.definition import Definition
from bot.model.events import Answer, LifeKind, Lived, Place, Pressed, Said, Speaker
from bot.model.people import PersonId
from bot.model.problems import Problem
from bot.model.text import Text
from bot.people.file import PeopleFile
from bot.rehearsal.cards import NotOnCard, button, buttons, input_id, press_data
from bot.settings import ROOT
from cards.render import render
from cards.wire import read_press
from tests.fakes.messenger import FakeMessenger
from tests.fakes.store import MemoryStore

PEOPLE = ROOT / "bot" / "rehearsal" / "people.yaml"
PEOPLE_OF = {"kingsmead": PEOPLE, "ashford": PEOPLE.with_name("people-ashford.yaml")}
"""The demo people of each pack."""
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FREE = Limits(sends=((100_000, 1),), reads=((100_000, 1),), tenant=((100_000, 1),), margin_seconds=0.0)
QUICK = Policy(least_seconds=0.001, most_seconds=0.002, stop_seconds=0.2)
CHANNEL = "19:alerts@thread.tacv2"
TEAM = "19:team@thread.tacv2"
IN_TEAM = ("dsl", "deputy_dsl", "headteacher", "online_safety_officer")
_numbers = itertools.count(1)


class Noted(Mapping[str, Text]):
    """The texts of a definition, which keep in mind which of them were asked for."""

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self.texts = texts
        self.said: set[str] = set()

    def __getitem__(self, key: str) -> Text:
        self.said.add(key)
        return self.texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(slots=True)
class Shown:
    """A card as somebody was shown it. `summary` is what a lock screen may read."""

    name: str
    card: Mapping[str, Any]
    summary: str
    message: str


@dataclass(slots=True)
class Line:
    """A plain line that somebody was sent. `summary` is what a lock screen may read."""

    text: str
    summary: str


@dataclass(slots=True)
class Clock:
    """The school's time, wound by hand."""

    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Shelf:
    """One definition in force, and those that were before it."""

    definition: Definition
    others: dict[str, Definition] = field(default_factory=dict)

    def current(self) -> Definition:
        return self.definition

    def by_hash(self, content_hash: str) -> Definition:
        return self.definition if content_hash == self.definition.hash else self.others[content_hash]

    def switch(self, newer: Definition) -> None:
        """Put another version in force; the one before stays known."""
        self.others[self.definition.hash] = self.definition
        self.definition = newer


@dataclass(slots=True)
class Teams(FakeMessenger):
    """The fake messenger, which keeps everything that was ever shown, edits too, in order."""

    kept: list[tuple[str, str, Outgoing]] = field(default_factory=list)

    async def send(self, address: Address, message: Outgoing) -> str:
        activity = await FakeMessenger.send(self, address, message)
        self.kept.append((address.conversation, activity, message))
        return activity

    async def update(self, address: Address, activity_id: str, message: Outgoing) -> None:
        await FakeMessenger.update(self, address, activity_id, message)
        self.kept.append((address.conversation, activity_id, message))


class Stage:
    """People say and press; `shown` is every card that came of it, `lines` every plain line."""

    def __init__(self, definition: Definition) -> None:
        self.texts = Noted(definition.texts)
        self.definition = replace(definition, texts=self.texts)
        self.clock = Clock()
        self.store = MemoryStore(ALL, CASES)
        self.people = PeopleFile(PEOPLE_OF[definition.pack], self.definition)
        self.teams = Teams()
        self.shown: list[Shown] = []
        self.lines: list[Line] = []
        self.scene = ""
        self.answered: Shown | None = None
        self.gaps: tuple[str, ...] = ()
        self.faults: tuple[Problem, ...] = ()
        self.shelf = Shelf(self.definition)
        self._taken = 0
        self._seen: dict[str, list[Shown]] = {}
        self.office = Office(
            store=self.store,
            people=self.people,
            clock=self.clock,
            shelf=self.shelf,
            wake=lambda: None,
            gaps=lambda: self.gaps,
            faults=lambda: self.faults,
        )
        self.desk = FrontDesk(self.office)
        following = Following(self.office, self.teams)
        self.delivery = Delivery(self.store, following, self.teams, self.clock, limits=FREE, policy=QUICK)
        self.clocks = Clocks(self.store, following, self.clock)
        directory = self.office.directory()
        team = [p for p in directory.people.values() if set(IN_TEAM) & set(p.roles)]
        self.teams.open(CHANNEL, *(self.member(p.id) for p in team))
        self.teams.kinds[TEAM, CHANNEL] = "standard"

    def person(self, who: str) -> PersonId:
        """Somebody by role, by name or by id."""
        people = self.office.directory().people
        found = (p.id for p in people.values() if who in (p.id, p.name, p.id[-3:]) or who in p.roles)
        return next(found, who)

    def member(self, person: PersonId) -> Member:
        """Somebody as Teams lists them."""
        known = self.office.directory().people.get(person)
        return Member(member=f"29:{person[-3:]}", account=person, name=known.name if known else "Somebody")

    def place(self, person: PersonId, *, channel: str | None = None) -> Place:
        """Their own chat, or the channel."""
        return Place(
            tenant=self.office.directory().tenant,
            service_url="https://teams.example/",
            conversation=channel or f"a:{person}",
            scope="channel" if channel else "personal",
            member=f"29:{person[-3:]}",
            team=TEAM if channel else None,
            channel=channel,
        )

    def speaker(self, person: PersonId) -> Speaker:
        """Who acts."""
        return Speaker(id=person, name=self.member(person).name)

    async def install(self, *who: str) -> None:
        """The app for these, or for everybody."""
        people = [self.person(one) for one in who] or list(self.office.directory().people)
        for person in people:
            self.teams.open(f"a:{person}", self.member(person))
            await self.live("installed", person)

    async def live(self, kind: LifeKind, who: str, *, channel: str | None = None, **more: Any) -> None:
        """Something happens to an installation, a team or a message."""
        person = self.person(who)
        place = self.place(person, channel=channel)
        speaker = self.speaker(person)
        await self.desk.lived(
            Lived(kind=kind, speaker=speaker, place=place, activity_id=f"l{next(_numbers)}", **more)
        )
        await self.settle()

    async def link(self) -> None:
        """The channel gets the alerts."""
        await self.say("admin", "alert here", channel=CHANNEL)
        await self.press("dsl", "Yes, confirm")

    async def say(self, who: str, text: str, *, picture: bool = False, channel: str | None = None) -> None:
        """Type a message."""
        person = self.person(who)
        self.teams.rosters.setdefault(f"a:{person}", ())
        await self.desk.said(
            Said(
                speaker=self.speaker(person),
                place=self.place(person, channel=channel),
                activity_id=f"m{next(_numbers)}",
                text=text,
                picture=picture,
            )
        )
        await self.settle()

    async def press(self, person: str, label: str, /, *, channel: str | None = None, **typed: str) -> Answer:
        """Press the newest button with that label, with these answers by field."""
        person = self.person(person)
        where = channel or f"a:{person}"
        for seen in reversed(self._seen.get(where, [])):
            if label in (one.label for one in buttons(seen.card)):
                return await self.press_on(person, seen, label, channel=channel, **typed)
        shown = [[one.label for one in buttons(seen.card)] for seen in self._seen.get(where, [])[-4:]]
        raise NotOnCard(f"{person} sees no button {label!r}, only {shown}")

    async def press_on(
        self, person: str, seen: Shown, label: str, /, *, channel: str | None = None, **typed: str
    ) -> Answer:
        """Press a button of a card that is or was there."""
        person = self.person(person)
        action = button(seen.card, label).raw
        data = press_data(seen.card, action, {input_id(seen.card, k): v for k, v in typed.items()})
        read = read_press(action["verb"], data)
        return await self.send(
            person,
            read.verb,
            target=read.target,
            action_id=read.action_id,
            values=read.values,
            message=seen.message,
            channel=channel,
            name=label,
        )

    async def send(
        self,
        who: str,
        verb: str,
        *,
        target: str = "",
        action_id: str = "",
        values: Mapping[str, str] | None = None,
        message: str = "",
        channel: str | None = None,
        name: str = "",
        automatic: bool = False,
    ) -> Answer:
        """A press as it reaches the desk, from a card or made up."""
        person = self.person(who)
        answer = await self.desk.pressed(
            Pressed(
                speaker=self.speaker(person),
                place=self.place(person, channel=channel),
                activity_id=f"p{next(_numbers)}",
                verb=verb,
                target=target,
                action_id=action_id,
                values=values or {},
                message_id=message or None,
                automatic=automatic,
            )
        )
        self.answered = None
        if answer.view is not None:
            where, card = channel or f"a:{person}", render(answer.view)
            self.answered = self._show(where, card, answer.view.summary, message, name)
        elif answer.text:
            self.lines.append(Line(text=answer.text, summary=""))
        await self.settle()
        return answer

    async def wind(self, **by: float) -> None:
        """Let time pass."""
        self.clock.at += timedelta(**by)
        await self.settle()

    async def settle(self) -> None:
        """Return once nothing that is due waits; whatever comes next comes a second later."""
        self.clock.at += timedelta(seconds=1)
        for _ in range(4):
            await self.clocks.idle()
            await self.delivery.idle()
        fresh, self._taken = self.teams.kept[self._taken :], len(self.teams.kept)
        for conversation, activity, message in fresh:
            if message.card is not None:
                self._show(conversation, message.card, message.summary, activity, "sent")
            else:
                self.lines.append(Line(text=message.text, summary=message.summary))

    def last(self, who: str) -> Shown:
        """The newest card that somebody was shown in their chat."""
        return self._seen[f"a:{self.person(who)}"][-1]

    def _show(self, where: str, card: Mapping[str, Any], summary: str, message: str, name: str) -> Shown:
        shown = Shown(
            name=f"{self.scene}: {name or 'answer'} {len(self.shown)}",
            card=card,
            summary=summary,
            message=message,
        )
        self.shown.append(shown)
        self._seen.setdefault(where, []).append(shown)
        return shown


@asynccontextmanager
async def stage(scene: str, definition: Definition | None = None) -> AsyncIterator[Stage]:
    """A stage on which everybody has the app and the channel is linked, at nine on a Monday."""
    made = Stage(definition or load(find_pack("kingsmead")))
    made.scene = scene
    await made.desk.open()
    await made.delivery.start()
    await made.clocks.start()
    try:
        yield made
    finally:
        await made.clocks.stop()
        await made.delivery.stop()
