"""A school edits its pack while the service runs: faults are told, what checks takes effect, by one or two.

Everything over real HTTP, with real files; a case opened before goes on by what it began with.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.casework import verbs
from bot.casework.case_views import reader_of
from bot.casework.packs import PackShelf
from bot.casework.tables import DRAFTS, EVERY, PACKS, PROCEDURES, VERSIONS
from bot.casework.views.versions import offer_of
from bot.definitions.loader import COMMON, FLOWS
from bot.errors import DefinitionFaulty
from bot.model.cases import Case
from bot.model.definition import CaseAction
from bot.model.versions import Draft, Published
from tests.integration.case_work import (
    ADA,
    DAY,
    DEE,
    DELLA,
    EVERYBODY,
    HETTY,
    OLLY,
    TOM,
    child,
    do,
    done,
    now,
    open_case,
    press,
    rules,
    school_day,
    text_of,
    who,
)  # fmt: skip
from tests.integration.conftest import PEOPLE, Handrail, handrail
from tests.integration.test_owner_leaves import LEFT, NO_ROLE, changed

OLD, NEW = "Thank you. It is on record that you have seen it.", "Thank you. That you saw it is on record."
CLIMB = "serious: {remind_minutes: 10,"
FASTER = "serious: {remind_minutes: 8,"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the school's pack, to be edited."""
    for name in ("kingsmead", COMMON):
        shutil.copytree(FLOWS / name, tmp_path / "flows" / name)
    return tmp_path / "flows" / "kingsmead"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def versions(bot: Handrail) -> list[Published]:
    found = (bot.service.store.get(VERSIONS, key) for key in bot.service.store.find(VERSIONS, "all", EVERY))
    return [line for line in found if line is not None]


def drafts(bot: Handrail) -> list[Draft]:
    found = (bot.service.store.get(DRAFTS, key) for key in bot.service.store.find(DRAFTS, "all", EVERY))
    return [draft for draft in found if draft is not None]


def texts(bot: Handrail, who: str) -> str:
    return "\n".join(card.text for card in bot.school.chat(who).cards)


async def told(bot: Handrail, who: str, words: str) -> None:
    """Return once somebody has been shown a card that says this."""
    await bot.school.wait_for(lambda: words in texts(bot, who), timeout_seconds=30)


async def in_force(bot: Handrail, count: int) -> Published:
    """Return once so many versions have been in force: the newest."""
    shelf = bot.service.office.shelf
    await bot.school.wait_for(
        lambda: len(versions(bot)) == count and shelf.current().hash == versions(bot)[-1].hash,
        timeout_seconds=30,
    )
    await bot.settled()
    return versions(bot)[-1]


async def readyz(bot: Handrail) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/readyz") as response:
        body: dict[str, Any] = await response.json()
        assert (response.status == 200) is body["ready"]
        return body


async def ready_version(bot: Handrail) -> str:
    return str((await readyz(bot))["version"])


async def asked_for(bot: Handrail) -> None:
    """The admin reads the draft to its end and asks for it."""
    await told(bot, ADA, "These changes were saved")
    await bot.school.chat(ADA).press("Ask for these changes")
    await bot.settled()


async def test_a_faulty_save_is_told_by_file_and_line_and_a_mended_one_takes_effect_without_a_restart(
    tmp_path: Path, pack: Path
) -> None:
    actions = pack.parent / COMMON / "actions" / "case.yaml"
    async with handrail(tmp_path / "data", pack=str(pack)) as bot:
        first = bot.service.office.shelf.current().hash
        before = await rules(bot, "data_damage")
        edit(actions, "does: acknowledge", "does: aknowledge")
        await told(bot, ADA, "common/actions/case.yaml")
        line = actions.read_text("utf-8").splitlines().index("    does: aknowledge") + 1
        assert str(line) in texts(bot, ADA)
        assert "acknowledge" in texts(bot, ADA)
        assert bot.service.office.shelf.current().hash == first
        assert bot.service.publishing.faults()
        edit(actions, "does: aknowledge", "does: acknowledge")
        edit(actions, OLD, NEW)
        switch = await in_force(bot, 2)
        assert (switch.before, switch.why, switch.by) == (first, "saved", "handrail")
        assert await ready_version(bot) == switch.hash[:12]
        assert bot.service.publishing.faults() == ()
        after = await rules(bot, "data_damage")
        assert (before.definition, after.definition) == (first, switch.hash)
        assert now(bot, before).definition == first
    async with handrail(tmp_path / "data", pack=str(pack), open_school=False) as bot:
        assert bot.service.office.shelf.current().hash == switch.hash
        assert bot.service.office.shelf.by_hash(first).actions["seen"].done.say() == OLD
        assert len(versions(bot)) == 2


