"""How a member of staff walks a report through real HTTP, from the first card to the receipt."""

from __future__ import annotations

from bot.casework.tables import CASES, RUNS
from bot.model.cases import Case
from bot.model.runs import Run
from bot.rehearsal.cards import button, inputs
from bot.rehearsal.chat import Chat, Seen
from bot.rehearsal.conversations import plain
from bot.rehearsal.line import Answered
from tests.integration.conftest import Handrail

ABI, BEN, ELSIE, KEMI = "pupil:p001", "pupil:p002", "pupil:p005", "pupil:p011"
"""7A, whose tutor is the chat `tutor`; 7A; 7B; 9A."""

ONWARD = ("Next", "I understand", "Send the report", "Send")
MOST_CARDS = 14
RECEIPT = "Your report is recorded"
ORDINARY = {
    "what": "rules",
    "pupils_done": ABI,
    "happened": "They were on a game site.",
    "row": "non_educational_sites",
    "staff_row": "personal_use",
    "where": "school",
    "ticks": "none",
    "intent": "unknown",
    "harm": "no",
}


def account(bot: Handrail, who: str) -> str:
    """Somebody's Entra id by role key or name."""
    return bot.school.person(who).id


def person(bot: Handrail, who: str) -> str:
    """Somebody's PersonId by role key or name."""
    return f"{bot.service.office.directory().tenant}/{account(bot, who)}"


def cases_in(bot: Handrail) -> list[Case]:
    """Every case, oldest first."""
    store = bot.service.store
    keys = [*store.find(CASES, "state", "open"), *store.find(CASES, "state", "closed")]
    found = (store.get(CASES, key) for key in keys)
    return sorted((c for c in found if c), key=lambda c: c.opened_at)


def runs_of(bot: Handrail, who: str) -> list[Run]:
    """Every report that this person began, oldest first."""
    store = bot.service.store
    found = (store.get(RUNS, key) for key in store.find(RUNS, "person", person(bot, who)))
    return sorted((r for r in found if r), key=lambda r: r.begun_at)


def run_card(chat: Chat) -> str:
    """The words of the newest card of a report in that chat."""
    return chat.last_card.text


async def fill(chat: Chat, wanted: str, **answers: str) -> str:
    """Fill in what the newest card with that button asks of `answers`, press, and give the card's title."""
    card = chat.card_with(wanted)
    asked = {one.partition("@")[0] for one in inputs(card.content)}
    title = card.text.partition("\n")[0]
    answered = await card.press(wanted, {k: v for k, v in answers.items() if k in asked and v})
    assert not answered.wrong, answered.text
    return title


async def walk(chat: Chat, danger: str = "No", /, **answers: str) -> list[str]:
    """From the first card to the receipt; the titles of the cards pressed on the way.

    Whatever is not given is answered as in the most ordinary report; an empty answer is left out.
    """
    given = {**ORDINARY, **answers}
    titles = [await fill(chat, danger, **given)]
    return titles + await finish(chat, **given)


async def finish(chat: Chat, **answers: str) -> list[str]:
    """From whatever card is shown now to the receipt; the titles of the cards pressed on the way."""
    given = {**ORDINARY, **answers}
    titles: list[str] = []
    while RECEIPT not in chat.last_card.text:
        assert len(titles) < MOST_CARDS, f"no receipt after {titles}"
        onward = next(b for b in chat.last_card.buttons if b in ONWARD)
        titles.append(await fill(chat, onward, **given))
    return titles


async def report(bot: Handrail, who: str, danger: str = "No", /, **answers: str) -> list[Case]:
    """A whole report by that person; the cases it opened, once everybody has been told."""
    chat = bot.school.chat(who)
    known = {case.id for case in cases_in(bot)}
    await chat.say("report")
    await bot.settled()
    await walk(chat, danger, **answers)
    await bot.settled()
    return [case for case in cases_in(bot) if case.id not in known]


def told(bot: Handrail, who: str, number: str) -> bool:
    """Whether that case's number stands anywhere in this person's own chat."""
    chat = bot.school.chat(who)
    return any(number in words for words in (*chat.texts, *(card.text for card in chat.cards)))


def posts_about(bot: Handrail, number: str) -> list[str]:
    """What stands in the channel about the case: texts and cards of posts and replies."""
    found: list[str] = []
    for post in bot.school.channel().posts:
        for message in post.messages:
            words = f"{plain(message.text)}\n{message.card or ''}\n{message.summary}"
            if number in words:
                found.append(words)
    return found


async def pressed_by(bot: Handrail, who: str, card: Seen, wanted: str, **data: object) -> Answered:
    """Somebody presses a button of a card that was shown to another person, as a forger can.

    `data` replaces parts of what the button sends (`verb` also the one beside it).
    """
    raw = dict(button(card.content, wanted).raw)
    sent = {**raw["data"], **data}
    raw["verb"] = sent["verb"]
    message = bot.school.chat(who).messages[-1] if bot.school.chat(who).messages else card.message
    return await bot.school.clients.press(account(bot, who), message, raw, sent)


async def searched_by(bot: Handrail, who: str, text: str) -> list[tuple[str, str]]:
    """What the picker of pupils offers somebody."""
    chat = bot.school.chat(who)
    await chat.say("hi")
    await bot.settled()
    message = chat.messages[-1]
    return await bot.school.clients.search(account(bot, who), message, dataset="pupils", text=text)
