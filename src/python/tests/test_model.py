# SPDX-License-Identifier: GPL-3.0-or-later
"""Predictions against the program's, closed forms and each other."""

import math
import pickle
from decimal import Decimal

import nslaw
import numpy as np
import pytest

#: What the library promises of losses.
PROMISE = 1e-12
#: What it promises of elasticities in the batch and in maps.
ELASTICITY = 1e-10

INF = math.inf


def expect_row(record, row):
    """A record of predict() against a row of the program."""
    for name in ("delta", "dof", "test_loss", "signal_loss", "noise_loss",
                 "train_loss"):
        assert record[name] == pytest.approx(float(row[name]), rel=PROMISE), name
    for name in ("features", "samples", "ridge"):
        bound = ELASTICITY * max(1.0, abs(float(row["elasticity_" + name])))
        assert abs(record["elasticity_" + name] - float(row["elasticity_" + name])
                   ) <= bound, name


@pytest.mark.parametrize("model, options, point", [
    ({"alpha": 0.3}, ["--alpha", 0.3], {}),
    ({"alpha": 1.2, "M": 5000, "noise": 0.05, "source": 1.9, "convention": "mrs",
      "outputs": 10, "sigma_u2": 2},
     ["--alpha", 1.2, "--latents", 5000, "--noise", 0.05, "--source", 1.9, "--outputs",
      10, "--sigma-u2", 2, "--ridge", 0.01], {"ridge": 0.01}),
    ({"alpha": 0.7, "hidden": [500, 300], "label_variance": 2, "lambda_max": 3},
     ["--alpha", 0.7, "--hidden", "500,300", "--label-variance", 2, "--lambda-max", 3,
      "--kernel-ridge", 0.02, "--noise", 0.3], {"ridge": 0.02, "noise": 0.3}),
    ({"alpha": 0.5, "ensemble": 4}, ["--alpha", 0.5, "--ensemble", 4, "--kernel-ridge",
                                     1e-3], {"ridge": 1e-3}),
    ({"spectrum": "data/mnist/relu_spectrum.csv"},
     ["--spectrum", "data/mnist/relu_spectrum.csv", "--kernel-ridge", 1], {"ridge": 1}),
])
def test_like_the_program(model, options, point, program, source, monkeypatch):
    monkeypatch.chdir(source)
    answer = program("loss", "--features", 120, "--samples", 400, *options)
    expect_row(nslaw.Model(**model).predict(120, 400, **point), answer["rows"][0])


def test_one_eigenvalue_at_infinite_width():
    """One direction, P samples, no ridge, N = inf: the loss vanishes; with one sample
    fewer than eigenvalues of equal size it is (M - P)/M of the label variance, /2."""
    assert nslaw.Model(spectrum=[2.0], target=[1.0]).loss(INF, 5) == 0.0
    model = nslaw.Model(spectrum=[1.0], target=[0.01], multiplicity=[100])
    assert model.loss(INF, 40) == pytest.approx(0.5 * 0.6, rel=PROMISE)
    assert (model.M, model.rank) == (100, 100)
    assert nslaw.Model(alpha=1).M == INF


def test_spectrum_from_array(source):
    path = source / "data/mnist/relu_spectrum.csv"
    table = np.genfromtxt(path, delimiter=",", names=True, comments="#")
    names = table.dtype.names
    target = table["target" if "target" in names else "weight_sq"]
    lam = table["eigenvalue" if "eigenvalue" in names else "lambda"]
    more = {name: table[name] for name in ("multiplicity",) if name in names}
    model = nslaw.Model(spectrum=lam, target=target, **more)
    assert model.loss(100, 300, ridge=1) == pytest.approx(
        nslaw.Model(spectrum=path).loss(100, 300, ridge=1), rel=PROMISE)


def test_broadcasting():
    model = nslaw.Model(alpha=0.4, noise=0.01)
    n, p = np.array([[50], [500]]), [30, 300, 3000]
    ridge = np.array([1e-3, 1e-2])[:, None, None]
    loss = model.loss(n, p, ridge=ridge)
    assert loss.shape == (2, 2, 3) and loss.dtype == np.float64
    for i in np.ndindex(loss.shape):
        assert loss[i] == pytest.approx(
            model.loss(n[i[1], 0], p[i[2]], ridge=ridge[i[0], 0, 0]), rel=PROMISE)
    assert isinstance(model.loss(50, 30), float)
    assert model.loss([], 30).shape == (0,)
    records = model.predict(n, p, time=10)
    assert records.shape == (2, 3) and records.time[1, 2] == 10
    assert isinstance(model.predict(50, 30), np.record)
    with pytest.raises(ValueError):
        model.loss([1, 2], [1, 2, 3])


def test_threads_change_no_bit():
    model = nslaw.Model(alpha=0.4)
    n = np.geomspace(10, 1e5, 3000)
    assert np.array_equal(model.loss(n, 700, ridge=0.1),
                          model.loss(n, 700, ridge=0.1, jobs=3))