async def test_the_same_faults_are_told_once(tmp_path: Path, pack: Path) -> None:
    roles = pack / "roles.yaml"
    async with handrail(tmp_path / "data", pack=str(pack)) as bot:
        sound = roles.read_text("utf-8")
        for _ in range(2):
            edit(roles, "label: Class teacher", "lable: Class teacher")
            await bot.school.wait_for(lambda: bool(bot.service.publishing.faults()), timeout_seconds=30)
            roles.write_text(sound, "utf-8")
            await bot.school.wait_for(lambda: not bot.service.publishing.faults(), timeout_seconds=30)
        await bot.settled()
        assert texts(bot, ADA).count("The changed files do not take effect") == 1
        assert "The changed files do not take effect" not in texts(bot, DEE)


async def test_a_draft_that_no_admin_can_be_reached_for_is_a_warning_and_reports_are_taken_all_the_same(
    tmp_path: Path, pack: Path
) -> None:
    async with handrail(tmp_path / "data", pack=str(pack), publish="pack", open_school=False) as bot:
        before = await readyz(bot)
        assert (before["ready"], before["warnings"]) == (True, [])
        edit(pack / "school.yaml", CLIMB, FASTER)
        await bot.school.wait_for(lambda: bool(drafts(bot)), timeout_seconds=30)
        waits = await readyz(bot)
        assert waits["ready"] is True
        assert waits["warnings"][0] == (
            "draft: a saved change of the definitions waits, and no admin can be reached in Teams to ask for "
            "it. Let an admin add Handrail in Teams."
        )
        await bot.school.open_school(link_channel=False)
        await bot.settled()
        assert (await readyz(bot))["warnings"] == []


async def test_a_save_waits_for_two_people_and_a_restart_changes_nothing_of_that(
    tmp_path: Path, pack: Path
) -> None:
    data, school = tmp_path / "data", pack / "school.yaml"
    async with handrail(data, pack=str(pack), publish="pack") as bot:
        first = bot.service.office.shelf.current().hash
        before = await rules(bot, "data_damage")
        edit(school, CLIMB, FASTER)
        await told(bot, ADA, "This changes who is told, or when.")
        assert "Serious cases: reminded after 10" in texts(bot, ADA)
        assert bot.service.office.shelf.current().hash == first
        assert "A change of Handrail's rules" not in texts(bot, DEE)
        await asked_for(bot)
        await told(bot, DEE, "Serious cases: reminded after 10")
        assert "A change of Handrail's rules" in texts(bot, HETTY)
        assert "A change of Handrail's rules" not in texts(bot, TOM)
    async with handrail(data, pack=str(pack), publish="pack", link=False) as bot:
        assert bot.service.office.shelf.current().hash == first
        (draft,) = drafts(bot)
        assert (draft.state, draft.asked_by) == ("asked", who(bot, ADA))
        for name, why in ((DEE, ""), (TOM, "I want it"), (ADA, "I want it")):
            answer = await press(bot, name, verbs.DRAFT_YES, draft.id, offer_of(draft), why=why)
            assert answer.refused
        assert drafts(bot)[0] == draft
        await press(bot, DEE, verbs.DRAFT_YES, draft.id, offer_of(draft), why="Ten minutes is too long")
        switch = await in_force(bot, 2)
        assert (switch.before, switch.why, switch.role) == (first, "Ten minutes is too long", "dsl")
        assert (switch.by, switch.draft) == (who(bot, DEE), draft.id)
        assert drafts(bot)[0].state == "published"
        after = await rules(bot, "data_damage")
        assert (now(bot, before).definition, after.definition) == (first, switch.hash)
    edit(school, FASTER, "serious: {remind_minutes: 6,")
    async with handrail(data, pack=str(pack), publish="pack", open_school=False) as bot:
        shelf = bot.service.office.shelf
        assert shelf.current().hash == switch.hash
        assert shelf.current().school.clocks.climb["serious"].remind_minutes == 8
        assert shelf.by_hash(first).school.clocks.climb["serious"].remind_minutes == 10
        assert [d.state for d in drafts(bot)] == ["published", "saved"]


