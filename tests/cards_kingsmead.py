"""Stories of Kingsmead: what people see when they report, handle, ask for and look after things there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bot.casework import verbs
from bot.casework.admin import tell_faults, tell_taken
from bot.casework.drafts import drafts_of, drawn_up, settle, waiting_draft
from bot.casework.drafts import propose as propose_draft
from bot.casework.tables import CHANNELS, RUNS, VERSIONS
from bot.model.definition import Definition
from bot.model.problems import Problem
from bot.model.versions import Published
from bot.rehearsal.cards import buttons
from tests.cards_procedures import every_question, every_request, flows_of, show_steps
from tests.cards_ways import (
    ABI,
    BEN,
    HOSTILE,
    KEMI,
    LONG,
    STORY,
    account,
    act,
    begin,
    find,
    newest,
    reopen,
    report,
    running,
    step,
    stop_all,
    the_case,
    walk,
)
from tests.fakes.messenger import no_answer, refusal
from tests.stage import CHANNEL, Stage

ABOUT_ADULTS = ("staff_allegation", "staff_measures")
Scene = Callable[[Stage], Awaitable[None]]


async def greetings(on: Stage) -> None:
    for text in ("hi", "help", "my reports", "thanks"):
        await on.say("tutor", text)
    await on.press("tutor", "My reports")
    await on.send("tutor", "help")
    await on.send("tutor", "nothing-like-it")
    await on.send("tutor", verbs.ANSWER, target="nothing", action_id="v1")
    await on.send("tutor", verbs.OPEN, target="nothing", action_id="open")
    await on.press("tutor", "Report something")
    await on.press("tutor", "Report something")
    await on.live("upgraded", "tutor")


async def drafts(on: Stage) -> None:
    pupil = account(on, "101")
    await on.say("tutor", "Somebody sends nasty messages")
    for label in ("Save for later", "Go on", "Cancel", "Go on"):
        await on.press("tutor", label)
    await on.press(
        "tutor", "No", what="child", others="not_known,pupil_unlisted", pupils_affected="pupil:gone"
    )
    await on.press("tutor", "No", what="child", others="", pupils_done="", adults=pupil)
    await on.press("tutor", "No", what="child", adults="", pupils_affected=ABI)
    await on.press("tutor", "Back")
    run = on.store.get(RUNS, on.store.find(RUNS, "open", on.person("tutor"))[0])
    assert run is not None
    for value in ("maybe", ""):
        await on.send(
            "tutor", verbs.ANSWER, target=run.id, action_id=f"v{run.visit}", values={"danger": value}
        )
    await on.press("tutor", "No", what="child", pupils_affected=ABI)
    await on.say("tutor", LONG)
    await on.say("tutor", LONG * 3)
    await on.say("tutor", "my reports")
    await on.press("tutor", "Save for later")
    await on.wind(minutes=11)
    await on.wind(minutes=30)
    await on.wind(days=8)
    await on.say("tutor", "report")
    await on.press("tutor", "Cancel")
    await on.say("tutor", "report")
    await on.press("tutor", "Save for later")
    await on.say("tutor", "my reports")


async def every_kind(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI, ticks="blackmail")
    await report(on, "tutor", what="image", pupils_affected=ABI, pupils_done=BEN)
    await report(on, "tutor", what="technical", others="not_known", app="a game")
    await report(on, "tutor", what="not_sure", others="pupil_unlisted,someone_else")
    await report(on, "tutor", what="rules", pupils_done=KEMI, ticks="threats")
    await report(on, "head_of_year", what="rules", pupils_done=f"{ABI},{BEN}", row="device_misuse")
    await on.press("tutor", "Open")
    await report(on, "tutor", what="rules", pupils_done=KEMI, row="offensive_material", intent="accident")
    await on.press("Tara Tutor-Demo", "Open")
    await on.press("Tara Tutor-Demo", "I'll take this")
    await act(on, "Tara Tutor-Demo", "Decide an action", action="other_sanction", answer="yes", why="x")
    await report(on, "tutor", what="adult", adults=on.person("017"))
    await report(on, "tutor", what="adult", adults=on.person("018"), harm="no")
    await report(on, "tutor", what="adult", others="adult_unknown", withheld=on.person("headteacher"))
    await report(on, "tutor", what="dealt", pupils_done=ABI, row="non_educational_sites", where="my_lesson")
    await report(on, "tutor", what="dealt", pupils_done=ABI, row="staff_account", where="my_lesson")
    await report(
        on,
        "head_of_year",
        what="rules",
        pupils_done=KEMI,
        adults=on.person("017"),
        harm="no",
        row="copyright",
    )


async def danger(on: Stage) -> None:
    await on.say("tutor", "report")
    await on.press("tutor", "Yes")
    await on.press("dsl", "Open")
    await on.press("tutor", "Save for later")
    await on.press("tutor", "Go on")
    await on.say("tutor", "Shall I wait for you?")
    await on.press("tutor", "I am there")
    await on.press("tutor", "Back")
    await on.say("tutor", "in front of the big screen")
    await walk(on, "tutor", {"what": "rules", "pupils_done": KEMI, "happened": "He has a knife"})
    await on.press("dsl", "Open")
    await on.say("head_of_year", "report")
    await on.press("head_of_year", "Not sure", what="child", pupils_affected=ABI)
    await on.press("head_of_year", "Cancel")


async def receipts(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI)
    for label in ("Add something", "I'm still worried", "This was a mistake"):
        await on.press("tutor", label)
        form = on.answered
        assert form is not None
        send = buttons(form.card)[0].label
        await on.press_on("tutor", form, send)
        await on.press_on("tutor", form, send, text="x" * 4100)
        await on.press_on("tutor", form, send, text=STORY)
        await on.press_on("tutor", form, send, text=STORY)
    await on.say("tutor", "It was a quarter past nine")
    await on.press("tutor", "It is a new report")
    await on.press("tutor", "Cancel")
    await on.say("tutor", "And it was a Tuesday")
    await on.send("tutor", verbs.MINE)
    card = next(
        s for s in reversed(on.shown) if any(b.label.startswith("Add it to") for b in buttons(s.card))
    )
    await on.press_on("tutor", card, buttons(card.card)[0].label)
    await on.press("dsl", "Open")
    await on.press("dsl", "I'll take this")
    await on.say("tutor", "One thing more")
    last = on.last("tutor")
    await act(on, "dsl", "Someone must not see this", who=on.person("tutor"), why="A relative")
    await on.press_on("tutor", last, buttons(last.card)[0].label)
    await on.say("tutor", "my reports")
    await on.send("tutor", verbs.RECEIPT, target=the_case(on).run, action_id="receipt")


async def out_of_hours(on: Stage) -> None:
    await on.wind(hours=10)
    await report(on, "tutor", what="rules", pupils_done=BEN, row="data_damage", where="school")
    await report(on, "tutor", what="child", pupils_affected=ABI)
    for _ in range(30):
        await on.wind(minutes=10)


async def nobody_answers(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI)
    for _ in range(30):
        await on.wind(minutes=20)
    await on.say("tutor", "my reports")
    await on.press("tutor", "I'm still worried")
    await on.press("dsl", "Open")


async def a_child_at_risk(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI, pupils_done=BEN, ticks="blackmail")
    await on.press("dsl", "Open", channel=CHANNEL)
    await on.press("deputy_dsl", "Open", channel=CHANNEL)
    await reopen(on, "online_safety_officer")
    await reopen(on, "dsl")
    await on.press("dsl", "I'll take this")
    await act(on, "dsl", "Add a note", text=STORY)
    await act(on, "dsl", "Close the case", outcome="found", why="Found")
    await reopen(on, "dsl")
    await act(on, "dsl", "Could it be a crime?", crime="yes", why="He asked for money")
    await reopen(on, "headteacher")
    await act(on, "dsl", "Who was spoken to", who="The headteacher", when="today")
    await act(
        on, "dsl", "The child's record",
        copied="in the file", wishes="to be left alone", support="a counsellor", referrals="Police",
    )  # fmt: skip
    await act(on, "dsl", "Release what a pupil did", row="offensive_message", why="She is safe now")
    await act(on, "dsl", "Lower the urgency", urgency="serious", why="Safe")
    await act(on, "dsl", "Someone must not see this", who=on.person("head_of_year"), why="A relative")
    await act(on, "dsl", "Let someone see it again", who=on.person("head_of_year"), why="No relative")
    await reopen(on, "dsl")
    await act(on, "dsl", "Who has opened it")
    await act(on, "deputy_dsl", "Take it over", why="She is away")
    await stop_all(on, "deputy_dsl")
    await act(on, "deputy_dsl", "Close the case", outcome="found", why=STORY)
    await on.press("tutor", "I'm still worried")
    await on.press("tutor", "Send it", text="She cries")
    await act(on, "deputy_dsl", "Open it again", why="New facts")


async def a_rule_was_broken(on: Stage) -> None:
    first = {"what": "rules", "pupils_done": BEN, "row": "data_damage", "where": "school"}
    await report(on, "tutor", **first)
    yara = "Yara Year-Demo"
    await on.press(yara, "Open")
    await on.press(yara, "I'll take this")
    old = on.answered
    assert old is not None
    await act(on, yara, "Decide an action", action="parents", answer="yes", why="He did it", parents_safe="")
    form = on.answered
    assert form is not None
    for safe, child in (("not_sure", "Ben"), ("no", "Ben's")):
        await on.press_on(
            yara, form, "Record the decision",
            action="parents", answer="yes", why=STORY, parents_safe=safe, which_child=child,
        )  # fmt: skip
    for action, answer in (("police", "yes"), ("police", "propose"), ("other_sanction", "no")):
        await reopen(on, yara)
        await act(on, yara, "Decide an action", action=action, answer=answer, why="It was on purpose")
    await reopen(on, yara)
    await act(on, yara, "Close the case", outcome="found", why="He said so himself")
    await on.press_on(yara, old, "Close the case")
    await on.wind(hours=1)
    await report(on, "tutor", **first)
    await on.press(yara, "Open")
    await act(on, yara, "Same person as before?", same="yes")
    await reopen(on, "online_safety_officer")
    await report(on, "tutor", **first)
    await on.press(yara, "Open")
    await act(on, yara, "Same person as before?", same="no")
    await on.send("online_safety_officer", verbs.FORM, target=newest(on), action_id="close.0")
    await act(on, yara, "Correct the row", row="copyright", why="It was a copy")


async def handed_over(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI)
    await on.press("dsl", "Open")
    await on.press("dsl", "I'll take this")
    await act(on, "dsl", "Hand it over", why="Away")
    await act(on, "dsl", "Hand it over", who=on.person("tutor"), why="Away")
    await act(on, "deputy_dsl", "Hand it over", role="deputy_dsl", why="She is away")
    await reopen(on, "dsl")
    for _ in range(12):
        await on.wind(minutes=20)
    await reopen(on, "dsl")
    await act(on, "dsl", "Waiting for someone outside", on="police", until="2027-12-01", why="The phone")
    for days, whom in enumerate(("police", "social_care", "lado"), 2):
        day = (on.clock.at + timedelta(days=days)).date().isoformat()
        await act(on, "dsl", "Waiting for someone outside", on=whom, until=day, why="The phone")
        await reopen(on, "dsl")
    await act(on, "dsl", "They have answered", why="They will not act")
    day = (on.clock.at + timedelta(days=2)).date().isoformat()
    await act(on, "dsl", "Waiting for someone outside", on="police", until=day, why="The phone")
    await on.wind(days=4)
    await act(on, "dsl", "Police or social care told", who="999", when="now", said=STORY)
    await reopen(on, "dsl")


async def second_to_press(on: Stage) -> None:
    await report(on, "tutor", what="rules", pupils_done=BEN, row="data_damage", where="school")
    yara = "Yara Year-Demo"
    await on.press(yara, "Open")
    await on.press(yara, "I'll take this")
    await on.press(yara, "Close the case")
    form = on.answered
    assert form is not None
    await act(on, "dsl", "Close the case", outcome="found", why="Settled")
    await on.press_on(yara, form, "Close the case", outcome="unfounded", why=STORY)


async def tasks(on: Stage) -> None:
    await report(on, "tutor", what="rules", pupils_done=BEN, row="data_damage", where="school")
    yara = "Yara Year-Demo"
    await on.press(yara, "Open")
    await on.press(yara, "I'll take this")
    await act(on, yara, "Decide an action", action="ict", answer="yes", why="It got through")
    await act(on, yara, "Send it to be done", action="police", text=STORY)
    given = {"text": STORY, "link": "games.example/play", "start": "2026-12-01", "end": "2026-12-08"}
    await act(on, yara, "Send it to be done", action="ict", **given)
    await on.press("ict_lead", "Open")
    await on.press("ict_lead", "I'll see to it")
    await reopen(on, yara)
    await act(on, yara, "Decide an action", action="network_access", answer="yes", why="Twice")
    await begin(on, yara, "network_access")
    for _ in ("asked for already", "all the same"):
        await act(on, yara, "Send it to be done", action="network_access", **given)
    await begin(on, yara, "network_access")
    await on.wind(days=4)


async def typed_adult(on: Stage) -> None:
    await report(on, "tutor", what="adult", others="adult_unlisted", pupils_affected=ABI)
    await on.press("headteacher", "Open")
    await on.press("headteacher", "I'll take this")
    await act(on, "headteacher", "Say which adult it is", answer="is", why="Seen")
    await act(on, "headteacher", "Say which adult it is", answer="none", why="A passer-by")


async def typed_people(on: Stage) -> None:
    await report(on, "tutor", what="rules", others="pupil_unlisted", ticks="threats")
    who = the_case(on).owner.tried[0]
    await reopen(on, who)
    await on.press(who, "I'll take this")
    await act(on, who, "Say who it is", pupil=KEMI)


async def an_adult(on: Stage) -> None:
    await report(on, "tutor", what="adult", adults=on.person("017"), pupils_affected=ABI, ticks="hate")
    await on.press("headteacher", "Open")
    await on.press("headteacher", "I'll take this")
    await reopen(on, "dsl")
    await reopen(on, "017")
    await act(on, "headteacher", "Close the case", outcome="substantiated", why="It is so")
    await reopen(on, "headteacher")
    table = "Choose the row of the staff table"
    await act(on, "headteacher", table, row="personal_contact", why="He wrote to her")
    await act(on, "headteacher", "Advice of the LADO", consulted="yes", advice="Suspend, and do not ask him")
    await act(on, "headteacher", table, row="personal_contact", why="He wrote to her")
    await reopen(on, "headteacher")
    await act(on, "headteacher", "Close the case", outcome="substantiated", why="It is so")
    await report(on, "tutor", what="adult", adults=on.person("dsl"))
    await reopen(on, "deputy_dsl")
    await report(on, "tutor", what="adult", adults=on.person("headteacher"), pupils_affected=ABI)
    await on.press("chair_of_governors", "Open")
    await report(on, "tutor", what="adult", adults=on.person("018"), harm="no")
    await on.wind(minutes=5)


async def staff_table(on: Stage) -> None:
    await report(on, "tutor", what="adult", adults=on.person("017"), harm="no", pupils_affected=ABI)
    await on.press("Dora Department-Demo", "Open")
    await on.press("Dora Department-Demo", "I'll take this")
    await act(on, "Dora Department-Demo", "Decide an action", action="warning", answer="yes", why="It was so")
    await reopen(on, "dsl")


async def the_reporter_is_left_out(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI)
    await on.press("dsl", "Open")
    await act(on, "dsl", "Someone must not see this", who=on.person("tutor"), why="A relative")
    for _ in range(30):
        await on.wind(minutes=30)
    await on.say("tutor", "my reports")


async def left_out(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI)
    await on.press("dsl", "Open")
    await on.press("dsl", "I'll take this")
    await reopen(on, "deputy_dsl")
    await act(on, "deputy_dsl", "Someone must not see this", who=on.person("dsl"), why="A relative")
    await on.send("dsl", verbs.STATUS, target=newest(on), action_id="owner", automatic=True)
    await on.wind(minutes=30)
    await reopen(on, "deputy_dsl")
    await on.press("deputy_dsl", "I'll take this")
    await act(on, "deputy_dsl", "Let someone see it again", who=on.person("deputy_dsl"), why="x")
    await reopen(on, "deputy_dsl")
    await act(on, "deputy_dsl", "Let someone see it again", who=on.person("dsl"), why="No relative")


async def much_writing(on: Stage) -> None:
    on.clock.at = on.clock.at.replace(hour=9)
    await report(on, "tutor", what="child", pupils_affected=ABI, happened=LONG[:3900])
    await on.press("dsl", "Open")
    await on.press("dsl", "I'll take this")
    for _ in range(7):
        await act(on, "dsl", "Add a note", text=LONG[:3900])
        await reopen(on, "dsl")
    await find(on, "dsl", "Read everything")
    for label in ("Read everything", "Read on", "Read on"):
        await on.press("dsl", label)
    for _ in range(22):
        await reopen(on, "dsl")
    await act(on, "dsl", "Who has opened it")
    await on.press("tutor", "Add something")


async def old_buttons(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI)
    await on.press("dsl", "Open")
    await on.press("dsl", "I'll take this")
    await act(on, "dsl", "Add a note")
    note = on.answered
    assert note is not None
    await on.press("tutor", "Add something")
    added = on.answered
    assert added is not None
    await on.wind(days=8)
    await on.press_on("dsl", note, "Save the note", text="Written a week ago and more")
    await on.press_on("tutor", added, "Add it", text="Written a week ago and more")
    await on.press_on("online_safety_officer", note, "Save the note", text="Not mine to write")


async def channels(on: Stage) -> None:
    await on.say("tutor", "alert here", channel=CHANNEL)
    await on.say("tutor", "report", channel=CHANNEL)
    for text in ("alert here", "alert stop"):
        await on.say("admin", text, channel=CHANNEL)
    await report(on, "tutor", what="rules", pupils_done=BEN, row="data_damage", where="school")
    await report(on, "tutor", what="child", pupils_affected=ABI)
    await on.wind(hours=8)
    await report(on, "tutor", what="rules", pupils_done=KEMI, row="data_damage", where="school")
    await on.live("channel_deleted", "admin", channel=CHANNEL)
    await on.wind(days=1)


async def linking(on: Stage) -> None:
    await on.say("admin", "alert stop", channel=CHANNEL)
    await on.live("channel_deleted", "admin", channel=CHANNEL)
    await on.say("admin", "alert stop", channel=CHANNEL)
    await on.say("dsl", "alert here", channel=CHANNEL)
    asked_for = on.store.get(CHANNELS, CHANNEL)
    assert asked_for is not None
    await on.send("dsl", verbs.LINK_YES, target=CHANNEL, action_id=f"link.{asked_for.revision}")
    await on.press("headteacher", "No")
    members = on.teams.rosters[CHANNEL]
    for roster, kind in ((members, "private"), ((*members, on.member(on.person("tutor"))), "standard")):
        on.teams.rosters[CHANNEL], on.teams.kinds["19:team@thread.tacv2", CHANNEL] = roster, kind
        await on.say("admin", "alert here", channel=CHANNEL)
    await on.press("dsl", "No")
    await on.press("dsl", "No")
    on.teams.rosters[CHANNEL] = members
    await on.say("headteacher", "alert here", channel=CHANNEL)
    await on.press("dsl", "Yes, confirm")
    on.teams.rosters[CHANNEL] = (*members, on.member(on.person("tutor")))
    await report(on, "tutor", what="child", pupils_affected=ABI)
    on.teams.rosters[CHANNEL] = members
    await on.live("channel_deleted", "admin", channel=CHANNEL)
    await on.say("admin", "alert here", channel=CHANNEL)
    on.teams.refused[CHANNEL] = refusal(403, "BotNotInConversationRoster")
    await on.press("dsl", "Yes, confirm")
    del on.teams.refused[CHANNEL]
    for gone in ("dsl", "002", "003", "headteacher", "014", "015"):
        await on.live("removed", gone)
    await on.say("admin", "alert here", channel=CHANNEL)


async def pictures_and_strangers(on: Stage) -> None:
    await on.say("tutor", "", picture=True)
    await on.say("dsl", "look", picture=True)
    pupil = account(on, "101")
    on.teams.open(f"a:{pupil}", on.member(pupil))
    await on.say(pupil, "Somebody is mean to me")
    await on.press(pupil, "Don't pass on my words")
    await on.press(pupil, "Don't pass on my words")
    await on.press("dsl", "Open")
    await on.say(pupil, "He did it again")
    await on.say(pupil, "I want to die")
    await on.send(pupil, verbs.REPORT)
    guest = account(on, "201")
    on.teams.open(f"a:{guest}", on.member(guest))
    await on.say(guest, "hello")
    await on.say(guest, "He keeps writing to me")
    await on.say(guest, "I have a knife")


async def days(on: Stage) -> None:
    for gone in ("headteacher", "chair_of_governors"):
        await on.live("removed", gone)
    await report(on, "tutor", what="child", pupils_affected=ABI)
    await on.live("removed", "deputy_dsl")
    await on.press("deputy_dsl", "Open", channel=CHANNEL)
    on.gaps = ("people.yaml:3: nobody holds headteacher. Name another.",)
    await report(on, "tutor", what="rules", pupils_done=BEN, row="data_damage", where="school")
    await on.wind(hours=10)
    await on.wind(days=1)


async def versions(on: Stage) -> None:
    unit, admin = on.office.unit(), on.person("admin")
    first = Published(hash="first", before="", by=admin, role="admin", why="", at=unit.now)
    unit.put(VERSIONS, "000001", first)
    unit.stage()
    await on.say("tutor", "admin")
    await on.say("admin", "admin")
    on.faults = (Problem(file="kingsmead/roles.yaml", line=3, place="roles", what="x", remedy="y"),)
    bare = {
        key: replace(grid, rows=tuple(replace(row, marks=()) for row in grid.rows))
        for key, grid in on.definition.grids.items()
    }
    await propose(on, replace(on.definition, hash="first", tables={}, grids=bare))
    await on.say("admin", "admin")
    await on.press("admin", "Read the changes")
    confirming = [
        p.id for p in on.office.directory().people.values() if {"dsl", "headteacher"} & set(p.roles)
    ]
    for gone in on.office.directory().people:
        if gone != admin:
            await on.live("removed", gone)
    await to_the_end(on, "admin")
    await on.press("admin", "Ask for these changes")
    await on.say("admin", "admin")
    await on.live("channel_deleted", "admin", channel=CHANNEL)
    await on.install(*confirming)
    await on.press("admin", "Ask for these changes")
    await on.say("admin", "admin")
    await to_the_end(on, "dsl")
    await on.press("dsl", "Page before")
    await to_the_end(on, "dsl")
    await on.press("dsl", "Accept")
    await on.press("dsl", "Decline", why=HOSTILE)
    await on.press("dsl", "Accept", why=HOSTILE)
    await on.say("admin", "admin")
    for content in ("second", "third", "fourth"):
        await propose(on, replace(on.definition, hash=content))
    await on.press("admin", "Ask for these changes")
    await on.press("headteacher", "Accept", why="Agreed")
    await on.say("admin", "admin")
    accepted = waiting_draft(on.office, on.office.unit())
    assert accepted is not None
    unit = on.office.unit()
    settle(on.office, unit, accepted, published=True)
    tell_faults(on.office, unit, on.faults, mark="saved")
    tell_taken(
        on.office,
        unit,
        on.definition,
        ("A role is called otherwise.", "A step asks more.", "A text is new.", "More."),
        mark="taken",
    )
    unit.stage()
    await on.settle()
    stale = next(d for d in drafts_of(on.office, unit) if d.hash == "second")
    await on.send("admin", verbs.DRAFT, target=stale.id)


async def propose(on: Stage, newer: Definition) -> None:
    """Somebody saves this version of the pack."""
    unit, said = on.office.unit(), set(on.texts.said)
    propose_draft(on.office, unit, drawn_up(on.definition, newer, unit.now))
    # The difference compares every sentence, and says none.
    on.texts.said = said
    unit.stage()
    await on.settle()


async def to_the_end(on: Stage, who: str) -> None:
    """Read a draft to its last page."""
    while "Read on" in (one.label for one in buttons(on.last(who).card)):
        await on.press_on(who, on.last(who), "Read on")


async def moved_on(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI)
    why = {"why": "The steps are better"}
    await on.send("dsl", verbs.DO, target=newest(on), action_id="newer_rules.0", values=why)
    roles = {key: role for key, role in on.definition.roles.items() if key not in ("dsl", "deputy_dsl")}
    on.shelf.switch(replace(on.definition, hash="no roles", roles=roles))
    await act(on, "dsl", "Go on by the newer rules", **why)
    on.shelf.switch(replace(on.definition, hash="newer"))
    await act(on, "dsl", "Go on by the newer rules", **why)


async def what_is_illegal(on: Stage) -> None:
    await report(on, "tutor", what="rules", pupils_done=BEN, row="illegal_material")
    await reopen(on, "dsl")
    await on.press("dsl", "Take it over" if the_case(on).owner.accepted_by else "I'll take this")
    await step(on, "dsl", "serious_incident")
    await on.press("ict_lead", "Open")
    await on.press("ict_lead", "Save this step", **{"ict_task.outcome": "done", "ict_task.why": STORY})
    await on.wind(days=2)
    for _ in range(2):
        await step(on, "dsl", "illegal_path")
    device = running(on, "illegal_path").step
    await step(on, "dsl", "illegal_path", outcome="kept", what="a black phone " + HOSTILE[:40])
    await reopen(on, "dsl")
    await act(on, "dsl", "Who was spoken to", who="The headteacher", when="today")
    await act(on, "dsl", "Close the case", outcome="found", why="x")
    await on.send("dsl", verbs.STEPS, target=newest(on), action_id="steps.0")
    assert on.answered is not None
    hand = next(b.label for b in buttons(on.answered.card) if b.label.startswith("Hand on"))
    await stop_all(on, "dsl")
    await act(on, "dsl", "Close the case", outcome="found", why="x")
    await on.send("dsl", verbs.STEPS, target=newest(on), action_id="steps.0")
    await on.press("dsl", hand)
    form = on.answered
    assert form is not None
    await on.press_on("dsl", form, "Write it down")
    given = {"outcome": "returned", "what": "It", "gave": "Dee", "took": STORY[:90], "where": "With him"}
    await on.press_on("dsl", form, "Write it down", **{f"{device}.{k}": v for k, v in given.items()})
    await report(on, "tutor", what="rules", pupils_done=KEMI, row="illegal_material")
    await reopen(on, "dsl")
    await on.press("dsl", "Take it over" if the_case(on).owner.accepted_by else "I'll take this")
    await step(on, "dsl", "serious_incident", ict_needed="no")


async def an_account(on: Stage) -> None:
    await report(on, "tutor", what="child", pupils_affected=ABI)
    await on.press("dsl", "Open")
    await on.press("dsl", "I'll take this")
    for _ in range(7):
        await begin(on, "dsl", "technical_task")
    await reopen(on, "dsl")
    for start in ("0", "2", "4"):
        await on.send("dsl", verbs.STEPS, target=newest(on), action_id=f"steps.{start}")
    await step(on, "dsl", "technical_task")
    await on.press("ict_lead", "Open")
    for days in (2, 1):
        await on.wind(days=days)
    await to_be_signed(on)
    run = running(on, "pupil_account")
    await step(on, "dsl", "pupil_account", answer="yes")
    await step(on, "online_safety_officer", "pupil_account", answer="yes")
    await on.send("dsl", verbs.STEP_DO, target=newest(on), action_id=verbs.step_id(run))
    await on.send(
        "tutor", verbs.STEP_DO, target=newest(on), action_id=verbs.step_id(run), values={"x": STORY}
    )
    await on.press("headteacher", "Open")
    await on.press("headteacher", "Send my answer", **{"three_sign.answer": "yes"})
    await step(on, "online_safety_officer", "pupil_account", outcome="done", saw_illegal="no")
    await act(on, "dsl", "Someone must not see this", who=on.person("ict_lead"), why="A relative")
    await to_be_signed(on)
    await step(on, "headteacher", "pupil_account", answer="yes")
    await act(on, "dsl", "Someone must not see this", who=on.person("headteacher"), why="A friend")
    await on.send("dsl", verbs.STEP, target=newest(on), action_id=verbs.step_id(running(on, "pupil_account")))
    for name in ("dsl", "online_safety_officer", "slt"):
        await step(on, name, "pupil_account", answer="yes")
    await act(on, "dsl", "Someone must not see this", who=on.person("slt"), why="A friend")


async def to_be_signed(on: Stage) -> None:
    """A pupil's account waits for three signatures."""
    await begin(on, "dsl", "pupil_account")
    await step(on, "dsl", "pupil_account", account_illegal="no")
    await step(on, "dsl", "pupil_account", may_ask="hold")
    await step(on, "dsl", "pupil_account", outcome="not_made")


