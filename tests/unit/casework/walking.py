"""Casework over a real record, Teams in memory: people press at random, and what must never be is watched.

Every message is looked at when it is sent or edited, on the case as it stands at that moment.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.casework import verbs
from bot.casework.desk import FrontDesk
from bot.casework.following import Following
from bot.casework.incident import open_cases
from bot.casework.office import Office, new_id
from bot.casework.packs import PackShelf
from bot.casework.ports import Address, Member, Outgoing
from bot.casework.procedures.knowing import procedures_of
from bot.casework.reading import read_report
from bot.casework.reporting import facts_for
from bot.casework.tables import ALL, CASES, CHANNELS, CLOCKS, RUNS
from bot.definitions.loader import find_pack
from bot.delivery.clocks import Clocks
from bot.delivery.limits import Limits
from bot.delivery.outbox import Delivery
from bot.delivery.outcomes import Policy
from bot.engine.access import may_see
from bot.model.cases import Case, excluded_now
from bot.model.events import Answer, LifeKind, Lived, Place, Pressed, Speaker
from bot.model.outbox import Channel
from bot.model.people import PersonId
from bot.model.procedures import next_reminder
from bot.model.runs import Run
from bot.people.file import PeopleFile
from bot.settings import ROOT
from bot.store import JournalStore, open_store
from cards.limits import faults
from cards.render import render
from tests.fakes.messenger import FakeMessenger

PEOPLE = ROOT / "bot" / "rehearsal" / "people.yaml"
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FREE = Limits(sends=((100_000, 1),), reads=((100_000, 1),), tenant=((100_000, 1),), margin_seconds=0.0)
QUICK = Policy(least_seconds=0.001, most_seconds=0.002, roster_seconds=0.02, stop_seconds=0.2)
CHANNEL, TEAM = "19:alerts@thread.tacv2", "19:team@thread.tacv2"
URL = "https://teams.example/"
IN_TEAM = frozenset({"dsl", "deputy_dsl", "headteacher", "online_safety_officer"})
SECRET = "nobody-else-reads-this"
NAME = re.compile(r"\w+ \w+-Demo")


@dataclass(slots=True)
class Time:
    """Wound by hand."""

    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Watched(FakeMessenger):
    """Teams in memory; tells the world of each message as it goes."""

    world: World | None = None
    read: tuple[Member, ...] = ()

    async def members(self, address: Address) -> tuple[Member, ...]:
        self.read = await FakeMessenger.members(self, address)
        return self.read

    async def send(self, address: Address, message: Outgoing) -> str:
        self._look(address, message)
        return await FakeMessenger.send(self, address, message)

    async def update(self, address: Address, activity_id: str, message: Outgoing) -> None:
        self._look(address, message)
        await FakeMessenger.update(self, address, activity_id, message)

    def _look(self, address: Address, message: Outgoing) -> None:
        if self.world is not None:
            self.world.look(address.conversation, message)


@dataclass(slots=True)
class World:
    """A school whose people do anything. `wrongs` is what happened and must not."""

    folder: Path
    random: Random
    time: Time = field(default_factory=Time)
    teams: Watched = field(default_factory=Watched)
    wrongs: list[str] = field(default_factory=list)
    revisions: dict[str, int] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)
    store: JournalStore = field(init=False)
    office: Office = field(init=False)
    desk: FrontDesk = field(init=False)
    delivery: Delivery = field(init=False)
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_store(self.folder, ALL, case_table=CASES)
        shelf = PackShelf(find_pack("kingsmead"), self.store)
        people = PeopleFile(PEOPLE, shelf.current())
        self.office = Office(store=self.store, people=people, clock=self.time, shelf=shelf, wake=lambda: None)
        self.desk = FrontDesk(self.office)
        following = Following(self.office, self.teams)
        self.delivery = Delivery(self.store, following, self.teams, self.time, limits=FREE, policy=QUICK)
        self.clocks = Clocks(self.store, following, self.time)
        self.teams.world = self
        shelf.keep(self.time.now())

    # --- who and where ---

    def staff(self) -> list[PersonId]:
        return [p.id for p in self.office.directory().people.values()]

    def belongs(self, person: PersonId) -> bool:
        """Whether the person may be in the team that gets the alerts."""
        return bool(IN_TEAM & set(self.office.directory().people[person].roles))

    def member(self, person: PersonId) -> Member:
        return Member(
            member=f"29:{person[-3:]}", account=person, name=self.office.directory().people[person].name
        )

    def place(self, person: PersonId, *, channel: bool = False) -> Place:
        return Place(
            tenant=self.office.directory().tenant, service_url=URL,
            conversation=CHANNEL if channel else f"a:{person}",
            scope="channel" if channel else "personal", member=f"29:{person[-3:]}",
            team=TEAM if channel else None, channel=CHANNEL if channel else None,
        )  # fmt: skip

    def case(self, key: str) -> Case:
        found = self.store.get(CASES, key)
        assert found is not None
        return found

    # --- what must never happen ---

    def look(self, conversation: str, message: Outgoing) -> None:
        """A message goes: nobody excluded gets a word, no channel a name or anything restricted."""
        words = f"{message.text}\n{json.dumps(message.card, ensure_ascii=False)}\n{message.summary}"
        for case in map(self.case, self.cases):
            if case.number not in words and case.id not in words:
                continue
            if conversation == CHANNEL:
                self._in_channel(case, words, {m.name for m in message.mentions})
            elif conversation.removeprefix("a:") in excluded_now(case):
                self._to_excluded(case, conversation.removeprefix("a:"), words)
            elif SECRET + case.id in words and not self.may_read(case, conversation.removeprefix("a:")):
                self.wrongs.append(f"{case.number}: its words went to {conversation}")
        if message.summary and (SECRET in message.summary or NAME.search(message.summary)):
            self.wrongs.append("a preview says more than number, urgency and time")

    def _in_channel(self, case: Case, words: str, mentioned: set[str]) -> None:
        if case.routed.restricted:
            self.wrongs.append(f"{case.number}: restricted, and in a channel")
        if set(NAME.findall(words)) - mentioned or SECRET in words:
            self.wrongs.append(f"{case.number}: names or words in a channel")
        present = {m.account for m in self.teams.read}
        if excluded_now(case) & present:
            self.wrongs.append(f"{case.number}: posted where somebody left out can read it")

    def _to_excluded(self, case: Case, person: PersonId, words: str) -> None:
        """Left out: a reporter still has number and state of what they reported, nobody anything else."""
        if person != case.reporter or SECRET in words:
            self.wrongs.append(f"{case.number}: a message to {person[-3:]}, who is left out of it")

    def may_read(self, case: Case, person: PersonId) -> bool:
        reader = may_see(case, person, self.office.directory(), self.time.now())
        return reader or person == case.reporter

    def reached(self, case: Case) -> list[PersonId]:
        """Everybody in whose chat something of the case stands."""
        found = []
        for person in self.staff():
            shown = (p.message for p in self.teams.shown(f"a:{person}"))
            if any(case.number in f"{m.text}{json.dumps(m.card)}{m.summary}" for m in shown):
                found.append(person)
        return found

    def shown_outside(self, case: Case) -> bool:
        """Whether the reporter was shown the way outside; one who is left out learns the number alone."""
        lines = (p.message.text for p in self.teams.shown(f"a:{case.reporter}"))
        return any(case.number in line and ("social care" in line or "is recorded" in line) for line in lines)

    def look_round(self) -> None:
        """After a step: what stands in the chats, and that the record only ever grows."""
        for case in map(self.case, self.cases):
            if case.revision < self.revisions.get(case.id, 0):
                self.wrongs.append(f"{case.number}: its revision fell")
            self.revisions[case.id] = case.revision
            for person in excluded_now(case) - {case.reporter}:
                for posted in self.teams.shown(f"a:{person}"):
                    words = f"{posted.message.text}{json.dumps(posted.message.card)}{posted.message.summary}"
                    if case.number in words or case.id in words:
                        self.wrongs.append(f"{case.number}: still stands in the chat of {person[-3:]}")
            holding = {case.owner.accepted_by, case.oversight.accepted_by} & excluded_now(case)
            if holding and case.closing is None:
                self.wrongs.append(f"{case.number}: somebody left out still holds a role in it")
            self._procedures(case)
            for decision in case.decisions:
                column = next(
                    (
                        c
                        for t in self.office.definition_of(case).tables.values()
                        for c in t.columns
                        if c.key == decision.action and decision.role in (*c.may_decide, *c.held_by)
                    ),
                    None,
                )
                if column is None or not decision.why:
                    self.wrongs.append(f"{case.number}: decided by {decision.role}, who may not")

    def _procedures(self, case: Case) -> None:
        """Nobody signs one approval twice; a step that is due has its clock; nothing that waits is lost."""
        for procedure in procedures_of(self.office.unit(), case):
            signed = [s for s in procedure.signatures if s.at >= procedure.step_began_at]
            now = [s for s in signed if s.step == procedure.step]
            if len({s.by for s in now}) < len(now) or len({s.role for s in now}) < len(now):
                self.wrongs.append(f"{case.number}: somebody signed twice")
            times = (next_reminder(procedure), procedure.expires_at, procedure.wakes_at)
            armed = self.store.get(CLOCKS, procedure.clock_id or "") is not None
            if procedure.state == "open" and any(times) and not armed:
                self.wrongs.append(f"{case.number}: {procedure.flow} waits for a clock that is not there")

    # --- what people do ---

    async def press(
        self,
        person: PersonId,
        verb: str,
        case: Case,
        action_id: str,
        values: Mapping[str, str] | None = None,
        *,
        channel: bool = False,
        step: bool = False,
    ) -> Answer:
        """Any press; the answer is looked at as a message would be.

        `step`: of a procedure. Whoever is asked for one learns the number, and nothing of the report.
        """
        answer = await self.desk.pressed(
            Pressed(
                speaker=Speaker(id=person, name=""), place=self.place(person, channel=channel),
                activity_id=new_id(), verb=verb, target=case.id, action_id=action_id,
                values=values or {},
                fallback=not channel and self.random.random() < 0.2,
            )
        )  # fmt: skip
        stands = self.case(case.id)
        words = answer.text + (json.dumps(render(answer.view)) if answer.view else "")
        for typed in (values or {}).values():
            # What they typed themselves is given back to them, whoever they are.
            words = words.replace(typed, "") if SECRET in typed else words
        if answer.view is not None and (wrong := faults(render(answer.view))):
            self.wrongs.append(f"{verb} {action_id}: {wrong[0]}")
        seen = SECRET in words or (case.number in words and not step)
        if person in excluded_now(stands) - {stands.reporter} and case.number in words:
            self.wrongs.append(f"{case.number}: {verb} named it to {person[-3:]}, who is left out")
        if seen and not may_see(stands, person, self.office.directory(), self.time.now()):
            self.wrongs.append(f"{case.number}: {verb} answered {person[-3:]}, who may not see it")
        return answer

    async def live(self, kind: LifeKind, person: PersonId, *, channel: bool = False) -> None:
        """Something happens to an installation or to the team."""
        await self.desk.lived(
            Lived(
                kind=kind, speaker=Speaker(id=person, name=""), place=self.place(person, channel=channel),
                activity_id=new_id(), members=(person,) if channel else (),
            )
        )  # fmt: skip

    async def report(self, person: PersonId, *, stage: str = "sent", **answers: str) -> list[Case]:
        """A report with these answers, as its last press records it."""
        definition = self.office.shelf.current()
        flow = definition.flows["report"]
        run = Run(
            id=new_id(), flow="report", definition=definition.hash, person=person, step="end_sent",
            state="sent", revision=1, visit=9, begun_at=self.time.now(), touched_at=self.time.now(),
            answers=answers, trail=tuple(k for k, s in flow.steps.items() if s.kind == "form"),
        )  # fmt: skip
        unit = self.office.unit()
        facts = facts_for(self.office, definition, run, {})
        cases = open_cases(self.office, unit, read_report(definition, run, facts, self.time.now()), stage)
        unit.put(RUNS, run.id, replace(run, cases=tuple(c.id for c in cases)))
        unit.stage()
        self.cases += [c.id for c in cases]
        await self.settle()
        return [self.case(c.id) for c in cases]

    async def settle(self) -> None:
        """Return once nothing that is due waits."""
        self.time.at += timedelta(seconds=1)
        for _ in range(3):
            await self.clocks.idle()
            await self.delivery.idle()
        self.look_round()

    def offer(self, case: Case, key: str) -> str:
        """The action_id of an action as offered now; sometimes an older or a made-up one."""
        action = self.office.definition_of(case).actions[key]
        if self.random.random() < 0.1:
            return f"{key}.{self.random.choice(('0', '1', '17', 'x', ''))}"
        return verbs.offer_id(case, action, self.time.now())


@asynccontextmanager
async def world(folder: Path, seed: int) -> AsyncIterator[World]:
    """A school with the app for everybody and its channel linked."""
    made = World(folder=folder, random=Random(seed))
    directory = made.office.directory()
    team = [made.member(p.id) for p in directory.people.values() if IN_TEAM & set(p.roles)]
    made.teams.open(CHANNEL, *team)
    unit = made.office.unit()
    linked = Channel(
        id=CHANNEL, tenant=directory.tenant, service_url=URL, team=TEAM, linked_by=made.staff()[0],
        asked_at=MONDAY, state="linked",
    )  # fmt: skip
    unit.put(CHANNELS, CHANNEL, linked)
    unit.stage()
    await made.desk.open()
    await made.delivery.start()
    await made.clocks.start()
    try:
        for person in made.staff():
            made.teams.open(f"a:{person}", made.member(person))
            await made.live("installed", person)
        await made.settle()
        yield made
    finally:
        await made.clocks.stop()
        await made.delivery.stop()
        made.store.close()
