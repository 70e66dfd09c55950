"""Activities in the shape in which Teams sends them to a bot: pure functions from values to JSON.

Must not know what happened before or what follows. Shapes: learn.microsoft.com/microsoftteams/platform/bots.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Activity = dict[str, Any]
Member = tuple[str, str]
Trigger = Literal["manual", "automatic"]
SCHOOL_ZONE = "Europe/London"
SCHOOL_LOCALE = "en-GB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an activity happens. `team` and `channel` are ids, None in a 1:1 chat.

    `thread` is the root post's id; None for what concerns the whole conversation.
    """

    conversation: str
    scope: Literal["personal", "channel"]
    team: str | None = None
    team_name: str = ""
    group: str = ""
    channel: str | None = None
    channel_name: str = ""
    thread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every activity of one person in one place has in common. `at` is aware."""

    service_url: str
    tenant: str
    bot_id: str
    bot_name: str
    member_id: str
    account: str
    name: str
    place: Place
    at: datetime


def base(frame: Frame, kind: str, activity_id: str) -> Activity:
    """The envelope that all activities share."""
    local = frame.at.astimezone(ZoneInfo(SCHOOL_ZONE))
    return {
        "type": kind,
        "id": activity_id,
        "timestamp": frame.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "localTimestamp": local.isoformat(timespec="milliseconds"),
        "localTimezone": SCHOOL_ZONE,
        "serviceUrl": frame.service_url,
        "channelId": "msteams",
        "from": _sender(frame, kind),
        "conversation": _conversation(frame),
        "recipient": {"id": frame.bot_id, "name": frame.bot_name},
        "channelData": _channel_data(frame),
        "locale": SCHOOL_LOCALE,
        "entities": [
            {
                "type": "clientInfo",
                "locale": SCHOOL_LOCALE,
                "country": "GB",
                "platform": "Web",
                "timezone": SCHOOL_ZONE,
            }
        ],
    }


def message(
    frame: Frame,
    activity_id: str,
    *,
    text: str,
    rich_html: str | None = None,
    files: Sequence[str] = (),
    mention: bool = False,
) -> Activity:
    """A typed message. `rich_html` is what the compose box made of it, inline pictures included.

    `files` are names of attached files. With `mention` the bot is named before the text, as it must be
    in a channel, and Teams sends the text/html form too.
    """
    activity = base(frame, "message", activity_id)
    named = f"<at>{html.escape(frame.bot_name)}</at> {text}" if mention else text
    activity |= {"text": named, "textFormat": "plain", "attachments": [_file(name) for name in files]}
    if mention:
        activity["entities"].append(
            {
                "type": "mention",
                "mentioned": {"id": frame.bot_id, "name": frame.bot_name},
                "text": f"<at>{frame.bot_name}</at>",
            }
        )
        spoken = f'<p><span itemscope itemtype="http://schema.skype.com/Mention">{frame.bot_name}</span>'
        rich_html = rich_html or f"{spoken}&nbsp;{html.escape(text)}</p>"
    if rich_html is not None:
        activity["attachments"].append({"contentType": "text/html", "content": rich_html})
    return activity


def execute(
    frame: Frame,
    activity_id: str,
    *,
    message_id: str,
    verb: str,
    data: Mapping[str, Any],
    trigger: Trigger,
    title: str = "",
) -> Activity:
    """The press of an Action.Execute, or a client's automatic refresh. `data` has the inputs merged in."""
    activity = base(frame, "invoke", activity_id)
    action: dict[str, Any] = {"type": "Action.Execute", "verb": verb, "data": dict(data)}
    if title:
        action["title"] = title
    activity |= {
        "name": "adaptiveCard/action",
        "replyToId": message_id,
        "value": {"action": action, "trigger": trigger},
    }
    activity["channelData"] |= {"source": {"name": "message"}, "legacy": {"replyToId": message_id}}
    return activity


def submit(frame: Frame, activity_id: str, *, message_id: str, data: Mapping[str, Any]) -> Activity:
    """The press of an Action.Submit: a message with a value and without a text."""
    activity = base(frame, "message", activity_id)
    activity |= {"replyToId": message_id, "value": dict(data)}
    activity["channelData"] |= {"source": {"name": "message"}, "legacy": {"replyToId": message_id}}
    return activity


