# SPDX-License-Identifier: GPL-3.0-or-later
"""The theory, and other scaling laws, fitted to measured runs."""

from __future__ import annotations

from ctypes import byref, c_double, create_string_buffer
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _structs as s
from ._library import call, filled, lib
from ._numbers import Doubles, doubles, pointer, scalar_or_array, take
from ._work import Proceed, work
from .errors import InvalidValueError

_OBJECTIVES = {name: s.CONSTANTS["NSL_OBJECTIVE_" + name.upper()]
               for name in ("huber", "squares", "gaussian")}

#: Operations of training: C = 6 N P.
_OPERATIONS = 6.0

_TRAINING = {"time": s.CONSTANTS["NSL_FLOW"], "steps": s.CONSTANTS["NSL_DESCENT"]}


class Fit:
    """A form with the parameters that predict the runs best: fit() makes it.

    fit["alpha"] is the value of a parameter. Intervals are at 95 %.

    Attributes
    ----------
    form : str
        Its name, such as "theory+noise".
    parameters : numpy.recarray
        Shape (parameters,), with the fields name, value, known (relative bound on it as
        the place of the minimum), error (standard error), lo, hi, profile_lo,
        profile_hi, bound (at the end of its range) and identified: fit.h says more.
    covariance : numpy.ndarray
        Shape (parameters, parameters).
    objective, sigma, aic, bic, rms_log, holdout_rms_log : float
        Its value at the minimum; residuals of ln(loss) and what follows from them.
    predicted : numpy.ndarray
        The loss of each run, shape (runs,), in the order given.
    held_out : numpy.ndarray
        Whether a run was left out of the fit, shape (runs,).
    bootstrap : numpy.ndarray
        Parameters of each refit, shape (refits, parameters).
    starts, starts_agreeing : int
        Of how many starts how many ended at this minimum.
    """

    def __init__(self, found: s.FitResult) -> None:
        count = found.parameters
        fields = [(name, kind) for name, kind in s.FitParameter._fields_
                  if name != "name"]
        self.parameters = np.array(
            [(p.name.decode(), *(getattr(p, name) for name, _ in fields))
             for p in found.parameter[:count]],
            dtype=[("name", "U16"), *((name, np.dtype(kind)) for name, kind in fields)],
        ).view(np.recarray)
        self._form = s.Form.from_buffer_copy(found.form)
        name = create_string_buffer(s.FORM_NAME_MAX)
        lib.nsl_form_name(name, self._form)
        self.form = name.value.decode()
        self.covariance: Doubles = np.array(found.covariance)[:count, :count]
        self.objective: float = found.objective
        self.sigma: float = found.sigma
        self.aic: float = found.aic
        self.bic: float = found.bic
        self.rms_log: float = found.rms_log
        self.holdout_rms_log: float = found.holdout_rms_log
        self.predicted = take(found.predicted, found.count)
        self.held_out = np.array(found.is_held_out[:found.count], dtype=bool)
        self.bootstrap = take(found.bootstrap, found.bootstraps * count).reshape(
            -1, count)
        self.starts: int = found.starts
        self.starts_agreeing: int = found.starts_agreeing

    def __getitem__(self, name: str) -> float:
        for parameter in self.parameters:
            if parameter.name == name:
                return float(parameter.value)
        raise KeyError(name)

    def __repr__(self) -> str:
        return "<Fit {}: {}>".format(self.form, ", ".join(
            f"{p.name} = {p.value:.4g}" for p in self.parameters))

    def loss(self, N: npt.ArrayLike, P: npt.ArrayLike,
             C: npt.ArrayLike | None = None, *,
             time: npt.ArrayLike | None = None, steps: npt.ArrayLike | None = None,
             rate: npt.ArrayLike | None = None) -> Any:
        """The loss that the fit predicts for N parameters and P samples, in the units
        of the runs. Arrays are broadcast; scalars give a float.

        Parameters
        ----------
        N, P, C
            Parameters, samples and what training costs, > 0; C = 6 N P by default.
        time, steps, rate
            When training stops, as in the runs.
        """
        runs = _Runs(N, P, C, 1.0, 1.0, time, steps, rate)
        parameter = doubles(self.parameters.value)
        out, value = np.empty(runs.count), c_double()
        for i in range(runs.count):
            call("nsl_form_loss", value, self._form, pointer(parameter),
                 byref(runs.array[i]))
            out[i] = value.value
        return scalar_or_array(out.reshape(runs.shape))


