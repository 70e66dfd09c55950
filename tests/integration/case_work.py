"""Cases on a running Handrail: opened as a report's last press opens them, handled by whoever is entitled.

Every press goes through the desk as the Teams edge calls it, and every card that comes back is one that Teams
would carry. What people see is read from the rehearsal's chats, so it went over real HTTP.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.casework import messages, verbs
from bot.casework.composing import Compositor
from bot.casework.incident import open_cases
from bot.casework.office import new_id
from bot.casework.ports import Envelope
from bot.casework.procedures.knowing import open_ones
from bot.casework.reading import read_report
from bot.casework.reporting import facts_for
from bot.casework.tables import CASES, CLOCKS, OUTBOX, POSTED, REFERENCES
from bot.engine.hours import next_open
from bot.model.cases import Case
from bot.model.events import Answer, Place, Pressed, Speaker
from bot.model.people import PersonId
from bot.model.runs import Run
from bot.model.views import Facts, Notice, Paragraph, View
from bot.rehearsal.conversations import Message
from cards.limits import faults
from cards.render import render
from tests.integration.conftest import Handrail, handrail

ABI, BEN, ELSIE = "pupil:p001", "pupil:p002", "pupil:p005"
DEE, DAN, DELLA, HETTY, OLLY, YARA, YUSUF, DORA, TESS, TOM, TARA, IAN, GWEN, SAL, SID, ADA, PAUL = (
    "Dee Lead-Demo", "Dan Deputy-Demo", "Della Deputy-Demo", "Hetty Head-Demo", "Olly Online-Demo",
    "Yara Year-Demo", "Yusuf Year-Demo", "Dora Department-Demo", "Tess Tutor-Demo", "Tom Tutor-Demo",
    "Tara Tutor-Demo", "Ian Network-Demo", "Gwen Governor-Demo", "Sal Senior-Demo", "Sid Senior-Demo",
    "Ada Admin-Demo", "Paul Plain-Demo",
)  # fmt: skip
EVERYBODY = (
    DEE, DAN, DELLA, HETTY, OLLY, YARA, YUSUF, DORA, TESS, TOM, TARA, IAN, GWEN, SAL, SID, ADA, PAUL,
)  # fmt: skip
MINUTE, HOUR, DAY = 60, 3600, 86400


@asynccontextmanager
async def school_day(data: Path, **more: Any) -> AsyncIterator[Handrail]:
    """A Handrail on a school day at ten; at the end its record holds, and it could make every message.

    `more`: the keywords of `handrail`.
    """
    async with handrail(data, **more) as bot:
        await ten_o_clock(bot)
        yield bot
        await bot.settled()
        assert_sound(bot)


async def ten_o_clock(bot: Handrail) -> None:
    """Ten in the morning of the next school day."""
    school, now = bot.service.office.shelf.current().school, bot.service.office.now()
    local = next_open(school, now + timedelta(hours=14)).astimezone(ZoneInfo(school.zone))
    at_ten = local.replace(hour=10, minute=0, second=0, microsecond=0)
    await bot.wind(max(0.0, (at_ten - now).total_seconds()))


def assert_sound(bot: Handrail) -> None:
    """The record verifies, and nothing died because it could not be drawn or was too big."""
    assert bot.service.store.verify() == ()
    dead = (bot.service.store.get(OUTBOX, key) for key in bot.service.store.find(OUTBOX, "state", "dead"))
    assert [i.kind for i in dead if i and i.failure in ("card_faulty", "compose_failed")] == []


def who(bot: Handrail, name: str) -> PersonId:
    """A colleague's id by name, or by a role."""
    return f"{bot.service.office.directory().tenant}/{bot.school.person(name).id}".lower()


