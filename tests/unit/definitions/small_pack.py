"""The smallest pack without a fault, as text: tests break one thing in it at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

COMMON = {
    "guidance/report.yaml": """\
guidance:
  pictures: Words only, no pictures.
""",
    "texts.yaml": """\
texts:
  received: "Received as {number} at {time}."
""",
    "actions/case.yaml": """\
actions:
  note:
    does: note
    label: Add a note
    title: Add a note
    body: Words only.
    permission: note
    when: {fact: closed, is: "no"}
    fields:
      text: {kind: paragraph, label: Your note}
""",
}

SCHOOL = {
    "school.yaml": """\
school:
  name: Small School
  prefix: SM
  zone: Europe/London
  language: en
  hours:
    mon: ["08:00-16:30"]
  year_starts: "09-01"
  channel_roles: [dsl, deputy_dsl]
  danger_words: [knife]
  publish: files
  clocks:
    climb:
      immediate: {remind_minutes: 2, climb_minutes: 5, outside_minutes: 20, in_school_hours: "no"}
      serious: {remind_minutes: 10, climb_minutes: 20, outside_minutes: 90, in_school_hours: "no"}
      routine: {remind_minutes: 240, climb_minutes: 480, outside_minutes: 1440, in_school_hours: "yes"}
    unfinished_remind_minutes: 10
    unfinished_tell_minutes: 30
    unfinished_delete_days: 7
    daily_post: "16:00"
texts:
  outside_route: Ring 999 or 101.
  out_of_hours: Closed now.
  whistleblowing: In the staff area.
  where_to_find_dsl: Ask at reception.
""",
    "roles.yaml": """\
roles:
  dsl: {label: Safeguarding Lead, aliases: [DSL lead], substitutes: [deputy_dsl]}
  deputy_dsl: {label: Deputy}
  headteacher: {label: Headteacher, aliases: [head]}
  chair_of_governors: {label: Chair}
  tutor: {label: Tutor, relation: tutor}
  admin: {label: Admin}
  staff: {label: Staff}
last_resort: [headteacher, dsl]
permissions:
  - {verb: [report, note], role: staff, scope: own}
  - {verb: note, role: [dsl, deputy_dsl], scope: all}
""",
    "tables/students.yaml": """\
table: students
title: Students
source: "Small: Sanctions"
subjects: pupil
start_highest_when: {flag: strong}
columns:
  - {key: tutor, label: Tutor, kind: authority, roles: [tutor]}
  - {key: head, label: Head, kind: authority, roles: [headteacher]}
  - {key: parents, label: Parents, kind: action, may_decide: [headteacher]}
rows:
  - {key: phones, number: 1, label: Phones, plain: A phone, marks: [tutor, parents]}
  - {key: filter, number: 2, label: Filter, plain: The filter, marks: [tutor, head]}
""",
    "tables/routing.yaml": """\
routing:
  rules:
    - key: adult
      when: {fact: adult_subject, is: "yes"}
      why: About an adult.
      source: "Small: Adults"
      owner: [headteacher, chair_of_governors]
      only: "yes"
    - key: rules
      when: {field: what, is: rules}
      why: Rules.
      source: "Small: Rules"
      by_table: students
      owner: [dsl]
    - key: otherwise
      why: Not clear yet.
      source: "Small: Safeguarding"
      owner: [dsl]
  overlays:
    - key: danger
      when: {fact: danger, is: ["yes", not_sure]}
      why: Danger.
      source: "Small: Safeguarding"
      tell:
        - {role: dsl, why: Danger.}
      urgency: immediate
""",
    "flows/report.yaml": """\
flow: report
title: Report
start: first
description_field: happened
source: "Small: Reporting"
fields:
  what:
    kind: choice
    label: What is it?
    options:
      rules: {label: Rules, flags: [strong]}
      child: {label: A child}
  happened:
    kind: paragraph
    label: What happened?
  row:
    kind: row
    label: Which row?
    table: students
flags:
  - {flag: worst, when: {flag: strong}}
steps:
  first:
    kind: form
    title: Report
    notices: [pictures]
    fields: [what, happened]
    next:
      - when: {field: what, is: rules}
        go: which
      - otherwise: route
  which:
    kind: form
    title: Which?
    fields: [row]
    next: route
  route:
    kind: decision
    table: routing
    next: tell
  tell:
    kind: notify
    does: sent
    next: done
  done:
    kind: end
    does: sent
""",
}


def write(root: Path, school: Mapping[str, str] = SCHOOL, common: Mapping[str, str] = COMMON) -> Path:
    """Lay both folders down under `root` and return the school's."""
    for folder, files in (("common", common), ("small", school)):
        for name, text in files.items():
            path = root / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root / "small"
