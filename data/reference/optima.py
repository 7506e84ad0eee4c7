#!/usr/bin/env python3
"""Reference values of everything that is optimised, split or extrapolated, with mpmath.

    python3 optima.py [optimal|parts|plateau|frontier|solve ...]     write these .csv, or all

Moments and the root of [E1] come from reference.py, the cases from optima_cases.py.
The ridge is optimised by minimising the loss itself over t = ln(Delta): at given Delta the ridge and
the loss are explicit. A grid over all t finds every valley, golden section narrows it, and the secant
method solves dL/dt = 0 with dL/dt from central differences of fourth order. Everything is computed a
second time with other quadrature, precision and steps, and must agree to GUARD digits to be written.
"""
import numpy as np
from reference import *
from optima_cases import *

GUARD, DIGITS = 45, 40

def agree(x, y):
    """digits to which two results agree; 999: all, or texts"""
    if isinstance(x, str) or isinstance(y, str) or x == y:
        return 999 if x == y else 0
    if inf in (x, y):
        return 0
    return int(-mp.log10(abs(x - y)/max(abs(x), abs(y))))

class Quick(Settings):
    """Settings for many evaluations: any number of Gauss-Legendre nodes, a shorter correction integral"""
    def __init__(self, dps, a, X0, cut, nodes, h, edges, direct):
        mp.dps = dps
        self.dps, self.a, self.X0, self.cut, self.direct, self.h = dps, a, X0, cut, direct, mpf(10)**-h
        self.gl, self.panels = [], {}
        for x in np.polynomial.legendre.leggauss(nodes)[0]:
            x = mpf(float(x))
            for _ in range(6):                              # Newton; p, d: Legendre polynomial and derivative
                p0, p = mpf(1), x
                for n in range(2, nodes + 1):
                    p0, p = p, ((2*n - 1)*x*p - (n - 1)*p0)/n
                d = nodes*(x*p - p0)/(x*x - 1)
                x -= p/d
            self.gl.append((x, 2/((1 - x*x)*d*d)))
        self.y = [(y, w/mp.expm1(2*mp.pi*y)) for lo, hi in zip(edges, edges[1:]) for y, w in self.nodes(mpf(lo), mpf(hi))]
    def panel(self, e, j, k, lo, hi):
        """int_lo^hi e^(e s) y^k/(1+y)^(j+k) ds, y = e^s"""
        ef, value = frac(e), mpf(0)
        for t, w in self.nodes(mpf(lo), mpf(hi)):
            y = mp.exp(t)
            value += w*mp.exp(ef*t)*y**k/(1 + y)**(j + k)
        return value

class QuickMoments(PowerMoments):
    """the same sums with everything kept that can be used again"""
    def prepare(self):
        super().prepare()
        self.lists = {}
    def target(self, j, k):
        if self.spec.cf == self.spec.pf and k > 0:                  # v^2 (1-u) = A Delta u/lambda_max
            return self.spec.A*self.x*self.count(j + 1, k - 1)
        return super().target(j, k)
    def total(self, kind, j, k):
        if kind == 'count' and (j, k) == (2, 0):
            return self.z - self.count(1, 1)
        return super().total(kind, j, k)
    def integral(self, c, j, k):
        sp, S, cut = self.spec, self.spec.S, mpf(self.spec.S.cut)
        e = (1 - c)/sp.pf
        lo = mp.log(self.x) + sp.p*mp.log(self.a)
        hi = inf if sp.M == inf else mp.log(self.x) + sp.p*mp.log(sp.M)
        value = self.series(e + k, 1, j + k, lo, min(hi, -cut)) + self.series(e - j, -1, j + k, max(lo, cut), hi)
        l, r = max(lo, -cut), min(hi, cut)
        for edge in range(-S.cut, S.cut, 3):
            x, y = max(l, edge), min(r, edge + 3)
            if (x, y) == (edge, edge + 3):
                if (e, j, k, edge) not in S.panels:
                    S.panels[e, j, k, edge] = S.panel(e, j, k, x, y)
                value += S.panels[e, j, k, edge]
            elif x < y:
                value += S.panel(e, j, k, x, y)
        return value*mp.exp(-frac(e)*mp.log(self.x))/sp.p
    def series(self, e, sign, n, lo, hi):
        if lo >= hi:
            return mpf(0)
        value, coeff = mpf(0), mpf(1)
        power = [mp.exp(frac(e)*x) if x != inf else mpf(0) for x in (lo, hi)]
        ratio = [mp.exp(sign*x) if x != inf else mpf(0) for x in (lo, hi)]
        for m in range(int(self.spec.S.dps*2.4/self.spec.S.cut) + 10):
            g = e + sign*m
            value += coeff*(hi - lo if g == 0 else (power[1] - power[0])/frac(g))
            coeff *= -mpf(n + m)/(m + 1)
            power = [p*q for p, q in zip(power, ratio)]
        return value

