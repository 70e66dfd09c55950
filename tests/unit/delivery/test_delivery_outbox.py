"""What the outbox promises: order, once, and never silent."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from bot.casework.ports import Envelope, Lapsed, NoWay, SendFailed
from bot.casework.tables import ALL, CASES, OUTBOX, POSTED, SENT
from bot.delivery.outcomes import Policy
from bot.errors import ZoneMissing
from bot.model.outbox import Posted
from bot.model.record import Commit, Put, Table
from bot.model.views import Paragraph, View
from tests.fakes.composer import REPEAT, elsewhere
from tests.fakes.messenger import no_answer, not_connected, refusal
from tests.fakes.store import MemoryStore
from tests.unit.delivery.world import (
    FREE,
    MONDAY,
    QUICK,
    World,
    item,
    until,
)

T = TypeVar("T")


async def test_what_was_recorded_is_sent_and_leaves_the_outbox() -> None:
    world = World()
    await world.deliver(item("one"))
    assert world.line.texts("ann") == ["one"]
    assert world.item("one") is None
    assert world.store.get(SENT, "key-one") is not None


async def test_the_message_that_now_exists_is_kept_by_its_slot() -> None:
    world = World()
    await world.deliver(item("one", case="c1", run="r1"))
    posted = world.posted("slot-one")
    assert posted == Posted(
        slot="slot-one",
        tenant="t",
        service_url="http://127.0.0.1/",
        conversation="ann",
        activity_id=world.line.made[0].activity_id,
        person="ann",
        kind="line",
        case="c1",
        run="r1",
        sent_at=MONDAY,
        shown={"revision": "0"},
    )


async def test_what_casework_adds_on_delivery_is_in_the_same_unit_of_work() -> None:
    world = World()
    more = item("more", to_person="bob")
    world.composer.extra = lambda _: Commit(at=MONDAY, puts=(Put(table=OUTBOX, id="more", value=more),))
    world.stage(item("one"))
    world.line.watch = lambda _: setattr(world.composer, "extra", None) if world.line.made else None
    await world.deliver()
    assert world.line.texts("bob") == ["more"]


async def test_a_fault_in_what_casework_adds_does_not_make_the_item_go_twice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()

    def broken(_: object) -> Commit:
        raise KeyError("Billy")

    world.composer.extra = broken
    await world.deliver(item("one"))
    await world.deliver()
    assert world.line.texts("ann") == ["one"]
    assert world.store.get(SENT, "key-one") is not None
    assert {record.action for record in caplog.records if record.levelno >= logging.ERROR} == {  # type: ignore[attr-defined]  # set by `extra`
        "casework_failed"
    }
    assert "Billy" not in caplog.text


async def test_what_casework_could_not_add_on_delivery_is_added_later_and_once() -> None:
    world = World()
    more = item("more", to_person="bob")

    def broken(_: object) -> Commit:
        raise KeyError("Billy")

    world.composer.extra = broken
    await world.deliver(item("one"))
    assert world.ended("one")[0] == "owed"
    world.composer.extra = lambda one: Commit(
        at=MONDAY, puts=(Put(table=OUTBOX, id="more", value=more),) if one.id == "one" else ()
    )
    await world.deliver()
    await world.deliver()
    assert world.line.texts("bob") == ["more"]
    assert world.line.texts("ann") == ["one"]
    assert world.store.get(OUTBOX, "one") is None


async def test_nothing_leaves_before_it_is_durable() -> None:
    world = World()
    world.store.hold()
    world.stage(item("one"))
    await world.delivery.start()
    await until(lambda: world.item("one") is not None and world.item("one").state == "sending")  # type: ignore[union-attr]  # just looked at
    for _ in range(20):
        await asyncio.sleep(0)
    assert world.line.made == []
    world.store.release()
    await world.delivery.idle()
    await world.delivery.stop()
    assert world.line.texts("ann") == ["one"]


async def test_an_item_is_marked_on_record_while_it_is_on_its_way() -> None:
    world = World()
    seen: list[str] = []
    world.line.watch = lambda _: seen.append(world.ended("one")[0])
    await world.deliver(item("one"))
    assert seen == ["sending"]


async def test_immediate_goes_before_serious_and_serious_before_routine() -> None:
    world = World()
    await world.deliver(
        item("routine"),
        item("serious", urgency="serious"),
        item("immediate", urgency="immediate"),
    )
    assert world.line.texts("ann") == ["immediate", "serious", "routine"]


async def test_the_order_of_staging_holds_in_a_conversation() -> None:
    world = World()
    await world.deliver(*(item(f"m{number:02}") for number in range(20)))
    assert world.line.texts("ann") == [f"m{number:02}" for number in range(20)]
    assert world.line.busiest == 1


async def test_two_ways_to_the_same_conversation_are_one_queue() -> None:
    world = World()
    world.composer.conversations["head"] = "ann"
    await world.deliver(
        *(item(f"m{number}", to_person="ann" if number % 2 else "head") for number in range(10))
    )
    assert world.line.texts("ann") == [f"m{number}" for number in range(10)]
    assert world.line.busiest == 1


async def test_conversations_do_not_wait_for_each_other() -> None:
    world = World()
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("stuck"), item("free", to_person="bob"))
    await world.delivery.start()
    await until(lambda: world.line.texts("bob") == ["free"])
    assert world.line.texts("ann") == []
    world.line.closed["ann"].set()
    await world.delivery.idle()
    await world.delivery.stop()
    assert world.line.texts("ann") == ["stuck"]


async def test_slow_routine_messages_leave_room_for_an_urgent_one() -> None:
    world = World(policy=replace(QUICK, in_flight=3, in_flight_urgent=5))
    people = [f"p{number}" for number in range(8)]
    world.line.closed = {person: asyncio.Event() for person in people}
    world.stage(*(item(f"to-{person}", to_person=person) for person in people))
    await world.delivery.start()
    await until(lambda: sum(world.line.busy.values()) == 3)
    world.stage(item("now", urgency="immediate", to_person="dsl"))
    await until(lambda: world.line.texts("dsl") == ["now"])
    for gate in world.line.closed.values():
        gate.set()
    await world.delivery.idle()
    await world.delivery.stop()
    assert len(world.line.made) == 9


async def test_routine_messages_never_use_up_the_tenants_whole_share() -> None:
    world = World(limits=replace(FREE, tenant=((6, 60.0),), kept_for_urgent=3))
    world.stage(*(item(f"m{number}", to_person=f"p{number}") for number in range(10)))
    await world.delivery.start()
    await until(lambda: len(world.line.made) == 3)
    world.stage(item("now", urgency="immediate", to_person="dsl"))
    await until(lambda: world.line.texts("dsl") == ["now"])
    assert len(world.line.made) == 4
    await world.delivery.stop()


async def test_an_item_is_not_sent_before_its_time() -> None:
    world = World()
    await world.deliver(item("later", not_before=MONDAY + timedelta(hours=1)))
    assert world.line.made == []
    await world.wind(minutes=61)
    assert world.line.texts("ann") == ["later"]


async def test_winding_the_clock_forward_wakes_what_sleeps() -> None:
    world = World()
    world.stage(item("later", not_before=MONDAY + timedelta(hours=1)))
    await world.delivery.start()
    await world.delivery.idle()
    world.clock.wind(hours=2)
    world.delivery.wake()
    await until(lambda: world.line.texts("ann") == ["later"])
    await world.delivery.stop()


async def test_an_item_past_its_valid_time_lapses_on_record() -> None:
    world = World()
    await world.deliver(item("late", valid_until=MONDAY))
    assert world.line.made == []
    assert world.ended("late") == ("lapsed", "too late")


async def test_an_item_whose_purpose_went_while_it_waited_lapses() -> None:
    world = World()
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("first"), item("second"))
    await world.delivery.start()
    await until(lambda: world.line.busy["ann"] == 1)
    world.composer.answers["second"] = lambda _: Lapsed(why="accepted")
    world.line.closed["ann"].set()
    await world.delivery.idle()
    await world.delivery.stop()
    assert world.line.texts("ann") == ["first"]
    assert world.ended("second") == ("lapsed", "accepted")


async def test_no_send_starts_after_the_acceptance_is_staged() -> None:
    """Even when it comes between the mark and the send."""
    world = World()
    world.store.hold()
    world.stage(item("climb", urgency="serious"))
    await world.delivery.start()
    await until(lambda: world.ended("climb")[0] == "sending")
    world.composer.answers["climb"] = lambda _: Lapsed(why="accepted")
    world.store.release()
    await world.delivery.idle()
    await world.delivery.stop()
    assert world.line.made == []
    assert world.ended("climb") == ("lapsed", "accepted")


async def test_where_nobody_can_be_reached_casework_finds_another_way() -> None:
    world = World()
    world.composer.answers["one"] = lambda _: NoWay(why="nobody")
    world.composer.other_way = lambda gone: elsewhere(gone, person="bob")
    await world.deliver(item("one"))
    assert world.ended("one") == ("dead", "nobody")
    assert world.composer.given_up == [("one", "nobody")]
    assert world.line.texts("bob") == ["one-other"]


async def test_a_message_that_cannot_be_made_does_not_hold_up_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()

    def broken(_: object) -> Envelope:
        raise ValueError("Billy said")

    world.composer.answers["bad"] = broken
    await world.deliver(item("bad", urgency="immediate"), item("good"))
    assert world.line.texts("ann") == ["good"]
    assert world.ended("bad") == ("dead", "compose_failed")
    assert world.composer.given_up == [("bad", "compose_failed")]
    assert "Billy" not in caplog.text
    told = [record for record in caplog.records if getattr(record, "action", "") == "compose_failed"]
    assert len(told[0].reference) == 6  # type: ignore[attr-defined]  # set by `extra`


async def test_an_item_with_a_time_that_lacks_its_zone_never_comes_to_delivery() -> None:
    world = World()
    with pytest.raises(ZoneMissing):
        await world.deliver(item("bad", not_before=MONDAY.replace(tzinfo=None)))
    await world.deliver(item("good"))
    assert world.line.texts("ann") == ["good"]


async def test_an_envelope_with_nothing_in_it_is_a_dead_letter() -> None:
    world = World()
    world.composer.answers["empty"] = lambda one: replace(world.composer.envelope(one), view=None)
    await world.deliver(item("empty"), item("good"))
    assert world.ended("empty") == ("dead", "compose_failed")
    assert world.line.texts("ann") == ["good"]


async def test_a_card_that_is_too_big_is_never_sent_and_goes_another_way() -> None:
    world = World()
    big = View(summary="Handrail", blocks=(Paragraph(text="x" * 30_000),))
    world.composer.answers["big"] = lambda one: replace(world.composer.envelope(one), view=big)
    await world.deliver(item("big"))
    assert world.line.made == []
    assert world.composer.given_up == [("big", "card_faulty")]


async def test_a_plain_line_goes_as_text() -> None:
    world = World()
    world.composer.answers["line"] = lambda one: replace(
        world.composer.envelope(one), view=None, text="KS-7Q4F-2, serious, 09:00"
    )
    await world.deliver(item("line"))
    assert world.line.texts("ann") == ["KS-7Q4F-2, serious, 09:00"]


async def test_what_went_never_goes_again_under_the_same_key() -> None:
    world = World()
    await world.deliver(item("one", key="k"))
    await world.deliver(item("two", key="k"))
    assert world.line.texts("ann") == ["one"]
    assert world.ended("two") == ("lapsed", "sent already")


async def test_of_two_that_wait_under_the_same_key_the_earlier_goes() -> None:
    world = World()
    await world.deliver(item("one", key="k"), item("two", key="k", urgency="immediate", to_person="bob"))
    assert [made.text for made in world.line.made] == ["one"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
async def test_what_teams_refuses_for_good_is_not_repeated_and_goes_another_way(status: int) -> None:
    world = World()
    world.line.refuse("ann", refusal(status, "NoSuchThing"))
    await world.deliver(item("one", urgency="immediate"), item("two", to_person="bob"))
    assert world.ended("one") == ("dead", f"{status} NoSuchThing")
    assert world.composer.given_up == [("one", f"{status} NoSuchThing")]
    assert world.line.texts("bob") == ["two"]


@pytest.mark.parametrize(
    "fault",
    [
        refusal(429, "Throttled", retry_after_seconds=0.01),
        refusal(412, "PreconditionFailed"),
        not_connected(),
    ],
)
async def test_what_was_surely_not_carried_out_is_repeated_without_a_word(fault: SendFailed) -> None:
    world = World()
    world.line.fail("send", fault, fault)
    await world.deliver(item("one"))
    assert world.line.texts("ann") == ["one"]


async def test_retry_after_is_kept_to_and_holds_the_whole_conversation() -> None:
    world = World()
    loop = asyncio.get_running_loop()
    starts: list[float] = []
    world.line.watch = lambda _: starts.append(loop.time())
    world.line.fail("send", refusal(429, "Throttled", retry_after_seconds=0.25))
    await world.deliver(item("one"), item("two"))
    assert world.line.texts("ann") == ["one", "two"]
    assert starts[1] - starts[0] >= 0.25


@pytest.mark.parametrize(
    "fault", [no_answer(), refusal(408, "Refused"), refusal(500, "Refused"), refusal(503, "Refused")]
)
async def test_an_urgent_send_of_unknown_outcome_goes_again_at_once_and_says_so(fault: SendFailed) -> None:
    world = World()
    world.line.fail("send", fault)
    await world.deliver(item("one", urgency="serious"))
    assert world.line.texts("ann") == [f"one {REPEAT}"]


async def test_a_routine_send_of_unknown_outcome_goes_once_more_after_two_minutes_and_says_so() -> None:
    world = World()
    world.line.fail("send", no_answer())
    await world.deliver(item("one"), item("two"))
    assert world.line.texts("ann") == ["two"]
    await world.wind(seconds=119)
    assert world.line.texts("ann") == ["two"]
    await world.wind(seconds=2)
    assert world.line.texts("ann") == ["two", f"one {REPEAT}"]


async def test_a_second_unknown_outcome_of_a_routine_send_is_the_last() -> None:
    world = World()
    world.line.fail("send", no_answer(), no_answer())
    await world.deliver(item("one"))
    await world.wind(seconds=121)
    assert world.ended("one") == ("dead", "0 TimedOut")
    assert world.composer.given_up == [("one", "0 TimedOut")]


async def test_a_repeat_still_says_so_after_a_refusal_in_between() -> None:
    world = World()
    world.line.fail("send", no_answer(), refusal(412, "PreconditionFailed"))
    await world.deliver(item("one", urgency="immediate"))
    assert world.line.texts("ann") == [f"one {REPEAT}"]


async def test_an_urgent_send_is_tried_so_often_and_then_goes_another_way() -> None:
    world = World(policy=replace(QUICK, urgent_attempts=4))
    tries: list[str] = []
    world.line.watch = tries.append
    world.line.refuse("ann", not_connected())
    world.composer.other_way = lambda gone: elsewhere(gone, person="bob")
    await world.deliver(item("one", urgency="immediate"))
    assert tries == ["send"] * 5
    assert world.ended("one") == ("dead", "0 NotConnected")
    assert world.line.texts("bob") == ["one-other"]


@pytest.mark.parametrize("how", [not_connected(), refusal(503, "ServiceUnavailable"), no_answer()])
async def test_while_teams_answers_nobody_no_urgent_message_is_given_up(how: SendFailed) -> None:
    world = World(policy=replace(QUICK, urgent_attempts=3))
    people = ("ann", "bob", "cy")
    for person in people:
        world.line.refuse(person, how)
    world.stage(*(item(person, to_person=person, urgency="serious") for person in people))
    await world.delivery.start()
    await until(lambda: all(tries(world, person) > 6 for person in people))
    assert world.composer.given_up == []
    world.line.teams.refused.clear()
    await world.delivery.idle()
    await world.delivery.stop()
    assert [len(world.line.texts(person)) for person in people] == [1, 1, 1]


async def test_those_who_cannot_be_reached_are_given_up_as_teams_answers_others() -> None:
    world = World(policy=replace(QUICK, urgent_attempts=3))
    for person in ("ann", "bob"):
        world.line.refuse(person, not_connected())
        world.stage(item(person, to_person=person, urgency="serious"))
    await world.delivery.start()
    await until(lambda: tries(world, "ann") > 3 and tries(world, "bob") > 3)
    for at, other in enumerate(("cy", "di"), start=1):
        world.stage(item(other, to_person=other))
        await until(lambda at=at: len(world.composer.given_up) >= at)  # type: ignore[misc]  # bound early
    await world.delivery.stop()
    assert sorted(world.composer.given_up) == [(person, "0 NotConnected") for person in ("ann", "bob")]


async def test_what_was_given_up_in_an_outage_does_not_make_the_last_who_waits_look_alone() -> None:
    world = World(policy=replace(QUICK, urgent_attempts=3))
    broken = refusal(503, "ServiceUnavailable")
    for person in ("ann", "bob"):
        world.line.refuse(person, broken)
    world.stage(item("ann", to_person="ann", urgency="routine"))
    await world.delivery.start()
    await until(lambda: tries(world, "ann") == 1)
    await until(lambda: tries(world, "ann") == 0 or bool(world.composer.given_up))
    world.stage(item("bob", to_person="bob", urgency="immediate"))
    await until(lambda: tries(world, "bob") > 6)
    world.line.teams.refused.clear()
    await until(lambda: tries(world, "bob") == 0)
    await world.delivery.stop()
    assert world.line.texts("bob") == [f"bob {REPEAT}"]


def tries(world: World, item_id: str) -> int:
    """How often it was tried so far; the school's time passes as it is asked."""
    world.clock.wind(seconds=1)
    world.delivery.wake()
    there = world.item(item_id)
    return there.attempts if there else 0


