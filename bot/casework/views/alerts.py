"""What may be read by many or on a lock screen: number, urgency, time, and the state. Never a name of anyone
in the case, no free text, no category (design 4, rule 2).

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.casework import verbs
from bot.casework.views.forms import titled
from bot.casework.views.plan import next_steps
from bot.casework.words import Words
from bot.model.cases import Case, owner_now
from bot.model.outbox import Channel
from bot.model.text import literal
from bot.model.views import Action, Facts, Paragraph, View


def open_button(words: Words, case: Case) -> Action:
    """Open: answers the presser alone."""
    return Action(
        verb=verbs.OPEN,
        label=words.say("button_open"),
        target=case.id,
        action_id="open",
        tone="positive",
        sends_inputs=False,
    )


def alert_view(words: Words, case: Case, *, reason: str, person: str) -> View:
    """The card of an alert in a handler's own chat."""
    waits = case.closing is None and (reason != "owner" or case.owner.accepted_by is None)
    asked = words.say(f"alert_{reason}") if waits else ""
    state = words.say(waiting_word(case), time=_time(words, case.owner.accepted_at))
    rows = (
        (words.say("label_urgency"), words.say(f"urgency_{case.urgency}")),
        (words.say("label_received"), words.moment(case.opened_at)),
        (words.say("label_state"), state),
    )
    return View(
        summary=words.say("alert_summary", number=case.number, urgency=words.say(f"urgency_{case.urgency}")),
        blocks=(
            *titled(words.say("case_title", number=case.number), asked),
            Facts(rows=rows),
            Paragraph(text=next_steps(words, case), subtle=True),
        ),
        actions=(open_button(words, case),),
        language=words.language,
        revision=case.revision,
        refresh=Action(verb=verbs.STATUS, label="", target=case.id, action_id=reason, sends_inputs=False),
        refresh_for=person,
    )


def waiting_word(case: Case) -> str:
    """closed, taken or waiting: all that a channel shows of the owner."""
    if case.closing is not None:
        return "post_closed"
    return "post_taken" if owner_now(case) is not None else "post_waiting"


def alert_line(words: Words, case: Case, *, reason: str) -> str:
    """The plain line before an urgent card: what a telephone rings with."""
    return words.say(
        f"line_{reason}",
        number=case.number,
        urgency=words.say(f"urgency_{case.urgency}"),
        time=words.clock(case.opened_at),
    )


def blank_view(words: Words) -> View:
    """In place of a card that its reader may no longer see, or whose case is gone."""
    return View(
        summary=words.say("blank_title"),
        blocks=titled(words.say("blank_title"), words.say("blank_body")),
        language=words.language,
    )


def post_view(words: Words, case: Case, *, mention: str) -> View:
    """The channel's post of an urgent case: of owner and oversight only waiting or taken, with the time."""
    owner = words.say(waiting_word(case), time=_time(words, case.owner.accepted_at))
    rows = [
        (words.say("label_urgency"), words.say(f"urgency_{case.urgency}")),
        (words.say("label_received"), words.moment(case.opened_at)),
        (words.say("label_owner"), owner),
    ]
    seen = case.oversight.accepted_at
    if case.oversight.role is not None:
        key = "post_seen" if seen is not None else "post_unseen"
        rows.append((words.say("label_oversight"), words.say(key, time=_time(words, seen))))
    line = (Paragraph(text=words.say("post_for", who=mention)),) if mention else ()
    return View(
        summary=words.say("alert_summary", number=case.number, urgency=words.say(f"urgency_{case.urgency}")),
        blocks=(
            *titled(words.say("case_title", number=case.number)),
            *line,
            Facts(rows=tuple(rows)),
        ),
        actions=(open_button(words, case),),
        language=words.language,
        revision=case.revision,
    )


def _time(words: Words, at: datetime | None) -> str:
    return words.moment(at) if at is not None else ""


def daily_view(words: Words, day: str, cases: Iterable[Case]) -> View:
    """The quiet post of a day's routine cases: number, time, waiting or taken; nobody rung, no button."""
    rows = tuple(
        (c.number, f"{words.clock(c.opened_at)}, {words.say(waiting_word(c), time='')}".strip(" ,"))
        for c in cases
    )
    return View(
        summary=words.say("daily_title", day=day),
        blocks=(
            *titled(words.say("daily_title", day=day), words.say("daily_body", count=len(rows))),
            *((Facts(rows=rows),) if rows else ()),
            Paragraph(text=words.say("list_ending"), subtle=True),
        ),
        language=words.language,
    )


def link_view(
    words: Words, channel: Channel, members: Iterable[str], outsiders: Iterable[str], by: str
) -> View:
    """The question to the DSL: these people can read the channel; shall alerts go there?"""
    who = ", ".join(members)
    wrong = ", ".join(outsiders)
    rows = [(words.say("link_members"), literal(who))]
    if wrong:
        rows.append((words.say("link_outsiders"), literal(wrong)))
    yes = Action(
        verb=verbs.LINK_YES,
        label=words.say("button_link_yes"),
        target=channel.id,
        action_id=f"link.{channel.revision}",
        tone="positive",
    )
    no = Action(
        verb=verbs.LINK_NO,
        label=words.say("button_link_no"),
        target=channel.id,
        action_id=f"link.{channel.revision}",
    )
    body = words.say("link_wrong" if wrong else "link_body", who=literal(by))
    return View(
        summary=words.say("link_title"),
        blocks=(*titled(words.say("link_title"), body), Facts(rows=tuple(rows))),
        actions=(no,) if wrong else (yes, no),
        language=words.language,
        revision=channel.revision,
    )


def link_settled_view(words: Words, said: str) -> View:
    """In place of that question once it is answered."""
    return View(
        summary=words.say("link_title"),
        blocks=titled(words.say("link_title"), words.say(said)),
        language=words.language,
    )
