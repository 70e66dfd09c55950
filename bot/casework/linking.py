"""Links the channel that alerts go to: an admin asks there, the DSL confirms who can read it.

Source: casework 8, 9. Only a standard channel of a team whose members all hold a role that the pack names.
Must not know how members are read.
"""

from __future__ import annotations

from datetime import datetime

from bot.casework import messages
from bot.casework.office import Office
from bot.casework.ports import Member
from bot.casework.tables import CHANNELS
from bot.casework.unit import Unit
from bot.casework.views.alerts import link_settled_view
from bot.casework.words import Words
from bot.engine.access import direct_holders
from bot.engine.holders import holders
from bot.engine.routing import HEADS, SAFEGUARDING
from bot.model.changed import replace
from bot.model.definition import Definition
from bot.model.events import Answer, Place, Pressed
from bot.model.outbox import Alarm, Channel
from bot.model.people import Directory, PersonId, RoleRef

ADMIN = "admin"
CHECK = "link_check"
CONFIRM = "confirm_channel"
LINK = "link_channel"


def may_link(
    definition: Definition, directory: Directory, person: PersonId, verb: str, *, at: datetime
) -> bool:
    """Whether the person may ask for (or confirm) a channel: in a role, or for a holder who is away."""
    member = directory.people.get(person)
    if member is None or member.former:
        return False
    roles = {p.role for p in definition.permissions if p.verb == verb}
    return bool(roles & set(member.roles)) or any(
        person in direct_holders(RoleRef(role=role), directory, frozenset(), at) for role in roles
    )


def confirming(office: Office, channel: Channel, at: datetime) -> tuple[PersonId, ...]:
    """Who may confirm a channel, in order: never whoever asked for it."""
    definition, directory = office.shelf.current(), office.directory()
    asked = frozenset({channel.linked_by})
    found = (
        h.person
        for role in (SAFEGUARDING[0], HEADS[0])
        for h in holders(RoleRef(role=role), directory, excluded=asked, at=at)
    )
    return tuple(p for p in dict.fromkeys(found) if may_link(definition, directory, p, CONFIRM, at=at))


def strangers_in(
    roster: tuple[Member, ...], definition: Definition, directory: Directory
) -> tuple[Member, ...]:
    """Members of the channel's team who hold none of the roles that the pack names for it."""
    allowed = set(definition.school.channel_roles)
    out = []
    for member in roster:
        if member.account is None:
            continue
        person = directory.people.get(member.account)
        if person is None or person.former or not allowed & set(person.roles):
            out.append(member)
    return tuple(out)


def ask(office: Office, unit: Unit, place: Place, person: PersonId) -> str:
    """An admin's `alert here`: returns the text key of the answer given in the channel."""
    definition, directory = office.shelf.current(), office.directory()
    if not may_link(definition, directory, person, LINK, at=unit.now):
        return "channel_not_admin"
    if place.channel is None or place.team is None:
        return "channel_only_standard"
    before = unit.get(CHANNELS, place.channel)
    if before is not None and before.state == "linked":
        return "channel_linked_already"
    channel = Channel(
        id=place.channel,
        tenant=place.tenant,
        service_url=place.service_url,
        team=place.team,
        linked_by=person,
        asked_at=unit.now,
        state="asked",
        revision=(before.revision + 1) if before else 1,
    )
    unit.put(CHANNELS, channel.id, channel)
    unit.arm(Alarm(id=f"{CHECK}/{channel.id}", kind=CHECK, due=unit.now, duty="school"))
    return "channel_asked"


def checked(office: Office, unit: Unit, channel: Channel, *, kind: str, roster: tuple[Member, ...]) -> None:
    """Teams has said what the channel is and who is in it: the DSL is asked, or the admin told why not."""
    if channel.state != "asked":
        return
    if kind != "standard":
        refused = replace(channel, state="unlinked", revision=channel.revision + 1)
        unit.put(CHANNELS, channel.id, refused)
        messages.notice(
            office,
            unit,
            "channel_only_standard",
            key=f"link/{channel.id}/{channel.revision}/refused",
            person=channel.linked_by,
        )
        return
    outsiders = strangers_in(roster, office.shelf.current(), office.directory())
    if outsiders:
        messages.notice(
            office,
            unit,
            "channel_stranger",
            key=f"link/{channel.id}/{channel.revision}/outsiders",
            person=channel.linked_by,
        )
    ask_to_confirm(office, unit, channel, roster=roster)


