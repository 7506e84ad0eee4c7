/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles (j − ½)/P of the density of section 8, at N = ∞ and λ₊ = 1, at some ranks
 * j, and a cubic through four of them between. */
#include "empirical/bend.h"
#include "core/error.h"
#include <nslaw/density.h>

#include <math.h>
#include <stdlib.h>

/* Ranks equally spaced in the logit of (j − ½)/P, rounded: every one of few, of many
 * all at both ends, where the first are apart and the last fall. */
enum { NODES = 256 };

struct nsl_bend {
    size_t count;
    double place[NODES]; /* the logit, increasing */
    double bend[NODES];  /* ln of the sample's eigenvalue over the population's */
    double samples;
};

static double logit(double rank, double samples)
{
    return log((rank - 0.5) / (samples - rank + 0.5));
}

/* Fills `rank`; the number of nodes. */
static size_t choose_ranks(double *rank, double samples)
{
    double end = logit(samples, samples);
    size_t count = 0;
    for (size_t i = 0; i < NODES; i++) {
        double t = end * (2.0 * (double)i / (NODES - 1) - 1.0);
        double at =
            samples <= NODES ? (double)i + 1.0 : round(0.5 + samples / (1.0 + exp(-t)));
        at = fmin(fmax(at, 1.0), samples);
        if (count == 0 || at > rank[count - 1])
            rank[count++] = at;
    }
    return count;
}

/* `kernel` features of unit λ₊: the P×P matrix is P times what is measured. */
static nsl_status fill(nsl_bend *bend, const nsl_density *density, double p,
                       nsl_error *err)
{
    double rank[NODES] = {0};
    bend->count = choose_ranks(rank, bend->samples);
    for (size_t i = 0; i < bend->count; i++) {
        double above = (rank[i] - 0.5) / bend->samples, value;
        nsl_status status = nsl_density_quantile(&value, density, 1.0 - above, err);
        if (status != NSL_OK)
            return status;
        bend->place[i] = logit(rank[i], bend->samples);
        bend->bend[i] = log(value / bend->samples) + p * log(rank[i]);
    }
    return NSL_OK;
}

nsl_status nsl_bend_new(nsl_bend **out, double alpha, double samples, nsl_error *err)
{
    nsl_spectrum *spectrum = NULL;
    nsl_model *model = NULL;
    nsl_density *density = NULL;
    nsl_model_options options = nsl_model_defaults();
    nsl_gram gram = {(double)INFINITY, samples, NSL_SIDE_SAMPLES, true};
    nsl_bend *bend = calloc(1, sizeof *bend);
    *out = NULL;
    nsl_status status = bend ? NSL_OK : nsl_fail_memory(err);
    if (status == NSL_OK)
        status =
            nsl_spectrum_new_powerlaw(&spectrum, alpha, 1.0, NSL_LATENTS_INFINITE, err);
    if (status == NSL_OK)
        status = nsl_model_new(&model, spectrum, &options, err);
    if (status == NSL_OK)
        status = nsl_density_new(&density, model, &gram, err);
    if (status == NSL_OK) {
        bend->samples = samples;
        status = fill(bend, density, 1.0 + alpha, err);
    }
    nsl_density_free(density);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
    if (status == NSL_OK)
        *out = bend;
    else
        free(bend);
    return status;
}

void nsl_bend_free(nsl_bend *bend)
{
    free(bend);
}

double nsl_bend_at(const nsl_bend *bend, double rank)
{
    enum { DEGREE = 3 };
    double t = logit(rank, bend->samples), sum = 0.0;
    size_t first = 0, used = bend->count < DEGREE + 1 ? bend->count : DEGREE + 1;
    while (first + used < bend->count && bend->place[first + used / 2] <= t)
        first++;
    for (size_t i = first; i < first + used; i++) { /* Lagrange */
        double share = bend->bend[i];
        for (size_t j = first; j < first + used; j++)
            if (j != i)
                share *= (t - bend->place[j]) / (bend->place[i] - bend->place[j]);
        sum += share;
    }
    return sum;
}
