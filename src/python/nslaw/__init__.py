# SPDX-License-Identifier: GPL-3.0-or-later
"""Analytic theory of the solvable model of neural scaling laws, by libnslaw.

    >>> import nslaw
    >>> model = nslaw.Model(alpha=0.3, noise=0.01)
    >>> model.loss([100, 1000], 4000).round(6)
    array([0.174968, 0.116248])

Model makes predictions, fit() fits forms to measured runs. N is the number of features
and P of samples everywhere.
"""

from ._library import VERSION as __version__
from ._library import lib as _lib
from .density import Density
from .errors import (CancelledError, DataError, InvalidValueError, LibraryError,
                     NslawError, OutOfMemoryError, Status)
from .fit import Fit, fit
from .model import Model, Note

#: The version of the library that is loaded.
library_version: str = _lib.nslaw_version().decode()

__all__ = [
    "CancelledError", "DataError", "Density", "Fit", "InvalidValueError",
    "LibraryError", "Model", "Note", "NslawError", "OutOfMemoryError", "Status",
    "__version__", "fit", "library_version",
]
