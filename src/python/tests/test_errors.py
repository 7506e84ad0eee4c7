# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors carry the library's message; finding the library."""

import os
import shutil
import subprocess
import sys

import nslaw
import pytest


@pytest.mark.parametrize("make, field", [
    (lambda: nslaw.Model(alpha=-1), "alpha"),
    (lambda: nslaw.Model(), "alpha"),
    (lambda: nslaw.Model(alpha=1, spectrum=[1]), "alpha"),
    (lambda: nslaw.Model(alpha=1, M=0), "latents"),
    (lambda: nslaw.Model(alpha=1, M=1.5), "latents"),
    (lambda: nslaw.Model(alpha=1, M=float("nan")), "latents"),
    (lambda: nslaw.Model(alpha=1, sigma_w2=2), "sigma-w2"),
    (lambda: nslaw.Model(alpha=1, convention="other"), "convention"),
    (lambda: nslaw.Model(alpha=1, target=[1]), "target"),
    (lambda: nslaw.Model(spectrum=[[1]]), "spectrum"),
    (lambda: nslaw.Model(spectrum=[1, 2], target=[1]), "spectrum"),
    (lambda: nslaw.Model(alpha=1).loss(-1, 10), "features"),
    (lambda: nslaw.Model(alpha=1).loss(10, 10, noise=-1), "noise"),
    (lambda: nslaw.Model(alpha=1).loss(10, 10, digits=3), "digits"),
    (lambda: nslaw.Model(alpha=1).loss(10, 10, time=1, steps=1, rate=1), "time"),
    (lambda: nslaw.Model(alpha=1).loss(10, 10, steps=1), "steps"),
    (lambda: nslaw.Model(alpha=1, convention="mrs").loss(10, 10, ridge=1), "ridge"),
    (lambda: nslaw.Model(alpha=1).gram(10, 10, side="both"), "side"),
    (lambda: nslaw.Model(spectrum=[1.0], target=[1.0]).exponents(), "spectrum"),
])
def test_invalid_values(make, field):
    with pytest.raises(nslaw.InvalidValueError) as caught:
        make()
    error = caught.value
    assert isinstance(error, ValueError) and isinstance(error, nslaw.NslawError)
    assert error.field == field and error.status == nslaw.Status.EINVAL
    assert str(error) == f"{field}: {error.message}" and error.message


def test_which_point():
    with pytest.raises(nslaw.InvalidValueError, match="features: point 2: must be"):
        nslaw.Model(alpha=1).loss([1, 2, -3, 4], 10)


def test_files(tmp_path):
    path = tmp_path / "spectrum.csv"
    path.write_text("eigenvalue\n1\n-1\n")
    with pytest.raises(nslaw.DataError, match="spectrum.csv:3"):
        nslaw.Model(spectrum=path)
    with pytest.raises(nslaw.DataError, match="No such file"):
        nslaw.Model(spectrum=tmp_path / "none.csv")


def test_version():
    assert nslaw.__version__ == nslaw.library_version


def import_with(**environment):
    return subprocess.run([sys.executable, "-c", "import nslaw"], text=True,
                          env={**os.environ, **environment}, capture_output=True)


def test_no_library(tmp_path):
    failed = import_with(NSLAW_LIBRARY=str(tmp_path / "libnslaw.so.0"))
    assert failed.returncode == 1
    assert "LibraryError: nslaw: cannot load" in failed.stderr
    assert "NSLAW_LIBRARY" in failed.stderr


@pytest.mark.parametrize("folder", ["lib", "lib64"])
def test_library_of_the_prefix(tmp_path, folder):
    """Of an installed package: the library below the same prefix."""
    package = tmp_path / "lib/python3/dist-packages/nslaw"
    shutil.copytree(os.path.dirname(nslaw.__file__), package)
    (tmp_path / folder).mkdir(exist_ok=True)
    library = tmp_path / folder / "libnslaw.so.0"
    shutil.copy(nslaw._library.lib._name, library)
    shown = subprocess.check_output(
        [sys.executable, "-c", "import nslaw; print(nslaw._library.lib._name)"],
        text=True, env={**os.environ, "NSLAW_LIBRARY": "",
                        "PYTHONPATH": str(package.parent)})
    assert shown.strip() == str(library)


def test_another_library():
    failed = import_with(NSLAW_LIBRARY="libm.so.6")
    assert "LibraryError: nslaw: libm.so.6 is no libnslaw" in failed.stderr


def test_another_version(monkeypatch):
    monkeypatch.setattr(nslaw._library, "VERSION", "0.2.0")
    with pytest.raises(nslaw.LibraryError, match="but this package is for 0.2.0"):
        nslaw._library._load()
    monkeypatch.setattr(nslaw._library, "VERSION", "0.1.9")
    nslaw._library._load()
