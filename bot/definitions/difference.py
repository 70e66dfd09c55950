"""Says in words what an edit of a pack changes: who gets what, which questions are asked, who may do what.

Pure. English only: it is for whoever edits a pack and whoever confirms the edit. Must not know where the two
came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from bot.definitions.leaves import leaves, reworded
from bot.definitions.wording import said_condition
from bot.model.conditions import Condition
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.tables import Row, Rule, SanctionTable

T = TypeVar("T")


def difference(old: Definition, new: Definition) -> tuple[str, ...]:
    """One sentence for each change; empty when nothing differs but lines, comments and order."""
    parts = (_rows, _routing, _flows, _actions, _roles, _permissions, _clocks, reworded)
    return tuple(dict.fromkeys(line for part in parts for line in part(old, new)))


def touches_who_is_told(old: Definition, new: Definition) -> bool:
    """Whether routing, exclusion or clocks change: then a second person must agree (casework 9).

    Who is told, asked or signs in a procedure counts, and by when; so does what leads there.
    """
    return (
        (old.routing, old.tables, old.last_resort, old.school.clocks, old.school.hours, old.roles)
        != (new.routing, new.tables, new.last_resort, new.school.clocks, new.school.hours, new.roles)
        or old.permissions != new.permissions
        or old.school.channel_roles != new.school.channel_roles
        or _steering(old) != _steering(new)
    )


_STEERS = re.compile(
    r"\.decisions\..+\.(when\b.*|flags)"
    r"|\.flows\.[^.]+\.(owner|begun_by|(begins_when|offered_when|stops_when|sets_crime|flags)\b.*)"
    r"|\.flows\.[^.]+\.steps\.[^.]+\.(who|tell|approvers|needs|others_only|requires|flags|table|does"
    r"|due_minutes|due_in_hours|expires_minutes|wait_minutes|until_field|(starts|next)\b.*)"
    r"|\.flows\.[^.]+\.fields\.[^.]+\.(part|options\.[^.]+\.flags)"
)
"""Places of a procedure at which stands who is told, asked or signs, by when, or what leads there."""

_NOTHING = ((), "", None, 0, False, "none")


def _steering(definition: Definition) -> Mapping[str, object]:
    """Everything in the procedures that bears on who is told of something, by place."""
    found = leaves(definition)
    return {p: v for p, v in found.items() if v not in _NOTHING and _STEERS.fullmatch(p)}


def _came_and_went(
    kind: str, old: Mapping[str, T], new: Mapping[str, T], name: Callable[[T], str]
) -> Iterator[str]:
    yield from (f"New {kind}: {name(thing)}." for key, thing in new.items() if key not in old)
    yield from (f"Gone: {kind} {name(thing)}." for key, thing in old.items() if key not in new)


def _both(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[T, T]]:
    for key in old:
        if key in new and old[key] != new[key]:
            yield old[key], new[key]


# --- tables and routing ---


def _rows(old: Definition, new: Definition) -> Iterator[str]:
    yield from _came_and_went("table", old.tables, new.tables, lambda t: t.title.say())
    yield from _came_and_went("list to look up", old.grids, new.grids, lambda g: g.title.say())
    for before, after in _both(old.tables, new.tables):
        yield from _of_table(old, new, before, after)
    for grid, grid_now in _both(old.grids, new.grids):
        rows, rows_now = {r.key: r for r in grid.rows}, {r.key: r for r in grid_now.rows}
        yield from _came_and_went(f"row of {grid_now.title.say()}", rows, rows_now, _row_name)
        for row, row_now in _both(rows, rows_now):
            if row.marks != row_now.marks:
                yield f"{grid_now.title.say()}, row {_row_name(row_now)}: marked otherwise than before."


def _of_table(old: Definition, new: Definition, before: SanctionTable, after: SanctionTable) -> Iterator[str]:
    rows, rows_now = {r.key: r for r in before.rows}, {r.key: r for r in after.rows}
    title = after.title.say()
    yield from _came_and_went(f"row of {title}", rows, rows_now, _row_name)
    for key, row in rows.items():
        if key not in rows_now:
            continue
        goes, goes_now = _goes_to(old, before, row), _goes_to(new, after, rows_now[key])
        if goes != goes_now:
            yield f"{title}, row {_row_name(row)}: went to {goes}, now goes to {goes_now}."
        proposed, proposed_now = _proposed(before, row), _proposed(after, rows_now[key])
        if proposed != proposed_now:
            yield f"{title}, row {_row_name(row)}: proposed {proposed}, now proposes {proposed_now}."
        if row.flags != rows_now[key].flags or row.no_sanction_when != rows_now[key].no_sanction_when:
            yield f"{title}, row {_row_name(row)}: what follows from it has changed."
    columns, columns_now = {c.key: c for c in before.columns}, {c.key: c for c in after.columns}
    for column, column_now in _both(columns, columns_now):
        if column.may_decide != column_now.may_decide:
            had, has = _names(old, column.may_decide), _names(new, column_now.may_decide)
            yield f"{column_now.label.say()}: was decided by {had}, now by {has}."


def _row_name(row: Row) -> str:
    return f"{row.number} ({row.plain.say() or row.label.say()})"


def _goes_to(definition: Definition, table: SanctionTable, row: Row) -> str:
    ladder = [c for c in table.ladder if c.key in row.marks]
    return ", then ".join(_names(definition, column.roles) for column in ladder) or "nobody"


def _proposed(table: SanctionTable, row: Row) -> str:
    marked = [c.label.say() for c in table.actions if c.key in row.marks]
    return ", ".join(marked) or "nothing"


def _names(definition: Definition, roles: tuple[str, ...]) -> str:
    names = [definition.roles[r].label if r in definition.roles else r for r in roles]
    return " or ".join(names) or "nobody"


def _routing(old: Definition, new: Definition) -> Iterator[str]:
    pairs = (
        ("rule of routing", old.routing.rules, new.routing.rules),
        ("addition to routing", old.routing.overlays, new.routing.overlays),
    )
    for kind, before, after in pairs:
        rules, rules_now = {r.key: r for r in before}, {r.key: r for r in after}
        yield from _came_and_went(kind, rules, rules_now, lambda r: f"{r.key} ({r.why.say()})")
        for rule, rule_now in _both(rules, rules_now):
            yield from _of_rule(old, new, rule, rule_now)
        kept = [key for key in rules if key in rules_now]
        if kept != [key for key in rules_now if key in rules]:
            yield f"The order of each {kind} has changed: the first that holds decides."


def _of_rule(old: Definition, new: Definition, before: Rule, after: Rule) -> Iterator[str]:
    name = f"Routing, {after.key}"
    if before.owner != after.owner or before.by_table != after.by_table:
        went, goes = before.by_table or _names(old, before.owner), after.by_table or _names(new, after.owner)
        yield f"{name}: went to {went}, now goes to {goes}."
    if before.when != after.when:
        yield f"{name}: held when {_said(old, before.when)}, now when {_said(new, after.when)}."
    told, tells = tuple(t.role for t in before.tell), tuple(t.role for t in after.tell)
    if before.tell != after.tell:
        yield f"{name}: told {_names(old, told)}, now tells {_names(new, tells)}."
    if before.urgency != after.urgency:
        yield f"{name}: was {before.urgency or 'as the rest says'}, is {after.urgency or 'as the rest says'}."
    if before.only != after.only or before.sanctions != after.sanctions:
        yield f"{name}: whether others may stand in, or sanctions be decided, has changed."


def _said(definition: Definition, condition: Condition | None) -> str:
    flow = definition.flows.get("report")
    return said_condition(definition, flow, condition, "en") if condition else "nothing else does"


# --- flows and actions ---


def _flows(old: Definition, new: Definition) -> Iterator[str]:
    yield from _came_and_went("procedure", old.flows, new.flows, lambda f: f.title.say())
    for before, after in _both(old.flows, new.flows):
        yield from _of_flow(old, new, before, after)


def _of_flow(old: Definition, new: Definition, before: Flow, after: Flow) -> Iterator[str]:
    title = after.title.say()
    yield from _came_and_went(f"question in {title}", before.fields, after.fields, lambda f: f.label.say())
    yield from _came_and_went(f"step in {title}", before.steps, after.steps, _step_name)
    for asked, asked_now in _both(before.fields, after.fields):
        options = tuple(o.key for o in asked.options), tuple(o.key for o in asked_now.options)
        if options[0] != options[1]:
            yield f"{title}: {asked_now.label.say()} offers other answers than before."
        if bool(asked.needed.by_language) != bool(asked_now.needed.by_language):
            word = "must" if asked_now.needed.by_language else "need not"
            yield f"{title}: {asked_now.label.say()} {word} be answered now."
    for step, step_now in _both(before.steps, after.steps):
        yield from _of_step(old, new, title, step, step_now)
    if (before.begins_when, before.stops_when, before.begun_by, before.owner) != (
        after.begins_when,
        after.stops_when,
        after.begun_by,
        after.owner,
    ):
        yield f"{title}: when it begins or stops, who may begin it, or whose it is, has changed."
    if before.sets_crime != after.sets_crime:
        yield f"{title}: what it says of *Could it be a crime?* when a step begins it has changed."


def _of_step(old: Definition, new: Definition, title: str, before: Step, after: Step) -> Iterator[str]:
    name = f"{title}, {_step_name(after)}"
    if before.who != after.who or before.approvers != after.approvers or before.tell != after.tell:
        had = _names(old, before.who or before.approvers or before.tell)
        yield f"{name}: was {had}, is now {_names(new, after.who or after.approvers or after.tell)}."
    if before.next != after.next:
        yield f"{name}: leads on otherwise than before."
    if before.needs != after.needs or before.requires != after.requires or before.starts != after.starts:
        yield f"{name}: what it needs or begins has changed."
    if before.others_only != after.others_only:
        yield f"{name}: whoever asked {'may not' if after.others_only else 'may'} sign now."
    if before.fields != after.fields and set(before.fields) != set(after.fields):
        yield f"{name}: asks other questions than before."
    times = (
        ("due after", before.due_minutes, after.due_minutes),
        ("over after", before.expires_minutes, after.expires_minutes),
        ("going on after", before.wait_minutes, after.wait_minutes),
    )
    for word, minutes, now in times:
        if minutes != now:
            yield f"{name}: was {word} {_span(minutes)}, is now {_span(now)}."


def _span(minutes: int) -> str:
    return f"{minutes} minutes" if minutes else "no set time"


def _step_name(step: Step) -> str:
    return step.title.say() or step.key


def _actions(old: Definition, new: Definition) -> Iterator[str]:
    yield from _came_and_went("action on a case", old.actions, new.actions, lambda a: a.label.say())
    for before, after in _both(old.actions, new.actions):
        if before.permission != after.permission or before.when != after.when:
            yield f"{after.label.say()}: who may do it, or when, has changed."
        if before.before_close != after.before_close or before.before_decide != after.before_decide:
            yield f"{after.label.say()}: what waits for it has changed."


# --- roles, permissions, clocks ---


def _roles(old: Definition, new: Definition) -> Iterator[str]:
    yield from _came_and_went("role", old.roles, new.roles, lambda r: r.label)
    for before, after in _both(old.roles, new.roles):
        if before.substitutes != after.substitutes:
            had, has = _names(old, before.substitutes), _names(new, after.substitutes)
            yield f"{after.label}: was stood in for by {had}, now by {has}."
        if before.sees != after.sees or before.relation != after.relation:
            yield f"{after.label}: which cases it may see, or how it is held, has changed."
    if old.last_resort != new.last_resort:
        had, has = _names(old, old.last_resort), _names(new, new.last_resort)
        yield f"Last resort: was {had}, is now {has}."


def _permissions(old: Definition, new: Definition) -> Iterator[str]:
    for permission in sorted(set(new.permissions) - set(old.permissions), key=repr):
        label = _names(new, (permission.role,))
        yield f"{label} may now {permission.verb.replace('_', ' ')} ({permission.scope})."
    for permission in sorted(set(old.permissions) - set(new.permissions), key=repr):
        label = _names(old, (permission.role,))
        yield f"{label} may no longer {permission.verb.replace('_', ' ')} ({permission.scope})."


def _clocks(old: Definition, new: Definition) -> Iterator[str]:
    for urgency, before in old.school.clocks.climb.items():
        after = new.school.clocks.climb[urgency]
        if before != after:
            yield (
                f"{urgency.capitalize()} cases: reminded after {before.remind_minutes}, next after "
                f"{before.climb_minutes}, outside after {before.outside_minutes} minutes; now "
                f"{after.remind_minutes}, {after.climb_minutes} and {after.outside_minutes}."
            )
    names = ("hours", "channel_roles", "danger_words", "publish", "year_starts", "name", "zone")
    for name in names:
        if getattr(old.school, name) != getattr(new.school, name):
            yield f"School: {name.replace('_', ' ')} has changed."
