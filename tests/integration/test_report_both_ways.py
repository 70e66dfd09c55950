"""Every button of a reporter or a pupil leads to the same end by Action.Execute and by its Action.Submit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.rehearsal.cards import buttons
from bot.rehearsal.chat import Chat
from tests.integration.conftest import Handrail
from tests.integration.report_walks import ABI, RECEIPT, cases_in, report, runs_of

NEW, OLD = "Paul Plain-Demo", "Sid Senior-Demo"
"""Both hold no role towards any pupil or colleague of these tests."""

Step = tuple[str, Mapping[str, str]]
FIRST: Mapping[str, str] = {"what": "rules", "pupils_done": ABI}
FACTS: Mapping[str, str] = {
    "row": "non_educational_sites", "where": "school", "ticks": "none", "intent": "unknown",
}  # fmt: skip
SCRIPTS: Mapping[str, tuple[Step, ...]] = {
    "begin": (("Report something", {}),),
    "my reports": (("My reports", {}),),
    "danger yes": (("Report something", {}), ("Yes", {})),
    "danger not sure": (("Report something", {}), ("Not sure", FIRST)),
    "answer": (("Report something", {}), ("No", FIRST)),
    "wrong answer": (("Report something", {}), ("No", {})),
    "back": (("Report something", {}), ("No", FIRST), ("Back", {"happened": "Words"})),
    "save": (("Report something", {}), ("No", FIRST), ("Save for later", {"happened": "Words"})),
    "cancel": (("Report something", {}), ("No", FIRST), ("Cancel", {"happened": "Words"})),
    "go on": (("Report something", {}), ("Save for later", FIRST), ("Go on", {})),
    "send": (
        ("Report something", {}), ("No", FIRST), ("Next", {"happened": "Words"}), ("Next", FACTS),
        ("Send the report", {}),
    ),
}  # fmt: skip


async def press(bot: Handrail, chat: Chat, label: str, answers: Mapping[str, str], *, old: bool) -> None:
    """By Execute, or by Submit as an old client does; then everything has arrived."""
    if old:
        assert (await chat.submit(label, answers)).status == 200
    else:
        assert not (await chat.press(label, answers)).wrong
    await bot.settled()


def end(bot: Handrail, who: str) -> list[tuple[object, ...]]:
    return [
        (r.step, r.state, dict(r.answers), dict(r.errors), r.trail, len(r.cases)) for r in runs_of(bot, who)
    ]


@pytest.mark.parametrize("name", sorted(SCRIPTS))
async def test_both_ways_of_pressing_lead_to_the_same_end(bot: Handrail, name: str) -> None:
    for who, old in ((NEW, False), (OLD, True)):
        chat = bot.school.chat(who)
        await chat.say("hi")
        await bot.settled()
        for label, answers in SCRIPTS[name]:
            await press(bot, chat, label, answers, old=old)

    new_card, old_card = (bot.school.chat(who).last_card for who in (NEW, OLD))
    assert end(bot, NEW) == end(bot, OLD)
    assert old_card.buttons == new_card.buttons
    assert old_card.text.partition("\n")[0] == new_card.text.partition("\n")[0]
    cases = {c.reporter: c for c in cases_in(bot)}
    assert len({(c.urgency, c.routed.rule, c.complete) for c in cases.values()}) <= 1
    assert len(cases) in (0, 2)


@pytest.mark.parametrize(
    ("button", "send"),
    [("Add something", "Add it"), ("I'm still worried", "Send it"), ("This was a mistake", "Send it")],
)
async def test_the_receipts_buttons_do_the_same_both_ways(bot: Handrail, button: str, send: str) -> None:
    for who, old in ((NEW, False), (OLD, True)):
        await report(bot, who)
        chat = bot.school.chat(who)
        await press(bot, chat, button, {}, old=old)
        await press(bot, chat, "Back", {}, old=old)
        assert RECEIPT in chat.last_card.text
        await press(bot, chat, button, {}, old=old)
        await press(bot, chat, send, {"text": "Words afterwards"}, old=old)

    assert [[n.text for n in c.notes] for c in cases_in(bot)] == [["Words afterwards"], ["Words afterwards"]]
    assert len({c.mistake for c in cases_in(bot)}) == 1


@pytest.mark.parametrize("button", ["Add it to", "It is a new report"])
async def test_what_is_typed_after_sending_goes_the_same_way_both_ways(bot: Handrail, button: str) -> None:
    for who, old in ((NEW, False), (OLD, True)):
        await report(bot, who)
        chat = bot.school.chat(who)
        await chat.say("Words afterwards")
        await bot.settled()
        label = next(b for b in chat.last_card.buttons if b.startswith(button))
        await press(bot, chat, label, {}, old=old)

    assert end(bot, NEW) == end(bot, OLD)
    assert len({tuple(n.text for n in c.notes) for c in cases_in(bot)}) == 1


async def test_a_pupils_no_works_from_an_old_client(bot: Handrail) -> None:
    chat = bot.school.chat("Abi Pupil-Demo")
    await chat.say("Someone keeps sending me messages")
    await bot.settled()
    await press(bot, chat, "Don't pass on my words", {}, old=True)

    assert any("nothing more" in text for text in chat.texts)
    assert "asked that the words are not passed on" in cases_in(bot)[0].notes[0].text


async def test_a_submit_repeated_with_the_same_id_has_no_second_effect(bot: Handrail) -> None:
    chat = bot.school.chat(OLD)
    await chat.say("report")
    await bot.settled()
    sent = await chat.submit("Yes")
    await chat.repeat(sent, same_id=True)
    await chat.repeat(sent, same_id=False)
    await bot.settled()

    assert len(cases_in(bot)) == 1


async def test_every_button_that_a_reporter_sees_has_its_fallback_with_the_same_verb(bot: Handrail) -> None:
    chat = bot.school.chat(NEW)
    await chat.say("hi")
    await report(bot, NEW)
    await chat.press("Add something")
    await chat.say("Words afterwards")
    await bot.settled()
    for card in chat.cards:
        for one in buttons(card.content):
            assert one.fallback is not None
            assert one.fallback["data"] == one.raw["data"]