class Around:
    """the moments next to those at one t, by Taylor series in t: with w = 1-u, u' = -uw,
    (sum u w^k)' = k sum u w^k - (k+1) sum u w^(k+1), (sum v^2 w^k)' = k (sum v^2 w^k - sum v^2 w^(k+1))"""
    ORDER, RADIUS = 9, mpf(10)**-11
    def __init__(self, m):
        self.m, n = m, self.ORDER + 2
        z, t = [[m.count(1, k) for k in range(n)]], [[m.target(0, k) for k in range(1, n + 1)]]
        for _ in range(self.ORDER):
            a, b = z[-1], t[-1]
            z.append([k*a[k] - (k + 1)*a[k + 1] for k in range(len(a) - 1)])
            t.append([(k + 1)*(b[k] - b[k + 1]) for k in range(len(b) - 1)])
        self.series = {key: [d[i]/mp.factorial(o) for o, d in enumerate(table)] for key, table, i in
                       (('z', z, 0), ('r', z, 1), ('t1', t, 0), ('t0', t, 1))}
    def at(self, d):
        out = object.__new__(Shifted)
        out.m, out.delta = self.m, self.m.delta*mp.exp(d)
        rest = {key: d*mp.polyval(c[:0:-1], d) for key, c in self.series.items()}
        out.dz = rest['z']
        out.z, out.r, out.t1, out.t0 = (self.series[k][0] + rest[k] for k in ('z', 'r', 't1', 't0'))
        return out

class Shifted:
    def count(self, j, k):
        return {(1, 0): self.z, (1, 1): self.r, (2, 0): self.z - self.r}[j, k]
    def target(self, j, k):
        return {(0, 1): self.t1, (0, 2): self.t0}[j, k]
    def gap(self, n):
        return self.m.gap(n) - self.dz

ROUGH, FIRST, SECOND = 'rough', 'first', 'second'
def settings(level, known={}):
    if level not in known:
        known[level] = Quick(*dict(rough=(48, 14, 150, 6, 36, 5, (0, 1, 3, 8, 18), 300),
                                   first=(90, 20, 400, 6, 66, 14, (0, 1, 3, 8, 18, 35), 1000),
                                   second=(105, 27, 500, 6, 76, 15, (0, 1, 2, 5, 11, 23, 41), 700))[level])
    mp.dps = known[level].dps
    return known[level]

def derivative(f, h):
    """f'(0) to O(h^4)"""
    return (8*(f(h) - f(-h)) - (f(2*h) - f(-2*h)))/(12*h)

def golden(f, lo, mid, hi):
    """narrows a bracket of a minimum"""
    fm, ratio = f(mid), (3 - mp.sqrt(5))/2
    for _ in range(14):
        left = mid - lo > hi - mid
        x = mid - ratio*(mid - lo) if left else mid + ratio*(hi - mid)
        fx = f(x)
        if fx < fm:
            lo, mid, hi, fm = (lo, x, mid, fx) if left else (mid, x, hi, fx)
        elif left: lo = x
        else: hi = x
    return lo, mid, hi

