"""The views that answer a typed message: greeting, help, my reports, add or another, a day's list.

Read when the reply goes, so that it shows the state of that moment. Changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from bot.casework import verbs
from bot.casework.admin import FOR_ADMINS, out_of_reach
from bot.casework.gaps import GAPS, MOST_SHOWN
from bot.casework.office import Office
from bot.casework.overdue import banner
from bot.casework.procedures.asking import may_ask
from bot.casework.procedures.requests import ask_card
from bot.casework.reporting import cases_of, runs_of, title_meant
from bot.casework.tables import CASES, RUNS
from bot.casework.views.alerts import waiting_word
from bot.casework.views.forms import titled
from bot.casework.views.receipts import ask_action, help_view, mine_view, start_action
from bot.casework.words import Words
from bot.engine.access import may_see
from bot.model.changed import replace
from bot.model.outbox import Item
from bot.model.people import PersonId
from bot.model.text import literal
from bot.model.views import Action, Facts, Paragraph, View

LISTED = 20


def reply_view(office: Office, words: Words, item: Item, now: datetime) -> View | None:
    """The card of a reply; None for one that is a line of text."""
    what, person = item.params["what"], item.to_person or ""
    if what in ("hello", "help"):
        return help_view(words, what, asks=may_ask_something(office, words, person))
    if what == "ask":
        return ask_card(office, words, person, chosen=item.params.get("chosen", ""))
    if what == "mine":
        return my_reports(office, words, person)
    if what == "typed":
        return typed_view(office, words, item)
    if what == "day_list":
        return day_list(office, words, item, now)
    if what in ("pupil", "unlisted"):
        return pupil_view(words, item)
    if what == "unreachable":
        return unreachable_view(office, words)
    if what in FOR_ADMINS:
        return FOR_ADMINS[what](office, words, item, now)
    if what == GAPS:
        return gaps_view(office, words)
    return None


def may_ask_something(office: Office, words: Words, person: PersonId) -> bool:
    """Whether there is anything that the person may ask for."""
    return bool(may_ask(words.definition, office.directory(), person))


def my_reports(office: Office, words: Words, person: PersonId) -> View:
    """The person's own reports and where they stand."""
    unit = office.unit()
    lines = ((run, cases_of(unit, run)) for run in runs_of(office, person))
    return mine_view(words, lines)


def typed_view(office: Office, words: Words, item: Item) -> View:
    """A sentence typed after a report was sent: add it, or is it another report?

    The sentence itself is kept in a half-finished report of its own (`draft`), so that it is never lost.
    """
    sent = office.store.get(RUNS, item.params["sent"])
    draft = office.store.get(RUNS, item.params["draft"])
    case = office.store.get(CASES, sent.cases[0]) if sent and sent.cases else None
    number = case.number if case else ""
    text = next(iter(draft.answers.values()), "") if draft else ""
    ask = title_meant(office, words, item.to_person or "", text)
    return View(
        summary=words.say("typed_title"),
        blocks=(*titled(words.say("typed_title")), Paragraph(text=literal(text))),
        actions=(
            Action(
                verb=verbs.TYPED_ADD,
                label=words.say("button_typed_add", number=number),
                target=item.params["draft"],
                action_id=item.params["sent"],
                tone="positive",
            ),
            Action(
                verb=verbs.TYPED_NEW,
                label=words.say("button_typed_new"),
                target=item.params["draft"],
                action_id=item.params["sent"],
            ),
            *((replace(ask_action(words), label=ask, target=item.params["draft"]),) if ask else ()),
        ),
        language=words.language,
    )


def day_list(office: Office, words: Words, item: Item, now: datetime) -> View:
    """The day's cases that this person may see, for who receives reports of incidents: all since the list of
    the day before."""
    directory, person = office.directory(), item.to_person or ""
    since = datetime.fromisoformat(item.params["since"])
    days = dict.fromkeys((since.date().isoformat(), item.params["day"]))
    found = (office.store.get(CASES, key) for day in days for key in office.store.find(CASES, "day", day))
    seen = [c for c in found if c is not None and c.opened_at >= since and may_see(c, person, directory, now)]
    rows = tuple(
        (c.number, words.say(f"urgency_{c.urgency}") + ", " + words.say(waiting_word(c), time="").strip())
        for c in seen[:LISTED]
    )
    body = Facts(rows=rows) if rows else Paragraph(text=words.say("day_list_none"))
    opens = tuple(
        Action(
            verb=verbs.OPEN,
            label=words.say("button_show", number=c.number),
            target=c.id,
            action_id="open",
            sends_inputs=False,
        )
        for c in seen[:6]
    )
    return View(
        summary=words.say("day_list_title"),
        blocks=(
            *titled(words.say("day_list_title")),
            *banner(office, words, person, now),
            body,
            Paragraph(text=words.say("list_ending"), subtle=True),
        ),
        actions=opens,
        language=words.language,
    )


def pupil_view(words: Words, item: Item) -> View:
    """A kind answer to a pupil: where help is, that the safeguarding team will see it, and how to say no."""
    no = Action(
        verb=verbs.PUPIL_NO,
        label=words.say("button_pupil_no"),
        target=item.params["run"],
        action_id="no",
    )
    return View(
        summary=words.say("pupil_title"),
        blocks=titled(words.say("pupil_title"), words.say(f"{item.params['what']}_body")),
        actions=(no,),
        language=words.language,
    )


def unreachable_view(office: Office, words: Words) -> View:
    """For admins: role holders whom no message reaches until they install Handrail."""
    rows = [(literal(p.name), ", ".join(words.role(r) for r in p.roles)) for p in out_of_reach(office)]
    return View(
        summary=words.say("unreachable_title"),
        blocks=(
            *titled(words.say("unreachable_title"), words.say("unreachable_body")),
            Facts(rows=tuple(rows[:LISTED])),
        ),
        actions=(start_action(words),),
        language=words.language,
    )


def picture_view(office: Office, words: Words, item: Item) -> View:
    """To the safeguarding lead: a picture now lies in a Teams chat, whose, when, which message."""
    sender = office.directory().people.get(item.params["sender"])
    rows = (
        (words.say("picture_sender"), literal(sender.name) if sender else words.say("someone_picked")),
        (words.say("picture_time"), words.moment(item.created_at)),
        (words.say("picture_message"), literal(item.params["message"])),
    )
    return View(
        summary=words.say("picture_title"),
        blocks=(*titled(words.say("picture_title"), words.say("picture_body")), Facts(rows=rows)),
        language=words.language,
    )


def gaps_view(office: Office, words: Words) -> View:
    """For admins: which role would have nobody, and without whom."""
    gaps = office.gaps()
    shown = tuple(Paragraph(text=literal(gap)) for gap in gaps[:MOST_SHOWN])
    return View(
        summary=words.say("gaps_title"),
        blocks=(*titled(words.say("gaps_title"), words.say("gaps_body", count=len(gaps))), *shown),
        language=words.language,
    )
