#!/usr/bin/env python3
"""Check of the files of optima.py against other methods. Prints the digits that agree.

    python3 check_optima.py [optimal|parts|plateau|frontier|solve ...]

optimal:  the whole range of ridges in double precision on a fine grid (finite spectra), and the
          stationarity condition (N - z)(P - z) = 2 r^3/(r + rho) where it applies
parts:    K = 1 against reference.py; K = inf against the kernel limit N = inf at the same Delta
plateau:  the coefficient from the elasticity at a size of 1e20 (given ridge), from the change
          of the optimal loss between two large sizes (optimal ridge)
frontier: the two elasticities at the optimum must be in the ratio of the cost exponents
solve:    the loss at the result is the target; beyond it, it is not above
"""
import reference
from optima import *

def rows(name):
    with open(os.path.join(HERE, name + '.csv')) as file:
        return list(csv.DictReader(line for line in file if line[0] != '#'))

def model(row, **given):
    """reference.py at the inputs of the row"""
    c = dict(row, **given)
    if not c.get('ridge') and not c.get('kernel_ridge'):
        c['ridge'], c['kernel_ridge'] = '0', ''
    return Model(settings(FIRST), c)

def set_ridge(row, value):
    return dict(ridge=value if row['convention'] == 'ridge' else '', kernel_ridge='' if row['convention'] == 'ridge' else value)

def brute(row):
    """least loss of an ensemble and its Delta, in double precision"""
    m = model(row)
    if isinstance(m.spec, Table):
        l, v, w = (np.array([float(r[i]) for r in m.spec.rows]) for i in range(3))
    else:
        I = np.arange(1, int(m.spec.M) + 1)
        l, w = float(m.spec.top)*I**-float(m.spec.p), np.ones(len(I))
        v = float(m.spec.A)*I**-float(1 + number(row['source'])) if row['source'] else float(m.spec.A)/float(m.spec.top)*l
    N, P, s2, K = float(m.N), float(m.P), float(m.noise), float(number(row['ensemble']))
    widths = [float(h) for h in m.hidden] + [N]
    def loss(t):
        D = np.exp(t)[:, None]
        u, c = l/(l + D), D/(l + D)
        z, r, q = (u*w).sum(1), (u*c*w).sum(1), (u*u*w).sum(1)
        t1, t0 = (v*c*w).sum(1), (v*c*c*w).sum(1)
        with np.errstate(all='ignore'):
            s = 1/(1 + r*sum(1/(h - z) for h in widths))
            E = (P*(t1 - s*(t1 - t0)) + s2*(z - s*r))/(P - z + s*r)
            X = (P*t0 + s2*q)/(P - q)
            bad = (z >= min(widths + [P])) | ~np.isfinite(E)
        return np.where(bad, np.inf, float(m.C)/2*(X + (E - X)/K))
    lo, hi = np.log(l[l > 0].min()) - 40, np.log(l.max()) + 40
    for _ in range(6):
        t = np.linspace(lo, hi, 1001)
        y = np.concatenate([loss(x) for x in np.array_split(t, 20)])
        i = int(np.argmin(y))
        lo, hi = t[max(i - 2, 0)], t[min(i + 2, 1000)]
    return y[i], np.exp(t[i])

def show(name, row, *values):
    print(name, row['name'], *values, flush=True)
    return min(v for v in values if isinstance(v, int))

def check_optimal():
    worst = 999
    for row in rows('optimal'):
        L, delta = mpf(row['test_loss']), number(row['delta'])
        if row['latents'] != 'inf' and int(row['latents']) <= 10**4 and L > 0:
            y, d = brute(row)
            worst = min(worst, show('optimal', row, 'grid:', agree(mpf(y), L), 'Delta %.3e %.3e' % (d, delta)))
        if row['kind'] == 'interior' and row['noise'] == '0' and row['ensemble'] == '1' and not (
                row['source'] or row['hidden'] or row['spectrum'] != 'powerlaw'):
            m = model(row).spec.moments(model(row).spec, delta)
            r, rho = m.count(1, 1), m.count(2, 1) - m.count(1, 2)
            worst = min(worst, show('optimal', row, '[E4]:', agree(
                m.gap(number(row['features']))*m.gap(number(row['samples'])), 2*r**3/(r + rho))))
    return worst

