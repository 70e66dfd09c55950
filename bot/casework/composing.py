"""Makes each queued message ready on the facts of the moment it goes: to whom, what it shows, or not at all.

The last place where may_see is asked before a send; alerts, channels, tasks and procedures ask in modules of
their own. Must not know how anything is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.casework import messages
from bot.casework.alert_posts import AlertPosts
from bot.casework.case_views import view_of
from bot.casework.channel_posts import ChannelPosts
from bot.casework.desk_views import picture_view, reply_view
from bot.casework.envelopes import NOBODY, Composed, OwnChats, case_of
from bot.casework.office import Office
from bot.casework.ports import Address, Envelope, Lapsed, Member, NoWay
from bot.casework.presses import answer_press, pressed_of
from bot.casework.procedures.posts import StepPosts
from bot.casework.recipients import Recipients
from bot.casework.reporting import show
from bot.casework.tables import CHANNELS, RUNS
from bot.casework.task_posts import receiver, shown_task, task_of
from bot.casework.views.alerts import blank_view, link_settled_view, link_view
from bot.casework.words import Words
from bot.engine.access import barred_from_deciding, may_see
from bot.model.cases import Case, excluded_now, owner_now, worry_unanswered
from bot.model.changed import replace
from bot.model.outbox import Item, Reference
from bot.model.people import PersonId


class Compositor:
    """Composes items. Synchronous and read-only."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._channels = ChannelPosts(office)
        self._chats = OwnChats(office)
        self._recipients = Recipients(office)
        self._kinds: Mapping[str, Callable[[Item, datetime], Composed]] = {
            messages.RUN: self._run,
            messages.OUTSIDE: self._outside,
            messages.REPLY: self._reply,
            messages.NOTICE: self._notice,
            messages.TASK: self._task,
            messages.LINK_ASK: self._link_ask,
            **AlertPosts(office, self._recipients, self._chats).kinds(),
            **StepPosts(office, self._recipients.reference, self._chats).kinds(),
        }

    def roster_of(self, item: Item) -> Address | None:
        """The channel whose members must be known before this goes; None for a chat."""
        if item.to_channel is None or item.kind == messages.CHANNEL_REPLY or item.do == "withdraw":
            return None
        return self._channels.address(item.to_channel)

    def compose(self, item: Item, now: datetime, *, roster: tuple[Member, ...] | None) -> Composed:
        """The message as it must be now."""
        if item.to_channel is not None:
            return self._channels.compose(item, roster or (), now)
        return self._kinds[item.kind](item, now)

    def _words(self, case: Case | None, language: str) -> Words:
        definition = self._office.definition_of(case) if case is not None else self._office.shelf.current()
        return Words(definition=definition, language=language)

    def _run(self, item: Item, _now: datetime) -> Composed:
        run = self._office.store.get(RUNS, item.run or "")
        reference = self._recipients.reference(item.to_person)
        if run is None:
            return Lapsed(why="gone")
        if reference is None:
            return NoWay(why=NOBODY)
        words = Words(definition=self._office.shelf.by_hash(run.definition), language=run.language)
        view = show(self._office, self._office.unit(), run)
        return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)

    def _may_read(self, case: Case, person: PersonId, now: datetime) -> bool:
        return may_see(case, person, self._office.directory(), now)

    def _outside(self, item: Item, _now: datetime) -> Composed:
        case = case_of(self._office, item)
        reference = self._recipients.reference(item.to_person)
        if case is None or reference is None:
            return Lapsed(why="gone")
        worried = worry_unanswered(case) and case.oversight.outside
        if (owner_now(case) is not None or case.closing is not None) and not worried:
            return Lapsed(why="accepted")
        words = self._words(case, reference.language)
        key = "line_number_only" if reference.person in excluded_now(case) else "line_outside"
        text = words.say(key, number=case.number, route=words.say("outside_route"))
        return self._chats.carry(item, reference, slot=item.slot, words=words, text=text)

    def _reply(self, item: Item, now: datetime) -> Composed:
        reference = self._recipients.reference(item.to_person)
        if reference is None:
            return Lapsed(why="gone")
        words = self._words(None, reference.language)
        case = case_of(self._office, item)
        if case is not None and item.do == "edit":
            view = blank_view(words)
            if self._may_read(case, reference.person, now):
                if messages.ANEW not in item.params:
                    return Lapsed(why="stands")
                own = self._words(case, reference.language)
                view = view_of(self._office, self._office.unit(), case, reference.person, own)
            return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)
        answer = self._answer(item, reference, words, now)
        return replace(
            answer, shown={k: item.params[k] for k in ("what", "day", "since", "run") if k in item.params}
        )

    def _answer(self, item: Item, reference: Reference, words: Words, now: datetime) -> Envelope:
        view = reply_view(self._office, words, item, now)
        if view is not None:
            return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)
        if item.params["what"] == "press":
            return self._pressed_again(item, reference, words)
        said = item.params["what"] == "said"
        text = item.params["text"] if said else words.say(item.params["what"])
        return self._chats.carry(item, reference, slot=item.slot, words=words, text=text)

    def _pressed_again(self, item: Item, reference: Reference, words: Words) -> Envelope:
        """What an Action.Submit is answered with: the press asked again, with a unit that is thrown away."""
        answer = answer_press(self._office, self._office.unit(), pressed_of(item, reference))
        return self._chats.carry(
            item, reference, slot=item.slot, words=words, text=answer.text, view=answer.view
        )

    def _notice(self, item: Item, now: datetime) -> Composed:
        case = case_of(self._office, item)
        person = item.to_person
        if person is not None and case is not None and not self._may_hear(item, case, person, now):
            return self._take_back(item, case, person)
        if item.do == "edit":
            return Lapsed(why="stands")
        if person is None and item.to_role is not None:
            found = self._recipients.for_notice(item, case, item.to_role, now)
            person = found[0].person if found else None
        reference = self._recipients.reference(person)
        if reference is None:
            return NoWay(why=NOBODY)
        words = self._words(case, reference.language)
        if item.params["what"] == messages.PICTURE:
            view = picture_view(self._office, words, item)
            return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)
        values = {"number": case.number if case else "", "time": words.clock(item.created_at)}
        text = words.say(item.params["what"], **values)
        return self._chats.carry(item, reference, slot=item.slot, words=words, text=text)

    def _task(self, item: Item, now: datetime) -> Composed:
        found = task_of(self._office, item)
        if found is None or (item.do == "send" and found[1].seen_at is not None):
            return Lapsed(why="gone")
        case, task = found
        reference = self._recipients.reference(item.to_person)
        if item.do == "send":
            reference = receiver(self._office, case, task, self._recipients.reference, now)
        if reference is None:
            return NoWay(why=NOBODY)
        sent = item.do == "send"
        slot = messages.task_slot(task.id, reference.person, item.id) if sent else item.slot
        view = shown_task(self._office, case, task, reference, now, slot=slot)
        words = self._words(case, reference.language)
        return self._chats.carry(item, reference, slot=slot, words=words, view=view)

    def _may_hear(self, item: Item, case: Case, person: PersonId, now: datetime) -> bool:
        """Whether a line about the case may go to that person: of having lost it, also to whoever lost it."""
        if item.params["what"] == messages.TAKEN_OVER:
            member = self._office.directory().people.get(person)
            here = member is not None and not member.former
            return here and person not in barred_from_deciding(case, self._office.directory())
        return self._may_read(case, person, now)

    def _take_back(self, item: Item, case: Case, person: PersonId) -> Composed:
        reference = self._recipients.reference(person)
        if item.do == "send" or reference is None:
            return Lapsed(why="excluded")
        return self._chats.blanked(item, reference, self._words(case, reference.language))

    def _link_ask(self, item: Item, now: datetime) -> Composed:
        if item.do == "edit":
            return self._link_settled(item)
        channel = self._office.store.get(CHANNELS, item.params["channel"])
        if channel is None or channel.state != "asked" or item.to_role is None:
            return Lapsed(why="answered")
        directory = self._office.directory()
        found = self._recipients.confirmers(channel, now)
        reference = self._recipients.reference(found[0]) if found else None
        if reference is None:
            return NoWay(why=NOBODY)
        words = self._words(None, reference.language)
        by = directory.people.get(channel.linked_by)
        view = link_view(
            words,
            channel,
            tuple(n for n in item.params["members"].split(", ") if n),
            tuple(n for n in item.params["outsiders"].split(", ") if n),
            by.name if by else "",
        )
        return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)

    def _link_settled(self, item: Item) -> Composed:
        reference = self._recipients.reference(item.to_person)
        if reference is None:
            return Lapsed(why="gone")
        words = self._words(None, reference.language)
        view = link_settled_view(words, item.params["said"])
        return self._chats.carry(item, reference, slot=item.slot, words=words, view=view)