async def test_the_safeguarding_lead_reads_the_difference_and_declines_it_in_chat(
    tmp_path: Path, pack: Path
) -> None:
    async with handrail(tmp_path / "data", pack=str(pack), publish="pack") as bot:
        first = bot.service.office.shelf.current().hash
        edit(pack / "school.yaml", CLIMB, FASTER)
        await asked_for(bot)
        await told(bot, DEE, "Serious cases: reminded after 10")
        lead = bot.school.chat(DEE)
        await lead.press("Decline")
        assert "Please give your reason." in lead.last_card.text
        asked = drafts(bot)[0]
        await lead.press("Decline", why="Not before half-term")
        await told(bot, ADA, "Not before half-term")
        late = await press(bot, HETTY, verbs.DRAFT_YES, asked.id, offer_of(asked), why="I would have it")
        assert late.refused
        assert "You had typed: I would have it" in text_of(late)
        assert bot.service.office.shelf.current().hash == first
        assert [d.state for d in drafts(bot)] == ["declined"]
        assert [v.hash for v in versions(bot)] == [first]


async def test_once_one_has_answered_no_card_of_the_draft_offers_what_is_past(
    tmp_path: Path, pack: Path
) -> None:
    async with handrail(tmp_path / "data", pack=str(pack), publish="pack") as bot:
        edit(pack / "school.yaml", CLIMB, FASTER)
        await asked_for(bot)
        await told(bot, DEE, "Serious cases: reminded after 10")
        head = bot.school.chat(HETTY)
        assert {"Accept", "Decline"} <= set(head.last_card.buttons)
        posts = len(head.cards)
        await bot.school.chat(DEE).press("Decline", why="Not before half-term")
        await bot.settled()
        assert "Not before half-term" in head.last_card.text
        assert not {"Accept", "Decline"} & set(head.last_card.buttons)
        assert len(head.cards) == posts, "their card changes: nothing new rings"
        await bot.school.chat(ADA).press("Ask again")
        await bot.settled()
        for name in (ADA, DEE, HETTY):
            offered = [b for card in bot.school.chat(name).cards for b in card.buttons]
            assert "Ask again" not in offered, name
            assert offered.count("Accept") == (0 if name == ADA else 1), name


@pytest.mark.parametrize("line", [LEFT, NO_ROLE])
async def test_whoever_may_no_longer_answer_reads_nothing_more_of_a_draft(
    tmp_path: Path, pack: Path, line: str
) -> None:
    people = tmp_path / "people.yaml"
    shutil.copy(PEOPLE, people)
    async with handrail(tmp_path / "data", pack=str(pack), publish="pack", people=people) as bot:
        edit(pack / "school.yaml", CLIMB, FASTER)
        await asked_for(bot)
        await told(bot, DEE, "Serious cases: reminded after 10")
        await changed(bot, people, HETTY, line)
        await bot.school.chat(DEE).press("Decline", why="Not before half-term")
        await bot.settled()
        shown = "\n".join(card.text for card in bot.school.chat(HETTY).cards)
        assert "Not before half-term" not in shown
        assert "reminded after 10" not in shown


async def test_what_was_declined_can_be_asked_for_again_from_the_card_of_the_admin(
    tmp_path: Path, pack: Path
) -> None:
    async with handrail(tmp_path / "data", pack=str(pack), publish="pack") as bot:
        edit(pack / "school.yaml", CLIMB, FASTER)
        await asked_for(bot)
        await told(bot, DEE, "Serious cases: reminded after 10")
        lead, admin = bot.school.chat(DEE), bot.school.chat(ADA)
        await lead.press("Decline", why="Not before half-term")
        await told(bot, ADA, "Not before half-term")
        await admin.say("admin")
        await told(bot, ADA, "How Handrail stands")
        assert "was declined and can be asked for again" in admin.last_card.text
        declined = drafts(bot)[0]
        assert (await press(bot, TOM, verbs.DRAFT_ASK, declined.id, offer_of(declined))).refused, (
            "only an admin asks"
        )
        await admin.press("Ask again")
        await bot.settled()
        twice = await press(bot, ADA, verbs.DRAFT_ASK, declined.id, offer_of(declined))
        assert twice.refused
        assert [d.state for d in drafts(bot)] == ["declined", "asked"]
        assert drafts(bot)[0] == declined, "the no stays on record"
        assert drafts(bot)[1].changes == declined.changes
        await lead.press("Accept", why="Now it is time")
        switch = await in_force(bot, 2)
        assert (switch.hash, switch.why) == (declined.hash, "Now it is time")