async def test_a_call_that_never_answers_is_given_up_as_unknown() -> None:
    world = World(policy=replace(QUICK, call_seconds=0.05))
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("one", urgency="serious"))
    await world.delivery.start()
    await until(lambda: world.item("one") is not None and world.item("one").again)  # type: ignore[union-attr]  # just looked at
    world.line.closed["ann"].set()
    await world.delivery.idle()
    await world.delivery.stop()
    assert world.line.texts("ann")[-1] == f"one {REPEAT}"


async def test_what_was_on_its_way_when_the_process_ended_says_that_it_may_be_a_repeat() -> None:
    world = World()
    await world.deliver(item("one", urgency="serious", state="sending", attempts=1))
    assert world.line.texts("ann") == [f"one {REPEAT}"]


async def test_a_routine_item_found_on_its_way_waits_two_minutes() -> None:
    world = World()
    await world.deliver(item("one", state="sending", attempts=1))
    assert world.line.made == []
    await world.wind(seconds=121)
    assert world.line.texts("ann") == [f"one {REPEAT}"]


async def test_stopping_lets_what_is_on_its_way_arrive() -> None:
    world = World(policy=replace(QUICK, stop_seconds=2.0))
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("one"), item("two"))
    await world.delivery.start()
    await until(lambda: world.line.busy["ann"] == 1)
    stopping = asyncio.create_task(world.delivery.stop())
    await asyncio.sleep(0)
    world.line.closed["ann"].set()
    await stopping
    assert world.line.texts("ann") == ["one"]
    assert world.item("one") is None


