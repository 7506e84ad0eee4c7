# SPDX-License-Identifier: GPL-3.0-or-later
"""The structs of include/nslaw/*.h.

Each has the name of the C type in `c_name` and the C names of all members, in order;
the tests compare them with what the C compiler says.
"""

from __future__ import annotations

from ctypes import (CFUNCTYPE, POINTER, Structure, c_bool, c_char, c_char_p, c_double,
                    c_int, c_size_t, c_ssize_t, c_uint, c_uint8,
                    c_uint64, c_void_p)

LATENTS_INFINITE = 2**64 - 1
LATENTS_MAX = 10**18
FORM_PARAMETERS_MAX = 9
FORM_NAME_MAX = 48
LAWS_MAX = 9

#: Enumerators and constants of the headers that stand in Python under another name.
CONSTANTS = {
    "NSL_LATENTS_MAX": LATENTS_MAX,
    "NSL_FORM_PARAMETERS_MAX": FORM_PARAMETERS_MAX,
    "NSL_FORM_NAME_MAX": FORM_NAME_MAX,
    "NSL_LAWS_MAX": LAWS_MAX,
    "NSL_RIDGE_MRS": 0,
    "NSL_RIDGE_KERNEL": 1,
    "NSL_TRAINED": 0,
    "NSL_FLOW": 1,
    "NSL_DESCENT": 2,
    "NSL_POLICY_ZERO": 0,
    "NSL_POLICY_FIXED": 1,
    "NSL_POLICY_OPTIMAL": 2,
    "NSL_AXIS_FEATURES": 0,
    "NSL_AXIS_SAMPLES": 1,
    "NSL_PHASE_COUNT": 9,
    "NSL_SIDE_FEATURES": 0,
    "NSL_SIDE_SAMPLES": 1,
    "NSL_OBJECTIVE_HUBER": 0,
    "NSL_OBJECTIVE_SQUARES": 1,
    "NSL_OBJECTIVE_GAUSSIAN": 2,
}

Proceed = CFUNCTYPE(c_bool, c_void_p, c_size_t, c_size_t)


class Error(Structure):
    c_name = "nsl_error"
    _fields_ = [("status", c_int), ("field", c_char * 32), ("message", c_char * 256)]


class ModelOptions(Structure):
    c_name = "nsl_model_options"
    _fields_ = [("source", c_double), ("label_variance", c_double),
                ("sigma_w2", c_double), ("sigma_u2", c_double), ("outputs", c_double),
                ("hidden", POINTER(c_double)), ("hidden_count", c_size_t),
                ("convention", c_int)]


class ModelDecimals(Structure):
    c_name = "nsl_model_decimals"
    _fields_ = [("alpha", c_char_p), ("lambda_max", c_char_p), ("source", c_char_p),
                ("label_variance", c_char_p), ("sigma_w2", c_char_p),
                ("sigma_u2", c_char_p), ("hidden", POINTER(c_char_p))]


class Training(Structure):
    c_name = "nsl_training"
    _fields_ = [("kind", c_int), ("time", c_double), ("steps", c_double),
                ("rate", c_double)]


class Point(Structure):
    c_name = "nsl_point"
    _fields_ = [("features", c_double), ("samples", c_double), ("ridge", c_double),
                ("noise", c_double), ("ensemble", c_double), ("training", Training)]


class PointDecimals(Structure):
    c_name = "nsl_point_decimals"
    _fields_ = [("features", c_char_p), ("samples", c_char_p), ("ridge", c_char_p),
                ("noise", c_char_p), ("time", c_char_p), ("rate", c_char_p)]


#: The values of a prediction, which C has in this order everywhere.
VALUES = ("delta", "dof", "test_loss", "signal_loss", "noise_loss", "train_loss",
          "bias", "variance_samples", "variance_features", "elasticity_features",
          "elasticity_samples", "elasticity_ridge", "elasticity_time")
BOUNDS = ("elasticity_error", "elasticity_time_error", "parts_error", "dof_error",
          "error")


class Prediction(Structure):
    c_name = "nsl_prediction"
    _fields_ = [(name, c_double) for name in VALUES + BOUNDS] + [("notes", c_uint)]


class PredictionText(Structure):
    c_name = "nsl_prediction_text"
    _fields_ = [(name, c_char_p) for name in ("ridge",) + VALUES] + [("notes", c_uint)]


class Units(Structure):
    c_name = "nsl_units"
    _fields_ = [("mse", c_bool), ("test_noise", c_bool)]


