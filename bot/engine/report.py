"""Reads a report's answers: which flags they raise, who is in it, what the engine knows of it.

Pure. Must not know cases that exist (earlier ones come as facts) nor how anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.engine.conditions import holds
from bot.model.cases import Participant, ParticipantKind, ParticipantPart
from bot.model.definition import Definition
from bot.model.flows import Field, Flow
from bot.model.people import Directory, PersonId
from bot.model.runs import Run
from bot.model.tables import Row, SanctionTable

UNLISTED_KINDS: Mapping[str, ParticipantKind] = {
    "pupil_unlisted": "pupil",
    "adult_unlisted": "adult",
    "adult_unknown": "adult",
    "someone_else": "someone_else",
    "not_known": "unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a report is judged on besides its answers.

    `earlier` are `table/row/person` keys of which a closed case counts this academic year (casework 3).
    `recorded`: the danger press has opened a case.
    """

    directory: Directory
    reporter: PersonId
    earlier: frozenset[str] = frozenset()
    recorded: bool = False


def values_of(answers: Mapping[str, str], key: str) -> tuple[str, ...]:
    """What was chosen under that field; a single empty value when it is unanswered."""
    answer = answers.get(key, "")
    return tuple(v.strip() for v in answer.split(",")) if "," in answer else (answer.strip(),)


def asked_fields(flow: Flow, run: Run) -> frozenset[str]:
    """Fields of the steps walked so far and of the one shown: answers off this path count for nothing."""
    keys = {flow.description_field} if flow.description_field else set()
    for step_key in (*run.trail, run.step):
        keys.update(flow.asking.get(step_key, ()))
    return frozenset(keys)


def flags_of(flow: Flow, answers: Mapping[str, str]) -> frozenset[str]:
    """Flags of every option chosen, then the derived ones."""
    direct: set[str] = set()
    for key, by_option in flow.raising.items():
        if answers.get(key):
            for value in values_of(answers, key):
                direct.update(by_option.get(value, ()))
    derived = [d.flag for d in flow.flags if holds(d.when, answers, flags=direct, facts={})]
    return frozenset(direct).union(derived)


def participants_of(
    flow: Flow, answers: Mapping[str, str], directory: Directory, *, flags: frozenset[str] | None = None
) -> tuple[Participant, ...]:
    """Everyone named as being in it, in the order of the questions. `flags` of `flags_of`, if known.

    In a case of an image nobody but an adult of the school is entered as having done it (casework 2). Where
    the conduct of an adult is reported and no adult named, there is one whom nobody knows yet (casework 4).
    """
    flags = flags_of(flow, answers) if flags is None else flags
    image = "image" in flags
    found: list[Participant] = []
    for field in flow.naming:
        if answers.get(field.key):
            found.extend(_named_in(field, answers, directory, image=image))
    if "adult_conduct" in flags and not any(_is_adult_subject(p) for p in found):
        found.append(Participant(kind="adult", part="subject", name=""))
    return tuple(found)


def _is_adult_subject(person: Participant) -> bool:
    return person.kind == "adult" and person.part == "subject"


def _named_in(
    field: Field, answers: Mapping[str, str], directory: Directory, *, image: bool
) -> list[Participant]:
    values = [v for v in values_of(answers, field.key) if v]
    part: ParticipantPart = "subject"
    if field.part == "affected" or field.part == "witness":
        part = field.part
    milder: ParticipantPart = "affected" if image and part == "subject" else part
    if field.kind == "pupils":
        return [
            Participant(
                kind="pupil",
                part=milder,
                name=directory.pupils[v].name if v in directory.pupils else "",
                detail=directory.pupils[v].form if v in directory.pupils else "",
                ref=v,
                confirmed=v in directory.pupils,
            )
            for v in values
        ]
    if field.kind == "adults":
        return [_picked(v, part, milder, directory) for v in values]
    return [_unlisted(v, answers, part if UNLISTED_KINDS.get(v) == "adult" else milder) for v in values]


