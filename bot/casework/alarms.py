"""What a clock that has come due leads to: a climb moves on, a waiting ends, a draft is spoken of again.

Must not know what time it is but by the unit of work, nor how a clock is kept.
"""

from __future__ import annotations

from bot.casework import climbs, refreshing
from bot.casework.days import every_day
from bot.casework.linking import CHECK, checked
from bot.casework.office import HANDRAIL, Office
from bot.casework.pausing import REVIEW, review
from bot.casework.ports import Address, Member, Messenger, SendFailed
from bot.casework.procedures.clocks import procedure_alarm
from bot.casework.procedures.running import CLOCK as PROCEDURE_CLOCK
from bot.casework.reporting import delete_draft, forget_draft, nudge, tell_unfinished
from bot.casework.strangers import pass_on
from bot.casework.tables import CASES, CHANNELS, CLOCKS, RUNS
from bot.casework.tasks import CLOCK as TASK_CLOCK
from bot.casework.tasks import task_alarm
from bot.casework.unit import Unit
from bot.model.outbox import Alarm, Channel


class Alarms:
    """What each kind of alarm does, in one unit of work. Teams is asked about channels alone."""

    def __init__(self, office: Office, messenger: Messenger) -> None:
        self._office = office
        self._messenger = messenger

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
        content = {"duty": duty, "stage": stage}
        moved = unit.case(moved, actor=HANDRAIL, role=role, kind="climbed", content=content)
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
