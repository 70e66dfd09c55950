"""What the page at /rehearsal speaks: state as JSON, acts as posts, a stream that says when to look again.

Must not know how a card is drawn. Everything it does goes through the driver, as tests do.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.rehearsal import identity
from bot.rehearsal.chat import Chat
from bot.rehearsal.client import AppMissing
from bot.rehearsal.conversations import Message, Refused
from bot.rehearsal.faults import KINDS
from bot.rehearsal.line import Answered, Sent
from bot.rehearsal.page_events import Stream
from bot.rehearsal.page_files import page_routes
from bot.rehearsal.people import Person
from bot.rehearsal.phones import Notification
from bot.rehearsal.school import BotSilent, ClockFixed, Rehearsal, WaitedTooLong

Body = Mapping[str, Any]

LINK_SECONDS = 3.0


def make_app(
    people_file: Path,
    *,
    bot_url: str,
    public_url: str,
    bot_id: str = identity.BOT_ID,
    link_at_open: bool = False,
) -> web.Application:
    """The application to be mounted under /rehearsal. `link_at_open`: the day begins with the channel linked.

    `public_url` is scheme, host and port of the server it is mounted in, without /rehearsal: the bot gets
    `{public_url}/rehearsal/connector/` to answer to. Raises PeopleFileUnusable.
    """
    school = Rehearsal(people_file, bot_url=bot_url, public_url=public_url, bot_id=bot_id)
    return page_app(school, link_at_open=link_at_open)


def page_app(school: Rehearsal, *, link_at_open: bool = False) -> web.Application:
    """The page, its API and the connector of this school, as one application."""
    app = web.Application()
    school.attach(app)
    api = PageApi(school, link_at_open=link_at_open)
    app.add_routes([*page_routes(), *api.routes()])
    app.on_shutdown.append(api.stream.end)
    return app


class PageApi:
    """The handlers under `api/`."""

    def __init__(self, school: Rehearsal, *, link_at_open: bool = False) -> None:
        self.school = school
        self._link_at_open = link_at_open
        self._last: dict[tuple[str, str], Sent] = {}
        self.stream = Stream()
        school.tenant.watchers.append(lambda _: self.stream.changed())

    def routes(self) -> list[web.RouteDef]:
        """The routes, relative to the mount."""
        acts: dict[str, Callable[[Body], Awaitable[Body]]] = {
            "open": self.open,
            "say": self.say,
            "press": self.press,
            "submit": self.submit,
            "repeat": self.repeat,
            "reopen": self.reopen,
            "leave": self.leave,
            "search": self.search,
            "wind": self.wind,
            "link": self.link,
            "fault": self.fault,
            "life": self.life,
        }
        return [
            web.get("/api/people", self.people),
            web.get("/api/view", self.view),
            web.get("/api/events", self.stream.events),
            *(web.post(f"/api/{name}", _act(work)) for name, work in acts.items()),
        ]

    async def people(self, _: web.Request) -> web.Response:
        """Who can be chosen, and what is shown at first."""
        tenant, school = self.school.tenant, self.school.tenant.school
        return web.json_response(
            {
                "people": [
                    {"id": one.id, "name": one.name, "kind": one.kind, "about": one.about}
                    for one in school.people
                ],
                "default_chats": school.default_chats,
                "channels": [
                    {"id": one.id, "name": one.name, "kind": one.kind} for one in tenant.team.channels
                ],
                "channel": self.school.channel().id,
                "team": tenant.team.name,
                "members": tenant.team.members,
                "bot": tenant.bot_name,
                "fault_kinds": KINDS,
            }
        )

    async def view(self, request: web.Request) -> web.Response:
        """One conversation through one person's eyes, with what rang their phone."""
        chat = self._chat(request.query)
        return web.json_response(
            {
                "messages": [self._message(chat, message) for message in chat.messages],
                "notice": chat.notice,
                "notifications": [asdict(one) for one in self._rung(chat)[-5:]],
            }
        )

    async def open(self, _: Body) -> Body:
        """Begin the day, once: the app is installed for everybody."""
        first = not self.school.opened
        await self.school.open_school()
        if first and self._link_at_open:
            # A bot that was linked on an earlier day confirms nothing, and that is as good.
            with suppress(WaitedTooLong, BotSilent):
                await self.school.link(timeout_seconds=LINK_SECONDS)
        return {"opened": True}

    async def say(self, body: Body) -> Body:
        """Write as somebody. In a channel the bot hears only what begins with its name."""
        chat, text = self._chat(body), str(body["text"]).strip()
        thread = str(body["thread"]) if body.get("thread") else None
        in_channel = chat.conversation not in self.school.tenant.chats
        named = f"@{self.school.tenant.bot_name}"
        if in_channel and not text.lower().startswith(named.lower()):
            self.school.clients.write_unseen(chat.person.id, chat.conversation, text, thread=thread)
            return {"heard": False}
        if in_channel:
            text = text[len(named) :].strip()
        rich = str(body["rich_html"]) if body.get("rich_html") else None
        sent = await chat.say(text, rich_html=rich, files=list(body.get("files") or ()), thread=thread)
        return self._remember(chat, sent)

    async def press(self, body: Body) -> Body:
        """Press an Action.Execute: the renderer gives the action and the inputs merged into its data."""
        chat, message = self._at(body)
        answered = await self.school.clients.press(
            chat.person.id, message, _mapping(body["action"]), _mapping(body.get("data") or {})
        )
        return self._remember(chat, answered)

    async def submit(self, body: Body) -> Body:
        """Press an Action.Submit."""
        chat, message = self._at(body)
        sent = await self.school.clients.submit(chat.person.id, message, _mapping(body.get("data") or {}))
        return self._remember(chat, sent)

    async def repeat(self, body: Body) -> Body:
        """Send the last press or message of this chat once more, with its id or a new one."""
        chat = self._chat(body)
        last = self._last.get(self._key(chat))
        if last is None:
            return {"problem": "Nothing was pressed here yet."}
        return self._remember(chat, await chat.repeat(last, same_id=bool(body.get("same_id", True))))

    async def reopen(self, body: Body) -> Body:
        """Leave the chat and come back."""
        await self._chat(body).reopen()
        return {"reopened": True}

    async def leave(self, body: Body) -> Body:
        """Close the chat: nothing refreshes there any more."""
        self._chat(body).leave()
        return {"left": True}

    async def search(self, body: Body) -> Body:
        """What a picker offers while somebody types."""
        chat, message = self._at(body)
        found = await self.school.clients.search(
            chat.person.id, message, dataset=str(body["dataset"]), text=str(body.get("text", ""))
        )
        return {"choices": [{"title": title, "value": value} for title, value in found]}

    async def wind(self, body: Body) -> Body:
        """Wind the bot's clock forward; zero only asks for the time."""
        return {"now": await self.school.wind(float(body["seconds"]))}

    async def link(self, _: Body) -> Body:
        """Link the DSL channel as its people would."""
        await self.school.link()
        return {"linked": True}

    async def fault(self, body: Body) -> Body:
        """Let the bot's next calls meet a fault, or clear those that wait; without either, list them."""
        if body.get("clear"):
            self.school.faults.clear()
        elif "kind" in body:
            self.school.faults.next(
                int(body.get("count", 1)),
                str(body["kind"]),
                conversation=str(body.get("conversation") or ""),
                method=str(body.get("method") or ""),
                seconds=float(body.get("seconds", 1)),
            )
        if body:
            self.stream.changed()
        return {"faults": self.school.faults.listed()}

    async def life(self, body: Body) -> Body:
        """Something happens to the app, the team or its members: `event` names the driver's function."""
        person = self.school.person(str(body["person"])).id
        by = self.school.tenant.team.members[0] if self.school.tenant.team.members else person
        life, private = self.school.life, self.school.tenant.school.channel
        events: dict[str, Callable[[], Awaitable[Sent]]] = {
            "install": lambda: life.install(person),
            "upgrade": lambda: life.upgrade(person),
            "uninstall": lambda: life.uninstall(person),
            "join": lambda: life.add_member(person, by),
            "leave": lambda: life.remove_member(person, by),
            "install_team": lambda: life.install_team(by, private),
            "uninstall_team": lambda: life.uninstall_team(by),
            "delete_channel": lambda: life.delete_channel(self.school.channel().id, by),
            "restore_channel": lambda: life.restore_channel(self.school.channel().id, by),
            "archive_team": lambda: life.archive_team(by),
            "unarchive_team": lambda: life.unarchive_team(by),
        }
        return {"status": (await events[str(body["event"])]()).status}

    def _chat(self, named: Mapping[str, Any]) -> Chat:
        person = self.school.person(str(named["person"]))
        channel = named.get("channel")
        if channel:
            return self.school.channel(str(channel)).seen_by(person)
        return self.school.chat(person.id)

    def _at(self, body: Body) -> tuple[Chat, Message]:
        chat = self._chat(body)
        return chat, self.school.tenant.message(chat.conversation, str(body["message"]))

    def _rung(self, chat: Chat) -> list[Notification]:
        # A phone has one lock screen: the person's own column shows what rang from anywhere.
        own = chat.conversation in self.school.tenant.chats
        return self.school.clients.phones.notifications(chat.person.id) if own else []

    def _key(self, chat: Chat) -> tuple[str, str]:
        return (chat.person.id, chat.conversation)

    def _remember(self, chat: Chat, outcome: Sent | Answered) -> Body:
        sent = outcome.sent if isinstance(outcome, Answered) else outcome
        self._last[self._key(chat)] = sent
        self.stream.changed()
        said = outcome.text if isinstance(outcome, Answered) else ""
        return {"heard": True, "status": sent.status, "seconds": round(sent.seconds, 3), "text": said}

    def _message(self, chat: Chat, message: Message) -> Body:
        sender: Person | None = self.school.tenant.people.get(message.sender or "")
        card = self.school.clients.shown(chat.person.id, message)
        return {
            "id": message.id,
            "thread": message.thread,
            "from": sender.name if sender else self.school.tenant.bot_name,
            "own": message.sender == chat.person.id,
            "bot": sender is None,
            "text": message.text,
            "card": card,
            "private_view": card is not message.card,
            "mentions": [self.school.tenant.people[one].name for one in message.mentions],
            "edited": message.edited,
            "preview": message.preview if sender is None else "",
            "at": message.sent_at.isoformat(),
        }


def _act(work: Callable[[Body], Awaitable[Body]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        try:
            return web.json_response(await work(_mapping(await request.json())))
        except Refused as refused:
            return _problem(refused.status, refused.message)
        except (AppMissing, BotSilent, ClockFixed, WaitedTooLong) as problem:
            return _problem(409, str(problem))
        except (KeyError, TypeError, ValueError, json.JSONDecodeError) as problem:
            return _problem(400, f"Not understood: {problem}")

    return handler


def _mapping(value: Any) -> Body:
    if not isinstance(value, Mapping):
        raise TypeError("a JSON object is wanted")
    return value


def _problem(status: int, sentence: str) -> web.Response:
    return web.json_response({"problem": sentence}, status=status)