def search(frame: Frame, activity_id: str, *, message_id: str, dataset: str, text: str) -> Activity:
    """A picker asks for choices while somebody types."""
    activity = base(frame, "invoke", activity_id)
    activity |= {
        "name": "application/search",
        "replyToId": message_id,
        "value": {
            "kind": "search",
            "queryText": text,
            "queryOptions": {"skip": 0, "top": 15},
            "dataset": dataset,
        },
    }
    return activity


def installation(frame: Frame, activity_id: str, *, action: str) -> Activity:
    """`action` is add, add-upgrade, remove or remove-upgrade."""
    activity = base(frame, "installationUpdate", activity_id)
    activity["action"] = action
    if frame.place.channel:
        activity["channelData"]["settings"] = {"selectedChannel": {"id": frame.place.channel}}
    return activity


def membership(
    frame: Frame, activity_id: str, *, added: Sequence[Member] = (), removed: Sequence[Member] = ()
) -> Activity:
    """A conversationUpdate: (member id, Entra id) of who came and went; a bot has no Entra id."""
    activity = base(frame, "conversationUpdate", activity_id)
    if added:
        activity["membersAdded"] = [_member(each) for each in added]
    if removed:
        activity["membersRemoved"] = [_member(each) for each in removed]
    if frame.place.team:
        activity["channelData"]["eventType"] = "teamMemberAdded" if added else "teamMemberRemoved"
    return activity


def team_event(frame: Frame, activity_id: str, *, event: str) -> Activity:
    """A conversationUpdate about a channel or a team: channelRenamed, teamArchived and their like."""
    activity = base(frame, "conversationUpdate", activity_id)
    activity["channelData"]["eventType"] = event
    return activity


def edited(frame: Frame, *, message_id: str, text: str) -> Activity:
    """Somebody edited a message of their own: it keeps its id."""
    activity = base(frame, "messageUpdate", message_id)
    activity |= {"text": text, "textFormat": "plain"}
    activity["channelData"]["eventType"] = "editMessage"
    return activity


def deleted(frame: Frame, *, message_id: str) -> Activity:
    """Somebody deleted a message of their own."""
    activity = base(frame, "messageDelete", message_id)
    activity["channelData"]["eventType"] = "softDeleteMessage"
    return activity


def _sender(frame: Frame, kind: str) -> dict[str, str]:
    # Teams names the sender of what people write and press, and of nothing else.
    named = {"name": frame.name} if kind in ("message", "invoke", "messageUpdate") else {}
    return {"id": frame.member_id, **named, "aadObjectId": frame.account}


def _conversation(frame: Frame) -> dict[str, Any]:
    place = frame.place
    named = f"{place.conversation};messageid={place.thread}" if place.thread else place.conversation
    conversation = {"id": named, "conversationType": place.scope, "tenantId": frame.tenant}
    return conversation if place.scope == "personal" else {"isGroup": True, **conversation}


def _channel_data(frame: Frame) -> dict[str, Any]:
    place = frame.place
    data: dict[str, Any] = {"tenant": {"id": frame.tenant}}
    if place.team:
        data |= {
            "teamsTeamId": place.team,
            "team": {"id": place.team, "name": place.team_name, "aadGroupId": place.group},
        }
    if place.channel:
        data |= {
            "teamsChannelId": place.channel,
            "channel": {"id": place.channel, "name": place.channel_name},
        }
    return data


def _member(member: Member) -> dict[str, str]:
    return {"id": member[0], "aadObjectId": member[1]} if member[1] else {"id": member[0]}


def _file(name: str) -> dict[str, Any]:
    return {
        "contentType": "application/vnd.microsoft.teams.file.download.info",
        "contentUrl": f"https://files.rehearsal.example/{name}",
        "name": name,
        "content": {
            "downloadUrl": f"https://files.rehearsal.example/download/{name}",
            "uniqueId": "00000000-0000-4000-8000-00000000f11e",
            "fileType": name.rpartition(".")[2],
        },
    }