def test_divergence():
    record = nslaw.Model(alpha=0.3).predict(500, 500)
    assert record.test_loss == INF
    assert nslaw.Note(int(record.notes)) & nslaw.Note.DIVERGES
    assert math.isnan(record.elasticity_features)


@pytest.mark.parametrize("ridge, option", [("0.001", "1e-3"), ("opt", "opt")])
def test_digits(ridge, option, program):
    row = program("loss", "--features", 100, "--samples", 300, "--alpha", 0.3,
                  "--noise", "0.1", "--kernel-ridge", option, "--digits", 50)["rows"][0]
    model = nslaw.Model(alpha=0.3, noise="0.1")
    record = model.predict(100, 300, ridge=ridge, digits=50)
    assert record.test_loss == Decimal(row["test_loss"])
    assert record.elasticity_samples == Decimal(row["elasticity_samples"])
    assert record.ridge == Decimal(row["kernel_ridge"])
    assert record.features == 100 and record.noise == Decimal("0.1")
    assert len(record.test_loss.as_tuple().digits) == 50
    loss = model.loss([100, 200], 300, ridge=ridge, digits=20)
    assert loss.shape == (2,) and loss.dtype == object
    assert float(loss[1]) == pytest.approx(model.loss(200, 300, ridge=ridge),
                                           rel=PROMISE)


def test_numbers_as_decimals():
    """A float is the decimal that it prints: 0.1 is a tenth, as the text is."""
    floats = nslaw.Model(alpha=0.1).loss(10, 20, noise=0.1, digits=40)
    texts = nslaw.Model(alpha=Decimal("0.1")).loss("10", np.int64(20), noise="0.1",
                                                   digits=40)
    exact = nslaw.Model(alpha=Decimal(0.1)).loss(10, 20, noise=0.1, digits=40)
    assert floats == texts and floats != exact


def test_digits_diverge():
    assert nslaw.Model(alpha=0.3).loss(50, 50, digits=20) == Decimal("inf")


def test_training_time(program):
    model = nslaw.Model(alpha=0.5, noise=0.05)
    time = np.array([1.0, 100.0, 1e4])
    for row, t in zip(program("curve", "--features", 300, "--samples", 400, "--alpha",
                              0.5, "--noise", 0.05, "--time", "1:1e4:3")["rows"], time):
        record = model.predict(300, 400, time=t)
        assert record.test_loss == pytest.approx(float(row["test_loss"]), rel=PROMISE)
        assert record.train_loss == pytest.approx(float(row["train_loss"]), rel=PROMISE)
    assert model.loss(300, 400, time=INF) == pytest.approx(model.loss(300, 400),
                                                           rel=PROMISE)
    steps = model.loss(300, 400, steps=[0, 100000], rate=[1e-3])
    assert steps[0] == 0.5
    assert steps[1] == pytest.approx(model.loss(300, 400, time=100.0), rel=1e-3)


def test_optimal_ridge(program):
    model = nslaw.Model(alpha=0.5, noise=0.02)
    best = model.optimal_ridge([100, 1000], 300)
    row = program("loss", "--features", 100, "--samples", 300, "--alpha", 0.5,
                  "--noise", 0.02, "--kernel-ridge", "opt")["rows"][0]
    assert best[0] == pytest.approx(float(row["kernel_ridge"]), rel=1e-10)
    loss = model.loss(1000, 300, ridge=best[1] * np.array([0.9, 1.0, 1.1]))
    assert loss[1] < loss[0] and loss[1] < loss[2]
    assert model.loss(1000, 300, ridge="opt") == pytest.approx(loss[1], rel=PROMISE)
    assert isinstance(model.optimal_ridge(100, 300, digits=20), Decimal)


def test_curve(program):
    model = nslaw.Model(alpha=0.3, noise=0.01)
    table = model.curve(np.geomspace(100, 1e6, 5), 1e4, ridge=1e-3)
    rows = program("curve", "--features", "100:1e6:5", "--samples", "1e4", "--alpha",
                   0.3, "--noise", 0.01, "--kernel-ridge", "1e-3")["rows"]
    for record, row in zip(table, rows):
        expect_row(record, row)
        assert record.plateau == pytest.approx(float(row["plateau"]), rel=PROMISE)
    assert table.shape == (5,)
    assert np.isnan(model.curve(100, 300, ridge=[0.1, 1]).plateau).all()
    in_time = model.curve(100, 300, time=[1, 10])
    assert in_time.plateau == pytest.approx(model.loss(100, 300), rel=PROMISE)
    # both grow, and the limit depends on their ratio
    assert np.isnan(model.curve([10, 20], [40, 80]).plateau).all()


@pytest.mark.parametrize("ridge, option", [(0.3, "0.3"), ("opt", "opt")])
def test_curve_of_mrs(ridge, option, program):
    model = nslaw.Model(alpha=1, M=400, noise=0.1, convention="mrs")
    row = program("curve", "--features", "100:200:2", "--samples", 50, "--alpha", 1,
                  "--latents", 400, "--noise", 0.1, "--ridge", option)["rows"][0]
    assert model.curve([100, 200], 50, ridge=ridge).plateau[0] == pytest.approx(
        float(row["plateau"]), rel=PROMISE)


