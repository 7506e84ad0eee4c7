#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""nslaw beside what a user would write instead: one table, Markdown, in some minutes.

Times are those of the processor, user and system, but elapsed ones where two cores are
set against one. For nslaw they are of whole processes, the best of three runs, or of
fewer that take some seconds; for others (rivals.py) without Python's start and imports,
on one core. Usage: bench.py [--readme] [--long]
  --readme  puts the table into README.md beside this file, too
  --long    also a table of 10^8 eigenvalues (in place of 10^7) and 10,000 digits
NSLAW_BUILD names the build folder (default: build).
"""
import hashlib
import json
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time
from decimal import Decimal, getcontext

from table import ENOUGH, Run, Table, of_error, of_memory

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get('NSLAW_BUILD') or f'{HERE}/../../build')
NSLAW, LIBRARY = f'{BUILD}/src/nslaw', f'{BUILD}/tests/bench-library'
PYTHON = '/usr/bin/python3'  # the one that Debian's packages are for
CELLS, FEW = 8, 4  # where accuracy is looked at; that a slow rival solves
MANY = 20  # runs of which the shortest elapsed time is taken
MARKS = '<!-- bench.py --readme -->\n', '<!-- end -->\n'
getcontext().prec = 1100
ONE_CORE = dict(os.environ, OPENBLAS_NUM_THREADS='1', OMP_NUM_THREADS='1')


def nslaw(line, **more):
    return Run([NSLAW, *line.split()], **more)


def rival(how, runs=1, **job):
    """The best answer of rivals.py."""
    answers = []
    for _ in range(runs):
        ran = subprocess.run([PYTHON, f'{HERE}/rivals.py'], input=json.dumps(dict(job, how=how)),
                             stdout=subprocess.PIPE, text=True, check=True, env=ONE_CORE)
        answers.append(json.loads(ran.stdout))
    return min(answers, key=lambda answer: answer.get('seconds', 0))


def script(name, *words):
    """The lines of another script here, the first of them seconds."""
    ran = subprocess.run([PYTHON, f'{HERE}/{name}', *map(str, words)], stdout=subprocess.PIPE,
                         text=True, check=True, env=ONE_CORE)
    lines = ran.stdout.split('\n')
    return float(lines[0]), [line.split() for line in lines[1:] if line]


def distance(a, b):
    return abs(Decimal(a) / Decimal(b) - 1)


def worst(values, others):
    return max(distance(a, b) for a, b in zip(values, others, strict=True))


def column(run, name):
    """A column of a CSV of nslaw, as it is written."""
    rows = [line.split(',') for line in run.output.decode().split('\n')
            if line and line[0] != '#']
    return [row[rows[0].index(name)] for row in rows[1:]]


def npy_values(path, indices):
    with open(path, 'rb') as data:
        data.seek(8)
        start = 10 + struct.unpack('<H', data.read(2))[0]
        for index in indices:
            data.seek(start + 8 * index)
            yield struct.unpack('<d', data.read(8))[0]


def folder_digest(folder):
    """Of a map, all that does not tell how it was asked for."""
    digest = hashlib.sha256()
    for name in sorted(os.listdir(folder)):
        if name != 'summary.json':
            with open(f'{folder}/{name}', 'rb') as data:
                digest.update(data.read())
    return digest.digest()


class Map:
    """A square map of N and P at a ridge, by nslaw and by the rivals."""

    def __init__(self, work, count, ridge, high=1e5, **spectrum):
        self.job = dict(spectrum, low=10, high=high, count=count, ridge=ridge)
        draw = random.Random(1)
        self.job['cells'] = [[draw.randrange(count), draw.randrange(count)]
                             for _ in range(CELLS)]
        self.folder = f'{work}/map'
        self.model = (f'--spectrum {spectrum["file"]}' if 'file' in spectrum else
                      f'--alpha {spectrum["alpha"]} -M {spectrum["M"]}') + f' --ridge {ridge}'
        self.line = (f'phase -N 10:{high}:{count} -P 10:{high}:{count} {self.model} --quiet')

    def run(self, jobs=1, **more):
        return nslaw(f'{self.line} -f npy -o {self.folder} --jobs {jobs}', folder=self.folder,
                     **more)

    def losses(self):
        across = self.job['count']
        return list(npy_values(f'{self.folder}/test_loss.npy',
                               (y * across + x for y, x in self.job['cells'])))

    def sizes(self):
        values = (list(npy_values(f'{self.folder}/{name}.npy', range(self.job['count'])))
                  for name in ('x_features', 'y_samples'))
        N, P = values
        return [(N[x], P[y]) for y, x in self.job['cells']]

    def exact(self):
        """The losses by nslaw's own arithmetic of 30 digits, another route."""
        return [column(nslaw(f'loss -N {N!r} -P {P!r} {self.model} --digits 30 -f csv', runs=1),
                       'test_loss')[0] for N, P in self.sizes()]


