"""The closed list of verbs a button can carry, and how an action_id is made and read.

Must not know what a verb does.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from bot.model.cases import Case
from bot.model.definition import CaseAction
from bot.model.procedures import Procedure
from bot.model.runs import Run

REPORT = "report"
MINE = "mine"
HELP = "help"
ANSWER = "answer"
BACK = "back"
SAVE = "save"
CANCEL = "cancel"
RESUME = "resume"
RECEIPT = "receipt"
REPORTER_FORM = "reporter_form"
REPORTER_DO = "reporter_do"
OPEN = "open"
FORM = "form"
DO = "do"
MORE = "more"
STATUS = "status"
LINK_YES = "link_yes"
LINK_NO = "link_no"
TYPED_ADD = "typed_add"
TYPED_NEW = "typed_new"
TASK = "task"
TASK_SEEN = "task_seen"
PUPIL_NO = "pupil_no"
DRAFT = "draft"
DRAFT_ASK = "draft_ask"
DRAFT_YES = "draft_yes"
DRAFT_NO = "draft_no"
STEPS = "steps"
STEP = "step"
STEP_DO = "step_do"
STEP_RELEASE = "step_release"
HAND = "hand"
HAND_DO = "hand_do"
BEGIN = "begin"
BEGIN_DO = "begin_do"
STOP = "stop"
STOP_DO = "stop_do"
ASK = "ask"
ASK_DO = "ask_do"

PRESS_KEPT = timedelta(days=7)
"""How long a press is remembered; an older offer of an additive action counts as stale (casework 9)."""
LONGEST_STAMP = 11


def visit_id(run: Run) -> str:
    """The action_id of everything offered on the step a run shows: stale once the run has moved."""
    return f"v{run.visit}"


def step_id(procedure: Procedure, step: str = "") -> str:
    """The action_id of what is offered on the step a procedure shows: stale once it has moved. `step`: of a
    device that goes on, the step it came in by."""
    return ".".join(filter(None, (procedure.id, str(procedure.visit), step)))


def offer_id(case: Case, action: CaseAction, now: datetime) -> str:
    """The action_id of a case action: for a single one its turn, for an additive one a mark of its own."""
    if action.additive:
        return f"{action.key}.{fresh_mark(now)}"
    return f"{action.key}.{case.offers.get(action.key, 0)}"


def fresh_mark(now: datetime) -> str:
    """A mark that no other offer has, and that tells when it was offered."""
    return f"{int(now.timestamp())}-{secrets.token_hex(3)}"


def read_offer(action_id: str) -> tuple[str, str]:
    """The action's key, and its turn or mark."""
    key, _, stamp = action_id.partition(".")
    return key, stamp


def still_offered(stamp: str, now: datetime) -> bool:
    """Whether the stamp of an additive offer holds: one that was made, no more than seven days ago.

    One of a time to come was made by nobody: it would outlive the memory of its own press.
    """
    seconds, _, mark = stamp.partition("-")
    if not (seconds.isdecimal() and mark and len(seconds) <= LONGEST_STAMP):
        return False
    return timedelta(0) <= now - datetime.fromtimestamp(int(seconds), UTC) <= PRESS_KEPT
