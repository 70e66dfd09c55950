"""A pupil, or somebody of the tenant whom the school does not list, writes to the bot.

No flow, no data of any case; where help is; and a child's cry for help is not dropped (rule 10).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.casework import climbs, messages, posts, refreshing, verbs
from bot.casework.office import Office, new_id, new_number
from bot.casework.reporting import open_runs
from bot.casework.tables import CASES, RUNS
from bot.casework.unit import Unit
from bot.casework.views.alerts import blank_view
from bot.casework.words import Words, as_command, spelt
from bot.engine.access import is_left
from bot.engine.holders import absent
from bot.engine.routing import SAFEGUARDING
from bot.model.cases import Case, Climb, Note, Participant, Routed, owner_now
from bot.model.definition import Definition
from bot.model.events import Answer, Pressed, Said
from bot.model.outbox import Alarm
from bot.model.people import PersonId, Pupil, RoleRef
from bot.model.runs import Run

PUPIL_FLOW = "pupil"
RULE = "pupil_wrote"
GREETINGS = ("hello", "thanks", "mine")
"""Commands that are no cry for help, whoever types them."""
WORDS_WAIT = timedelta(minutes=5)
"""How long the words wait for a no. That somebody wrote, and when, does not wait."""


def pupil_of(office: Office, person: PersonId) -> Pupil | None:
    """The pupil whose account this is."""
    return next((p for p in office.directory().pupils.values() if p.account == person), None)


def in_danger(definition: Definition, text: str) -> bool:
    """Whether the words hold one of the school's danger words."""
    lowered = text.lower()
    return any(word.lower() in lowered for word in definition.school.danger_words)


def _may_be_a_child(office: Office, said: Said) -> bool:
    """A pupil, or somebody in no list who writes more than a greeting: not every school lists its pupils'
    accounts, and a list of danger words is too short to hold every cry for help.
    """
    person = said.speaker.id
    if pupil_of(office, person) is not None:
        return True
    words = Words(definition=office.shelf.current(), language=said.place.language)
    greetings = {"", *(way for name in GREETINGS for way in spelt(words, name))}
    return person not in office.directory().people and as_command(said.text) not in greetings


def stranger_said(office: Office, unit: Unit, said: Said) -> str:
    """Answer kindly. What a pupil writes, or may have written, becomes a case; a danger word's always.

    The run that the message went into, or nothing.
    """
    person = said.speaker.id
    definition = office.shelf.current()
    pupil = pupil_of(office, person)
    urgent = in_danger(definition, said.text)
    key = f"{said.place.conversation}/{said.activity_id}"
    if _takes_back(office, unit, said):
        messages.reply(office, unit, person, "pupil_no_done", key=key)
        return ""
    if not urgent and not _may_be_a_child(office, said):
        messages.reply(office, unit, person, "stranger", key=key)
        return ""
    run = Run(
        id=new_id(),
        flow=PUPIL_FLOW,
        definition=definition.hash,
        person=person,
        step="",
        state="sent" if urgent else "saved",
        revision=1,
        visit=1,
        begun_at=unit.now,
        touched_at=unit.now,
        answers={"text": said.text},
        language=said.place.language,
    )
    case = _case_for(office, unit, definition, run, pupil, said, urgent=urgent)
    run = unit.run(replace(run, cases=(case.id,)))
    if run.state == "saved":
        due = unit.now + WORDS_WAIT
        unit.arm(Alarm(id=f"words/{run.id}", kind="words", due=due, run=run.id))
        messages.reply(office, unit, person, "pupil" if pupil else "unlisted", key=key, run=run.id)
    else:
        pass_on(office, unit, run)
        messages.reply(office, unit, person, "stranger_urgent", key=key)
    return run.id


def _takes_back(office: Office, unit: Unit, said: Said) -> bool:
    """A typed no counts as the button's: every message that still waits is withheld."""
    words = Words(definition=office.shelf.current(), language=said.place.language)
    if as_command(said.text) not in spelt(words, "no"):
        return False
    waiting = [r for r in open_runs(office, said.speaker.id) if r.flow == PUPIL_FLOW]
    for run in waiting:
        pass_on(office, unit, run, words=False)
    return bool(waiting)


