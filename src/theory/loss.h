/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the losses, their elasticities and the optimal ridge share. Internal. */
#ifndef NSL_THEORY_LOSS_H
#define NSL_THEORY_LOSS_H

#include "theory/root.h"

/* The layers as one: shares h_k = Λ/a_k of 1/Λ = Σ 1/a_k add up to 1. */
typedef struct {
    double gap;          /* Λ */
    double share_last;   /* h of the last layer */
    double share_square; /* H = Σ h_k² */
    size_t narrowest;    /* the layer m with the least gap */
    double rest_share;   /* 1 − h_m = Σ_{k≠m} h_k */
    double rest_square;  /* H − h_m² */
} nsl_layers;

nsl_layers nsl_layers_of(const nsl_root *root);

/* s = Λ/(Λ+r) and 1 − s. */
typedef struct {
    double s, rest;
} nsl_split;

nsl_split nsl_split_of(double gap, double r);

/* E by its parts ([E2], [E5]) for one model and for the limit of many averaged ones. */
typedef struct {
    double bias, variance_samples, variance_features; /* of the signal */
    double noise_cross, noise_features;               /* of the label noise */
    double signal, noise;                             /* their sums for one model */
} nsl_risk;

nsl_risk nsl_risk_at(const nsl_root *root, const nsl_point *point);

/* A prediction of NaNs. */
nsl_prediction nsl_nothing_known(void);

/* The prediction at a root, with elasticities that are known to `promise`. */
void nsl_predict_at(nsl_prediction *out, const nsl_model *model, const nsl_point *point,
                    const nsl_root *root, double promise);

/* nsl_predict with such elasticities. */
nsl_status nsl_predict_to(nsl_prediction *out, const nsl_model *model,
                          const nsl_point *point, double promise, nsl_error *err);

/* 1/K of point->ensemble, where 0 stands for one model. */
double nsl_ensemble_share(const nsl_point *point);

/* Fills the elasticities at a root Δ > 0 with a loss > 0, or sets notes. */
void nsl_set_elasticities(nsl_prediction *out, const nsl_model *model,
                          const nsl_root *root, const nsl_point *point, double promise);

/* Elasticities are NaN, for the reason given. */
void nsl_set_undefined_elasticities(nsl_prediction *out, unsigned note);

#endif
