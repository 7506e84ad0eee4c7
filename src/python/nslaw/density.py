# SPDX-License-Identifier: GPL-3.0-or-later
"""Eigenvalues of the Gram matrix."""

from __future__ import annotations

import weakref
from ctypes import c_double
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _structs as s
from ._library import call, lib, new
from ._numbers import Doubles, doubles, pointer, scalar_or_array
from .errors import InvalidValueError

if TYPE_CHECKING:
    from .model import Model

_SIDES = {"features": s.CONSTANTS["NSL_SIDE_FEATURES"],
          "samples": s.CONSTANTS["NSL_SIDE_SAMPLES"]}


class Density:
    """The density of the eigenvalues of a Gram matrix: Model.gram() makes it.

    Calling it with x, in units of the matrix, gives the density per unit of x, without
    the atom at 0; a float, or an array of the shape of x. Immutable: threads may share
    it.

    Attributes
    ----------
    bulks : numpy.recarray
        Shape (bulks,): the support, with its edges `lower` and `upper`, and `mass`, the
        share of all eigenvalues.
    atom : float
        The share of eigenvalues that are 0.
    """

    def __init__(self, model: Model, N: float, P: float, side: str,
                 kernel: bool) -> None:
        if side not in _SIDES:
            raise InvalidValueError("side", f"must be 'features' or 'samples', got "
                                            f"{side!r}")
        self._model = model  # must outlive the density
        self._handle = new("nsl_density_new", model._handle,
                           s.Gram(N, P, _SIDES[side], kernel))
        self._free = weakref.finalize(self, _free, self._handle, model)
        self.atom: float = lib.nsl_density_atom(self._handle)
        bulks = [lib.nsl_density_bulk(self._handle, i)
                 for i in range(lib.nsl_density_bulks(self._handle))]
        self.bulks = np.array(
            [(bulk.lower, bulk.upper, bulk.mass) for bulk in bulks],
            dtype=[(name, np.float64) for name, _ in s.Bulk._fields_]).view(np.recarray)

    def _each(self, name: str, *arguments: npt.ArrayLike) -> Any:
        """A function of the library at every element."""
        arrays = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64)
                                       for a in arguments))
        out = np.empty(arrays[0].shape)
        value = c_double()
        for i in np.ndindex(out.shape):
            call(name, value, self._handle, *(float(array[i]) for array in arrays))
            out[i] = value.value
        return scalar_or_array(out)

    def __call__(self, x: npt.ArrayLike) -> Any:
        return self._each("nsl_density_at", x)

    def integral(self, a: npt.ArrayLike, b: npt.ArrayLike) -> Any:
        """Share of the eigenvalues in [a, b], the atom included; ends may be infinite.
        """
        return self._each("nsl_density_integral", a, b)

    def quantile(self, q: npt.ArrayLike) -> Any:
        """The least x below which a share 0 <= q <= 1 of the eigenvalues lies."""
        return self._each("nsl_density_quantile", q)

    def points(self, count: int) -> Doubles:
        """Places to draw the density at: shape (count,), increasing, over all bulks."""
        x = doubles(np.empty(count))
        call("nsl_density_points", pointer(x), count, self._handle)
        return x


def _free(handle: int, _model: Model) -> None:
    """Keeps the model until then."""
    lib.nsl_density_free(handle)