class Theory(Model):
    """Model with an ensemble, whose ridge is free or set"""
    def __init__(self, level, case):
        super().__init__(settings(level), case)
        self.recent, self.around = {}, {}
        if isinstance(self.spec, PowerLaw):
            self.spec.moments = QuickMoments
        self.K = number(case.get('ensemble', '1'))
        u2 = number(case['sigma_u2'])
        self.unit = 1 if self.kernel or self.spec.M == inf else (
            self.spec.M*mp.fprod(self.hidden)/u2**(len(self.hidden) + 1))      # g = unit * gamma
    def at(self, t):
        if t in self.recent:
            return self.recent[t]
        for x in list(self.recent)[-8:] + list(self.around)[-8:]:
            if abs(t - x) < Around.RADIUS:
                if x not in self.around:
                    self.around[x] = Around(self.recent[x])
                return self.around[x].at(t - x)
        if len(self.recent) > 500:
            self.recent = {}
        self.recent[t] = super().at(t)
        return self.recent[t]
    def set_ridge(self, value):
        self.ridge = mpf(0) if self.P == inf or (self.N == inf and not self.kernel) else value*self.unit
    def ridge_at(self, t, N=None, P=None):
        """the ridge, in its convention, that has the root t = ln(Delta)"""
        m = self.at(t)
        g = m.delta*m.gap(P or self.P)
        for w in self.hidden + [N or self.N]:
            g *= 1 if w == inf else m.gap(w)/w if self.kernel else m.gap(w)
        return g/self.unit
    def floor(self, N=None, P=None):
        """ln(Delta) of the ridgeless limit, None where Delta = 0"""
        keep, self.ridge = self.ridge, mpf(0)
        t = self.root(N or self.N, P or self.P, None)
        self.ridge = keep
        return t
    def parts(self, t, N=None, P=None, ridgeless=False):
        """[E5] at given t, in units of L"""
        N, P = N or self.N, P or self.P
        widths = self.hidden + [N]
        n = min(widths + [P])
        if t is None:
            z = q = mpf(self.spec.rank)
            t0 = t1 = self.spec.unresolvable
            r, s, b = mpf(0), mpf(0), P - self.spec.rank
        else:
            m = self.at(t)
            z, r, q, t0, t1 = m.z, m.count(1, 1), m.count(2, 0), m.target(0, 2), m.target(0, 1)
            least = lambda w: ridgeless and w - n < n*mpf(10)**(9 - self.S.dps)
            gaps = [mpf(0) if least(w) else m.gap(w) for w in widths]
            b = mpf(0) if least(P) else inf if P == inf else m.gap(P)
            if min(gaps + [b]) < 0:
                return None
            s = 1/(1 + r*mp.fsum(1/a for a in gaps if a != inf)) if min(gaps) > 0 else mpf(0)
        over = lambda top, bottom: mpf(0) if not top else top/bottom if bottom else inf
        one = mpf(1) if P == inf else (b + s*r)/P                       # of one model
        many = mpf(1) if P == inf else (b + z - q)/P                    # of infinitely many: 1 - q/P
        signal, noise = over(s*t0 + (1 - s)*t1, one), self.noise*over(mpf(0) if P == inf else (z - s*r)/P, one)
        signal_x, noise_x = over(t0, many), self.noise*over(mpf(0) if P == inf else q/P, many)
        rest = lambda x, y: mpf(0) if self.K == inf or x == y or min(widths) == inf else (x - y)/self.K
        out = dict(bias=t0, variance_samples=signal_x - t0, variance_features=rest(signal, signal_x),
                   noise_loss=noise_x + (rest(noise, noise_x) if self.noise else 0))
        out = {k: self.C/2*v for k, v in out.items()}
        out['test_loss'] = mp.fsum(out.values()) if inf not in out.values() else inf
        return out
    def loss(self, t, N=None, P=None, ridgeless=False):
        p = self.parts(t, N, P, ridgeless)
        return inf if p is None else p['test_loss']
    def at_ridge(self, N=None, P=None, near=None):
        """parts at the ridge that is set, and t"""
        N, P = N or self.N, P or self.P
        t = self.root(N, P, near)
        return self.parts(t, N, P, not self.ridge), t
    def near(self, t, N=None, P=None, ridgeless=False):
        """least relative gap: the scale on which everything varies next to the ridgeless limit"""
        if t is None:
            return min(abs(w/self.spec.rank - 1) for w in self.hidden + [N or self.N, P or self.P] if w != self.spec.rank)
        m = self.at(t)
        gaps = [m.gap(w) for w in self.hidden + [N or self.N, P or self.P] if w != inf]
        if ridgeless:
            gaps = [g for g in gaps if g > mpf(10)**(-self.S.dps//2)]
        return min([mpf(1)] + [g/m.z for g in gaps])
    def slope(self, t, N=None, P=None):
        return derivative(lambda d: self.loss(t + d, N, P), self.S.h*self.near(t, N, P))
    def elasticities(self):
        """-dlnL/dlnN, -dlnL/dlnP at the ridge that is set"""
        out, t = self.at_ridge()
        def one(which):
            w, widths = (self.N, self.P)[which], self.hidden + [self.N, self.P]
            if out['test_loss'] in (0, inf):
                return ''
            if w == inf:
                return mpf(0)
            if not self.ridge and w == min(widths) and w <= self.spec.rank and (
                    widths.count(w) > 1 or w == self.spec.rank):
                return ''                                               # one-sided derivatives differ
            sizes = lambda d: (self.N*mp.exp(d), self.P) if which == 0 else (self.N, self.P*mp.exp(d))
            return -derivative(lambda d: mp.log(self.at_ridge(*sizes(d), near=t)[0]['test_loss']),
                               self.S.h*self.near(t, ridgeless=not self.ridge))
        return dict(elasticity_features=one(0), elasticity_samples=one(1))

    # the optimum over the ridge
    def grid(self, N=None, P=None):
        """t from the ridgeless limit (excluded) to where nothing is learned; dense at both ends"""
        top = mp.log(self.spec.top)
        t0 = self.floor(N, P)
        if t0 is None:
            low = mp.log(min(l for l, v, m in self.spec.rows if l)) if isinstance(self.spec, Table) \
                else top - self.spec.p*mp.log(self.spec.M)
            t = [low - 3 - mpf(k) for k in range(100, 0, -2)]
            t0 = low - 3
        else:
            t = [t0 + mp.exp(mpf(k)) for k in range(-84, -1, 2)]
        step, last = mpf('0.8'), mpf(0)
        while t0 + last < top + 50:
            last += step
            t.append(t0 + last)
            if t0 + last > top + 5:
                step = mpf(2)
        return t
    def valleys(self, N=None, P=None):
        """(loss, t, bracket) of every local minimum, best first; t = None if ridgeless, or inf"""
        t0 = self.floor(N, P)
        points = [(None, self.loss(t0, N, P, True))]
        for t in self.grid(N, P):
            L = self.loss(t, N, P)
            if abs(L - points[-1][1]) > mpf(10)**(5 - self.S.dps)*L or points[-1][1] == inf:
                points.append((t, L))
        t, L = zip(*points)
        found = [(L[0], None, 0)] if len(L) == 1 or L[0] <= L[1] and L[0] != inf else []
        for i in range(1, len(t) - 1):
            if L[i] < L[i - 1] and L[i] <= L[i + 1]:
                lo = t[i - 1] if i > 1 else t0 + (t[1] - t0)/1000 if t0 is not None else t[1] - 50
                x, width = self.valley(lo, t[i], t[i + 1], N, P)
                found.append((self.loss(x, N, P), x, width))
        if L[-1] < L[-2]:
            found.append((self.C/2*self.variance(), inf, 0))
        return sorted(found, key=lambda f: f[0])
    def variance(self):
        return self.at(mpf(400)*mp.log(10)).target(0, 0)
    def valley(self, lo, mid, hi, N=None, P=None):
        lo, mid, hi = golden(lambda t: self.loss(t, N, P), lo, mid, hi)
        return self.polish(mid, (hi - lo)/100, N, P), mpf(10)**-6*self.near(mid, N, P)
    def polish(self, t, step, N=None, P=None):
        """zero of dL/dt next to t, confirmed to be a minimum"""
        small = self.near(t, N, P)
        t = secant(lambda x: self.slope(x, N, P), t, small*mpf(10)**(-8 if self.S.dps < 50 else -42), step)
        d = small*mpf(10)**(-3 if self.S.dps < 50 else -12)
        assert self.slope(t - d, N, P) < 0 < self.slope(t + d, N, P)
        return t

def twice(case, run):
    """run(theory, previous) under both settings; refuses what differs"""
    case = dict(case, **{k: case[k] or '1' for k in ('features', 'samples', 'noise')})   # unknown: any value
    first = run(Theory(FIRST, case), None)
    second = run(Theory(SECOND, case), first)
    for k in first:
        if k[0] != '_' and agree(first[k], second[k]) < GUARD:
            raise ArithmeticError('%s %s: %s and %s' % (case['name'], k, text(first[k]), text(second[k])))
    return second

def search(case, N=None, P=None):
    """local minima over the ridge, roughly"""
    keep = mp.dps
    found = Theory(ROUGH, case).valleys(N, P)
    mp.dps = keep
    return found

# optimal.csv
def optimal(T, previous):
    if previous is None:
        valleys = search(T.case)
        t, width = valleys[0][1:]
        if t not in (None, inf):
            t = T.polish(t, width)
    else:
        valleys, t = previous['_valleys'], previous['_t']
        if t not in (None, inf):
            t = T.polish(t, mpf(10)**-25)
    kind = 'zero' if t is None else 'infinite' if t == inf else 'interior'
    if kind == 'infinite':
        L = T.C/2*T.variance()
        out = dict(optimal_ridge=inf, delta=inf, test_loss=L)
        out.update(dict.fromkeys(['elasticity_features', 'elasticity_samples'], mpf(0) if L else ''))
    else:
        ridge = mpf(0) if t is None else T.ridge_at(t)
        T.set_ridge(ridge)
        found = T.floor() if t is None else t
        L = T.loss(found, ridgeless=t is None)
        out = dict(optimal_ridge=ridge, delta=mpf(0) if found is None else mp.exp(found), test_loss=L, **T.elasticities())
        if T.K == inf and kind == 'interior':           # depends on N only through Delta, where it is stationary
            assert abs(out['elasticity_features']) < mpf(10)**-50
            out['elasticity_features'] = mpf(0)
    out.update(kind=kind, _valleys=valleys, _t=t)
    return out

# parts.csv
def parts(T, previous):
    out, t = T.at_ridge()
    out = dict(out, delta=mpf(0) if t is None else mp.exp(t), **T.elasticities())
    single = T.solution(T.N, T.P)
    if T.K == 1 and agree(single['test_loss'], out['test_loss']) < GUARD:
        raise ArithmeticError(T.case['name'])
    return out

# plateau.csv
def at_policy(T, guess, N=None, P=None):
    """loss under the policy of the case, and t; guess: t, or (t, width) if the ridge is optimal"""
    if T.case['policy'] != 'optimal':
        out, t = T.at_ridge(N, P, guess)
        return out['test_loss'], t
    t, width = guess
    if t is None:
        return T.loss(T.floor(N, P), N, P, True), None
    t = T.polish(t, width, N, P)
    return T.loss(t, N, P), t

def with_size(case, **sizes):
    return dict(case, **{k: v if isinstance(v, str) else 'inf' if v == inf else str(v) for k, v in sizes.items()})

def guesses(rough, N, P):
    keep, mp.dps = mp.dps, rough.S.dps
    found = rough.valleys(N, P)[0][1:]
    mp.dps = keep
    return found

def plateau(T, previous):
    """polynomial through the loss at sizes X, 2X, ... in powers of 1/size"""
    which, optimal = T.case['resource'], T.case['policy'] == 'optimal'
    X, count = (mpf(10)**8, 12) if previous is None else (mpf(10)**8*3, 13)
    rough = Theory(ROUGH, T.case)
    level = FIRST if previous is None else SECOND
    mp.dps = T.S.dps
    x, y, found = [], [], []
    for j in range(1, count + 1):
        sizes = dict(N=X*j, P=T.P) if which == 'features' else dict(N=T.N, P=X*j)
        if optimal and j < 3:
            guess = guesses(rough, **sizes)
        elif j > 2 and found[-1] is not None:                           # next t: linear in 1/j
            (a, c), (i, k) = found[-2:], (1/mpf(j - 2), 1/mpf(j - 1))
            a = c + (c - a)*(1/mpf(j) - k)/(k - i)
            guess = (a, mpf(10)**-9*T.near(a, **sizes)) if optimal else a
        else:
            guess = guess if optimal else None
        L, t = at_policy(T, guess, **sizes)
        y.append(L)
        found.append(t)
        x.append(1/mpf(j))
    diff = list(y)                                                      # Newton's divided differences
    for o in range(1, count):
        for i in range(count - 1, o - 1, -1):
            diff[i] = (diff[i] - diff[i - 1])/(x[i] - x[i - o])
    value, slope = mpf(0), mpf(0)
    for i in range(count - 1, -1, -1):                                  # Horner at 0, with derivative
        slope = value - slope*x[i]
        value = diff[i] - value*x[i]
    if optimal:
        sizes = dict(N=inf, P=T.P) if which == 'features' else dict(N=T.N, P=inf)
        limit = at_policy(T, guesses(rough, **sizes), **sizes)[0]
    else:
        limit = Theory(level, with_size(T.case, **{which: inf})).at_ridge()[0]['test_loss']
    assert agree(limit, value) > GUARD, (limit, value)
    return dict(limit=value, coefficient=slope*X)

# frontier.csv
class Budget:
    """the sizes with factor * N^a * P^b = B, along x = ln N"""
    def __init__(self, T):
        c = T.case
        self.a, self.b = number(c['cost_features']), number(c['cost_samples'])
        self.B = mp.log(number(c['budget'])/number(c['cost_factor']))
        self.kinks = []
        if c['policy'] == 'zero':
            self.kinks = [self.B/(self.a + self.b)]
            for w in T.hidden + [T.spec.M]:
                if w != inf:
                    self.kinks += [mp.log(w), (self.B - self.b*mp.log(w))/self.a]
    def sizes(self, x, B=None):
        return mp.exp(x), mp.exp(((self.B if B is None else B) - self.a*x)/self.b)
    def grid(self, count):
        top = self.B/self.a
        return sorted([top*i/count for i in range(1, count)] + [x for x in self.kinks if 0 < x < top])

def joint_grid(T):
    """all t at which something may be learned, independent of the sizes"""
    low = T.grid(mpf(10)**9, mpf(10)**9)[0] if T.spec.rank == inf else T.grid(T.spec.rank + 1, T.spec.rank + 1)[0]
    top = mp.log(T.spec.top) + 6
    return [top - mpf(i)*2/5 for i in range(int((top - low)/mpf('0.4')))]

def newton(F, v, small=mpf(10)**-40):
    """zero of two functions; Jacobian by differences"""
    for _ in range(40):
        f = F(*v)
        d = mpf(10)**-12
        A = [(F(v[0] + d, v[1])[i] - F(v[0] - d, v[1])[i])/(2*d) for i in (0, 1)]
        C = [(F(v[0], v[1] + d)[i] - F(v[0], v[1] - d)[i])/(2*d) for i in (0, 1)]
        det = A[0]*C[1] - A[1]*C[0]
        step = [(f[0]*C[1] - f[1]*C[0])/det, (A[0]*f[1] - A[1]*f[0])/det]
        size = max(abs(x) for x in step)
        v = [x - y*min(1, mpf('0.5')/size) for x, y in zip(v, step)]
        if size < small:
            return v
    raise ArithmeticError('no convergence')

def minima(f, x, kinks, h):
    """(f, x, width or None at a kink) of the local minima of f seen on the grid x"""
    y, found = [f(v) for v in x], []
    for i in range(1, len(x) - 1):
        if y[i] < y[i - 1] and y[i] <= y[i + 1]:
            if x[i] in kinks:
                found.append((y[i], x[i], None))
                continue
            lo, mid, hi = golden(f, x[i - 1], x[i], x[i + 1])
            found.append((f(mid), mid, (hi - lo)/10))
    found.sort(key=lambda f: f[0])
    best = []
    for y, x, width in found:
        if y < found[0][0]*1.001:
            if width is not None:
                x, width = secant(lambda v: derivative(lambda d: f(v + d), h), x, mpf(10)**-8, width), mpf(10)**-7
            best.append((f(x), x, width))
    least = min(y for y, x, width in best)                              # of equal ones (duality) the smaller N
    return min((b for b in best if b[0] < least*(1 + mpf(10)**-14)), key=lambda b: b[1])

def frontier(T, previous):
    line, policy = Budget(T), T.case['policy']
    h = T.S.h
    near = {}
    def along(U, line, x, B=None, zero=policy == 'zero'):
        """loss at a given size under the fixed policy"""
        N, P = line.sizes(x, B)
        if zero:
            keep, U.ridge = U.ridge, mpf(0)
        n = min(U.hidden + [N, P])
        try:
            t = U.root(N, P, near.get(U))
            astray = near.get(U) and t is not None and not U.ridge and abs(U.at(t).gap(n)) > n*mpf(10)**-20
        except ArithmeticError:
            astray = True
        if astray:                                                      # the secant method, from too far away
            t = U.root(N, P, None)
        L = U.parts(t, N, P, not U.ridge)['test_loss']
        if U is T or zero:
            near[U] = t
        if zero:
            U.ridge = keep
        return L
    if previous is None:
        R = Theory(ROUGH, T.case)
        rough = Budget(R)
        start = minima(lambda x: along(R, rough, x, zero=policy != 'fixed'), rough.grid(40), rough.kinks, R.S.h)
        kind = 'kink' if start[2] is None else 'smooth'
        if policy == 'optimal':
            ts = joint_grid(R)
            L, x, t = min((R.loss(t, *rough.sizes(x)), x, t) for t in ts for x in rough.grid(40))
            if L > start[0]:                                            # very near the ridgeless limit
                L, x, t = start[0], start[1], R.valleys(*rough.sizes(start[1]))[0][1]
            if t is not None:
                start, kind = (L, x, t), 'joint'
        mp.dps = T.S.dps
    else:
        start, kind = previous['_start'], previous['_kind']
    def joint(B):
        def F(x, t):
            k = h*T.near(t, *line.sizes(x, B))
            return (derivative(lambda d: T.loss(t, *line.sizes(x + d, B)), k), T.slope(t, *line.sizes(x, B)))
        return F
    if kind == 'joint':
        x, t = newton(joint(line.B), start[1:])
        for dx, dt in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)):
            e = mpf(10)**-10
            assert T.loss(t + e*dt, *line.sizes(x + e*dx)) > T.loss(t, *line.sizes(x))
        start = (None, x, t)
        at = lambda d: newton(joint(line.B + d), (x, t))
        moved = {s: at(s*h) for s in (-2, -1, 1, 2)}
        N_of = lambda d: moved[int(mp.nint(d/h))][0]
        L_of = lambda d: mp.log(T.loss(moved[int(mp.nint(d/h))][1], *line.sizes(N_of(d), line.B + d)))
        L, ridge = T.loss(t, *line.sizes(x)), T.ridge_at(t, *line.sizes(x))
        if previous is None:
            assert abs(guesses(R, *line.sizes(x))[0] - t) < mpf(10)**-6         # no better valley here
    elif kind == 'kink':
        x = min(line.kinks, key=lambda v: abs(v - start[1]))
        for e in (mpf(10)**-6, -mpf(10)**-6):
            near.clear()
            assert along(T, line, x + e) > along(T, line, x)
        near.clear()
        N_of = lambda d: x if x in [mp.log(w) for w in T.hidden + [T.spec.M] if w != inf] else x + d/line.a
        L, ridge = along(T, line, x), mpf(0)
        L_of = lambda d: mp.log(along(T, line, N_of(d), line.B + d))
    else:
        g = lambda B: lambda x: derivative(lambda d: along(T, line, x + d, B), h*mpf(10)**-2)
        width = start[2] if previous is None else mpf(10)**-20
        x = secant(g(line.B), start[1], mpf(10)**-40, width)
        start = (None, x, None)
        near.clear()
        L, ridge = along(T, line, x), T.ridge/T.unit
        moved = {s: secant(g(line.B + s*h), x, mpf(10)**-40, h) for s in (-2, -1, 1, 2)}
        N_of = lambda d: moved[int(mp.nint(d/h))]
        L_of = lambda d: mp.log(along(T, line, N_of(d), line.B + d))
    N, P = line.sizes(x)
    eN, eL = derivative(N_of, h), -derivative(L_of, h)
    return dict(features=N, samples=P, optimal_ridge=ridge, test_loss=L, kind='kink' if kind == 'kink' else 'smooth',
                exponent_features=eN, exponent_samples=(1 - line.a*eN)/line.b, exponent_loss=eL, _start=start, _kind=kind)

