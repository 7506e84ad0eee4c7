"""The cases of the reference files. All numbers are decimal strings, taken exactly."""

TABLES = {
    'table-steep.csv': 'eigenvalue\n' + '\n'.join(
        '1 1e-20 1e-40 2.5e-47 1e-60 1e-80 7e-81 1e-100 1e-120 3.3e-133 1e-140 1e-160 1e-180 1e-200'.split()) + '\n',
    'table-targets.csv': 'eigenvalue,target\n' + '\n'.join(
        '4,0.5 2.5,0 1.1,0.25 0.7,1 0.35,0.125 0.2,0.003 0.11,0.6 0.06,0.0007 0.02,0.05 0.003,0.2 0.0004,0.01 '
        '0,0.03'.split()) + '\n',
    'table-multiplicity.csv': 'eigenvalue,multiplicity\n1,1\n0.3,4\n0.05,20\n0.004,100\n0.0001,1000\n',
    'table-mixed.csv': 'eigenvalue,target,multiplicity\n10,1,1\n0.5,0.1,3\n0.03,0.02,17\n1e-6,1e-7,1000000\n0,1e-8,1000\n',
}

def case(name, **given):
    c = dict(spectrum='powerlaw', alpha='1', lambda_max='1', latents='1000', source='', label_variance='',
             sigma_w2='', sigma_u2='1', noise='0', outputs='1', hidden='', ridge='', kernel_ridge='')
    names = dict(a='alpha', M='latents', b='source', V='label_variance', N='features', P='samples',
                 g='ridge', d='kernel_ridge', lam='lambda_max', sw='sigma_w2', su='sigma_u2', C='outputs',
                 table='spectrum')
    c['name'] = name
    c.update({names.get(k, k): v for k, v in given.items()})
    if c['spectrum'] == 'powerlaw':
        if c['latents'] == 'inf' or c['source']:
            c['label_variance'] = c['label_variance'] or '1'
        else:
            c['sigma_w2'] = c['sigma_w2'] or '1'
    else:
        c['alpha'] = c['lambda_max'] = ''
        c['latents'] = str(table_size(TABLES[c['spectrum']]))
        if 'target' not in TABLES[c['spectrum']]:
            c['sigma_w2'] = c['sigma_w2'] or '1'
    return c

def table_size(content):
    head, *rows = content.split()
    return sum(int(r.split(',')[-1]) for r in rows) if 'multiplicity' in head else len(rows)

E18, E12 = '1' + '0'*18, '1' + '0'*12
STEEP, TARGETS, MULTI, MIXED = ('table-%s.csv' % t for t in ('steep', 'targets', 'multiplicity', 'mixed'))