async def test_the_roster_is_read_before_a_post_and_shared_for_five_seconds() -> None:
    world = World()
    await world.deliver(*(item(f"m{number}", to_channel="19:dsl") for number in range(5)))
    assert world.line.reads() == ["19:dsl"]
    sent_with = [asked.roster for asked in world.composer.asked if asked.item.state == "sending"]
    assert len(sent_with) == 5
    assert all(roster for roster in sent_with)


async def test_an_old_roster_is_read_again() -> None:
    """Even when it grew old between the reading and the post."""
    world = World(policy=replace(QUICK, roster_seconds=0.05))
    world.store.hold()
    world.stage(item("one", to_channel="19:dsl"))
    await world.delivery.start()
    await until(lambda: world.ended("one")[0] == "sending")
    held_at = asyncio.get_running_loop().time()
    await until(lambda: asyncio.get_running_loop().time() > held_at + 0.06)
    world.store.release()
    await world.delivery.idle()
    await world.delivery.stop()
    assert world.line.reads() == ["19:dsl", "19:dsl"]


async def test_a_roster_that_took_too_long_is_not_relied_on() -> None:
    world = World(policy=replace(QUICK, roster_seconds=-1.0, routine_attempts=2))
    await world.deliver(item("one", to_channel="19:dsl"))
    assert world.line.made == []
    assert world.ended("one") == ("dead", "0 RosterLate")


