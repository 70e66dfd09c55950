"""What flows, actions, tables and roles may hold: one record each, in the field names of the model.

Must not know where files lie, nor whether the names in them exist.
"""

from __future__ import annotations

from typing import Any, get_args

from bot.definitions.parts import branches, condition, fields, maybe_condition, option
from bot.definitions.shape import (
    Record,
    key,
    list_of,
    mapping_of,
    one_of,
    one_or_more,
    text,
    values_of,
    whole,
    word,
    yes_no,
)
from bot.model.definition import DOES, CaseAction, Duty, Permission
from bot.model.flows import DerivedFlag, Flow, FlowUse, Start, Step, StepKind
from bot.model.people import Relation, Role
from bot.model.tables import (
    Column,
    DecisionRow,
    DecisionTable,
    Grid,
    Routing,
    Row,
    Rule,
    SanctionTable,
    Tell,
    Urgency,
)
from bot.model.text import Text

_keys = list_of(key)
_minutes = whole(0, 1_000_000)
_TONES = ("default", "positive", "destructive")
_ORIGINS = ("policy", "national", "product")

# --- flows and actions ---

_start = Record(make=Start, keys={"flow": key, "when": maybe_condition}, needed=("flow",)).kind()

_step = Record(
    make=Step,
    keys={
        "kind": one_of(*get_args(StepKind)),
        "title": text,
        "body": text,
        "notices": _keys,
        "fields": _keys,
        "buttons": key,
        "unchecked_when": maybe_condition,
        "needs_one": _keys,
        "needs_one_error": text,
        "review": yes_no,
        "send": text,
        "table": word,
        "does": word,
        "who": _keys,
        "due_minutes": _minutes,
        "due_in_hours": yes_no,
        "requires": _keys,
        "starts": list_of(_start),
        "approvers": _keys,
        "needs": whole(1, 9),
        "expires_minutes": _minutes,
        "others_only": yes_no,
        "options": values_of(mapping_of(option)),
        "wait_minutes": _minutes,
        "until_field": key,
        "event": text,
        "tell": _keys,
        "looks_up": key,
        "deletes": _keys,
        "uses": _keys,
        "records": key,
        "flags": _keys,
        "next": branches,
        "source": word,
        "origin": one_of(*_ORIGINS),
        "fires": word,
    },
    needed=("kind",),
    named=True,
    marked=True,
).kind()

flow = Record(
    make=Flow,
    keys={
        "flow": key,
        "title": text,
        "start": key,
        "fields": fields,
        "steps": mapping_of(_step),
        "flags": list_of(
            Record(make=DerivedFlag, keys={"flag": key, "when": condition}, needed=("flag", "when")).kind()
        ),
        "description_field": key,
        "use": one_of(*get_args(FlowUse)),
        "begun_by": _keys,
        "words": list_of(word),
        "owner": _keys,
        "begins_when": maybe_condition,
        "offered_when": maybe_condition,
        "stops_when": maybe_condition,
        "sets_crime": one_of("not_sure", "yes"),
        "blocks_close": yes_no,
        "source": word,
        "origin": one_of(*_ORIGINS),
    },
    needed=("flow", "title", "start", "steps"),
    may_lack=("fields",),
    rename={"flow": "key"},
    marked=True,
).kind()

action = Record(
    make=CaseAction,
    keys={
        "does": one_of(*DOES),
        "label": text,
        "title": text,
        "body": text,
        "fields": fields,
        "permission": key,
        "when": maybe_condition,
        "send": text,
        "additive": yes_no,
        "tone": one_of(*_TONES),
        "first": yes_no,
        "by": one_of("handler", "reporter"),
        "before_close": yes_no,
        "before_decide": yes_no,
        "done": text,
        "origin": one_of(*_ORIGINS),
        "source": word,
    },
    needed=("does", "label", "title", "permission"),
    may_lack=("fields", "body"),
    named=True,
    marked=True,
).kind()

# --- tables ---

_column = Record(
    make=Column,
    keys={
        "key": key,
        "label": text,
        "kind": one_of("authority", "action"),
        "roles": _keys,
        "in_lesson": _keys,
        "beyond": _keys,
        "may_decide": _keys,
        "held_by": _keys,
        "proposed_when": maybe_condition,
        "sanction": yes_no,
        "task": key,
    },
    needed=("key", "label", "kind"),
).kind()

