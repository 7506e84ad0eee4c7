# SPDX-License-Identifier: GPL-3.0-or-later
"""The model and its predictions."""

from __future__ import annotations

import inspect
import math
import os
import weakref
from ctypes import POINTER, c_int, c_uint
from decimal import Decimal
from enum import IntFlag
from typing import Any, Callable, Sequence, Union

import numpy as np
import numpy.typing as npt

from . import _structs as s
from ._library import call, filled, free_all, lib, new
from ._numbers import (Doubles, Number, decimal, decimals, doubles, pointer,
                       scalar_or_array)
from ._work import Proceed, work
from .density import Density
from .errors import CancelledError, InvalidValueError
from .fit import fit as _fit

#: A number or an array of numbers, broadcast with the others.
Numbers = Union[Number, npt.ArrayLike]

_CONVENTIONS = {"mrs": s.CONSTANTS["NSL_RIDGE_MRS"],
                "kernel": s.CONSTANTS["NSL_RIDGE_KERNEL"]}
_FLOW, _DESCENT = s.CONSTANTS["NSL_FLOW"], s.CONSTANTS["NSL_DESCENT"]

#: What double precision can hold of the digits of a law.
_DOUBLE_DIGITS = 18

#: Points that the library works at before it asks whether to go on.
_BLOCK = 256


class Note(IntFlag):
    """Why a value of a prediction is NaN: theory.h says more."""

    DIVERGES = 1
    ZERO_LOSS = 2
    KINK = 4
    UNDERFLOW = 8
    DOF_INFINITE = 16
    ELASTICITY = 32
    OVERFLOW = 64
    RIDGE_INFINITE = 128
    ORDER = 256
    DIGITS = 512


class _Points:
    """Broadcast columns of the points asked about."""

    def __init__(self, columns: dict[str, Any], kind: int, optimal: bool) -> None:
        self.names = list(columns)
        self.training = kind
        self.optimal = optimal
        self.given = columns
        arrays = np.broadcast_arrays(*(np.asarray(c, dtype=np.float64)
                                       for c in columns.values()))
        self.shape = arrays[0].shape
        self.count = arrays[0].size
        self.column = {name: doubles(array).ravel()
                       for name, array in zip(columns, arrays)}

    def batch(self) -> s.Batch:
        """Points into the columns, which must be kept."""
        columns = {name: s.Column(pointer(array), 1)
                   for name, array in self.column.items()}
        return s.Batch(count=self.count, training=self.training,
                       optimal_ridge=self.optimal, **columns)

    def point(self, i: int) -> s.Point:
        at = {name: array[i] for name, array in self.column.items()}
        training = {name: at.pop(name) for name in ("time", "steps", "rate")
                    if name in at}
        return s.Point(training=s.Training(self.training, **training), **at)

    def decimals(self) -> list[s.PointDecimals]:
        """Of each point, from what was given rather than from its double."""
        named = [name for name, _ in s.PointDecimals._fields_ if name in self.given]
        arrays = np.broadcast_arrays(*(np.asarray(self.given[name], dtype=object)
                                       for name in named),
                                     np.empty(self.shape))[:-1]
        return [s.PointDecimals(**dict(zip(named, map(decimal, row))))
                for row in zip(*(array.ravel() for array in arrays))]


