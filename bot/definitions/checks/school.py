"""What must hold of the school itself: its zone, the prefix of its case numbers, its own sentences."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from bot.definitions.checks.findings import Findings

OWN_SENTENCES = ("outside_route", "out_of_hours", "whistleblowing", "where_to_find_dsl")
"""What only the school can say, and a reporter may need: which service outside, whom, where."""

_PREFIX = re.compile(r"[A-Z]{2,4}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


def check_school(findings: Findings) -> None:
    """`school.yaml` as far as it names anything."""
    school = findings.definition.school
    if "school" not in findings.lines:
        findings.fault("school", "says nothing about the school", "Add school.yaml with school: in it.")
        return
    if school.zone and not _is_zone(school.zone):
        findings.fault("school.zone", f"there is no time zone {school.zone!r}", "Write Europe/London.")
    if school.prefix and not _PREFIX.match(school.prefix):
        remedy = "Write two to four capital letters."
        findings.fault("school.prefix", f"{school.prefix!r} cannot begin a case number", remedy)
    if school.language and not _LANGUAGE.match(school.language):
        findings.fault("school.language", f"{school.language!r} is no language tag", "Write en or cy.")
    findings.roles("school.channel_roles", school.channel_roles)
    unread = findings.told("school.clocks")
    for urgency, clock in school.clocks.climb.items():
        place = f"school.clocks.climb.{urgency}"
        in_order = clock.remind_minutes <= clock.climb_minutes <= clock.outside_minutes
        if not in_order and not unread:
            remedy = "Let the reminder come first, then the climb, then the outside route."
            findings.fault(place, "the delays are not in their order", remedy)
    clocks = school.clocks
    if clocks.unfinished_remind_minutes > clocks.unfinished_tell_minutes and not unread:
        remedy = "Let the reminder come before the DSL is told."
        place = "school.clocks.unfinished_remind_minutes"
        findings.fault(place, "the delays are not in their order", remedy)
    for key in OWN_SENTENCES:
        said = findings.definition.texts.get(key)
        if said is None or not said.say().strip():
            remedy = f"Add {key}: under texts: in school.yaml, in words a worried colleague can act on."
            findings.fault("school", f"the school's own sentence {key} is missing", remedy)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True
