# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits against the program's, of tables of every kind."""

import nslaw
import numpy as np
import pytest


@pytest.fixture(scope="module")
def runs(source):
    table = np.genfromtxt(source / "data/fit/runs.csv", delimiter=",", names=True)
    return {name: table[name] for name in table.dtype.names}


def test_like_the_program(runs, program):
    answer = program("fit", "data/fit/runs.csv", "--form", "chinchilla", "--bootstrap",
                     50, "--seed", 7, "--holdout", "0.2")
    fit = nslaw.fit(runs, "chinchilla", bootstrap=50, seed=7, holdout=0.2)
    form = answer["summary"]["forms"][0]
    assert fit.form == form["form"] == "chinchilla"
    for value, row in zip(fit.predicted, answer["rows"]):
        assert value == float(row["predicted"])
    assert [str(held).lower() for held in fit.held_out] == [
        str(row["held_out"]).lower() for row in answer["rows"]]
    assert fit.held_out.sum() == 7
    for name in ("objective", "sigma", "aic", "bic", "rms_log", "holdout_rms_log"):
        assert getattr(fit, name) == float(form[name]), name
    assert list(fit.parameters["name"]) == list(form["parameters"])
    for parameter, row in zip(fit.parameters, form["parameters"].values()):
        assert parameter.value == float(row["value"])
        assert parameter.lo == float(row["lo"])
    assert fit.bootstrap.shape[1] == 5 and 40 <= len(fit.bootstrap) <= 50
    assert fit.covariance.shape == (5, 5)
    assert fit["alpha"] == fit.parameters.value[3]
    with pytest.raises(KeyError):
        fit["gamma"]


def test_recovers_a_law():
    n, p = (grid.ravel() for grid in np.meshgrid(np.geomspace(1e6, 1e9, 6),
                                                 np.geomspace(1e8, 1e11, 6)))
    loss = 1.5 + 400 * n**-0.34 + 300 * p**-0.28
    fit = nslaw.fit({"N": n, "P": p, "loss": loss}, "chinchilla", objective="squares")
    for name, value in (("E", 1.5), ("A", 400), ("B", 300), ("alpha", 0.34),
                        ("beta", 0.28)):
        assert fit[name] == pytest.approx(value, rel=1e-6)
    assert fit.loss(n, p) == pytest.approx(loss, rel=1e-9)
    assert fit.loss(1e7, 1e9) == pytest.approx(
        1.5 + 400 * 1e7**-0.34 + 300 * 1e9**-0.28, rel=1e-9)
    assert isinstance(fit.loss(1e7, 1e9), float)


def test_recovers_the_model():
    """Losses of Model, fitted by the theory: the exponent comes back."""
    model = nslaw.Model(alpha=0.6)
    n, p = (grid.ravel() for grid in np.meshgrid(np.geomspace(100, 1e4, 5),
                                                 np.geomspace(150, 1.5e4, 5)))
    loss = model.loss(n, p, ridge="opt")
    fit = nslaw.Model.fit({"width": n, "images": p, "mse": loss + 0.1}, N="width",
                          P="images", loss="mse", objective="squares")
    assert fit["alpha"] == pytest.approx(0.6, rel=1e-6)
    assert fit["k"] == pytest.approx(1, rel=1e-6)
    assert fit["A"] == pytest.approx(0.5, rel=1e-6)
    assert fit["E"] == pytest.approx(0.1, rel=1e-6)


def test_tables(runs):
    kinds = [runs, np.rec.fromarrays(list(runs.values()), names=list(runs))]
    try:
        import pandas
        kinds.append(pandas.DataFrame(runs))
    except ImportError:
        pass
    values = [nslaw.fit(kind, "power:C")["alpha"] for kind in kinds]
    assert len(set(values)) == 1


def test_stopped_runs(source):
    table = np.genfromtxt(source / "data/fit/stopped.csv", delimiter=",", names=True)
    alone = nslaw.fit(table[:12], "power:N", time="epochs")
    assert alone.form == "power:N"
    with pytest.raises(nslaw.InvalidValueError) as caught:
        nslaw.fit(table, "theory+latents", time="epochs")
    assert caught.value.field == "form"


def test_errors(runs):
    with pytest.raises(nslaw.DataError):
        nslaw.fit({"N": [1, 2], "P": [1, 2], "loss": [1, 2]})
    with pytest.raises(nslaw.InvalidValueError, match="is no column of the runs"):
        nslaw.fit({"N": [1, 2], "loss": [1, 2]})
    with pytest.raises(nslaw.InvalidValueError) as caught:
        nslaw.fit(runs, "nonsense")
    assert caught.value.field == "form"
    with pytest.raises(nslaw.NslawError):
        nslaw.fit({**runs, "loss": -runs["loss"]})
