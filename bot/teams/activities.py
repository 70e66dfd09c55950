"""From an activity to one of our events: pure functions.

Must not know what follows from an event, nor the SDK.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.errors import ActivityRefused, PressUnreadable
from bot.model.events import LifeKind, Lived, Place, Pressed, Said, Scope, Searched, Speaker
from bot.model.people import PersonId
from bot.model.text import DEFAULT_LANGUAGE
from bot.teams.messages import carries_picture, typed_text
from bot.teams.wire import Account, Activity, read_object, read_press, read_search
from cards.wire import read_press as read_card_press

Event = Said | Pressed | Searched | Lived

CARD_ACTION = "adaptiveCard/action"
SEARCH = "application/search"
MOST_CHOICES = 25
THREAD_MARK = ";messageid="

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

_INSTALLATION: Mapping[str, LifeKind] = {
    "add": "installed",
    "add-upgrade": "upgraded",
    "remove": "removed",
    "remove-upgrade": "removed",
}
_TEAM: Mapping[str, LifeKind] = {
    "channelRenamed": "channel_renamed",
    "channelDeleted": "channel_deleted",
    "channelRestored": "channel_restored",
    "teamRenamed": "team_renamed",
    "teamArchived": "team_archived",
    "teamDeleted": "team_deleted",
    "teamHardDeleted": "team_deleted",
}


def read_event(activity: Activity) -> Event | None:
    """The event, or None for what concerns nobody here (typing, reactions, unknown invokes).

    Raises ActivityRefused where the sender cannot be identified (403) or the activity is not whole
    (400), and PressUnreadable for a button that no card of ours can have sent.
    """
    match activity.type:
        case "message":
            return _said(activity) if _is_typed(activity) else _submitted(activity)
        case "invoke":
            return _invoked(activity)
        case "installationUpdate" | "conversationUpdate" | "messageUpdate" | "messageDelete":
            return _lived(activity)
    return None


def tenant_of(activity: Activity) -> str:
    """The tenant that the activity names, lower case; nothing where it names none, or two that differ."""
    known, second = activity.channel_data.tenant, activity.conversation.tenant_id
    named = ((known and known.id) or second or "").lower()
    return named if not second or second.lower() == named else ""


def place_of(activity: Activity) -> Place:
    """Where it happened."""
    data = activity.channel_data
    return Place(
        tenant=tenant_of(activity),
        service_url=activity.service_url,
        conversation=_conversation(activity),
        scope=_scope(activity),
        member=activity.sender.id,
        team=data.team.id if data.team else None,
        channel=data.channel.id if data.channel else None,
        language=_language(activity),
    )


def _said(activity: Activity) -> Said:
    if not activity.id:
        # Two messages without an id would pass for one and the same.
        raise ActivityRefused(400, "A message needs an id.")
    place = place_of(activity)
    return Said(
        speaker=_speaker(activity, place.tenant),
        place=place,
        activity_id=activity.id,
        text=typed_text(activity),
        picture=carries_picture(activity),
    )


def _submitted(activity: Activity) -> Pressed:
    """The press of an `Action.Submit`, which comes as a message with a value and without a text."""
    data = read_object(activity)
    if data is None:
        raise PressUnreadable
    return _pressed(activity, None, data, automatic=False)


def _invoked(activity: Activity) -> Pressed | Searched | None:
    if activity.name == CARD_ACTION:
        press = read_press(activity)
        if press is None:
            raise PressUnreadable
        automatic = press.trigger == "automatic"
        return _pressed(activity, press.action.verb, press.action.data, automatic=automatic)
    if activity.name == SEARCH:
        return _searched(activity)
    return None


def _pressed(activity: Activity, verb: str | None, data: Mapping[str, object], *, automatic: bool) -> Pressed:
    press, place = read_card_press(verb, data), place_of(activity)
    return Pressed(
        speaker=_speaker(activity, place.tenant),
        place=place,
        activity_id=activity.id or "",
        verb=press.verb,
        target=press.target,
        action_id=press.action_id,
        values=press.values,
        input_revision=press.input_revision,
        message_id=activity.reply_to_id,
        automatic=automatic,
        fallback=verb is None,
    )


def _searched(activity: Activity) -> Searched:
    search = read_search(activity)
    if search is None:
        raise ActivityRefused(400, "The search cannot be read.")
    top = search.query_options.top if search.query_options else None
    limit = {} if top is None else {"limit": min(max(top, 1), MOST_CHOICES)}
    place = place_of(activity)
    return Searched(
        speaker=_speaker(activity, place.tenant),
        place=place,
        dataset=search.dataset or "",
        text=search.query_text or "",
        **limit,
    )


def _lived(activity: Activity) -> Lived | None:
    kind = _life_kind(activity)
    if kind is None:
        return None
    place = place_of(activity)
    return Lived(
        kind=kind,
        speaker=_speaker(activity, place.tenant) if activity.sender.aad_object_id else None,
        place=place,
        activity_id=activity.id or "",
        members=_members(activity),
        message_id=activity.id if kind in {"message_edited", "message_deleted"} else None,
    )


def _life_kind(activity: Activity) -> LifeKind | None:
    told = activity.channel_data.event_type or ""
    match activity.type:
        case "installationUpdate":
            return _INSTALLATION.get(activity.action or "")
        case "messageUpdate":
            return "message_edited" if told == "editMessage" else None
        case "messageDelete":
            return "message_deleted" if told == "softDeleteMessage" else None
    if told in _TEAM:
        return _TEAM[told]
    if activity.members_added:
        return "members_added"
    return "members_removed" if activity.members_removed else None


def _members(activity: Activity) -> tuple[PersonId, ...]:
    """Those whom Teams names by Entra id. The bot is none of them, and Teams may give no such id at all."""
    moved: Iterable[Account] = (*(activity.members_added or ()), *(activity.members_removed or ()))
    tenant = tenant_of(activity)
    return tuple(_person(tenant, one.aad_object_id) for one in moved if one.aad_object_id)


def _speaker(activity: Activity, tenant: str) -> Speaker:
    account = activity.sender.aad_object_id
    if not account:
        raise ActivityRefused(403, "The sender has no account of this school, so nobody can tell who it is.")
    return Speaker(id=_person(tenant, account), name=activity.sender.name or "")


def _person(tenant: str, account: str) -> PersonId:
    return f"{tenant}/{account}".lower()


def _is_typed(activity: Activity) -> bool:
    """Whether words came, or anything else that no button sends."""
    return bool((activity.text or "").strip()) or bytes(activity.value) == b"null"


def _conversation(activity: Activity) -> str:
    return activity.conversation.id.partition(THREAD_MARK)[0]


def _scope(activity: Activity) -> Scope:
    """`personal` is the bot's own 1:1 chat alone.

    A chat between two people is of type personal too, for a card that was sent into it; its id starts
    with `19:`, the bot's own with `a:`.
    """
    kind = activity.conversation.conversation_type
    if kind == "personal" and not activity.conversation.id.startswith("19:"):
        return "personal"
    return "channel" if kind == "channel" else "group"


def _language(activity: Activity) -> str:
    locale = activity.locale or ""
    return locale if _LANGUAGE.fullmatch(locale) else DEFAULT_LANGUAGE
