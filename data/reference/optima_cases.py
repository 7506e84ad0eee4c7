"""The cases of optima.py. All numbers are decimal strings, taken exactly."""
from cases import TABLES, E12, MIXED, MULTI, TARGETS, case

VALLEYS, VALLEY, DARK = 'table-valleys.csv', 'table-valley.csv', 'table-dark.csv'
NEW_TABLES = {
    # learnable, then directions without target that only cost variance, then learnable again;
    # in the second also a tail that acts as a ridge of its own, so that no ridge may be best
    VALLEYS: 'eigenvalue,target,multiplicity\n1,0.1,10\n1e-3,0,200\n1e-6,0.02,20\n',
    VALLEY: 'eigenvalue,target,multiplicity\n1,0.02,10\n1e-3,0,120\n1e-5,0.01,20\n4e-9,1e-9,100000\n',
    DARK: 'eigenvalue,target,multiplicity\n1,0,5\n0.2,0,20\n0.01,0,100\n0,0.05,30\n',
}
TABLES.update(NEW_TABLES)

def best(name, K='1', kernel=False, **given):
    """ridge to be found, in the convention of delta if M is infinite or if asked for"""
    kernel = kernel or given.get('M') == 'inf' or given.get('N') == 'inf'
    return dict(case(name, **{'d' if kernel else 'g': '0'}, **given), ensemble=K,
                convention='kernel_ridge' if kernel else 'ridge')