LOSS_CASES = [
    # the interpolation peak N = P at a tiny ridge
    case('peak-a0.02', a='0.02', M='10000', N='100', P='100', g='1e-14'),
    case('peak-a0.1', a='0.1', M='1000000', N='1000', P='1000', g='1e-14'),
    case('peak-a0.3', a='0.3', M=E12, N='10000', P='10000', g='1e-14'),
    case('peak-a1-noise', a='1', M=E18, N='50', P='50', g='1e-14', noise='0.1'),
    case('peak-a1.5', a='1.5', M='inf', N='200', P='200', d='1e-14'),
    case('peak-a2.5-noise', a='2.5', M='500', N='40', P='40', g='1e-14', noise='0.01'),
    case('peak-a3', a='3', M='inf', N='30', P='30', d='1e-14'),
    case('peak-large', a='0.5', M='inf', N='1000000', P='1000000', d='1e-14', noise='0.5'),
    case('near-peak-above', a='1', M='inf', N='1000.001', P='1000', d='1e-14'),
    case('near-peak-below', a='0.3', M='100000', N='999.999', P='1000', g='1e-14', noise='0.01'),
    case('near-peak-ridgeless', a='1.5', M='10000', N='500.0005', P='500', g='0', noise='0.001'),
    # at and above the latent dimension, tiny ridge
    case('above-latents', a='1', M='100', N='200', P='300', g='1e-14'),
    case('above-latents-noise', a='1', M='100', N='300', P='200', g='1e-14', noise='0.1'),
    case('features-at-latents', a='1', M='100', N='100', P='150', g='1e-14'),
    case('samples-at-latents', a='0.3', M='100', N='150', P='100', g='1e-14'),
    case('samples-at-latents-noise', a='1.5', M='100', N='150', P='100', g='1e-14', noise='0.01'),
    case('all-at-latents', a='1', M='100', N='100', P='100', g='1e-14'),
    case('all-at-latents-a3', a='3', M='100', N='100', P='100', g='1e-14', noise='0.001'),
    case('all-at-latents-1e6', a='0.1', M='1000000', N='1000000', P='1000000', g='1e-14'),
    case('all-at-latents-1e18', a='0.3', M=E18, N=E18, P=E18, g='1e-14', noise='1'),
    case('above-latents-1e12', a='1', M=E12, N='2' + E12[1:], P='3' + E12[1:], g='1e-14', noise='0.1'),
    case('square-above-latents', a='2.5', M='1000', N='1200', P='1200', g='1e-14'),
    # ridgeless
    case('ridgeless-few-features', a='0.3', N='100', P='400', g='0'),
    case('ridgeless-few-samples', a='0.3', N='400', P='100', g='0'),
    case('ridgeless-noise', a='1.5', N='37.5', P='800', g='0', noise='0.2'),
    case('ridgeless-samples-above-latents', a='1', N='200', P='5000', g='0', noise='0.05'),
    case('ridgeless-features-above-latents', a='1', N='5000', P='200', g='0', noise='0.05'),
    case('ridgeless-peak', a='1', N='200', P='200', g='0', noise='0.05'),
    case('ridgeless-resolved', a='1', M='100', N='120', P='150', g='0'),
    case('ridgeless-resolved-noise', a='1', M='100', N='150', P='120', g='0', noise='0.3'),
    case('ridgeless-1e18', a='0.1', M=E18, N='1000000', P='1000000000', g='0'),
    case('ridgeless-infinite', a='0.02', M='inf', N='1000000000', P='1000000', g='0', V='2'),
    case('ridgeless-infinite-a3', a='3', M='inf', N='1000', P='100', g='0', noise='1e-6'),
    case('below-latents', a='1', N='999', P='2000', g='0'),
    case('below-latents-samples', a='0.3', M='100000', N='200000', P='99900', g='0', noise='0.01'),
    case('below-latents-1e6', a='1', M='1000000', N='999999', P='2000000', g='0'),
    case('below-latents-1e6-ridge', a='1.5', M='1000000', N='999999', P='1000000', g='1e-14'),
    case('below-latents-1e12', a='0.3', M=E12, N='9'*12, P='3' + E12[1:], g='0', noise='0.1'),
    # sizes and ridges
    case('small', a='1', M='inf', N='2.5', P='7', d='0.01'),
    case('small-ridgeless', a='0.02', M='inf', N='2.5', P='2.75', g='0'),
    case('small-a3', a='3', M='inf', N='40', P='2.5', d='1e-6', noise='0.01'),
    case('large', a='0.3', M='inf', N='1000000000', P='1000000', d='1e-3', noise='0.1'),
    case('large-1e18', a='1', M=E18, N='1000000', P='1000000000', g='1e-20'),
    case('moderate', a='0.5', lam='3.7', M='1000', N='150', P='250', g='0.02', su='1.3', sw='0.7', noise='0.04'),
    case('large-ridge', a='1', M='1000', N='100', P='200', g='1e5', noise='0.1'),
    case('large-ridge-infinite', a='0.1', M='inf', N='10', P='20', d='1e8'),
    case('outputs', a='0.8', M='2000', N='60', P='90', g='1e-3', noise='0.02', C='10', lam='12.5'),
    # infinite widths
    case('samples-infinite', a='1', N='100', P='inf', g='0'),
    case('samples-infinite-source', a='0.5', M='inf', b='1.25', N='300', P='inf', g='0', noise='0.1'),
    case('samples-infinite-hidden', a='1.5', M='inf', hidden='80', N='200', P='inf', g='0'),
    case('features-infinite', a='1', M='inf', N='inf', P='300', d='1e-3', noise='0.01'),
    case('features-infinite-ridgeless', a='1', M='inf', N='inf', P='300', g='0', noise='0.01'),
    case('features-infinite-finite-latents', a='0.3', M='5000', N='inf', P='700', d='0.1'),
    case('features-infinite-ridge', a='1', M='1000', N='inf', P='200', g='1', noise='0.1'),
    # source exponents
    case('source-0.3', a='1', M='inf', b='0.3', N='100', P='250', d='1e-5'),
    case('source-p', a='0.3', M='inf', b='1.3', N='200', P='100', d='1e-3', noise='0.01'),
    case('source-2p', a='1', M='inf', b='4', N='1000', P='400', d='1e-4'),
    case('source-5', a='0.5', M=E18, b='5', N='3000', P='2000', g='1e-14', V='3'),
    case('source-p-finite', a='1.5', M='1000000', b='2.5', N='500', P='500', g='1e-14'),
    case('source-2p-finite', a='0.1', M='1000', b='2.2', N='300', P='200', g='0', noise='0.02'),
    case('source-0.3-a3', a='3', M='inf', b='0.3', N='20', P='30', g='0'),
    # hidden layers
    case('hidden-one', a='1', M='1000', hidden='300', N='100', P='200', g='0.01', su='0.8', noise='0.05'),
    case('hidden-equal-peak', a='1', M='1000', hidden='100', N='100', P='100', g='1e-14'),
    case('hidden-narrow', a='0.3', M=E12, hidden='50', N='500', P='200', g='1e-10', noise='0.01'),
    case('hidden-two', a='1.5', M='inf', hidden='400;120', N='250', P='300', d='1e-9'),
    case('hidden-two-equal', a='1', M='inf', hidden='150;150', N='150', P='1000', d='1e-12', noise='0.1'),
    case('hidden-ridgeless', a='0.5', M='5000', hidden='90;600', N='200', P='400', g='0', noise='0.01'),
    case('hidden-ridgeless-few-samples', a='1', M='inf', hidden='300', N='200', P='120', g='0', b='0.7'),
    case('hidden-at-latents', a='1', M='100', hidden='100', N='200', P='100', g='1e-14'),
    case('hidden-features-infinite', a='1', M='inf', hidden='100', N='inf', P='250', d='1e-4', noise='0.2'),
    # tables
    case('steep-3-5', table=STEEP, N='3', P='5', g='0'),
    case('steep-5-3', table=STEEP, N='5', P='3', g='0', noise='1e-30'),
    case('steep-3.5-5', table=STEEP, N='3.5', P='5', g='0'),
    case('steep-peak', table=STEEP, N='5', P='5', g='1e-75'),
    case('steep-ridge', table=STEEP, N='4', P='6', g='1e-150', noise='1e-60'),
    case('steep-peak-noninteger', table=STEEP, N='6.5', P='6.5', g='1e-14'),
    case('steep-above', table=STEEP, N='14', P='20', g='1e-250'),
    # corners in which double precision once went wrong
    case('steep-noise-between', table=STEEP, N='14', P='3', g='0', noise='0.1'),
    case('steep-noise-kernel', table=STEEP, N='inf', P='6', d='0', noise='0.1'),
    case('steep-tied-tiny-ridge', table=STEEP, hidden='3', N='5.5', P='3', d='1e-80', noise='0.5'),
    case('tied-layers', a='1', M='inf', hidden='20', N='10', P='10', d='1e-6'),
    case('tied-layers-noise', a='0.3', M='inf', hidden='10;40', N='30', P='10', d='1e-9', noise='0.2'),
    case('all-at-rank-tiny-ridge', a='0.02', M='5', N='5', P='5', g='1e-60'),
    case('samples-at-rank', a='1', M='20', N='1000000', P='20', g='0.1', noise='1'),
    case('samples-near-rank', a='1', M='20', N='1000000', P='19.9990234375', g='0.1', noise='1'),
    case('kernel-at-rank', a='3', M='200', N='inf', P='200', d='1e-40', noise='0.01'),
    case('steep-law', a='100', M='5', N='5', P='4', g='0', noise='0.1'),
    case('tiny-weights-far-out', a='100', M='300', b='3.5', N='inf', P='268', d='1e12', noise='0'),
    case('targets-ridge', table=TARGETS, N='5', P='8', g='0.01', noise='0.1'),
    case('targets-ridgeless', table=TARGETS, N='6.25', P='4', g='0', C='2'),
    case('targets-resolved', table=TARGETS, N='12', P='30', g='0', noise='0.1'),
    case('targets-above', table=TARGETS, N='11', P='12', d='1e-14'),
    case('multiplicity-ridge', table=MULTI, N='30', P='60', g='1e-3', sw='1125', noise='0.01'),
    case('multiplicity-peak', table=MULTI, N='125', P='125', g='1e-14'),
    case('multiplicity-ridgeless', table=MULTI, N='1124', P='2000', g='0', noise='0.1'),
    case('mixed-ridge', table=MIXED, hidden='40', N='25', P='100', d='1e-8', noise='1e-4', C='3'),
    case('mixed-infinite', table=MIXED, N='inf', P='2000', d='1e-7', noise='1e-3'),
]

