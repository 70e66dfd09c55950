"""Another way for a message that could not be delivered: the next holder, somebody else, the way outside.

Must not know how anything is carried, nor how often it was tried.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.casework import climbs, messages, posts, refreshing
from bot.casework.envelopes import EXCLUDED_READS, NO_CHANNEL, NOBODY, STRANGER_READS
from bot.casework.linking import lost
from bot.casework.office import HANDRAIL, Office, new_id
from bot.casework.procedures.clocks import step_failed
from bot.casework.recipients import Recipients
from bot.casework.tables import CASES, CHANNELS, REFERENCES
from bot.casework.task_posts import receiver, task_of
from bot.casework.tasks import task_failed
from bot.casework.unit import Unit
from bot.engine.routing import SAFEGUARDING
from bot.model.cases import Case, owner_now
from bot.model.changed import replace
from bot.model.outbox import Item
from bot.model.people import PersonId, RoleRef
from bot.model.record import Commit

FAULTY = ("compose_failed", "card_faulty")
"""Why a message could not be made: a fault of ours, or of a sentence that is missing."""

MOST_TRIES = 8
"""Over four hours, each wait twice as long as the one before."""


class Undelivered:
    """What each message leads to that reached nobody."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._recipients = Recipients(office)

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

    def _alert_failed(self, unit: Unit, item: Item, why: str) -> None:
        case = unit.get(CASES, item.case or "")
        duty = item.params.get("duty", "told")
        if case is None or item.to_role is None or (case.closing is not None and duty == "owner"):
            return
        if why != NOBODY:
            holder = self._recipients.next_holder(item, case, unit.now)
            if holder is not None:
                self._skip(unit, holder.person, why)
            self._again(unit, case, item, skip=holder.person if holder else "")
            return
        name: climbs.DutyName = "owner" if duty == "owner" else "oversight"
        if duty != "told" and climbs.asked_lately(self._office, unit, case, name):
            return
        case = self._write(unit, case, item.to_role.role, "nobody_reached", duty)
        if duty == "told":
            role = case.owner.role if case.routed.restricted else RoleRef(role=SAFEGUARDING[0])
            messages.notice(
                self._office, unit, "told_nobody", key=f"nobody/{item.key}",
                role=None if owner_now(case) else role, person=owner_now(case), case=case,
            )  # fmt: skip
            return
        moved = climbs.give_up(self._office, unit, case, name)
        moved = self._write(unit, moved, item.to_role.role, "outside_route", duty)
        refreshing.refresh_case(self._office, unit, moved)

    def _write(self, unit: Unit, case: Case, role: str, kind: str, duty: str) -> Case:
        return unit.case(case, actor=HANDRAIL, role=role, kind=kind, content={"duty": duty})

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
            found = self._recipients.for_notice(item, case, role, unit.now)
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
            gone = step_failed(self._office, unit, item, why, self._recipients.reference)
            if gone and _for_good(why) and why != NOBODY:
                self._unreachable(unit, gone)

    def _task_failed(self, unit: Unit, item: Item, why: str) -> None:
        found = task_of(self._office, item)
        gone = receiver(self._office, *found, self._recipients.reference, unit.now) if found else None
        if gone is not None and why != NOBODY and _for_good(why):
            self._unreachable(unit, gone.person)
        task_failed(self._office, unit, item, NOBODY if why in FAULTY else why)

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

    def _ask_failed(self, unit: Unit, item: Item, why: str) -> None:
        """Whoever was to confirm a channel cannot be reached: the next one is asked, or the asker told."""
        channel = unit.get(CHANNELS, item.params["channel"])
        if channel is None or channel.state != "asked":
            return
        found = self._recipients.confirmers(channel, unit.now)
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

    def _skip(self, unit: Unit, person: PersonId, why: str) -> None:
        if _for_good(why):
            self._unreachable(unit, person)

    def _unreachable(self, unit: Unit, person: PersonId) -> None:
        reference = unit.get(REFERENCES, person)
        if reference is not None and reference.live:
            unit.put(REFERENCES, person, replace(reference, live=False))


def _for_good(why: str) -> bool:
    """Teams has said that this chat or channel cannot be written to until something changes."""
    return why.startswith(("403 ", "404 ")) or why in (NOBODY, NO_CHANNEL)