def _picked(
    person: PersonId, part: ParticipantPart, milder: ParticipantPart, directory: Directory
) -> Participant:
    """Whom a people picker found: an adult of the school, unless it is the account of a listed pupil.

    A form refuses that pupil; only a danger press, which nothing may hold up, comes here with one.
    """
    pupil = next((p for p in directory.pupils.values() if p.account == person), None)
    if pupil is not None:
        return Participant(
            kind="pupil", part=milder, name=pupil.name, detail=pupil.form, ref=pupil.id, confirmed=True
        )
    known = directory.people.get(person)
    return Participant(
        kind="adult", part=part, name=known.name if known else "", ref=person, confirmed=known is not None
    )


def _unlisted(value: str, answers: Mapping[str, str], part: ParticipantPart) -> Participant:
    named = value in ("pupil_unlisted", "adult_unlisted", "someone_else")
    return Participant(
        kind=UNLISTED_KINDS.get(value, "unknown"),
        part=part,
        name=answers.get("unlisted_name", "") if named else "",
        detail=answers.get("unlisted_detail", "") if named else "",
    )


def excluded_by_reporter(flow: Flow, answers: Mapping[str, str]) -> tuple[PersonId, ...]:
    """Whoever the reporter says should not see it."""
    return tuple(v for field in flow.excluding for v in values_of(answers, field.key) if v)


def row_chosen(definition: Definition, flow: Flow, answers: Mapping[str, str], table: str) -> Row | None:
    """The row picked for that sanction table, if any."""
    field = flow.picking.get(table)
    return definition.tables[table].by_key.get(answers.get(field.key, "")) if field else None


def pupils_row(
    definition: Definition, flow: Flow, answers: Mapping[str, str]
) -> tuple[SanctionTable, Row] | None:
    """The row picked of the school's table for pupils, with its table; None as well where there is none."""
    for table in definition.tables.values():
        row = row_chosen(definition, flow, answers, table.key) if table.subjects == "pupil" else None
        if row is not None:
            return table, row
    return None


def facts_of(
    definition: Definition,
    flow: Flow,
    answers: Mapping[str, str],
    facts: Facts,
    *,
    flags: frozenset[str] | None = None,
    people: tuple[Participant, ...] | None = None,
) -> Mapping[str, str]:
    """Every fact of FACTS that a report has, by name. `flags` of `flags_of`, `people` of `participants_of`,
    if known.
    """
    flags = flags_of(flow, answers) if flags is None else flags
    people = participants_of(flow, answers, facts.directory, flags=flags) if people is None else people
    subjects = [p for p in people if p.part == "subject"]
    adults = [p for p in subjects if p.kind == "adult"]
    row = pupils_row(definition, flow, answers)
    refs = [p.ref for p in subjects if p.kind == "pupil" and p.ref]
    earlier = row is not None and any(f"{row[0].key}/{row[1].key}/{ref}" in facts.earlier for ref in refs)
    return {
        "someone_named": _word(bool(people)),
        "pupil_subject": _word(any(p.kind == "pupil" for p in subjects)),
        "adult_subject": _word(bool(adults)),
        "adult_known": _word(all(p.confirmed for p in adults)),
        "own_teacher": _word(_own_teacher(subjects, flags, facts)),
        "row_for_teacher": _word(row is not None and _for_teacher(definition, *row)),
        "earlier_counts": _word(earlier),
        "recorded": _word(facts.recorded),
        "child_protection": _word("child_protection" in flags),
        "illegal": _word(row is not None and "illegal" in row[1].flags),
        "danger": answers.get("danger", "") or "open",
    }


def _own_teacher(subjects: list[Participant], flags: frozenset[str], facts: Facts) -> bool:
    if len(subjects) != 1 or subjects[0].kind != "pupil" or not subjects[0].ref:
        return False
    pupil = facts.directory.pupils.get(subjects[0].ref)
    teacher = facts.directory.people.get(facts.reporter)
    if pupil is None or teacher is None:
        return False
    return "in_lesson" in flags or pupil.form in teacher.tutor_of


def _for_teacher(definition: Definition, table: SanctionTable, row: Row) -> bool:
    """The row marks a column that a pupil's own teacher is meant by (its roles are tutors by relation)."""
    return any(
        definition.roles[role].relation in ("tutor", "class_teacher")
        for column in table.ladder
        if column.key in row.marks
        for role in column.roles
        if role in definition.roles
    )


def _word(true: bool) -> str:  # noqa: FBT001 - the one thing it is given
    return "yes" if true else "no"
