# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong, with the library's own message."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """How a call of the library ended (error.h)."""

    OK = 0
    EFAILED = 1
    EINVAL = 2
    EFILE = 3
    ENOMEM = 4
    ECANCELLED = 5


class NslawError(Exception):
    """A computation failed, for instance did not converge.

    The other errors of the library are subclasses.
    """

    status = Status.EFAILED

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field, message)
        self.field = field  #: the parameter that is wrong ("alpha", "ridge", ...) or ""
        self.message = message  #: what is wrong and what is allowed

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class InvalidValueError(NslawError, ValueError):
    """A parameter is outside its range, or parameters contradict each other."""

    status = Status.EINVAL


class DataError(NslawError, ValueError):
    """A file cannot be read, or data do not say what is asked of them."""

    status = Status.EFILE


class OutOfMemoryError(NslawError, MemoryError):
    """No memory was left for the library."""

    status = Status.ENOMEM


class CancelledError(NslawError):
    """`proceed` returned False."""

    status = Status.ECANCELLED


class LibraryError(ImportError):
    """libnslaw cannot be found, or is not the one that this package is for."""


_CLASSES = {
    kind.status: kind
    for kind in (NslawError, InvalidValueError, DataError, OutOfMemoryError,
                 CancelledError)
}


def error_of(status: int, field: str, message: str) -> NslawError:
    """The exception for a status that is not OK."""
    return _CLASSES.get(Status(status), NslawError)(field, message)
