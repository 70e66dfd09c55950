"""The one family of errors. Standard library only.

A docstring is the default message and says what to do. Nothing that a person typed goes into one.
"""

from __future__ import annotations

import secrets

# Letters and digits that nobody confuses when reading a reference over the telephone.
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_reference() -> str:
    """Six characters that stand on the person's card and in the operator's log line alike."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))


class HandrailError(Exception):
    """Something went wrong. Give the reference to whoever runs Handrail in your school."""

    action = "failed"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")
        self.reference = new_reference()


class DefinitionFaulty(HandrailError):
    """The school's definitions have faults. Run `python -m bot check` and mend what it lists."""

    action = "definition_faulty"

    def __init__(self, message: str | None = None, *, problems: tuple[object, ...] = ()) -> None:
        lines = [message or type(self).__doc__ or "", *(str(problem) for problem in problems)]
        super().__init__("\n".join(lines))
        self.problems = problems


class SettingsFaulty(HandrailError):
    """The settings have faults. Mend each line named above, then start again."""

    action = "settings_faulty"


class StoreFailed(HandrailError):
    """The record cannot be written. Free the disk or mend the folder, then start again."""

    action = "store_failed"


class StoreLocked(StoreFailed):
    """Another Handrail is using this data folder. Stop it first, or choose another folder."""

    action = "store_locked"


class RecordDamaged(StoreFailed):
    """The record does not match its own checks. Keep the folder as it is and restore a copy."""

    action = "record_damaged"


class RevisionMoved(HandrailError):
    """Someone else changed this a moment ago. Open it again to see where things stand."""

    action = "revision_moved"


class ZoneMissing(HandrailError, ValueError):
    """A time came without its zone, so nothing was recorded. Give the reference to whoever runs Handrail."""

    action = "zone_missing"


class PressUnreadable(HandrailError):
    """That button could not be read; nothing was changed. Use the newest card in this chat."""

    action = "press_unreadable"


class ActivityRefused(HandrailError):
    """This request is not an activity that Handrail takes. Send it from Microsoft Teams."""

    action = "activity_refused"

    def __init__(self, status: int, message: str | None = None) -> None:
        super().__init__(message)
        self.status = status


class NotVerified(ActivityRefused):
    """It cannot be shown that this request comes from Microsoft Teams."""

    action = "not_verified"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(401, message or type(self).__doc__)


class TokenNotGiven(HandrailError):
    """Microsoft's sign-in gave no token for sending. Check the app id, its secret and the network."""

    action = "token_not_given"