MOMENT_CASES = [dict(zip('alpha lambda_max latents source delta'.split(), line.split(','))) for line in '''
0.02,1,1,,1e-60
10,1,1,3,1e5
1,2.5,1,,0.5
0.3,1,7,,1e-60
3,1,7,0.7,1e-3
10,1,7,,1e-20
10,1,7,21,1e-60
0.02,1,7,,1e5
1,1,100,,1e-60
1,1,100,,1e-4
0.3,4,100,2.6,0.01
0.02,1,100,,0.5
3,1,100,,1e-8
10,1,100,10,1e-22
0.3,1,1000,,1e-3
1,1,1000,0.3,1e-9
10,1,1000,,1e-30
0.02,1,10000,,1e-4
0.3,1,10000,1.3,1e-3
1,1,10000,,1e5
3,1,10000,,1e-12
10,1,10000,,1e-30
1,1,10000,,1e-60
0.02,1,1000000000,,1e-7
0.3,1,1000000000,5,1e-10
1,1,1000000000,,1e-18
3,0.1,1000000000,,1e-60
10,1,1000000000,11,1e-60
1,1,1000000000,2,1e-3
0.02,1,1000000000000000000,,1e-60
0.3,1,1000000000000000000,,1e-20
1,1,1000000000000000000,4,1e-30
3,1,1000000000000000000,,1
10,1,1000000000000000000,,1e-60
1,1,1000000000000000000,,1e-36
0.02,1,inf,,1e-60
0.02,1,inf,0.3,1e5
0.3,1,inf,1.3,1e-10
0.3,1,inf,2.6,1e-30
1,1,inf,,1e-60
1,1,inf,,1e-3
1,1,inf,4,100
3,1,inf,,1e-6
3,1,inf,0.3,1e-60
3,1,inf,,1e5
10,1,inf,,1e-60
10,7,inf,22,1e-15
10,1,inf,,0.7
'''.split()]
