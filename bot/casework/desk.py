"""The front desk: who is speaking is asked first, then each event becomes one unit of work.

What Teams' edge calls. Load, decide and stage happen without an await; the answer waits for the disk.
"""

from __future__ import annotations

from bot.casework import linking, messages, posts
from bot.casework.days import DAY_ALARM, arm_day
from bot.casework.drafts import may
from bot.casework.life import lived_through
from bot.casework.linking import ADMIN
from bot.casework.office import Office
from bot.casework.presses import answer_press
from bot.casework.procedures.requests import asked_for, begun_at_once
from bot.casework.reading import read_report
from bot.casework.reporting import REPORT_FLOW, begin_report, cases_of, open_runs, runs_of, start_report
from bot.casework.strangers import stranger_pressed, stranger_said
from bot.casework.tables import CLOCKS, PRESSES, REFERENCES
from bot.casework.typed import take_typed
from bot.casework.unit import Unit
from bot.casework.words import Words, as_command, spelt
from bot.engine.report import Facts
from bot.engine.routing import HEADS, SAFEGUARDING
from bot.model.cases import excluded_now
from bot.model.changed import replace
from bot.model.events import Answer, Lived, Place, Pressed, Said, Searched, Speaker
from bot.model.outbox import Press, Reference
from bot.model.people import PersonId, RoleRef
from bot.model.runs import Run
from bot.model.views import Choice

RECENT_HOURS = 12
SEARCH_LETTERS = 1
LONGEST_TYPED = 8000