def test_phase(program):
    n = np.geomspace(10, 1000, 5)
    rows = program("phase", "-N", "10:1000:5", "-P", "10:1000:5", "-a", 0.5, "--noise",
                   0.1, "--kernel-ridge", 0.5)["rows"]
    model = nslaw.Model(alpha=0.5, noise=0.1)
    found = model.phase(n, n[:, None], ridge=0.5)
    assert found.shape == (5, 5)
    assert found.ravel().tolist() == [row["regime"] for row in rows]
    assert len(set(found.ravel())) >= 3
    # not a grid: point by point
    diagonal = model.phase(n, n[::-1], ridge=0.5)
    assert diagonal.tolist() == found[::-1].diagonal().tolist()
    other = model.phase(n, n[:, None], ridge=[0.5] * 4 + [0.50001])
    assert np.array_equal(other[:, :4], found[:, :4])
    assert model.phase([], 10).shape == (0,)
    assert model.phase(10, 1000) == "model-limited"
    assert model.phase(1000, 1000, time=1) == "time-limited"


@pytest.mark.parametrize("ridge, options", [
    (0.0, []), ("opt", ["--kernel-ridge", "opt"]),
])
def test_exponents(ridge, options, program):
    model = nslaw.Model(alpha=0.3, noise=0.1)
    laws = model.exponents(1000, 4000, ridge=ridge)
    rows = program("exponents", "--alpha", 0.3, "--noise", 0.1, "--features", 1000,
                   "--samples", 4000, *options)["rows"]
    assert len(laws) == len(rows)
    for law, row in zip(laws, rows):
        assert (law.resource, law.regime) == (row["resource"], row["regime"])
        for name in ("exponent", "amplitude", "split_exponent", "split_amplitude"):
            expected = math.nan if row[name] is None else float(row[name])
            assert law[name] == pytest.approx(expected, rel=1e-15, nan_ok=True)
    exact = model.exponents(digits=40)
    assert exact[0].exponent == Decimal("0.3")
    assert exact.dtype["exponent"] == object


def test_density(program):
    model = nslaw.Model(alpha=0.5, M=100)
    gram = model.gram(10, 30)
    rows = program("density", "-N", 10, "-P", 30, "-a", 0.5, "-M", 100)["rows"]
    x = np.array([float(row["x"]) for row in rows])
    value = np.array([float(row["density"]) for row in rows])
    inside = value > 1e-3 * value.max()
    assert model.density(x, 10, 30)[inside] == pytest.approx(value[inside], rel=1e-9)
    assert gram.integral(0, INF) == pytest.approx(1.0, abs=1e-14)
    assert gram.bulks.mass.sum() + gram.atom == pytest.approx(1.0, abs=1e-14)
    assert model.gram(10, 30, side="samples").atom == pytest.approx(2 / 3)
    assert gram.integral(0, gram.quantile(0.3)) == pytest.approx(0.3, abs=1e-12)
    points = gram.points(50)
    assert points.shape == (50,) and (np.diff(points) > 0).all()
    assert isinstance(gram(x[5]), float)


def test_marchenko_pastur():
    """Equal eigenvalues at N = inf: the law of Marchenko and Pastur."""
    count, samples = 200, 100
    gram = nslaw.Model(spectrum=[1.0], target=[1.0], multiplicity=[count]).gram(
        INF, samples, side="samples", kernel=True)
    ratio = samples / count
    lower, upper = (count * (1 + sign * math.sqrt(ratio)) ** 2 for sign in (-1, 1))
    assert gram.bulks.lower == pytest.approx(lower)
    x = np.linspace(lower, upper, 9)[1:-1]
    law = np.sqrt((upper - x) * (x - lower)) / (2 * np.pi * ratio * x * count) * 1.0
    assert gram(x) == pytest.approx(law, rel=1e-9)


def test_pickle():
    model = nslaw.Model(alpha=0.3, noise=0.1, hidden=[50])
    other = pickle.loads(pickle.dumps(model))
    assert other.loss(10, 30) == model.loss(10, 30)
    assert repr(other) == "Model(alpha=0.3, noise=0.1, hidden=[50])"


def test_pandas():
    pandas = pytest.importorskip("pandas")
    model = nslaw.Model(alpha=0.3)
    frame = pandas.DataFrame(model.curve([10, 100, 1000], 500))
    assert list(frame.features) == [10, 100, 1000]
    assert frame.test_loss.iloc[1] == pytest.approx(model.loss(100, 500), rel=PROMISE)
    series = model.loss(frame.features, frame.samples)
    assert series == pytest.approx(frame.test_loss.to_numpy(), rel=PROMISE)
    assert set(pandas.DataFrame(model.exponents()).resource) >= {"features", "samples"}
