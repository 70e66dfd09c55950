"""A report's answers, read: who is in it, who must not see it, which flags are raised.

Pure. Must not know whose case it becomes, nor how anybody is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.engine.advance import live_answers
from bot.engine.holders import managed_by
from bot.engine.report import Facts, excluded_by_reporter, facts_of, flags_of, participants_of
from bot.model.cases import Exclusion, Participant
from bot.model.definition import Definition
from bot.model.flows import Flow
from bot.model.people import Directory, PersonId
from bot.model.runs import Run

NAME_LETTERS = 2
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "the", "of", "and", "in", "at", "to", "is"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report's answers, read: what each of its cases is made from."""

    definition: Definition
    flow: Flow
    run: Run
    answers: Mapping[str, str]
    flags: frozenset[str]
    people: tuple[Participant, ...]
    facts: Facts
    excluded: tuple[Exclusion, ...]

    def known(self) -> Mapping[str, str]:
        """The report's facts by name."""
        return facts_of(
            self.definition, self.flow, self.answers, self.facts, flags=self.flags, people=self.people
        )


def read_report(definition: Definition, run: Run, facts: Facts, now: datetime) -> Report:
    """What the answers on the way walked say."""
    flow = definition.flows[run.flow]
    answers = live_answers(flow, run)
    flags = flags_of(flow, answers)
    people = participants_of(flow, answers, facts.directory, flags=flags)
    return Report(
        definition=definition,
        flow=flow,
        run=run,
        answers=answers,
        flags=flags,
        people=people,
        facts=facts,
        excluded=_exclusions(flow, answers, people, facts.directory, by=run.person, now=now),
    )


def _exclusions(
    flow: Flow,
    answers: Mapping[str, str],
    people: tuple[Participant, ...],
    directory: Directory,
    *,
    by: PersonId,
    now: datetime,
) -> tuple[Exclusion, ...]:
    adults = [p for p in people if p.kind == "adult" and p.part == "subject"]
    subjects = [p.ref for p in adults if p.ref]
    for typed in (p for p in adults if not p.ref and (p.name or p.detail)):
        subjects.extend(who_it_may_be(typed, directory))
    found = {person: Exclusion(person=person, ground="subject", by=by, at=now) for person in subjects}
    for person in excluded_by_reporter(flow, answers):
        found.setdefault(person, Exclusion(person=person, ground="named", by=by, at=now))
    return tuple(found.values())


def who_it_may_be(typed: Participant, directory: Directory) -> tuple[PersonId, ...]:
    """Role holders whom a typed adult may be: by a word of the name, or by a role named in it or beside it.

    A word that many names share says nothing.
    """
    names = {person.id: words_in(person.name) for person in directory.people.values()}
    words = words_in(typed.name)
    words = {w for w in words if sum(w in n for n in names.values()) <= max(2, len(names) // 4)}
    named = _roles_in(f"{typed.name} {typed.detail}", directory)
    return tuple(
        person.id
        for person in directory.people.values()
        if words & names[person.id] or named & set(person.roles)
    )


def words_in(name: str) -> set[str]:
    """The words of a name that can tell one person from another: lower case, without accents, apostrophes and
    titles; a hyphen parts words, and two words that stand together may also be one (Mac Donald)."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    plain = re.sub(r"['\u2018\u2019\u02bc]", "", plain)
    parts = [w for w in re.split(r"[^\w]+", plain) if w and w not in TITLES]
    joined = {a + b for a, b in pairwise(parts)}
    return {w for w in (*parts, *joined) if len(w) >= NAME_LETTERS}


def _roles_in(text: str, directory: Directory) -> set[str]:
    """Roles named in what was typed. The longest name counts: a head of year is not the head."""
    spelt = {
        name.lower(): role.key for role in directory.roles.values() for name in (role.label, *role.aliases)
    }
    left, found = text.lower().replace(".", ""), set()
    for name in sorted(spelt, key=len, reverse=True):
        pattern = rf"\b{re.escape(name)}s?\b"
        if len(name) >= NAME_LETTERS and re.search(pattern, left):
            found.add(spelt[name])
            left = re.sub(pattern, "|", left)
    return found


def subjects_of(report: Report) -> tuple[Participant | None, ...]:
    """Whom each case is about; a single None where nobody is named as having done it."""
    subjects = tuple(p for p in report.people if p.part == "subject" and p.kind != "unknown")
    return subjects or (None,)


def adult_in(report: Report) -> bool:
    """An adult of the school is entered somewhere in the incident: nothing of it goes into a channel."""
    return any(p.kind == "adult" and p.part == "subject" for p in report.people)


def out_of_it(report: Report, directory: Directory) -> frozenset[PersonId]:
    """Who can decide nothing in the report's cases: the excluded, adults in it, whom its subject manages."""
    barring = [e for e in report.excluded if e.lifted_at is None]
    out = set(kept_from_it(report))
    for exclusion in barring:
        if exclusion.ground == "subject":
            out |= managed_by(exclusion.person, directory)
    return frozenset(out)


def kept_from_it(report: Report) -> frozenset[PersonId]:
    """Whom nothing of the report's cases reaches by itself: the excluded, and adults in it."""
    out = {e.person for e in report.excluded if e.lifted_at is None}
    return frozenset(out | {p.ref for p in report.people if p.kind == "adult" and p.ref})


def participants_for(report: Report, subject: Participant | None, stage: str) -> tuple[Participant, ...]:
    """Who stands in a case: its own subject and whoever else is in it; at a danger press all."""
    if stage == "danger":
        return report.people
    others = tuple(p for p in report.people if p.part != "subject")
    return (subject, *others) if subject else (*others, *_unknown(report))


def _unknown(report: Report) -> tuple[Participant, ...]:
    return tuple(p for p in report.people if p.kind == "unknown")


def flags_for(report: Report, subject: Participant | None) -> set[str]:
    """The report's flags, less what is about another of its people."""
    adult = subject is not None and subject.kind == "adult"
    return set(report.flags) if adult or subject is None else set(report.flags) - {"harm"}
