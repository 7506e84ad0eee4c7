#!/usr/bin/env python3
"""Reference values, computed independently of the C program, with mpmath.

    python3 reference.py    write loss.csv, moments.csv and the table-*.csv next to this file

The cases are in cases.py; check.py recomputes everything in other ways.
Inputs are decimal strings taken exactly. Spectral sums: term by term for M <= 10^4 and for
tables; otherwise term by term up to a and then the Abel-Plana formula

  sum_{I=a}^b f = int_a^b f + (f(a)+f(b))/2 - 2 int_0^oo Im[f(a+iy) - f(b+iy)]/(e^{2 pi y}-1) dy

with Gauss-Legendre quadrature. The poles of f lie at X exp(+-i pi (2k+1)/p), with
X = (Delta/lambda_max)^(-1/p): either a > 1.5 X, or X is large and the poles right of a (only
there for p > 2) are so far from the real axis that they contribute less than 1e-150 (asserted).
Elasticities: central differences in ln N and ln P of the solved model.
"""
import os, sys, csv
from fractions import Fraction
import mpmath
from mpmath import mp, mpf, mpc, inf
from mpmath.calculus.quadrature import GaussLegendre
sys.dont_write_bytecode = True
from cases import LOSS_CASES, MOMENT_CASES, TABLES

HERE = os.path.dirname(os.path.abspath(__file__))
DIRECT = 10**4                      # largest M summed term by term

class Settings:
    """Everything numerical that a second run can choose differently."""
    def __init__(self, dps, a, X0, cut, degree, h, direct=DIRECT):
        self.dps, self.a, self.X0, self.cut, self.degree, self.direct = dps, a, X0, cut, degree, direct
        mp.dps = dps
        self.h = mpf(10)**-h        # step of the central differences
        self.gl = GaussLegendre(mp).calc_nodes(degree, mp.prec)
        self.y = []                 # nodes y and weights/(e^{2 pi y}-1) on (0, 60)
        for lo, hi in zip((0, 1, 3, 8, 20, 38), (1, 3, 8, 20, 38, 60)):
            for y, w in self.nodes(mpf(lo), mpf(hi)):
                self.y.append((y, w/mp.expm1(2*mp.pi*y)))
    def nodes(self, lo, hi):
        c, d = (lo + hi)/2, (hi - lo)/2
        return [(c + d*t, d*w) for t, w in self.gl]

def frac(f):
    return mpf(f.numerator)/f.denominator

def number(text):
    return inf if text == 'inf' else frac(Fraction(text))

class Moments:
    """Sums over the spectrum at one Delta: count(j,k) = sum u^j (1-u)^k, target(j,k) with weights v^2."""
    def __init__(self, spec, delta):
        self.spec, self.delta, self.memo = spec, delta, {}
        self.prepare()
        self.z = self.count(1, 0)
    def count(self, j, k):
        return self._sum('count', j, k)
    def target(self, j, k):
        return self._sum('target', j, k)
    def _sum(self, kind, j, k):
        if (kind, j, k) not in self.memo:
            self.memo[kind, j, k] = self.total(kind, j, k)
        return self.memo[kind, j, k]
    def gap(self, n):
        """n - z, through sum (1-u) where most directions are resolved"""
        if self.spec.rank != inf and 2*self.z > self.spec.rank:
            return n - self.spec.rank + self.count(0, 1) - self.spec.zeros
        return n - self.z

class TableMoments(Moments):
    def prepare(self):
        self.u = [l/(l + self.delta) if l else mpf(0) for l, v, m in self.spec.rows]
        self.w = [self.delta/(l + self.delta) if l else mpf(1) for l, v, m in self.spec.rows]
    def total(self, kind, j, k):
        return mp.fsum(m*(v if kind == 'target' else 1)*u**j*w**k
                       for (l, v, m), u, w in zip(self.spec.rows, self.u, self.w))

class Table:
    moments = TableMoments
    def __init__(self, name, sigma_w2):
        rows = list(csv.DictReader(TABLES[name].splitlines()))
        self.M = sum(int(r.get('multiplicity', 1)) for r in rows)
        self.rows = []
        for r in rows:
            l = number(r['eigenvalue'])
            v = number(r['target']) if 'target' in r else sigma_w2/self.M*l
            self.rows.append((l, v, int(r.get('multiplicity', 1))))
        self.zeros = sum(m for l, v, m in self.rows if not l)
        self.rank = self.M - self.zeros
        self.top = self.rows[0][0]
        self.unresolvable = mp.fsum(m*v for l, v, m in self.rows if not l)