class Column(Structure):
    c_name = "nsl_column"
    _fields_ = [("at", POINTER(c_double)), ("stride", c_ssize_t)]


class Batch(Structure):
    c_name = "nsl_batch"
    _fields_ = [("count", c_size_t), ("features", Column), ("samples", Column),
                ("ridge", Column), ("noise", Column), ("ensemble", Column),
                ("training", c_int), ("time", Column), ("steps", Column),
                ("rate", Column), ("optimal_ridge", c_bool)]


class Results(Structure):
    c_name = "nsl_results"
    _fields_ = [(name, POINTER(c_double)) for name in ("ridge",) + VALUES + BOUNDS] + [
        ("notes", POINTER(c_uint))]


class Work(Structure):
    c_name = "nsl_work"
    _fields_ = [("jobs", c_uint), ("proceed", Proceed), ("data", c_void_p)]


class LawText(Structure):
    c_name = "nsl_law_text"
    _fields_ = [("resource", c_int), ("regime", c_int), ("exponent", c_char_p),
                ("amplitude", c_char_p), ("log_shift", c_char_p),
                ("split_exponent", c_char_p), ("split_amplitude", c_char_p),
                ("logarithm", c_bool), ("note", c_char_p)]


class LawsText(Structure):
    c_name = "nsl_laws_text"
    _fields_ = [("p", c_char_p), ("c", c_char_p), ("count", c_size_t),
                ("law", LawText * LAWS_MAX)]


class Axis(Structure):
    c_name = "nsl_axis"
    _fields_ = [("kind", c_int), ("count", c_size_t), ("value", POINTER(c_double))]


class MapQuery(Structure):
    c_name = "nsl_map_query"
    _fields_ = [("model", c_void_p), ("point", Point), ("optimal", c_bool),
                ("x", Axis), ("y", Axis)]


class Map(Structure):
    c_name = "nsl_map"
    _fields_ = [("x", Axis), ("y", Axis)] + [
        (name, POINTER(c_double)) for name in
        ("test_loss", "elasticity_features", "elasticity_samples", "elasticity_ridge",
         "elasticity_time", "ridge", "error")] + [("regime", POINTER(c_uint8))]


class Gram(Structure):
    c_name = "nsl_gram"
    _fields_ = [("features", c_double), ("samples", c_double), ("side", c_int),
                ("kernel", c_bool)]


class Bulk(Structure):
    c_name = "nsl_bulk"
    _fields_ = [("lower", c_double), ("upper", c_double), ("mass", c_double)]


class Form(Structure):
    c_name = "nsl_form"
    _fields_ = [("kind", c_int), ("source", c_bool), ("latents", c_bool),
                ("noise", c_bool), ("ridge", c_bool), ("time", c_bool),
                ("resource", c_int)]


class FitRun(Structure):
    c_name = "nsl_fit_run"
    _fields_ = [("parameters", c_double), ("samples", c_double), ("compute", c_double),
                ("loss", c_double), ("weight", c_double), ("training", Training)]


class FitOptions(Structure):
    c_name = "nsl_fit_options"
    _fields_ = [("objective", c_int), ("huber", c_double), ("holdout", c_double),
                ("bootstrap", c_size_t), ("seed", c_uint64), ("work", Work)]


class FitParameter(Structure):
    c_name = "nsl_fit_parameter"
    _fields_ = [("name", c_char_p), ("value", c_double), ("known", c_double),
                ("error", c_double), ("lo", c_double), ("hi", c_double),
                ("profile_lo", c_double), ("profile_hi", c_double), ("bound", c_bool),
                ("identified", c_bool)]


class FitResult(Structure):
    c_name = "nsl_fit"
    _fields_ = [("form", Form), ("parameters", c_size_t),
                ("parameter", FitParameter * FORM_PARAMETERS_MAX),
                ("covariance", (c_double * FORM_PARAMETERS_MAX) * FORM_PARAMETERS_MAX),
                ("objective", c_double), ("sigma", c_double), ("aic", c_double),
                ("bic", c_double), ("rms_log", c_double),
                ("holdout_rms_log", c_double), ("runs", c_size_t),
                ("held_out", c_size_t), ("starts", c_size_t),
                ("starts_agreeing", c_size_t), ("count", c_size_t),
                ("predicted", POINTER(c_double)), ("is_held_out", POINTER(c_bool)),
                ("bootstraps", c_size_t), ("bootstrap", POINTER(c_double))]
