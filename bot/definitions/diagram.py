"""Draws a flow as a Mermaid flowchart: each step a box, each branch an arrow with its condition in words,
and beside them what stops it at whatever step.

Pure. Must not know who reads it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.definitions.wording import said_condition
from bot.model.definition import Definition
from bot.model.flows import Flow, Step

_SHAPES = {
    "decision": ("{", "}"),
    "approval": ("{{", "}}"),
    "end": ("([", "])"),
    "notify": (">", "]"),
    "wait": ("((", "))"),
}


def diagram(definition: Definition, flow: Flow, language: str) -> str:
    """The flow as Mermaid text, in the order of its steps."""
    return "\n".join(_lines(definition, flow, language)) + "\n"


def _lines(definition: Definition, flow: Flow, language: str) -> Iterator[str]:
    yield "flowchart TD"
    yield f'    begin(["{_quoted(flow.title.say(language))}"]) --> {_id(flow.start)}'
    if flow.stops_when:
        when = _quoted(said_condition(definition, flow, flow.stops_when, language))
        yield f'    whatever_step(["at whatever step"]) -- "{when}" --> stopped(["stopped"])'
    for step in flow.steps.values():
        opens, closes = _SHAPES.get(step.kind, ("[", "]"))
        yield f'    {_id(step.key)}{opens}"{_quoted(_label(definition, step, language))}"{closes}'
        for branch in step.next:
            when = said_condition(definition, flow, branch.when, language) if branch.when else ""
            arrow = f'-- "{_quoted(when)}" -->' if when else "-->"
            yield f"    {_id(step.key)} {arrow} {_id(branch.go)}"
        for start in step.starts:
            yield f'    {_id(step.key)} -. "begins" .-> {_id("flow_" + start.flow)}[["{start.flow}"]]'


def _label(definition: Definition, step: Step, language: str) -> str:
    title = step.title.say(language) or step.key
    roles = step.approvers or step.who or step.tell
    names = [definition.roles[r].label if r in definition.roles else r for r in roles]
    return f"{title}<br/>{step.kind}: {', '.join(names)}" if names else f"{title}<br/>{step.kind}"


def _id(key: str) -> str:
    """A name that Mermaid takes: `end` and the like are words of its own."""
    return f"s_{key}"


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;").replace("\n", " ")
