"""The cases of optima.py. All numbers are decimal strings, taken exactly."""
from cases import TABLES, E12, MIXED, MULTI, TARGETS, case

VALLEYS, VALLEY, DARK = 'table-valleys.csv', 'table-valley.csv', 'table-dark.csv'
NEW_TABLES = {
    # learnable, then directions without target that only cost variance, then learnable again
    VALLEYS: 'eigenvalue,target,multiplicity\n1,0.1,10\n1e-3,0,200\n1e-6,0.02,20\n',
    VALLEY: 'eigenvalue,target,multiplicity\n1,0.02,10\n1e-3,0,120\n1e-6,0.02,100\n',
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
    best('noise-1-equal', a='0.3', M=E12, N='500', P='500', noise='1'),
    best('noise-1e4', a='1', M='inf', N='100', P='100', noise='1e4', C='3'),
    best('noise-kernel', a='1', M='inf', N='inf', P='1000', noise='0.1'),
    best('noise-kernel-1e6', a='0.3', M=E12, N='inf', P='1000000', noise='0.5'),
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
    best('hidden-noise', hidden='50', N='100', P='200', noise='0.05', a='0.5', M=E12),
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
    best('valley-zero', spectrum=VALLEY, N='600', P='200'),
    best('valley-not-zero', spectrum=VALLEY, N='600', P='145'),
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
