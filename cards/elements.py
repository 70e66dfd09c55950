"""The parts of Adaptive Cards 1.5 that Handrail draws, each as a strict class.

Property names are Python's; the JSON keys are the official schema's. What Teams does not draw, or the
product must not send (images, addresses, required fields), is not here on purpose.
Must not know a View.
"""

from __future__ import annotations

from cards.strict import Part, Property

SCHEMA_VERSION = "1.5"

COLORS = ("default", "dark", "light", "accent", "good", "warning", "attention")
SPACINGS = ("default", "none", "small", "medium", "large", "extraLarge", "padding")
SIZES = ("default", "small", "medium", "large", "extraLarge")
WEIGHTS = ("default", "lighter", "bolder")
CONTAINER_STYLES = ("default", "emphasis", "good", "attention", "warning", "accent")
ACTION_STYLES = ("default", "positive", "destructive")
CHOICE_STYLES = ("compact", "expanded", "filtered")
ASSOCIATED_INPUTS = ("auto", "none")


class Block(Part):
    """Base of what stands in a card's body."""

    id = Property("id", str)
    spacing = Property("spacing", str, one_of=SPACINGS)
    separator = Property("separator", bool)


class TextBlock(Block, kind="TextBlock"):
    """Text with Markdown. `style="heading"` makes it a heading for screen readers."""

    text = Property("text", str, needed=True)
    wrap = Property("wrap", bool)
    size = Property("size", str, one_of=SIZES)
    weight = Property("weight", str, one_of=WEIGHTS)
    color = Property("color", str, one_of=COLORS)
    is_subtle = Property("isSubtle", bool)
    style = Property("style", str, one_of=("default", "heading"))


class Container(Block, kind="Container"):
    """A group of blocks, framed by `style`; `bleed` lets the frame reach the card's edge."""

    items = Property("items", list, each=Block, needed=True)
    style = Property("style", str, one_of=CONTAINER_STYLES)
    bleed = Property("bleed", bool)


class Fact(Part):
    """A label and its value, both with Markdown."""

    title = Property("title", str, needed=True)
    value = Property("value", str, needed=True)


class FactSet(Block, kind="FactSet"):
    """Facts in two columns."""

    facts = Property("facts", list, each=Fact, needed=True)


class InputBlock(Block):
    """Base of the inputs. There is no `isRequired`: it would block Save and Back as well."""

    id = Property("id", str, needed=True)
    label = Property("label", str)
    error_message = Property("errorMessage", str)
    value = Property("value", str)


class TextInput(InputBlock, kind="Input.Text"):
    """Typed text."""

    is_multiline = Property("isMultiline", bool)
    max_length = Property("maxLength", int)


class DateInput(InputBlock, kind="Input.Date"):
    """A day; the value is YYYY-MM-DD."""


class TimeInput(InputBlock, kind="Input.Time"):
    """A time of day; the value is HH:MM."""


class Choice(Part):
    """One thing to pick."""

    title = Property("title", str, needed=True)
    value = Property("value", str, needed=True)


class DataQuery(Part, kind="Data.Query"):
    """Where the client asks for more choices while somebody types."""

    dataset = Property("dataset", str, needed=True)


class ChoiceSetInput(InputBlock, kind="Input.ChoiceSet"):
    """Choices; several values are joined by commas."""

    choices = Property("choices", list, each=Choice, needed=True)
    choices_data = Property("choices.data", DataQuery)
    style = Property("style", str, one_of=CHOICE_STYLES)
    is_multi_select = Property("isMultiSelect", bool)
    wrap = Property("wrap", bool)


class ActionPart(Part):
    """Base of the buttons."""

    title = Property("title", str)
    style = Property("style", str, one_of=ACTION_STYLES)
    data = Property("data", dict, needed=True)
    associated_inputs = Property("associatedInputs", str, one_of=ASSOCIATED_INPUTS)


class ActionSubmit(ActionPart, kind="Action.Submit"):
    """A button that arrives as a message; the fallback of `ActionExecute` on old clients."""


class ActionExecute(ActionPart, kind="Action.Execute"):
    """A button that arrives as an invoke and is answered with a card in its place."""

    verb = Property("verb", str, needed=True)
    fallback = Property("fallback", ActionSubmit)


class ActionSet(Block, kind="ActionSet"):
    """A row of buttons in the body, which is where a fallback works."""

    actions = Property("actions", list, each=ActionPart, needed=True)


class Refresh(Part):
    """Who may ask for a newer card, and by which action. `user_ids` are Teams' own (`29:…`)."""

    action = Property("action", ActionExecute, needed=True)
    user_ids = Property("userIds", list, each=str, needed=True)


class TeamsOptions(Part):
    """What only Teams reads: `width="Full"` gives forms the room that the window has."""

    width = Property("width", str, one_of=("Full",))


class AdaptiveCard(Part, kind="AdaptiveCard"):
    """A whole card."""

    version = Property("version", str, one_of=(SCHEMA_VERSION,), needed=True)
    lang = Property("lang", str)
    fallback_text = Property("fallbackText", str)
    body = Property("body", list, each=Block, needed=True)
    refresh = Property("refresh", Refresh)
    msteams = Property("msteams", TeamsOptions)


ELEMENTS: tuple[type[Part], ...] = (
    AdaptiveCard,
    TextBlock,
    Container,
    FactSet,
    TextInput,
    DateInput,
    TimeInput,
    ChoiceSetInput,
    DataQuery,
    ActionSet,
    ActionExecute,
    ActionSubmit,
)
"""Every class that carries a `type`: what a card may hold."""