async def opened(bot: Handrail, by: str = TESS, *, stage: str = "sent", **answers: str) -> list[Case]:
    """The cases of a report with these answers, opened as its last press does, and everybody told."""
    office = bot.service.office
    definition = office.shelf.current()
    flow = definition.flows["report"]
    given = {"danger": "no", "happened": "Something was seen", "ticks": "none", **answers}
    run = Run(
        id=new_id(), flow="report", definition=definition.hash, person=who(bot, by), step="end_sent",
        state="sent", revision=1, visit=9, begun_at=office.now(), touched_at=office.now(), answers=given,
        trail=tuple(k for k, s in flow.steps.items() if s.kind == "form"),
    )  # fmt: skip
    unit = office.unit()
    report = read_report(definition, run, facts_for(office, definition, run, {}), office.now())
    cases = open_cases(office, unit, report, stage)
    run = unit.run(replace(run, cases=tuple(c.id for c in cases)))
    messages.show_run(office, unit, run, fresh=True)
    unit.stage()
    office.wake()
    await bot.settled()
    return [now(bot, case) for case in cases]


async def rules(bot: Handrail, row: str = "social_media", pupil: str = ABI, **more: str) -> Case:
    """One case of a pupil who broke a rule."""
    cases = await opened(
        bot, **{"what": "rules", "pupils_done": pupil, "row": row, "where": "school", **more}
    )
    return cases[0]


async def child(bot: Handrail, **more: str) -> Case:
    """One case of a child who may be at risk: serious, the DSL's."""
    given = {"what": "child", "pupils_affected": ABI, "others": "not_known", "ticks": "self_harm", **more}
    return (await opened(bot, **given))[0]


async def adult(bot: Handrail, about: str, *, harm: str = "yes", **more: str) -> Case:
    """One case about an adult of the school."""
    given = {"what": "adult", "adults": who(bot, about), "harm": harm, **more}
    return (await opened(bot, **given))[0]


def now(bot: Handrail, case: Case) -> Case:
    """The case as it stands."""
    found = bot.service.store.get(CASES, case.id)
    assert found is not None
    return found


async def press(bot: Handrail, name: str, verb: str, target: str, action_id: str, **more: object) -> Answer:
    """A press by that person, in their own chat or (scope) in the channel."""
    person = who(bot, name)
    reference = bot.service.store.get(REFERENCES, person)
    scope = str(more.pop("scope", "personal"))
    place = Place(
        tenant=person.partition("/")[0],
        service_url=reference.service_url if reference else bot.school.service_url,
        conversation=reference.conversation if reference and scope == "personal" else "19:elsewhere",
        scope="channel" if scope == "channel" else "personal",
        member=reference.member if reference else "29:nobody",
        language="en",
    )
    pressed = Pressed(
        speaker=Speaker(id=person, name=name), place=place, activity_id=new_id(), verb=verb, target=target,
        action_id=action_id, automatic=bool(more.pop("automatic", False)),
        values={k: str(v) for k, v in more.items()},
    )  # fmt: skip
    answer = await bot.service.desk.pressed(pressed)
    if answer.view is not None:
        assert faults(render(answer.view)) == ()
    return answer


async def open_case(bot: Handrail, name: str, case: Case) -> View:
    """What that person sees on opening it. Fails where they may see nothing."""
    answer = await press(bot, name, verbs.OPEN, case.id, "open")
    await bot.settled()
    assert answer.view is not None, answer.text
    return answer.view


def offer(bot: Handrail, case: Case, key: str) -> str:
    """The action_id under which an action of the case is offered now."""
    case = now(bot, case)
    action = bot.service.office.definition_of(case).actions[key]
    return verbs.offer_id(case, action, bot.service.office.now())


async def do(bot: Handrail, name: str, case: Case, key: str, **values: str) -> Answer:
    """The action done as offered now; the answer, whatever it is."""
    answer = await press(bot, name, verbs.DO, case.id, offer(bot, case, key), **values)
    await bot.settled()
    return answer


async def done(bot: Handrail, name: str, case: Case, key: str, **values: str) -> Case:
    """The action done; the case afterwards. Fails where it was refused.

    Before closing, procedures that hold the case open are stopped by the same person.
    """
    if offer_does(bot, case, key) == "close":
        await stop_procedures(bot, name, case)
    answer = await do(bot, name, case, key, **values)
    assert not answer.refused, answer.text or text_of(answer)
    return now(bot, case)


