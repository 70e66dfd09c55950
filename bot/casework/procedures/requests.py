"""What staff ask for, or ask about: walked in their own chat. Once sent, a request is a case of its own.

A question leaves none. Half-filled ones are forgotten after a week. Must not know cards or conversations.
"""

from __future__ import annotations

from datetime import timedelta

from bot.casework import climbs, messages, verbs
from bot.casework.late import with_refusal
from bot.casework.office import Office, new_id, new_number
from bot.casework.procedures.asking import REQUESTER, may_ask, meant, names
from bot.casework.procedures.keeping import keep_up_with
from bot.casework.procedures.knowing import flow_of, known_of, step_of
from bot.casework.procedures.running import CLOCK, follow, write
from bot.casework.tables import CASES, PROCEDURES, RUNS
from bot.casework.unit import Unit
from bot.casework.views.alerts import blank_view
from bot.casework.views.asked import answered, ask_view, asked_over, report_button
from bot.casework.views.procedures import PICKED, Line
from bot.casework.views.steps import step_view
from bot.casework.words import Words
from bot.engine import procedure as engine
from bot.engine.acts import Act, Follows
from bot.engine.holders import barred as why_barred
from bot.engine.step_form import Known
from bot.model.cases import REQUEST, Case, Climb, Routed
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.events import Answer, Pressed
from bot.model.flows import Flow
from bot.model.outbox import Alarm
from bot.model.people import PersonId, RoleRef
from bot.model.procedures import Procedure
from bot.model.runs import Run
from bot.model.views import View

FORGOTTEN_AFTER = timedelta(days=7)


def asked_for(office: Office, person: PersonId, command: str) -> tuple[Flow, ...]:
    """Those of what the person may ask for in whose words they have just typed."""
    flows = may_ask(office.shelf.current(), office.directory(), person)
    return tuple(flow for flow in flows if any(names(phrase, command) for phrase in flow.words))


def begun_at_once(
    office: Office, unit: Unit, person: PersonId, asked: tuple[Flow, ...], *, language: str
) -> bool:
    """Show its first question, where the words named one thing alone and nobody else hears of it yet."""
    if len(asked) != 1 or not _is_theirs(asked[0], asked[0].start):
        return False
    begin_asking(office, unit, person, asked[0], language=language)
    return True


def _is_theirs(flow: Flow, step: str) -> bool:
    return flow.use == "question" or flow.steps[step].who == (REQUESTER,)


def ask_card(office: Office, words: Words, person: PersonId, *, chosen: str = "") -> View:
    """The list to choose from."""
    return ask_view(words, may_ask(words.definition, office.directory(), person), chosen=chosen)