def _case_for(
    office: Office,
    unit: Unit,
    definition: Definition,
    run: Run,
    pupil: Pupil | None,
    said: Said,
    *,
    urgent: bool,
) -> Case:
    """The open case of what this pupil wrote before, or a new one of the safeguarding lead's."""
    for key in office.store.find(CASES, "reporter", run.person):
        known = unit.get(CASES, key)
        if known is not None and known.closing is None and known.routed.rule == RULE:
            return _raised(office, unit, known, run) if urgent else known
    owner = RoleRef(role=SAFEGUARDING[0])
    name = pupil.name if pupil else said.speaker.name
    routed = Routed(
        rule=RULE,
        owner=owner,
        urgency="immediate" if urgent else "serious",
        channel="urgent",
        sanctions=False,
        child_protection=True,
    )
    case = Case(
        id=new_id(),
        number=new_number(
            definition.school.prefix, taken=lambda n: bool(office.store.find(CASES, "number", n))
        ),
        revision=0,
        definition=definition.hash,
        incident=run.id,
        run=run.id,
        opened_at=unit.now,
        reporter=run.person,
        routed=routed,
        owner=Climb(role=owner, began_at=unit.now),
        oversight=Climb(role=None, began_at=unit.now),
        danger="not_sure" if urgent else "no",
        urgency=routed.urgency,
        participants=(
            Participant(
                kind="pupil" if pupil else "someone_else",
                part="affected",
                name=name,
                detail=pupil.form if pupil else Words(definition=definition).say("account_unlisted"),
                ref=pupil.id if pupil else None,
                confirmed=pupil is not None,
            ),
        ),
    )
    case = climbs.begin(office, unit, case, "owner")
    posts.post(office, unit, case)
    content = {"number": case.number, "rule": RULE, "owner": owner.role}
    return unit.case(case, actor=run.person, role=PUPIL_FLOW, kind="reported", content=content)


def _raised(office: Office, unit: Unit, case: Case, run: Run) -> Case:
    """The case, immediate now. Somebody is asked anew, and faster, unless somebody has it already: they keep
    it and are told.
    """
    left = is_left(case, office.directory())
    if case.urgency == "immediate" and not left:
        return case
    case = replace(case, urgency="immediate", danger="not_sure")
    if left:
        case = replace(case, owner=climbs.as_routed(case))
    if case.owner.accepted_by is None:
        case = climbs.begin(office, unit, case, "owner")
    return unit.case(case, actor=run.person, role=PUPIL_FLOW, kind="wrote", content={})


def pass_on(office: Office, unit: Unit, run: Run, *, words: bool = True) -> None:
    """Put what was written into the case; without `words`, that the pupil asked not to."""
    unit.disarm(f"words/{run.id}")
    case = unit.get(CASES, run.cases[0]) if run.cases else None
    if case is None:
        return
    own = Words(definition=office.shelf.by_hash(case.definition))
    text = run.answers.get("text", "") if words else own.say("pupil_said_no")
    note = Note(by=run.person, role=PUPIL_FLOW, text=text, at=run.begun_at)
    case = replace(case, notes=(*case.notes, note))
    case = unit.case(case, actor=run.person, role=PUPIL_FLOW, kind="noted", content={"text": text})
    unit.run(replace(run, state="sent", answers={}, revision=run.revision + 1))
    if case.run != run.id and words:
        _tell_again(office, unit, case, run, urgent=in_danger(own.definition, text))
    refreshing.refresh_case(office, unit, case)


def _tell_again(office: Office, unit: Unit, case: Case, run: Run, *, urgent: bool) -> None:
    """Whoever has the case hears that the pupil has written once more; if it may be danger and they are away,
    whoever would be asked in their place as well.
    """
    owner = None if is_left(case, office.directory()) else owner_now(case)
    keeper = office.directory().people.get(owner) if owner else None
    away = urgent and keeper is not None and absent(keeper, unit.now)
    what = "pupil_danger" if urgent else "pupil_again"
    if owner:
        messages.notice(office, unit, what, key=f"pupil/{run.id}", person=owner, case=case)
    if case.owner.role and (owner is None or away):
        key = f"pupil/{run.id}/role"
        messages.notice(office, unit, what, key=key, role=case.owner.role, case=case)


def stranger_pressed(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """The pupil's no; anything else gets the answer that an unknown number gets. A card that asks by itself
    after somebody has left shows nothing any more.
    """
    words = Words(definition=office.shelf.current(), language=pressed.place.language)
    if pressed.automatic:
        return Answer(view=blank_view(words), refused=True)
    run = unit.get(RUNS, pressed.target)
    mine = run is not None and run.flow == PUPIL_FLOW and run.person == pressed.speaker.id
    if run is None or not mine or pressed.verb != verbs.PUPIL_NO:
        return Answer(text=words.say("stranger"), refused=True)
    if run.state == "saved":
        pass_on(office, unit, run, words=False)
        return Answer(text=words.say("pupil_no_done"))
    return Answer(text=words.say("pupil_no_late"))
