"""The life of an installation, a team and a message: what is stored, re-routed, and who is told.

Source: casework 9. Must not know an activity.
"""

from __future__ import annotations

from bot.casework import climbs, messages, posts
from bot.casework.linking import lost
from bot.casework.office import HANDRAIL, Office
from bot.casework.reporting import added_mark
from bot.casework.tables import CASES, CHANNELS, EVERY, PRESSES, REFERENCES, RUNS
from bot.casework.unit import Unit
from bot.model.changed import replace
from bot.model.events import Lived
from bot.model.outbox import Channel


def lived_through(office: Office, unit: Unit, lived: Lived) -> None:
    """Everything that follows from one event of life."""
    if lived.place.scope == "personal" and lived.kind in ("installed", "removed"):
        _in_person(office, unit, lived)
    elif lived.kind in ("message_edited", "message_deleted"):
        _message_changed(unit, lived)
    elif lived.kind == "members_added":
        _joined(office, unit, lived)
    elif lived.kind in ("removed", "channel_deleted", "team_deleted", "team_archived"):
        for channel in _channels(office, unit, lived):
            if channel.state == "linked":
                lost(office, unit, channel)


def _in_person(office: Office, unit: Unit, lived: Lived) -> None:
    if lived.speaker is None:
        return
    person = lived.speaker.id
    if lived.kind == "installed":
        member = office.directory().people.get(person)
        if member is not None and not member.former:
            revive_all(office, unit)
            messages.reply(office, unit, person, "hello", key=f"installed/{lived.activity_id}")
        return
    reference = unit.get(REFERENCES, person)
    if reference is not None:
        unit.put(REFERENCES, person, replace(reference, live=False))


def revive_all(office: Office, unit: Unit) -> None:
    """Somebody can be reached again, or has left: the cases that nobody has are asked about anew, closed ones
    too of which nobody has seen what safeguarding should see (a worry after closing).
    """
    found = (office.store.find(CASES, "state", "open"), office.store.find(CASES, "given_up", EVERY))
    for key in dict.fromkeys(key for keys in found for key in keys):
        case = unit.get(CASES, key)
        if case is not None:
            revived = climbs.revive(office, unit, case)
            if revived != case:
                unit.case(revived, actor=HANDRAIL, role="", kind="revived", content={})


def _channels(office: Office, unit: Unit, lived: Lived) -> tuple[Channel, ...]:
    """The linked channel that the event is about: that one, or any of the team's."""
    if lived.kind == "channel_deleted":
        keys: tuple[str, ...] = (lived.place.channel,) if lived.place.channel else ()
    else:
        keys = office.store.find(CHANNELS, "team", lived.place.team) if lived.place.team else ()
    return tuple(c for key in keys if (c := unit.get(CHANNELS, key)) is not None)


def _joined(office: Office, unit: Unit, lived: Lived) -> None:
    """Someone excluded from an open case joins the team: that case's post is withdrawn."""
    if not any(c.state == "linked" for c in _channels(office, unit, lived)):
        return
    for person in lived.members:
        for key in office.store.find(CASES, "excluded", person):
            case = unit.get(CASES, key)
            if case is not None and case.closing is None:
                posts.refresh_daily(office, unit, case)
                posts.withdraw_post(office, unit, case, mark=lived.activity_id)
                duty = case.oversight
                if duty.role is not None and duty.accepted_by is None:
                    messages.alert(
                        office, unit, case,
                        duty="oversight", role=duty.role, mark=f"joined/{lived.activity_id}",
                    )  # fmt: skip


def _message_changed(unit: Unit, lived: Lived) -> None:
    """The record keeps the original words; history says that the message was changed (casework 9)."""
    press = unit.get(PRESSES, f"said/{lived.place.conversation}/{lived.message_id}")
    added = unit.get(PRESSES, added_mark(press.result)) if press is not None else None
    used = added or press
    run = unit.get(RUNS, used.result) if used is not None and used.result else None
    for key in run.cases if run is not None else ():
        case = unit.get(CASES, key)
        if case is not None:
            unit.case(case, actor=case.reporter, role="reporter", kind=lived.kind, content={})
