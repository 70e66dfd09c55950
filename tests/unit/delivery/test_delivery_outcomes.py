"""What a failed call means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.casework.ports import SendFailed
from bot.delivery.outcomes import Policy, backoff_seconds, pause_seconds, repeat_seconds, verdict
from tests.fakes.messenger import no_answer, not_connected, refusal
from tests.unit.delivery.world import item


@pytest.mark.parametrize(
    ("failed", "means"),
    [
        (refusal(429, "Code"), "not_carried_out"),
        (refusal(412, "Code"), "not_carried_out"),
        (not_connected(), "not_carried_out"),
        (no_answer(), "unknown"),
        (refusal(408, "Code"), "unknown"),
        (refusal(500, "Code"), "unknown"),
        (refusal(504, "Code"), "unknown"),
        (SendFailed(status=200, code="NotUnderstood", known=False, again=True), "unknown"),
        (SendFailed(status=0, code="ServiceHostNotAllowed", known=True, again=False), "refused"),
        (refusal(400, "Code"), "refused"),
        (refusal(401, "Code"), "refused"),
        (refusal(403, "Code"), "refused"),
        (refusal(404, "Code"), "refused"),
        (refusal(413, "Code"), "refused"),
    ],
)
def test_each_failure_of_a_new_message_means_one_thing(failed: SendFailed, means: str) -> None:
    assert verdict(failed, creates=True) == means


def test_what_cannot_be_found_when_it_is_to_be_changed_is_gone() -> None:
    assert verdict(refusal(404, "Code"), creates=False) == "gone"


@given(st.integers(min_value=1, max_value=10_000))
def test_backing_off_stays_between_two_and_twenty_seconds(attempt: int) -> None:
    assert 2.0 <= backoff_seconds(Policy(), attempt) <= 20.0


def test_backing_off_grows() -> None:
    assert max(backoff_seconds(Policy(), 1) for _ in range(50)) < min(
        backoff_seconds(Policy(), 3) for _ in range(50)
    )


def test_what_teams_asks_for_goes_before_backing_off() -> None:
    assert pause_seconds(Policy(), refusal(429, "Code", retry_after_seconds=47.0), 1) == 47.0


def test_nobody_can_be_asked_to_wait_for_ever() -> None:
    assert pause_seconds(Policy(), refusal(429, "Code", retry_after_seconds=1e9), 1) == 600.0


def test_an_urgent_repeat_goes_at_once_and_then_backs_off() -> None:
    first = item("one", urgency="serious", attempts=1)
    assert repeat_seconds(Policy(), first, creates=True) == 0.0
    later = item("one", urgency="serious", attempts=2, again=True)
    assert (repeat_seconds(Policy(), later, creates=True) or 0.0) >= 2.0


def test_a_routine_repeat_goes_once_after_two_minutes() -> None:
    assert repeat_seconds(Policy(), item("one", attempts=1), creates=True) == 120.0
    assert repeat_seconds(Policy(), item("one", attempts=2, again=True), creates=True) is None


def test_an_edit_is_worth_many_more_attempts_than_a_message() -> None:
    policy = Policy()
    assert policy.attempts(item("e", do="edit")) > policy.attempts(item("s"))
    assert policy.attempts(item("s")) > policy.attempts(item("u", urgency="immediate"))
