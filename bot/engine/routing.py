"""Whose case it is, who else is told, what is proposed, how urgent, and what it may never do.

The school's routing table decides; what never bends (design 4, casework 4, 5, 8) is held here in code,
whatever a pack says. Must not know persons: `barred` says why a role cannot get it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.engine.conditions import holds
from bot.engine.holders import Towards
from bot.engine.ladder import Rung, WhyBarred, choose, marked_rungs, place, refer, rungs
from bot.model.cases import Proposal, Routed, Told
from bot.model.conditions import Condition
from bot.model.definition import Definition
from bot.model.flows import NO_TEXT
from bot.model.people import RoleRef
from bot.model.tables import Row, Rule, SanctionTable, Tell, Urgency

URGENCIES: tuple[Urgency, ...] = ("routine", "serious", "immediate")
"""Lowest first."""

UNSURE = ("yes", "not_sure")
"""Not knowing counts as yes where a child may be at risk."""

SAFEGUARDING = ("dsl", "deputy_dsl")
"""Who has a case for which no rule of a pack may be used."""

HEADS = ("headteacher", "chair_of_governors")
"""The same, where it is about an adult of the school."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a case is routed by.

    `flags` are those raised by the answers (derived ones too); `facts`: see FACTS, where `danger` is taken
    from the answers if it is not given and `harm` always is. `rows`: the chosen row by table key.
    `earlier`: how many earlier cases count and are confirmed. `towards`: see `holders.towards`.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    flags: Collection[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)
    earlier: int = 0
    towards: Towards = field(default_factory=dict)


def route(definition: Definition, given: Given, *, barred: WhyBarred) -> Routed:
    """The answer of the school's routing table, within what never bends.

    `owner` None: nobody inside may have it, so the outside route is shown. Raises nothing.
    """
    facts = _facts(given)
    for rule in definition.routing.rules:
        if not holds(rule.when, given.answers, flags=given.flags, facts=facts):
            continue
        if rule.by_table and _kept_from(definition.tables[rule.by_table], facts):
            continue
        return by_rule(definition, rule, given, barred=barred)
    about_adult = facts["adult_subject"] == "yes"
    rule = Rule(
        key="", when=None, why=NO_TEXT, owner=HEADS if about_adult else SAFEGUARDING, only=about_adult
    )
    return by_rule(definition, rule, given, barred=barred)