OPTIMAL_CASES = [
    # clean target of the model itself
    best('mrs-few-features', N='100', P='200'),
    best('mrs-equal', N='150', P='150'),
    best('mrs-few-samples', N='400', P='100'),
    best('mrs-few-features-1e6', a='0.5', M=E12, N='200', P='200000000'),
    best('mrs-few-samples-1e6', a='1', M='inf', N='50000000', P='50'),
    best('mrs-a0.1', a='0.1', M=E12, N='3000', P='1000'),
    best('mrs-a0.1-infinite', a='0.1', M='inf', N='300', P='300'),
    best('mrs-a0.3', a='0.3', M='1000000', N='1000', P='5000', su='1.7', lam='2.5'),
    best('mrs-a2', a='2', M='inf', N='60', P='80'),
    best('mrs-a3', a='3', M='1000', N='40', P='30'),
    best('mrs-1e6', a='1', M=E12, N='1000000', P='3000000'),
    best('mrs-near-latents', a='1', N='995', P='1200'),
    best('mrs-above-latents', a='1', N='1000.5', P='1200'),
    best('mrs-kernel', a='1', M='inf', N='inf', P='200'),
    best('mrs-small', a='0.8', M='inf', N='3', P='2.5'),
    # noise
    best('noise-1e-30', N='100', P='200', noise='1e-30'),
    best('noise-1e-8', N='100', P='200', noise='1e-8'),
    best('noise-0.01', a='0.5', M='inf', N='300', P='200', noise='0.01'),
    best('noise-1-equal', a='0.3', M=E12, N='500', P='500', noise='1', sw=E12),
    best('noise-overwhelming', a='0.3', M=E12, N='500', P='500', noise='1'),
    best('noise-1e4', a='1', M='inf', N='100', P='100', noise='1e4', C='3'),
    best('noise-kernel', a='1', M='inf', N='inf', P='1000', noise='0.1'),
    best('noise-kernel-1e6', a='0.3', M=E12, N='inf', P='1000000', noise='0.5', sw=E12),
    best('noise-above-latents', a='1', M='100', N='150', P='400', noise='0.01', sw='100'),
    best('noise-above-latents-small', a='0.3', M='100', N='150', P='400', noise='1e-12', sw='100'),
    best('noise-samples-above-latents', a='1', M='100', N='60', P='5000', noise='0.1', sw='100'),
    best('noise-at-latents', a='1.5', M='100', N='100', P='100', noise='0.001', sw='100'),
    # source targets
    best('source-0.3', a='1', M='inf', b='0.3', N='100', P='250'),
    best('source-0.3-equal', a='1', M='inf', b='0.3', N='200', P='200', V='5'),
    best('source-1.5-few-features', a='1', M='inf', b='1.5', N='100', P='500'),
    best('source-1.5-few-samples', a='1', M='inf', b='1.5', N='500', P='100'),
    best('source-3-few-features', a='0.5', M='100000', b='3', N='100', P='1000'),
    best('source-3-few-samples', a='0.5', M='100000', b='3', N='1000', P='100'),
    best('source-3-equal', a='0.5', M='inf', b='3', N='400', P='400'),
    best('source-5-noise', a='0.5', M='inf', b='5', N='3000', P='700', noise='0.01'),
    best('source-0.3-kernel', a='1', M='inf', b='0.3', N='inf', P='120'),
    best('source-3-kernel', a='1', M='inf', b='3', N='inf', P='120'),
    # layers
    best('hidden', hidden='300', N='100', P='200', su='0.8'),
    best('hidden-noise', hidden='50', N='100', P='200', noise='0.05', a='0.5', M=E12, sw=E12),
    best('hidden-tied', hidden='100', N='100', P='100', a='1', M='inf'),
    best('hidden-tied-below', hidden='100', N='100', P='300', a='1', M='1000'),
    best('hidden-two', hidden='400;120', N='250', P='300', a='0.3', M='inf', noise='0.001'),
    best('hidden-two-source', hidden='150;150', N='150', P='90', a='1', M='inf', b='2.5'),
    best('hidden-kernel', hidden='80', N='inf', P='200', a='1', M='inf', noise='0.01'),
    # tables
    best('targets-noise', spectrum=TARGETS, N='5', P='8', noise='0.1'),
    best('targets-clean', spectrum=TARGETS, N='12', P='30'),
    best('multiplicity', spectrum=MULTI, N='60', P='300', sw='1125', noise='0.01'),
    best('mixed-kernel', spectrum=MIXED, N='inf', P='2000', noise='1e-3'),
    best('valleys-small-ridge', spectrum=VALLEYS, N='2000', P='400', noise='0.05'),
    best('valleys-large-ridge', spectrum=VALLEYS, N='2000', P='400', noise='0.8'),
    best('valley-zero', spectrum=VALLEY, N='3000', P='200', noise='0.04'),
    best('valley-not-zero', spectrum=VALLEY, N='3000', P='200', noise='0.06'),
    best('valley-zero-kernel', spectrum=VALLEY, N='inf', P='200', noise='0.05'),
    best('valley-not-zero-kernel', spectrum=VALLEY, N='inf', P='200', noise='0.06'),
    best('dark-noise', spectrum=DARK, N='60', P='100', noise='0.1'),
    best('dark-clean', spectrum=DARK, N='200', P='100'),
    best('no-target', sw='0', N='60', P='100', noise='0.1'),
    # ensembles
    best('ensemble-2', K='2', N='100', P='200', noise='0.01'),
    best('ensemble-5-equal', K='5', a='0.5', M='inf', N='150', P='150'),
    best('ensemble-infinite-noise', K='inf', a='1', M='inf', N='100', P='250', noise='0.05'),
    best('ensemble-infinite-few-features', K='inf', a='1', M='inf', N='100', P='250'),
    best('ensemble-infinite-few-samples', K='inf', a='1', M='1000', N='250', P='100'),
    best('ensemble-5-hidden', K='5', a='1', M='inf', hidden='70', N='90', P='120', noise='0.02', b='1.7'),
]

def split(name, K='1', **given):
    """a given ridge"""
    return dict(case(name, **given), ensemble=K)