# solve.csv
def bisect(f, lo, hi, width):
    """narrows f(lo) > 0 >= f(hi), either way round"""
    while abs(hi - lo) > width:
        mid = (lo + hi)/2
        if f(mid) > 0: lo = mid
        else: hi = mid
    return (lo + hi)/2

def rough_root(T, f, x):
    """last crossing of the grid x from f > 0 to f <= 0; None if f does not end <= 0"""
    y = [f(v) for v in x]
    if y[-1] > 0:
        return None
    i = max(i for i in range(len(x)) if y[i] > 0)
    return bisect(f, x[i], x[i + 1], abs(x[i + 1] - x[i])/4096)

def solve_size(T, previous):
    """smallest size from which on the loss stays at or below the target"""
    find, policy, target = T.case['find'], T.case['policy'], number(T.case['target'])
    sizes = lambda U, x: (mp.exp(x), U.P) if find == 'features' else (U.N, mp.exp(x))
    tiny = mpf(10)**-40
    if previous is None:
        R = Theory(ROUGH, T.case)
        R.set_ridge(R.ridge/R.unit)
        others = R.hidden + [R.P if find == 'features' else R.N] + ([R.spec.M] if R.spec.M != inf else [])
        x = sorted([mpf(i)/2 for i in range(1, 60)] + [mp.log(w) for w in others if w != inf])
        if policy == 'optimal':
            f = lambda x: R.valleys(*sizes(R, x))[0][0] - target
            if f(x[-1]) > 0:
                return dict(result='none', _x=None)
            v = bisect(f, x[0], x[-1], mpf(1)/50)                       # the loss falls everywhere
            start = (v, R.valleys(*sizes(R, v))[0][1])
            assert start[1] is not None
        else:
            f = lambda v: R.at_ridge(*sizes(R, v))[0]['test_loss'] - target
            v = rough_root(R, f, x)
            if v is None:
                return dict(result='none', _x=None)
            start = (v,)
        mp.dps = T.S.dps
    else:
        if previous['_x'] is None:
            return dict(result='none')
        start = previous['_x']
    if policy == 'optimal':
        v = newton(lambda x, t: (mp.log(T.loss(t, *sizes(T, x))/target), T.slope(t, *sizes(T, x))/target), list(start))
        T.polish(v[1], tiny, *sizes(T, v[0]))
    else:
        f = lambda x: mp.log(T.at_ridge(*sizes(T, x))[0]['test_loss']/target)
        v = [secant(f, start[0], mpf(10)**-50, mpf(10)**-5 if previous is None else tiny)]
        assert abs(v[0] - start[0]) < mpf('0.01')
    return dict(result=mp.exp(v[0]), _x=v)

