"""Which version is in force: what the record says, durable before it counts, whatever lies in the folder."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from bot.bootstrap import mode_of
from bot.casework.admin import unreached_draft
from bot.casework.drafts import admins, confirmers, drafts_of, drawn_up, propose, set_aside, waiting_draft
from bot.casework.office import Office
from bot.casework.overdue import overdue
from bot.casework.packs import PackShelf, read_saved, stamp_of
from bot.casework.publishing import Mode, Publishing
from bot.casework.tables import ALL, CASES, DRAFTS, EVERY, OUTBOX, REFERENCES, VERSIONS
from bot.casework.views.versions import Reading, draft_view, pages_of
from bot.casework.words import Words
from bot.definitions.loader import COMMON, FLOWS, load
from bot.errors import DefinitionFaulty
from bot.model.definition import Definition, Policy
from bot.model.outbox import Reference
from bot.model.problems import Problem
from bot.model.versions import Draft, Published
from bot.people.file import PeopleFile
from bot.settings import ROOT, read_settings
from cards.limits import faults
from cards.render import render
from tests.fakes.store import MemoryStore
from tests.unit.delivery.world import until

PEOPLE = ROOT / "bot" / "rehearsal" / "people.yaml"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KINGSMEAD = load("kingsmead")


@dataclass(slots=True)
class Noon:
    """The clock stands still. Asked for the time, it lets something else happen as soon as somebody waits."""

    meanwhile: Callable[[], object] | None = None

    def now(self) -> datetime:
        if self.meanwhile is not None:
            asyncio.get_running_loop().call_soon(self.meanwhile)
            self.meanwhile = None
        return NOON


@dataclass(slots=True)
class House:
    """One service's publishing over a folder and a record; `again` is its next life."""

    folder: Path
    mode: Mode = "two-people"
    store: MemoryStore = field(default_factory=lambda: MemoryStore(ALL, CASES))
    wrong: tuple[Problem, ...] = ()
    clock: Noon = field(default_factory=Noon)
    held: Event = field(default_factory=Event)
    proving: Event = field(default_factory=Event)
    shelf: PackShelf = field(init=False)
    office: Office = field(init=False)
    publishing: Publishing = field(init=False)

    def __post_init__(self) -> None:
        self.held.set()
        self.shelf = PackShelf(self.folder, self.store)
        people = PeopleFile(PEOPLE, self.shelf.current())
        self.office = Office(
            store=self.store, people=people, clock=self.clock, shelf=self.shelf, wake=lambda: None
        )
        self.publishing = Publishing(
            self.office, self.shelf, folder=self.folder, people_file=PEOPLE, read=load, staffing=people,
            mode=lambda: self.mode, prove=self._prove,
        )  # fmt: skip
        self.shelf.keep(NOON)

    def _prove(self, _: Definition) -> tuple[Problem, ...]:
        self.proving.set()
        assert self.held.wait(timeout=30)
        return self.wrong

    def accept(self, draft: Draft) -> None:
        """The second person's yes to that draft, as it is recorded."""
        unit = self.office.unit()
        yes = replace(draft, state="accepted", answered_by="the/dsl", answered_role="dsl", why="It is right")
        unit.put(DRAFTS, draft.id, replace(yes, revision=draft.revision + 1))
        unit.stage()

    def lines(self) -> list[str]:
        """The finished sentences that are queued."""
        found = (self.store.get(OUTBOX, key) for key in self.store.find(OUTBOX, "state", "waiting"))
        return [i.params["text"] for i in found if i is not None and i.params.get("what") == "said"]

    async def looks(self) -> None:
        """Two looks: a set is taken once it lies still."""
        await self.publishing.look()
        await self.publishing.look()

    def again(self) -> House:
        return House(self.folder, self.mode, self.store)

    def in_force(self) -> str:
        return self.shelf.current().school.name

    def history(self) -> list[Published]:
        found = (self.store.get(VERSIONS, key) for key in self.store.find(VERSIONS, "all", EVERY))
        return [line for line in found if line is not None]

    def drafts(self) -> tuple[Draft, ...]:
        return drafts_of(self.office, self.office.unit())

    def told(self, what: str) -> list[str]:
        """To whom such a reply is queued."""
        found = (self.store.get(OUTBOX, key) for key in self.store.find(OUTBOX, "state", "waiting"))
        return sorted(i.to_person or "" for i in found if i is not None and i.params.get("what") == what)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the school's pack, to be edited."""
    for name in ("kingsmead", COMMON):
        shutil.copytree(FLOWS / name, tmp_path / name)
    return tmp_path / "kingsmead"