async def access_taken_away(on: Stage) -> None:
    yara, days = "Yara Year-Demo", {"access_from": "2026-11-23", "access_back": "2026-12-20"}
    await report(on, "tutor", what="rules", pupils_done=BEN, row="data_damage", where="school")
    await on.press(yara, "Open")
    await on.press(yara, "I'll take this")
    await begin(on, yara, "network_access")
    for _ in range(3):
        if running(on, "network_access").step == "remove":
            break
        await step(on, yara, "network_access", access_victim="no", **days)
    await on.press("ict_lead", "Open")
    await step(on, "ict_lead", "network_access", outcome="done")
    await reopen(on, yara)


async def what_staff_ask_for(on: Stage) -> None:
    await on.say("tutor", "help")
    await on.press("tutor", "Ask for something")
    await on.press("tutor", "Next")
    await on.say("tutor", "unblock")
    site = {"un_site": "games.example", "un_why": STORY, "un_long": "study", "un_risk": STORY}
    await on.press("tutor", "Next", **site)
    await on.press("tutor", "Next", un_until="someday")
    await on.press("tutor", "Next", un_until="2026-09-01")
    await on.press("tutor", "Next", un_until="2026-12-01")
    await on.press("ict_lead", "Open")
    for who in ("ict_lead", "online_safety_officer"):
        await step(on, who, "unblock_site", answer="yes")
    await reopen(on, "online_safety_officer")
    await step(on, "ict_lead", "unblock_site", outcome="done")
    await reopen(on, "online_safety_officer")
    await on.wind(days=9)
    await step(on, "ict_lead", "unblock_site", outcome="done")
    await step(on, "online_safety_officer", "unblock_site", outcome="done")
    await act(on, "online_safety_officer", "Open it again", why="It is blocked again")
    await act(on, "online_safety_officer", "I'll take this")
    await act(on, "online_safety_officer", "Close the case", outcome="request_done", why="It is open")
    await on.say("tutor", "my reports")
    await on.say("tutor", "phishing")
    await on.press("tutor", "Next", site="x.example", site_why=STORY, site_crime="no")
    await on.wind(days=2)
    await on.say("tutor", "blog")
    await on.wind(days=8)


