"""The form, whose case it is, the ladders and the procedures on paper, for the day when Teams is down.

Pure: Markdown, that prints well as it stands; every sentence comes from the pack. Must not know people:
whoever is on duty is written in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.definitions.steps_on_paper import asks, span_of
from bot.definitions.wording import said_condition
from bot.model.definition import Definition
from bot.model.flows import Field, Flow, Step
from bot.model.tables import Column, Row, Rule, SanctionTable, Tell
from bot.model.text import Text

LINE = "________________________________________________________"
BOX = "- [ ]"
LINES_FOR_WORDS = 6
REPORT = "report"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A pack and the language that it is printed in."""

    definition: Definition
    language: str

    def say(self, key: str, **values: object) -> str:
        """A sentence of flows/common/texts.yaml, without the paper_ that all of these begin with."""
        return self.of(self.definition.texts[f"paper_{key}"]).format(**values)

    def of(self, text: Text) -> str:
        return text.say(self.language)

    def names(self, roles: tuple[str, ...]) -> str:
        """One of these: `Headteacher or Chair of Governors`."""
        return self.say("or").join(self.labels(roles))

    def each(self, roles: tuple[str, ...]) -> str:
        """All of these: `Headteacher, Chair of Governors`."""
        return ", ".join(self.labels(roles))

    def labels(self, roles: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.definition.roles[role].label for role in dict.fromkeys(roles))


def paper(definition: Definition) -> str:
    """Everything that can be needed on paper, in the school's language."""
    return "\n".join(_pages(_Sheet(definition, definition.school.language))) + "\n"


def _pages(sheet: _Sheet) -> Iterator[str]:
    definition = sheet.definition
    yield f"# {sheet.say('title', school=definition.school.name)}"
    yield ""
    yield sheet.say("danger", dsl=sheet.names(("dsl",)))
    yield ""
    for key in ("where_to_find_dsl", "outside_route", "out_of_hours"):
        if key in definition.texts:
            yield sheet.of(definition.texts[key])
            yield ""
    yield from _form(sheet, definition.flows[REPORT])
    yield from _routing(sheet)
    for table in definition.tables.values():
        yield from _ladder(sheet, table)
    yield from _last(sheet)
    yield from _procedures(sheet)


# --- the form ---


def _form(sheet: _Sheet, flow: Flow) -> Iterator[str]:
    yield f"## {sheet.of(flow.title)}"
    yield ""
    pictures = sheet.definition.guidance.get("pictures")
    if pictures is not None:
        yield f"**{sheet.of(pictures)}**"
        yield ""
    for blank in ("when", "writer"):
        yield f"{sheet.say(blank)}: {LINE}"
        yield ""
    yield sheet.say("fits")
    yield ""
    titles: set[str] = set()
    for key, fields in _asked_once(flow).items():
        step = flow.steps[key]
        title = sheet.of(step.title)
        if not step.review and title not in titles | {sheet.of(flow.title), sheet.of(fields[0].label)}:
            yield f"### {title}"
            yield ""
        titles.add(title)
        for asked in fields:
            yield from _question(sheet, flow, asked)
    yield f"{sheet.say('given_to')}: {LINE}"
    yield ""
    yield sheet.say("by_hand")
    yield ""


def _asked_once(flow: Flow) -> Mapping[str, list[Field]]:
    """By step the questions that no earlier step has asked: on paper nothing is asked twice."""
    seen: set[str] = set()
    found: dict[str, list[Field]] = {}
    for step in flow.steps.values():
        for key in (*([step.buttons] if step.buttons else []), *step.fields):
            if key not in seen:
                seen.add(key)
                found.setdefault(step.key, []).append(flow.fields[key])
    return found


def _question(sheet: _Sheet, flow: Flow, asked: Field) -> Iterator[str]:
    yield f"**{sheet.of(asked.label)}**"
    hint = _hint(sheet, flow, asked)
    if hint:
        yield f"({hint})"
    yield ""
    if asked.kind == "row" and asked.table in sheet.definition.tables:
        yield sheet.say("row", table=sheet.of(sheet.definition.tables[asked.table].title))
    elif asked.options:
        yield from (f"{BOX} {sheet.of(option.label)}" for option in asked.options)
    else:
        yield from (LINE for _ in range(LINES_FOR_WORDS if asked.kind == "paragraph" else 1))
    yield ""


def _hint(sheet: _Sheet, flow: Flow, asked: Field) -> str:
    """What helps to answer; what helps to press and pick is left out."""
    if asked.key == flow.description_field:
        return sheet.say("own_words")
    return sheet.of(asked.hint) if asked.kind in ("text", "paragraph") else ""


# --- whose it is ---


