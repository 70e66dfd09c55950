"""Translations: which sentences lack one, and tags of languages that the school did not list.

A missing translation is a hint, since the reader then gets another language. Must not know what is said.
"""

from __future__ import annotations

from bot.definitions.checks.findings import Findings
from bot.definitions.checks.sentences import Said
from bot.definitions.draft import line_of
from bot.model.text import DEFAULT_LANGUAGE

MOST_LINES = 12
_COMMON = "common/"


def check_languages(findings: Findings, sentences: Said) -> None:
    """Every sentence against `languages:` of the school."""
    school = findings.definition.school
    wanted = tuple(dict.fromkeys((school.language or DEFAULT_LANGUAGE, *school.languages)))
    listed = {DEFAULT_LANGUAGE, *wanted}
    lacking: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for place, said in sentences:
        if not said.by_language:
            continue
        mark = line_of(findings.lines, place)
        for tag in said.by_language:
            known = tag in listed or tag.split("-", maxsplit=1)[0] in listed
            if not known and not mark.file.startswith(_COMMON):
                remedy = f"Add {tag} to languages: in school.yaml, or delete this line."
                findings.fault(f"{place}.{tag}", f"the school does not list the language {tag}", remedy)
        for language in wanted:
            if language not in said.by_language and language.split("-")[0] not in said.by_language:
                lacking.setdefault((mark.file, language), []).append((mark.line, place))
    for (_, language), found in lacking.items():
        lines = sorted({line for line, _ in found})
        shown = ", ".join(map(str, lines[:MOST_LINES])) + (" and others" if len(lines) > MOST_LINES else "")
        what = f"{len(found)} sentences of this file have no {language} (lines {shown})"
        remedy = (
            f"Write each as {{{DEFAULT_LANGUAGE}: …, {language}: …}}; till then another language is shown."
        )
        findings.hint(min(found)[1], what, remedy)