def table_rows(table, work):
    m = Map(work, 100, 1e-3, file=f'{work}/table.npy')
    what = '100 x 100 map, table of 10^6 eigenvalues'
    own = m.run().seconds
    oracle = rival('oracle_route', **m.job)['losses']
    error = worst(m.losses(), oracle)
    smart = rival('smart_route', **m.job)
    table.add(what, own, 'splines and bisection, numpy', smart['seconds'], error,
              worst(smart['losses'], oracle))
    few = dict(m.job, cells=m.job['cells'][:FEW])
    for how, name in (('brentq_route', 'brentq a cell, scipy'),
                      ('bisection_route', 'bisection, numpy')):
        answer = rival(how, **few)
        table.add(what, own, f'{name} ({FEW} cells, scaled)',
                  answer['seconds'] * m.job['count']**2 / FEW, error,
                  worst(answer['losses'], oracle[:FEW]))
    for how, name in (('sum_route', 'sum of them in memory, numpy'),
                      ('divide_route', 'a division of each, numpy')):
        table.add(what, own, f'bound: 1 {name}', rival(how, runs=3, **m.job)['seconds'])


def power_rows(table, work):
    for ridge, name in ((1e-6, 'ridge 1e-6'), ('opt', 'best ridge')):
        at_million = Map(work, 1000, ridge, alpha=1.0, M=10**6)
        smart = rival('smart_route', **at_million.job)
        for latents, power in ((10**6, 6), (10**18, 18)):
            # the same ridge times M
            scaled = ridge if ridge == 'opt' else ridge * 1e6 / latents
            m = Map(work, 1000, scaled, alpha=1.0, M=latents)
            what = f'10^6-cell map, {name}, M = 10^{power}'
            own = m.run().seconds
            exact = m.exact()
            error = worst(m.losses(), exact)
            if latents == 10**6:
                table.add(what, own, 'splines and bisection, numpy', smart['seconds'], error,
                          worst(smart['losses'], exact))
            else:
                table.add(what, own, 'the same at M = 10^6', smart['seconds'], error)
    for ridge in ('1e-6', '0', 'opt'):
        line = f'-N 10:1e6:1000 %s --alpha 1 -M 1e12 --ridge {ridge}'
        own = nslaw(f'phase {line % "-P 10:1e6:1000"} --quiet -f npy -o {work}/map --jobs 1',
                    folder=f'{work}/map')
        rows = nslaw(f'curve {line % "-P 1e4"} -f csv')
        table.add(f'10^6-cell map, ridge {ridge}, M = 10^12', own.seconds,
                  'nslaw curve (1 row, scaled)', 1000 * rows.seconds)
    copied = Run(['cp', '-r', f'{work}/map', f'{work}/copy'])
    table.add('10^6-cell map, ridge opt, M = 10^12', own.seconds, 'bound: its files by cp',
              copied.seconds)


def call_rows(table, work):
    del work
    for latents in (10**6, 10**18):
        ridge = 1.0 / latents
        lines = Run([LIBRARY, 'solve', '1', str(latents), str(ridge)], runs=1).output.split(b'\n')
        points = [line.decode().split() for line in lines[1:] if line]
        exact = [column(nslaw(f'loss -N {N} -P {P} --alpha 1 -M {latents} --ridge {ridge} '
                              '--digits 30 -f csv', runs=1), 'test_loss')[0]
                 for N, P, _ in points]
        table.add(f'nsl_predict, warm, M = 10^{len(str(latents)) - 1}', float(lines[0]),
                  error=worst([loss for _, _, loss in points], exact))
    # one cell, of a map of one
    job = dict(alpha=1.0, M=10**6, low=1000, high=1000, count=1, ridge=1e-6, cells=[[0, 0]])
    line = 'loss -N 1000 -P 1000 --alpha 1 -M 1e6 --ridge 1e-6 -f csv'
    exact = column(nslaw(f'{line} --digits 30', runs=1), 'test_loss')
    one = nslaw(line, runs=20)
    answer = rival('brentq_route', runs=3, **job)
    table.add('one loss, M = 10^6', one.seconds, 'brentq, scipy', answer['seconds'],
              worst(column(one, 'test_loss'), exact), worst(answer['losses'], exact))
    table.add('one loss, M = 10^6', one.seconds, 'bound: nslaw --version',
              nslaw('--version', runs=20).seconds)