async def what_is_allowed(on: Stage) -> None:
    for row in ("phones_socially", "phones_in_lessons"):
        await on.say("tutor", "is it allowed")
        await on.press("tutor", "Next", about="talking")
        await on.press("tutor", "Next", talk_row=row)
        await on.press("tutor", "I understand")


async def an_allegation(on: Stage) -> None:
    await report(on, "tutor", what="adult", adults=on.person("017"), pupils_affected=ABI)
    await on.press("headteacher", "Open")
    await on.press("headteacher", "I'll take this")
    for _ in range(8):
        await step(on, "headteacher", "staff_allegation")
    await reopen(on, "headteacher")


async def every_procedure(on: Stage) -> None:
    for flow in flows_of(on.definition, "case"):
        if flow.key in ABOUT_ADULTS:
            continue
        await report(on, "tutor", what="rules", pupils_done=BEN, row="data_damage", where="school")
        await show_steps(on, flow)


async def every_procedure_about_adults(on: Stage) -> None:
    for key in ABOUT_ADULTS:
        await report(on, "tutor", what="adult", adults=on.person("017"), pupils_affected=ABI)
        await reopen(on, "headteacher")
        await on.press("headteacher", "I'll take this")
        await show_steps(on, on.definition.flows[key])


async def uncertain_sends(on: Stage) -> None:
    await on.say("tutor", "report")
    await on.press("tutor", "No", what="child", pupils_affected=ABI)
    await walk(on, "tutor", {}, until="Send the report")
    on.teams.fail_next(no_answer(), call="send", carried_out=True, times=4)
    await on.press("tutor", "Send the report")
    await on.wind(minutes=3)
    on.teams.refused[f"a:{on.person('dsl')}"] = refusal(403, "BotDisabledByAdmin")
    await report(on, "tutor", what="child", pupils_affected=ABI)
    on.teams.refused[CHANNEL] = refusal(403, "BotNotInConversationRoster")
    await report(on, "tutor", what="child", pupils_affected=ABI)


SCENES: tuple[Scene, ...] = (
    greetings, drafts, every_kind, danger, receipts, out_of_hours, nobody_answers, a_child_at_risk,
    a_rule_was_broken, handed_over, second_to_press, tasks, typed_adult, typed_people,
    an_adult, staff_table, left_out, the_reporter_is_left_out,
    much_writing, old_buttons, channels, linking, pictures_and_strangers, days, uncertain_sends,
    versions, moved_on,
    every_procedure, every_procedure_about_adults, every_request, every_question,
    what_is_illegal, an_account, access_taken_away, what_staff_ask_for, what_is_allowed, an_allegation,
)  # fmt: skip
