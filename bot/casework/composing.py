"""Makes each queued message ready on the facts of the moment it goes: to whom, what it shows, or not at all.

The last place where may_see is asked before a send. Must not know how anything is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.casework import climbs, messages
from bot.casework.case_views import view_of, with_done
from bot.casework.channel_posts import ChannelPosts
from bot.casework.desk_views import picture_view, reply_view
from bot.casework.envelopes import NOBODY, Composed, with_view
from bot.casework.linking import confirming
from bot.casework.office import Office
from bot.casework.ports import Address, Envelope, Lapsed, Member, NoWay
from bot.casework.presses import answer_press, pressed_of
from bot.casework.procedures.posts import StepPosts
from bot.casework.reporting import show
from bot.casework.tables import CASES, CHANNELS, POSTED, REFERENCES, RUNS
from bot.casework.task_posts import receiver, shown_task, task_of
from bot.casework.views.alerts import (
    alert_line,
    alert_view,
    blank_view,
    link_settled_view,
    link_view,
)
from bot.casework.words import Words
from bot.engine.access import askable, barred_from_deciding, may_see
from bot.engine.holders import holders
from bot.model.cases import Case, excluded_now, owner_now, worry_unanswered
from bot.model.changed import replace
from bot.model.outbox import Channel, Item, Reference
from bot.model.people import Holder, PersonId, RoleRef
from bot.model.views import View


class Compositor:
    """Composes items. Synchronous and read-only."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._channels = ChannelPosts(office)
        self._kinds: Mapping[str, Callable[[Item, datetime], Composed]] = {
            messages.RUN: self._run,
            messages.ALERT: self._alert,
            messages.ALERT_CARD: self._alert_card,
            messages.CASE: self._case,
            messages.OUTSIDE: self._outside,
            messages.REPLY: self._reply,
            messages.NOTICE: self._notice,
            messages.TASK: self._task,
            **StepPosts(office, self.reference, self._to).kinds(),
            messages.LINK_ASK: self._link_ask,
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

    # --- chats ---

    def _words(self, case: Case | None, language: str) -> Words:
        definition = self._office.definition_of(case) if case is not None else self._office.shelf.current()
        return Words(definition=definition, language=language)

    def reference(self, person: PersonId | None) -> Reference | None:
        """Where the person's own chat is; None where no message reaches it."""
        found = self._office.store.get(REFERENCES, person) if person else None
        return found if found is not None and found.live else None

    def _to(
        self,
        item: Item,
        reference: Reference,
        *,
        slot: str,
        words: Words,
        text: str = "",
        view: View | None = None,
    ) -> Envelope:
        """An envelope for the person's own chat: an edit where the message exists and is to change."""
        posted = self._office.store.get(POSTED, slot)
        edit = posted.activity_id if posted is not None and item.do != "send" else None
        if item.again and text:
            text = words.say("may_be_repeat", text=text)
        envelope = Envelope(
            address=Address(
                tenant=reference.tenant,
                service_url=reference.service_url,
                conversation=reference.conversation,
            ),
            slot=slot,
            text=text,
            edit=edit,
            person=reference.person,
            shown={**(posted.shown if posted is not None and edit else {}), **item.params},
        )
        if view is not None and view.refresh is not None:
            view = replace(view, refresh_for=reference.member)
        return with_view(envelope, view, words, again=item.again)

    def _case_of(self, item: Item) -> Case | None:
        return self._office.store.get(CASES, item.case) if item.case else None

    def _run(self, item: Item, _now: datetime) -> Composed:
        run = self._office.store.get(RUNS, item.run or "")
        reference = self.reference(item.to_person)
        if run is None:
            return Lapsed(why="gone")
        if reference is None:
            return NoWay(why=NOBODY)
        words = Words(definition=self._office.shelf.by_hash(run.definition), language=run.language)
        view = show(self._office, self._office.unit(), run)
        return self._to(item, reference, slot=item.slot, words=words, view=view)

    def _alert(self, item: Item, now: datetime) -> Composed:
        case = self._case_of(item)
        if case is None:
            return Lapsed(why="gone")
        if item.do == "edit":
            return self._alert_card(item, now)
        if lapsed := self._lapsed(item, case):
            return lapsed
        holder = self.next_holder(item, case, now)
        reference = self.reference(holder.person) if holder else None
        if holder is None or reference is None:
            return NoWay(why=NOBODY)
        if item.params.get("duty") == "told" and climbs.asked_then(case, holder.person, item.created_at):
            return Lapsed(why="asked")
        words = self._words(case, reference.language)
        if messages.in_two(case, item):
            line = alert_line(words, case, reason=messages.line_reason(item))
            slot = messages.line_slot(item.id)
            envelope = self._to(item, reference, slot=slot, words=words, text=line)
            return replace(envelope, summary=line)
        slot = messages.alert_slot(case.id, reference.person, item.id)
        return self._card(item, case, reference, words, slot=slot)

    def _card(self, item: Item, case: Case, reference: Reference, words: Words, *, slot: str) -> Envelope:
        reason = item.params.get("duty") or "owner"
        view = alert_view(words, case, reason=reason, person=reference.person)
        return self._to(item, reference, slot=slot, words=words, view=view)

    def _blanked(self, item: Item, reference: Reference, words: Words) -> Envelope:
        """In place of a line of text that its reader may see no longer."""
        text = words.say("blank_title")
        return replace(self._to(item, reference, slot=item.slot, words=words, text=text), summary=text)

    def _lapsed(self, item: Item, case: Case) -> Lapsed | None:
        """The purpose has gone: accepted, closed, or asked of another role since."""
        duty = item.params.get("duty")
        if case.closing is not None and duty == "owner":
            return Lapsed(why="closed")
        if duty in ("owner", "oversight"):
            climb = climbs.duty_of(case, "owner" if duty == "owner" else "oversight")
            if climb.accepted_by is not None:
                return Lapsed(why="accepted")
            if climb.role != item.to_role:
                return Lapsed(why="role_changed")
        return None

    def next_holder(self, item: Item, case: Case, now: datetime) -> Holder | None:
        """Who gets it: for a reminder those asked last, else the next one untried whom a message reaches."""
        if item.to_role is None:
            return None
        skipped = item.params.get("skip", "").split()
        found = tuple(h for h in self.reachable(case, item.to_role, now) if h.person not in skipped)
        duty = item.params.get("duty")
        if duty not in ("owner", "oversight"):
            return next((h for h in found if self._may_read(case, h.person, now)), None)
        tried = climbs.duty_of(case, "owner" if duty == "owner" else "oversight").tried
        if item.reason == "reminder" and tried:
            return next((h for h in found if h.person == tried[-1]), None) or _untried(found, tried)
        if item.reason == "worried":
            return found[0] if found else None
        return _untried(found, tried)

    def reachable(self, case: Case, role: RoleRef, now: datetime) -> tuple[Holder, ...]:
        """The holders of the moment, less whoever must not have it, whose chat is known."""
        found = askable(case, role, self._office.directory(), now)
        return tuple(h for h in found if self.reference(h.person) is not None)

    def _alert_card(self, item: Item, now: datetime) -> Composed:
        case = self._case_of(item)
        reference = self.reference(item.to_person)
        if case is None or reference is None:
            return Lapsed(why="gone")
        words = self._words(case, reference.language)
        line = item.slot.startswith(messages.LINE)
        if not self._may_read(case, reference.person, now):
            if item.do == "send":
                return Lapsed(why="excluded")
            if line:
                return self._blanked(item, reference, words)
            return self._to(item, reference, slot=item.slot, words=words, view=blank_view(words))
        if line:
            return Lapsed(why="stands")
        if item.do == "send" and self._taken(item, case, reference.person):
            return Lapsed(why="accepted")
        posted = self._office.store.get(POSTED, item.slot)
        if item.do == "edit" and messages.is_opened(posted):
            return self._opened(item, case, reference, words)
        return self._card(item, case, reference, words, slot=item.slot)

    def _opened(self, item: Item, case: Case, reference: Reference, words: Words) -> Envelope:
        """The case where it was opened: in the place of its alert."""
        view = view_of(self._office, self._office.unit(), case, reference.person, words)
        view = with_done(words, view, item.params.get(messages.DONE, ""))
        return self._to(item, reference, slot=item.slot, words=words, view=view)

    def _taken(self, item: Item, case: Case, person: PersonId) -> bool:
        """Somebody else has accepted meanwhile: no send of a climb starts any more (casework 9)."""
        duty = item.params.get("duty")
        if duty not in ("owner", "oversight"):
            return False
        return climbs.duty_of(case, "owner" if duty == "owner" else "oversight").accepted_by not in (
            None,
            person,
        )

    def _may_read(self, case: Case, person: PersonId, now: datetime) -> bool:
        return may_see(case, person, self._office.directory(), now)

    def _case(self, item: Item, now: datetime) -> Composed:
        case = self._case_of(item)
        reference = self.reference(item.to_person)
        if case is None or reference is None:
            return Lapsed(why="gone")
        words = self._words(case, reference.language)
        if not self._may_read(case, reference.person, now):
            if item.do == "send":
                return Lapsed(why="excluded")
            return self._to(item, reference, slot=item.slot, words=words, view=blank_view(words))
        view = view_of(self._office, self._office.unit(), case, reference.person, words)
        view = with_done(words, view, item.params.get(messages.DONE, ""))
        return self._to(item, reference, slot=item.slot, words=words, view=view)

    def _outside(self, item: Item, _now: datetime) -> Composed:
        case = self._case_of(item)
        reference = self.reference(item.to_person)
        if case is None or reference is None:
            return Lapsed(why="gone")
        worried = worry_unanswered(case) and case.oversight.outside
        if (owner_now(case) is not None or case.closing is not None) and not worried:
            return Lapsed(why="accepted")
        words = self._words(case, reference.language)
        key = "line_number_only" if reference.person in excluded_now(case) else "line_outside"
        text = words.say(key, number=case.number, route=words.say("outside_route"))
        return self._to(item, reference, slot=item.slot, words=words, text=text)

    def _reply(self, item: Item, now: datetime) -> Composed:
        reference = self.reference(item.to_person)
        if reference is None:
            return Lapsed(why="gone")
        words = self._words(None, reference.language)
        case = self._case_of(item)
        if case is not None and item.do == "edit":
            view = blank_view(words)
            if self._may_read(case, reference.person, now):
                if messages.ANEW not in item.params:
                    return Lapsed(why="stands")
                own = self._words(case, reference.language)
                view = view_of(self._office, self._office.unit(), case, reference.person, own)
            return self._to(item, reference, slot=item.slot, words=words, view=view)
        answer = self._answer(item, reference, words, now)
        return replace(
            answer, shown={k: item.params[k] for k in ("what", "day", "since", "run") if k in item.params}
        )

    def _answer(self, item: Item, reference: Reference, words: Words, now: datetime) -> Envelope:
        view = reply_view(self._office, words, item, now)
        if view is not None:
            return self._to(item, reference, slot=item.slot, words=words, view=view)
        if item.params["what"] == "press":
            return self._pressed_again(item, reference, words)
        said = item.params["what"] == "said"
        text = item.params["text"] if said else words.say(item.params["what"])
        return self._to(item, reference, slot=item.slot, words=words, text=text)

    def _pressed_again(self, item: Item, reference: Reference, words: Words) -> Envelope:
        """What an Action.Submit is answered with: the press asked again, with a unit that is thrown away."""
        answer = answer_press(self._office, self._office.unit(), pressed_of(item, reference))
        return self._to(item, reference, slot=item.slot, words=words, text=answer.text, view=answer.view)

    def _notice(self, item: Item, now: datetime) -> Composed:
        case = self._case_of(item)
        person = item.to_person
        if person is not None and case is not None and not self._may_hear(item, case, person, now):
            return self._take_back(item, case, person)
        if item.do == "edit":
            return Lapsed(why="stands")
        if person is None and item.to_role is not None:
            found = self.for_notice(item, case, item.to_role, now)
            person = found[0].person if found else None
        reference = self.reference(person)
        if reference is None:
            return NoWay(why=NOBODY)
        words = self._words(case, reference.language)
        if item.params["what"] == messages.PICTURE:
            view = picture_view(self._office, words, item)
            return self._to(item, reference, slot=item.slot, words=words, view=view)
        values = {"number": case.number if case else "", "time": words.clock(item.created_at)}
        text = words.say(item.params["what"], **values)
        return self._to(item, reference, slot=item.slot, words=words, text=text)

    def _task(self, item: Item, now: datetime) -> Composed:
        found = task_of(self._office, item)
        if found is None or (item.do == "send" and found[1].seen_at is not None):
            return Lapsed(why="gone")
        case, task = found
        reference = self.reference(item.to_person)
        if item.do == "send":
            reference = receiver(self._office, case, task, self.reference, now)
        if reference is None:
            return NoWay(why=NOBODY)
        sent = item.do == "send"
        slot = messages.task_slot(task.id, reference.person, item.id) if sent else item.slot
        view = shown_task(self._office, case, task, reference, now, slot=slot)
        return self._to(item, reference, slot=slot, words=self._words(case, reference.language), view=view)

    def _may_hear(self, item: Item, case: Case, person: PersonId, now: datetime) -> bool:
        """Whether a line about the case may go to that person: of having lost it, also to whoever lost it."""
        if item.params["what"] == messages.TAKEN_OVER:
            member = self._office.directory().people.get(person)
            here = member is not None and not member.former
            return here and person not in barred_from_deciding(case, self._office.directory())
        return self._may_read(case, person, now)

    def _take_back(self, item: Item, case: Case, person: PersonId) -> Composed:
        reference = self.reference(person)
        if item.do == "send" or reference is None:
            return Lapsed(why="excluded")
        return self._blanked(item, reference, self._words(case, reference.language))

    def for_notice(self, item: Item, case: Case | None, role: RoleRef, now: datetime) -> tuple[Holder, ...]:
        """Who can be told: holders of the moment whose chat is known, less those in the case or report."""
        if case is not None:
            return tuple(h for h in self.reachable(case, role, now) if self._may_read(case, h.person, now))
        run = self._office.store.get(RUNS, item.run) if item.run else None
        named = run.answers if run else {}
        out = {p for key in ("adults", "withheld") for p in named.get(key, "").split(",") if p}
        out.update(item.params.get("out", "").split())
        found = holders(role, self._office.directory(), excluded=frozenset(out), at=now)
        return tuple(h for h in found if self.reference(h.person) is not None)

    def _link_ask(self, item: Item, now: datetime) -> Composed:
        if item.do == "edit":
            return self._link_settled(item)
        channel = self._office.store.get(CHANNELS, item.params["channel"])
        if channel is None or channel.state != "asked" or item.to_role is None:
            return Lapsed(why="answered")
        directory = self._office.directory()
        found = self.confirmers(channel, now)
        reference = self.reference(found[0]) if found else None
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
        return self._to(item, reference, slot=item.slot, words=words, view=view)

    def _link_settled(self, item: Item) -> Composed:
        reference = self.reference(item.to_person)
        if reference is None:
            return Lapsed(why="gone")
        words = self._words(None, reference.language)
        view = link_settled_view(words, item.params["said"])
        return self._to(item, reference, slot=item.slot, words=words, view=view)

    def confirmers(self, channel: Channel, now: datetime) -> tuple[PersonId, ...]:
        """Who can be asked whether alerts may go there: never whoever asked for it."""
        found = confirming(self._office, channel, now)
        return tuple(p for p in found if self.reference(p) is not None)


def _untried(found: tuple[Holder, ...], tried: tuple[PersonId, ...]) -> Holder | None:
    return next((h for h in found if h.person not in tried), None)