def offer_does(bot: Handrail, case: Case, key: str) -> str:
    """What an action does."""
    return bot.service.office.definition_of(now(bot, case)).actions[key].does


async def stop_procedures(bot: Handrail, name: str, case: Case) -> None:
    """Every open procedure of the case ended, with a reason."""
    for each in open_ones(bot.service.office.unit(), now(bot, case)):
        form = await press(bot, name, verbs.STOP, case.id, "stop")
        mark = (
            next((a.action_id for a in form.view.actions if a.verb == verbs.STOP_DO), "") if form.view else ""
        )
        await press(bot, name, verbs.STOP_DO, case.id, mark, flow=each.id, why="It is settled")
    await bot.settled()


async def close(bot: Handrail, name: str, case: Case, outcome: str = "found", **more: str) -> Case:
    """Closed by that person."""
    return await done(bot, name, case, "close", outcome=outcome, why="It is settled", **more)


def text_of(answer: Answer | View) -> str:
    """All the words of an answer."""
    if isinstance(answer, Answer):
        return answer.text if answer.view is None else text_of(answer.view)
    lines: list[str] = []
    for block in answer.blocks:
        if isinstance(block, Paragraph | Notice):
            lines.append(block.text)
        elif isinstance(block, Facts):
            lines.extend(f"{label}: {value}" for label, value in block.rows)
    return "\n".join(lines)


def buttons(answer: Answer | View) -> list[str]:
    """The labels of its buttons."""
    view = answer.view if isinstance(answer, Answer) else answer
    return [] if view is None else [action.label for action in view.actions]


def words_of(message: Message) -> str:
    """Everything that a message says or shows on a locked screen."""
    return f"{message.text}\n{json.dumps(message.card, ensure_ascii=False)}\n{message.summary}"


def in_chat(bot: Handrail, name: str, case: Case) -> list[str]:
    """What in that person's own chat names the case or belongs to it."""
    found = (words_of(m) for m in bot.school.chat(name).messages if m.sender is None)
    return [words for words in found if case.number in words or case.id in words]


def lines_to(bot: Handrail, name: str, case: Case) -> list[str]:
    """The plain lines about the case in that person's chat."""
    return [text for text in bot.school.chat(name).texts if case.number in text]


def reached(bot: Handrail, case: Case) -> set[str]:
    """Everybody with a word about the case in their chat."""
    return {name for name in EVERYBODY if in_chat(bot, name, case)}


def asked(bot: Handrail, case: Case) -> set[str]:
    """Whom the messages that wait for this case would reach now, where delivery was stopped."""
    office = bot.service.office
    compositor, found = Compositor(office), set()
    for key in office.store.find(OUTBOX, "case", case.id):
        item = office.store.get(OUTBOX, key)
        if item is not None and item.to_channel is None:
            answer = compositor.compose(item, office.now(), roster=None)
            if isinstance(answer, Envelope) and answer.person:
                found.add(office.directory().people[answer.person].name)
    return found


def in_channel(bot: Handrail, case: Case) -> list[str]:
    """What stands in the channel about the case, posts and replies."""
    found = (words_of(m) for post in bot.school.channel().posts for m in post.messages)
    return [words for words in found if case.number in words or case.id in words]


def climbing(bot: Handrail, case: Case) -> set[str]:
    """The duties of the case for which a climb's clock is armed."""
    found = (bot.service.store.get(CLOCKS, key) for key in bot.service.store.find(CLOCKS, "case", case.id))
    return {alarm.duty for alarm in found if alarm is not None and alarm.kind == "climb"}


def live_messages(bot: Handrail, name: str, case: Case) -> list[str]:
    """The slots of the case's messages to that person that the record knows."""
    found = (bot.service.store.get(POSTED, key) for key in bot.service.store.find(POSTED, "case", case.id))
    return [p.slot for p in found if p is not None and p.person == who(bot, name)]
