# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and arrays on their way to C."""

from __future__ import annotations

from ctypes import POINTER, c_char_p, c_double
from decimal import Decimal
from typing import Any, Union

import numpy as np
import numpy.typing as npt

#: A number; as a Decimal or text, exactly that for results to many digits.
Number = Union[float, Decimal, str]

Doubles = npt.NDArray[np.float64]


def decimal(value: Any) -> bytes | None:
    """The decimal that a number stands for: of a float, the one that is printed."""
    if value is None:
        return None
    if isinstance(value, (Decimal, str)):
        return str(value).strip().encode()
    if isinstance(value, (int, np.integer)):
        return str(int(value)).encode()
    return repr(float(value)).encode()


def decimals(values: list[Any]) -> Any:
    """A C array of these."""
    return (c_char_p * len(values))(*map(decimal, values))


def doubles(values: npt.ArrayLike) -> Doubles:
    """A C-contiguous array that pointer() can point into."""
    return np.ascontiguousarray(values, dtype=np.float64)


def pointer(array: Doubles) -> Any:
    """To its first element. The caller keeps the array."""
    return array.ctypes.data_as(POINTER(c_double))


def take(at: Any, count: int) -> Doubles:
    """Copies `count` doubles from C."""
    return np.ctypeslib.as_array(at, (count,)).copy() if count else np.empty(0)


def scalar_or_array(array: Any) -> Any:
    """As ufuncs do: what has no dimensions is a scalar."""
    return array[()] if array.ndim == 0 else array
