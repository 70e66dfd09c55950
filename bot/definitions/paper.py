"""The form, the ladders and the ways outside on paper, for the day when Teams is down.

Pure: Markdown, that prints well as it stands. Must not know people: whoever is on duty is written in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.definitions.wording import said_condition
from bot.model.definition import Definition
from bot.model.flows import Field, Flow, Step
from bot.model.tables import Row, SanctionTable

LINE = "________________________________________________________"
LINES_FOR_WORDS = 6
REPORT = "report"


def paper(definition: Definition) -> str:
    """Everything that can be needed on paper, in the school's language."""
    return "\n".join(_pages(definition, definition.school.language)) + "\n"


def _pages(definition: Definition, language: str) -> Iterator[str]:
    yield f"# {definition.school.name}: what to do when Handrail cannot be reached"
    yield ""
    yield "Is anyone in danger now? Ring 999 first. Then find the Designated Safeguarding Lead in person."
    yield ""
    yield from _texts(definition, ("where_to_find_dsl", "outside_route", "out_of_hours"), language)
    yield from _form(definition, definition.flows[REPORT], language)
    yield from _routing(definition, language)
    for table in definition.tables.values():
        yield from _ladder(definition, table, language)
    yield from _last(definition)


def _texts(definition: Definition, keys: tuple[str, ...], language: str) -> Iterator[str]:
    for key in keys:
        if key in definition.texts:
            yield definition.texts[key].say(language)
            yield ""


def _form(definition: Definition, flow: Flow, language: str) -> Iterator[str]:
    yield f"## {flow.title.say(language)}"
    yield ""
    pictures = definition.guidance.get("pictures")
    if pictures is not None:
        yield f"**{pictures.say(language)}**"
        yield ""
    yield f"Date and time: {LINE}"
    yield ""
    yield f"Written by, and their role: {LINE}"
    yield ""
    for step in flow.steps.values():
        for asked in _asked_at(flow, step):
            yield from _question(definition, asked, language)
    yield f"Given to (name, role, time): {LINE}"
    yield ""
    yield "Give this sheet to that person by hand. Do not photograph it, and do not leave it lying."
    yield ""


def _asked_at(flow: Flow, step: Step) -> Iterator[Field]:
    if step.buttons:
        yield flow.fields[step.buttons]
    for key in step.fields:
        yield flow.fields[key]


def _question(definition: Definition, asked: Field, language: str) -> Iterator[str]:
    yield f"**{asked.label.say(language)}**"
    if asked.hint.by_language:
        yield f"({asked.hint.say(language)})"
    yield ""
    if asked.kind == "row" and asked.table in definition.tables:
        yield "Number of the row, from the lists below: ______"
    elif asked.options:
        yield from (f"- [ ] {option.label.say(language)}" for option in asked.options)
    else:
        yield from (LINE for _ in range(LINES_FOR_WORDS if asked.kind == "paragraph" else 1))
    yield ""


def _routing(definition: Definition, language: str) -> Iterator[str]:
    yield "## Whose it is"
    yield ""
    yield "Read from the top. The first line that fits decides. Never hand it to whoever it is about."
    yield ""
    flow = definition.flows.get(REPORT)
    for number, rule in enumerate(definition.routing.rules, 1):
        when = said_condition(definition, flow, rule.when, language) if rule.when else "anything else"
        if rule.by_table:
            goes = f"by the list {definition.tables[rule.by_table].title.say(language)}"
        else:
            goes = _names(definition, rule.owner)
        told = ", ".join(_names(definition, (tell.role, *tell.instead)) for tell in rule.tell)
        also = f" Tell at once: {told}." if told else ""
        yield f"{number}. {rule.why.say(language)} ({when}): {goes}.{also}"
    yield ""


def _ladder(definition: Definition, table: SanctionTable, language: str) -> Iterator[str]:
    yield f"## {table.title.say(language)}"
    yield ""
    yield "First the person on the left; on a repeat, or if it is worse, the next. Actions are proposals."
    yield ""
    yield "| | what | goes to | likely actions |"
    yield "|---|---|---|---|"
    for row in table.rows:
        ladder = _goes_to(definition, table, row)
        yield f"| {row.number} | {row.label.say(language)} | {ladder} | {_proposed(table, row, language)} |"
    yield ""


def _goes_to(definition: Definition, table: SanctionTable, row: Row) -> str:
    marked = (c for c in table.columns if c.kind == "authority" and c.key in row.marks)
    return ", then ".join(_names(definition, column.roles) for column in marked)


def _proposed(table: SanctionTable, row: Row, language: str) -> str:
    marked = (c for c in table.columns if c.kind == "action" and c.key in row.marks)
    return ", ".join(column.label.say(language) for column in marked)


def _last(definition: Definition) -> Iterator[str]:
    yield "## If nobody of these can be reached"
    yield ""
    yield f"In this order: {', then '.join(definition.roles[r].label for r in definition.last_resort)}."
    yield "Then the way outside school, at the top of this sheet. Anyone may use it at any time."


def _names(definition: Definition, roles: tuple[str, ...]) -> str:
    return " or ".join(definition.roles[role].label for role in dict.fromkeys(roles))
