"""Says a condition in words that a person without programming understands.

Pure. English only, but for the words of a pack. Must not know where the words are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.model.conditions import AllOf, AnyOf, Ask, Condition
from bot.model.definition import Definition
from bot.model.flows import NO_TEXT, OUTCOMES, Field, Flow

FACT_WORDS: Mapping[str, tuple[str, str]] = {
    "someone_named": ("somebody is named", "nobody is named"),
    "pupil_subject": ("a pupil may have done it", "no pupil may have done it"),
    "adult_subject": ("it is about an adult of the school", "it is about no adult of the school"),
    "adult_known": ("that adult is in the list", "that adult is not in the list"),
    "own_teacher": ("the reporter is the pupil's own teacher", "the reporter is not the pupil's own teacher"),
    "earlier_counts": ("an earlier case counts", "no earlier case counts"),
    "row_for_teacher": ("a tutor may deal with the row", "the row is not for a tutor"),
    "recorded": ("the danger is on record", "no danger is on record"),
    "child_protection": ("a child may be at risk", "no child may be at risk"),
    "illegal": ("it may be illegal", "it is not taken for illegal"),
    "restricted": ("the case is about an adult of the school", "the case is about no adult of the school"),
    "table": ("a sanction table applies", "no sanction table applies"),
    "urgent": ("it is urgent", "it is not urgent"),
    "harm": ("a child may have been hurt by the adult", "no child was hurt by the adult"),
    "taken": ("somebody has the case", "nobody has the case yet"),
    "waiting": ("it waits for somebody outside", "it waits for nobody outside"),
    "closed": ("the case is closed", "the case is open"),
    "earlier_open": ("earlier cases are not confirmed yet", "no earlier case is to be confirmed"),
    "typed_person": ("a name was typed", "no name was typed"),
    "typed_adult": ("it is not known which adult it is", "it is known which adult it is"),
    "task_due": ("a task is to be sent", "no task is to be sent"),
    "named": ("somebody must not see the case", "nobody is kept from the case"),
    "released": ("it is released to the role of the table", "it is not released to the role of the table"),
    "complete": ("the whole report is there", "the whole report is not there yet"),
    "request": ("it is something that staff asked for", "it was reported"),
}
"""Facts that are yes or no, in words: when they are, and when they are not."""

ASKED_FACTS: Mapping[str, str] = {"crime": "could it be a crime?", "danger": "is anyone in danger?"}
ANSWERS: Mapping[str, str] = {"yes": "Yes", "no": "No", "not_sure": "Not sure", "open": "not answered yet"}


def said_condition(definition: Definition, flow: Flow | None, condition: Condition, language: str) -> str:
    """`What is it? “Someone broke the rules” and it is urgent`: parts joined by and, or."""
    if isinstance(condition, Ask):
        return _asked(definition, flow, condition, language)
    parts = [
        f"({said})" if isinstance(part, AnyOf) and isinstance(condition, AllOf) else said
        for part in condition.conditions
        for said in (said_condition(definition, flow, part, language),)
    ]
    return (" and " if isinstance(condition, AllOf) else " or ").join(parts)


def said_value(definition: Definition, flow: Flow | None, field: str, value: str, language: str) -> str:
    """The label of an answer; the answer itself where it has none."""
    if value == "":
        return "not answered"
    step = flow.steps.get(field) if flow else None
    if step is not None and step.table in definition.decisions:
        whys = {row.key: row.why.say(language) for row in definition.decisions[step.table].rows}
        return whys.get(value, value).rstrip(".")
    asked = asked_by(definition, flow, field) if flow else None
    if asked is None:
        return value.replace("_", " ")
    labels = {option.key: option.label.say(language) for option in asked.options}
    table = definition.tables.get(asked.table) or definition.grids.get(asked.table)
    if table is not None:
        labels |= {row.key: row.plain.say(language) or row.label.say(language) for row in table.rows}
    return labels.get(value) or ("Yes" if asked.kind == "confirm" else value)


def asked_by(definition: Definition, flow: Flow, name: str) -> Field | None:
    """The question behind a name in a condition: the flow's own, one of a step's kind, or how a step ends."""
    if name in flow.fields:
        return flow.fields[name]
    key, _, inner = name.partition(".")
    step = flow.steps.get(key)
    if step is None:
        return None
    form = definition.forms.get(step.kind, {})
    if inner == "to" and step.options:
        return Field(key=name, kind="choice", label=NO_TEXT, options=step.options)
    return form.get(inner or "outcome")


def _asked(definition: Definition, flow: Flow | None, ask: Ask, language: str) -> str:
    if ask.subject == "field":
        values = [f"“{said_value(definition, flow, ask.name, value, language)}”" for value in ask.values]
        name = _field_name(flow, ask.name, language)
        return f"{name}{'' if name.endswith('?') else ':'} {' or '.join(values)}"
    if ask.subject == "fact":
        return said_fact(ask.name, ask.values)
    name = ask.name.replace("_", " ")
    return f"not {name}" if ask.values == ("no",) else name


def said_fact(name: str, values: tuple[str, ...]) -> str:
    """A fact with the values it may have, in words."""
    if name in FACT_WORDS:
        return " or ".join(FACT_WORDS[name][0 if value == "yes" else 1] for value in values)
    said = [ANSWERS.get(value, value) for value in values]
    return f"{ASKED_FACTS.get(name, name.replace('_', ' '))} {' or '.join(said)}"


def _field_name(flow: Flow | None, name: str, language: str) -> str:
    if flow and name in flow.fields:
        return flow.fields[name].label.say(language)
    step = flow.steps.get(name.partition(".")[0]) if flow else None
    if step is not None and step.kind in OUTCOMES:
        return step.title.say(language) or name
    return name.replace("_", " ")
