"""The limits, from Teams' side of the line: no window ever holds more than is allowed."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.limits import Call, Limits, Meter, Windows

HERE = Call(kind="send", conversation="a", tenant="t")

delays = st.floats(min_value=0.0, max_value=3.0, allow_nan=False)
small_windows = st.lists(
    st.tuples(st.integers(min_value=1, max_value=6), st.sampled_from([0.5, 1.0, 2.0, 10.0])),
    min_size=1,
    max_size=3,
).map(tuple)


def most_in_a_window(counted: list[float], seconds: float) -> int:
    """The most calls that Teams counts in any window of that length, both ends included."""
    return max((sum(start <= at <= start + seconds for at in counted) for start in counted), default=0)


@given(
    windows=small_windows,
    calls=st.lists(st.tuples(delays, delays, st.floats(min_value=0.0, max_value=1.0)), max_size=40),
)
def test_teams_never_counts_more_than_allowed_whenever_it_counts(
    windows: Windows, calls: list[tuple[float, float, float]]
) -> None:
    """Each call idles a while, waits as it is told, and is counted at any moment until its answer."""
    meter = Meter(Limits(sends=windows, tenant=((1000, 1),)))
    now, counted = 0.0, []
    for idle, latency, counted_after in calls:
        now += idle
        now += meter.wait_seconds(HERE, now=now)
        meter.begin(HERE)
        counted.append(now + latency * counted_after)
        now += latency
        meter.end(HERE, now=now)
    for most, seconds in windows:
        assert most_in_a_window(counted, seconds) <= most


@given(latencies=st.lists(st.floats(min_value=0.0, max_value=4.0), min_size=1, max_size=60))
def test_a_tenant_never_gets_more_than_its_share_over_many_conversations(latencies: list[float]) -> None:
    """Calls to conversations of their own overlap; each is counted at its very end."""
    meter = Meter(Limits(tenant=((5, 1.0),)))
    now, counted = 0.0, []
    flying: list[tuple[float, Call]] = []
    for number, latency in enumerate(latencies):
        call = Call(kind="send", conversation=str(number), tenant="t")
        while (wait := meter.wait_seconds(call, now=now)) > 0:
            ended = min((end for end, _ in flying), default=math.inf)
            now = max(now, min(now + wait, ended))
            for end, done in [entry for entry in flying if entry[0] <= now]:
                meter.end(done, now=now)
                flying.remove((end, done))
        meter.begin(call)
        flying.append((now + latency, call))
        counted.append(now + latency)
    assert most_in_a_window(counted, 1.0) <= 5


def run_through(meter: Meter, posts: int, *, latency: float) -> float:
    """When the last of so many posts to one conversation was answered."""
    now = 0.0
    for _ in range(posts):
        now += meter.wait_seconds(HERE, now=now)
        meter.begin(HERE)
        now += latency
        meter.end(HERE, now=now)
    return now


def test_sixty_posts_at_once_take_the_limits_own_time_and_no_more() -> None:
    """Eight in two seconds: the sixtieth may start after seven times two seconds."""
    assert 14.0 <= run_through(Meter(Limits()), 60, latency=0.005) <= 15.0


def test_the_sixty_first_waits_until_thirty_seconds_are_over() -> None:
    assert run_through(Meter(Limits()), 61, latency=0.0) >= 30.0


def test_routine_calls_leave_some_of_the_tenants_share_to_urgent_ones() -> None:
    meter = Meter(Limits(tenant=((50, 1.0),), kept_for_urgent=10))
    for number in range(40):
        meter.begin(Call(kind="send", conversation=str(number), tenant="t"))
    assert meter.wait_seconds(HERE, now=0.0, urgent=False) > 0.0
    assert meter.wait_seconds(HERE, now=0.0, urgent=True) == 0.0


def test_a_first_call_goes_at_once() -> None:
    assert Meter(Limits()).wait_seconds(HERE, now=5.0) == 0.0


def test_a_call_without_an_answer_counts_until_it_has_one() -> None:
    meter = Meter(Limits(sends=((1, 1.0),)))
    meter.begin(HERE)
    assert meter.wait_seconds(HERE, now=1000.0) == math.inf
    meter.end(HERE, now=1000.0)
    assert 1.0 < meter.wait_seconds(HERE, now=1000.0) < 1.1


def test_a_call_that_was_never_made_does_not_count() -> None:
    meter = Meter(Limits(sends=((1, 1.0),)))
    meter.begin(HERE)
    meter.end(HERE, now=0.0, made=False)
    assert meter.wait_seconds(HERE, now=0.0) == 0.0


def test_reading_members_and_posting_have_limits_of_their_own() -> None:
    meter = Meter(Limits())
    for _ in range(7):
        meter.begin(HERE)
        meter.end(HERE, now=0.0)
    reading = Call(kind="read", conversation="a", tenant="t")
    assert meter.wait_seconds(HERE, now=0.0) > 0.9
    assert meter.wait_seconds(reading, now=0.0) == 0.0


def test_conversations_do_not_share_their_limit() -> None:
    meter = Meter(Limits())
    for _ in range(8):
        meter.begin(HERE)
        meter.end(HERE, now=0.0)
    assert meter.wait_seconds(Call(kind="send", conversation="b", tenant="t"), now=0.0) == 0.0


def test_idle_conversations_are_let_go_of_and_busy_ones_kept() -> None:
    meter = Meter(Limits())
    for _ in range(8):
        meter.begin(HERE)
        meter.end(HERE, now=0.0)
    meter.forget(now=1.0)
    assert meter.wait_seconds(HERE, now=1.0) > 0.0
    meter.forget(now=3700.0)
    assert not meter._tallies
