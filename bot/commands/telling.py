"""A simulated walk in words: who sees what, when and why. Used by `simulate`; no command of its own.

English, for whoever edits a pack; the pack's own sentences stand in its language. Must not know how it was
walked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.definitions.wording import said_condition, said_value
from bot.engine.choosing import made_up
from bot.engine.simulation import Seen, Told
from bot.engine.step_form import form_of
from bot.model.definition import Definition
from bot.model.flows import Flow, Step
from bot.model.text import Text

INDENT = " " * 11
SHORT_CHARACTERS = 320
"""A body longer than this is cut: the card is not what is being read here."""

FAULTS: Mapping[str, str] = {
    "needed": "it has to be answered",
    "too_long": "that is too long",
    "past": "choose today or a later day",
    "not_a_date": "write a day as 2026-09-01",
    "unknown_choice": "that cannot be chosen here",
    "pupil_account": "that is a pupil",
    "alone": "that choice stands alone",
    "needs_one": "one of these questions has to be answered",
    "requires": "an earlier step is not done yet",
    "signed": "this person cannot sign here",
}
USES: Mapping[str, str] = {
    "report": "a report of staff",
    "case": "a procedure of a case",
    "request": "something staff ask for",
    "question": "a question, answered at once",
}
WHO: Mapping[str, str] = {
    "": "whoever has the case",
    "reporter": "the person who reports",
    "requester": "the person who asks",
}
CHANNEL: Mapping[str, str] = {
    "urgent": "a post of its own at once: number, urgency and time",
    "daily": "the quiet list of the day: number and time",
    "none": "nothing, ever",
}


def told_lines(definition: Definition, flow: Flow, told: Told) -> Iterator[str]:
    """A line or more for each thing that happens, in order."""
    yield from _Telling(definition, flow).lines(told)


@dataclass(slots=True)
class _Telling:
    definition: Definition
    flow: Flow
    day: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        directory = made_up(self.definition)
        pupils = {key: pupil.name for key, pupil in directory.pupils.items()}
        self.names = {key: person.name for key, person in directory.people.items()} | pupils

    def lines(self, told: Told) -> Iterator[str]:
        yield f"{self.say(self.flow.title)} ({USES[self.flow.use]})"
        yield ""
        before = ""
        for seen in told.seen:
            yield from self.of(seen, before)
            if seen.kind in ("card", "clock", "passed", "notify", "decide"):
                before = seen.step
        yield from self.routed(told)
        if not told.ended:
            yield "It does not end: see the last line."

    def of(self, seen: Seen, before: str) -> Iterator[str]:
        step = self.flow.steps[seen.step]
        if seen.kind == "ask":
            every = step.kind == "approval" and step.needs in (0, len(step.approvers))
            asked = f"{self.who(seen.who, ' and ' if every else ' or ')} is asked"
            if step.kind == "wait" and not step.event.by_language:
                asked = "It waits, and asks nobody"
            yield f"{self.when(seen)}{asked}: {self.say(step.title)}"
            yield from self.card(step, before)
        elif seen.kind == "card":
            if seen.who == ("reporter",):
                yield f"{self.when(seen)}The person who reports sees: {self.say(step.title)}"
                yield from self.card(step, before)
            yield from self.answered(seen, step)
        elif seen.kind in _HAPPENS:
            yield f"{self.when(seen)}{_HAPPENS[seen.kind](self, seen, step)}"
        elif seen.kind == "passed" and step.table in self.definition.decisions:
            why = said_value(self.definition, self.flow, step.key, seen.outcome, self.language)
            yield f"{self.when(seen)}It is decided: {why}."

    def card(self, step: Step, before: str) -> Iterator[str]:
        for notice in step.notices:
            if notice not in self.given:
                self.given[notice] = ""
                yield f"{INDENT}! {self.say(self.definition.guidance[notice])}"
        if step.body.by_language:
            body = self.say(step.body)
            yield INDENT + (body if len(body) <= SHORT_CHARACTERS else body[:SHORT_CHARACTERS] + " ...")
        why = self.because(step, before)
        if why:
            yield f"{INDENT}why: {why}"
        if step.event.by_language:
            yield f"{INDENT}until: {self.say(step.event)}"
        if step.source:
            yield f"{INDENT}from: {step.source}"
        if step.fires:
            yield f"{INDENT}not yet by itself: {step.fires}"

    def because(self, step: Step, before: str) -> str:
        """The condition that led here, where there is just one way; an otherwise says nothing."""
        ways = [b for b in self.flow.steps[before].next if b.go == step.key] if before else []
        if len(ways) != 1 or ways[0].when is None:
            return ""
        return said_condition(self.definition, self.flow, ways[0].when, self.language)

    def answered(self, seen: Seen, step: Step) -> Iterator[str]:
        asked = form_of(self.definition, self.flow, step)
        self.given |= seen.answers
        if step.kind == "approval":
            yield f"{self.when(seen)}{self.who(seen.who)} signs"
        for key, answer in seen.answers.items():
            question = asked.get(key) or self.flow.fields[key]
            said = ", ".join(self.value(key, each) for each in answer.split(","))
            yield f"{INDENT}{self.say(question.label)} -> {said}"
        if step.looks_up:
            yield from self.looked_up(step)
        for key, code in seen.faults.items():
            label = self.say(asked[key].label) if key in asked else self.say(step.title)
            yield f"{INDENT}Refused. {label} ({key}): {FAULTS.get(code, code)}."

    def looked_up(self, step: Step) -> Iterator[str]:
        chosen = self.given.get(step.looks_up, "")
        grid = self.definition.grids[self.flow.fields[step.looks_up].table]
        labels = dict(grid.columns)
        for row in grid.rows:
            if row.key == chosen:
                marks = ", ".join(self.say(labels[mark]) for mark in row.marks)
                yield f"{INDENT}{self.say(row.plain)}: {marks}. ({row.source or grid.source})"
                if row.conflict.by_language:
                    yield f"{INDENT}{self.say(row.conflict)}"

    def routed(self, told: Told) -> Iterator[str]:
        routed = told.routed
        if routed is None:
            return
        rules = {rule.key: rule for rule in self.definition.routing.rules}
        owner = self.role(routed.owner.role) if routed.owner else "nobody inside: the way outside school"
        why = self.say(rules[routed.rule].why) if routed.rule in rules else ""
        yield ""
        yield f"The case goes to: {owner}. {why} (rule {routed.rule}: {routed.source})"
        yield f"Urgency: {routed.urgency}. In the channel: {CHANNEL[routed.channel]}."
        for also in routed.also:
            children = " They learn only which children may need help." if also.sees == "children" else ""
            yield f"Also told: {self.role(also.role.role)}. {also.why}{children}"
        for proposed in routed.proposed:
            yield f"Proposed: {self.column(routed.table, proposed.action)}"

    def column(self, table: str, key: str) -> str:
        labels = {c.key: self.say(c.label) for c in self.definition.tables[table].columns}
        return labels.get(key, key)

    def value(self, key: str, value: str) -> str:
        if value in self.names:
            return self.names[value]
        return said_value(self.definition, self.flow, key, value, self.language)

    def when(self, seen: Seen) -> str:
        """The time, with the day where another one begins."""
        at = seen.at.astimezone(ZoneInfo(self.definition.school.zone))
        day = f"{at:%a %d %b}"
        line = "" if day == self.day else f"{day}\n"
        self.day = day
        return f"{line}{at:%H:%M}      "

    def who(self, roles: Sequence[str], joined: str = " or ") -> str:
        owner = "whoever asks" if self.flow.use == "question" else WHO[""]
        said = joined.join(self.role(role) for role in roles) or owner
        return said[0].upper() + said[1:]

    def role(self, key: str) -> str:
        if key in self.definition.roles:
            return self.definition.roles[key].label
        return WHO.get(key, key)

    def say(self, text: Text) -> str:
        return text.say(self.language)

    @property
    def language(self) -> str:
        return self.definition.school.language


def _clock(telling: _Telling, _: Seen, step: Step) -> str:
    return f"Time has run out: {telling.say(step.title)}"


def _tell(telling: _Telling, seen: Seen, step: Step) -> str:
    names = ", ".join(telling.role(role) for role in seen.who)
    return f"Told: {names}. {telling.say(step.body)}"


def _begin(telling: _Telling, seen: Seen, _: Step) -> str:
    return f"Begins beside this: {telling.say(telling.definition.flows[seen.outcome].title)}"


def _remind(telling: _Telling, seen: Seen, step: Step) -> str:
    return f"Reminded: {telling.who(seen.who)}. {telling.say(step.title)}"


def _notify(_: _Telling, seen: Seen, __: Step) -> str:
    ways = {
        "danger": "The danger is on record, and people are alerted now.",
        "sent": "The report is on record, and people are told.",
        "dealt": "The report is on record as dealt with.",
    }
    return ways.get(seen.outcome, seen.outcome)


def _end(_: _Telling, seen: Seen, __: Step) -> str:
    return "It stops here, without having been done." if seen.outcome == "stopped" else "It is over."


_HAPPENS = {
    "clock": _clock,
    "tell": _tell,
    "begin": _begin,
    "remind": _remind,
    "notify": _notify,
    "end": _end,
}
