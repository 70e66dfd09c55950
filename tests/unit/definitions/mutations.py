"""Kinds of slip that a person makes in a pack: each a small change of text, at a place left to chance."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

FLOWS = r"flows/(?!report).*\.yaml"
REPORT = r"flows/report\.yaml"
ROLES = r"roles\.yaml"
SCHOOL = r"school\.yaml"
ROUTING = r"tables/routing\.yaml"
ANY_FLOW = r"flows/.*\.yaml"

STEP = r"(?m)^  (?P<key>[a-z_0-9]+):(?: \{kind: .*\}\n|\n    kind: .*\n(?:(?:    .*)?\n)*)"
"""A whole step, in one line or in several."""


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """In one file whose path matches `file`, one match of `old` becomes `new` (re.sub's language)."""

    name: str
    file: str
    old: str
    new: str | Callable[[re.Match[str]], str]

    def applied(self, text: str, chance: Random) -> str | None:
        """The text with the change at one place; None where there is no such place."""
        found = list(re.finditer(self.old, text))
        if not found:
            return None
        at = chance.choice(found)
        new = at.expand(self.new) if isinstance(self.new, str) else self.new(at)
        return text[: at.start()] + new + text[at.end() :]


def _m(name: str, file: str, old: str, new: str | Callable[[re.Match[str]], str]) -> Mutation:
    return Mutation(name=name, file=file, old=old, new=new)


MUTATIONS = (
    # --- steps ---
    _m("delete a step", ANY_FLOW, STEP, ""),
    _m(
        "rename a step",
        ANY_FLOW,
        r"(?m)^  ([a-z_0-9]+):(\n    kind: (?:task|form|guidance|referral))",
        r"  \1_x:\2",
    ),
    _m("write a step twice", ANY_FLOW, STEP, r"\g<0>\g<0>"),
    _m("misspell a kind", ANY_FLOW, r"kind: (form|task|end|notify)", r"kind: \1e"),
    _m(
        "another kind: task", FLOWS, r"kind: (guidance|referral|custody|approval|wait|notify)\b", "kind: task"
    ),
    _m("another kind: end", FLOWS, r"kind: (task|form)\b", "kind: end"),
    _m("another kind: notify", ANY_FLOW, r"kind: (guidance|form|decision)\b", "kind: notify"),
    _m("drop the way on", ANY_FLOW, r"(?m)^    next: [a-z_]+\n", ""),
    _m(
        "lead to a step that is not there",
        ANY_FLOW,
        r"(next|go|otherwise): ([a-z_]{4,})(?=[\n,}])",
        r"\1: \2_x",
    ),
    _m(
        "lead back to the same step",
        ANY_FLOW,
        r"(?m)^  ([a-z_]+):((?:\n    .*)*?\n    next: )[a-z_]+$",
        r"  \1:\2\1",
    ),
    _m("drop an otherwise", ANY_FLOW, r"(?m)^      - otherwise: .*\n", ""),
    _m(
        "put otherwise first",
        ANY_FLOW,
        r"((?:      - \{?when.*\n(?:        go.*\n)?)+)(      - otherwise: .*\n)",
        r"\2\1",
    ),
    _m(
        "swap two branches",
        FLOWS,
        r"(      - \{?when: .*\n(?:        go.*\n)?)(      - \{?when: .*\n(?:        go.*\n)?)",
        r"\2\1",
    ),
    _m("start elsewhere", ANY_FLOW, r"(?m)^start: .*$", "start: over_there"),
    _m("drop the start", ANY_FLOW, r"(?m)^start: .*\n", ""),
    _m("an unknown key", ANY_FLOW, r"(?m)^    title: ", "    headline: x\n    title: "),
    _m("a key twice in a step", ANY_FLOW, r"(?m)^(    title: .*\n)", r"\1\1"),
    _m("drop a title", ANY_FLOW, r"(?m)^    kind: (guidance|task|form)\n    title: .*\n", r"    kind: \1\n"),
    _m("drop what is to be done", FLOWS, r"(?m)^    body: [^>\n]+\n", ""),
    _m("an end that does something else", ANY_FLOW, r"does: (done|stopped|sent|dealt)", r"does: \1x"),
    _m("drop what a notice tells", FLOWS, r"(?m)^    tell: .*\n", ""),
    # --- questions ---
    _m("ask what is no question", ANY_FLOW, r"(?m)^(    fields: \[[^\]]*)\]", r"\1, no_such_field]"),
    _m("drop the questions of a form", ANY_FLOW, r"(?m)^    fields: .*\n", ""),
    _m(
        "delete a question",
        ANY_FLOW,
        r"(?m)^  ([a-z_0-9]+):\n    kind: (?:choice|text|paragraph|date)\n(?:    .*\n)*",
        "",
    ),
    _m("rename an option", ANY_FLOW, r'(?m)^(      )"?([a-z_]+)"?(: \{label)', r"\1\2_x\3"),
    _m("misspell a value", ANY_FLOW, r"is: ([a-z_]{4,})\b", r"is: \1_x"),
    _m("ask for the other value", FLOWS, r'is: "yes"', 'is: "no"'),
    _m("ask for a field that is not there", ANY_FLOW, r"\{field: ([a-z_]+)", r"{field: \1_x"),
    _m("ask for a flag that nobody raises", ANY_FLOW, r"\{flag: ([a-z_]+)", r"{flag: \1_x"),
    _m("ask for a fact that is none", ANY_FLOW, r"\{fact: ([a-z_]+)", r"{fact: \1_x"),
    _m("let an answer be empty", FLOWS, r"(?m)^    needed: .*\n", ""),
    _m("an unknown kind of question", ANY_FLOW, r"kind: (choice|date|paragraph)\b", r"kind: \1s_"),
    # --- gates, clocks, people of a step ---
    _m("require what comes later", FLOWS, r"(?m)^    requires: .*$", "    requires: [over]"),
    _m("forget a requirement", FLOWS, r"(?m)^    requires: .*\n", ""),
    _m("require what is not there", FLOWS, r"(?m)^    requires: \[([a-z_]+)", r"    requires: [\1_x"),
    _m("nobody may sign", FLOWS, r"(?m)^    approvers: .*\n", ""),
    _m("one more signature than roles", FLOWS, r"(?m)^    needs: .*$", "    needs: 9"),
    _m("an approval for ever", FLOWS, r"(?m)^    expires_minutes: .*\n", ""),
    _m("a role that is not there", FLOWS, r"(who|tell|approvers|begun_by|owner): \[([a-z_]+)", r"\1: [\2_x"),
    _m("wait for nothing", FLOWS, r"(?m)^    (wait_minutes|until_field|event): .*\n", ""),
    _m(
        "nobody refers to anybody",
        FLOWS,
        r"(?m)^    kind: referral\n((?:    .*\n)*?)    options:.*\n(?:      .*\n)*",
        r"    kind: referral\n\1",
    ),
    _m(
        "delete before use",
        FLOWS,
        r"(?m)^    kind: (form|guidance)\n",
        r"    kind: \1\n    deletes: [material, device, evidence]\n",
    ),
    _m("drop what begins it", FLOWS, r"(?m)^(begins_when|offered_when|begun_by|words|owner): .*\n", ""),
    _m("start a flow that is not there", FLOWS, r"\{flow: ([a-z_]+)", r"{flow: \1_x"),
    _m("drop a source", ANY_FLOW, r"(?m)^    source: .*\n", ""),
    _m("national practice unmarked", ANY_FLOW, r"(?m)^ *origin: national\n", ""),
    # --- roles ---
    _m("rename a role", ROLES, r"(?m)^  ([a-z_]+):\n    label", r"  \1_x:\n    label"),
    _m("delete a role", ROLES, r"(?m)^  [a-z_]+:\n(?:    .*\n)+", ""),
    _m("a substitute that is not there", ROLES, r"substitutes: \[([a-z_]+)", r"substitutes: [\1_x"),
    _m("one last resort", ROLES, r"last_resort: \[([a-z_]+), .*\]", r"last_resort: [\1]"),
    _m("a right that is none", ROLES, r"verb: \[?([a-z_]+)", r"verb: [\1_x"),
    _m("one name for two roles", ROLES, r"aliases: \[", "aliases: [dsl, headteacher, "),
    # --- tables ---
    _m(
        "delete a row",
        r"tables/(?!routing).*\.yaml",
        r"(?m)^  - (?:\{key: .*\}\n|key: .*\n(?:    .*\n)+)",
        "",
    ),
    _m(
        "swap two rows",
        r"tables/(?!routing).*\.yaml",
        r"(?m)^(  - key: .*\n    number: .*\n(?:    .*\n)+)(  - key: .*\n    number: .*\n(?:    .*\n)+)",
        r"\2\1",
    ),
    _m("mark what is no column", r"tables/(?!routing).*\.yaml", r"marks: \[([a-z_]+)", r"marks: [\1_x"),
    _m("count wrongly", r"tables/(?!routing).*\.yaml", r"number: (\d+)", r"number: 9\1"),
    _m("drop the otherwise of the routing", ROUTING, r"    - key: otherwise\n(?:      .*\n)+", ""),
    _m("nobody owns", ROUTING, r"(?m)^      owner: .*\n", ""),
    _m("a rule for always", ROUTING, r"(?m)^      when: .*\n", ""),
    _m("a rule twice", ROUTING, r"(?m)^    - key: (?!otherwise).*\n(?:      .*\n)+", r"\g<0>\g<0>"),
    _m(
        "swap two rules",
        ROUTING,
        r"(?m)^(    - key: .*\n(?:      .*\n|\n)+)((?:    #.*\n)*    - key: .*\n(?:      .*\n|\n)+)",
        r"\2\1",
    ),
    _m("an urgency that is none", ROUTING, r"urgency: ([a-z]+)", r"urgency: very_\1"),
    # --- the school ---
    _m("a zone that is none", SCHOOL, r"zone: .*", "zone: Europe/Londonn"),
    _m("no way outside", SCHOOL, r"outside_route", "outside_rout"),
    _m("a clock that climbs before it reminds", SCHOOL, r"remind_minutes: \d+", "remind_minutes: 9999"),
    _m("broken indentation", SCHOOL, r"(?m)^  prefix:", "   prefix:"),
)
