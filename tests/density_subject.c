/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "density_subject.h"

#include <criterion/criterion.h>
#include <math.h>

static density_subject on(nsl_spectrum *spectrum, double hidden, nsl_gram gram)
{
    nsl_model_options o = nsl_model_defaults();
    density_subject s = {.gram = gram};
    o.hidden = &hidden;
    o.hidden_count = hidden > 0.0;
    s.m = testing_on(spectrum, &o);
    cr_assert(nsl_model_mp_new(&s.exact, s.m.model, NULL, NULL) == NSL_OK);
    return s;
}

density_subject density_table(size_t rows, const double *lambda, const double *copies,
                              double hidden, nsl_gram gram)
{
    nsl_spectrum *spectrum;
    cr_assert(nsl_spectrum_new_table(&spectrum, rows, lambda, NULL, copies, NULL) ==
              NSL_OK);
    return on(spectrum, hidden, gram);
}

density_subject density_flat(double lambda, double copies, nsl_gram gram)
{
    return density_table(1, &lambda, &copies, 0.0, gram);
}

density_subject density_powerlaw(double alpha, uint64_t latents, double hidden,
                                 nsl_gram gram)
{
    nsl_spectrum *spectrum;
    cr_assert(nsl_spectrum_new_powerlaw(&spectrum, alpha, 1.0, latents, NULL) ==
              NSL_OK);
    return on(spectrum, hidden, gram);
}

void density_free(density_subject *s)
{
    nsl_model_mp_free(s->exact);
    testing_free(&s->m);
    mpfr_free_cache();
}

void density_resolvent(mpc_t out, const density_subject *s, const char *re,
                       const char *im, unsigned digits)
{
    nsl_error err = {0};
    nsl_status status = nsl_resolvent_mp(mpc_realref(out), mpc_imagref(out), s->exact,
                                         &s->gram, &s->decimals, re, im, digits, &err);
    cr_assert(status == NSL_OK, "N %g P %g zeta %s + %s i: %s", s->gram.features,
              s->gram.samples, re, im ? im : "0", err.message);
}

void density_edges(nsl_bulks_mp *out, const density_subject *s, unsigned digits)
{
    nsl_error err = {0};
    nsl_status status =
        nsl_edges_mp(out, s->exact, &s->gram, &s->decimals, digits, &err);
    cr_assert(status == NSL_OK, "N %g P %g: %s", s->gram.features, s->gram.samples,
              err.message);
}

void density_expect(mpfr_srcptr a, mpfr_srcptr b, unsigned digits, const char *what)
{
    mpfr_t off;
    if (mpfr_equal_p(a, b))
        return;
    mpfr_init2(off, 64);
    mpfr_sub(off, a, b, MPFR_RNDN);
    mpfr_div(off, off, b, MPFR_RNDN);
    bool near = mpfr_number_p(off) &&
                mpfr_get_exp(off) <= -(mpfr_exp_t)floor((digits - 1) * log2(10.0)) - 3;
    mpfr_clear(off);
    char *text_a, *text_b;
    mpfr_asprintf(&text_a, "%.*Re", (int)digits, a);
    mpfr_asprintf(&text_b, "%.*Re", (int)digits, b);
    cr_expect(near, "%s: not equal to %u digits:\n%s\n%s", what, digits, text_a,
              text_b);
    mpfr_free_str(text_a);
    mpfr_free_str(text_b);
}