def rename(folder: Path, name: str) -> None:
    """Save the pack with another name of the school."""
    path = folder / "school.yaml"
    lines = path.read_text("utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  name: "))
    lines[at] = f"  name: {name}"
    path.write_text("\n".join(lines) + "\n", "utf-8")


async def test_a_switch_does_not_count_before_it_is_durable(folder: Path) -> None:
    house = House(folder, "files")
    await house.publishing.begin()
    rename(folder, "Newer School")
    await house.publishing.look()
    house.store.hold()
    looking = asyncio.create_task(house.publishing.look())
    await until(lambda: len(house.history()) == 2)
    assert house.in_force() == "Kingsmead School"
    house.store.release()
    await looking
    assert house.in_force() == "Newer School"


async def test_a_set_is_taken_only_once_it_has_lain_still_for_a_look(folder: Path) -> None:
    house = House(folder, "files")
    await house.publishing.begin()
    rename(folder, "Half Saved")
    await house.publishing.look()
    assert len(house.history()) == 1
    rename(folder, "Wholly Saved School")
    await house.publishing.look()
    assert len(house.history()) == 1
    await house.publishing.look()
    assert house.in_force() == "Wholly Saved School"


async def test_after_a_restart_the_published_version_is_in_force_whatever_lies_in_the_folder(
    folder: Path,
) -> None:
    first = House(folder)
    await first.publishing.begin()
    rename(folder, "Not Agreed On")
    second = first.again()
    await second.publishing.begin()
    assert second.in_force() == "Kingsmead School"
    assert [d.state for d in second.drafts()] == ["saved"]
    (folder / "school.yaml").write_text("school: [", "utf-8")
    third = second.again()
    await third.publishing.begin()
    assert third.in_force() == "Kingsmead School"
    assert third.publishing.faults()
    assert len(third.history()) == 1


async def test_with_files_a_set_saved_while_the_service_was_down_takes_effect_at_its_start(
    folder: Path,
) -> None:
    first = House(folder, "files")
    await first.publishing.begin()
    rename(folder, "Saved Meanwhile")
    second = first.again()
    await second.publishing.begin()
    assert second.in_force() == "Saved Meanwhile"
    assert [line.why for line in second.history()] == ["first start", "saved"]


def test_a_first_start_on_a_faulty_pack_is_refused_with_its_faults(folder: Path) -> None:
    (folder / "school.yaml").write_text("school: [", "utf-8")
    with pytest.raises(DefinitionFaulty) as refused:
        House(folder)
    assert refused.value.problems


async def test_what_was_accepted_takes_effect_although_the_service_stopped_in_between(folder: Path) -> None:
    first = House(folder)
    await first.publishing.begin()
    rename(folder, "Agreed On")
    await first.looks()
    (draft,) = first.drafts()
    first.accept(draft)
    rename(folder, "Something Else Again")
    second = first.again()
    await second.publishing.begin()
    assert second.in_force() == "Agreed On"
    last = second.history()[-1]
    assert (last.by, last.role, last.why, last.draft) == ("the/dsl", "dsl", "It is right", draft.id)
    assert [d.state for d in second.drafts()] == ["published", "saved"]


async def test_an_accepted_draft_that_no_longer_fits_is_set_aside_and_the_admins_are_told(
    folder: Path,
) -> None:
    house = House(folder)
    await house.publishing.begin()
    rename(folder, "Agreed On")
    await house.looks()
    (draft,) = house.drafts()
    house.accept(draft)
    house.wrong = (Problem(file="people.yaml", line=3, place="people", what="is wrong", remedy="Mend it."),)
    await house.publishing.look()
    assert house.in_force() == "Kingsmead School"
    assert [d.state for d in house.drafts()] == ["stale"]
    assert len(house.told("pack_faults")) == 2
    assert len(house.history()) == 1


