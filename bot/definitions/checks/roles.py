"""What must hold of roles and permissions: those that the rules of the product need, and a last resort."""

from __future__ import annotations

from bot.definitions.checks.findings import Findings

NEEDED = ("dsl", "deputy_dsl", "headteacher", "chair_of_governors", "admin", "staff")
"""Roles that the product's own rules name; every school has them under these keys."""

VERBS = (
    "report",
    "open",
    "accept",
    "acknowledge",
    "note",
    "propose",
    "decide",
    "close",
    "reopen",
    "confirm_earlier",
    "confirm_person",
    "correct_row",
    "crime",
    "exclude",
    "lift",
    "release",
    "lower_urgency",
    "record_contact",
    "read_log",
    "hand_over",
    "list",
    "begin",
    "work",
    "link_channel",
    "confirm_channel",
    "confirm_publish",
    "move_version",
    "admin",
)
"""What a permission can be about."""

LEAST_LAST_RESORT = 2


def check_roles(findings: Findings) -> None:
    """Roles, their substitutes and aliases, the last resort, the permissions."""
    definition = findings.definition
    for name in NEEDED:
        if name not in definition.roles:
            remedy = f"Add {name}: and its label; if the school calls it otherwise, that is its label."
            findings.fault("roles", f"the role {name} is missing", remedy)
    _check_names(findings)
    for role in definition.roles.values():
        findings.roles(f"roles.{role.key}.substitutes", role.substitutes)
        if role.key in role.substitutes:
            remedy = "Name another role, or none."
            findings.fault(f"roles.{role.key}.substitutes", "a role cannot substitute itself", remedy)
    _check_last_resort(findings)
    for permission in definition.permissions:
        findings.known("permissions", permission.verb, VERBS, "verb")
        findings.known("permissions", permission.role, definition.roles, "role")


def _check_last_resort(findings: Findings) -> None:
    names = findings.definition.last_resort
    findings.roles("last_resort", names)
    if len(set(names)) < LEAST_LAST_RESORT:
        remedy = "Name two roles or more: one may be the person it is about."
        findings.fault("last_resort", "has fewer than two roles", remedy)
    for at, name in enumerate(names):
        role = findings.definition.roles.get(name)
        if role and role.relation != "none":
            remedy = "Name a role that the same people hold whomever it is about."
            findings.fault(f"last_resort.{at}", f"{name} is held by relation", remedy)


def _check_names(findings: Findings) -> None:
    """One name, one role: aliases are what people type."""
    taken = {key: key for key in findings.definition.roles}
    for role in findings.definition.roles.values():
        for at, alias in enumerate(role.aliases):
            other = taken.setdefault(alias.casefold(), role.key)
            if other != role.key:
                remedy = "Keep it with one of the two."
                place = f"roles.{role.key}.aliases.{at}"
                findings.fault(place, f"{alias!r} means {other} already", remedy)