class Model:
    """The solvable model of neural scaling laws: data with a spectrum, features at
    random, and ridge regression.

    Everything is dimensionless but for eigenvalues (the units of the squared latents)
    and losses (those of the squared labels). Immutable: threads may share it, also
    across a fork; and it can be pickled.

    Parameters
    ----------
    alpha
        Eigenvalues are lambda_max * I**-(1 + alpha), I = 1 ... M; 0 < alpha <= 1000.
    M
        Number of latent dimensions: whole, up to 10**18, or inf.
    noise
        Variance of the label noise per output, >= 0, where a call gives no other.
    lambda_max
        The largest eigenvalue.
    spectrum
        Instead of alpha, M and lambda_max: an array of eigenvalues >= 0, shape (rows,),
        or the path of a CSV or .npy file (nslaw-spectrum(1)).
    target, multiplicity
        Of an array of eigenvalues: the variance of the target along each eigenvector,
        and how often each stands; shape (rows,).
    source
        Target weights I**-(1 + source) instead of the spectrum's.
    label_variance
        Sum of the target's weights; the default is 1 where M is inf or with a source.
    sigma_w2, sigma_u2
        Variances of the target at finite M, and of the feature maps; default 1.
    outputs
        Number C of outputs. Losses are half the squared error, summed over outputs:
        the mean squared error is 2 * loss / outputs.
    hidden
        Widths of the feature layers before the last.
    convention
        Of every ridge: "kernel", delta for features scaled by 1/sqrt(width), defined at
        every size; or "mrs", gamma on the summed loss.
    ensemble
        Number of models whose predictions are averaged, where a call gives no other.

    Raises
    ------
    InvalidValueError
        A value is outside its range, or values contradict each other.
    DataError
        The file of the spectrum is not valid.

    Examples
    --------
    >>> model = Model(alpha=0.3)
    >>> round(model.loss(1000, 4000), 7)
    0.1145817
    >>> model.loss(1000, 4000, digits=30)
    Decimal('0.114581653672456976003786356015')
    """

    def __init__(self, alpha: Number | None = None, M: Number = math.inf,
                 noise: Number = 0.0, *, lambda_max: Number = 1.0,
                 spectrum: str | os.PathLike[str] | npt.ArrayLike | None = None,
                 target: npt.ArrayLike | None = None,
                 multiplicity: npt.ArrayLike | None = None,
                 source: Number | None = None, label_variance: Number | None = None,
                 sigma_w2: Number | None = None, sigma_u2: Number | None = None,
                 outputs: int = 1, hidden: Sequence[Number] = (),
                 convention: str = "kernel", ensemble: Number = 1) -> None:
        self._arguments = {name: value for name, value in locals().items()
                           if name not in ("self", "__class__")}
        if (alpha is None) == (spectrum is None):
            raise InvalidValueError("alpha", "give either it or a spectrum")
        if convention not in _CONVENTIONS:
            raise InvalidValueError("convention", "must be 'kernel' or 'mrs', got "
                                                  f"{convention!r}")
        if (target is not None or multiplicity is not None) and (
                spectrum is None or isinstance(spectrum, (str, os.PathLike))):
            raise InvalidValueError("target", "and multiplicity are of an array of "
                                              "eigenvalues only")
        self.noise, self.ensemble, self.convention = noise, ensemble, convention
        self._owned: list[tuple[str, int]] = []
        weakref.finalize(self, free_all, self._owned)
        if spectrum is None:
            self._spectrum = new("nsl_spectrum_new_powerlaw", float(alpha or 0.0),
                                 float(lambda_max), _latents(M))
        elif isinstance(spectrum, (str, os.PathLike)):
            self._spectrum = new("nsl_spectrum_read_exact", os.fsencode(spectrum))
        else:
            self._spectrum = _table(spectrum, target, multiplicity)
        self._owned.append(("nsl_spectrum_free", self._spectrum))
        self._make(hidden)

    def _make(self, hidden: Sequence[Number]) -> None:
        given = self._arguments
        options = lib.nsl_model_defaults()
        for name in ("source", "label_variance", "sigma_w2", "sigma_u2", "outputs"):
            if given[name] is not None:
                setattr(options, name, float(given[name]))
        widths = doubles([float(width) for width in hidden])
        options.hidden, options.hidden_count = pointer(widths), len(widths)
        options.convention = _CONVENTIONS[self.convention]
        self._handle = new("nsl_model_new", self._spectrum, options)
        self._owned.append(("nsl_model_free", self._handle))
        texts = {name: decimal(given[name]) for name, _ in s.ModelDecimals._fields_
                 if name != "hidden"}
        if given["spectrum"] is not None:
            texts["lambda_max"] = None
        self._exact = new("nsl_model_mp_new", self._handle,
                          s.ModelDecimals(hidden=decimals(list(hidden)), **texts))
        self._owned.append(("nsl_model_mp_free", self._exact))

    fit = staticmethod(_fit)

    def __repr__(self) -> str:

        default = {name: p.default for name, p in
                   inspect.signature(Model).parameters.items()}
        return "Model({})".format(", ".join(
            f"{name}={value!r}" for name, value in self._arguments.items()
            if repr(value) != repr(default[name])))

    def __reduce__(self) -> tuple[Callable[..., Model], tuple[dict[str, Any]]]:
        return _model_of, (self._arguments,)

    @property
    def M(self) -> float:
        """Number of latent dimensions; inf where it is without end."""
        latents = lib.nsl_spectrum_latents(self._spectrum)
        return math.inf if latents == s.LATENTS_INFINITE else float(latents)

    @property
    def rank(self) -> float:
        """Number of eigenvalues > 0; inf where it is without end."""
        rank = lib.nsl_spectrum_rank(self._spectrum)
        return math.inf if rank == s.LATENTS_INFINITE else float(rank)

    # --- predictions ------------------------------------------------------------------

    def _points(self, N: Numbers, P: Numbers, ridge: Numbers, noise: Numbers | None,
                ensemble: Numbers | None, time: Numbers | None, steps: Numbers | None,
                rate: Numbers | None) -> _Points:
        optimal = isinstance(ridge, str) and ridge == "opt"
        columns: dict[str, Any] = {
            "features": N, "samples": P, "ridge": 0.0 if optimal else ridge,
            "noise": self.noise if noise is None else noise,
            "ensemble": self.ensemble if ensemble is None else ensemble}
        kind = s.CONSTANTS["NSL_TRAINED"]
        if time is not None and steps is not None:
            raise InvalidValueError("time", "and steps exclude each other")
        if (steps is None) != (rate is None):
            raise InvalidValueError("steps", "and rate need each other")
        if time is not None:
            kind, columns["time"] = _FLOW, time
        elif steps is not None:
            kind, columns["steps"], columns["rate"] = _DESCENT, steps, rate
        return _Points(columns, kind, optimal)

    def predict(self, N: Numbers, P: Numbers, *, ridge: Numbers = 0.0,
                noise: Numbers | None = None, ensemble: Numbers | None = None,
                time: Numbers | None = None, steps: Numbers | None = None,
                rate: Numbers | None = None, digits: int | None = None, jobs: int = 1,
                proceed: Proceed | None = None) -> Any:
        """Everything that the theory says of N features and P samples.

        All numbers may be arrays; they are broadcast.

        Parameters
        ----------
        N, P
            Features (the width of the last layer) and samples, > 0 or inf.
        ridge
            >= 0, in the model's convention; 0 is the limit from above; "opt": the best
            one at each point.
        noise, ensemble
            Instead of the model's.
        time
            Training stops after this time of gradient flow, >= 0 or inf, in the unit of
            nslaw-train(1).
        steps, rate
            Training stops after so many steps of gradient descent, of this rate.
        digits
            None: double precision. 16 ... 10000: values are decimal.Decimal with so
            many digits, all right. A float then stands for the decimal that is printed
            for it, as 0.1 for 1/10; integers, Decimal and str for what they are.
        jobs
            Threads.
        proceed
            Called with how many blocks of points are done and how many there are; False
            stops the work.

        Returns
        -------
        numpy.recarray or numpy.record
            Of the broadcast shape; scalars give a record. Fields: what was asked
            (features, samples, ridge, noise, ensemble, and time or steps and rate);
            delta (units of eigenvalues), dof, test_loss, signal_loss, noise_loss,
            train_loss, bias, variance_samples, variance_features (units of the loss),
            elasticity_features, _samples, _ridge, _time (-dln(test_loss)/dln(...)); of
            doubles elasticity_error, elasticity_time_error (of that one alone),
            parts_error (of bias and variances, relative to the test loss), dof_error
            and error (of the test loss, relative), which bound the errors; and notes,
            see Note, on what is NaN.
            A test loss that diverges is inf.
        """
        points = self._points(N, P, ridge, noise, ensemble, time, steps, rate)
        if digits is not None:
            return scalar_or_array(self._predict_exactly(points, digits, proceed))
        names = s.VALUES + s.BOUNDS
        return scalar_or_array(self._predict(points, names, jobs, proceed))

    def _predict(self, points: _Points, names: Sequence[str], jobs: int,
                 proceed: Proceed | None) -> Any:
        found = {name: np.empty(points.count) for name in ("ridge", *names)}
        notes = np.empty(points.count, dtype=np.uint32)
        results = s.Results(notes=notes.ctypes.data_as(POINTER(c_uint)),
                            **{name: pointer(array) for name, array in found.items()})
        batch = points.batch()
        if jobs == 1 and proceed is None and points.count <= _BLOCK:
            call("nsl_predict_batch", results, self._handle, batch, None)
        else:
            with work(jobs, proceed) as how:
                call("nsl_predict_batch", results, self._handle, batch, how)
        found["test_loss"][notes & Note.DIVERGES != 0] = np.inf
        return _records({**points.column, **found, "notes": notes}, points.shape)

    def _predict_exactly(self, points: _Points, digits: int,
                         proceed: Proceed | None) -> Any:
        columns: dict[str, Any] = {
            name: np.empty(points.count, dtype=object)
            for name in (*points.names, *s.VALUES)}
        notes = columns["notes"] = np.empty(points.count, dtype=np.uint32)
        for i, texts in enumerate(points.decimals()):
            if proceed is not None and proceed(i, points.count) is False:
                raise CancelledError("", "cancelled")
            with filled(s.PredictionText(), "nsl_prediction_text_clear") as text:
                call("nsl_predict_text", text, self._exact, points.point(i), texts,
                     points.optimal, s.Units(), digits)
                for name in s.VALUES:
                    columns[name][i] = Decimal(getattr(text, name).decode())
                for name in points.names:
                    given = getattr(texts, name, None)
                    columns[name][i] = Decimal(given.decode() if given else
                                               float(points.column[name][i]))
                if points.optimal:
                    columns["ridge"][i] = Decimal(text.ridge.decode())
                notes[i] = text.notes
            if notes[i] & Note.DIVERGES:
                columns["test_loss"][i] = Decimal("inf")
        return _records(columns, points.shape)

    def loss(self, N: Numbers, P: Numbers, *, ridge: Numbers = 0.0,
             noise: Numbers | None = None, ensemble: Numbers | None = None,
             time: Numbers | None = None, steps: Numbers | None = None,
             rate: Numbers | None = None, digits: int | None = None, jobs: int = 1,
             proceed: Proceed | None = None) -> Any:
        """The test loss on clean labels alone; parameters as of predict().

        Returns a float, or a numpy.ndarray of the broadcast shape; with digits, Decimal
        and an array of them. inf where the loss diverges, NaN where double cannot tell
        it: predict() says why.
        """
        points = self._points(N, P, ridge, noise, ensemble, time, steps, rate)
        found = (self._predict(points, ("test_loss",), jobs, proceed) if digits is None
                 else self._predict_exactly(points, digits, proceed))
        return scalar_or_array(np.asarray(found["test_loss"]))

    def optimal_ridge(self, N: Numbers, P: Numbers, *, noise: Numbers | None = None,
                      ensemble: Numbers | None = None, digits: int | None = None,
                      jobs: int = 1, proceed: Proceed | None = None) -> Any:
        """The ridge of the least test loss, in the model's convention; 0 and inf too.

        Parameters and shapes as of loss().
        """
        points = self._points(N, P, "opt", noise, ensemble, None, None, None)
        found = (self._predict(points, ("test_loss",), jobs, proceed) if digits is None
                 else self._predict_exactly(points, digits, proceed))
        return scalar_or_array(np.asarray(found["ridge"]))

    def curve(self, N: Numbers, P: Numbers, *, ridge: Numbers = 0.0,
              noise: Numbers | None = None, ensemble: Numbers | None = None,
              time: Numbers | None = None, steps: Numbers | None = None,
              rate: Numbers | None = None, jobs: int = 1,
              proceed: Proceed | None = None) -> Any:
        """predict() along a line, with the plateau: a table for pandas.DataFrame.

        Returns
        -------
        numpy.recarray
            Of shape (points,), with the fields of predict() and `plateau`: the test
            loss as what varies of N, P, time and steps goes to infinity, with all else
            as it is at that point. N and P may vary together; NaN where neither varies,
            or where the limit depends on P/N. A gamma is left out where N is infinite.
        """
        points = self._points(N, P, ridge, noise, ensemble, time, steps, rate)
        table = self._predict(points, s.VALUES + s.BOUNDS, jobs, proceed).ravel()
        limit = {name: np.asarray(table[name]) for name in points.names}
        varies = {name for name in ("features", "samples", "time", "steps")
                  if name in limit and np.unique(limit[name]).size > 1}
        for name in varies:
            limit[name] = np.full(points.count, np.inf)
        plateau = np.full(points.count, np.nan)
        if varies:
            found = self._limits(points, limit, "features" in varies, jobs, proceed)
            plateau = np.asarray(found["test_loss"])
            if {"features", "samples"} <= varies:
                plateau[found["notes"] & Note.ORDER != 0] = np.nan
        return _records({**{name: table[name] for name in table.dtype.names},
                         "plateau": plateau}, (points.count,))

    def _limits(self, points: _Points, columns: dict[str, Any], endless: bool,
                jobs: int, proceed: Proceed | None) -> Any:
        """Predictions at limits; `endless` of the features."""
        model = self
        if endless and self.convention == "mrs":
            columns["ridge"] = np.zeros(points.count)
            if points.optimal:
                model = _model_of({**self._arguments, "convention": "kernel"})
        if endless:  # at P = inf it does not matter, whatever N
            columns["noise"] = np.where(np.asarray(points.column["samples"]) == np.inf,
                                        0.0, columns["noise"])
        return model._predict(_Points(columns, points.training, points.optimal),
                              ("test_loss",), jobs, proceed)

    # --- what limits the loss ---------------------------------------------------------

    def phase(self, N: Numbers, P: Numbers, *, ridge: Numbers = 0.0,
              noise: Numbers | None = None, ensemble: Numbers | None = None,
              time: Numbers | None = None, steps: Numbers | None = None,
              rate: Numbers | None = None, jobs: int = 1,
              proceed: Proceed | None = None) -> Any:
        """What limits the loss at N and P: "model-limited", "data-limited", "balanced",
        "interpolation-peak", ... (nslaw-phase(1)).

        Returns a str, or a numpy.ndarray of str of the broadcast shape; parameters as
        of predict(). A grid, all N with all P and the rest alike, is much faster than
        as many other points, and is what jobs and proceed are for.
        """
        points = self._points(N, P, ridge, noise, ensemble, time, steps, rate)
        n, column = np.unique(points.column["features"], return_inverse=True)
        p, row = np.unique(points.column["samples"], return_inverse=True)
        alike = all(np.unique(points.column[name]).size == 1
                    for name in points.names if name not in ("features", "samples"))
        names = np.array([lib.nsl_phase_name(i).decode()
                          for i in range(s.CONSTANTS["NSL_PHASE_COUNT"])])
        if alike and 1 < n.size * p.size <= points.count:
            found = names[self._phase_of_grid(points, n, p, jobs, proceed)[row, column]]
        else:
            found = names[[self._phase_of_point(points, i)
                           for i in range(points.count)]]
        found = found.reshape(points.shape)
        return str(found[()]) if found.ndim == 0 else found

    def _map_query(self, points: _Points, i: int, n: Doubles,
                   p: Doubles) -> s.MapQuery:
        """A map over n and p, with the rest as at the i-th point."""
        return s.MapQuery(
            self._handle, points.point(i), points.optimal,
            s.Axis(s.CONSTANTS["NSL_AXIS_FEATURES"], n.size, pointer(n)),
            s.Axis(s.CONSTANTS["NSL_AXIS_SAMPLES"], p.size, pointer(p)))

    def _phase_of_grid(self, points: _Points, n: Doubles, p: Doubles, jobs: int,
                       proceed: Proceed | None) -> Any:
        """Regimes, shape (p.size, n.size)."""
        query = self._map_query(points, 0, n, p)
        with filled(s.Map(), "nsl_map_clear") as grid:
            call("nsl_map_init", grid, query)
            with work(jobs, proceed) as how:
                call("nsl_map_fill", grid, query, 0, 1, how)
            return np.ctypeslib.as_array(grid.regime, (p.size, n.size)).copy()

    def _phase_of_point(self, points: _Points, i: int) -> int:
        n, p = (points.column[name][i:i + 1] for name in ("features", "samples"))
        regime = c_int()
        call("nsl_map_cell", s.Prediction(), regime, self._map_query(points, i, n, p),
             n[0], p[0])
        return regime.value

    def exponents(self, N: Number | None = None, P: Number | None = None, *,
                  ridge: Number = 0.0, noise: Number | None = None,
                  digits: int | None = None) -> Any:
        """The exact power laws of a power-law spectrum, in each resource.

        test_loss = amplitude * resource**-exponent, times (ln(resource) + log_shift)
        where `logarithm`.

        Parameters
        ----------
        N, P
            Features and samples at which the law in the ridge holds, or None.
        ridge
            0, a fixed one, or "opt": the best at each N and P.
        noise
            Instead of the model's.
        digits
            As of predict().

        Returns
        -------
        numpy.recarray
            Of shape (laws,), with the fields resource ("features", "samples", "budget",
            ...), regime ("model-limited", ...), exponent, amplitude, logarithm,
            log_shift, split_exponent, split_amplitude (of a budget: N = split_amplitude
            * budget**split_exponent) and note (where it holds, or why a value is NaN).
        """
        optimal = isinstance(ridge, str) and ridge == "opt"
        given = {"features": math.nan if N is None else N,
                 "samples": math.nan if P is None else P,
                 "ridge": 0.0 if optimal else ridge,
                 "noise": self.noise if noise is None else noise}
        policy = ("NSL_POLICY_OPTIMAL" if optimal else
                  "NSL_POLICY_FIXED" if float(given["ridge"]) else "NSL_POLICY_ZERO")
        point = s.Point(ensemble=float(self.ensemble),
                        **{name: float(value) for name, value in given.items()})
        exact = s.PointDecimals(**{name: decimal(value) for name, value in given.items()
                                   if not math.isnan(float(value))})
        with filled(s.LawsText(), "nsl_laws_text_clear") as found:
            call("nsl_laws_text_find", found, self._exact, s.CONSTANTS[policy], point,
                 exact, s.Units(), digits or _DOUBLE_DIGITS)
            return _laws(found.law[:found.count], float if digits is None else Decimal)

    def gram(self, N: Number, P: Number, *, side: str = "features",
             kernel: bool = False) -> Density:
        """The eigenvalues of the Gram matrix of N features and P samples.

        Parameters
        ----------
        side
            "features": the N x N sum over samples; "samples": the P x P kernel matrix.
        kernel
            Of features scaled by 1/sqrt(width); needed where N, a hidden width or M is
            infinite. At P = inf a mean over samples.
        """
        return Density(self, float(N), float(P), side, kernel)

    def density(self, x: npt.ArrayLike, N: Number, P: Number, *,
                side: str = "features", kernel: bool = False) -> Any:
        """The density of these eigenvalues at x (per unit of x): gram(...)(x)."""
        return self.gram(N, P, side=side, kernel=kernel)(x)