def reading_rows(table, work):
    def library(what, name):
        return float(Run([LIBRARY, what, f'{work}/{name}'], runs=1).output)

    for name, what, kind, other in (
            ('table.csv', 'CSV of 10^6 eigenvalues', 'spectrum', 'loadtxt'),
            ('table.npy', '.npy of 10^6 eigenvalues', 'spectrum', 'load'),
            ('runs.csv', 'CSV of 10^6 runs', 'runs', 'loadtxt')):
        own = library(kind, name)
        answer = rival('read_route', runs=3, file=f'{work}/{name}')
        table.add(f'reading: {what}', own, f'numpy.{other}', answer['seconds'])
        table.add(f'reading: {what}', own, 'bound: cat',
                  Run(['cat', f'{work}/{name}'], keep=False).seconds)


def in_turns(run):
    """The best of many runs on one core and on two, in turns: what else the machine does
    then slows down both."""
    best = {}
    begin = time.perf_counter()
    for _ in range(MANY):
        for jobs in (1, 2):
            ran = run(jobs)
            if jobs not in best or ran.elapsed < best[jobs].elapsed:
                best[jobs] = ran
        if time.perf_counter() - begin > 2 * ENOUGH:
            break
    return best[1], best[2]


def core_rows(table, work):
    """Two cores against one, and whether both give the same bytes."""
    def compare(what, one, two):
        table.add(what, two.elapsed, 'nslaw on one', one.elapsed,
                  'same bytes' if one.output == two.output else 'OTHER BYTES')

    for what, m in (
            ('10^6-cell map, ridge 1e-6', Map(work, 1000, 1e-6, alpha=1.0, M=10**12)),
            ('10^6-cell map, best ridge', Map(work, 1000, 'opt', alpha=1.0, M=10**12)),
            ('map of the table', Map(work, 100, 1e-3, file=f'{work}/table.npy'))):
        def run(jobs, m=m):
            ran = m.run(jobs, runs=1)
            ran.output = folder_digest(m.folder)
            return ran
        compare(f'two cores: {what}', *in_turns(run))
    for what, line in (
            ('bootstrap of 1000', f'fit {HERE}/../../data/fit/runs.csv --bootstrap 1000'),
            ('100 digits, curve of 200 points',
             'curve -N 10:1e5:200 -P 2000 --alpha 0.3 -M 1e12 --digits 100')):
        def run(jobs, line=line):
            return nslaw(f'{line} --quiet -f csv --jobs {jobs}', runs=1)
        compare(f'two cores: {what}', *in_turns(run))


def digit_rows(table, work, long):
    point = '-N 1000 -P 2000 --alpha 0.3'
    for digits in (50, 1000):
        line = '-N 100 -P 200 --alpha 0.3 -M 1000 --ridge 1e-3'
        own = nslaw(f'loss {line} --digits {digits} -f csv')
        more = column(nslaw(f'loss {line} --digits {digits + 50} -f csv', runs=1), 'test_loss')
        answer = rival('mpmath_route', digits=digits, N=100, P=200, M=1000, alpha='0.3',
                       ridge='1e-3')
        table.add(f'{digits} digits, one loss, M = 1000', own.seconds, 'sums in mpmath',
                  answer['seconds'], worst(column(own, 'test_loss'), more),
                  worst(answer['losses'], more))
    for what, line in (
            ('50 digits, one loss, M = 10^12', f'loss {point} -M 1e12 --digits 50'),
            ('50 digits, one loss, M = 10^18', f'loss {point} -M 1e18 --digits 50'),
            ('50 digits, one loss, source', f'loss {point} --source 0.7 --digits 50'),
            ('1,000 digits, one loss, M = 10^12', f'loss {point} -M 1e12 --digits 1000'),
            ('30 digits, curve of 200 points',
             'curve -N 10:1e5:200 -P 2000 --alpha 0.3 -M 1e12 --digits 30 --jobs 1'),
            ('50 digits, table of 10^5 eigenvalues',
             f'loss -N 1000 -P 2000 --spectrum {work}/small.csv --digits 50')):
        table.add(what, nslaw(f'{line} -f csv').seconds)
    if long:
        table.add('10,000 digits, one loss, M = 10^12',
                  nslaw(f'loss {point} -M 1e12 --digits 10000').seconds)