class PowerMoments(Moments):
    def prepare(self):
        s, S = self.spec, self.spec.S
        self.x = self.delta/s.top
        if s.M <= S.direct:
            self.first, self.lines = s.M, []
        else:
            X = self.x**(-1/s.p)
            self.a = S.a if X > S.X0 else max(S.a, int(X*1.5) + 10)
            if X > S.X0 and s.p > 2:
                assert 2*mp.pi*X*mp.sin(mp.pi/s.p) > 150*mp.log(10)     # poles negligible
            self.first = self.a - 1
            self.lines = [(self.a, 1)] + ([(s.M, -1)] if s.M != inf else [])
        self.points = [self.uw(t) for t in s.powers(self.first)]
        self.ends = [self.uw(mpf(I)**s.p) for I, sign in self.lines]
        self.paths = [[self.uw(t) for t in s.path(I, s.pf)] for I, sign in self.lines]
    def uw(self, Ip):
        u = 1/(1 + self.x*Ip)
        return u, self.x*Ip*u
    def total(self, kind, j, k):
        s = self.spec
        c = s.cf if kind == 'target' else Fraction(0)
        weight = s.weights(self.first) if kind == 'target' else None
        if weight:
            value = mp.fsum(v*u**j*w**k for (u, w), v in zip(self.points, weight))
        else:
            value = mp.fsum(u**j*w**k for u, w in self.points)
        if self.lines:
            value += self.integral(c, j, k)
        for (I, sign), (u, w), path in zip(self.lines, self.ends, self.paths):
            value += mpf(I)**-frac(c)*u**j*w**k/2
            f = zip(s.S.y, path, s.path(I, -c)) if c else ((q, r, 1) for q, r in zip(s.S.y, path))
            value -= sign*2*mp.fsum(wy*(t*u**j*w**k).imag for (y, wy), (u, w), t in f)
        return value*(s.A if kind == 'target' else 1)
    def integral(self, c, j, k):
        """int_a^b I^-c u^j (1-u)^k dI with s = ln(x I^p): u = 1/(1+e^s), dI = (I/p) ds"""
        sp, cut = self.spec, mpf(self.spec.S.cut)
        e = (1 - c)/sp.pf
        lo = mp.log(self.x) + sp.p*mp.log(self.a)
        hi = inf if sp.M == inf else mp.log(self.x) + sp.p*mp.log(sp.M)
        value = self.series(e + k, 1, j + k, lo, min(hi, -cut)) + self.series(e - j, -1, j + k, max(lo, cut), hi)
        l, r = max(lo, -cut), min(hi, cut)
        if l < r:
            parts, ef = int(mp.ceil((r - l)/3)), frac(e)
            for i in range(parts):
                for t, wt in sp.S.nodes(l + (r - l)*i/parts, l + (r - l)*(i + 1)/parts):
                    y = mp.exp(t)
                    value += wt*mp.exp(ef*t)*y**k/(1 + y)**(j + k)
        return value*mp.exp(-frac(e)*mp.log(self.x))/sp.p
    def series(self, e, sign, n, lo, hi):
        """int_lo^hi e^(e s) (1 + e^(sign s))^-n ds for sign*s <= -cut; e and e + m are exact fractions"""
        if lo >= hi:
            return mpf(0)
        value, coeff = mpf(0), mpf(1)
        for m in range(int(self.spec.S.dps*2.4/self.spec.S.cut) + 10):
            g = e + sign*m
            gm = frac(g)
            value += coeff*(hi - lo if g == 0 else ((mp.exp(gm*hi) if hi != inf else 0) - mp.exp(gm*lo))/gm)
            coeff *= -mpf(n + m)/(m + 1)
        return value

class PowerLaw:
    moments = PowerMoments
    zeros, unresolvable = 0, mpf(0)
    def __init__(self, S, alpha, top, latents, source, variance=None, sigma_w2=None):
        self.S, self.top = S, number(top)
        self.pf = 1 + Fraction(alpha)
        self.cf = 1 + Fraction(source) if source else self.pf       # v_I^2 = A I^-c
        self.p = frac(self.pf)
        self.M = self.rank = inf if latents == 'inf' else int(latents)
        self.cache = {}
        if sigma_w2 is not None:
            self.A = sigma_w2/self.M*self.top
        else:
            c = frac(self.cf)
            norm = (mp.zeta(c) if self.M == inf else mp.fsum(self.weights(self.M)) if self.M <= S.direct
                    else mp.zeta(c) - mp.zeta(c, self.M + 1))
            self.A = variance/norm
    def table(self, key, n, exponent):
        have = self.cache.setdefault(key, [])
        have.extend(mp.exp(exponent*mp.log(I)) for I in range(len(have) + 1, n + 1))
        return have[:n]
    def powers(self, n):
        return self.table('p', n, self.p)
    def weights(self, n):
        return self.table('c', n, -frac(self.cf))
    def path(self, I, e):
        """(I+iy)^e at the quadrature nodes"""
        if ('log', I) not in self.cache:
            self.cache['log', I] = [mp.log(mpc(I, y)) for y, w in self.S.y]
        if (I, e) not in self.cache:
            ef = frac(e)
            self.cache[I, e] = [mp.exp(ef*t) for t in self.cache['log', I]]
        return self.cache[I, e]