async def test_what_is_accepted_while_a_newer_save_is_checked_or_drawn_up_takes_effect_and_the_save_follows(
    folder: Path,
) -> None:
    house = House(folder)
    await house.publishing.begin()
    rename(folder, "Agreed On")
    await house.looks()
    rename(folder, "Saved Since")
    await house.publishing.look()
    house.clock.meanwhile = partial(house.accept, house.drafts()[0])
    await house.publishing.look()
    assert house.in_force() == "Agreed On"
    agreed, since = house.drafts()
    assert (agreed.state, since.state, since.base) == ("published", "saved", agreed.hash)
    rename(folder, "Saved Last of All")
    await house.publishing.look()
    house.held.clear()
    house.proving.clear()
    looking = asyncio.create_task(house.publishing.look())
    await until(house.proving.is_set)
    house.accept(since)
    house.held.set()
    await looking
    assert house.in_force() == "Saved Since"
    assert [(d.state, d.base) for d in house.drafts()[1:]] == [
        ("published", agreed.hash), ("saved", since.hash),
    ]  # fmt: skip


async def test_a_save_of_what_was_in_force_does_not_take_back_what_was_accepted_meanwhile(
    folder: Path,
) -> None:
    house = House(folder)
    await house.publishing.begin()
    rename(folder, "Agreed On")
    await house.looks()
    rename(folder, "Kingsmead School")
    await house.publishing.look()
    house.held.clear()
    house.proving.clear()
    looking = asyncio.create_task(house.publishing.look())
    await until(house.proving.is_set)
    house.accept(house.drafts()[0])
    house.held.set()
    await looking
    assert house.in_force() == "Agreed On"
    assert [d.state for d in house.drafts()] == ["published", "saved"]


async def test_what_was_agreed_on_against_another_version_is_told_and_drawn_up_anew(folder: Path) -> None:
    house = House(folder, "files")
    await house.publishing.begin()
    rename(folder, "Newer School")
    await house.looks()
    house.mode = "two-people"
    rename(folder, "Agreed On")
    await house.looks()
    (draft,) = house.drafts()
    before = len(house.told("draft"))
    house.held.clear()
    house.proving.clear()
    first = house.history()[0].hash
    switching = asyncio.create_task(house.publishing.publish(first, "the/head", "The old one was better"))
    await until(house.proving.is_set)
    house.accept(draft)
    house.held.set()
    await switching
    await house.looks()
    assert house.in_force() == "Kingsmead School"
    assert [(d.state, d.base) for d in house.drafts()] == [("stale", draft.base), ("saved", first)]
    assert "the/dsl" in house.told("draft")
    assert len(house.told("draft")) > before


async def test_with_files_the_admins_are_told_once_of_each_save_that_takes_effect_and_what_it_changes(
    folder: Path,
) -> None:
    house = House(folder, "files")
    await house.publishing.begin()
    assert house.lines() == []
    rename(folder, "Newer School")
    await house.looks()
    assert len(house.lines()) == 2, "one to each admin"
    assert {line.partition(").")[2] for line in house.lines()} == {" School: name has changed."}
    assert house.lines()[0].startswith("Saved changes are in force now (")
    again = house.again()
    await again.publishing.begin()
    await again.looks()
    assert len(house.lines()) == 2