def _routing(sheet: _Sheet) -> Iterator[str]:
    routing = sheet.definition.routing
    yield f"## {sheet.say('whose_title')}"
    yield ""
    yield sheet.say("whose")
    yield ""
    for number, rule in enumerate(routing.rules, 1):
        yield f"{number}. {sheet.of(rule.why)} **{_goes(sheet, rule)}**{_told(sheet, rule.tell)}"
    yield ""
    yield sheet.say("also")
    yield ""
    for rule in routing.overlays:
        if rule.tell:
            yield f"- {sheet.of(rule.why)}{_told(sheet, rule.tell)}"
    yield ""


def _goes(sheet: _Sheet, rule: Rule) -> str:
    if rule.by_table:
        return sheet.say("by_table", table=sheet.of(sheet.definition.tables[rule.by_table].title))
    return sheet.say("goes_only" if rule.only else "goes", who=sheet.names(rule.owner))


def _told(sheet: _Sheet, tells: tuple[Tell, ...]) -> str:
    said = ""
    for sees in ("all", "children"):
        names = [sheet.names((tell.role, *tell.instead)) for tell in tells if tell.sees == sees]
        if names:
            said += " " + sheet.say(f"tell_{sees}", who=", ".join(dict.fromkeys(names)))
    return said


# --- the ladders ---


def _ladder(sheet: _Sheet, table: SanctionTable) -> Iterator[str]:
    actions = {c.key: c for c in table.actions}
    letters = dict(zip(actions, _LETTERS, strict=False))
    yield f"## {sheet.of(table.title)}"
    yield ""
    yield sheet.say("ladder")
    if table.start_highest_when:
        yield sheet.say("ladder_worse")
    yield ""
    yield sheet.say("actions")
    yield ""
    for key, column in actions.items():
        yield f"- {letters[key]}: {sheet.of(column.label)} ({sheet.each(column.may_decide)})"
    yield ""
    yield f"| | {' | '.join(sheet.say(head) for head in ('head_what', 'head_who', 'head_actions'))} |"
    yield "|---|---|---|---|"
    for row in table.rows:
        marked = " ".join(letters[mark] for mark in row.marks if mark in letters)
        what = sheet.of(row.plain) or sheet.of(row.label)
        yield f"| {row.number} | {what} | {_levels(sheet, table, row)} | {marked} |"
    yield ""


def _levels(sheet: _Sheet, table: SanctionTable, row: Row) -> str:
    """The row's own levels in bold, and behind them who it goes to when it happens again (casework 3)."""
    ladder = list(table.ladder)
    marked = [column for column in ladder if column.key in row.marks]
    higher: list[Column] = ladder[ladder.index(marked[-1]) + 1 :] if marked else []
    levels = [f"**{sheet.names(column.roles)}**" for column in marked]
    levels += [sheet.names(column.roles) for column in higher]
    if levels and ladder[-1].beyond:
        levels.append(sheet.names(ladder[-1].beyond))
    return sheet.say("then").join(levels)


# --- the last resort, the procedures ---


def _last(sheet: _Sheet) -> Iterator[str]:
    roles = sheet.definition.roles
    order = sheet.say("then").join(roles[role].label for role in sheet.definition.last_resort)
    yield f"## {sheet.say('last_title')}"
    yield ""
    yield sheet.say("last", order=order)
    yield ""


def _procedures(sheet: _Sheet) -> Iterator[str]:
    flows = [flow for flow in sheet.definition.flows.values() if flow.use == "case"]
    if not flows:
        return
    yield f"## {sheet.say('procedures_title')}"
    yield ""
    yield sheet.say("procedures")
    yield ""
    for flow in flows:
        yield f"### {sheet.of(flow.title)}"
        yield ""
        if flow.stops_when:
            when = said_condition(sheet.definition, flow, flow.stops_when, sheet.language)
            yield f"**{sheet.say('stops', when=when)}**"
            yield ""
        for number, step in enumerate(asks(flow), 1):
            yield f"{number}. {_step(sheet, step)}"
            yield from (f"   - {sheet.of(flow.fields[key].label)}" for key in step.fields)
        yield ""


def _step(sheet: _Sheet, step: Step) -> str:
    unit, count = span_of(step)
    within = f", {sheet.say(unit, count=count)}" if unit else ""
    title = f"**{sheet.of(step.title)}** " if step.title.by_language else ""
    said = f"{title}*{_by_whom(sheet, step)}{within}*. {sheet.of(step.body)}"
    bodies = [sheet.of(option.label) for option in step.options]
    return f"{said} ({', '.join(bodies)})" if bodies else said.rstrip()


def _by_whom(sheet: _Sheet, step: Step) -> str:
    if step.kind == "notify":
        return sheet.say("told", who=sheet.each(step.tell))
    if step.kind == "approval":
        count = step.needs or len(step.approvers)
        key = "signs" if count == 1 else "sign"
        return sheet.say(key, count=count, who=sheet.names(step.approvers))
    return sheet.names(step.who) if step.who else sheet.say("owner")