class _Runs:
    """Columns as an array of nsl_fit_run."""

    def __init__(self, N: Any, P: Any, C: Any, loss: Any, weight: Any, time: Any,
                 steps: Any, rate: Any) -> None:
        if (steps is None) != (rate is None):
            raise InvalidValueError("steps", "and rate need each other")
        if time is not None and steps is not None:
            raise InvalidValueError("time", "and steps exclude each other")
        if C is None:
            C = _OPERATIONS * np.asarray(N, float) * np.asarray(P, float)
        training = {name: value for name, value in
                    (("time", time), ("steps", steps), ("rate", rate))
                    if value is not None}
        kind = next((_TRAINING[name] for name in training if name in _TRAINING),
                    s.CONSTANTS["NSL_TRAINED"])
        columns = np.broadcast_arrays(*(
            np.asarray(column, dtype=np.float64)
            for column in (N, P, C, loss, weight, *training.values())))
        self.shape, self.count = columns[0].shape, columns[0].size
        rows = zip(*(column.ravel().tolist() for column in columns))
        self.array = (s.FitRun * self.count)(*(
            s.FitRun(*row[:5], s.Training(kind, **dict(zip(training, row[5:]))))
            for row in rows))


def fit(data: Any, form: str = "theory", *, N: str = "N", P: str = "P", C: str = "C",
        loss: str = "loss", weight: str | None = None, time: str | None = None,
        steps: str | None = None, rate: str | None = None, objective: str = "huber",
        huber: float = 1e-3, holdout: float = 0.0, bootstrap: int = 0, seed: int = 0,
        jobs: int = 1, proceed: Proceed | None = None) -> Fit:
    """Fits a form to measured runs, whatever their order.

    Parameters
    ----------
    data
        What has columns by name: a pandas.DataFrame, a dict of arrays, or a structured
        array. A run's numbers are positive and finite.
    form
        "theory", also with +source, +latents, +noise, +ridge or +time; "chinchilla",
        "kaplan", "power:N", "power:P" or "power:C" (nslaw-fit(1)).
    N, P, C, loss, weight
        Names of the columns of parameters, samples, compute (where there is none,
        6 N P), the loss, and the weight of its residual (None: all 1).
    time, steps, rate
        Names of columns that say when training was stopped (None: at its end).
    objective
        What is made least, of residuals of ln(loss): "huber", with its `huber`,
        "squares" or "gaussian".
    holdout
        Share of the runs, those of most compute, that are left out: 0 <= share < 1.
    bootstrap, seed
        Refits to runs drawn again, and the seed of the draws.
    jobs, proceed
        As of Model.predict().

    Raises
    ------
    DataError
        The runs cannot tell a parameter, which `field` names.
    InvalidValueError
        A run or an option is outside its range.
    NslawError
        No start converged.
    """
    if objective not in _OBJECTIVES:
        raise InvalidValueError("objective", "must be 'huber', 'squares' or "
                                             f"'gaussian', got {objective!r}")
    wanted = s.Form()
    call("nsl_form_parse", wanted, form.encode())
    runs = _Runs(_column(data, N), _column(data, P),
                 _column(data, C) if C in _names(data) else None, _column(data, loss),
                 1.0 if weight is None else _column(data, weight),
                 *(None if name is None else _column(data, name)
                   for name in (time, steps, rate)))
    if len(runs.shape) != 1:
        raise InvalidValueError("runs", f"must be columns, not of shape {runs.shape}")
    options = lib.nsl_fit_defaults()
    options.objective, options.huber = _OBJECTIVES[objective], huber
    options.holdout, options.bootstrap, options.seed = holdout, bootstrap, seed
    with filled(s.FitResult(), "nsl_fit_clear") as found:
        with work(jobs, proceed) as options.work:
            call("nsl_fit_find", found, wanted, options, runs.count, runs.array)
        return Fit(found)


def _names(data: Any) -> Any:
    """The names of the columns."""
    kind = getattr(data, "dtype", None)
    return kind.names or () if isinstance(kind, np.dtype) else data.keys()


def _column(data: Any, name: str) -> Any:
    names = _names(data)
    if name not in names:
        raise InvalidValueError(name, "is no column of the runs; they have "
                                      f"{', '.join(map(str, names))}")
    return np.asarray(data[name], dtype=np.float64)
