# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads, progress and interruption of long calls."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from . import _structs as s
from .errors import CancelledError

#: Told how much is done and how much there is, now and then; False stops the call.
Proceed = Callable[[int, int], Optional[bool]]


@contextmanager
def _interrupts_held() -> Iterator[list[tuple[int, Any]]]:
    """Collects Ctrl-C while C code runs, and passes it on afterwards.

    Python would raise KeyboardInterrupt at the entry of the callback, where nothing can
    catch it. Only the main thread gets signals.
    """
    held: list[tuple[int, Any]] = []
    previous = signal.getsignal(signal.SIGINT)
    if not callable(previous) or threading.current_thread() != threading.main_thread():
        yield held
        return
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, previous)
        if held:
            previous(*held[0])


@contextmanager
def work(jobs: int, proceed: Proceed | None) -> Iterator[s.Work]:
    """The nsl_work of one call.

    What `proceed` raises, and KeyboardInterrupt, ends the call and is raised by it.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be >= 1, got {jobs}")
    caught: list[BaseException] = []
    with _interrupts_held() as interrupts:

        def ask(_data: Any, done: int, total: int) -> bool:
            try:
                return not interrupts and (
                    proceed is None or proceed(done, total) is not False)
            except BaseException as error:
                caught.append(error)
                return False

        try:
            yield s.Work(jobs, s.Proceed(ask), None)
        except CancelledError:
            if caught:
                raise caught[0] from None
            raise
