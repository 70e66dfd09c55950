"""Whether a condition holds. Must not know where answers, flags and facts come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.model.conditions import AnyOf, Ask, Condition


def holds(
    condition: Condition | None,
    answers: Mapping[str, str],
    *,
    flags: Collection[str],
    facts: Mapping[str, str],
) -> bool:
    """True when it holds; None is the otherwise and always does.

    `answers` by field, several comma-joined; `flags` are those raised. An unanswered field has the value
    "", a flag that is not raised the value "no", a fact that is not given none at all.
    """
    if condition is None:
        return True
    if isinstance(condition, Ask):
        return _answered(condition, answers, flags, facts)
    met = isinstance(condition, AnyOf)
    for part in condition.conditions:
        if isinstance(part, Ask):
            held = _answered(part, answers, flags, facts)
        else:
            held = holds(part, answers, flags=flags, facts=facts)
        if held == met:
            return met
    return not met


def asks_facts(condition: Condition) -> bool:
    """Whether it asks for any fact: where it does not, none need be put together for it."""
    if isinstance(condition, Ask):
        return condition.subject == "fact"
    return any(map(asks_facts, condition.conditions))


def _answered(ask: Ask, answers: Mapping[str, str], flags: Collection[str], facts: Mapping[str, str]) -> bool:
    if ask.subject == "flag":
        return ("yes" if ask.name in flags else "no") in ask.values
    if ask.subject == "fact":
        return ask.name in facts and facts[ask.name] in ask.values
    given = answers.get(ask.name, "")
    if given in ask.values or "," not in given:
        return given in ask.values
    # Typed words may hold commas: the whole answer counts beside its parts.
    return any(part.strip() in ask.values for part in given.split(","))