async def test_a_draft_that_a_newer_save_has_overtaken_can_no_longer_be_accepted(
    tmp_path: Path, pack: Path
) -> None:
    async with handrail(tmp_path / "data", pack=str(pack), publish="pack") as bot:
        edit(pack / "school.yaml", CLIMB, FASTER)
        await asked_for(bot)
        await told(bot, DEE, "Serious cases: reminded after 10")
        edit(pack / "school.yaml", FASTER, "serious: {remind_minutes: 6,")
        await bot.school.wait_for(lambda: len(drafts(bot)) == 2, timeout_seconds=30)
        await told(bot, DEE, "overtaken")
        assert "Accept" not in bot.school.chat(DEE).last_card.buttons
        old = drafts(bot)[0]
        late = await press(bot, DEE, verbs.DRAFT_YES, old.id, offer_of(old), why="Yes, faster")
        assert late.refused
        assert [d.state for d in drafts(bot)] == ["stale", "saved"]
        assert len(versions(bot)) == 1


async def test_a_pack_cannot_give_itself_another_way_of_being_published(tmp_path: Path, pack: Path) -> None:
    async with handrail(tmp_path / "data", pack=str(pack), publish="pack") as bot:
        edit(pack / "school.yaml", "publish: two-people", "publish: files")
        await told(bot, ADA, "These changes were saved")
        assert bot.service.office.shelf.current().school.publish == "two-people"
        assert len(versions(bot)) == 1


async def test_people_who_do_not_fit_the_roles_of_a_saved_pack_keep_it_from_taking_effect(
    tmp_path: Path, pack: Path
) -> None:
    people = tmp_path / "people.yaml"
    shutil.copy(PEOPLE, people)
    async with handrail(tmp_path / "data", pack=str(pack), people=people) as bot:
        roles = pack / "roles.yaml"
        first = bot.service.office.shelf.current().hash
        edit(roles, "  staff:\n", "  nurse:\n    label: School nurse\n  staff:\n")
        edit(roles, "last_resort: [headteacher,", "last_resort: [headteacher, nurse,")
        switch = await in_force(bot, 2)
        edit(people, "roles: [admin]", "roles: [admin, nurse]")
        directory = bot.service.office.directory
        await bot.school.wait_for(lambda: bool(directory().by_role.get("nurse")), timeout_seconds=30)
        edit(roles, "last_resort: [headteacher, nurse,", "last_resort: [headteacher,")
        edit(roles, "  nurse:\n    label: School nurse\n", "")
        await told(bot, ADA, "people.yaml")
        assert bot.service.office.shelf.current().hash == switch.hash != first


async def test_publishing_a_version_that_was_never_kept_changes_nothing(bot: Handrail) -> None:
    first = bot.service.office.shelf.current().hash
    with pytest.raises(DefinitionFaulty):
        await bot.service.publishing.publish("0" * 64, who(bot, DEE), "A guess")
    assert bot.service.office.shelf.current().hash == first
    assert len(versions(bot)) == 1


async def test_an_earlier_version_can_be_put_in_force_again_and_each_switch_stays_on_record(
    tmp_path: Path, pack: Path
) -> None:
    data = tmp_path / "data"
    async with handrail(data, pack=str(pack)) as bot:
        first = bot.service.office.shelf.current().hash
        edit(pack.parent / COMMON / "actions" / "case.yaml", OLD, NEW)
        second = (await in_force(bot, 2)).hash
    async with handrail(data, pack=str(pack), publish="pack", open_school=False) as bot:
        await bot.service.publishing.publish(first, who(bot, DEE), "The old words were better")
        assert bot.service.office.shelf.current().hash == first
        assert [(v.before, v.hash) for v in versions(bot)] == [("", first), (first, second), (second, first)]
        assert len([key for key in (first, second) if bot.service.store.get(PACKS, key)]) == 2


