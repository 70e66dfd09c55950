"""What follows from a delivery or a clock: who was alerted is noted, the next way is found, climbs move on.

Must not know how anything is carried.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.casework import climbs, messages, posts, refreshing
from bot.casework.composing import Compositor
from bot.casework.days import every_day
from bot.casework.envelopes import EXCLUDED_READS, NOBODY, STRANGER_READS
from bot.casework.linking import CHECK, checked, lost
from bot.casework.office import HANDRAIL, Office, new_id
from bot.casework.pausing import REVIEW, review
from bot.casework.ports import Address, Envelope, Lapsed, Member, Messenger, NoWay, SendFailed
from bot.casework.procedures.clocks import procedure_alarm, step_failed, step_went, told_went
from bot.casework.procedures.running import CLOCK as PROCEDURE_CLOCK
from bot.casework.reporting import delete_draft, forget_draft, nudge, tell_unfinished
from bot.casework.strangers import pass_on
from bot.casework.tables import CASES, CHANNELS, CLOCKS, REFERENCES, RUNS
from bot.casework.task_posts import receiver, task_of
from bot.casework.tasks import CLOCK as TASK_CLOCK
from bot.casework.tasks import task_alarm, task_failed, task_went
from bot.casework.unit import Unit
from bot.engine.routing import SAFEGUARDING
from bot.model.cases import Case, owner_now
from bot.model.changed import replace
from bot.model.outbox import Alarm, Channel, Item
from bot.model.people import PersonId, RoleRef
from bot.model.record import Commit

FAULTY = ("compose_failed", "card_faulty")
"""Why a message could not be made: a fault of ours, or of a sentence that is missing."""

MOST_TRIES = 8
"""Over four hours, each wait twice as long as the one before."""


class Following:
    """The Composer that delivery is given: composing, and what each outcome leads to."""

    def __init__(self, office: Office, messenger: Messenger) -> None:
        self._office = office
        self._messenger = messenger
        self._compositor = Compositor(office)

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
        self._write(unit, case, role, "alerted", {"person": person, "duty": duty, "why": item.reason})
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

    def undeliverable(self, item: Item, why: str, now: datetime) -> Commit:
        """Find another way, so that nothing that matters stays unsaid."""
        unit = Unit(self._office.store, now)
        if item.kind == messages.ALERT and item.do == "send":
            self._alert_failed(unit, item, why)
        elif item.kind in (messages.POST, messages.POST_REPLY, messages.DAILY) and item.to_channel:
            self._post_failed(unit, item, why)
        elif item.kind == messages.LINK_TEST:
            self._test_failed(unit, item)
        elif item.kind == messages.NOTICE and item.do == "send":
            self._notice_failed(unit, item, why)
        elif item.kind in (messages.TASK, messages.STEP, messages.STEP_TOLD) and item.do == "send":
            self._work_failed(unit, item, why)
        elif item.kind == messages.LINK_ASK:
            self._ask_failed(unit, item, why)
        elif item.kind == messages.ALERT_CARD and item.do == "send" and why in FAULTY:
            self._card_again(unit, item)
        elif item.to_person and _for_good(why):
            self._unreachable(unit, item.to_person)
        return unit.commit()

    def _write(self, unit: Unit, case: Case, role: str, kind: str, content: Mapping[str, Any]) -> Case:
        return unit.case(case, actor=HANDRAIL, role=role, kind=kind, content=content)

    def _unreachable(self, unit: Unit, person: PersonId) -> None:
        reference = unit.get(REFERENCES, person)
        if reference is not None and reference.live:
            unit.put(REFERENCES, person, replace(reference, live=False))

    def _alert_failed(self, unit: Unit, item: Item, why: str) -> None:
        case = unit.get(CASES, item.case or "")
        duty = item.params.get("duty", "told")
        if case is None or item.to_role is None or (case.closing is not None and duty == "owner"):
            return
        duty = item.params.get("duty", "told")
        if why != NOBODY:
            holder = self._compositor.next_holder(item, case, unit.now)
            if holder is not None:
                self._skip(unit, holder.person, why)
            self._again(unit, case, item, skip=holder.person if holder else "")
            return
        name: climbs.DutyName = "owner" if duty == "owner" else "oversight"
        if duty != "told" and climbs.asked_lately(self._office, unit, case, name):
            return
        case = self._write(unit, case, item.to_role.role, "nobody_reached", {"duty": duty})
        if duty == "told":
            role = case.owner.role if case.routed.restricted else RoleRef(role=SAFEGUARDING[0])
            messages.notice(
                self._office, unit, "told_nobody", key=f"nobody/{item.key}",
                role=None if owner_now(case) else role, person=owner_now(case), case=case,
            )  # fmt: skip
            return
        moved = climbs.give_up(self._office, unit, case, name)
        moved = self._write(unit, moved, item.to_role.role, "outside_route", {"duty": duty})
        refreshing.refresh_case(self._office, unit, moved)

    def _card_again(self, unit: Unit, item: Item) -> None:
        """Its plain line has rung already: the card follows as soon as it can be made, or nobody wants it."""
        tries = int(item.params.get("tries", "0"))
        if tries < MOST_TRIES:
            again = replace(
                item, id=new_id(), key=f"{item.key}/again", revision=0, state="waiting", attempts=0,
                failure="", ended_at=None, not_before=unit.now + timedelta(minutes=2**tries),
                order=self._office.counter.next(), params={**item.params, "tries": str(tries + 1)},
            )  # fmt: skip
            unit.send(again)

    def _skip(self, unit: Unit, person: PersonId, why: str) -> None:
        if _for_good(why):
            self._unreachable(unit, person)

    def _again(self, unit: Unit, case: Case, item: Item, *, skip: PersonId) -> None:
        """The same alert to the next one, and never again to whoever it could not reach."""
        if item.to_role is None or not skip:
            return
        duty = item.params.get("duty")
        messages.alert(
            self._office,
            unit,
            case,
            duty="owner" if duty == "owner" else "oversight" if duty == "oversight" else "told",
            role=item.to_role,
            stage=int(item.params.get("stage", "0")),
            reason=item.reason,
            mark=f"after/{item.id}",
            skip=(*item.params.get("skip", "").split(), skip),
        )

    def _notice_failed(self, unit: Unit, item: Item, why: str) -> None:
        """A line that reached nobody goes to the next one who is entitled to it."""
        case = unit.get(CASES, item.case or "")
        role = item.to_role
        if item.to_person is not None:
            if _for_good(why):
                self._unreachable(unit, item.to_person)
            if case is None or item.params["what"] == messages.TAKEN_OVER or item.to_person == case.reporter:
                return
            role = case.owner.role
        elif why == NOBODY or role is None:
            return
        else:
            found = self._compositor.for_notice(item, case, role, unit.now)
            if not found or not _for_good(why):
                return
            self._unreachable(unit, found[0].person)
        again = replace(
            item, id=new_id(), key=f"{item.key}/next", slot=f"{item.slot}/next", revision=0, state="waiting",
            to_role=role, to_person=None, attempts=0, failure="", ended_at=None,
            not_before=unit.now, order=self._office.counter.next(),
        )  # fmt: skip
        unit.send(again)

    def _work_failed(self, unit: Unit, item: Item, why: str) -> None:
        if item.kind == messages.TASK:
            self._task_failed(unit, item, why)
        else:
            gone = step_failed(self._office, unit, item, why, self._compositor.reference)
            if gone and _for_good(why) and why != NOBODY:
                self._unreachable(unit, gone)

    def _task_failed(self, unit: Unit, item: Item, why: str) -> None:
        found = task_of(self._office, item)
        gone = receiver(self._office, *found, self._compositor.reference, unit.now) if found else None
        if gone is not None and why != NOBODY and _for_good(why):
            self._unreachable(unit, gone.person)
        task_failed(self._office, unit, item, NOBODY if why in FAULTY else why)

    def _ask_failed(self, unit: Unit, item: Item, why: str) -> None:
        """Whoever was to confirm a channel cannot be reached: the next one is asked, or the asker told."""
        channel = unit.get(CHANNELS, item.params["channel"])
        if channel is None or channel.state != "asked":
            return
        found = self._compositor.confirmers(channel, unit.now)
        if found and _for_good(why):
            self._unreachable(unit, found[0])
            unit.send(
                replace(
                    item, id=new_id(), key=f"{item.key}/next", revision=0, state="waiting", attempts=0,
                    failure="", ended_at=None, not_before=unit.now, order=self._office.counter.next(),
                )
            )  # fmt: skip
        else:
            messages.notice(
                self._office, unit, "channel_nobody", key=f"{item.key}/nobody", person=channel.linked_by
            )

    def _post_failed(self, unit: Unit, item: Item, why: str) -> None:
        """Withdraw what somebody excluded could read, and tell the oversight one by one instead."""
        if item.do == "withdraw":
            return
        case = unit.get(CASES, item.case) if item.case else None
        if why not in (EXCLUDED_READS, STRANGER_READS):
            channel = unit.get(CHANNELS, item.to_channel or "")
            if channel is not None and channel.state == "linked" and _for_good(why):
                lost(self._office, unit, channel)
        elif why == STRANGER_READS:
            day = unit.now.date().isoformat()
            messages.notice(
                self._office, unit, "channel_stranger",
                key=f"stranger/{item.to_channel}/{day}", role=RoleRef(role="admin"),
            )  # fmt: skip
        if case is None:
            return
        posts.withdraw_post(self._office, unit, case, mark=item.id)
        if case.closing is not None:
            return
        if case.oversight.role is not None and case.oversight.accepted_by is None:
            if case.oversight.tried:
                return
            messages.alert(
                self._office, unit, case, duty="oversight", role=case.oversight.role,
                reason="new", mark=f"post/{case.revision}",
            )  # fmt: skip
        elif case.owner.role is not None and case.owner.accepted_by is None and not case.owner.tried:
            messages.alert(
                self._office, unit, case, duty="owner", role=case.owner.role,
                reason="new", mark=f"post/{case.revision}",
            )  # fmt: skip

    def _test_failed(self, unit: Unit, item: Item) -> None:
        channel = unit.get(CHANNELS, item.params["channel"])
        if channel is None:
            return
        refused = replace(channel, state="unlinked", revision=channel.revision + 1)
        unit.put(CHANNELS, channel.id, refused)
        messages.notice(
            self._office, unit, "channel_test_failed",
            key=f"linktest/{channel.id}/{channel.revision}/failed", person=channel.linked_by,
        )  # fmt: skip

    # --- clocks ---

    async def alarm(self, alarm: Alarm) -> None:
        """A clock has come due: one unit of work, and it is gone or armed anew."""
        if self._office.store.get(CLOCKS, alarm.id) is None:
            return
        kind = ""
        roster: tuple[Member, ...] = ()
        if alarm.kind == CHECK:
            kind, roster = await self._ask_teams(alarm)
        unit = self._office.unit()
        unit.disarm(alarm.id)
        if alarm.kind == CHECK:
            channel = unit.get(CHANNELS, _channel_of(alarm))
            if channel is not None:
                checked(self._office, unit, channel, kind=kind, roster=roster)
        elif alarm.kind == "climb":
            self._climb(unit, alarm)
        elif alarm.kind == TASK_CLOCK:
            task_alarm(self._office, unit, alarm)
        elif alarm.kind == PROCEDURE_CLOCK:
            procedure_alarm(self._office, unit, alarm)
        elif alarm.kind == REVIEW:
            self._review(unit, alarm)
        elif alarm.kind == "day":
            every_day(self._office, unit)
        else:
            self._run_clock(unit, alarm)
        unit.stage()
        await self._office.store.settled()
        self._office.wake()

    async def _ask_teams(self, alarm: Alarm) -> tuple[str, tuple[Member, ...]]:
        channel: Channel | None = self._office.store.get(CHANNELS, _channel_of(alarm))
        if channel is None:
            return "unknown", ()
        address = Address(tenant=channel.tenant, service_url=channel.service_url, conversation=channel.id)
        try:
            kind = await self._messenger.team_channel_kind(address, team=channel.team, channel=channel.id)
            return kind, await self._messenger.members(address)
        except SendFailed:
            return "unknown", ()

    def _climb(self, unit: Unit, alarm: Alarm) -> None:
        case = unit.get(CASES, alarm.case or "")
        if case is None or (case.closing is not None and alarm.duty == "owner"):
            return
        duty: climbs.DutyName = "owner" if alarm.duty == "owner" else "oversight"
        climb = climbs.duty_of(case, duty)
        if climb.clock_id != alarm.id or climb.accepted_by is not None:
            return
        moved = climbs.move_on(self._office, unit, case, duty)
        role = climb.role.role if climb.role else ""
        stage = climbs.duty_of(moved, duty).stage
        moved = self._write(unit, moved, role, "climbed", {"duty": duty, "stage": stage})
        refreshing.refresh_case(self._office, unit, moved)

    def _review(self, unit: Unit, alarm: Alarm) -> None:
        case = unit.get(CASES, alarm.case or "")
        moved = review(self._office, unit, case, alarm) if case is not None else None
        if moved is not None:
            refreshing.refresh_case(self._office, unit, moved)

    def _run_clock(self, unit: Unit, alarm: Alarm) -> None:
        run = unit.get(RUNS, alarm.run or "")
        if run is None:
            return
        if alarm.kind == "nudge":
            nudge(self._office, unit, run)
        elif alarm.kind == "unfinished":
            tell_unfinished(self._office, unit, run)
        elif alarm.kind == "delete":
            delete_draft(self._office, unit, run)
        elif alarm.kind == "forget":
            forget_draft(self._office, unit, run)
        elif alarm.kind == "words" and run.state == "saved":
            pass_on(self._office, unit, run)


def _channel_of(alarm: Alarm) -> str:
    return alarm.id.removeprefix(f"{CHECK}/")


def _for_good(why: str) -> bool:
    """Teams has said that this chat or channel cannot be written to until something changes."""
    return why.startswith(("403 ", "404 ")) or why in (NOBODY, "no_channel")
