"""Which event each activity of Teams becomes."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from bot.errors import ActivityRefused, PressUnreadable
from bot.model.events import Lived, Place, Pressed, Said, Searched, Speaker
from bot.teams.activities import Event, read_event
from bot.teams.wire import read_activity
from tests.unit.teams.recorded import (
    CHANNEL,
    NAMES,
    OTHER,
    SERVICE_URL,
    TEAM,
    TENANT,
    TUTOR,
    body,
    recorded,
)


def event(name: str, /, **changes: Any) -> Event | None:
    return read_event(read_activity(body(recorded(name, **changes))))


def said(name: str, /, **changes: Any) -> Said:
    found = event(name, **changes)
    assert isinstance(found, Said)
    return found


def pressed(name: str, /, **changes: Any) -> Pressed:
    found = event(name, **changes)
    assert isinstance(found, Pressed)
    return found


def lived(name: str, /, **changes: Any) -> Lived:
    found = event(name, **changes)
    assert isinstance(found, Lived)
    return found


OWN_CHAT = Place(
    tenant=TENANT,
    service_url=SERVICE_URL,
    conversation="a:1demoPersonalConversation",
    scope="personal",
    member="29:1demoTutorMemberId",
    language="en-GB",
)


def test_a_typed_message_keeps_the_words_the_place_and_who_said_them() -> None:
    assert event("message-personal") == Said(
        speaker=Speaker(id=TUTOR, name="Terry Tutor-Demo"),
        place=OWN_CHAT,
        activity_id="1763628067321",
        text="A pupil showed me something on a phone",
    )


def test_the_mention_of_the_bot_is_cut_out_and_the_thread_is_not_part_of_the_conversation() -> None:
    found = said("message-channel-mention")
    assert (found.text, found.picture) == ("alert here", False)
    assert (found.place.scope, found.place.conversation) == ("channel", CHANNEL)
    assert (found.place.team, found.place.channel) == (TEAM, CHANNEL)


def test_only_the_mention_goes_and_the_name_of_the_bot_typed_as_a_word_stays() -> None:
    assert said("message-mention-with-id").text == "tell Handrail that Dee Lead-Demo knows"


@pytest.mark.parametrize(
    ("text", "spelt", "words"),
    [
        ("<at>Handrail</at> hi <at>Handrail</at>", "<at>Handrail</at>", "hi <at>Handrail</at>"),
        ('<at id="0">Handrail</at>hi', "<at>Handrail</at>", "hi"),
        ("hi <at>Handrail</at> there", "<at>Handrail</at>", "hi there"),
        ("one\n<at>Handrail</at> two", "<at>Handrail</at>", "one\ntwo"),
        ("<at>Handrail</at>", "<at>Handrail</at>", ""),
        ("<at>A &amp; B</at> hi", "<at>A & B</at>", "hi"),
        ("no mention at all", "<at>Handrail</at>", "no mention at all"),
        ("Handrail hi", None, "Handrail hi"),
    ],
)
def test_a_mention_is_cut_however_it_is_spelt(text: str, spelt: str | None, words: str) -> None:
    bot = {"id": "28:00000000-0000-4000-8000-0000000000b0", "name": "Handrail"}
    entities = [{"type": "mention", "mentioned": bot, "text": spelt}]
    bare = words.replace("<at>", "").replace("</at>", "")
    assert said("message-personal", text=text, entities=entities).text == bare


def test_a_rich_text_message_brings_a_copy_of_itself_and_no_picture() -> None:
    assert said("message-rich-text").picture is False


@pytest.mark.parametrize("name", ["message-inline-picture", "message-rich-text-picture", "message-file"])
def test_a_picture_or_file_is_noticed_and_neither_bytes_nor_address_are_kept(name: str) -> None:
    found = said(name)
    assert found.picture is True
    kept = repr(found)
    assert "http" not in kept.replace(SERVICE_URL, "")
    assert "<" not in kept


def test_an_image_tag_in_the_words_themselves_counts_and_goes() -> None:
    found = said("message-personal", text='see <img src="https://demo.invalid/x"> here')
    assert (found.text, found.picture) == ("see  here", True)


DRAWN = (
    '<svg width="9"><path d="M0 marked"/></svg>',
    '<SVG onload="x"><image href="https://demo.invalid/marked"/></SVG>',
    '<picture><source srcset="https://demo.invalid/marked"></picture>',
    '<p style="background:url(https://demo.invalid/marked)">',
    "<div style='background-image: u&#114;l( https://demo.invalid/marked )'>",
    "<style>p { background: url(https://demo.invalid/marked) }</style>",
    "data:image/png;base64,marked+marked/marked==",
    '<a href="DATA:image/gif;base64,marked">',
    '<object data="https://demo.invalid/marked"></object>',
)


@pytest.mark.parametrize("drawn", DRAWN)
def test_whatever_else_draws_a_picture_is_one_in_the_text_and_in_rich_text(drawn: str) -> None:
    found = said("message-personal", text=f"before {drawn} after")
    assert found.picture is True
    assert "marked" not in found.text
    assert found.text.startswith("before ")
    assert found.text.endswith(" after")
    html = {"contentType": "text/html", "content": f"<p>before</p>{drawn}<p>after</p>"}
    assert said("message-personal", attachments=[html]).picture is True


@pytest.mark.parametrize(
    "text",
    [
        "The url (of the site) is not known, and data: images were sent",
        "He wrote a < b and style is url(x) they said",
        "They drew a picture, an image and an object",
    ],
)
def test_words_about_pictures_are_no_picture(text: str) -> None:
    html = {"contentType": "text/html", "content": f"<p style='margin:0'>{text.replace('<', '&lt;')}</p>"}
    found = said("message-personal", text=text, attachments=[html])
    assert (found.text, found.picture) == (text, False)


def test_words_after_a_picture_that_never_ends_are_kept() -> None:
    found = said("message-personal", text="see <svg> She cried")
    assert (found.text, found.picture) == ("see  She cried", True)


@pytest.mark.parametrize("part", ["<svg", "<", "<svg>", "</svg>", "url", "<p style=url", "data:image/", "< "])
def test_a_long_hostile_text_is_read_in_no_time(part: str) -> None:
    began = process_time()
    said("message-personal", text=part * (200_000 // len(part)))
    assert process_time() - began < 2.0


def test_an_attachment_of_no_known_shape_counts_as_a_picture() -> None:
    html = {"contentType": "text/html", "content": {"deep": ["<p>"]}}
    assert said("message-personal", attachments=[{}]).picture is True
    assert said("message-personal", attachments=[html]).picture is True


def test_the_language_is_the_clients_and_english_where_it_makes_no_sense() -> None:
    assert said("message-welsh").place.language == "cy-GB"
    assert said("message-personal", locale=None).place.language == "en"
    assert said("message-personal", locale="../../etc").place.language == "en"


def test_a_press_carries_its_verb_target_and_answers_without_the_revision() -> None:
    assert event("invoke-execute") == Pressed(
        speaker=Speaker(id=TUTOR, name="Terry Tutor-Demo"),
        place=OWN_CHAT,
        activity_id="f:5f1c0de0-demo",
        verb="report.send",
        target="run-7Q4F",
        action_id="offer-3",
        values={"danger": "no", "what": "In my lesson", "where": "school"},
        input_revision=4,
        message_id="1763628060000",
    )


def test_a_refresh_that_the_client_asks_for_by_itself_is_marked() -> None:
    found = pressed("invoke-execute-automatic")
    assert (found.automatic, found.input_revision) == (True, None)


def test_a_submit_that_comes_as_a_message_is_the_same_press_marked_as_fallback() -> None:
    found = pressed("message-submit")
    assert (found.verb, found.values["what"]) == ("report.send", "In my lesson")
    assert (found.fallback, found.automatic) == (True, False)
    assert found.message_id == "1763628060000"


def test_a_chat_between_two_people_is_never_taken_for_the_bots_own() -> None:
    assert pressed("invoke-execute-in-peoples-chat").place.scope == "group"
    assert pressed("invoke-execute-channel").place.scope == "channel"


def test_a_place_of_no_known_kind_is_never_taken_for_the_bots_own_chat() -> None:
    assert said("message-personal", conversation={"id": "a:1"}).place.scope == "group"


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "text",
        [],
        {},
        {"action": "send"},
        {"action": {"verb": 5, "data": {}}},
        {"action": {"verb": "send"}},
        {"action": {"verb": "send", "data": []}},
        {"action": {"verb": "other", "data": {"verb": "send", "target": "", "action_id": "", "values": {}}}},
    ],
)
def test_a_press_that_no_card_can_have_sent_is_unreadable(value: Any) -> None:
    with pytest.raises(PressUnreadable):
        event("invoke-execute", value=value)


@pytest.mark.parametrize("value", [5, "text", [], {}, {"verb": 7}])
def test_a_submit_that_no_card_can_have_sent_is_unreadable(value: Any) -> None:
    with pytest.raises(PressUnreadable):
        event("message-submit", value=value)


def test_a_search_names_its_dataset_and_words_and_how_many_the_client_shows() -> None:
    found = event("invoke-search")
    assert isinstance(found, Searched)
    assert (found.dataset, found.text, found.limit) == ("pupils", "ber", 10)


@pytest.mark.parametrize(("top", "limit"), [(None, 15), (-3, 1), (0, 1), (10**6, 25)])
def test_a_search_never_gives_more_than_a_screenful(top: int | None, limit: int) -> None:
    found = event("invoke-search", value={"queryText": "a", "dataset": "d", "queryOptions": {"top": top}})
    assert isinstance(found, Searched)
    assert found.limit == limit


@pytest.mark.parametrize("value", [None, 5, [], {"queryText": 5}, {"queryOptions": {"top": "10"}}])
def test_a_search_that_cannot_be_read_is_refused(value: Any) -> None:
    with pytest.raises(ActivityRefused) as refused:
        event("invoke-search", value=value)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("install-personal", "installed"),
        ("install-team", "installed"),
        ("install-upgrade", "upgraded"),
        ("install-removed", "removed"),
        ("members-added", "members_added"),
        ("members-added-bot", "members_added"),
        ("members-removed", "members_removed"),
        ("life-channelRenamed", "channel_renamed"),
        ("life-channelDeleted", "channel_deleted"),
        ("life-channelRestored", "channel_restored"),
        ("life-teamRenamed", "team_renamed"),
        ("life-teamArchived", "team_archived"),
        ("life-teamDeleted", "team_deleted"),
        ("life-teamHardDeleted", "team_deleted"),
        ("message-edited", "message_edited"),
        ("message-deleted", "message_deleted"),
    ],
)
def test_what_happens_to_an_installation_a_team_or_a_message_is_told(name: str, kind: str) -> None:
    assert lived(name).kind == kind


@pytest.mark.parametrize("name", ["life-channelCreated", "message-undeleted", "typing", "reaction"])
def test_what_concerns_nobody_here_is_no_event(name: str) -> None:
    assert event(name) is None


def test_an_unknown_invoke_is_no_event() -> None:
    assert event("invoke-unknown") is None
    assert event("invoke-unknown", name=None) is None


def test_members_are_told_by_entra_id_and_the_bot_is_none_of_them() -> None:
    assert lived("members-added").members == (OTHER,)
    assert lived("members-removed").members == (OTHER,)
    assert lived("members-added-bot").members == ()


def test_an_edited_message_is_named_by_its_id_and_its_new_words_are_not_kept() -> None:
    found = lived("message-edited")
    assert found.message_id == "1763628067321"
    assert "nothing" not in repr(found)


def test_an_event_that_teams_itself_reports_has_no_speaker_and_knows_its_channel() -> None:
    found = lived("life-channelRenamed")
    assert found.speaker is None
    assert (found.place.channel, found.place.conversation) == (CHANNEL, TEAM)


def test_a_sender_without_an_entra_account_is_refused() -> None:
    with pytest.raises(ActivityRefused) as refused:
        event("message-from-nobody-known")
    assert refused.value.status == 403


def test_a_message_without_an_id_is_refused_since_two_of_them_would_pass_for_one() -> None:
    with pytest.raises(ActivityRefused) as refused:
        event("message-personal", id=None)
    assert refused.value.status == 400


@pytest.mark.parametrize("name", [name for name in NAMES if name != "message-from-nobody-known"])
def test_what_becomes_an_event_names_the_tenant_in_its_place(name: str) -> None:
    found = event(name)
    assert found is None or found.place.tenant == TENANT
