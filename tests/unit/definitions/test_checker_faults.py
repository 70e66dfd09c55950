"""Each fault a person can make in a procedure, a request or a question is told where it stands."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from bot.commands import check
from bot.definitions.loader import read_pack
from bot.people.proof import check_holders
from tests.unit.definitions.breaks import Break, assert_told
from tests.unit.definitions.small_pack import write
from tests.unit.definitions.small_procedures import COMMON, SCHOOL

DEVICE = "flows/device.yaml"
DEBRIEF = "flows/debrief.yaml"
REQUEST = "flows/unblock.yaml"
QUESTION = "flows/allowed.yaml"
WEIGHT = "tables/weight.yaml"
ROUTING = "tables/routing.yaml"

BREAKS = (
    Break(
        name="a deletion with no question before it",
        file=DEVICE,
        old="    requires: [police]\n",
        new="",
        at="deletes",
        what="nothing has to be answered before",
        remedy="Add requires:",
    ),
    Break(
        name="a question that is needed when something unknown is so",
        file=DEVICE,
        old="needed: Please give the day.}",
        new='needed: Please give the day., needed_when: {field: serach, is: "yes"}}',
        at="serach",
        what="no field 'serach'",
        remedy="Did you mean search?",
    ),
    Break(
        name="words that could not be over",
        file=REQUEST,
        old="needed: Please say which.}",
        new="needed: Please say which., not_past: Please choose a later day.}",
        at="not_past",
        what="only a day that a procedure or a request asks for",
        remedy="Delete this line.",
    ),
    Break(
        name="a day of a report that must not be over",
        file="flows/report.yaml",
        old="  what:\n",
        new="  day: {kind: date, label: When?, not_past: Please choose a later day.}\n  what:\n",
        at="not_past",
        what="only a day that a procedure or a request asks for",
        remedy="Delete this line.",
    ),
    Break(
        name="an overlay for always",
        file=ROUTING,
        old='      when: {fact: danger, is: ["yes", not_sure]}\n',
        new="",
        at="key: danger",
        what="an overlay without a condition",
        remedy="Add when:",
    ),
    Break(
        name="an unfinished report that is told of before its reminder",
        file="school.yaml",
        old="unfinished_remind_minutes: 10",
        new="unfinished_remind_minutes: 31",
        at="unfinished_remind_minutes",
        what="not in their order",
        remedy="Let the reminder come before",
    ),
    Break(
        name="a report that ends before anybody is told",
        file="flows/report.yaml",
        old="    table: routing\n    next: tell\n",
        new="    table: routing\n    next: [{when: {flag: worst}, go: tell}, {otherwise: done}]\n",
        at="  done:",
        what="before anybody has been told of it",
        remedy="does: sent",
    ),
    Break(
        name="a report that nobody routes",
        file="flows/report.yaml",
        old="    fields: [row]\n    next: route\n",
        new="    fields: [row]\n    next: tell\n",
        at="  tell:",
        what="before it is known whose it is",
        remedy="table: routing",
    ),
    Break(
        name="a danger press that tells nobody",
        file="flows/report.yaml",
        old="flags: [strong]}",
        new="flags: [strong, danger]}",
        at="flow: report",
        what="no step tells somebody at once",
        remedy="does: danger",
    ),
    Break(
        name="a key that the kind of step does not have",
        file=DEVICE,
        old="    needs: 2\n",
        new="    needs: 2\n    wait_minutes: 5\n",
        at="wait_minutes: 5",
        what="a step of kind approval has no wait_minutes",
        remedy="Delete wait_minutes",
    ),
    Break(
        name="a key of procedures in a report",
        file="flows/report.yaml",
        old="    fields: [row]\n",
        new="    fields: [row]\n    who: [dsl]\n",
        at="who: [dsl]",
        what="a step of kind form of a report has no who",
        remedy="Delete who",
    ),
    Break(
        name="a kind of step that a report does not have",
        file="flows/report.yaml",
        old="    kind: form\n    title: Which?\n    fields: [row]\n",
        new="    kind: task\n    title: Which?\n    fields: [row]\n",
        at="    kind: task",
        what="a flow of use report has no step of kind task",
        remedy="Use one of: guidance, form",
    ),
    Break(
        name="more signatures than roles that may sign",
        file=DEVICE,
        old="    needs: 2\n",
        new="    needs: 3\n",
        at="needs: 3",
        what="needs 3 signatures, and only 2 roles may sign",
        remedy="Lower needs:",
    ),
    Break(
        name="an approval that never expires",
        file=DEVICE,
        old="    expires_minutes: 60\n",
        new="",
        at="  sign:",
        what="needs expires_minutes",
        remedy="how long the question stands",
    ),
    Break(
        name="an approval that nobody may sign",
        file=DEVICE,
        old="    approvers: [headteacher, dsl]\n    needs: 2\n",
        new="",
        at="  sign:",
        what="needs approvers",
        remedy="the roles that may sign",
    ),
    Break(
        name="an approver that is no role",
        file=DEVICE,
        old="approvers: [headteacher, dsl]",
        new="approvers: [headteacher, dls]",
        at="dls",
        what="no role 'dls'",
        remedy="Did you mean dsl?",
    ),
    Break(
        name="a task for a role that is not there",
        file=DEVICE,
        old="who: [dsl]",
        new="who: [desl]",
        at="desl",
        what="no role 'desl'",
        remedy="Did you mean dsl?",
    ),
    Break(
        name="the one who asked, where nobody asked",
        file=DEVICE,
        old="who: [dsl]",
        new="who: [requester]",
        at="requester",
        what="no role 'requester'",
        remedy="Known are",
    ),
    Break(
        name="a task without words",
        file=DEBRIEF,
        old=", body: With all.",
        new="",
        at="  talk:",
        what="a step of kind task needs body",
        remedy="what is to be done",
    ),
    Break(
        name="a referral to nobody",
        file=DEVICE,
        old="    options: {police: {label: The police}, ceop: {label: CEOP}}\n",
        new="",
        at="  police:",
        what="a step of kind referral needs options",
        remedy="the bodies it may go to",
    ),
    Break(
        name="a wait for nothing",
        file=DEVICE,
        old="    until_field: until\n",
        new="",
        at="  pause:",
        what="waits for nothing",
        remedy="Add wait_minutes:",
    ),
    Break(
        name="a wait for two times",
        file=DEVICE,
        old="    until_field: until\n",
        new="    until_field: until\n    wait_minutes: 10\n",
        at="until_field",
        what="waits for wait_minutes and until_field at once",
        remedy="Keep one",
    ),
    Break(
        name="a wait for what is no date",
        file=DEVICE,
        old="until_field: until",
        new="until_field: search",
        at="until_field: search",
        what="search is no date but of kind choice",
        remedy="kind date",
    ),
    Break(
        name="a date that may be missing",
        file=DEVICE,
        old=", needed: Please give the day.}",
        new="}",
        at="until_field",
        what="'Until when?', which may not have been given",
        remedy="with needed:",
    ),
    Break(
        name="school hours of no time",
        file=DEVICE,
        old="    due_minutes: 60\n",
        new='    due_in_hours: "yes"\n',
        at="due_in_hours",
        what="there is no time to count",
        remedy="Add due_minutes:",
    ),
    Break(
        name="a notice that tells nobody",
        file=DEVICE,
        old="    tell: [headteacher]\n",
        new="",
        at="  tell:",
        what="a step of kind notify needs tell",
        remedy="the roles to be told",
    ),
    Break(
        name="an end of a report in a procedure",
        file=DEVICE,
        old="does: done",
        new="does: sent",
        at="does: sent",
        what="nothing that a step of kind end does",
        remedy="done, stopped",
    ),
    Break(
        name="a card with too many questions",
        file=DEVICE,
        old="    title: Look at it\n",
        new="    title: Look at it\n    fields: [search, until, search, until]\n",
        at="fields: [search, until, search",
        what="asks 6 things",
        remedy="further step",
    ),
    Break(
        name="an outcome that a step cannot have",
        file=DEVICE,
        old="{field: sign, is: granted}",
        new="{field: sign, is: done}",
        at="{field: sign, is: done}",
        what="sign can never be 'done'",
        remedy="granted, refused, expired",
    ),
    Break(
        name="a body that the referral does not offer",
        file=WEIGHT,
        old="{field: police.to, is: police}",
        new="{field: police.to, is: polis}",
        at="polis",
        what="can never be 'polis'",
        remedy="Did you mean police?",
    ),
    Break(
        name="a decision table that is not there",
        file=DEVICE,
        old="table: weight",
        new="table: wieght",
        at="wieght",
        what="no table to decide by 'wieght'",
        remedy="Did you mean weight?",
    ),
    Break(
        name="a decision table without otherwise",
        file=WEIGHT,
        old="  - {key: light, why: Nobody was told.}\n",
        new="",
        at="rows:",
        what="has no otherwise",
        remedy="no when:",
    ),
    Break(
        name="a row of a decision table that is never met",
        file=WEIGHT,
        old="  - {key: light",
        new="  - {key: again, why: A., when: {all: "
        "[{field: police.to, is: police}, {field: police, is: made}]}}\n  - {key: light",
        at="key: again",
        what="no answers ever come to again",
        remedy="rows above it",
    ),
    Break(
        name="a field and a step under one key",
        file=DEVICE,
        old="  search:\n",
        new="  look: {kind: text, label: Hm}\n  search:\n",
        at="  look:",
        what="no step asks look",
        remedy="Name it in the fields",
    ),
    Break(
        name="flags on the options of a referral",
        file=DEVICE,
        old="police: {label: The police}",
        new="police: {label: The police, flags: [told]}",
        at="flags: [told]",
        what="never raised",
        remedy="{field: police.to, is: police}",
    ),
    Break(
        name="a request without an owner",
        file=REQUEST,
        old="owner: [dsl]\n",
        new="",
        at="flow: unblock",
        what="a flow of use request needs owner",
        remedy="Add owner:",
    ),
    Break(
        name="a request that nobody may make",
        file=REQUEST,
        old="begun_by: [staff]\n",
        new="",
        at="flow: unblock",
        what="needs begun_by",
        remedy="the roles that may ask",
    ),
    Break(
        name="a question without words",
        file=QUESTION,
        old="words: [is it allowed]\n",
        new="",
        at="flow: allowed",
        what="a flow of use question needs words",
        remedy="what staff would type",
    ),
    Break(
        name="words that two flows claim",
        file=REQUEST,
        old="[unblock, ",
        new="[unblock, Is it  allowed, ",
        at="words:",
        what="'Is it  allowed' means allowed already",
        remedy="Keep it with one",
    ),
    Break(
        name="a question that wants something done",
        file=QUESTION,
        old="fields: [what_use], next",
        new="fields: [what_use], who: [dsl], next",
        at="who: [dsl]",
        what="leaves nothing behind, so it has no who",
        remedy="Delete who",
    ),
    Break(
        name="a question that looks up no grid",
        file=QUESTION,
        old="table: actions",
        new="table: students",
        at="looks_up",
        what="chooses no row of a grid",
        remedy="is a grid",
    ),
    Break(
        name="a flow of a case with the head of a request",
        file=DEVICE,
        old="start: read\n",
        new="start: read\nowner: [dsl]\n",
        at="owner: [dsl]",
        what="a flow of use case has no owner",
        remedy="change use:",
    ),
    Break(
        name="a flow that nothing begins",
        file=DEVICE,
        old="begins_when: {flag: strong}\n",
        new="",
        at="flow: device",
        what="nothing ever begins this flow",
        remedy="Add begins_when:",
    ),
    Break(
        name="a flow that no case can begin",
        file=DEVICE,
        old="begins_when: {flag: strong}",
        new='begins_when: {all: [{flag: strong}, {flag: strong, is: "no"}]}',
        at="begins_when",
        what="no case ever meets this",
        remedy="Ask for less",
    ),
    Break(
        name="a flow begun by a single answer",
        file=DEVICE,
        old="begins_when: {flag: strong}",
        new="begins_when: {field: what, is: rules}",
        at="begins_when",
        what="no field 'what'",
        remedy="Here there is none",
    ),
    Break(
        name="a flow that begins one which is not there",
        file=DEVICE,
        old="{flow: debrief}",
        new="{flow: debreif}",
        at="debreif",
        what="no flow 'debreif'",
        remedy="Did you mean debrief?",
    ),
    Break(
        name="a flow that begins a request",
        file=DEVICE,
        old="{flow: debrief}",
        new="{flow: debrief}, {flow: unblock}",
        at="{flow: unblock}",
        what="only a flow of use case can be started",
        remedy="Start another flow",
    ),
    Break(
        name="two flows that begin each other",
        file=DEBRIEF,
        old="body: With all., next: over",
        new="body: With all., starts: [{flow: device}], next: over",
        at="flow: debrief",
        what="debrief, device begin one another for ever",
        remedy="Add when:",
    ),
    Break(
        name="a circle in which nobody is asked",
        file=DEVICE,
        old="    table: weight\n    next:\n",
        new="    table: weight\n    next:\n      - {when: {flag: grave}, go: weigh}\n",
        at="  weigh:",
        what="a circle in which nobody is asked",
        remedy="asks somebody or waits",
    ),
    Break(
        name="a step without a source",
        file=DEBRIEF,
        old='source: "Small: Debrief"\n',
        new="",
        at="  talk:",
        what="does not say which policy it comes from",
        remedy="Add source:",
    ),
    Break(
        name="national practice that does not say so",
        file=DEBRIEF,
        old="body: With all.,",
        new="body: With all., origin: national, source: Somebody said so,",
        at="  talk:",
        what="is national practice, and its source does not say so",
        remedy="check before use",
    ),
    Break(
        name="a rule without a source",
        file=ROUTING,
        old='      source: "Small: Rules"\n',
        new="",
        at="key: rules",
        what="does not say which policy it comes from",
        remedy="Add source:",
    ),
    Break(
        name="a rule that nothing is left for",
        file=ROUTING,
        old="    - key: otherwise\n",
        new="    - key: late\n      when: {all: [{field: what, is: rules}, {flag: strong}]}\n"
        "      why: Late.\n      source: x\n      owner: [dsl]\n    - key: otherwise\n",
        at="key: late",
        what="no report ever comes to this rule",
        remedy="the rules above it",
    ),
    Break(
        name="words for a request that fit almost anything",
        file="flows/unblock.yaml",
        old="words: [unblock,",
        new='words: ["please ...", unblock,',
        at="please ...",
        what="would fit almost anything",
        remedy="is ... allowed",
    ),
    Break(
        name="a request whose owner may not take it",
        file="flows/unblock.yaml",
        old="owner: [dsl]",
        new="owner: [tutor, dsl]",
        at="owner: [tutor, dsl]",
        what="tutor is asked to deal with this request but may not take it",
        remedy="{verb: accept, role: tutor, scope: requests}",
    ),
    Break(
        name="a role that nobody needs",
        file="roles.yaml",
        old="  staff: {label: Staff}\n",
        new="  staff: {label: Staff}\n  caretaker: {label: Caretaker}\n",
        at="caretaker",
        what="is never used",
        remedy="delete it",
    ),
    Break(
        name="a sentence that is never shown",
        file="school.yaml",
        old="texts:\n",
        new="texts:\n  recieved: We have it.\n",
        at="recieved",
        what="is never used",
        remedy="the key of the sentence",
    ),
    Break(
        name="a decision table that is never asked",
        file=WEIGHT,
        old="decision: weight\n",
        new="decision: wait\n",
        at="decision: wait",
        what="is never used",
        remedy="Name it in table:",
    ),
    Break(
        name="a language that the school does not list",
        file=DEBRIEF,
        old="title: Talk about it",
        new="title: {en: Talk about it, cy: Siarad}",
        at="cy: Siarad",
        what="does not list the language cy",
        remedy="Add cy to languages:",
    ),
)


@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: fault.name)
def test_a_fault_of_a_procedure_is_told_with_file_line_and_remedy(tmp_path: Path, fault: Break) -> None:
    assert_told(tmp_path, SCHOOL, COMMON, fault)


def test_the_small_procedures_have_no_fault(tmp_path: Path) -> None:
    definition, problems = read_pack(write(tmp_path, SCHOOL, COMMON))

    assert problems == ()
    assert definition is not None
    assert check_holders(definition) == ()


def test_a_channel_post_can_carry_no_name(tmp_path: Path) -> None:
    texts = COMMON["texts.yaml"] + '  alert_summary: "{urgency}: case {number}, {pupil}"\n'

    _, problems = read_pack(write(tmp_path, SCHOOL, {**COMMON, "texts.yaml": texts}))

    assert [(p.place, p.grave) for p in problems] == [("texts.alert_summary", True)]
    assert "{pupil} could put a name" in problems[0].what


def test_a_missing_translation_is_a_hint_and_fails_nothing(tmp_path: Path) -> None:
    own = SCHOOL["school.yaml"].replace("language: en\n", "language: en\n  languages: [cy]\n")

    definition, problems = read_pack(write(tmp_path, {**SCHOOL, "school.yaml": own}, COMMON))

    assert definition is not None
    assert not any(p.grave for p in problems)
    debrief = next(p for p in problems if p.file == "small/flows/debrief.yaml")
    assert debrief.what == "3 sentences of this file have no cy (lines 2, 7)"
    assert str(debrief).startswith("small/flows/debrief.yaml:2: hint: ")


def test_the_command_prints_hints_and_says_that_there_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = SCHOOL["school.yaml"].replace("language: en\n", "language: en\n  languages: [cy]\n")
    folder = write(tmp_path, {**SCHOOL, "school.yaml": own}, COMMON)

    code = check.run(Namespace(pack=str(folder)))

    said = capsys.readouterr().out.splitlines()
    assert code == 0
    assert said[-1] == "No faults."
    assert any(line.startswith(f"{folder.as_posix()}/flows/debrief.yaml:2: hint: ") for line in said)


def test_the_command_ends_with_one_when_there_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, {**SCHOOL, DEBRIEF: SCHOOL[DEBRIEF].replace("kind: task", "kind: tusk")}, COMMON)

    assert check.run(Namespace(pack=str(folder))) == 1
    assert "No faults." not in capsys.readouterr().out


def test_a_role_that_was_renamed_is_told_once_with_the_name_it_had(tmp_path: Path) -> None:
    for other in ("deputy_dls", "second_lead"):
        roles = SCHOOL["roles.yaml"].replace("  deputy_dsl: {", f"  {other}: {{")
        pack = write(tmp_path / other, {**SCHOOL, "roles.yaml": roles}, COMMON)
        told = [p for p in read_pack(pack)[1] if p.place == f"roles.{other}"]
        assert [p.what for p in told] == [
            "nothing names this role, and 3 lines name deputy_dsl, which is not there"
        ]
        assert not [p for p in read_pack(pack)[1] if p.what == "there is no role 'deputy_dsl'"]


def test_what_follows_from_a_fault_is_not_told_as_well(tmp_path: Path) -> None:
    device = SCHOOL[DEVICE].replace("{field: sign, is: granted}", "{field: sign, is: done}")

    _, problems = read_pack(write(tmp_path, {**SCHOOL, DEVICE: device}, COMMON))

    assert [p.place for p in problems] == ["flows.device.steps.sign.next.0.when.is"]


def test_no_day_of_an_action_is_said_to_be_refused_as_past(tmp_path: Path) -> None:
    day = "      day: {kind: date, label: When?, not_past: Please choose a later day.}\n"
    actions = COMMON["actions/case.yaml"]
    at = actions.index("    fields:\n") + len("    fields:\n")

    _, problems = read_pack(
        write(tmp_path, SCHOOL, {**COMMON, "actions/case.yaml": actions[:at] + day + actions[at:]})
    )

    assert [p.place.rpartition(".")[2] for p in problems] == ["not_past"]


def test_what_is_common_and_not_needed_here_is_a_hint(tmp_path: Path) -> None:
    guidance = COMMON["guidance/report.yaml"] + "  visitors: Visitors sign the rules.\n"

    definition, problems = read_pack(write(tmp_path, SCHOOL, {**COMMON, "guidance/report.yaml": guidance}))

    assert definition is not None
    assert [(p.place, p.what, p.grave) for p in problems] == [("guidance.visitors", "is never used", False)]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('done: {label: "Done"}, ', "", "does not ask how it turned out"),
        ("      needed: Please choose.\n      options: {done", "      options: {done", "could be left open"),
        (
            "why: {kind: text, label: Why not?, needed: Please say why., ",
            "why: {kind: text, label: Why not?, ",
            "refused without a reason",
        ),
        ("  task:\n", "  tusk:\n", "no kind of step with a form 'tusk'"),
    ],
)
def test_forms_keep_what_the_record_needs(tmp_path: Path, old: str, new: str, what: str) -> None:
    forms = COMMON["forms.yaml"]
    assert old in forms

    _, problems = read_pack(write(tmp_path, SCHOOL, {**COMMON, "forms.yaml": forms.replace(old, new, 1)}))

    assert any(what in p.what and p.file == "common/forms.yaml" for p in problems), [*map(str, problems)]


def test_two_signatures_of_three_people_are_not_enough_when_two_are_left_out(tmp_path: Path) -> None:
    roles = (
        SCHOOL["roles.yaml"]
        .replace("dsl, chair_of_governors]", "dsl]")
        .replace(", substitutes: [deputy_dsl]", "")
    )
    definition, problems = read_pack(write(tmp_path, {**SCHOOL, "roles.yaml": roles}, COMMON))
    assert definition is not None, [*map(str, problems)]

    told = {p.place: p.what for p in check_holders(definition)}

    assert told["flows.device.steps.sign.approvers"] == "cannot get 2 signatures when dsl are left out"
    assert (
        told["flows.device.steps.look.who"] == "nobody does this step when dsl and headteacher are left out"
    )
    assert told["flows.device.steps.tell.tell"] == "nobody is told when dsl and headteacher are left out"
    assert told["flows.unblock.owner"] == "nobody owns the case when dsl and headteacher are left out"