def training_rows(table, work):
    model = '-N 300 -P 500 -M 1000 --label-variance 1 --alpha 0.5 --noise 0.1'
    flow = nslaw(f'curve {model} --time 0.01:1e5:200 -f csv')
    seconds, lines = script('train_flow.py', 1000, 300, 500, 0.5, 0.1, 0.01, 1e5, 20)
    losses = [float(loss) for loss in column(flow, 'test_loss')]
    sampled = [tuple(map(float, line)) for line in lines]
    off = sum(((mean - loss) / error)**2
              for (_, mean, error), loss in zip(sampled, losses, strict=True))
    table.add('gradient flow, 200 times', flow.seconds, '20 sampled models, numpy', seconds,
              f'{(off / len(losses))**0.5:.1f} std. errors',
              'std. error ' + of_error(max(error / loss for (_, _, error), loss in
                                           zip(sampled, losses, strict=True))))
    limit = column(nslaw(f'loss {model} --time 12.8 -f csv'), 'test_loss')
    for steps, rate in ((32, 0.4), (64, 0.2)):
        own = nslaw(f'loss {model} --steps {steps} --learning-rate {rate} -f csv')
        seconds, lines = script('train_mean_field.py', 1000, 300, 500, 0.5, 0.1, rate, steps)
        theirs = [lines[-1][1]]
        table.add(f'descent, {steps} steps of {rate}', own.seconds, 'two-time mean field, numpy',
                  seconds, f'{of_error(worst(theirs, column(own, "test_loss")))} apart',
                  f'{of_error(worst(theirs, limit))} off the flow')
    large = '-N 1000 -P 4000 --alpha 0.5 --noise 0.1 -M 1e12'
    table.add('gradient flow, 200 times, M = 10^12',
              nslaw(f'curve {large} --time 1e-5:1e20:200 -f csv').seconds)
    line = 'phase -N 10:1e6:300 --time 1:1e12:300 -P 1e5 --alpha 1 -M 1e12 -x N -y time --quiet'
    one, two = (nslaw(f'{line} -f npy -o {work}/map --jobs {jobs}', folder=f'{work}/map')
                for jobs in '12')
    table.add('two cores: 300 x 300 map of N and time', two.elapsed, 'nslaw on one', one.elapsed)


def peak(run):
    """A child's peak memory, which is said to be at least its parent's."""
    if run.memory <= 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        sys.exit('bench: has taken more memory itself than what it measures')
    return run.memory


def memory_rows(table, work):
    m = Map(work, 1000, 'opt', alpha=1.0, M=10**12)
    for kind in ('npy', 'csv', 'json', 'table'):
        path = f'{work}/map' if kind == 'npy' else f'{work}/map.{kind}'
        table.add(f'memory: 10^6-cell map as {kind}',
                  peak(nslaw(f'{m.line} -f {kind} -o {path}', runs=1)), show=of_memory)
    size = os.path.getsize(f'{work}/big.npy')
    run = nslaw(f'loss -N 1000 -P 4000 --ridge 1e-3 --spectrum {work}/big.npy', runs=1)
    power = len(str(size // 8)) - 1
    table.add(f'memory: a loss, table of 10^{power} eigenvalues', peak(run), 'its own file',
              size, show=of_memory)
    table.add(f'one loss, table of 10^{power} eigenvalues', run.seconds, 'bound: cat',
              Run(['cat', f'{work}/big.npy'], keep=False).seconds)


def machine():
    def find(path, pattern):
        with open(path) as text:
            return re.search(pattern, text.read()).group(1)

    def first_line(command):
        return subprocess.run(command, stdout=subprocess.PIPE, text=True,
                              check=True).stdout.split('\n')[0]

    memory = int(find('/proc/meminfo', r'MemTotal: *(\d+) kB')) / 2**20
    versions = 'import numpy, scipy, mpmath as m; print(numpy.__version__, scipy.__version__, m.__version__)'
    numpy, scipy, mpmath = first_line([PYTHON, '-c', versions]).split()
    return (f'{find("/proc/cpuinfo", r"model name.*: (.*)")}, {len(os.sched_getaffinity(0))} '
            f'cores, {memory:.0f} GiB; {first_line(["cc", "--version"])}, '
            f'numpy {numpy}, scipy {scipy}, mpmath {mpmath}.')


def put_into_readme(text):
    with open(f'{HERE}/README.md') as file:
        before, rest = file.read().split(MARKS[0])
    with open(f'{HERE}/README.md', 'w') as file:
        file.write(before + MARKS[0] + text + MARKS[1] + rest.split(MARKS[1])[1])


def main(words):
    if set(words) - {'--readme', '--long'}:
        sys.exit(__doc__)
    if subprocess.run([PYTHON, '-c', 'import numpy, scipy, mpmath'], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        print('bench: needs python3-numpy, python3-scipy, python3-mpmath', file=sys.stderr)
        sys.exit(77)  # for meson: skipped
    table, long = Table(), '--long' in words
    with tempfile.TemporaryDirectory() as work:
        rival('write_tables', folder=work, rows=10**8 if long else 10**7)
        table_rows(table, work)
        power_rows(table, work)
        call_rows(table, work)
        reading_rows(table, work)
        core_rows(table, work)
        digit_rows(table, work, long)
        training_rows(table, work)
        memory_rows(table, work)
    text = f'{machine()}\n\n{table.text()}\n'
    print(text, end='')
    if '--readme' in words:
        put_into_readme(text)


if __name__ == '__main__':
    main(sys.argv[1:])
