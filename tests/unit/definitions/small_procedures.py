"""The small pack with a procedure, a request and a question, as text: tests break one thing at a time."""

from __future__ import annotations

from tests.unit.definitions import small_pack

FORMS = """\
forms:
  task:
    outcome:
      kind: choice
      label: Is it done?
      needed: Please choose.
      options: {done: {label: "Done"}, not_done: {label: "Not done"}}
    why: {kind: text, label: Why not?, needed: Please say why., needed_when: {field: outcome, is: not_done}}
  referral:
    outcome:
      kind: choice
      label: Was it made?
      needed: Please choose.
      options: {made: {label: "Made"}, not_made: {label: "Not made"}}
    to: {kind: choice, label: To whom?, needed: Please choose., needed_when: {field: outcome, is: made}}
    why: {kind: text, label: What was said?, needed: Please write.}
  approval:
    answer:
      kind: choice
      label: Do you agree?
      needed: Please choose.
      options: {"yes": {label: "Yes"}, "no": {label: "No"}}
    why: {kind: text, label: Why?, needed: Please say why., needed_when: {field: answer, is: "no"}}
  custody:
    outcome:
      kind: choice
      label: What happens to it?
      needed: Please choose.
      options: {kept: {label: Kept}, returned: {label: Returned}, passed_on: {label: Passed on}}
  wait:
    what: {kind: text, label: What happened?, needed: Please write.}
"""

PROCEDURE = """\
flow: device
title: A device
use: case
source: "Small: Devices"
begins_when: {flag: strong}
start: read
fields:
  search:
    kind: choice
    label: Is a search needed?
    needed: Please choose.
    options: {"yes": {label: "Yes"}, "no": {label: "No"}}
  until: {kind: date, label: Until when?, needed: Please give the day.}
steps:
  read:
    kind: guidance
    title: Read this first
    body: Leave it as it is.
    next: ask_search
  ask_search:
    kind: form
    title: Is a search needed?
    fields: [search, until]
    next:
      - {when: {field: search, is: "no"}, go: keep}
      - otherwise: sign
  sign:
    kind: approval
    title: May it be searched?
    body: Only with good reason.
    approvers: [headteacher, dsl]
    needs: 2
    expires_minutes: 60
    next:
      - {when: {field: sign, is: granted}, go: look}
      - otherwise: keep
  look:
    kind: task
    who: [dsl]
    due_minutes: 60
    title: Look at it
    body: Together with somebody else.
    requires: [sign]
    uses: [material]
    next: police
  police:
    kind: referral
    title: The police
    options: {police: {label: The police}, ceop: {label: CEOP}}
    next: weigh
  weigh:
    kind: decision
    table: weight
    next:
      - {when: {field: weigh, is: grave}, go: tell}
      - otherwise: clean
  clean:
    kind: task
    title: Delete it
    body: Only this.
    requires: [police]
    deletes: [material]
    next: keep
  tell:
    kind: notify
    tell: [headteacher]
    body: Please look at this case.
    next: keep
  keep:
    kind: custody
    title: Where is it?
    next: pause
  pause:
    kind: wait
    title: Wait
    until_field: until
    next: over
    starts: [{flow: debrief}]
  over: {kind: end, does: done}
"""

DEBRIEF = """\
flow: debrief
title: Afterwards
use: case
source: "Small: Debrief"
start: talk
steps:
  talk: {kind: task, title: Talk about it, body: With all., next: over}
  over: {kind: end, does: done}
"""

REQUEST = """\
flow: unblock
title: Unblock a site
use: request
source: "Small: Filtering"
owner: [dsl]
begun_by: [staff]
words: [unblock, unblock a site]
start: ask
fields:
  site: {kind: text, label: Which site?, needed: Please say which.}
steps:
  ask: {kind: form, who: [requester], title: Which site?, fields: [site], next: sign}
  sign:
    kind: approval
    title: Unblock it?
    body: For lessons only.
    approvers: [dsl, headteacher]
    needs: 1
    expires_minutes: 60
    others_only: "yes"
    next: over
  over: {kind: end, does: done}
"""

QUESTION = """\
flow: allowed
title: Is it allowed?
use: question
source: "Small: Use"
words: [is it allowed]
start: ask
fields:
  what_use: {kind: row, table: actions, label: Which?, needed: Please choose.}
steps:
  ask: {kind: form, title: Which?, fields: [what_use], next: answer}
  answer: {kind: guidance, title: The answer, body: As the policy has it., looks_up: what_use, next: over}
  over: {kind: end, does: done}
"""

WEIGHT = """\
decision: weight
title: How grave
hit: first
source: "Small: Devices"
rows:
  - {key: grave, when: {all: [{field: police, is: made}, {field: police.to, is: police}]}, why: They know.}
  - {key: light, why: Nobody was told.}
overlays:
  - {key: crime, when: {fact: crime, is: "yes"}, why: It is a crime., flags: [grave]}
"""

ACTIONS = """\
grid: actions
title: What may be done
source: "Small: Use"
columns: [{key: allowed, label: Allowed}]
rows:
  - {key: games, number: 1, label: Games, plain: Games, marks: [allowed]}
"""

COMMON = {**small_pack.COMMON, "forms.yaml": FORMS}

SCHOOL = {
    **small_pack.SCHOOL,
    "roles.yaml": small_pack.SCHOOL["roles.yaml"].replace(
        "last_resort: [headteacher, dsl]", "last_resort: [headteacher, dsl, chair_of_governors]"
    )
    + "  - {verb: accept, role: dsl, scope: requests}\n",
    "flows/device.yaml": PROCEDURE,
    "flows/debrief.yaml": DEBRIEF,
    "flows/unblock.yaml": REQUEST,
    "flows/allowed.yaml": QUESTION,
    "tables/weight.yaml": WEIGHT,
    "tables/actions.yaml": ACTIONS,
}