def solve(f, t, tol):
    """root of the increasing f (f may be -inf on the left): bracket, then secant kept in the bracket"""
    step, ft = mpf(1), f(t)
    if ft == 0:
        return t
    up = ft < 0
    while True:
        a, fa = t, ft
        t = t + step if up else t - step
        ft, step = f(t), 2*step
        if (ft >= 0) == up:
            break
    lo, flo, hi, fhi = (a, fa, t, ft) if up else (t, ft, a, fa)
    prev = [(lo, flo), (hi, fhi)]
    width, count = hi - lo, 0
    for _ in range(9999):
        (x0, f0), (x1, f1) = prev
        mid = (lo + hi)/2
        x = x1 - f1*(x1 - x0)/(f1 - f0) if f0 != -inf and f1 != -inf and f0 != f1 else mid
        if abs(x - x1) < tol:
            return x
        count += 1
        if not lo < x < hi or count == 4:
            if count == 4 and hi - lo < width/8:
                x = x if lo < x < hi else mid
            else:
                x = mid
            width, count = hi - lo, 0
        fx = f(x)
        if fx < 0: lo = x
        else: hi = x
        prev = [(x1, f1), (x, fx)]
        if fx == 0 or hi - lo < tol:
            return x
    raise ArithmeticError('no convergence')

def secant(f, t, tol, h):
    """root next to a known one"""
    x0, x1 = t, t + h
    f0, f1 = f(x0), f(x1)
    for _ in range(40):
        if abs(x1 - x0) <= tol or f1 == f0:
            return x1
        x0, f0, x1 = x1, f1, x1 - f1*(x1 - x0)/(f1 - f0)
        f1 = f(x1)
    raise ArithmeticError('no convergence')

class Model:
    def __init__(self, S, case):
        self.S, self.case = S, case
        mp.dps = S.dps
        get = lambda k: number(case[k])
        if case['spectrum'] == 'powerlaw':
            normal = dict(variance=get('label_variance')) if case['label_variance'] else dict(sigma_w2=get('sigma_w2'))
            self.spec = PowerLaw(S, case['alpha'], case['lambda_max'], case['latents'], case['source'], **normal)
        else:
            self.spec = Table(case['spectrum'], get('sigma_w2') if case['sigma_w2'] else None)
        self.hidden = [number(w) for w in case['hidden'].split(';') if w]
        self.noise, self.C = get('noise'), get('outputs')
        self.N, self.P = get('features'), get('samples')
        self.kernel = case['kernel_ridge'] != ''
        self.ridge = get('kernel_ridge' if self.kernel else 'ridge')
        if self.P == inf or (self.N == inf and not self.kernel):
            self.ridge = mpf(0)                         # g/P or g/N vanishes
        if not self.kernel and self.ridge:
            self.ridge *= self.spec.M*mp.fprod(self.hidden)/get('sigma_u2')**(len(self.hidden) + 1)
    def root(self, N, P, near):
        """ln(Delta) of [E1], or of z = n if ridgeless; None where Delta = 0"""
        widths = self.hidden + [N]
        n = min(widths + [P])
        tol = mpf(10)**(12 - self.S.dps)
        if not self.ridge:
            if n >= self.spec.rank:
                return None
            f = lambda t: self.at(t).gap(n)
        else:
            lg = mp.log(self.ridge)
            def f(t):
                m = self.at(t)
                factors = [m.gap(P)] + [m.gap(w)/(w if self.kernel else 1) for w in widths if w != inf]
                return t + mp.fsum(mp.log(x) for x in factors) - lg if min(factors) > 0 else -inf
        return solve(f, mp.log(self.spec.top), tol) if near is None else secant(f, near, tol, self.S.h)
    def at(self, t):
        return self.spec.moments(self.spec, mp.exp(t))
    def solution(self, N, P, near=None):
        widths = self.hidden + [N]
        n, t = min(widths + [P]), self.root(N, P, near)
        if t is None:                                   # Delta = 0: every positive eigenvalue resolved
            v0, rank = self.spec.unresolvable, self.spec.rank
            delta, z, r, t0, t1, s, b = mpf(0), mpf(rank), 0, v0, v0, 0, P - rank
        else:
            m = self.at(t)
            delta, z, r, t0, t1 = m.delta, m.z, m.count(1, 1), m.target(0, 2), m.target(0, 1)
            gaps = [mpf(0) if not self.ridge and w == n else m.gap(w) for w in widths]
            b = mpf(0) if not self.ridge and P == n else inf if P == inf else m.gap(P)
            s = 1/(1 + r*mp.fsum(1/a for a in gaps if a != inf)) if min(gaps) > 0 else mpf(0)
        share = mpf(1) if P == inf else b/P             # b/P, 1 at P = inf
        bottom = share + (0 if P == inf else s*r/P)
        ratio = lambda top: mpf(0) if top == 0 else top/bottom if bottom else inf
        signal = ratio(s*t0 + (1 - s)*t1)               # [E2]
        noise = self.noise*ratio((z - s*r)/P) if P != inf and self.noise else mpf(0)
        train = share**2*(signal + noise + self.noise) if share else mpf(0)     # [E3]
        half = self.C/2
        return dict(delta=delta, dof=z, test_loss=half*(signal + noise), signal_loss=half*signal,
                    noise_loss=half*noise, train_loss=half*train, t=t)
    def predict(self):
        mp.dps = self.S.dps
        N, P, h = self.N, self.P, self.S.h
        out = self.solution(N, P)
        def elasticity(which):
            w, widths = (N, P)[which], self.hidden + [N, P]
            if out['test_loss'] in (0, inf):
                return ''
            if w == inf:
                return mpf(0)
            if not self.ridge and w == min(widths) and w <= self.spec.rank and (
                    widths.count(w) > 1 or w == self.spec.rank):
                return ''                               # one-sided derivatives differ
            loss = [self.solution(*((N*mp.exp(d), P) if which == 0 else (N, P*mp.exp(d))), near=out['t'])
                    ['test_loss'] for d in (h, -h)]
            return (mp.log(loss[1]) - mp.log(loss[0]))/(2*h)
        out['elasticity_features'], out['elasticity_samples'] = elasticity(0), elasticity(1)
        return out

