# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads, forks, interruption."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import nslaw
import numpy as np
import pytest
from nslaw._library import lib

N = np.geomspace(10, 1e5, 500)

#: Long enough to be interrupted: stopped training at many sizes.
LONG = """
import sys, nslaw, numpy as np
model = nslaw.Model(alpha=0.5, noise=0.1)
print("ready", flush=True)
try:
    model.loss(np.arange(1.0, 1e6), 300.0, time=10.0, jobs=2)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.fixture(autouse=True)
def interruptible():
    """Shells start what runs in the background with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)



def test_threads_share_a_model():
    model = nslaw.Model(alpha=0.5, noise=0.1)
    ridges = [1e-4, 1e-3, 1e-2, 1e-1]

    def ask(ridge):
        return model.loss(N, 300, ridge=ridge), model.loss(20, 30, ridge=ridge,
                                                           digits=30)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ask, ridges))
    for ridge, (loss, exact) in zip(ridges, together):
        expected, expected_exact = ask(ridge)
        assert np.array_equal(loss, expected) and exact == expected_exact


def test_long_calls_let_others_run():
    model = nslaw.Model(alpha=0.5)
    thread = threading.Thread(target=lambda: model.loss(np.arange(1.0, 2e5), 300.0))
    thread.start()
    count = 0
    while thread.is_alive():
        count += 1
        time.sleep(0)
    thread.join()
    assert count > 10


def ask_in_child(model):
    return model.loss(N, 300, ridge=0.1, jobs=2)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(method):
    model = nslaw.Model(alpha=0.5)
    expected = model.loss(N, 300, ridge=0.1, jobs=2)
    with multiprocessing.get_context(method).Pool(2) as pool:
        for found in pool.map(ask_in_child, [model] * 3):
            assert np.array_equal(found, expected)


def test_interrupt():
    process = subprocess.Popen([sys.executable, "-c", LONG], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("interrupted\n", "", 0)


def test_handler_is_back():
    before = signal.getsignal(signal.SIGINT)
    nslaw.Model(alpha=0.5).loss(N, 300)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_is_not_lost():
    """One that comes when there is nothing left to stop is raised all the same."""
    def proceed(done, total):
        os.kill(os.getpid(), signal.SIGINT)
        return True

    with pytest.raises(KeyboardInterrupt):
        nslaw.Model(alpha=0.5).loss(N, 300, proceed=proceed)


def test_proceed():
    model, seen = nslaw.Model(alpha=0.5), []
    model.loss(np.arange(1.0, 3000), 300, proceed=lambda *done: seen.append(done))
    assert seen and all(0 <= done <= total for done, total in seen)
    with pytest.raises(nslaw.CancelledError):
        model.loss(np.arange(1.0, 3000), 300, proceed=lambda done, total: False)
    with pytest.raises(nslaw.CancelledError):
        model.loss(N[:3], 300, digits=20, proceed=lambda done, total: done < 1)
    with pytest.raises(ValueError, match="jobs must be"):
        model.loss(N, 300, jobs=0)


def test_what_proceed_raises():
    def proceed(done, total):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        nslaw.Model(alpha=0.5).loss(N, 300, proceed=proceed)
    runs = {"N": [1e6, 2e6, 4e6, 8e6], "P": [1e8] * 4, "loss": [4, 3, 2.5, 2.2]}
    with pytest.raises(LookupError, match="mine"):
        nslaw.fit(runs, "power:N", proceed=proceed)


def test_freed_in_order():
    """A density keeps its model; both go when nobody has them."""
    model = nslaw.Model(alpha=0.5, M=100)
    gone, owned = weakref.ref(model), model._owned
    assert len(owned) == 3
    gram = model.gram(10, 30)
    del model
    gc.collect()
    assert gone() is not None and gram(0.05) >= 0
    del gram
    gc.collect()
    assert gone() is None and owned == []


def use_everything():
    model = nslaw.Model(alpha=0.5, M=100)
    model.loss([10, 20], 30, digits=20)
    model.exponents()
    model.phase([10, 20], [[10], [20]])
    model.density(0.05, 10, 30)
    nslaw.fit({"N": [1e6, 2e6, 4e6, 8e6], "P": [1e8] * 4, "loss": [4, 3, 2.5, 2.2]},
              "power:N")
    for fails in (lambda: model.loss(-1, 30, digits=20),
                  lambda: nslaw.Model(alpha=0.5, sigma_w2=1.0)):
        with pytest.raises(nslaw.InvalidValueError):
            fails()


def test_all_is_freed(monkeypatch):
    """What C allocates is given back, once, also where a call fails."""
    calls = Counter()

    def counting(name, function):
        def call(*arguments):
            calls[name] += 1
            return function(*arguments)
        return call

    gc.collect()
    for name in nslaw._library.PROTOTYPES:
        if name.endswith(("_free", "_clear")):
            monkeypatch.setattr(lib, name, counting(name, getattr(lib, name)))
    use_everything()
    gc.collect()
    assert calls == {"nsl_spectrum_free": 2, "nsl_model_free": 1,
                     "nsl_model_mp_free": 1, "nsl_density_free": 1,
                     "nsl_prediction_text_clear": 3, "nsl_laws_text_clear": 1,
                     "nsl_map_clear": 1, "nsl_fit_clear": 1}
