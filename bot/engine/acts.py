"""What may happen to a procedure, and what may follow: the words that its walk and casework share.

Values alone. Must not know where a procedure goes, nor how anything that follows is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.model.people import PersonId
from bot.model.procedures import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What happened. answer: the step's form was sent. sign: a word on an approval (`values` answer, why).
    hand_over: a device went on, after its step was passed (`step` names it). reopen: an approval that was
    passed (`step`) has too few signatures left. stop: the owner ends the procedure. wake: its own clock
    fired. `by` None and `role` empty are the clock's.
    """

    kind: Literal["answer", "sign", "hand_over", "reopen", "stop", "wake"]
    values: Mapping[str, str] = field(default_factory=dict)
    by: PersonId | None = None
    role: str = ""
    step: str = ""


WAKE = Act(kind="wake")  # also what a silent step is passed by


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """Something that casework must carry out in the same unit of work.

    ask: `roles` (empty: the owner) are asked for `step`. tell: `roles` are told its body. begin: `flow`
    begins. remind: the step is overdue. end: it is over, `does` says how (done, stopped). signed, handed,
    passed: what goes on record.
    """

    kind: Literal["ask", "tell", "begin", "remind", "end", "signed", "handed", "passed"]
    step: str
    roles: tuple[str, ...] = ()
    flow: str = ""
    does: str = ""
    outcome: str = ""


Walked = tuple[Procedure, tuple[Follows, ...]]
"""The procedure as it is after an act, and what follows from that, in order."""
