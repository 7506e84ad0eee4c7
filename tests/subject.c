/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subject.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

subject subject_new(shape s, uint64_t latents, nsl_ridge_convention convention)
{
    subject out;
    nsl_model_options o = nsl_model_defaults();
    nsl_model_decimals d = {.alpha = s.alpha, .source = s.beta};
    nsl_error err = {0};
    o.convention = convention;
    if (s.beta)
        o.source = strtod(s.beta, NULL);
    out.m = testing_powerlaw(strtod(s.alpha, NULL), latents, &o);
    cr_assert(nsl_model_mp_new(&out.exact, out.m.model, &d, &err) == NSL_OK, "%s",
              err.message);
    nsl_laws_mp_init(&out.laws);
    return out;
}

subject subject_endless(shape s)
{
    return subject_new(s, NSL_LATENTS_INFINITE, NSL_RIDGE_KERNEL);
}

void subject_free(subject *s)
{
    nsl_laws_mp_clear(&s->laws);
    nsl_model_mp_free(s->exact);
    testing_free(&s->m);
    mpfr_free_cache();
}

void subject_find(subject *s, nsl_ridge_policy policy, double ridge, double noise)
{
    nsl_point point = {.features = NAN, .samples = NAN, .ridge = ridge, .noise = noise};
    nsl_error err = {0};
    nsl_status status =
        nsl_laws_mp_find(&s->laws, s->exact, policy, &point, NULL,
                         (nsl_units){false, false}, SUBJECT_DIGITS, &err);
    cr_assert(status == NSL_OK, "%s: %s", err.field, err.message);
}

nsl_law_mp *subject_law(subject *s, nsl_resource resource, nsl_regime regime)
{
    for (size_t i = 0; i < s->laws.count; i++)
        if (s->laws.law[i].resource == resource && s->laws.law[i].regime == regime)
            return &s->laws.law[i];
    cr_assert_fail("no law of resource %d in regime %d", (int)resource, (int)regime);
    return NULL;
}

double subject_number(mpfr_srcptr x)
{
    return mpfr_get_d(x, MPFR_RNDN);
}

double subject_law_at(const nsl_law_mp *law, double resource)
{
    double value =
        subject_number(law->amplitude) * pow(resource, -subject_number(law->exponent));
    return law->logarithm ? value * (log(resource) + subject_number(law->log_shift))
                          : value;
}

void subject_expect(double got, double expected, double bound, const char *what,
                    shape s)
{
    cr_expect(testing_distance(got, expected) <= bound,
              "alpha %s beta %s: %s %.12g, expected %.12g (off by %.1e)", s.alpha,
              s.beta ? s.beta : "of the target", what, got, expected,
              testing_distance(got, expected));
}