async def test_without_a_roster_nothing_is_posted_and_no_repeat_is_claimed() -> None:
    world = World()
    world.line.fail("members", refusal(503, "Refused"), not_connected())
    await world.deliver(item("one", to_channel="19:dsl"))
    assert world.line.texts("19:dsl") == ["one"]


async def test_a_channel_whose_members_are_refused_is_gone_another_way() -> None:
    world = World()
    world.line.fail("members", refusal(403, "BotNotInConversationRoster"))
    world.composer.other_way = lambda gone: elsewhere(gone, person="dsl")
    await world.deliver(item("one", to_channel="19:dsl", urgency="serious"))
    assert world.ended("one") == ("dead", "403 BotNotInConversationRoster")
    assert world.line.texts("dsl") == ["one-other"]


async def test_an_item_whose_holder_changed_while_it_waited_goes_to_the_new_one() -> None:
    world = World()
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("first"), item("second", to_person="head"))
    world.composer.conversations["head"] = "ann"
    await world.delivery.start()
    await until(lambda: world.line.busy["ann"] == 1)
    world.composer.conversations["head"] = "bob"
    world.line.closed["ann"].set()
    await world.delivery.idle()
    await world.delivery.stop()
    assert world.line.texts("ann") == ["first"]
    assert world.line.texts("bob") == ["second"]


