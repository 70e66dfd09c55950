"""Says a condition in words that a person without programming understands.

Pure. English only: it is for whoever edits a pack. Must not know where the words are shown.
"""

from __future__ import annotations

from bot.model.conditions import AllOf, Ask, Condition
from bot.model.definition import Definition
from bot.model.flows import OUTCOMES, Flow


def said_condition(definition: Definition, flow: Flow | None, condition: Condition, language: str) -> str:
    """`What is it? is Someone broke the rules`, joined by and, or."""
    if isinstance(condition, Ask):
        return _asked(definition, flow, condition, language)
    joined = " and " if isinstance(condition, AllOf) else " or "
    parts = [said_condition(definition, flow, part, language) for part in condition.conditions]
    inner = [f"({part})" if " or " in part and joined == " and " else part for part in parts]
    return joined.join(inner)


def said_value(definition: Definition, flow: Flow | None, field: str, value: str, language: str) -> str:
    """The label of an answer; the answer itself where it has none."""
    if value == "":
        return "not answered"
    asked = flow.fields.get(field) if flow else None
    if asked is not None:
        labels = {option.key: option.label.say(language) for option in asked.options}
        if asked.table in definition.tables:
            labels |= {row.key: row.plain.say(language) for row in definition.tables[asked.table].rows}
        return labels.get(value) or value
    return value.replace("_", " ")


def _asked(definition: Definition, flow: Flow | None, ask: Ask, language: str) -> str:
    if ask.subject == "field":
        values = [said_value(definition, flow, ask.name, value, language) for value in ask.values]
        return f"{_field_name(flow, ask.name, language)} is {' or '.join(values)}"
    name = ask.name.replace("_", " ")
    if ask.values == ("yes",):
        return name
    if ask.values == ("no",):
        return f"not {name}"
    return f"{name} is {' or '.join(value.replace('_', ' ') for value in ask.values)}"


def _field_name(flow: Flow | None, name: str, language: str) -> str:
    if flow and name in flow.fields:
        return flow.fields[name].label.say(language)
    if flow and name in flow.steps and flow.steps[name].kind in OUTCOMES:
        return flow.steps[name].title.say(language) or name
    return name.replace("_", " ")