RESULTS = 'delta dof test_loss signal_loss noise_loss train_loss elasticity_features elasticity_samples'.split()
INPUTS = ('name spectrum alpha lambda_max latents source label_variance sigma_w2 sigma_u2 noise outputs '
          'hidden ridge kernel_ridge features samples').split()
MOMENT_INPUTS = 'alpha lambda_max latents source delta'.split()
MOMENT_RESULTS = 'z unresolved r q q1 t0 td tc'.split()

def moments(S, case):
    mp.dps = S.dps
    spec = PowerLaw(S, case['alpha'], case['lambda_max'], case['latents'], case['source'], variance=mpf(1))
    m = PowerMoments(spec, number(case['delta']))
    return dict(z=m.z, unresolved='' if spec.M == inf else m.count(0, 1), r=m.count(1, 1), q=m.count(2, 0),
                q1=m.count(2, 1), t0=m.target(0, 2), td=m.target(1, 1), tc=m.target(1, 2))

def settings(case, second=False):
    table = case.get('spectrum', 'powerlaw') != 'powerlaw'   # steep tables need a very small step
    key = table, second
    if key not in KNOWN:
        KNOWN[key] = (Settings(360, 25, 500, 8, 1, 130) if second else Settings(300, 20, 400, 6, 1, 100)) if table \
            else (Settings(170, 31, 550, 8, 7, 57) if second else Settings(150, 20, 400, 6, 6, 50))
    return KNOWN[key]
KNOWN = {}

def text(x):
    return x if isinstance(x, str) else 'inf' if x == inf else '0' if x == 0 else mp.nstr(x, 60)

def write(name, note, cases, inputs, results, run):
    with open(os.path.join(HERE, name), 'w', newline='') as file:
        file.write('# %s\n# Written by reference.py with mpmath %s at 150 digits (tables 300); '
                   '60 significant digits.\n' % (note, mpmath.__version__))
        out = csv.writer(file, lineterminator='\n')
        out.writerow(inputs + results)
        for case in cases:
            answer = run(settings(case), case)
            out.writerow([case[k] for k in inputs] + [text(answer[k]) for k in results])
            file.flush()

if __name__ == '__main__':
    for name, content in TABLES.items():
        with open(os.path.join(HERE, name), 'w') as file:
            file.write(content)
    write('loss.csv', 'Losses and elasticities of the solvable model; columns in README.md.', LOSS_CASES, INPUTS,
          RESULTS, lambda S, case: Model(S, case).predict())
    write('moments.csv', 'Spectral moments at given Delta; columns in README.md.', MOMENT_CASES, MOMENT_INPUTS,
          MOMENT_RESULTS, moments)