def _model_of(arguments: dict[str, Any]) -> Model:
    return Model(**arguments)


def _latents(M: Number) -> int:
    if float(M) == math.inf:
        return s.LATENTS_INFINITE
    latents = Decimal(str(M))
    if latents != latents.to_integral_value() or not 1 <= latents <= s.LATENTS_MAX:
        raise InvalidValueError("latents", "must be a whole number from 1 to 1e18, or "
                                           f"inf, got {M}")
    return int(latents)


def _table(spectrum: Any, target: npt.ArrayLike | None,
           multiplicity: npt.ArrayLike | None) -> int:
    eigenvalue = doubles(spectrum)
    columns = [None if column is None else doubles(column)
               for column in (target, multiplicity)]
    if eigenvalue.ndim != 1 or any(column is not None and
                                   column.shape != eigenvalue.shape
                                   for column in columns):
        raise InvalidValueError("spectrum", "and its target and multiplicity must be "
                                            "of one shape (rows,)")
    return new("nsl_spectrum_new_table", eigenvalue.size, pointer(eigenvalue),
               *(None if column is None else pointer(column) for column in columns))


def _records(columns: dict[str, Any], shape: tuple[int, ...]) -> Any:
    """One record array of columns of a length."""
    array = np.empty(shape, dtype=[(name, column.dtype)
                                   for name, column in columns.items()])
    for name, column in columns.items():
        array[name] = column.reshape(shape)
    return array.view(np.recarray)


def _laws(laws: Sequence[s.LawText], number: Callable[[str], Any]) -> Any:
    values = ("exponent", "amplitude", "log_shift", "split_exponent", "split_amplitude")
    kind = np.float64 if number is float else np.object_
    columns: dict[str, Any] = {
        "resource": np.array([lib.nsl_resource_name(law.resource).decode()
                              for law in laws]),
        "regime": np.array([lib.nsl_regime_name(law.regime).decode() for law in laws])}
    for name in values:
        columns[name] = np.array([number(getattr(law, name).decode()) for law in laws],
                                 dtype=kind)
    columns["logarithm"] = np.array([law.logarithm for law in laws])
    columns["note"] = np.array([(law.note or b"").decode() for law in laws])
    return _records(columns, (len(laws),))