def solve_ridge(T, previous):
    """ends of the ridges at which the loss is at or below the target"""
    target = number(T.case['target'])
    if previous is None:
        R = Theory(ROUGH, T.case)
        floor = R.floor()
        grid, f = R.grid(), lambda t: R.loss(t) - target
        below = [i for i, t in enumerate(grid) if f(t) <= 0]
        zero = R.loss(floor, ridgeless=True) <= target
        if not below and not zero:
            assert R.valleys()[0][0] > target
            return dict(result='none', result_high='none', _x=None)
        assert below == list(range(below[0], below[-1] + 1)) and (not zero or below[0] == 0)
        ends = [None if zero else bisect(f, grid[below[0] - 1], grid[below[0]], mpf(10)**-6),
                bisect(f, grid[below[-1] + 1], grid[below[-1]], mpf(10)**-6)]
        mp.dps = T.S.dps
    else:
        if previous['_x'] is None:
            return dict(result='none', result_high='none')
        ends = previous['_x']
    ends = [t if t is None else secant(lambda t: T.loss(t)/target - 1, t, mpf(10)**-50,
                                       mpf(10)**(-7 if previous is None else -30)) for t in ends]
    low, high = [mpf(0) if t is None else T.ridge_at(t) for t in ends]
    return dict(result=low, result_high=high, _x=ends)