async def test_an_item_that_casework_takes_back_is_not_sent() -> None:
    world = World()
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("first"), item("second"))
    await world.delivery.start()
    await until(lambda: world.line.busy["ann"] == 1)
    world.store.stage(Commit(at=MONDAY, deletes=((OUTBOX, "second"),)))
    world.line.closed["ann"].set()
    await world.delivery.idle()
    await world.delivery.stop()
    assert world.line.texts("ann") == ["first"]


async def test_what_ended_is_forgotten_after_seven_days() -> None:
    world = World()
    world.composer.answers["lapsed"] = lambda _: Lapsed(why="accepted")
    world.line.refuse("bob", refusal(403, "Refused"))
    await world.deliver(item("sent"), item("lapsed"), item("dead", to_person="bob"))
    world.clock.wind(days=6)
    world.delivery = world.another()
    await world.deliver()
    assert world.ended("lapsed")[0] == "lapsed"
    assert world.store.get(SENT, "key-sent") is not None
    world.clock.wind(days=2)
    world.delivery = world.another()
    await world.deliver()
    assert world.item("lapsed") is None
    assert world.item("dead") is None
    assert world.store.get(SENT, "key-sent") is None
    assert world.posted("slot-sent") is not None


async def test_when_the_record_fails_nothing_more_leaves_and_the_state_says_so() -> None:
    world = World()
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("one"), item("two"), item("three", to_person="bob"))
    await world.delivery.start()
    await until(lambda: world.line.busy["ann"] == 1)
    await until(lambda: bool(world.line.texts("bob")))
    world.store.fail()
    world.line.closed["ann"].set()
    await world.delivery.idle()
    assert not world.delivery.state().moving
    assert world.delivery.state().fault == "store_failed"
    await world.delivery.stop()
    assert len(world.line.made) == 2