PARTS_CASES = [
    split('clean', N='100', P='200', g='0.01'),
    split('clean-2', K='2', N='100', P='200', g='0.01'),
    split('clean-10', K='10', N='100', P='200', g='0.01'),
    split('clean-infinite', K='inf', N='100', P='200', g='0.01'),
    split('noise', a='0.5', M='inf', N='300', P='200', d='1e-3', noise='0.05'),
    split('noise-2', K='2', a='0.5', M='inf', N='300', P='200', d='1e-3', noise='0.05'),
    split('noise-infinite', K='inf', a='0.5', M='inf', N='300', P='200', d='1e-3', noise='0.05', C='4'),
    split('peak', K='10', a='1', M='inf', N='200', P='200', d='1e-12', noise='0.1'),
    split('ridgeless-few-features', N='100', P='400', g='0'),
    split('ridgeless-few-features-2', K='2', N='100', P='400', g='0', noise='0.01'),
    split('ridgeless-few-features-infinite', K='inf', N='100', P='400', g='0', noise='0.01'),
    split('ridgeless-few-samples', N='400', P='100', g='0', a='0.3'),
    split('ridgeless-few-samples-10', K='10', N='400', P='100', g='0', a='0.3', noise='0.2'),
    split('ridgeless-few-samples-infinite', K='inf', N='400', P='100', g='0', a='0.3', noise='0.2'),
    split('samples-infinite', N='100', P='inf', g='0', a='1'),
    split('samples-infinite-10', K='10', N='100', P='inf', g='0', a='0.5', M='inf', b='2', noise='0.1'),
    split('samples-infinite-infinite', K='inf', N='100', P='inf', g='0', hidden='150', noise='0.1'),
    split('features-infinite', N='inf', P='200', d='1e-4', a='1', M='inf', noise='0.01'),
    split('features-infinite-10', K='10', N='inf', P='200', d='0', a='1', M='inf', noise='0.01'),
    split('features-infinite-hidden-2', K='2', N='inf', P='200', d='1e-4', a='1', M='inf', hidden='120', noise='0.01'),
    split('above-latents-noise', a='1', M='100', N='150', P='400', g='0', noise='0.1'),
    split('above-latents-noise-2', K='2', a='1', M='100', N='150', P='400', g='0.001', noise='0.1'),
    split('features-above-latents', K='2', a='1', M='100', N='150', P='70', g='0', noise='0.1'),
    split('samples-above-latents', K='2', a='1', M='100', N='70', P='150', g='0', noise='0.1'),
    split('source-0.3', K='2', a='1', M='inf', b='0.3', N='100', P='250', d='1e-5'),
    split('source-5', K='10', a='0.5', M=E12, b='5', N='3000', P='2000', g='1e-14', V='3'),
    split('hidden', K='2', hidden='300', N='100', P='200', g='0.01', su='0.8', noise='0.05'),
    split('hidden-tied', K='10', a='1', M='inf', hidden='100', N='100', P='300', d='1e-9'),
    split('hidden-tied-ridgeless', K='2', a='1', M='inf', hidden='100', N='100', P='300', d='0', noise='0.1'),
    split('hidden-two-ridgeless', K='inf', a='1.5', M='inf', hidden='400;120', N='250', P='300', d='0', noise='1e-4'),
    split('table', K='2', table=TARGETS, N='5', P='8', g='0.01', noise='0.1'),
    split('table-resolved', K='2', table=TARGETS, N='12', P='30', g='0', noise='0.1'),
    split('table-multiplicity', K='10', table=MULTI, N='125', P='125', g='1e-14'),
    split('large', K='2', a='0.3', M='inf', N='1000000000', P='1000000', d='1e-3', noise='0.1'),
]

def policy(name, policy, **given):
    """policy: zero, fixed (g or d given), optimal (in the convention of delta if M or a size is infinite)"""
    kernel = 'd' in given or given.get('M') == 'inf' or 'inf' in (given.get('N'), given.get('P'))
    if policy != 'fixed':
        given['d' if kernel else 'g'] = '0'
    c = dict(case(name, **given), ensemble='1', policy=policy, convention='kernel_ridge' if kernel else 'ridge')
    return c

def plateau_case(name, which, resource, **given):
    return dict(policy(name, which, **dict(given, **{dict(features='N', samples='P')[resource]: ''})), resource=resource)