def noise_at(T, t, target, ridgeless=False):
    """the noise at which the loss is the target, at given t"""
    T.noise = mpf(0)
    L = T.loss(t, ridgeless=ridgeless)
    T.noise = mpf(1)
    return (target - L)/(T.loss(t, ridgeless=ridgeless) - L)

def solve_noise(T, previous):
    """largest noise at which the loss is at or below the target: linear in the noise at given ridge"""
    target = number(T.case['target'])
    if T.case['policy'] != 'optimal':
        return dict(result=noise_at(T, T.root(T.N, T.P, None), target, not T.ridge))
    if previous is None:
        R = Theory(ROUGH, T.case)
        grid = R.grid()
        i = max(range(len(grid)), key=lambda i: noise_at(R, grid[i], target))
        if noise_at(R, grid[i], target) < 0:
            return dict(result='none', _t=None)
        t = golden(lambda t: -noise_at(R, t, target), *grid[i - 1:i + 2])[1]
        mp.dps = T.S.dps
    else:
        t = previous['_t']
        if t is None:
            return dict(result='none')
    f = lambda t: derivative(lambda d: noise_at(T, t + d, target), T.S.h*T.near(t))
    t = secant(f, t, mpf(10)**-40, mpf(10)**(-5 if previous is None else -20))
    assert f(t - mpf(10)**-9) > 0 > f(t + mpf(10)**-9)
    return dict(result=noise_at(T, t, target), _t=t)