async def test_the_state_tells_how_long_the_oldest_urgent_item_has_waited() -> None:
    world = World(policy=Policy())
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("one", urgency="serious"), item("two"))
    await world.delivery.start()
    await until(lambda: world.line.busy["ann"] == 1)
    world.clock.wind(seconds=90)
    state = world.delivery.state()
    assert (state.moving, state.waiting, state.oldest_urgent_seconds) == (True, 2, 90.0)
    world.line.closed["ann"].set()
    await world.delivery.idle()
    after = world.delivery.state()
    assert (after.waiting, after.oldest_urgent_seconds, after.dead_letters) == (0, None, 0)
    assert after.beat_at == world.clock.now()
    await world.delivery.stop()


async def test_dead_letters_are_counted() -> None:
    world = World()
    world.line.refuse("ann", refusal(403, "Refused"))
    await world.deliver(item("one"), item("two"))
    assert world.delivery.state().dead_letters == 2


async def test_the_log_holds_ids_and_no_word_of_the_message(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = World()
    world.line.fail("send", no_answer())
    await world.deliver(
        item("one", urgency="serious", case="c1", params={"text": "Billy"}, reason="grooming")
    )
    sent = [record for record in caplog.records if getattr(record, "action", "") == "sent"]
    assert (sent[0].item, sent[0].case) == ("one", "c1")  # type: ignore[attr-defined]  # set by `extra`
    everything = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("bot."))
    assert not [word for word in ("Billy", "grooming", "serious", "ann") if word in everything]