class FrontDesk:
    """Implements the Desk port."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._waiting = 0

    def busy(self) -> bool:
        """Whether anybody waits until what they did is on record."""
        return self._waiting > 0

    async def open(self) -> None:
        """Set the daily clock, once, when the service starts."""
        unit = self._office.unit()
        if self._office.store.get(CLOCKS, DAY_ALARM) is None:
            arm_day(self._office, unit)
        await self._settle(unit)

    async def said(self, said: Said) -> None:
        """See Desk."""
        unit = self._office.unit()
        self._said(unit, said)
        await self._settle(unit)

    async def pressed(self, pressed: Pressed) -> Answer:
        """See Desk."""
        unit = self._office.unit()
        self._keep_reference(unit, pressed.place, pressed.speaker)
        answer = self._pressed(unit, pressed)
        if pressed.fallback:
            self._reply_to_fallback(unit, pressed, answer)
        await self._settle(unit)
        if answer.view is not None and answer.view.refresh is not None:
            return replace(answer, view=replace(answer.view, refresh_for=pressed.place.member))
        return answer

    async def searched(self, searched: Searched) -> tuple[Choice, ...]:
        """See Desk."""
        directory = self._office.directory()
        member = directory.people.get(searched.speaker.id)
        text = searched.text.strip().lower()
        if member is None or member.former or len(text) < SEARCH_LETTERS:
            return ()
        if searched.dataset != "pupils":
            return ()
        found = (p for p in directory.pupils.values() if text in f"{p.name} {p.form}".lower())
        ordered = sorted(found, key=lambda p: (not p.name.lower().startswith(text), p.name))
        return tuple(Choice(value=p.id, label=f"{p.name} ({p.form})") for p in ordered[: searched.limit])

    async def lived(self, lived: Lived) -> None:
        """See Desk."""
        unit = self._office.unit()
        if lived.kind in ("installed", "upgraded") and lived.speaker is not None:
            self._keep_reference(unit, lived.place, lived.speaker)
        lived_through(self._office, unit, lived)
        await self._settle(unit)

    async def _settle(self, unit: Unit) -> None:
        staged = unit.stage()
        self._waiting += 1
        try:
            await self._office.store.settled()
        finally:
            self._waiting -= 1
            # Delivery gave way to whoever waited, also to the last of them who wrote nothing.
            if staged is not None or not self._waiting:
                self._office.wake()

    def _is_staff(self, person: PersonId) -> bool:
        member = self._office.directory().people.get(person)
        return member is not None and not member.former

    def _keep_reference(self, unit: Unit, place: Place, speaker: Speaker) -> None:
        """Taken only from the bot's own chat with that person, never from somebody else's (casework 9);
        written when it changed.
        """
        if place.scope != "personal":
            return
        known = unit.get(REFERENCES, speaker.id)
        fresh = Reference(
            person=speaker.id,
            tenant=place.tenant,
            service_url=place.service_url,
            conversation=place.conversation,
            member=place.member,
            language=place.language,
            seen_at=known.seen_at if known else unit.now,
        )
        if known == fresh:
            return
        holders = self._office.store.find(REFERENCES, "conversation", place.conversation)
        if all(one == speaker.id for one in holders):
            unit.put(REFERENCES, speaker.id, replace(fresh, seen_at=unit.now))

    # --- presses ---

    def _pressed(self, unit: Unit, pressed: Pressed) -> Answer:
        if not self._is_staff(pressed.speaker.id):
            return stranger_pressed(self._office, unit, pressed)
        return answer_press(self._office, unit, pressed)

    def _reply_to_fallback(self, unit: Unit, pressed: Pressed, answer: Answer) -> None:
        """An Action.Submit cannot be answered in place: the answer is the next message of that chat."""
        if pressed.place.scope != "personal":
            return
        key = f"press/{pressed.place.conversation}/{pressed.activity_id}"
        if answer.view is None:
            messages.said_back(self._office, unit, pressed.speaker.id, answer.text, key=key)
            return
        typed = {f"value.{k}": v for k, v in pressed.values.items()}
        messages.reply(
            self._office,
            unit,
            pressed.speaker.id,
            "press",
            key=key,
            verb=pressed.verb,
            target=pressed.target,
            action_id=pressed.action_id,
            member=pressed.place.member,
            **typed,
        )

    # --- messages ---

    def _said(self, unit: Unit, said: Said) -> None:
        office, person = self._office, said.speaker.id
        mark = f"said/{said.place.conversation}/{said.activity_id}"
        if unit.get(PRESSES, mark) is not None:
            return
        press = Press(
            id=mark, target=said.place.conversation, action_id=said.activity_id,
            person=person, verb="said", at=unit.now,
        )  # fmt: skip
        if said.place.scope != "personal":
            self._said_in_channel(unit, said)
            unit.put(PRESSES, mark, press)
            return
        self._keep_reference(unit, said.place, said.speaker)
        if said.picture:
            self._refuse_picture(unit, said)
        result = ""
        if not self._is_staff(person):
            if said.text or not said.picture:
                result = stranger_said(office, unit, said)
        elif said.text or not said.picture:
            result = self._staff_said(unit, said)
        unit.put(PRESSES, mark, replace(press, result=result))

    def _staff_said(self, unit: Unit, said: Said) -> str:
        """A command, an answer to the waiting card, or the beginning of a report. The run it went into."""
        office, person = self._office, said.speaker.id
        words = Words(definition=office.shelf.current(), language=said.place.language)
        key = f"{said.place.conversation}/{said.activity_id}"
        text = said.text[:LONGEST_TYPED]
        if len(said.text) > LONGEST_TYPED:
            messages.reply(office, unit, person, "typed_cut", key=f"{key}/cut")
        command = as_command(text)
        for name in ("hello", "help", "mine", "thanks"):
            if command in spelt(words, name):
                messages.reply(office, unit, person, name, key=key)
                return ""
        if command in spelt(words, ADMIN):
            allowed = may(office, person, ADMIN, unit.now)
            messages.reply(office, unit, person, ADMIN if allowed else "admin_only", key=key)
            return ""
        asked = asked_for(office, person, command)
        if asked and begun_at_once(office, unit, person, asked, language=said.place.language):
            return ""
        if asked:
            messages.reply(office, unit, person, "ask", key=key, chosen=asked[0].key)
            return ""
        if command in spelt(words, "report") or not text:
            return start_report(office, unit, person, language=said.place.language).id
        return self._sentence(unit, said, text, key)

    def _sentence(self, unit: Unit, said: Said, text: str, key: str) -> str:
        office, person = self._office, said.speaker.id
        waiting = next((r for r in open_runs(office, person) if r.state == "open"), None)
        if waiting is not None and take_typed(office, unit, waiting, text):
            return waiting.id
        sent = self._just_sent(unit, person)
        run = begin_report(
            office, unit, person, language=said.place.language, typed=text, quietly=sent is not None
        )
        if sent is not None:
            unit.run(replace(run, state="saved"))
            messages.reply(office, unit, person, "typed", key=key, sent=sent.id, draft=run.id)
        return run.id

    def _just_sent(self, unit: Unit, person: PersonId) -> Run | None:
        """The report sent last, if that was not long ago: what is typed next may belong to it."""
        for run in runs_of(self._office, person, most=3):
            hours = (unit.now - run.touched_at).total_seconds() / 3600
            if run.flow == REPORT_FLOW and run.state == "sent" and run.cases and hours < RECENT_HOURS:
                return run
        return None

    def _refuse_picture(self, unit: Unit, said: Said) -> None:
        """Refused with the reason; the safeguarding lead hears at once that it lies there (casework 7)."""
        key = f"{said.place.conversation}/{said.activity_id}"
        messages.reply(self._office, unit, said.speaker.id, "picture_refused", key=f"{key}/picture")
        self._tell_of_picture(unit, said)

    def _tell_of_picture(self, unit: Unit, said: Said) -> None:
        office, person = self._office, said.speaker.id
        key = f"{said.place.conversation}/{said.activity_id}"
        run = next(iter(open_runs(office, person)), None)
        lead = SAFEGUARDING[0]
        held = office.directory().people.get(person)
        role = HEADS[0] if held is not None and lead in held.roles else lead
        messages.notice(
            office,
            unit,
            messages.PICTURE,
            key=f"picture/{key}",
            role=RoleRef(role=role),
            run=run,
            sender=person,
            message=said.activity_id,
            out=" ".join(sorted(self._kept_out(unit, person))),
        )

    def _kept_out(self, unit: Unit, person: PersonId) -> set[PersonId]:
        """Whoever may not know of this person's reports of late: a picture may belong to one of them."""
        office = self._office
        out: set[PersonId] = set()
        for run in runs_of(office, person, most=6):
            for case in cases_of(unit, run):
                out |= excluded_now(case)
            if run.state in ("open", "saved") and run.flow == REPORT_FLOW:
                definition = office.shelf.by_hash(run.definition)
                facts = Facts(directory=office.directory(), reporter=person)
                out |= {e.person for e in read_report(definition, run, facts, unit.now).excluded}
        return out

    def _said_in_channel(self, unit: Unit, said: Said) -> None:
        words = Words(definition=self._office.shelf.current(), language=said.place.language)
        if said.picture:
            self._tell_of_picture(unit, said)
        command = as_command(said.text)
        what = "channel_private"
        if command in spelt(words, "alert_here"):
            what = linking.ask(self._office, unit, said.place, said.speaker.id)
        elif command in spelt(words, "alert_stop"):
            what = linking.stop_alerts(self._office, unit, said.place, said.speaker.id)
        posts.channel_reply(self._office, unit, said, what)