def ask_to_confirm(
    office: Office, unit: Unit, channel: Channel, *, roster: tuple[Member, ...], mark: str = ""
) -> None:
    """Show the DSL (or whoever may confirm in their place) who can read the channel."""
    unit.send(
        office.item(
            messages.LINK_ASK,
            key=f"link/{channel.id}/{channel.revision}/{mark}",
            slot=f"link/{channel.id}",
            urgency="serious",
            now=unit.now,
            to_role=RoleRef(role=SAFEGUARDING[0]),
            params={
                "channel": channel.id,
                "members": ", ".join(m.name for m in roster if m.account),
                "outsiders": ", ".join(
                    m.name for m in strangers_in(roster, office.shelf.current(), office.directory())
                ),
            },
        )
    )


def stop_alerts(office: Office, unit: Unit, place: Place, person: PersonId) -> str:
    """`alert stop`: refused for the last channel, which cannot be unlinked."""
    definition, directory = office.shelf.current(), office.directory()
    if not may_link(definition, directory, person, LINK, at=unit.now):
        return "channel_not_admin"
    channel = unit.get(CHANNELS, place.channel) if place.channel else None
    if channel is None or channel.state != "linked":
        return "channel_not_linked"
    return "channel_last"


def answer_link(office: Office, unit: Unit, pressed: Pressed) -> Answer:
    """The second person's yes or no. The channel counts only once its test post has gone."""
    definition, directory = office.shelf.current(), office.directory()
    words = Words(definition=definition, language=pressed.place.language)
    channel = unit.get(CHANNELS, pressed.target)
    person = pressed.speaker.id
    if channel is None or not may_link(definition, directory, person, CONFIRM, at=unit.now):
        return Answer(text=words.say("not_found"), refused=True)
    if channel.state != "asked" or pressed.action_id != f"link.{channel.revision}":
        return Answer(text=words.say("channel_answered"), refused=True)
    if person == channel.linked_by:
        return Answer(text=words.say("channel_second_person"), refused=True)
    if pressed.verb == "link_no":
        unit.put(
            CHANNELS,
            channel.id,
            replace(channel, state="unlinked", revision=channel.revision + 1),
        )
        return _settled(office, unit, channel, words, person, "channel_refused")
    confirmed = replace(channel, confirmed_by=person, revision=channel.revision + 1)
    unit.put(CHANNELS, channel.id, confirmed)
    unit.send(
        office.item(
            messages.LINK_TEST,
            key=f"linktest/{channel.id}/{confirmed.revision}",
            slot=f"linktest/{channel.id}",
            urgency="serious",
            now=unit.now,
            to_channel=channel.id,
            params={"channel": channel.id},
        )
    )
    return _settled(office, unit, channel, words, person, "channel_testing")


def _settled(
    office: Office, unit: Unit, channel: Channel, words: Words, person: PersonId, said: str
) -> Answer:
    """The question's card makes way for what was answered, in place and for when the chat is reopened."""
    unit.send(
        office.item(
            messages.LINK_ASK,
            key=f"link/{channel.id}/{channel.revision}/settled",
            slot=f"link/{channel.id}",
            urgency="routine",
            now=unit.now,
            do="edit",
            to_person=person,
            params={"channel": channel.id, "said": said},
        )
    )
    return Answer(view=link_settled_view(words, said))


def lost(office: Office, unit: Unit, channel: Channel) -> None:
    """The linked channel is gone: urgent for those who watch over it (casework 9)."""
    gone = replace(channel, state="lost", revision=channel.revision + 1)
    unit.put(CHANNELS, channel.id, gone)
    for role in (SAFEGUARDING[0], HEADS[0], ADMIN):
        messages.notice(
            office,
            unit,
            "channel_lost",
            key=f"lost/{channel.id}/{gone.revision}/{role}",
            role=RoleRef(role=role),
            urgency="immediate",
        )
