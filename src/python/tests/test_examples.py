# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of README, docstrings and the examples folder."""

import doctest
import os
import re
import subprocess
import sys

import nslaw
import pytest

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def test_readme(source, monkeypatch):
    monkeypatch.chdir(source)
    text = (source / "README.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
              if ">>>" in block]
    assert blocks
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README.md",
                                               "README.md", 0)
    assert doctest.DocTestRunner(optionflags=FLAGS).run(test).failed == 0


@pytest.mark.parametrize("module", [nslaw, nslaw.model])
def test_docstrings(module):
    result = doctest.testmod(module, optionflags=FLAGS)
    assert result.attempted and not result.failed


def test_fit_and_plot(source, tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "fit.png"
    subprocess.run([sys.executable, source / "src/python/examples/fit_and_plot.py",
                    source / "data/fit/runs.csv", picture], check=True,
                   env={**os.environ, "MPLBACKEND": "Agg"})
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20000
