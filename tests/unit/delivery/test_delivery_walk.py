"""Random walks over staging, faults, time and crashes: whatever happens, the promises hold at the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.casework.tables import FAR, OUTBOX
from bot.model.outbox import Item
from tests.fakes.composer import REPEAT
from tests.fakes.messenger import Call, no_answer, not_connected, refusal
from tests.unit.delivery.world import QUICK, World, item

SLOTS = {"a1": "ann", "a2": "ann", "b1": "bob"}
FAULTS = {
    "busy": refusal(412, "PreconditionFailed"),
    "throttled": refusal(429, "Throttled", retry_after_seconds=0.001),
    "unplugged": not_connected(),
    "silent": no_answer(),
    "broken": refusal(503, "ServiceUnavailable"),
}

stagings = st.tuples(
    st.just("stage"),
    st.sampled_from(["send", "edit", "edit", "withdraw"]),
    st.sampled_from(sorted(SLOTS)),
    st.sampled_from(["immediate", "serious", "routine"]),
)
faults = st.tuples(
    st.just("fault"),
    st.sampled_from(sorted(FAULTS)),
    st.sampled_from(["send", "update", "delete"]),
    st.booleans(),
)
others = st.one_of(
    st.tuples(st.sampled_from(["run", "wind"])),
    st.tuples(st.just("crash"), st.integers(min_value=0, max_value=12)),
)
Step = tuple[Any, ...]


class Walk:
    """One walk. A message shows the newest version of its slot, as real ones show the newest of a case."""

    def __init__(self) -> None:
        self.world = World(policy=replace(QUICK, least_seconds=0.001, most_seconds=0.002, stop_seconds=0.0))
        self.world.composer.words = lambda one: f"{one.slot} v{self.versions[one.slot]}"
        self.versions: Counter[str] = Counter()
        self.staged: list[Item] = []

    async def run(self, steps: list[Step]) -> None:
        takes: dict[str, Callable[..., Any]] = {
            "stage": self.stage,
            "fault": self.fault,
            "wind": lambda: self.world.clock.wind(seconds=130),
        }
        for name, *more in steps:
            if name == "run":
                await self.world.deliver()
            elif name == "crash":
                await self.crash(*more)
            else:
                takes[name](*more)
        for _ in range(2 * len(steps) + 2):
            await self.world.wind(seconds=130)

    def stage(self, do: str, slot: str, urgency: str) -> None:
        self.versions[slot] += 1
        one = item(f"i{len(self.staged)}", do=do, slot=slot, urgency=urgency, to_person=SLOTS[slot])
        self.staged.append(replace(one, created_at=self.world.clock.now(), not_before=self.world.clock.now()))
        self.world.stage(self.staged[-1])

    def fault(self, kind: str, call: Call, carried_out: bool) -> None:
        unknown = not FAULTS[kind].known
        self.world.line.teams.fail_next(FAULTS[kind], call=call, carried_out=carried_out and unknown)

    async def crash(self, after: int) -> None:
        """Whatever is on its way by then is cut off, and a new life begins."""
        await self.world.delivery.start()
        for _ in range(after):
            await asyncio.sleep(0)
        await self.world.delivery.stop()
        self.world.delivery = self.world.another()

    def check(self) -> None:
        """Each item came to an end, and each message shows the newest or is gone."""
        assert self.world.store.earliest(OUTBOX, FAR, 99) == ()
        for slot, person in SLOTS.items():
            self._check_slot(slot, person)

    def _check_slot(self, slot: str, person: str) -> None:
        mine = [one for one in self.staged if one.slot == slot]
        dead = [one for one in mine if self._state(one) == "dead"]
        posted = self.world.posted(slot)
        live = posted is not None and not posted.withdrawn
        if mine and mine[-1].do == "withdraw":
            assert not live
        if posted is not None and live and not dead:
            shown = {one.id: one.message for one in self.world.line.teams.shown(person)}
            card = shown[posted.activity_id].card or {}
            text = str(card["body"][0]["text"]).removesuffix(f" {REPEAT}")
            assert text == f"{slot} v{self.versions[slot]}"
        if mine and mine[-1].do == "send" and not dead:
            assert live

    def _state(self, one: Item) -> str:
        there = self.world.item(one.id)
        return there.state if there else "sent"


@settings(max_examples=120, deadline=None)
@given(st.lists(st.one_of(stagings, stagings, faults, others), max_size=14))
def test_every_item_ends_and_every_message_shows_the_newest(steps: list[Step]) -> None:
    async def whole() -> None:
        walk = Walk()
        await walk.run(steps)
        walk.check()

    asyncio.run(whole())


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.one_of(faults, others), max_size=8),
    st.lists(st.sampled_from(["immediate", "serious", "routine"]), min_size=1, max_size=4),
)
def test_each_message_is_seen_once_and_any_further_one_says_that_it_may_be_a_repeat(
    steps: list[Step], urgencies: list[str]
) -> None:
    async def whole() -> None:
        walk = Walk()
        walk.world.composer.words = lambda one: one.id
        items = [item(f"m{number}", urgency=urgency) for number, urgency in enumerate(urgencies)]
        walk.world.stage(*items)
        await walk.run(steps)
        cards = [one.message.card or {} for one in walk.world.line.teams.posted]
        texts = [cast("str", card["body"][0]["text"]) for card in cards]
        for one in items:
            if walk._state(one) == "sent":
                assert any(text.startswith(one.id) for text in texts)
            assert texts.count(one.id) <= 1
            plain = [number for number, text in enumerate(texts) if text == one.id]
            again = [number for number, text in enumerate(texts) if text == f"{one.id} {REPEAT}"]
            assert not plain or not again or plain[0] < again[0]

    asyncio.run(whole())