async def test_an_edit_changes_the_message_that_is_there() -> None:
    world = World()
    await world.deliver(item("one", slot="s"))
    await world.deliver(item("two", slot="s", do="edit", revision=3))
    assert [made.do for made in world.line.made] == ["send", "update"]
    assert len({made.activity_id for made in world.line.made}) == 1
    posted = world.posted("s")
    assert posted is not None
    assert posted.shown == {"revision": "3"}


async def test_pending_edits_of_one_message_become_one_and_it_is_the_latest() -> None:
    world = World()
    await world.deliver(item("one", slot="s"))
    await world.deliver(*(item(f"e{number}", slot="s", do="edit") for number in range(5)))
    assert world.line.texts("ann") == ["one", "e4"]
    assert world.ended("e0")[0] == "lapsed"


async def test_a_routine_edit_that_overtakes_an_urgent_one_takes_its_place_in_the_queue() -> None:
    world = World()
    await world.deliver(item("one", slot="s"))
    await world.deliver(
        item("other"),
        item("urgent", slot="s", do="edit", urgency="immediate"),
        item("latest", slot="s", do="edit"),
    )
    assert world.line.texts("ann") == ["one", "latest", "other"]


async def test_an_edit_of_what_is_still_to_go_merges_into_it() -> None:
    world = World()
    await world.deliver(item("one", slot="s"), item("two", slot="s", do="edit"))
    assert [made.do for made in world.line.made] == ["send"]
    assert world.ended("two") == ("lapsed", "merged into the message still to go")


async def test_an_urgent_edit_of_a_routine_message_still_to_go_merges_too() -> None:
    world = World()
    await world.deliver(item("one", slot="s"), item("two", slot="s", do="edit", urgency="immediate"))
    assert [made.do for made in world.line.made] == ["send"]


async def test_an_edit_of_a_message_on_its_way_waits_until_it_is_there() -> None:
    world = World()
    world.line.closed["ann"] = asyncio.Event()
    world.stage(item("one", slot="s"))
    await world.delivery.start()
    await until(lambda: world.line.busy["ann"] == 1)
    world.stage(item("two", slot="s", do="edit", urgency="serious"))
    await until(lambda: world.delivery.state().oldest_urgent_seconds is not None)
    world.line.closed["ann"].set()
    await world.delivery.idle()
    await world.delivery.stop()
    assert [(made.do, made.text) for made in world.line.made] == [("send", "one"), ("update", "two")]


async def test_an_edit_merges_into_a_message_whose_outcome_is_unknown() -> None:
    world = World()
    world.line.fail("send", no_answer())
    await world.deliver(item("one", slot="s"))
    await world.deliver(item("two", slot="s", do="edit"))
    await world.wind(seconds=121)
    assert world.line.texts("ann") == [f"one {REPEAT}"]
    assert world.ended("two")[0] == "lapsed"


async def test_an_item_whose_conversation_keeps_changing_ends_as_a_dead_letter() -> None:
    world = World(policy=replace(QUICK, routine_attempts=3))
    world.composer.answers["one"] = lambda one: replace(
        world.composer.envelope(one),
        address=replace(world.composer.envelope(one).address, conversation="elsewhere"),
    )
    await world.deliver(item("one", to_channel="19:dsl"), item("two", to_channel="19:dsl"))
    assert world.ended("one") == ("dead", "moved")
    assert world.line.texts("19:dsl") == ["two"]