PLATEAU_CASES = [
    plateau_case('zero-features', 'zero', 'features', P='200'),
    plateau_case('zero-samples', 'zero', 'samples', N='150', a='0.5', M='inf'),
    plateau_case('zero-features-noise', 'zero', 'features', P='100', a='1', M='inf', noise='0.1'),
    plateau_case('zero-samples-noise', 'zero', 'samples', N='100', a='0.3', M=E12, sw=E12, noise='0.1'),
    plateau_case('zero-features-hidden', 'zero', 'features', P='100', hidden='70', a='1', M='inf', noise='0.01'),
    plateau_case('zero-features-hidden-wide', 'zero', 'features', P='100', hidden='150', a='1', M='inf', noise='0.01'),
    plateau_case('zero-samples-source', 'zero', 'samples', N='80', a='0.5', M='inf', b='2.5'),
    plateau_case('kernel-features', 'fixed', 'features', P='300', a='1', M='inf', d='1e-3'),
    plateau_case('kernel-features-noise', 'fixed', 'features', P='300', a='0.5', M='inf', d='0.1', noise='0.2', C='3'),
    plateau_case('kernel-samples', 'fixed', 'samples', N='120', a='1', M='1000', d='1e-3', noise='0.02'),
    plateau_case('kernel-features-hidden', 'fixed', 'features', P='150', hidden='80;200', a='1.5', M='inf', d='1e-5', b='0.8'),
    plateau_case('ridge-features', 'fixed', 'features', P='200', M='1000', g='0.01'),
    plateau_case('ridge-features-noise', 'fixed', 'features', P='50', a='0.5', M='1000', g='0.5', noise='1e-3'),
    plateau_case('ridge-samples', 'fixed', 'samples', N='60', a='2', M='1000', g='1e-4', noise='0.1', su='2'),
    plateau_case('ridge-features-above-latents', 'fixed', 'features', P='300', a='1', M='100', g='0.02', noise='0.1', sw='100'),
    plateau_case('ridge-samples-source', 'fixed', 'samples', N='90', a='1', M='10000', g='0.01', b='0.4', noise='0.01'),
    plateau_case('optimal-features', 'optimal', 'features', P='200', a='1', M='inf'),
    plateau_case('optimal-samples', 'optimal', 'samples', N='200', a='1', M='1000'),
    plateau_case('optimal-features-noise', 'optimal', 'features', P='100', a='0.5', M='inf', noise='0.1'),
    plateau_case('optimal-samples-noise', 'optimal', 'samples', N='100', a='0.5', M='inf', noise='0.1'),
    plateau_case('optimal-features-source', 'optimal', 'features', P='120', a='1', M='inf', b='0.3'),
    plateau_case('optimal-samples-source', 'optimal', 'samples', N='120', a='0.5', M='inf', b='3'),
    plateau_case('optimal-features-hidden', 'optimal', 'features', P='100', hidden='60', a='1', M='inf', noise='0.01'),
    plateau_case('optimal-samples-table', 'optimal', 'samples', N='9', spectrum=TARGETS, noise='0.1'),
]

def frontier_case(name, which, budget, factor='1', N='1', P='1', **given):
    """cost = factor * features^N * samples^P"""
    c = policy(name, which, **given)
    return dict(c, features='', samples='', budget=budget, cost_factor=factor, cost_features=N, cost_samples=P)

FRONTIER_CASES = [
    frontier_case('zero', 'zero', '1e5', a='1', M='inf'),
    frontier_case('zero-noise', 'zero', '1e6', a='0.5', M='inf', noise='0.02'),
    frontier_case('zero-source', 'zero', '1e6', a='0.5', M='inf', b='2.2'),
    frontier_case('zero-latents', 'zero', '1e5', a='0.8', M='1000'),
    frontier_case('zero-hidden-kink', 'zero', '1e6', a='1', M='inf', hidden='50'),
    frontier_case('zero-noise-latents', 'zero', '1e6', a='1', M='100', noise='0.001', sw='100'),
    frontier_case('kernel', 'fixed', '1e6', a='1', M='inf', d='1e-3'),
    frontier_case('kernel-noise-6', 'fixed', '6e7', factor='6', a='0.3', M='inf', d='1', noise='0.1'),
    frontier_case('ridge', 'fixed', '1e5', a='1', M='1000', g='0.001', noise='1e-5'),
    frontier_case('optimal', 'optimal', '1e6', a='1', M='inf'),
    frontier_case('optimal-noise', 'optimal', '1e6', a='1', M='inf', noise='0.01'),
    frontier_case('optimal-source', 'optimal', '1e7', a='0.5', M='inf', b='5'),
    frontier_case('optimal-source-low', 'optimal', '1e6', a='1', M='inf', b='0.4', noise='0.05'),
    frontier_case('optimal-hidden', 'optimal', '1e5', a='1', M='inf', hidden='200', noise='0.001'),
    frontier_case('optimal-latents', 'optimal', '5e5', a='0.7', M='1000', noise='1e-4'),
    frontier_case('optimal-square', 'optimal', '1e8', N='2', a='1', M='inf', noise='0.01'),
    frontier_case('optimal-6', 'optimal', '6e9', factor='6', a='0.3', M=E12, sw=E12, noise='0.1', C='2'),
]