async def test_the_log_says_when_nobody_can_be_reached_to_ask_for_a_draft_or_to_accept_it(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(folder)
    await house.publishing.begin()
    rename(folder, "Wanted")
    await house.looks()
    assert {"draft_no_admin", "draft_no_second_person"} <= actions(caplog)
    caplog.clear()
    everybody_installs(house)
    rename(folder, "Wanted Otherwise")
    await house.looks()
    assert not {"draft_no_admin", "draft_no_second_person"} & actions(caplog)


async def test_what_waits_for_somebody_to_add_handrail_is_a_warning_for_as_long_as_it_lasts(
    folder: Path,
) -> None:
    house = House(folder)
    await house.publishing.begin()
    assert unreached_draft(house.office) == ()
    rename(folder, "Wanted")
    await house.looks()
    said = unreached_draft(house.office)
    assert ["no admin can be reached" in said[0], "nobody who may accept it" in said[1]] == [True, True]
    assert not any(
        person.name in line for person in house.office.directory().people.values() for line in said
    )
    reached(house, *admins(house.office.directory()))
    assert ["nobody who may accept it" in line for line in unreached_draft(house.office)] == [True]
    everybody_installs(house)
    assert unreached_draft(house.office) == ()


async def test_what_two_people_have_agreed_on_waits_for_nobody(folder: Path) -> None:
    house = House(folder)
    await house.publishing.begin()
    rename(folder, "Wanted")
    await house.looks()
    house.accept(house.drafts()[0])
    assert unreached_draft(house.office) == ()


def actions(caplog: pytest.LogCaptureFixture) -> set[str]:
    return {getattr(record, "action", "") for record in caplog.records}


async def test_a_draft_that_was_declined_is_not_put_again_until_its_content_changes(folder: Path) -> None:
    house = House(folder)
    await house.publishing.begin()
    rename(folder, "Wanted")
    await house.looks()
    unit = house.office.unit()
    unit.put(DRAFTS, house.drafts()[0].id, replace(house.drafts()[0], state="declined", revision=1))
    unit.stage()
    await house.again().publishing.begin()
    assert [d.state for d in house.drafts()] == ["declined"]
    rename(folder, "Wanted Otherwise")
    await house.looks()
    assert [d.state for d in house.drafts()] == ["declined", "saved"]


async def test_a_draft_is_taken_back_by_saving_what_is_in_force(folder: Path) -> None:
    house = House(folder)
    await house.publishing.begin()
    rename(folder, "Wanted")
    await house.looks()
    rename(folder, "Kingsmead School")
    await house.looks()
    assert [d.state for d in house.drafts()] == ["stale"]
    assert waiting_draft(house.office, house.office.unit()) is None


async def test_a_comment_changes_nothing_and_tells_nobody(folder: Path) -> None:
    house = House(folder, "files")
    await house.publishing.begin()
    path = folder / "school.yaml"
    path.write_text("# Read by everybody.\n" + path.read_text("utf-8"), "utf-8")
    await house.looks()
    assert len(house.history()) == 1
    assert house.store.find(OUTBOX, "state", "waiting") == ()


def everybody_installs(house: House) -> None:
    """From now on messages reach everybody."""
    reached(house, *house.office.directory().people)


def reached(house: House, *people: str) -> None:
    """From now on messages reach these."""
    for person in people:
        unit = house.office.unit()
        unit.put(
            REFERENCES,
            person,
            Reference(
                person=person, tenant="t", service_url="https://teams.example/", conversation=f"a:{person}",
                member="29:x", language="en", seen_at=NOON,
            ),
        )  # fmt: skip
        unit.stage()


async def test_whoever_asked_is_never_among_those_who_may_accept(folder: Path) -> None:
    house = House(folder)
    people = house.office.directory().people
    dsl = next(p.id for p in people.values() if "dsl" in p.roles)
    everybody_installs(house)
    asked_by_admin = confirmers(house.office, "somebody", NOON)
    assert dsl in asked_by_admin
    assert {"dsl", "headteacher"} >= {
        role for person in asked_by_admin for role in people[person].roles if role in ("dsl", "tutor")
    }
    assert dsl not in confirmers(house.office, dsl, NOON)
    assert confirmers(house.office, dsl, NOON)


def test_a_long_difference_is_read_in_pages_that_fit_on_a_card_and_answered_on_the_last() -> None:
    changes = tuple(
        f"Row {n}: *went* to <at>one</at> & “é”, now goes to {'x' * 90} #{n}." for n in range(400)
    )
    changes = (*changes, "long " * 2000)
    draft = Draft(
        id="d", hash="h" * 64, base="b" * 64, made_at=NOON, changes=changes, who_is_told=True,
        state="asked", asked_by="a",
    )  # fmt: skip
    words = Words(definition=KINGSMEAD)
    pages = pages_of(changes)
    assert len(pages) > 3
    verbs = []
    for page in range(len(pages)):
        view = draft_view(words, draft, Reading(page=page, asks=False, answers=True, names={"a": "Ada"}))
        assert faults(render(view)) == ()
        verbs.append({action.verb for action in view.actions})
    assert all("draft_yes" not in shown for shown in verbs[:-1])
    assert verbs[-1] >= {"draft_yes", "draft_no"}
    assert sum(len(page) for page in pages) == 400 + 7


def test_a_policy_is_overdue_from_the_day_after_its_review_in_the_schools_zone() -> None:
    school = replace(
        KINGSMEAD.school,
        zone="Pacific/Auckland",
        policies=(
            Policy(name="One", review=date(2026, 11, 23)),
            Policy(name="Two", review=date(2026, 11, 24)),
        ),
    )
    definition = replace(KINGSMEAD, school=school)
    assert overdue(definition, datetime(2026, 11, 23, 10, 0, tzinfo=UTC)) == ()
    assert [p.name for p in overdue(definition, datetime(2026, 11, 23, 12, 0, tzinfo=UTC))] == ["One"]


@pytest.mark.parametrize("pack", ["kingsmead", "ashford"])
def test_both_schools_policies_are_overdue_today(pack: str) -> None:
    assert overdue(load(pack), NOON)


@pytest.mark.parametrize(
    ("setting", "local", "written", "mode"),
    [
        ("", True, "two-people", "files"),
        ("pack", True, "two-people", "two-people"),
        ("pack", True, "files", "files"),
        ("", False, "files", "two-people"),
        ("files", False, "files", "two-people"),
    ],
)
def test_only_local_mode_lets_a_save_count_without_a_second_person(
    setting: str, local: bool, written: str, mode: Mode
) -> None:
    settings = replace(read_settings({"HANDRAIL_PUBLISH": setting}), local=local)
    assert written in ("files", "two-people")
    school = replace(KINGSMEAD.school, publish="files" if written == "files" else "two-people")
    assert mode_of(settings, replace(KINGSMEAD, school=school)) == mode


def test_a_set_is_known_by_its_bytes_and_its_stamp_changes_with_them(folder: Path) -> None:
    before, stamp = read_saved(folder, load), stamp_of(folder)
    assert stamp_of(folder) == stamp
    rename(folder, "Another")
    after = read_saved(folder, load)
    assert after.mark != before.mark
    assert stamp_of(folder) != stamp
    assert before.definition is not None
    assert after.definition is not None
    assert after.definition.hash != before.definition.hash


def test_a_version_of_long_ago_says_sentences_that_it_did_not_know(folder: Path) -> None:
    house = House(folder)
    texts = dict(KINGSMEAD.texts)
    gone = texts.pop("admin_title")
    house.shelf.learn(replace(KINGSMEAD, hash="old", texts=texts), {})
    assert house.shelf.by_hash("old").texts["admin_title"] == gone


async def test_a_folder_that_is_gone_is_a_fault_and_what_is_in_force_stays(folder: Path) -> None:
    house = House(folder, "files")
    await house.publishing.begin()
    shutil.move(folder, folder.with_name("elsewhere"))
    await house.looks()
    assert [fault.what for fault in house.publishing.faults()] == ["cannot be read"]
    assert house.in_force() == "Kingsmead School"
    assert len(house.told("pack_faults")) == 2


async def test_a_kept_version_is_published_again_after_a_restart(folder: Path) -> None:
    first = House(folder, "files")
    await first.publishing.begin()
    rename(folder, "Newer School")
    await first.looks()
    second = first.again()
    await second.publishing.begin()
    await second.publishing.publish(second.history()[0].hash, "the/dsl", "The old one was better")
    assert second.in_force() == "Kingsmead School"
    assert [line.why for line in second.history()] == ["first start", "saved", "The old one was better"]


def test_a_newer_draft_sets_the_one_before_aside(folder: Path) -> None:
    house = House(folder)

    def proposed(content: str) -> Draft:
        unit = house.office.unit()
        draft = propose(house.office, unit, drawn_up(KINGSMEAD, changed(content), NOON))
        unit.stage()
        return draft

    first = proposed("a")
    assert proposed("a") == first
    proposed("b")
    assert [d.state for d in house.drafts()] == ["stale", "saved"]
    unit = house.office.unit()
    set_aside(house.office, unit)
    unit.stage()
    assert {d.state for d in house.drafts()} == {"stale"}


def changed(content: str) -> Definition:
    return replace(KINGSMEAD, hash=content * 64)