def by_rule(definition: Definition, rule: Rule, given: Given, *, barred: WhyBarred) -> Routed:
    """As `route`, with the row of the routing table already known (a command line names a table itself)."""
    matter = _matter(definition, rule, given)
    hits = [rule, *(o for o in definition.routing.overlays if matter.asks(o.when))]
    wanted, only = _wanted(matter)
    chosen = choose(
        wanted,
        definition.roles,
        definition.last_resort,
        towards=given.towards,
        barred=barred,
        only=only,
    )
    sanctions = _sanctions(matter, hits)
    urgency = _urgency(matter, hits)
    rung, row = matter.rung, matter.row
    return Routed(
        rule=rule.key,
        owner=chosen.role,
        roles=wanted,
        only=only,
        column=rung.column if rung else "",
        rung=matter.level,
        offence=given.earlier + 1 if row else 1,
        table=rule.by_table if row else "",
        row=row.key if row else "",
        source=row.source if row and row.source else rule.source,
        also=_told(matter, hits, chosen.role, barred),
        passed_over=chosen.passed_over,
        proposed=_proposals(matter, sanctions=sanctions),
        restricted=matter.facts["restricted"] == "yes",
        urgency=urgency,
        channel=_channel(matter, urgency),
        sanctions=sanctions,
        child_protection=matter.facts["child_protection"] == "yes",
        illegal=matter.facts["illegal"] == "yes",
        aggravated=matter.highest,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matter:
    """One routing in the making: what was given, and what the chosen row adds to it."""

    definition: Definition
    rule: Rule
    given: Given
    flags: frozenset[str]
    facts: Mapping[str, str]
    table: SanctionTable | None
    row: Row | None
    rung: Rung | None = None
    level: int = 0
    highest: bool = False

    def asks(self, condition: Condition | None) -> bool:
        return holds(condition, self.given.answers, flags=self.flags, facts=self.facts)


def _matter(definition: Definition, rule: Rule, given: Given) -> _Matter:
    facts = _facts(given)
    table = definition.tables.get(rule.by_table)
    if table and _kept_from(table, facts):
        table = None
    row = _row(table, given)
    flags = frozenset(given.flags) | frozenset(row.flags if row else ())
    facts["illegal"] = _word(
        yes="yes" in (facts.get("illegal"), facts.get("crime")) or bool(row and "illegal" in row.flags)
    )
    facts["table"] = _word(yes=row is not None)
    if not table or not row:
        return _Matter(
            definition=definition, rule=rule, given=given, flags=flags, facts=facts, table=None, row=None
        )
    highest, in_lesson = (
        condition is not None and holds(condition, given.answers, flags=flags, facts=facts)
        for condition in (table.start_highest_when, table.in_lesson_when)
    )
    way = rungs(table, row, in_lesson=in_lesson)
    level = place(marked_rungs(table, row), len(way), earlier=given.earlier, highest=highest)
    return _Matter(
        definition=definition,
        rule=rule,
        given=given,
        flags=flags,
        facts=facts,
        table=table,
        row=row,
        rung=way[level],
        level=level,
        highest=highest,
    )


def _facts(given: Given) -> dict[str, str]:
    """The facts with every one that the guarantees need: what is not known counts as the safer answer."""
    facts = dict(given.facts)
    facts.setdefault("danger", given.answers.get("danger", "") or "open")
    facts.setdefault("adult_subject", "no")
    # Only a plain no lets a case about an adult go by the table; unasked is not a no (casework 4).
    facts["harm"] = _word(yes=facts["adult_subject"] == "yes" and given.answers.get("harm") != "no")
    if "child_protection" in given.flags:
        facts["child_protection"] = "yes"
    facts.setdefault("child_protection", "no")
    if facts["adult_subject"] == "yes":
        facts["restricted"] = "yes"
    facts.setdefault("restricted", "no")
    return facts


def _kept_from(table: SanctionTable, facts: Mapping[str, str]) -> bool:
    """Whether this table must not decide: it is for others, a child may be at risk, or an adult a danger."""
    if facts["adult_subject"] == "yes":
        return table.subjects != "adult" or _harm(facts)
    return table.subjects != "pupil" or _child_at_risk(facts)


def _harm(facts: Mapping[str, str]) -> bool:
    """An adult may have harmed a child, and no advice is on record yet (casework 4)."""
    return facts["harm"] == "yes" and facts.get("advised") != "yes"


def _grave(facts: Mapping[str, str]) -> bool:
    """A child may be at risk, or the police may be needed; not being sure counts."""
    return "yes" in (facts["child_protection"], facts["illegal"]) or facts.get("crime") in UNSURE


def _child_at_risk(facts: Mapping[str, str]) -> bool:
    """Child protection that the DSL has not released to the table's role."""
    return facts["child_protection"] == "yes" and facts.get("released") != "yes"


def _row(table: SanctionTable | None, given: Given) -> Row | None:
    return table.by_key.get(given.rows.get(table.key, "")) if table else None


def _wanted(matter: _Matter) -> tuple[tuple[str, ...], bool]:
    """The ordered roles of which one gets it, and whether nobody but them may ever have it."""
    rule, facts = matter.rule, matter.facts
    if matter.rung:
        return matter.rung.roles, rule.only
    if facts["adult_subject"] == "yes":
        return rule.owner or HEADS, rule.only or _harm(facts)
    if facts["child_protection"] == "yes":
        return tuple(role for role in rule.owner if role in SAFEGUARDING) or SAFEGUARDING, rule.only
    return rule.owner or SAFEGUARDING, rule.only


def _sanctions(matter: _Matter, hits: Sequence[Rule]) -> bool:
    """Whether a sanction may be decided now. Never for a child at risk, nor before LADO advice."""
    row = matter.row
    if _harm(matter.facts) or _child_at_risk(matter.facts):
        return False
    if row and row.no_sanction_when is not None and matter.asks(row.no_sanction_when):
        return False
    return all(rule.sanctions for rule in hits)


def _urgency(matter: _Matter, hits: Sequence[Rule]) -> Urgency:
    """The highest of what the rules say and of casework 8."""
    facts = matter.facts
    found: list[Urgency] = [rule.urgency for rule in hits if rule.urgency]
    if facts["danger"] in UNSURE:
        found.append("immediate")
    harm = facts["adult_subject"] == "yes" and facts["harm"] == "yes"
    if (
        harm
        or facts["child_protection"] == "yes"
        or facts["illegal"] == "yes"
        or facts.get("crime") in UNSURE
    ):
        found.append("serious")
    return max(found, key=URGENCIES.index, default="routine")


def _channel(matter: _Matter, urgency: Urgency) -> Literal["urgent", "daily", "none"]:
    """Never a channel for a case about an adult of the school, nor before it is known who is involved."""
    if matter.facts["restricted"] == "yes" or matter.facts.get("someone_named") == "no":
        return "none"
    return "daily" if urgency == "routine" else "urgent"


def _proposals(matter: _Matter, *, sanctions: bool) -> tuple[Proposal, ...]:
    """The marked actions, and those that a condition adds; none that falls on the person while blocked."""
    if not matter.table or not matter.row:
        return ()
    found: list[Proposal] = []
    for column in matter.table.actions:
        if column.sanction and not sanctions:
            continue
        marked = column.key in matter.row.marks
        if marked or (column.proposed_when is not None and matter.asks(column.proposed_when)):
            deciding = column.held_by if column.held_by and _grave(matter.facts) else column.may_decide
            found.append(Proposal(action=column.key, marked=marked, may_decide=deciding))
    return tuple(found)


def _told(
    matter: _Matter, hits: Sequence[Rule], owner: RoleRef | None, barred: WhyBarred
) -> tuple[Told, ...]:
    """Each role once, never the owner's; the right of oversight and the wider view are kept."""
    language = matter.definition.school.language
    found: dict[str, Told] = {}
    for tell in (tell for rule in hits for tell in rule.tell):
        role = _told_role(tell, matter, barred)
        if role is None or (owner and role.role == owner.role):
            continue
        before = found.get(role.role)
        found[role.role] = Told(
            role=role,
            why=before.why if before else tell.why.say(language),
            oversight=tell.oversight or bool(before and before.oversight),
            sees="all" if tell.sees == "all" or (before and before.sees == "all") else "children",
        )
    return tuple(found.values())


def _told_role(tell: Tell, matter: _Matter, barred: WhyBarred) -> RoleRef | None:
    for key in (tell.role, *tell.instead):
        role = refer(key, matter.definition.roles, matter.given.towards)
        if not barred(role):
            return role
    return None


def _word(*, yes: bool) -> str:
    return "yes" if yes else "no"