async def test_a_case_goes_on_by_newer_rules_once_the_safeguarding_lead_moves_it(
    tmp_path: Path, pack: Path
) -> None:
    async with handrail(tmp_path / "data", pack=str(pack)) as bot:
        case = await child(bot)
        assert "newer_rules" not in {a.key for a in offered(bot, DEE, case)}
        edit(pack.parent / COMMON / "actions" / "case.yaml", OLD, NEW)
        switch = await in_force(bot, 2)
        assert "newer_rules" in {a.key for a in offered(bot, DEE, case)}
        assert "newer_rules" not in {a.key for a in offered(bot, DELLA, case)}
        assert (await do(bot, DEE, case, "newer_rules", why="")).refused
        moved = await done(bot, DEE, case, "newer_rules", why="The new words are clearer")
        assert moved.definition == switch.hash
        assert (moved.routed, moved.participants, moved.answers) == (
            case.routed,
            case.participants,
            case.answers,
        )
        line = bot.service.store.history(case.id)[-1].entry
        assert (line.kind, line.actor, line.role) == ("move_version", who(bot, DEE), "dsl")
        assert dict(line.content) == {
            "before": case.definition, "after": switch.hash, "why": "The new words are clearer",
        }  # fmt: skip
        kept = bot.service.store.find(PROCEDURES, "case", case.id)
        found = [bot.service.store.get(PROCEDURES, key) for key in kept]
        assert found
        assert {p.definition for p in found if p} == {switch.hash}


async def test_a_case_is_not_moved_while_the_newer_rules_lack_the_step_it_stands_on(
    tmp_path: Path, pack: Path
) -> None:
    async with handrail(tmp_path / "data", pack=str(pack)) as bot:
        case = await child(bot)
        keys = bot.service.store.find(PROCEDURES, "case", case.id)
        standing = bot.service.store.get(PROCEDURES, keys[0])
        assert standing is not None
        newer = bot.service.office.shelf.current()
        flow = newer.flows[standing.flow]
        steps = {key: step for key, step in flow.steps.items() if key != standing.step}
        lacking = replace(newer, hash="f" * 64, flows={**newer.flows, flow.key: replace(flow, steps=steps)})
        shelf = bot.service.office.shelf
        assert isinstance(shelf, PackShelf)
        shelf.learn(lacking, {})
        shelf.switch(lacking.hash)
        answer = await do(bot, DEE, case, "newer_rules", why="The new words are clearer")
        assert answer.refused
        assert "no longer have something" in text_of(answer)
        assert now(bot, case).definition == case.definition


def offered(bot: Handrail, name: str, case: Case) -> tuple[CaseAction, ...]:
    office = bot.service.office
    return reader_of(office, office.unit(), now(bot, case), who(bot, name)).actions


async def test_an_admin_sees_how_things_stand_and_nobody_else_does(bot: Handrail) -> None:
    version = bot.service.office.shelf.current().hash[:12]
    for name in (ADA, TOM, DEE):
        await bot.school.chat(name).say("admin")
    await bot.settled()
    shown = bot.school.chat(ADA).last_card.text
    assert version in shown
    assert "linked, asked for on" in shown
    assert "ICT & Online Safety Policy" in shown
    assert version not in texts(bot, TOM) + texts(bot, DEE)
    assert any("Handrail admins" in line for line in bot.school.chat(TOM).texts)
    assert await ready_version(bot) == version


async def test_an_overdue_policy_is_shown_to_admins_and_the_safeguarding_lead_once_a_day(
    tmp_path: Path,
) -> None:
    banner = "was due for review on 30 Jun 2022"
    async with school_day(tmp_path / "data") as bot:
        case = await child(bot)
        seen = [banner in text_of(await open_case(bot, DEE, case)) for _ in range(3)]
        assert seen == [True, False, False]
        assert banner not in text_of(await open_case(bot, DELLA, case))
        await bot.wind(DAY)
        assert banner in text_of(await open_case(bot, DEE, case))
        assert [texts(bot, name).count("A policy needs its review") for name in (ADA, DEE)] == [1, 1]
        others = [name for name in EVERYBODY if name not in (ADA, OLLY, DEE)]
        assert [name for name in others if banner in texts(bot, name)] == []
        await bot.wind(DAY)
        assert texts(bot, ADA).count("A policy needs its review") == 1
        await bot.wind(7 * DAY)
        assert texts(bot, ADA).count("A policy needs its review") == 2


async def test_a_policy_becomes_overdue_on_the_day_after_its_review(tmp_path: Path, pack: Path) -> None:
    async with school_day(tmp_path / "data", pack=str(pack)) as bot:
        tomorrow = bot.service.office.now().date() + timedelta(days=1)
        edit(pack / "school.yaml", '"2022-06-30"', f'"{tomorrow.isoformat()}"')
        await in_force(bot, 2)
        case = await child(bot)
        assert "was due for review" not in text_of(await open_case(bot, DEE, case))
        await bot.wind(2 * DAY)
        assert "was due for review" in text_of(await open_case(bot, DEE, case))