def solve_for(name, find, which, target, **given):
    size = dict(features='N', samples='P').get(find)
    c = policy(name, which, **(dict(given, **{size: ''}) if size else given))
    if find == 'noise':
        c['noise'] = ''
    return dict(c, find=find, target=target)

SOLVE_CASES = [
    solve_for('samples-zero', 'samples', 'zero', '1e-3', N='1000', a='1', M='inf'),
    solve_for('features-zero', 'features', 'zero', '5e-3', P='200', a='1', M='inf'),
    solve_for('features-zero-wide', 'features', 'zero', '3.75e-3', P='200', a='1', M='inf'),
    solve_for('samples-zero-noise', 'samples', 'zero', '0.02', N='100', a='1', M='inf', noise='0.1'),
    solve_for('samples-zero-hidden', 'samples', 'zero', '0.01', N='200', hidden='100', a='1', M='inf', noise='0.01'),
    solve_for('samples-zero-above-latents', 'samples', 'zero', '0.01', N='150', a='1', M='100', noise='0.1', sw='100'),
    solve_for('features-kernel', 'features', 'fixed', '0.01', P='300', a='1', M='inf', d='1e-3'),
    solve_for('samples-kernel-peak', 'samples', 'fixed', '0.06', N='200', a='0.5', M='inf', d='1e-6', noise='0.01'),
    solve_for('samples-ridge', 'samples', 'fixed', '3e-5', N='150', M='1000', g='0.01'),
    solve_for('features-ridge-noise', 'features', 'fixed', '0.08', P='300', a='1', M='1000', g='0.1', noise='0.1', sw='1000'),
    solve_for('features-optimal', 'features', 'optimal', '0.01', P='150', a='1', M='inf'),
    solve_for('samples-optimal-noise', 'samples', 'optimal', '0.1', N='100', a='0.5', M='inf', noise='0.1'),
    solve_for('samples-optimal-source', 'samples', 'optimal', '0.01', N='500', a='0.5', M='inf', b='1.2', noise='0.01'),
    solve_for('features-optimal-hidden', 'features', 'optimal', '0.02', P='300', hidden='80', a='1', M='inf', noise='0.01'),
    solve_for('features-never', 'features', 'optimal', '0.001', P='150', a='1', M='inf'),
    solve_for('ridge-noise', 'ridge', 'fixed', '0.03', N='200', P='100', d='0', a='1', M='inf', noise='0.05'),
    solve_for('ridge-from-zero', 'ridge', 'fixed', '0.02', N='500', P='100', g='0', a='1', M='1000', sw='1000'),
    solve_for('ridge-layers', 'ridge', 'fixed', '0.05', N='200', P='200', hidden='150', g='0', a='1', M='1000', sw='1000', noise='0.02'),
    solve_for('ridge-kernel', 'ridge', 'fixed', '0.1', N='inf', P='1000', d='0', a='0.5', M='inf', noise='0.3'),
    solve_for('ridge-never', 'ridge', 'fixed', '0.001', N='200', P='100', d='0', a='1', M='inf', noise='0.05'),
    solve_for('noise-never', 'noise', 'optimal', '0.1', N='100', P='150', hidden='120', a='0.5', M=E12, sw=E12),
    solve_for('noise-zero', 'noise', 'zero', '0.01', N='100', P='400', a='1', M='inf'),
    solve_for('noise-fixed', 'noise', 'fixed', '0.05', N='100', P='400', d='0.1', a='1', M='inf', b='0.7'),
    solve_for('noise-optimal', 'noise', 'optimal', '0.03', N='100', P='400', a='1', M='inf'),
    solve_for('noise-optimal-hidden', 'noise', 'optimal', '0.4', N='100', P='150', hidden='120', a='0.5', M=E12, sw=E12),
]
