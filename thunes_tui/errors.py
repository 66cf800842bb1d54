"""The few errors a user can see.

Each message says what happened, to what, and what to do, in one line. A traceback never reaches the screen.
"""

from __future__ import annotations


class UserError(Exception):
    """Something the user can act on. Printed as one line; the command ends with `exit_code`."""

    exit_code = 2


class Refused(UserError):
    """The console will not do this, for a reason of safety or of role."""

    exit_code = 1


class Unusable(UserError):
    """A file, folder or terminal that the command needs is missing or not what it should be."""


class Damaged(UserError):
    """A journal whose chain does not hold, or whose records cannot be read."""

    exit_code = 1
