"""What must hold between flows: each begins somehow, in words of its own, and none begin each other for ever.

Must not know what stands inside a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.graph import circles, spread, ways_of
from bot.definitions.shape import listed
from bot.model.flows import Flow

_HEAD: Mapping[str, frozenset[str]] = {
    "report": frozenset({"description_field"}),
    "case": frozenset({"begins_when", "offered_when", "stops_when", "sets_crime", "begun_by", "words"}),
    "request": frozenset({"begun_by", "words", "owner", "stops_when"}),
    "question": frozenset({"begun_by", "words"}),
}
"""By use of the flow: which of the keys that not every flow has."""

_HEAD_KEYS = (
    "description_field", "begins_when", "offered_when", "stops_when", "sets_crime", "begun_by", "words",
    "owner",
)  # fmt: skip

_NEEDED: Mapping[str, Mapping[str, str]] = {
    "request": {
        "owner": "the roles of which the first with a holder owns it",
        "begun_by": "the roles that may ask, such as [staff]",
        "words": "what staff would type to ask for it",
    },
    "question": {"words": "what staff would type to ask it"},
}

_TAKING = ("assigned", "requests", "all")
"""The scopes in which a permission holds for a request that is the role's own."""

_COMMAND = "command_"


def check_begins(findings: Findings) -> None:
    """Every flow's head, and the flows that begin others."""
    for flow in findings.definition.flows.values():
        place = f"flows.{flow.key}"
        if flow.use:
            _check_head(findings, flow, place)
            _check_begun(findings, flow, place)
            _check_taken(findings, flow, place)
        _check_started(findings, flow, place)
    _check_words(findings)
    _check_circles(findings)


def _check_head(findings: Findings, flow: Flow, place: str) -> None:
    for name in _HEAD_KEYS:
        given = getattr(flow, name)
        if given and name not in _HEAD[flow.use]:
            what = f"a flow of use {flow.use} has no {name}"
            findings.fault(f"{place}.{name}", what, f"Delete {name}:, or change use: of the flow.")
        if not given and name in _NEEDED.get(flow.use, {}):
            remedy = f"Add {name}: and {_NEEDED[flow.use][name]}."
            findings.fault(place, f"a flow of use {flow.use} needs {name}", remedy)


def _check_begun(findings: Findings, flow: Flow, place: str) -> None:
    """A procedure begins by itself, by hand, or from another flow."""
    if flow.use != "case" or flow.begins_when or flow.offered_when or flow.begun_by:
        return
    if flow.key not in _started(findings):
        what = "nothing ever begins this flow"
        remedy = "Add begins_when:, offered_when: or begun_by:, or let another flow start it with starts:."
        findings.fault(place, what, remedy)


def _check_taken(findings: Findings, flow: Flow, place: str) -> None:
    """Whoever is asked to own what staff asked for must be able to take it."""
    permissions = findings.definition.permissions
    able = {p.role for p in permissions if p.verb == "accept" and p.scope in _TAKING}
    for at, role in enumerate(flow.owner):
        if role in findings.definition.roles and role not in able:
            what = f"{role} is asked to deal with this request but may not take it"
            line = f"{{verb: accept, role: {role}, scope: requests}}"
            remedy = f"Add {line} to the permissions in roles.yaml, or name another role."
            findings.fault(f"{place}.owner.{at}", what, remedy)


def _started(findings: Findings) -> set[str]:
    flows = findings.definition.flows.values()
    return {start.flow for flow in flows for step in flow.steps.values() for start in step.starts}


def _check_started(findings: Findings, flow: Flow, place: str) -> None:
    for step in flow.steps.values():
        for at, start in enumerate(step.starts):
            begun = findings.definition.flows.get(start.flow)
            if begun is not None and begun.use not in ("case", ""):
                what = f"{start.flow} is of use {begun.use}, and only a flow of use case can be started"
                remedy = "Start another flow, or tell people with a notify step how to ask for it."
                findings.fault(f"{place}.steps.{step.key}.starts.{at}", what, remedy)


def _check_words(findings: Findings) -> None:
    taken = dict(_commands(findings))
    for flow in findings.definition.flows.values():
        for at, words in enumerate(flow.words):
            said = " ".join(words.lower().split())
            if said.startswith("...") or said.endswith("..."):
                remedy = "Put a word before and after the dots, as in: is ... allowed."
                findings.fault(f"flows.{flow.key}.words.{at}", f"{words!r} would fit almost anything", remedy)
            other = taken.setdefault(said, flow.key)
            if other != flow.key:
                what = f"{words!r} means {other} already"
                findings.fault(f"flows.{flow.key}.words.{at}", what, "Keep it with one of the two.")


def _commands(findings: Findings) -> Iterator[tuple[str, str]]:
    for key, said in findings.definition.texts.items():
        if key.startswith(_COMMAND):
            for line in said.by_language.values():
                for way in line.split("|"):
                    yield " ".join(way.lower().split()), f"the command {key.removeprefix(_COMMAND)}"


def _check_circles(findings: Findings) -> None:
    """Flows that begin one another whatever is answered would go on for ever."""
    flows = findings.definition.flows
    ways = {key: [go for go in _always_started(flow) if go in flows] for key, flow in flows.items()}
    for key in circles(flows, ways):
        ring = [name for name in flows if name in spread(ways[key], ways) and key in spread(ways[name], ways)]
        what = f"{listed(ring)} begin one another for ever"
        if ring == [key]:
            what = "begins itself for ever"
        findings.fault(f"flows.{key}", what, "Add when: to one of the starts, so that it ends once.")


def _always_started(flow: Flow) -> Iterator[str]:
    """The flows that begin on every way through this one."""
    for step in flow.steps.values():
        always = [start.flow for start in step.starts if start.when is None]
        if always and _unavoidable(flow, step.key):
            yield from always


def _unavoidable(flow: Flow, key: str) -> bool:
    """Whether no end is reached without this step."""
    ways = {k: [go for go in goes if go != key] for k, goes in ways_of(flow).items()}
    seen = spread([flow.start], ways) if flow.start != key else set()
    return not any(k in flow.steps and flow.steps[k].kind == "end" for k in seen)
