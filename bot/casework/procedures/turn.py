"""One press on a procedure by one person: what they may see of the case, and what they are shown.

Must not know what the press does.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.casework import verbs
from bot.casework.case_views import view_of, words_for
from bot.casework.late import with_refusal
from bot.casework.office import Office
from bot.casework.procedures.asking import handles, may_begin, may_do, may_let_others
from bot.casework.procedures.knowing import (
    kept_in,
)  # fmt: skip
from bot.casework.procedures.reading import (
    lines_of,
    may_hand,
    settled_step,
    whole_step,
)  # fmt: skip
from bot.casework.tables import PRESSES
from bot.casework.unit import Unit
from bot.casework.views.procedures import (
    steps_button,
    steps_view,
)  # fmt: skip
from bot.casework.words import Words
from bot.engine.access import sees_all
from bot.model.cases import Case
from bot.model.changed import replace
from bot.model.events import Pressed
from bot.model.outbox import Press
from bot.model.people import PersonId
from bot.model.procedures import Procedure
from bot.model.views import Action, Notice, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One press by one person, with the case as it stands."""

    office: Office
    unit: Unit
    pressed: Pressed
    case: Case
    words: Words

    @property
    def person(self) -> PersonId:
        """Who presses."""
        return self.pressed.speaker.id

    def inside(self, case: Case | None = None) -> bool:
        """Whether they may see the case, with its procedures."""
        return sees_all(case or self.case, self.person, self.office.directory(), self.unit.now)

    def back(self) -> Action:
        """Back to what is to be done."""
        return replace(steps_button(self.words, self.case), label=self.words.say("button_back"))

    def case_card(self, case: Case, said: str = "", typed: str = "", *, good: bool = False) -> View:
        """The case as they may see it, below what is said."""
        words = words_for(self.office, case, self.pressed.place.language)
        view = view_of(self.office, self.unit, case, self.person, words)
        if good:
            return replace(view, blocks=(Notice(text=said, tone="good"), *view.blocks))
        return with_refusal(self.words, view, said, typed) if said else view

    def remember(self) -> None:
        """That this press was carried out."""
        press = Press(
            id=_press_id(self.pressed), target=self.case.id, action_id=self.pressed.action_id,
            person=self.person, verb=self.pressed.verb, at=self.unit.now,
        )  # fmt: skip
        self.unit.put(PRESSES, press.id, press)

    def before(self) -> bool:
        """Whether this very press was carried out already."""
        return self.unit.get(PRESSES, _press_id(self.pressed)) is not None


def _press_id(pressed: Pressed) -> str:
    return f"{pressed.target}/{pressed.verb}/{pressed.action_id}/{pressed.speaker.id}"


def steps_card(turn: Turn, *, start: int = 0) -> View:
    office, unit, case = turn.office, turn.unit, turn.case
    back = Action(
        verb=verbs.OPEN, label=turn.words.say("button_back"), target=case.id, action_id="open",
        sends_inputs=False,
    )  # fmt: skip
    kept = kept_in(unit, case)
    return steps_view(
        turn.words,
        case,
        lines_of(office, unit, case, turn.person),
        kept,
        start=start,
        may_hand=any(
            may_hand(office, unit, case, p, h.step, turn.person) is not None
            or handles(office, unit, case, turn.person) is not None
            for p, h in kept
        ),
        may_begin=bool(may_begin(office, unit, case, turn.person)),
        may_stop=handles(office, unit, case, turn.person, "close") is not None,
        back=back,
    )


def where_it_stands(turn: Turn, procedure: Procedure, said: str = "", typed: str = "") -> View:
    """Their step if it is theirs; else that there is nothing for them to do, or what is to be done."""
    office, unit, case, person = turn.office, turn.unit, turn.case, turn.person
    theirs = may_do(office, unit, case, procedure, person) is not None
    if theirs or may_let_others(office, unit, case, procedure, person) is not None:
        view = whole_step(office, unit, case, procedure, person, turn.words, back=turn.back())
    elif turn.inside():
        view = steps_card(turn)
    else:
        view = settled_step(office, unit, case, procedure, person, turn.words)
    return with_refusal(turn.words, view, said, typed) if said else view
