"""Random walks over the journal and the fake side by side: they give the same answers, restarts between."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.errors import RevisionMoved
from bot.model.record import Commit, Put
from tests.fakes.store import MemoryStore
from tests.unit.store.samples import CASES, LINKS, NOW, TABLES, Case, Link, entry, erase, keep, link, reopen

NAMES = st.sampled_from(["c1", "c2", "c3", "c4"])
OWNERS = st.sampled_from(["dsl", "head"])
EXPECTED = st.sampled_from([None, -1, 1, 2, 3])
SMALL_SEGMENT = 4096


class Walk(RuleBasedStateMachine):
    """Small segments, so that a walk rolls and compacts."""

    def __init__(self) -> None:
        super().__init__()
        self._home = tempfile.TemporaryDirectory()
        self.folder = Path(self._home.name) / "data"
        self.real = reopen(self.folder, segment_bytes=SMALL_SEGMENT)
        self.fake = MemoryStore(TABLES, CASES)

    def both(self, commit: Commit) -> None:
        """The same commit to both, with the same outcome."""
        assert _outcome(lambda: self.real.stage(commit)) == _outcome(lambda: self.fake.stage(commit))

    @rule(
        name=NAMES,
        owner=OWNERS,
        revision=st.integers(1, 3),
        expect=EXPECTED,
        minutes=st.none() | st.integers(0, 9),
    )
    def put_case(self, name: str, owner: str, revision: int, expect: int | None, minutes: int | None) -> None:
        due = None if minutes is None else NOW + timedelta(minutes=minutes)
        self.both(keep(Case(id=name, owner=owner, revision=revision, due=due, notes=(owner,)), expect=expect))

    @rule(name=NAMES, words=st.text(max_size=5), expect=EXPECTED)
    def put_link(self, name: str, words: str, expect: int | None) -> None:
        self.both(link(name, Link(channel=words), expect))

    @rule(name=NAMES, other=NAMES)
    def put_both(self, name: str, other: str) -> None:
        commit = keep(Case(id=name, revision=3, words=other), entry(other, "seen"))
        self.both(replace(commit, puts=(*commit.puts, Put(table=LINKS, id=other, value=Link(channel=name)))))

    @rule(name=NAMES, with_entry=st.booleans())
    def delete(self, name: str, with_entry: bool) -> None:
        entries = (entry(name, "removed"),) if with_entry else ()
        self.both(Commit(at=NOW, deletes=((CASES, name), (LINKS, name)), entries=entries))

    @rule(name=NAMES)
    def destroy(self, name: str) -> None:
        self.both(erase(name))

    @rule()
    def restart(self) -> None:
        self.real.close()
        self.real = reopen(self.folder, segment_bytes=SMALL_SEGMENT)

    @invariant()
    def same_answers(self) -> None:
        for name in ("c1", "c2", "c3", "c4"):
            assert self.real.get(CASES, name) == self.fake.get(CASES, name)
            assert self.real.get(LINKS, name) == self.fake.get(LINKS, name)
            assert [(kept.seq, kept.entry) for kept in self.real.history(name)] == [
                (kept.seq, kept.entry) for kept in self.fake.history(name)
            ]
            assert self.real.find(LINKS, "channel", name) == self.fake.find(LINKS, "channel", name)
        for owner in ("dsl", "head"):
            assert self.real.find(CASES, "owner", owner) == self.fake.find(CASES, "owner", owner)
        until = NOW + timedelta(minutes=5)
        for limit in (1, 9):
            assert self.real.earliest(CASES, until, limit) == self.fake.earliest(CASES, until, limit)

    def teardown(self) -> None:
        assert self.real.verify() == ()
        self.real.close()
        self._home.cleanup()


def _outcome(stage: Callable[[], Any]) -> str:
    try:
        stage()
    except (RevisionMoved, ValueError) as error:
        return type(error).__name__
    return "taken"


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
