#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user would write instead of nslaw: the equations [E1], [E2'] and [E4] of the
theory in numpy and scipy, one layer, no noise, target weights 1/M (sigma_w2 = 1).

With u = lambda/(lambda + Delta), z = sum u, r = sum u(1 - u), a = N - z, b = P - z:

    [E1]   ridge M = Delta a b                    [E2']  L = Delta N P r/(2 M (a b + r(a + b)))
    [E4]   a b = 2 r^3/(r + dr/dlnDelta)          at the best ridge

Reads a job as JSON from standard input and answers in JSON: `seconds` from the file,
or the power law, to the last loss, Python's start and imports of numpy left out; `losses` in the cells
asked for. A job has "how" (a function below with _route) and a spectrum: a file or
alpha and M.
"""
import json
import sys
import time

import numpy as np

STEPS = 56  # halvings: of a bracket in lnDelta some 20 wide, to rounding
NODES = 1000


def spectrum(job):
    if 'file' not in job:
        return np.arange(1, job['M'] + 1) ** (-1 - job['alpha'])
    if job['file'].endswith('.npy'):
        return np.load(job['file'])
    return np.loadtxt(job['file'], delimiter=',', skiprows=1)


def ridge_of(job):
    return 0.0 if job['ridge'] == 'opt' else job['ridge']


def axes(job):
    axis = np.geomspace(job['low'], job['high'], job['count'])
    return axis, axis


def moments(lam, x):
    u = lam / (lam + np.exp(x))
    return u.sum(-1), (u * (1 - u)).sum(-1)


def bracket(job, lam):
    """lnDelta of every cell: Delta > ridge M/(N P), and z < N/2 beyond 2 tr(lambda)/N."""
    low, high, right = job['low'], job['high'], ridge_of(job) * len(lam)
    return (np.log(right / high**2) if right else np.log(lam.min()) - 5,
            np.log(max(2 * lam.sum() / low, 4 * right / low**2)))


def loss(N, P, M, x, z, r):
    a, b = N - z, P - z
    return np.exp(x) * N * P * r / (2 * M * (a * b + r * (a + b)))


def log_above(N, P, x, z, right):
    """ln(Delta a b/right), -inf beyond the branch z < min(N, P)."""
    a, b = np.maximum(N - z, 0), np.maximum(P - z, 0)
    with np.errstate(divide='ignore'):
        return x + np.log(a) + np.log(b) - np.log(right)


def brentq_route(job, lam):
    """scipy's brentq in each of the cells asked for."""
    from scipy.optimize import brentq
    (N, P), M, losses = axes(job), len(lam), []
    right = job['ridge'] * M
    for y, x in job['cells']:
        def above(at):
            return max(log_above(N[x], P[y], at, moments(lam, at)[0], right), -1e3)
        root = brentq(above, *bracket(job, lam), xtol=1e-15, rtol=1e-14)
        losses.append(loss(N[x], P[y], M, root, *moments(lam, root)))
    return losses


def bisection_route(job, lam):
    """Halving, vectorised over the cells asked for and the eigenvalues."""
    N, P = (axis[k] for axis, k in zip(axes(job), np.transpose(job['cells'])[::-1]))
    M = len(lam)
    low, high = (np.full(N.shape, end) for end in bracket(job, lam))
    for _ in range(STEPS):
        x = (low + high) / 2
        z = moments(lam, x[:, None])[0]
        above = log_above(N, P, x, z, job['ridge'] * M) > 0
        low, high = np.where(above, low, x), np.where(above, x, high)
    return loss(N, P, M, x, *moments(lam, x[:, None])).tolist()


def smart_route(job, lam):
    """z and r as splines in lnDelta through NODES sums; all cells halve on them."""
    from scipy.interpolate import CubicSpline
    N, P = np.meshgrid(*axes(job))
    M = len(lam)
    nodes = np.linspace(*bracket(job, lam), NODES)
    z_spline, r_spline = (CubicSpline(nodes, column)
                          for column in np.transpose([moments(lam, x) for x in nodes]))
    slope = r_spline.derivative()
    low, high = (np.full(N.shape, end) for end in (nodes[0], nodes[-1]))
    for _ in range(STEPS):
        x = (low + high) / 2
        z = z_spline(x)
        if job['ridge'] == 'opt':
            r = r_spline(x)
            above = np.minimum(N, P) > z
            above &= (N - z) * (P - z) * (r + slope(x)) > 2 * r**3
        else:
            above = log_above(N, P, x, z, job['ridge'] * M) > 0
        low, high = np.where(above, low, x), np.where(above, x, high)
    losses = loss(N, P, M, x, z_spline(x), r_spline(x))
    return [losses[y, x] for y, x in job['cells']]


def oracle_route(job, lam):
    """No rival: the losses to a double's last digits, by long double sums and Newton's
    steps from the end of a bisection."""
    lam = lam.astype(np.longdouble)
    (N, P), M, losses = axes(job), len(lam), []
    coarse = lam.astype(float)
    for y, x in job['cells']:
        low, high = bracket(job, coarse)
        for _ in range(12):
            at = (low + high) / 2
            above = log_above(N[x], P[y], at, moments(coarse, at)[0], job['ridge'] * M)
            low, high = (low, at) if above > 0 else (at, high)
        at = np.longdouble(high)  # the right side is concave in lnDelta: from above
        for _ in range(60):
            z, r = moments(lam, at)
            a, b = N[x] - z, P[y] - z
            if a > 0 and b > 0:
                f = at + np.log(a) + np.log(b) - np.log(np.longdouble(job['ridge']) * M)
                step = f / (1 + r * (1 / a + 1 / b))
                low, high = (low, at) if f > 0 else (at, high)
            if a <= 0 or b <= 0:
                low, step = at, np.inf
            new = at - step
            if not low < new < high:
                new = (np.longdouble(low) + high) / 2
            done = abs(new - at) < 1e-17 * max(1, abs(at))
            at = new
            if done:
                break
        losses.append(float(loss(N[x], P[y], M, at, *moments(lam, at))))
    return losses


def read_route(job, lam):
    """Reading alone."""
    return [float(lam.flat[0])]


def sum_route(job, lam):
    """One pass over the eigenvalues in memory."""
    return [float(lam.sum())]


def divide_route(job, lam):
    """One pass over the eigenvalues in memory with a division for each."""
    return [float((lam / (lam + 1e-3)).sum())]


def mpmath_route(job):
    """mpmath's own bracketing root finder on a sum of mpmath numbers, one cell."""
    import mpmath
    from mpmath import mpf
    mpmath.mp.dps = job['digits'] + 10
    N, P, M = (mpf(job[key]) for key in 'NPM')
    lam = [mpf(i) ** (-1 - mpf(job['alpha'])) for i in range(1, job['M'] + 1)]
    right = mpf(job['ridge']) * M

    def sums(x):
        delta = mpmath.exp(x)
        u = [value / (value + delta) for value in lam]
        return mpmath.fsum(u), mpmath.fsum(v * (1 - v) for v in u)

    def above(x):
        z = sums(x)[0]
        a, b = N - z, P - z
        return x + mpmath.log(a * b / right) if min(a, b) > 0 else mpf(-1000)

    low, high = mpmath.log(lam[-1]) - 20, mpmath.log(M)
    for _ in range(20):  # to where the branch is
        middle = (low + high) / 2
        low, high = (low, middle) if above(middle) > 0 else (middle, high)
    x = mpmath.findroot(above, (low, high), solver='anderson', tol=mpf(10) ** (-2 * job['digits']))
    z, r = sums(x)
    a, b = N - z, P - z
    return [mpmath.nstr(mpmath.exp(x) * N * P * r / (2 * M * (a * b + r * (a + b))),
                        job['digits'])]


def write_tables(folder, rows):
    """The spectra and runs that are read: noisy power laws."""
    lam = np.arange(1, 10**6 + 1) ** -1.5
    lam *= np.exp(0.1 * np.random.default_rng(1).normal(size=lam.size))
    lam = np.sort(lam)[::-1]
    np.save(f'{folder}/table.npy', lam)
    with open(f'{folder}/table.csv', 'w') as out:
        out.write('eigenvalue\n' + '\n'.join(map(repr, lam.tolist())) + '\n')
    with open(f'{folder}/small.csv', 'w') as out:
        out.write('eigenvalue\n' + '\n'.join(map(repr, lam[:10**5].tolist())) + '\n')
    N, P = np.meshgrid(np.geomspace(1e6, 1e9, 1000).round(), np.geomspace(1e7, 1e11, 1000).round())
    runs = zip(N.flat, P.flat, (1.7 + 400 / N**0.3 + 2000 / P**0.3).flat)
    with open(f'{folder}/runs.csv', 'w') as out:
        out.write('N,P,loss\n')
        out.writelines(f'{n:.0f},{p:.0f},{value!r}\n' for n, p, value in runs)
    big = np.lib.format.open_memmap(f'{folder}/big.npy', 'w+', float, (rows,))
    for at in range(0, rows, 10**6):
        part = np.arange(at + 1, min(at + 10**6, rows) + 1)
        big[at:at + 10**6] = part ** -1.5
    big.flush()


def main():
    job = json.load(sys.stdin)
    if job['how'] == 'write_tables':
        write_tables(job['folder'], job['rows'])
        print('{}')
        return
    begin = time.process_time()
    if job['how'] == 'mpmath_route':
        losses = mpmath_route(job)
    else:
        lam = spectrum(job)
        if job['how'] in ('sum_route', 'divide_route'):
            begin = time.process_time()
        losses = globals()[job['how']](job, lam)
    print(json.dumps({'seconds': time.process_time() - begin, 'losses': losses}))


main()