def check_parts():
    worst = 999
    for row in rows('parts'):
        L = {k: mpf(row[k]) for k in 'test_loss bias variance_samples variance_features noise_loss'.split()}
        digits = [agree(L['test_loss'], mp.fsum(L.values()) - L['test_loss'])]
        one = model(row)
        if row['ensemble'] == '1':
            digits.append(agree(one.solution(one.N, one.P)['test_loss'], L['test_loss']))
        if row['delta'] != '0' and row['samples'] != 'inf':
            m = one.spec.moments(one.spec, mpf(row['delta']))
            kernel = model(row, ridge='', kernel_ridge='1', features='inf', hidden='', noise='0')
            kernel.ridge = m.delta*m.gap(kernel.P)
            if kernel.ridge < mpf(10)**-30:
                kernel.ridge = mpf(0)
            digits.append(agree(kernel.solution(inf, kernel.P)['test_loss'], L['bias'] + L['variance_samples']))
        worst = min(worst, show('parts', row, *digits))
    return worst

def check_plateau():
    worst = 999
    for row in rows('plateau'):
        value, far = mpf(row['coefficient']), '1' + '0'*20
        if row['policy'] == 'optimal':
            c = dict(row, ensemble='1', ridge='', kernel_ridge='0')
            L = []
            for size in (10**6, 10**7):
                T = Theory(ROUGH, dict(c, **{row['resource']: str(size)}))
                L.append(T.valleys()[0][0]*size - mpf(row['limit'])*size)
            extrapolated = L[1] + (L[1] - L[0])/9
            worst = min(worst, show('plateau', row, 'two sizes:', agree(extrapolated, value)))
        elif value:
            m = Model(reference.settings(row), dict(row, **{row['resource']: far}))     # small difference step
            x = m.predict()
            e = x['elasticity_' + row['resource']]
            worst = min(worst, show('plateau', row, agree(e*x['test_loss']*mpf(far), value)))
    return worst

def check_frontier():
    worst = 999
    for row in rows('frontier'):
        if row['kind'] == 'smooth':
            m = model(row, **set_ridge(row, row['optimal_ridge']))
            x = m.predict()
            worst = min(worst, show('frontier', row, agree(x['test_loss'], mpf(row['test_loss'])),
                                    agree(x['elasticity_features']*mpf(row['cost_samples']),
                                          x['elasticity_samples']*mpf(row['cost_features']))))
    return worst

def check_solve():
    worst = 999
    for row in rows('solve'):
        find, target = row['find'], number(row['target'])
        if row['result'] == 'none' or row['policy'] == 'optimal' and find != 'ridge':
            continue
        if find == 'ridge':
            d = []
            for end in (row['result'], row['result_high']):
                m = model(row, **set_ridge(row, end))
                L = m.solution(m.N, m.P)['test_loss']
                assert L <= target*(1 + mpf(10)**-35)
                d += [agree(L, target)] if end != '0' else []
            worst = min(worst, show('solve', row, *d))
            continue
        m = model(row, **{find: row['result']})
        worst = min(worst, show('solve', row, agree(m.solution(m.N, m.P)['test_loss'], target)))
        if find != 'noise':
            for factor in ('0.999999', '1.000001', '1.01', '1.5', '10', '1000', '1000000'):
                size = number(row['result'])*number(factor)
                L = m.solution(*((size, m.P) if find == 'features' else (m.N, size)))['test_loss']
                assert (L > target) == (factor[0] == '0'), (row['name'], factor)
    return worst

if __name__ == '__main__':
    mp.dps = 90
    for check in [globals()['check_' + name] for name in sys.argv[1:] or FILES]:
        print('worst:', check())
