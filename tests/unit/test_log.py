"""A line of the log: what happened, then the ids by name; nothing from outside makes a line of its own."""

from __future__ import annotations

import logging

from bot.log import LINE, LONGEST_VALUE, LineFormatter


def line(message: str = "Refused a request", /, **ids: object) -> str:
    record = logging.makeLogRecord({"name": "bot.teams.route", "levelname": "INFO", "msg": message, **ids})
    return LineFormatter(LINE).format(record).split(" ", 2)[2]


def test_ids_stand_behind_the_sentence_by_name() -> None:
    shown = line(status=401, reference="K7Q4FX", action="not_verified")
    assert shown == "INFO bot.teams.route Refused a request action=not_verified reference=K7Q4FX status=401"


def test_a_line_without_ids_is_the_sentence_alone() -> None:
    assert line(case=None) == "INFO bot.teams.route Refused a request"


def test_an_id_from_outside_cannot_begin_a_line_nor_pass_for_another_id() -> None:
    forged = "f:1\n2026-03-02 09:15:00,123 ERROR bot.store reference=K7Q4FX"
    shown = line(activity_id=forged)
    assert "\n" not in shown
    assert shown.endswith(f" activity_id={forged!a}")
    assert line(activity_id="a b") == "INFO bot.teams.route Refused a request activity_id='a b'"
    assert line(activity_id="'x") == 'INFO bot.teams.route Refused a request activity_id="\'x"'
    assert line(activity_id="a=b") == "INFO bot.teams.route Refused a request activity_id='a=b'"
    assert line(activity_id="\u202e") == r"INFO bot.teams.route Refused a request activity_id='\u202e'"


def test_an_endless_id_is_cut() -> None:
    assert line(activity_id="f" * 10_000).endswith(f" activity_id={'f' * LONGEST_VALUE}")


def test_the_trace_of_a_fault_comes_below_the_ids() -> None:
    try:
        int("seven")
    except ValueError as fault:
        raised = (type(fault), fault, fault.__traceback__)
    first, *trace = line(action="compaction_failed", exc_info=raised).splitlines()
    assert first.endswith(" action=compaction_failed")
    assert trace[0].startswith("Traceback")