def press_ask(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """Show the list; or begin what was chosen, in a message of its own below."""
    words = Words(definition=office.shelf.current(), language=pressed.place.language)
    person = pressed.speaker.id
    flows = may_ask(words.definition, office.directory(), person)
    if pressed.verb == verbs.ASK and pressed.target:
        return _ask_beside(office, unit, pressed, flows)
    if pressed.verb == verbs.ASK:
        return Answer(view=ask_view(words, flows))
    chosen = next((f for f in flows if f.key == pressed.values.get(PICKED, "")), None)
    if chosen is None:
        return Answer(view=ask_view(words, flows, errors={PICKED: "choose"}), refused=True)
    begin_asking(office, unit, person, chosen, language=pressed.place.language)
    return Answer(text=words.say("ask_below"))


def _ask_beside(office: Office, unit: Unit, pressed: Pressed, flows: tuple[Flow, ...]) -> Answer:
    """From a report that began with what was typed: the list comes below, and the report stays as it is."""
    words = Words(definition=office.shelf.current(), language=pressed.place.language)
    run = unit.get(RUNS, pressed.target)
    if run is None or run.person != pressed.speaker.id:
        return Answer(text=words.say("not_found"), refused=True)
    fits = meant(flows, "\n".join(run.answers.values()))
    chosen = fits.key if fits else ""
    messages.reply(office, unit, run.person, "ask", key=f"ask/{run.id}/{run.visit}", chosen=chosen)
    return Answer(text=words.say("ask_below"))


def begin_asking(office: Office, unit: Unit, person: PersonId, flow: Flow, *, language: str) -> Procedure:
    """Begin it: untouched ones of the same kind are shown again below instead."""
    definition = office.shelf.current()
    for key in unit.find(PROCEDURES, "asked", person):
        before = unit.get(PROCEDURES, key)
        if before and before.flow == flow.key and before.definition == definition.hash and not before.done:
            _show(office, unit, before)
            return before
    case = _as_case(office, unit, definition, flow, person)
    walked, follows = engine.begin(
        definition, flow.key, known_of(office, case),
        procedure_id=new_id(), case="", now=unit.now, asked_by=person,
    )  # fmt: skip
    if not _is_theirs(flow, walked.step):
        return _open(office, unit, flow, case, walked, follows, language=language)
    alarm = unit.arm(Alarm(id=new_id(), kind=CLOCK, due=unit.now + FORGOTTEN_AFTER, run=walked.id))
    walked = write(unit, replace(walked, clock_id=alarm.id))
    _show(office, unit, walked)
    return walked


def _show(office: Office, unit: Unit, procedure: Procedure, *, fresh: bool = True) -> None:
    slot = messages.asked_slot(procedure.id)
    unit.send(
        office.item(
            messages.ASKED,
            key=f"{slot}/{office.counter.next()}",
            slot=slot,
            urgency="serious",
            now=unit.now,
            do="send" if fresh else "edit",
            to_person=procedure.asked_by,
            params={"procedure": procedure.id},
        )
    )


def _as_case(office: Office, unit: Unit, definition: Definition, flow: Flow, person: PersonId) -> Case:
    """The case that a request opens: nobody in it, and whose it is by its flow."""
    owner = owner_of(office, unit, flow) if flow.owner else None
    run = new_id()
    return Case(
        id=new_id(),
        number=new_number(
            definition.school.prefix, taken=lambda n: bool(office.store.find(CASES, "number", n))
        ),
        revision=0,
        definition=definition.hash,
        incident=run,
        run=run,
        opened_at=unit.now,
        reporter=person,
        routed=Routed(
            rule=REQUEST, owner=owner, roles=flow.owner, source=flow.source, channel="none", sanctions=False
        ),
        owner=Climb(role=owner, began_at=unit.now),
        oversight=Climb(role=None, began_at=unit.now),
        what=REQUEST,
        crime="no",
        answers={REQUEST: flow.key},
    )


def owner_of(office: Office, unit: Unit, flow: Flow) -> RoleRef:
    """The first of its owners who has a holder today, else the first."""
    directory = office.directory()
    refs = [RoleRef(role=role) for role in flow.owner]
    free = (r for r in refs if not why_barred(r, directory, excluded=frozenset(), at=unit.now))
    return next(free, refs[0])


def _open(
    office: Office,
    unit: Unit,
    flow: Flow,
    case: Case,
    procedure: Procedure,
    follows: tuple[Follows, ...],
    *,
    language: str,
) -> Procedure:
    """Send it: a case of its own, its owner alerted, a receipt for who asked."""
    person = case.reporter
    run = Run(
        id=case.run, flow=flow.key, definition=case.definition, person=person, step="", state="sent",
        revision=1, visit=1, begun_at=unit.now, touched_at=unit.now, cases=(case.id,), language=language,
    )  # fmt: skip
    unit.run(run)
    case = replace(case, begun=(flow.key,))
    case = climbs.begin(office, unit, case, "owner")
    owner = case.owner.role.role if case.owner.role else ""
    content = {"number": case.number, "flow": flow.key, "owner": owner}
    case = unit.case(case, actor=person, role=REQUESTER, kind="requested", content=content)
    procedure = replace(procedure, case=case.id)
    asked = Act(kind="answer", by=person, role=REQUESTER)
    keep_up_with(office, unit, case, follow(office, unit, case, None, procedure, follows, asked))
    messages.show_run(office, unit, run, fresh=True)
    opened = unit.get(PROCEDURES, procedure.id) or procedure
    if opened.state == "open" and flow.steps[opened.step].who[:1] == (REQUESTER,):
        # The receipt brings it to them.
        opened = write(unit, replace(opened, tried=(person,)))
    return opened


def press_asked(office: Office, unit: Unit, pressed: Pressed, procedure: Procedure) -> Answer:
    """A press on what was not sent yet, or on a question: the person's own, or it does not exist for them."""
    person = pressed.speaker.id
    words = _words(office, procedure, pressed.place.language)
    if procedure.asked_by != person:
        blank = Answer(view=blank_view(words), refused=True)
        return blank if pressed.automatic else Answer(text=words.say("not_found"), refused=True)
    visit = pressed.action_id.partition(".")[2]
    fits = visit == str(procedure.visit) and procedure.state == "open" and not procedure.case
    if pressed.verb != verbs.STEP_DO or pressed.automatic or not fits:
        view = asked_card(office, procedure, words)
        typed = "\n".join(v for v in pressed.values.values() if " " in v.strip())
        if pressed.verb == verbs.STEP_DO and not fits and typed and not _written(procedure, typed):
            return Answer(view=with_refusal(words, view, words.say("stale_case"), typed), refused=True)
        return Answer(view=view)
    return _go_on(office, unit, pressed, procedure, words)


def _written(procedure: Procedure, typed: str) -> bool:
    """Whether those very words stand in it already: the press came twice."""
    return any(typed.strip() in value or value in typed for value in procedure.answers.values() if value)


def _go_on(office: Office, unit: Unit, pressed: Pressed, procedure: Procedure, words: Words) -> Answer:
    flow, person = flow_of(office, procedure), pressed.speaker.id
    case = _as_case(office, unit, words.definition, flow, person)
    what = Act(kind="answer", values=pressed.values, by=person, role=REQUESTER)
    moved, follows = engine.advance(words.definition, procedure, what, known_of(office, case), unit.now)
    if moved.errors or moved == procedure:
        return Answer(view=asked_card(office, moved, words), refused=True)
    if flow.use == "question" or _only_read(flow, moved):
        moved = write(unit, moved)
    else:
        unit.disarm(procedure.clock_id)
        read = tuple(Follows(kind="passed", step=d.step, outcome=d.outcome) for d in procedure.done)
        moved = _open(
            office, unit, flow, case, replace(moved, clock_id=None), (*read, *follows),
            language=pressed.place.language,
        )  # fmt: skip
    _show(office, unit, moved, fresh=False)
    return Answer(view=asked_card(office, moved, words))


def _only_read(flow: Flow, procedure: Procedure) -> bool:
    """Whether they have read and said nothing yet, and go on themselves: nobody else has to hear of that."""
    passed = [flow.steps[done.step] for done in procedure.done]
    read = all(step.kind == "guidance" and not step.starts for step in passed)
    return read and procedure.state == "open" and _is_theirs(flow, procedure.step)


def asked_card(office: Office, procedure: Procedure, words: Words) -> View:
    """The step it stands at; or that it was sent, or answered."""
    if procedure.case:
        return asked_over(words, "ask_sent")
    line = Line(
        procedure=procedure, flow=flow_of(office, procedure), step=step_of(office, procedure), mine=True
    )
    if procedure.state != "open":
        return answered(words, line)
    return step_view(
        words, None, line, _nothing_known(office, procedure), inside=False, back=report_button(words)
    )


def _nothing_known(office: Office, procedure: Procedure) -> Known:
    """Outside a case: the people of today and no facts but those of a request."""
    flow = flow_of(office, procedure)
    definition = office.shelf.by_hash(procedure.definition)
    return known_of(office, _as_case(office, office.unit(), definition, flow, procedure.asked_by or ""))


def asked_now(office: Office, procedure_id: str, language: str, now_words: Words) -> View:
    """The message in which it is asked, as it must be now."""
    procedure = office.store.get(PROCEDURES, procedure_id)
    if procedure is None:
        return asked_over(now_words, "ask_gone")
    return asked_card(office, procedure, _words(office, procedure, language))


def _words(office: Office, procedure: Procedure, language: str) -> Words:
    return Words(definition=office.shelf.by_hash(procedure.definition), language=language)
