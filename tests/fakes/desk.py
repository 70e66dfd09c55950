"""A desk that notes what it was asked and answers what it was told to: the Desk port without casework."""

from __future__ import annotations

from bot.casework.ports import Desk
from bot.model.events import Answer, Lived, Pressed, Said, Searched
from bot.model.views import Choice


class FakeDesk:
    """`events` in the order of arrival. `answer` and `choices` are given back; `fault` is raised instead."""

    def __init__(self) -> None:
        self.events: list[Said | Pressed | Searched | Lived] = []
        self.answer = Answer(text="Saved.")
        self.choices: tuple[Choice, ...] = ()
        self.fault: Exception | None = None

    async def said(self, said: Said) -> None:
        self._note(said)

    async def pressed(self, pressed: Pressed) -> Answer:
        self._note(pressed)
        return self.answer

    async def searched(self, searched: Searched) -> tuple[Choice, ...]:
        self._note(searched)
        return self.choices

    async def lived(self, lived: Lived) -> None:
        self._note(lived)

    def _note(self, event: Said | Pressed | Searched | Lived) -> None:
        self.events.append(event)
        if self.fault is not None:
            raise self.fault


def as_desk(fake: FakeDesk) -> Desk:
    """The fake, held to the port by the type checker."""
    return fake
