"""Views that hold every kind of block, field and button, as a school might meet them."""

from __future__ import annotations

from typing import Any

from bot.model.text import literal
from bot.model.views import Action, Choice, Facts, Input, Notice, Paragraph, View

WORDS_ONLY = (
    "Words only, no pictures. If there is an image: do not look for it, open, copy, forward, print, "
    "ask for or delete it."
)


def choices(*labels: str) -> tuple[Choice, ...]:
    """Choices whose values are numbers in order."""
    return tuple(Choice(value=f"c{number}", label=label) for number, label in enumerate(labels))


def button(verb: str, label: str, **more: Any) -> Action:
    """A button of the run in these samples."""
    return Action(verb=verb, label=label, target="run-7", action_id=f"{verb}-1", **more)


START = View(
    summary="Handrail: tell us about something online",
    revision=1,
    blocks=(
        Paragraph(text="Tell us what you saw", heading=True),
        Notice(text="If a child is in danger now, ring 999. Then find the DSL in person.", tone="attention"),
        Input(
            key="kind",
            kind="choice",
            label="What is it?",
            compact=False,
            choices=choices(
                "A child may be being harmed or at risk",
                "A nude or sexual image of someone under 18",
                "Someone broke the rules",
                "Something technical, or about filtering",
                "The conduct of an adult who works or volunteers here",
                "Not sure",
            ),
        ),
        Input(
            key="pupils",
            kind="pupils",
            label="Which pupils?",
            search="pupils",
            hint="Type the first letters of a name. You can choose several.",
        ),
        Input(key="adults", kind="adults", label="Any adults of the school?", search="people"),
        Paragraph(text="Is anyone in danger right now?", heading=True),
    ),
    actions=(
        button("answer", "Yes", values=(("danger", "yes"),), tone="destructive"),
        button("answer", "Not sure", values=(("danger", "unsure"),)),
        button("answer", "No", values=(("danger", "no"),)),
        button("save", "Save for later"),
        button("cancel", "Cancel", sends_inputs=False),
    ),
)

DESCRIBE = View(
    summary="Handrail: your report is not finished",
    revision=4,
    blocks=(
        Paragraph(text="What happened?", heading=True),
        Paragraph(text="Step 2 of 5", subtle=True),
        Notice(text=WORDS_ONLY, tone="warning"),
        Input(
            key="story",
            kind="paragraph",
            label="Say what happened",
            hint="If a child told you, use the child's own words. You can also type it as a message.",
            error="Please write a sentence or two, even if you are not sure.",
            max_length=4000,
        ),
        Input(key="app", kind="text", label="Which app or site?", value="A video app", max_length=120),
        Input(key="day", kind="date", label="On what day?", value="2026-11-20"),
        Input(key="time", kind="time", label="At about what time?"),
    ),
    actions=(
        button("next", "Next", tone="positive"),
        button("back", "Back"),
        button("save", "Save for later"),
    ),
)

FACTS = View(
    summary="Handrail: your report is not finished",
    revision=5,
    blocks=(
        Paragraph(text="Some facts", heading=True),
        Input(
            key="row",
            kind="choice",
            label="What was it about?",
            choices=choices(*(f"Something pupils may not do, number {number}" for number in range(1, 18))),
            hint="Type a word to find it.",
        ),
        Input(
            key="where",
            kind="choice",
            label="Where?",
            choices=choices("My lesson", "Elsewhere", "Home", "Both"),
        ),
        Input(
            key="ticks",
            kind="choices",
            label="Is any of this part of it?",
            compact=False,
            value="c0,c2",
            choices=choices(
                "An adult contacting a child",
                "Threats or violence",
                "Self-harm or suicide",
                "Blackmail or money",
                "None of these",
            ),
            error="You chose something and also none of these. Please choose one or the other.",
        ),
        Input(
            key="named",
            kind="pupils",
            label="Who was it aimed at?",
            choices=choices("A. Example, 8B", "B. Example, 8C"),
        ),
    ),
    actions=(button("next", "Next", tone="positive"), button("back", "Back")),
)

CASE = View(
    summary="Handrail: a case has changed",
    revision=9,
    refresh=button("refresh", ""),
    refresh_for="29:1-example",
    blocks=(
        Paragraph(text="KS-7Q4F-2: serious, waiting", heading=True, tone="attention"),
        Paragraph(text="Nobody has taken this yet. The deputy DSL is told at 10:42."),
        Facts(
            rows=(
                ("Reported", "09:31 today, by a class teacher"),
                ("Where", "In school, on a pupil's own telephone, during the morning break"),
                ("Who is told next", "Deputy DSL, then the headteacher"),
                (
                    "Site",
                    literal(
                        "https://video.example/watch?v=aVeryLongAddress_that_does_not_break_anywhere_at_all_1234567890"
                    ),
                ),
            )
        ),
        Paragraph(text="What was said", heading=True),
        Paragraph(
            text=literal("He wrote *shut up* <at>everyone</at>\n- and then [this](http://bad.example)")
        ),
        Paragraph(text="Taken by the Online Safety Officer at 09:40.", tone="good"),
        Notice(text="The device stays as it is. Nobody opens or searches it.", tone="accent"),
        Notice(text="This may be a repeat of an earlier message.", tone="plain"),
    ),
    actions=(
        button("accept", "I'll take this", tone="positive"),
        button("open", "Open"),
        button("hand_over", "Hand over"),
        button("note", "Add a note"),
        button("wait", "Waiting for police or social care"),
        button("close", "Close", tone="destructive"),
    ),
)

SAMPLES = {"start": START, "describe": DESCRIBE, "facts": FACTS, "case": CASE}
