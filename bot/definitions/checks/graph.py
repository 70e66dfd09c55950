"""Steps and where they lead, whatever is answered: what is reached, what never ends, what goes in circles.

Must not know conditions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bot.model.flows import Flow


def ways_of(flow: Flow) -> Mapping[str, list[str]]:
    """Where each step leads; also to steps that are not there."""
    return {key: [branch.go for branch in step.next] for key, step in flow.steps.items()}


def reached(flow: Flow) -> set[str]:
    """What some branch leads to, from the start on."""
    return spread([flow.start], ways_of(flow)) if flow.start in flow.steps else set()


def endless(flow: Flow) -> list[str]:
    """Steps that are reached and from which no end is, in the order written."""
    ways = ways_of(flow)
    back: dict[str, list[str]] = {}
    for key, goes in ways.items():
        for go in goes:
            back.setdefault(go, []).append(key)
    ends = [key for key, step in flow.steps.items() if step.kind in ("end", "") or not step.next]
    unknown = [go for go in back if go not in flow.steps]
    ending = spread([*ends, *unknown], back)
    from_start = reached(flow)
    return [key for key in flow.steps if key in from_start and key not in ending]


def circles(keys: Iterable[str], ways: Mapping[str, Iterable[str]]) -> list[str]:
    """The first of each circle among these."""
    heads: list[str] = []
    for key in keys:
        ahead = spread(ways[key], ways)
        if key in ahead and not any(head in ahead and key in spread(ways[head], ways) for head in heads):
            heads.append(key)
    return heads


def silent_circles(flow: Flow, silent: Collection[str]) -> list[str]:
    """The first step of each circle in which every step is of a kind that asks nobody."""
    kept = {key for key, step in flow.steps.items() if step.kind in silent}
    ways = {k: [go for go in goes if go in kept] for k, goes in ways_of(flow).items() if k in kept}
    return circles([key for key in flow.steps if key in kept], ways)


def spread(start: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that is reached from these, themselves included."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting += ways.get(key, ())
    return seen
