#!/usr/bin/env python3
"""Check of the reference values: every case of cases.py again with other numerical settings
(start and quadrature of the Abel-Plana formula, precision, difference step), the loss by another
formula, the moments by direct sums and Hurwitz zeta expansions. Prints the digits that agree
(999: all, or nothing to compare).

    python3 check.py
"""
from reference import *

def cross_check(model, out):
    """[E2] and [E3] from z and t1 alone: the limit g1 = g2 of the two-point function [E6]"""
    if out['t'] is None or out['test_loss'] == inf:
        return None
    def kzt(t):
        m, k = model.at(t), mp.exp(t)
        for w in model.hidden + [model.N]:
            k *= 1 if w == inf else m.gap(w)/w
        return k, m.z, m.target(0, 1)
    k, z, t1 = kzt(out['t'])
    (kp, zp, tp), (km, zm, tm) = kzt(out['t'] + model.S.h), kzt(out['t'] - model.S.h)
    q, B = z + k*(zp - zm)/(kp - km), t1 - k*(tp - tm)/(kp - km)
    if model.P == inf:
        return model.C/2*B
    return model.C/2*(B + model.noise*q/model.P)/(1 - q/model.P)

def digits(x, y):
    if isinstance(x, str) or isinstance(y, str) or x == y:
        return 999 if x == y else 0
    return int(-mp.log10(abs(x - y)/max(abs(x), abs(y))))

def hurwitz(case):
    """z, r, q, q1, t0, td, tc at M = inf: terms to I = 3 X, then powers of 1/(x I^p) by Hurwitz zeta"""
    mp.dps = 200                        # zeta(s, a) of large s is accurate only absolutely
    x, p = number(case['delta'])/number(case['lambda_max']), 1 + number(case['alpha'])
    c, first = 1 + number(case['source'] or case['alpha']), int(3*x**(-1/p)) + 30
    def total(c, j, k):
        value = mp.fsum(mpf(I)**-c*(x*mpf(I)**p)**k/(1 + x*mpf(I)**p)**(j + k) for I in range(1, first))
        for m in range(999):
            term = mp.binomial(-j - k, m)*x**-(m + j)*mp.zeta(c + p*(m + j), first)
            value += term
            if abs(term) < mpf(10)**-80*value:
                return value
    A = 1/mp.zeta(c)
    return dict(z=total(0, 1, 0), r=total(0, 1, 1), q=total(0, 2, 0), q1=total(0, 2, 1),
                t0=A*total(c, 0, 2), td=A*total(c, 1, 1), tc=A*total(c, 1, 2))

def check():
    worst = 999
    for case in LOSS_CASES:
        one, model = (Model(settings(case, k), case) for k in (False, True))
        x, y = one.predict(), model.predict()
        other = cross_check(model, y)
        d = [digits(x[k], y[k]) for k in RESULTS]
        e = 999 if other is None else digits(other, y['test_loss'])
        worst = min([worst, e] + d)
        print(case['name'], 'settings:', *d, ' [E6]:', e, flush=True)
    for case in MOMENT_CASES:
        x, y = (moments(settings(case, k), case) for k in (False, True))
        d = [digits(x[k], y[k]) for k in MOMENT_RESULTS]
        worst = min([worst] + d)
        print(','.join(case[k] for k in MOMENT_INPUTS), 'settings:', *d, flush=True)
    short = Settings(150, 20, 400, 6, 6, 50, direct=100)     # Abel-Plana where direct sums are possible
    for case in MOMENT_CASES:
        if case['latents'] in ('1000', '10000'):
            x, y = moments(settings(case), case), moments(short, case)
            d = [digits(x[k], y[k]) for k in MOMENT_RESULTS]
            worst = min([worst] + d)
            print(','.join(case[k] for k in MOMENT_INPUTS), 'direct sum:', *d, flush=True)
    for case in MOMENT_CASES:
        p = 1 + number(case['alpha'])
        if case['latents'] == 'inf' and (number(case['delta'])/number(case['lambda_max']))**(-1/p) < 300:
            x, y = moments(settings(case), case), hurwitz(case)
            d = [digits(x[k], y[k]) for k in y]
            worst = min([worst] + d)
            print(','.join(case[k] for k in MOMENT_INPUTS), 'Hurwitz zeta:', *d, flush=True)
    print('worst agreement:', worst, 'digits')

if __name__ == '__main__':
    check()
