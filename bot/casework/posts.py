"""Queues what goes into the linked channel: posts of urgent cases, their replies, the quiet post of a day.

Intent only, made ready at sending. Must not know who can read the channel.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.casework.messages import (
    CHANNEL_REPLY,
    DAILY,
    PERSONAL_VALID,
    POST,
    POST_REPLY,
    Duty,
    edit_posted,
    post_slot,
)
from bot.casework.office import Office
from bot.casework.tables import CHANNELS, POSTED
from bot.casework.unit import Unit
from bot.engine.hours import next_open
from bot.model.cases import Case
from bot.model.definition import Definition
from bot.model.events import Said


def linked_channel(office: Office) -> str | None:
    """The id of the channel that alerts go to, or None."""
    ids = office.store.find(CHANNELS, "state", "linked")
    return ids[0] if ids else None


def channel_reply(office: Office, unit: Unit, said: Said, what: str) -> None:
    """A fixed line below what was said in a channel or group chat, without an echo."""
    place = said.place
    unit.send(
        office.item(
            CHANNEL_REPLY,
            key=f"channel/{place.conversation}/{said.activity_id}",
            slot=f"channel/{place.conversation}/{said.activity_id}",
            urgency="routine",
            now=unit.now,
            to_channel=place.conversation,
            thread=said.activity_id if place.scope == "channel" else "",
            params={"what": what, "tenant": place.tenant, "service_url": place.service_url},
            valid_until=unit.now + PERSONAL_VALID,
        )
    )


def post(office: Office, unit: Unit, case: Case) -> None:
    """Post an urgent case in the linked channel, once."""
    channel = linked_channel(office)
    if channel is not None:
        unit.send(
            office.item(
                POST,
                key=f"post/{case.id}",
                slot=post_slot(case.id),
                urgency=case.urgency,
                now=unit.now,
                to_channel=channel,
                case=case.id,
            )
        )


def post_reply(office: Office, unit: Unit, case: Case, reason: str, *, duty: Duty, mark: str) -> None:
    """A new reply below the case's post: an edit alone rings nowhere."""
    channel = linked_channel(office)
    if channel is not None and office.store.get(POSTED, post_slot(case.id)) is not None:
        unit.send(
            office.item(
                POST_REPLY,
                key=f"post/{case.id}/{duty}/{reason}/{mark}",
                slot=f"post/{case.id}/{duty}/{reason}/{mark}",
                urgency=case.urgency,
                now=unit.now,
                to_channel=channel,
                case=case.id,
                reason=reason,
                params={"duty": duty},
            )
        )


def withdraw_post(office: Office, unit: Unit, case: Case, *, mark: str) -> None:
    """Take the case's post back out of the channel, and every reply below it."""
    for slot in office.store.find(POSTED, "case", case.id):
        posted = office.store.get(POSTED, slot)
        if posted is None or posted.withdrawn or posted.kind not in (POST, POST_REPLY):
            continue
        edit_posted(office, unit, posted, key=f"withdraw/{slot}/{mark}", do="withdraw")


def check_post(office: Office, unit: Unit, case: Case, *, mark: str) -> None:
    """Make the case's post anew, so that its audience is compared with who is excluded today."""
    posted = office.store.get(POSTED, post_slot(case.id))
    if posted is not None and not posted.withdrawn:
        unit.send(
            office.item(
                POST,
                key=f"check/{case.id}/{mark}",
                slot=post_slot(case.id),
                urgency="serious",
                now=unit.now,
                do="edit",
                to_channel=posted.conversation,
                case=case.id,
            )
        )


def daily(office: Office, unit: Unit, definition: Definition) -> None:
    """Bring the quiet post of routine cases up to date: one a day, at the hour the school set."""
    channel = linked_channel(office)
    if channel is None:
        return
    day = unit.now.date().isoformat()
    slot = f"daily/{day}"
    known = office.store.get(POSTED, slot)
    if not known and unit.queued(slot):
        return
    school = definition.school
    local = unit.now.astimezone(ZoneInfo(school.zone))
    due = datetime.combine(local.date(), school.clocks.daily_post, tzinfo=local.tzinfo)
    unit.send(
        office.item(
            DAILY,
            key=f"{slot}/{office.counter.next()}" if known else slot,
            slot=slot,
            urgency="routine",
            now=unit.now,
            do="edit" if known else "send",
            not_before=next_open(school, max(unit.now, due)),
            to_channel=channel,
            params={"day": day},
        )
    )


def refresh_daily(office: Office, unit: Unit, case: Case) -> None:
    """Bring the quiet post that lists this case up to date, if it is out; nothing is posted anew."""
    day = case.opened_at.date().isoformat()
    posted = office.store.get(POSTED, f"daily/{day}")
    if posted is not None and not posted.withdrawn:
        unit.send(
            office.item(
                DAILY,
                key=f"daily/{day}/{office.counter.next()}",
                slot=posted.slot,
                urgency="routine",
                now=unit.now,
                do="edit",
                to_channel=posted.conversation,
                params={"day": day},
            )
        )
