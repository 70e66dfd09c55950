"""Stories of Ashford: what its own pack leads to, and what it has in common with others in its own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.rehearsal.cards import buttons
from tests.cards_procedures import every_question, every_request, flows_of, show_steps
from tests.cards_ways import (
    STORY,
    account,
    act,
    reopen,
    report,
    stop_all,
    walk,
)
from tests.stage import CHANNEL, Stage

TARIQ, CLARA = "Tariq Assistant-Demo", "Clara Class-Demo"
ALMA, BILAL, ESME = "pupil:a01", "pupil:a02", "pupil:a05"
ABOUT_ADULTS = ("staff_conduct", "indecent_images")
"""Procedures that begin by themselves in a case about an adult of the school."""


async def greetings(on: Stage) -> None:
    for text in ("hi", "help", "my reports", "admin"):
        await on.say(TARIQ, text)
    await on.say("admin", "admin")
    await on.say(TARIQ, "alert here", channel=CHANNEL)


async def every_kind(on: Stage) -> None:
    nearest = [option.key for option in on.definition.flows["report"].fields["nearest"].options]
    for part in nearest:
        await report(on, TARIQ, what="rules", pupils_done=ALMA, pupils_affected=ESME, nearest=part)
    await reopen(on, "dsl")
    await report(on, TARIQ, what="child", pupils_affected=BILAL, ticks="blackmail")
    await report(on, TARIQ, what="image", pupils_affected=BILAL, pupils_done=ALMA)
    await report(on, TARIQ, what="technical", others="not_known", app="a game")
    await report(on, TARIQ, what="not_sure", others="pupil_unlisted,someone_else")
    await report(on, TARIQ, what="adult", others="adult_unlisted", pupils_affected=ALMA)
    await report(on, TARIQ, what="adult", adults=on.person("ict_lead"), harm="no")
    await report(on, TARIQ, what="adult", adults=on.person("headteacher"))
    await report(on, TARIQ, what="rules", pupils_done=ALMA, ticks="threats,hate")
    await on.say(TARIQ, "my reports")


async def danger(on: Stage) -> None:
    await on.say(TARIQ, "report")
    await on.press(TARIQ, "Yes")
    await on.press("dsl", "Open")
    await walk(on, TARIQ, {"what": "rules", "pupils_done": ALMA, "happened": "He has a knife"})
    await on.press("dsl", "Open", channel=CHANNEL)
    for _ in range(6):
        await on.wind(minutes=7)


async def at_night(on: Stage) -> None:
    await on.wind(hours=10)
    await report(on, TARIQ, what="rules", pupils_done=ALMA, nearest="platform")
    await report(on, TARIQ, what="child", pupils_affected=ALMA)
    for _ in range(6):
        await on.wind(minutes=20)
    pupil = account(on, "a101")
    on.teams.open(f"a:{pupil}", on.member(pupil))
    await on.say(pupil, "I am scared at home")
    await on.say(pupil, "He shouts a lot")
    await on.wind(days=1)


async def a_child_at_risk(on: Stage) -> None:
    await report(on, TARIQ, what="child", pupils_affected=ALMA, pupils_done=BILAL, ticks="aimed")
    await on.press("deputy_dsl", "Open", channel=CHANNEL)
    await reopen(on, "dsl")
    await on.press("dsl", "I'll take this")
    await act(on, "dsl", "Add a note", text=STORY)
    await act(on, "dsl", "Could it be a crime?", crime="yes", why="He asked for money")
    await act(on, "dsl", "Who was spoken to", who="The headteacher", when="today")
    await act(on, "deputy_dsl", "Take it over", why="She is away")
    await act(on, "deputy_dsl", "Hand it over", role="dsl", why="She is back")
    day = (on.clock.at + timedelta(days=2)).date().isoformat()
    await reopen(on, "dsl")
    await on.press("dsl", "I'll take this")
    await act(on, "deputy_dsl", "Waiting for someone outside", on="police", until=day, why="The phone")
    await act(on, "deputy_dsl", "They have answered", why="They will not act")
    await act(on, "deputy_dsl", "Police or social care told", who="999", when="now", said=STORY)
    await act(on, "deputy_dsl", "Lower the urgency", urgency="routine", why="Safe")
    await act(on, "deputy_dsl", "Someone must not see this", who=on.person(CLARA), why="A relative")
    await act(on, "deputy_dsl", "Let someone see it again", who=on.person(CLARA), why="No relative")
    await act(on, "deputy_dsl", "Who has opened it")
    await act(on, "deputy_dsl", "Close the case", outcome="found", why=STORY)
    await stop_all(on, "deputy_dsl")
    await act(
        on, "deputy_dsl", "The child's record",
        copied="in the file", wishes="to be left alone", support="a counsellor", referrals="Police",
    )  # fmt: skip
    await act(on, "deputy_dsl", "Close the case", outcome="found", why=STORY)
    await on.press(TARIQ, "I'm still worried")
    await on.press(TARIQ, "Send it", text="She cries")
    await act(on, "deputy_dsl", "Open it again", why="New facts")
    on.shelf.switch(replace(on.definition, hash="newer"))
    await act(on, "dsl", "Go on by the newer rules", why="The steps are better")
    for label in ("Add something", "This was a mistake"):
        await on.press(TARIQ, label)
        form = on.answered
        assert form is not None
        await on.press_on(TARIQ, form, buttons(form.card)[0].label, text=STORY)


async def typed_people(on: Stage) -> None:
    await report(on, TARIQ, what="rules", others="pupil_unlisted", nearest="device")
    await reopen(on, "dsl")
    await on.press("dsl", "I'll take this")
    await act(on, "dsl", "Say who it is", pupil=ALMA)
    await act(on, "dsl", "Hand it over", role="class_teacher", why="It is small")
    await reopen(on, CLARA)
    await on.press(CLARA, "I'll take this")


async def an_adult(on: Stage) -> None:
    await report(on, TARIQ, what="adult", adults=on.person("ict_lead"), pupils_affected=ALMA)
    await reopen(on, "headteacher")
    await on.press("headteacher", "I'll take this")
    await reopen(on, "dsl")
    await act(on, "headteacher", "Close the case", outcome="substantiated", why="It is so")
    await act(on, "headteacher", "Advice of the LADO", consulted="yes", advice="Suspend, and ask nothing")
    for key in ABOUT_ADULTS:
        await show_steps(on, on.definition.flows[key])
    await stop_all(on, "headteacher")
    await act(on, "headteacher", "Close the case", outcome="substantiated", why="It is so")
    await report(on, TARIQ, what="adult", others="adult_unlisted", pupils_affected=ALMA)
    await reopen(on, "headteacher")
    await on.press("headteacher", "I'll take this")
    await act(on, "headteacher", "Say which adult it is", answer="is", who=on.person("office"), why="Seen")


async def every_procedure(on: Stage) -> None:
    for flow in flows_of(on.definition, "case"):
        await report(on, TARIQ, what="rules", pupils_done=ALMA, pupils_affected=ESME)
        await reopen(on, "dsl")
        await on.press("dsl", "I'll take this")
        if flow.key != "staff_conduct":
            await show_steps(on, flow)


async def where_a_complaint_goes(on: Stage) -> None:
    about = [option.key for option in on.definition.flows["complaint"].fields["about"].options]
    for each in about:
        await on.say(TARIQ, "complaint")
        await on.press(TARIQ, "Next", about=each)
        await on.press(TARIQ, "I understand")


SCENES = (
    greetings, every_kind, danger, at_night, a_child_at_risk, typed_people, an_adult,
    every_procedure, every_request, every_question, where_a_complaint_goes,
)  # fmt: skip