_row = Record(
    make=Row,
    keys={
        "key": key,
        "number": whole(1, 999),
        "label": text,
        "plain": text,
        "marks": _keys,
        "flags": _keys,
        "no_sanction_when": maybe_condition,
        "conflict": text,
        "source": word,
    },
    needed=("key", "number", "label", "plain", "marks"),
    marked=True,
).kind()

table = Record(
    make=SanctionTable,
    keys={
        "table": key,
        "title": text,
        "subjects": one_of("pupil", "adult"),
        "columns": list_of(_column),
        "rows": list_of(_row),
        "start_highest_when": maybe_condition,
        "in_lesson_when": maybe_condition,
        "source": word,
    },
    needed=("table", "title", "subjects", "columns", "rows"),
    rename={"table": "key"},
).kind()


def _grid_column(key: str, label: Text) -> tuple[str, Text]:
    return key, label


grid = Record(
    make=Grid,
    keys={
        "grid": key,
        "title": text,
        "columns": list_of(
            Record(make=_grid_column, keys={"key": key, "label": text}, needed=("key", "label")).kind()
        ),
        "rows": list_of(_row),
        "source": word,
    },
    needed=("grid", "title", "columns", "rows"),
    rename={"grid": "key"},
).kind()

_decision_row = Record(
    make=DecisionRow,
    keys={"key": key, "when": maybe_condition, "why": text, "flags": _keys, "source": word},
    needed=("key", "why"),
    may_lack=("when",),
    marked=True,
).kind()

decision_table = Record(
    make=DecisionTable,
    keys={
        "decision": key,
        "title": text,
        "hit": one_of("first"),
        "rows": list_of(_decision_row),
        "overlays": list_of(_decision_row),
        "source": word,
    },
    needed=("decision", "title", "hit", "rows"),
    rename={"decision": "key"},
    marked=True,
).kind()

_tell = Record(
    make=Tell,
    keys={
        "role": key,
        "why": text,
        "oversight": yes_no,
        "sees": one_of("all", "children"),
        "instead": _keys,
    },
    needed=("role", "why"),
).kind()

_rule = Record(
    make=Rule,
    keys={
        "key": key,
        "when": maybe_condition,
        "why": text,
        "owner": _keys,
        "only": yes_no,
        "by_table": key,
        "tell": list_of(_tell),
        "urgency": one_of(*get_args(Urgency)),
        "sanctions": yes_no,
        "source": word,
    },
    needed=("key", "why"),
    may_lack=("when",),
    marked=True,
).kind()
# What cannot be read as a condition hits nothing; a rule with no `when` at all is the otherwise.

routing = Record(
    make=Routing, keys={"rules": list_of(_rule), "overlays": list_of(_rule)}, needed=("rules", "overlays")
).kind()

# --- roles ---

role = Record(
    make=Role,
    keys={
        "label": word,
        "aliases": list_of(word),
        "relation": one_of(*get_args(Relation)),
        "substitutes": _keys,
        "reach": one_of("teams", "mail"),
        "sees": one_of("none", "unrestricted", "safeguarding"),
    },
    needed=("label",),
    named=True,
).kind()


def _permissions(verb: tuple[str, ...], role: tuple[str, ...], scope: Any) -> tuple[Permission, ...]:
    return tuple(Permission(verb=v, role=r, scope=scope) for v in verb for r in role)


permission = Record(
    make=_permissions,
    keys={
        "verb": one_or_more(key),
        "role": one_or_more(key),
        "scope": one_of("own", "assigned", "restricted", "requests", "all"),
    },
    needed=("verb", "role", "scope"),
).kind()
"""`{verb, role, scope}`; several verbs or roles in one line mean each with each."""

# --- what belongs to no school ---

duty = Record(
    make=Duty,
    keys={"number": whole(1, 999), "duty": word, "schools": _keys, "why_not_yet": word},
    needed=("number", "duty", "schools"),
).kind()

duties = list_of(duty)
forms = mapping_of(fields)
texts = mapping_of(text)
roles = mapping_of(role)
actions = mapping_of(action)
permissions = list_of(permission)
role_keys = _keys