async def test_an_edit_of_a_message_that_never_was_lapses() -> None:
    world = World()
    await world.deliver(item("one", do="edit"))
    assert world.line.made == []
    assert world.ended("one")[0] == "lapsed"


async def test_an_edit_of_a_message_that_is_gone_is_dropped_and_the_message_forgotten() -> None:
    world = World()
    await world.deliver(item("one", slot="s"))
    world.line.fail("update", refusal(404, "ActivityNotFoundInConversation"))
    await world.deliver(item("two", slot="s", do="edit"))
    assert world.ended("two") == ("lapsed", "the message is gone")
    assert world.composer.given_up == []
    posted = world.store.get(POSTED, "s")
    assert posted is not None
    assert posted.withdrawn


async def test_an_edit_of_unknown_outcome_is_simply_repeated() -> None:
    world = World()
    await world.deliver(item("one", slot="s"))
    world.line.fail("update", no_answer(), refusal(500, "Refused"))
    await world.deliver(item("two", slot="s", do="edit"))
    await world.wind(seconds=1)
    await world.wind(seconds=1)
    assert world.line.texts("ann") == ["one", "two"]


async def test_a_withdrawn_message_is_deleted_and_marked_so() -> None:
    world = World()
    await world.deliver(item("one", slot="s"))
    await world.deliver(item("two", slot="s", do="withdraw"))
    assert [made.do for made in world.line.made] == ["send", "delete"]
    assert world.line.teams.shown("ann") == []
    posted = world.posted("s")
    assert posted is not None
    assert posted.withdrawn


async def test_a_withdrawal_stops_a_message_that_has_not_gone_yet() -> None:
    world = World()
    await world.deliver(
        item("one", slot="s"), item("two", slot="s", do="withdraw", urgency="immediate"), item("three")
    )
    assert world.line.texts("ann") == ["three"]
    assert world.ended("one") == ("lapsed", "withdrawn before it went")


async def test_the_message_that_starts_a_thread_goes_before_its_replies_however_urgent() -> None:
    world = World()
    await world.deliver(
        item("other", to_channel="19:dsl", urgency="serious"),
        item("root", to_channel="19:dsl", slot="root"),
        item("reply", to_channel="19:dsl", urgency="immediate", thread="root"),
    )
    assert world.line.texts("19:dsl") == ["root", "reply", "other"]


class CountingStore(MemoryStore):
    """Counts the documents that are read."""

    reads = 0

    def get(self, table: Table[T], key: str) -> T | None:
        self.reads += 1
        return super().get(table, key)


async def test_the_cost_of_sending_does_not_grow_with_what_was_sent() -> None:
    store = CountingStore(ALL, CASES)
    world = World(store=store)
    costs = []
    for day in range(4):
        before = store.reads
        await world.deliver(*(item(f"m{day}-{number}") for number in range(30)))
        costs.append(store.reads - before)
    assert len(world.line.texts("ann")) == 120
    assert max(costs) <= 1.1 * costs[0]


# People go first


async def test_nothing_is_started_while_people_wait_for_an_answer() -> None:
    world = World(policy=replace(QUICK, give_way_seconds=60.0))
    world.answering = True
    world.stage(item("one"))
    await world.delivery.start()
    await until(lambda: world.delivery.state().beat_at is not None)
    assert (world.line.texts("ann"), world.delivery.state().moving) == ([], True)
    world.answering = False
    world.delivery.wake()
    await until(lambda: world.line.texts("ann") == ["one"])
    await world.delivery.stop()


async def test_messages_wait_for_people_a_moment_at_a_time_and_no_longer() -> None:
    world = World(policy=replace(QUICK, give_way_seconds=0.02))
    world.answering = True
    world.stage(item("one"))
    await world.delivery.start()
    await until(lambda: world.line.texts("ann") == ["one"])
    world.stage(item("two"))
    await until(lambda: world.line.texts("ann") == ["one", "two"])
    await world.delivery.stop()
