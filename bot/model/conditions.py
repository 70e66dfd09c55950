"""What a definition can ask: a named thing compared with listed values, combined by all and any.

Must not know how an answer is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Subject = Literal["field", "fact", "flag"]
"""What a condition can ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """True when any value of the named thing is among `values`.

    `field`: an answer of the run (several values for a multiple choice; unanswered is the value "").
    `fact`: something the engine knows (closed list: FACTS). `flag`: what the chosen options carry,
    or a derived flag; its value is `yes` or `no`.
    """

    subject: Subject
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """True when every one is."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True when at least one is."""

    conditions: tuple[Condition, ...]


Condition = Ask | AllOf | AnyOf

FACTS: Mapping[str, tuple[str, ...]] = {
    "someone_named": ("yes", "no"),
    "pupil_subject": ("yes", "no"),
    "adult_subject": ("yes", "no"),
    "adult_known": ("yes", "no"),
    "own_teacher": ("yes", "no"),
    "earlier_counts": ("yes", "no"),
    "row_for_teacher": ("yes", "no"),
    "recorded": ("yes", "no"),
    "child_protection": ("yes", "no"),
    "illegal": ("yes", "no"),
    "restricted": ("yes", "no"),
    "table": ("yes", "no"),
    "crime": ("yes", "no", "not_sure", "open"),
    "danger": ("yes", "no", "not_sure", "open"),
    "urgent": ("yes", "no"),
    "harm": ("yes", "no"),
    "taken": ("yes", "no"),
    "waiting": ("yes", "no"),
    "closed": ("yes", "no"),
    "earlier_open": ("yes", "no"),
    "typed_person": ("yes", "no"),
    "typed_adult": ("yes", "no"),
    "task_due": ("yes", "no"),
    "named": ("yes", "no"),
    "released": ("yes", "no"),
    "complete": ("yes", "no"),
    "request": ("yes", "no"),
}
"""What a condition may ask the engine, with every value it can have.

`someone_named`: any question about who is involved was answered ("I don't know who" counts).
`pupil_subject`, `adult_subject`: somebody of that kind is entered as having done it (an adult whose
part is not yet known counts as having done it). `adult_known`: no, when such an adult is not in the
directory. `own_teacher`: the reporter is the only subject's tutor or, in a lesson, the class teacher.
`earlier_counts`: an earlier case counts (casework 3). `row_for_teacher`: the row chosen marks the
column of tutors. `recorded`: the danger press has opened a case already. The others are a case's alone:
`table`: a sanction table applies. `harm`: the question of casework 4 was answered yes or not sure. `taken`:
somebody owns it. `waiting`: for police, social care or LADO. `earlier_open`: earlier cases wait to be
confirmed. `typed_person`: a name was typed. `typed_adult`: nobody has said yet which adult it is.
`task_due`: something decided is to become a task and was not sent.
`named`: somebody was named as not to see it. `released`: the DSL released it to the table's role.
`complete`: the whole report was sent, not the danger press alone.
`request`: staff asked for something, and nothing in it may be a crime; nobody reported anything.
"""
