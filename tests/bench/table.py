# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are timed, and the table of them. Standard library only: what a child's peak
memory is said to be begins with its parent's."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

RUNS, ENOUGH = 3, 6.0  # the best of three; of fewer where they have taken so many seconds

COLUMNS = ('what', 'nslaw', 'instead', 'takes', 'ratio', 'error of nslaw', 'of the other')


class Run:
    """The best times of a command in seconds, of the processors and `elapsed`; its peak
    memory in bytes, its output, which goes nowhere where it is not kept. A folder that it
    makes is removed before each run: to replace files takes the kernel longer."""

    def __init__(self, command, runs=RUNS, keep=True, folder=None):
        self.seconds = self.elapsed = float('inf')
        self.memory = 0
        begin = time.perf_counter()
        for _ in range(runs):
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
            self._once(command, keep)
            if time.perf_counter() - begin > ENOUGH:
                break

    def _once(self, command, keep):
        with tempfile.TemporaryFile() as out:
            begin = time.perf_counter()
            child = subprocess.Popen(command, stdout=out if keep else subprocess.DEVNULL)
            _, status, usage = os.wait4(child.pid, 0)
            self.elapsed = min(self.elapsed, time.perf_counter() - begin)
            self.seconds = min(self.seconds, usage.ru_utime + usage.ru_stime)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                sys.exit(f'bench: {" ".join(command)} ended with {child.returncode}')
            self.memory = max(self.memory, 1024 * usage.ru_maxrss)
            out.seek(0)
            self.output = out.read()


def short(x):
    return f'{x:.3g}' if x < 1000 else f'{x:.0f}'


def of_time(seconds):
    for unit, scale in (('s', 1), ('ms', 1e3), ('µs', 1e6)):
        if seconds * scale >= 0.9995:
            break
    return f'{short(seconds * scale)} {unit}'


def of_memory(size):
    return f'{size / 1e6:.0f} MB'


def of_error(error):
    return f'{Decimal(error):.0e}' if error else '0'


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, own, instead='', other=None, error=None, other_error=None,
            show=of_time):
        """Errors are numbers or words."""
        words = [error if isinstance(error, str) else '' if error is None else of_error(error)
                 for error in (error, other_error)]
        self.rows.append((what, show(own), instead, '' if other is None else show(other),
                          '' if other is None else short(other / own), *words))
        print('bench:', *(cell for cell in self.rows[-1] if cell), sep=' | ', file=sys.stderr)

    def text(self):
        rows = [COLUMNS, ('---',) * len(COLUMNS)] + self.rows
        width = [max(len(row[c]) for row in rows) for c in range(len(COLUMNS))]
        return '\n'.join('| ' + ' | '.join(cell.ljust(w) for cell, w in zip(row, width)) + ' |'
                         for row in rows)
