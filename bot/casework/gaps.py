"""Tells the admins where the people check fails: which person and role (casework 6). Reporting goes on.

Must not know how the check is made.
"""

from __future__ import annotations

import hashlib

from bot.casework import messages
from bot.casework.linking import ADMIN
from bot.casework.office import Office
from bot.casework.unit import Unit

GAPS = "gaps"
MOST_SHOWN = 12


def tell_gaps(office: Office, unit: Unit) -> None:
    """One message to each admin per day and per set of gaps."""
    gaps = office.gaps()
    if not gaps:
        return
    mark = hashlib.sha256("\n".join(gaps).encode()).hexdigest()[:12]
    day = unit.now.date().isoformat()
    for person in office.directory().people.values():
        if ADMIN in person.roles and not person.former:
            messages.reply(office, unit, person.id, GAPS, key=f"{GAPS}/{day}/{mark}/{person.id}")
