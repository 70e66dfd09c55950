"""What a person is to see, as finished sentences, fields and actions.

casework makes a View, cards/ draws it and adds no sentence. Must not know cards, Teams or a flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "good", "attention", "warning", "accent"]
FieldKind = Literal["text", "paragraph", "choice", "choices", "pupils", "adults", "date", "time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to pick: `value` comes back in the press, `label` is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of finished text. `heading` draws it as a heading of the card."""

    text: str
    heading: bool = False
    tone: Tone = "plain"
    subtle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A framed line that must not be overlooked: the picture rule, 999, a refusal."""

    text: str
    tone: Tone = "attention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Label and value pairs, in order."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A question. Never required by the client: the service validates and says so in `error`.

    `key` is the field's key; the card's input id is made of it and the View's `revision`.
    `value` is what was typed or picked before (comma-joined for several). `search` is the name of
    the data set that the client asks for choices as the person types; `choices` then holds only
    those already picked. `compact` draws a choice as a drop-down rather than a list.
    """

    key: str
    kind: FieldKind
    label: str
    choices: tuple[Choice, ...] = ()
    value: str = ""
    hint: str = ""
    error: str = ""
    max_length: int = 0
    compact: bool = True
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button. `target` is a run or case id, `action_id` says which offer of the verb this is.

    `values` are fixed answers that the button itself gives (a row of buttons as one question).
    `sends_inputs` is false where typed text must not travel (Cancel).
    """

    verb: str
    label: str
    target: str
    action_id: str
    values: tuple[tuple[str, str], ...] = ()
    tone: Literal["default", "positive", "destructive"] = "default"
    sends_inputs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """A row of buttons among the blocks, for what must not wait below the inputs."""

    actions: tuple[Action, ...]


Block = Paragraph | Notice | Facts | Input | Buttons


@dataclass(frozen=True, kw_only=True)
class View:
    """One card. At most six actions, those among the blocks included, and at most five inputs.

    `summary` is what a lock screen may show: never a name, free text or a category.
    `revision` goes into input ids, so that a client never fills a new card with an old card's text.
    `refresh_for` is the one person whose client may ask for a newer version; None for none.
    `refresh` is the action that asks.
    """

    summary: str
    blocks: tuple[Block, ...]
    actions: tuple[Action, ...] = ()
    language: str = "en"
    revision: int = 0
    refresh: Action | None = None
    refresh_for: str | None = None
