/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What contours make of the filters e^−μt and (1−ημ)^k, for every μ that they are made
 * for: the error that [E7] carries whatever the model. */
#include "testing.h"
#include "training/contour.h"

#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>

/* The filter at μ by the nodes: 2 Re Σ c w/(w+μ). */
static double filter(const nsl_contour *c, double mu, double time)
{
    double sum = 0.0;
    for (size_t i = 0; i < c->count; i++) {
        const nsl_contour_node *n = &c->node[i];
        double complex weight = n->base * cexp(n->rate * time);
        if (n->alternating && fmod(time, 2.0) != 0.0)
            weight = -weight;
        sum += 2.0 * creal(weight * n->w / (n->w + mu));
    }
    return sum;
}

static void check(const nsl_contour *c, double time, double rate,
                  nsl_contour_range range, double decay)
{
    double top = fmin(range.largest, 1e4 * fmax(range.least, 1.0 / time));
    for (int i = 0; i <= 400; i++) {
        double low = fmax(range.least, 1e-6 / (rate > 0.0 ? time * rate : time));
        double mu = i == 400 ? range.largest : low * pow(top / low, i / 399.0);
        if (mu < range.least || mu > range.largest)
            continue;
        double scaled = mu * (rate > 0.0 ? time * rate : time);
        double truth = rate > 0.0 ? (double)powl(1.0L - (long double)rate * mu, time)
                                  : exp(-mu * time);
        double bound = nsl_contour_error(c, time, decay);
        double falling =
            rate > 0.0 ? 1.0 : 1.0 + scaled - decay; /* of the flow's error */
        cr_expect(fabs(filter(c, mu, time) - truth) * falling <= bound,
                  "t %g rate %g mu %g of [%g, %g]: %.17g, not %.17g", time, rate, mu,
                  range.least, range.largest, filter(c, mu, time), truth);
    }
}

Test(training_contour, filters_of_flow)
{
    const double least[] = {0.0, 1e-6, 1e-3, 0.1};
    for (int k = 0; k < 4; k++)
        for (int i = -40; i < 120; i++) {
            nsl_contour_range range = {least[k], 3.0};
            double time = pow(10.0, 0.07 * i);
            nsl_window window = nsl_window_of_time(time, range);
            cr_assert(window.first <= time && time < 10.0 * window.first * (1 + 1e-9));
            nsl_contour c;
            cr_assert(nsl_contour_flow(&c, window, range));
            cr_expect(c.pole != window.late);
            if (time * least[k] < 600.0)
                check(&c, time, 0.0, range, c.pole ? 0.0 : least[k] * time);
            nsl_contour_clear(&c);
        }
}

Test(training_contour, filters_of_descent)
{
    const double least[] = {0.0, 1e-3, 0.1}, rates[] = {0.02, 0.3, 0.5, 0.66};
    for (int k = 0; k < 12; k++)
        for (int i = 0; i < 60; i++) {
            nsl_contour_range range = {least[k % 3], 3.0};
            double rate = rates[k / 3], steps = ceil(pow(10.0, 0.09 * i));
            nsl_window window = nsl_window_of_steps(steps, rate, range);
            nsl_contour c;
            cr_assert(nsl_contour_descent(&c, window, rate, range));
            double slow = 1.0 - rate * range.least, fast = rate * range.largest - 1.0;
            double decayed = pow(fmax(slow, fast), steps);
            if (decayed > 1e-290)
                check(&c, steps, rate, range, c.pole ? 0.0 : -log(decayed));
            nsl_contour_clear(&c);
        }
}
