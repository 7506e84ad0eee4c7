# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share: the program, and models to ask about."""

import json
import os
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def source():
    """The folder of the sources."""
    return SOURCE


@pytest.fixture(scope="session")
def program():
    """What the program answers: program("loss", "--alpha", "0.3", ...) as JSON."""
    path = os.environ["NSLAW_PROGRAM"]

    def run(*arguments):
        output = subprocess.run([path, *map(str, arguments), "--format", "json"],
                                check=True, capture_output=True, cwd=SOURCE)
        # numbers stay text, so that no digit is lost
        return json.loads(output.stdout, parse_float=str, parse_int=str)

    return run
