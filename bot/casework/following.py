"""What delivery calls: composing, and what each outcome leads to. Here: what follows from what went.

Must not know how anything is carried, who is tried next, or what a clock is for.
"""

from __future__ import annotations

from datetime import datetime

from bot.casework import climbs, messages
from bot.casework.alarms import Alarms
from bot.casework.composing import Compositor
from bot.casework.office import HANDRAIL, Office
from bot.casework.ports import Address, Envelope, Lapsed, Member, Messenger, NoWay
from bot.casework.procedures.clocks import step_went, told_went
from bot.casework.tables import CASES, CHANNELS
from bot.casework.tasks import task_went
from bot.casework.undelivered import Undelivered
from bot.casework.unit import Unit
from bot.model.changed import replace
from bot.model.outbox import Alarm, Item
from bot.model.people import PersonId
from bot.model.record import Commit


class Following:
    """The Composer that delivery is given: composing, and what each outcome leads to."""

    def __init__(self, office: Office, messenger: Messenger) -> None:
        self._office = office
        self._compositor = Compositor(office)
        self._undelivered = Undelivered(office)
        self._alarms = Alarms(office, messenger)

    def roster_of(self, item: Item) -> Address | None:
        """See Composer."""
        return self._compositor.roster_of(item)

    def compose(
        self, item: Item, now: datetime, *, roster: tuple[Member, ...] | None
    ) -> Envelope | Lapsed | NoWay:
        """See Composer."""
        return self._compositor.compose(item, now, roster=roster)

    def delivered(
        self,
        item: Item,
        envelope: Envelope,
        *,
        activity_id: str,  # noqa: ARG002  # part of the port
        now: datetime,
    ) -> Commit:
        """An alert that went is on record with whom it reached; a test post links its channel."""
        unit = Unit(self._office.store, now)
        if item.kind == messages.ALERT and item.do == "send" and envelope.person:
            self._alerted(unit, item, envelope.person)
        elif item.kind == messages.TASK and item.do == "send" and envelope.person:
            task_went(unit, item, envelope.person)
        elif item.kind == messages.STEP and item.do == "send" and envelope.person:
            step_went(self._office, unit, item, envelope.person)
        elif item.kind in messages.BEFORE_CARD and item.do == "send" and envelope.person:
            told_went(self._office, unit, item, envelope.person)
        elif item.kind == messages.LINK_TEST:
            self._linked(unit, item)
        return unit.commit()

    def undeliverable(self, item: Item, why: str, now: datetime) -> Commit:
        """See Composer."""
        return self._undelivered.undeliverable(item, why, now)

    async def alarm(self, alarm: Alarm) -> None:
        """See Composer."""
        await self._alarms.alarm(alarm)

    def _alerted(self, unit: Unit, item: Item, person: PersonId) -> None:
        case = unit.get(CASES, item.case or "")
        if case is None:
            return
        duty = item.params.get("duty", "told")
        if duty in ("owner", "oversight"):
            name: climbs.DutyName = "owner" if duty == "owner" else "oversight"
            climb = climbs.duty_of(case, name)
            if person not in climb.tried:
                case = climbs.with_duty(case, name, replace(climb, tried=(*climb.tried, person)))
        role = item.to_role.role if item.to_role else ""
        content = {"person": person, "duty": duty, "why": item.reason}
        unit.case(case, actor=HANDRAIL, role=role, kind="alerted", content=content)
        if messages.in_two(case, item):
            unit.send(
                self._office.item(
                    messages.ALERT_CARD,
                    key=f"card/{item.key}",
                    slot=messages.alert_slot(case.id, person, item.id),
                    urgency=case.urgency,
                    now=unit.now,
                    to_person=person,
                    case=case.id,
                    params={"duty": duty},
                )
            )

    def _linked(self, unit: Unit, item: Item) -> None:
        channel = unit.get(CHANNELS, item.params["channel"])
        if channel is None:
            return
        for key in self._office.store.find(CHANNELS, "state", "linked"):
            other = unit.get(CHANNELS, key)
            if other is not None and other.id != channel.id:
                gone = replace(other, state="unlinked", revision=other.revision + 1)
                unit.put(CHANNELS, key, gone)
        linked = replace(channel, state="linked", revision=channel.revision + 1)
        unit.put(CHANNELS, channel.id, linked)
        messages.notice(
            self._office, unit, "channel_linked",
            key=f"linked/{channel.id}/{linked.revision}", person=channel.linked_by,
        )  # fmt: skip
