"""Whether a condition holds. Must not know where answers, flags and facts come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.model.definition import AllOf, AnyOf, Ask, Condition


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
    if isinstance(condition, AllOf):
        return all(holds(c, answers, flags=flags, facts=facts) for c in condition.conditions)
    if isinstance(condition, AnyOf):
        return any(holds(c, answers, flags=flags, facts=facts) for c in condition.conditions)
    return any(value in condition.values for value in _values(condition, answers, flags, facts))


def _values(
    ask: Ask, answers: Mapping[str, str], flags: Collection[str], facts: Mapping[str, str]
) -> tuple[str, ...]:
    if ask.subject == "flag":
        return ("yes" if ask.name in flags else "no",)
    if ask.subject == "fact":
        return (facts[ask.name],) if ask.name in facts else ()
    given = answers.get(ask.name, "")
    # Typed words may hold commas: the whole answer counts beside its parts.
    return (given, *(part.strip() for part in given.split(","))) if "," in given else (given,)
