# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds libnslaw, and the functions that this package calls."""

from __future__ import annotations

import ctypes
import os
import sysconfig
from contextlib import contextmanager
from ctypes import (POINTER, c_char_p, c_double, c_int, c_size_t, c_uint, c_uint64,
                    c_void_p)
from pathlib import Path
from typing import Any, Iterator, TypeVar

from . import _structs as s
from .errors import LibraryError, error_of

SONAME = "libnslaw.so.0"

#: The version of this package, and of the library that it is for.
VERSION = "0.1.0"

_ERROR = POINTER(s.Error)
_Struct = TypeVar("_Struct", bound=ctypes.Structure)

#: What functions return and take. Handles are void *.
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "nslaw_version": (c_char_p, []),
    "nsl_spectrum_new_powerlaw": (c_int, [POINTER(c_void_p), c_double, c_double,
                                          c_uint64, _ERROR]),
    "nsl_spectrum_new_table": (c_int, [POINTER(c_void_p), c_size_t, POINTER(c_double),
                                       POINTER(c_double), POINTER(c_double), _ERROR]),
    "nsl_spectrum_read_exact": (c_int, [POINTER(c_void_p), c_char_p, _ERROR]),
    "nsl_spectrum_free": (None, [c_void_p]),
    "nsl_spectrum_latents": (c_uint64, [c_void_p]),
    "nsl_spectrum_rank": (c_uint64, [c_void_p]),
    "nsl_model_defaults": (s.ModelOptions, []),
    "nsl_model_new": (c_int, [POINTER(c_void_p), c_void_p, POINTER(s.ModelOptions),
                              _ERROR]),
    "nsl_model_free": (None, [c_void_p]),
    "nsl_predict_batch": (c_int, [POINTER(s.Results), c_void_p, POINTER(s.Batch),
                                  POINTER(s.Work), _ERROR]),
    "nsl_model_mp_new": (c_int, [POINTER(c_void_p), c_void_p, POINTER(s.ModelDecimals),
                                 _ERROR]),
    "nsl_model_mp_free": (None, [c_void_p]),
    "nsl_predict_text": (c_int, [POINTER(s.PredictionText), c_void_p, POINTER(s.Point),
                                 POINTER(s.PointDecimals), ctypes.c_bool, s.Units,
                                 c_uint, _ERROR]),
    "nsl_prediction_text_clear": (None, [POINTER(s.PredictionText)]),
    "nsl_laws_text_find": (c_int, [POINTER(s.LawsText), c_void_p, c_int,
                                   POINTER(s.Point), POINTER(s.PointDecimals), s.Units,
                                   c_uint, _ERROR]),
    "nsl_laws_text_clear": (None, [POINTER(s.LawsText)]),
    "nsl_resource_name": (c_char_p, [c_int]),
    "nsl_regime_name": (c_char_p, [c_int]),
    "nsl_phase_name": (c_char_p, [c_int]),
    "nsl_map_cell": (c_int, [POINTER(s.Prediction), POINTER(c_int), POINTER(s.MapQuery),
                             c_double, c_double, _ERROR]),
    "nsl_map_init": (c_int, [POINTER(s.Map), POINTER(s.MapQuery), _ERROR]),
    "nsl_map_fill": (c_int, [POINTER(s.Map), POINTER(s.MapQuery), c_size_t, c_size_t,
                             POINTER(s.Work), _ERROR]),
    "nsl_map_clear": (None, [POINTER(s.Map)]),
    "nsl_density_new": (c_int, [POINTER(c_void_p), c_void_p, POINTER(s.Gram), _ERROR]),
    "nsl_density_free": (None, [c_void_p]),
    "nsl_density_bulks": (c_size_t, [c_void_p]),
    "nsl_density_bulk": (s.Bulk, [c_void_p, c_size_t]),
    "nsl_density_atom": (c_double, [c_void_p]),
    "nsl_density_at": (c_int, [POINTER(c_double), c_void_p, c_double, _ERROR]),
    "nsl_density_integral": (c_int, [POINTER(c_double), c_void_p, c_double, c_double,
                                     _ERROR]),
    "nsl_density_quantile": (c_int, [POINTER(c_double), c_void_p, c_double, _ERROR]),
    "nsl_density_points": (c_int, [POINTER(c_double), c_size_t, c_void_p, _ERROR]),
    "nsl_form_parse": (c_int, [POINTER(s.Form), c_char_p, _ERROR]),
    "nsl_form_name": (None, [c_char_p, POINTER(s.Form)]),
    "nsl_form_loss": (c_int, [POINTER(c_double), POINTER(s.Form), POINTER(c_double),
                              POINTER(s.FitRun), _ERROR]),
    "nsl_fit_defaults": (s.FitOptions, []),
    "nsl_fit_find": (c_int, [POINTER(s.FitResult), POINTER(s.Form),
                             POINTER(s.FitOptions), c_size_t, POINTER(s.FitRun),
                             _ERROR]),
    "nsl_fit_clear": (None, [POINTER(s.FitResult)]),
}


def _installed_beside() -> str | None:
    """The library below the prefix that this package is installed in."""
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    for parent in Path(__file__).resolve().parents:
        for folder in ("lib/" + multiarch, "lib64", "lib"):
            if (parent / folder / SONAME).is_file():
                return str(parent / folder / SONAME)
    return None


def _open() -> ctypes.CDLL:
    # the loader's own search: LD_LIBRARY_PATH, then what ldconfig knows
    path = os.environ.get("NSLAW_LIBRARY") or _installed_beside() or SONAME
    try:
        return ctypes.CDLL(path)
    except OSError as error:
        raise LibraryError(
            f"nslaw: cannot load {path} ({error}); install the library, or set "
            f"NSLAW_LIBRARY to the path of {SONAME}", name="nslaw", path=path) from None


def _series(version: str) -> list[str]:
    """What is compatible: the same major version; before 1.0, the same minor too."""
    parts = version.split(".")
    return parts[:2] if parts[0] == "0" else parts[:1]


def _load() -> ctypes.CDLL:
    library = _open()
    try:
        for name, (result, arguments) in PROTOTYPES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise LibraryError(f"nslaw: {library._name} is no libnslaw {VERSION}: {error}",
                           name="nslaw", path=library._name) from None
    version = library.nslaw_version().decode()
    if _series(version) != _series(VERSION):
        raise LibraryError(
            f"nslaw: {library._name} has version {version}, but this package is for "
            f"{VERSION}", name="nslaw", path=library._name)
    return library


lib = _load()


def call(name: str, *arguments: Any) -> None:
    """Calls a function that returns nsl_status; raises what it complains about."""
    error = s.Error()
    status = getattr(lib, name)(*arguments, error)
    if status:
        raise error_of(status, error.field.decode(), error.message.decode())


def new(name: str, *arguments: Any) -> int:
    """Makes an object by `name`; its handle."""
    handle = c_void_p()
    call(name, handle, *arguments)
    assert handle.value is not None
    return handle.value


@contextmanager
def filled(struct: _Struct, clear: str) -> Iterator[_Struct]:
    """A struct for the library to fill, and how to clear it afterwards."""
    try:
        yield struct
    finally:
        getattr(lib, clear)(struct)


def free_all(owned: list[tuple[str, int]]) -> None:
    """Frees handles, the last made first: pairs of how and what."""
    while owned:
        free, handle = owned.pop()
        getattr(lib, free)(handle)