def solve_case(T, previous):
    find = T.case['find']
    out = (solve_ridge if find == 'ridge' else solve_noise if find == 'noise' else solve_size)(T, previous)
    return dict(dict(result_high=''), **out)

INPUTS = [k for k in INPUTS if k not in ('ridge', 'kernel_ridge', 'features', 'samples')]
SIZES, RIDGE = ['features', 'samples'], ['policy', 'ridge', 'kernel_ridge']
FILES = dict(
    optimal=(OPTIMAL_CASES, optimal, INPUTS + SIZES + ['ensemble', 'convention'],
             'optimal_ridge kind test_loss delta elasticity_features elasticity_samples'.split()),
    parts=(PARTS_CASES, parts, INPUTS + SIZES + ['ensemble', 'ridge', 'kernel_ridge'],
           'delta test_loss bias variance_samples variance_features noise_loss elasticity_features '
           'elasticity_samples'.split()),
    plateau=(PLATEAU_CASES, plateau, INPUTS + SIZES + RIDGE + ['resource'], ['limit', 'coefficient']),
    frontier=(FRONTIER_CASES, frontier, INPUTS + RIDGE + 'convention budget cost_factor cost_features cost_samples'.split(),
              'features samples optimal_ridge kind test_loss exponent_features exponent_samples exponent_loss'.split()),
    solve=(SOLVE_CASES, solve_case, INPUTS + SIZES + RIDGE + ['convention', 'find', 'target'], ['result', 'result_high']),
)

def write(name):
    cases, run, inputs, results = FILES[name]
    digits = DIGITS
    rows = []
    for c in cases:
        out = twice(c, run)
        print(name, c['name'], *[mp.nstr(v, 8) if isinstance(v, mpf) else v for k, v in out.items() if k in results],
              'valleys %d' % len(out['_valleys']) if '_valleys' in out else '', flush=True)
        rows.append(['' if (c.get('policy') == 'optimal' or c.get('find') == 'ridge') and k in RIDGE[1:] else c[k] for k in inputs] + [
            x if isinstance(x, str) else 'inf' if x == inf else '0' if x == 0 else mp.nstr(x, digits)
            for x in (out[k] for k in results)])
    with open(os.path.join(HERE, name + '.csv'), 'w', newline='') as file:
        file.write('# Columns in README.md.\n# Written by optima.py with mpmath %s; %d significant digits.\n'
                   % (mpmath.__version__, digits))
        csv.writer(file, lineterminator='\n').writerows([inputs + results] + rows)

if __name__ == '__main__':
    for name, content in NEW_TABLES.items():
        with open(os.path.join(HERE, name), 'w') as file:
            file.write(content)
    for name in sys.argv[1:] or FILES:
        write(name)
