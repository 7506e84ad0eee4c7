/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves as SVG: theory as lines, measurements as points, laws and levels dashed,
 * contours thin. */

const COLOURS = 6, ORDERED = 5;

/* Series that stand behind what the picture is about. */
const GUIDES = ['law', 'contour'];

function decodeSeries(s) {
    return {
        ...s,
        label: plain(s.label),
        x: s.kind === 'level' ? [] : decode(s.x, s.count),
        y: decode(s.y, s.count),
        error: s.error ? decode(s.error, s.count) : null,
    };
}

/* A theory's line and its runs have the same colour; laws and levels take turns. In an
 * order of a few the colours lie far apart. */
function addColours(figure, series) {
    const used = {}, last = Math.max(1, ...series.map((s) => s.colour ?? 0));
    const name = {contrast: 's', order: 'o', order2: 'p'}[figure.colours];
    return series.map((s) => {
        const turn = used[s.kind] = (used[s.kind] ?? -1) + 1;
        const n = ['law', 'level'].includes(s.kind) ? turn : s.colour;
        if (s.kind === 'contour' || (s.kind === 'level' && name !== 's'))
            return {...s, colour: 'var(--faint)'};
        if (n === undefined)
            return {...s, colour: 'var(--ink)'};
        return {...s, colour: name === 's' ? `var(--s${n % COLOURS})`
            : `var(--${name}${last < ORDERED ? Math.round(n * (ORDERED - 1) / last) : n % ORDERED})`};
    });
}

/* Values that an axis must show: laws run through the picture where nothing else is. */
function* shown(series, key) {
    const real = series.filter((s) => !GUIDES.includes(s.kind));
    for (const s of real.length ? real : series) {
        yield* s[key];
        if (key === 'y' && s.error)
            for (let k = 0; k < s.count; k++)
                yield* [s.y[k] - s.error[k], s.y[k] + s.error[k]];
    }
}

function pathOf(points) {
    let d = '', open = false;
    for (const [x, y] of points) {
        const fine = Number.isFinite(x) && Number.isFinite(y);
        if (fine)
            d += `${open ? 'L' : 'M'}${x.toFixed(2)} ${y.toFixed(2)}`;
        open = fine;
    }
    return d;
}

function chartAxes(chart) {
    const {left, top, w, h, axis, scale} = chart;
    const all = svg('g', {});
    const line = (x1, y1, x2, y2, stroke) => svg('line', {x1, y1, x2, y2, stroke});
    const xs = ticksOf(scale[0], w / 52), ys = ticksOf(scale[1], h / 28);
    for (const t of xs.major) {
        const x = left + t.place * w;
        all.append(line(x, top, x, top + h, 'var(--grid)'), line(x, top + h, x, top + h + 6, 'var(--ink)'),
            svg('text', {x, y: top + h + 19, 'text-anchor': 'middle'}, t.label));
    }
    for (const t of ys.major) {
        const y = top + (1 - t.place) * h;
        all.append(line(left, y, left + w, y, 'var(--grid)'), line(left - 6, y, left, y, 'var(--ink)'),
            svg('text', {x: left - 9, y: y + 4, 'text-anchor': 'end'}, t.label));
    }
    for (const place of xs.minor)
        all.append(line(left + place * w, top + h, left + place * w, top + h + 3, 'var(--ink)'));
    for (const place of ys.minor)
        all.append(line(left - 3, top + (1 - place) * h, left, top + (1 - place) * h, 'var(--ink)'));
    const turn = `translate(13 ${top + h / 2}) rotate(-90)`;
    all.append(svg('rect', {x: left, y: top, width: w, height: h, fill: 'none', stroke: 'var(--ink)'}),
        svg('text', {x: left + w / 2, y: top + h + 38, 'text-anchor': 'middle'}, axisTitle(axis[0])),
        svg('text', {transform: turn, 'text-anchor': 'middle'}, axisTitle(axis[1])));
    return all;
}

/* Error bars reach the edge where an axis cannot show their end. */
function errorBars(chart, s) {
    let d = '';
    for (let k = 0; k < s.count; k++) {
        const [x, y] = chart.at(s.x[k], s.y[k]);
        const low = chart.at(s.x[k], s.y[k] - s.error[k])[1];
        const high = chart.at(s.x[k], s.y[k] + s.error[k])[1];
        if (Number.isFinite(x) && Number.isFinite(y) && s.error[k] > 0)
            d += `M${x - 3} ${high}h6m-3 0V${Number.isFinite(low) ? low : chart.top + chart.h}h-3h6`;
    }
    return svg('path', {d, stroke: s.colour, 'stroke-width': 1.2, fill: 'none'});
}

/* A filled disc, or a ring for runs that are apart from the others. */
function pointLook(s) {
    return s.apart ? {fill: 'var(--paper)', stroke: s.colour, 'stroke-width': 1.6} : {fill: s.colour};
}

const POINTS_MANY = 100;

function points(chart, s) {
    const group = svg('g', pointLook(s));
    const all = chart.series.filter((t) => t.kind === 'points').reduce((sum, t) => sum + t.count, 0);
    const r = (all > POINTS_MANY ? 2.6 : 3.2) - (s.apart ? 0.4 : 0);
    for (let k = 0; k < s.count; k++) {
        const [cx, cy] = chart.at(s.x[k], s.y[k]);
        if (Number.isFinite(cx) && Number.isFinite(cy))
            group.append(svg('circle', {cx, cy, r}));
    }
    return group;
}

/* The middle of what the picture shows of a path, sought in steps along it. */
function middleShown(chart, path) {
    const {left, top, w, h} = chart, found = [];
    for (let k = 0; k + 1 < path.length; k++) {
        for (let t = 0; t < 1; t += 0.02) {
            const [x, y] = [0, 1].map((n) => path[k][n] + t * (path[k + 1][n] - path[k][n]));
            if (x >= left && x <= left + w && y >= top && y <= top + h)
                found.push([x, y]);
        }
    }
    return found[found.length >> 1];
}

/* The label of a dashed line, kept inside the picture. */
function besideLine(chart, text, x, y) {
    const right = x > chart.left + chart.w / 2;
    return svg('text', {x: right ? x - 4 : x + 4, y: Math.max(y - 7, chart.top + 12), class: 'halo',
        'text-anchor': right ? 'end' : 'start'}, text);
}

function dashed(chart, s) {
    const {left, w} = chart;
    const level = s.kind === 'level' ? chart.at(NaN, s.y[0])[1] : 0;
    const path = s.kind === 'level' ? [[left, level], [left + w, level]]
        : Array.from(s.x, (x, k) => chart.at(x, s.y[k]));
    const at = s.kind === 'level' ? path[1] : middleShown(chart, path);
    return [svg('path', {d: pathOf(path), stroke: s.colour, 'stroke-width': 1.6, fill: 'none',
        'stroke-dasharray': s.kind === 'level' ? '2 4' : '8 5'}),
    ...(at ? [besideLine(chart, s.label, ...at)] : [])];
}

/* The point of a contour that is farthest from runs, curves and other labels, as far as
 * that helps; none where the picture shows nothing of the line. */
function contourPlace(chart, path, others) {
    const {left, top, w, h} = chart;
    const least = (at, [x, y]) => at.reduce((d, [a, b]) => Math.min(d, Math.hypot(a - x, b - y)), Infinity);
    let best = null, most = -1;
    for (const at of path) {
        const [x, y] = at;
        if (!(x > left + 18 && x < left + w - 18 && y > top + 10 && y < top + h - 10))
            continue;
        const worth = Math.min(least(others.all, at) / 25, 1) + Math.min(least(others.labels, at) / 90, 1);
        if (worth > most)
            [best, most] = [at, worth];
    }
    return best;
}

function contour(chart, s) {
    chart.obstacles ??= {labels: [], all: chart.series.filter((t) => t.kind === 'points' || t.kind === 'line')
        .flatMap((t) => Array.from(t.x, (x, k) => chart.at(x, t.y[k])))
        .filter(([x, y]) => Number.isFinite(x + y))};
    const path = Array.from(s.x, (x, k) => chart.at(x, s.y[k]));
    const at = contourPlace(chart, path, chart.obstacles);
    if (at)
        chart.obstacles.labels.push(at);
    return [svg('path', {d: pathOf(path), stroke: s.colour, 'stroke-width': 1, fill: 'none', opacity: 0.8}),
        ...(at ? [svg('text', {x: at[0], y: at[1] + 4, class: 'halo', 'text-anchor': 'middle'}, s.label)] : [])];
}

function drawSeries(chart, s) {
    if (s.kind === 'contour')
        return contour(chart, s);
    if (s.kind === 'law' || s.kind === 'level')
        return dashed(chart, s);
    if (s.kind === 'points')
        return [...(s.error ? [errorBars(chart, s)] : []), points(chart, s)];
    const path = Array.from(s.x, (x, k) => chart.at(x, s.y[k]));
    return [svg('path', {d: pathOf(path), stroke: s.colour, 'stroke-width': 2, fill: 'none'})];
}

/* A chart of decoded, coloured series: {element, at, …}. Ids must differ on the page. */
function makeChart(id, axis, series, room, height) {
    const left = 78, top = 8, width = Math.max(room, 200);
    const chart = {axis, series, left, top, w: width - left - 12, h: height - top - 46};
    chart.scale = ['x', 'y'].map((key, n) => scaleOf(axis[n].log, [...shown(series, key)], 0.04));
    chart.at = (x, y) => [left + chart.scale[0].at(x) * chart.w,
        top + (1 - chart.scale[1].at(y)) * chart.h];
    const clip = svg('clipPath', {id},
        svg('rect', {x: left, y: top, width: chart.w, height: chart.h}));
    const inside = svg('g', {'clip-path': `url(#${id})`});
    for (const s of series)
        inside.append(...drawSeries(chart, s));
    chart.element = svg('svg', {width, height, viewBox: `0 0 ${width} ${height}`},
        svg('defs', {}, clip), chartAxes(chart), inside);
    return chart;
}

function chartLegend(series) {
    const dash = {law: '8 5', level: '2 4'};
    const seen = new Set();
    const first = (s) => !seen.has(s.label) && seen.add(s.label);
    return series.filter((s) => s.label && s.kind !== 'contour' && first(s)).map((s) => {
        const line = {x1: 0, x2: 34, y1: 7, y2: 7, stroke: s.colour, 'stroke-width': 2};
        const sample = s.kind === 'points' ? svg('circle', {cx: 17, cy: 7, r: 3.5, ...pointLook(s)})
            : svg('line', {...line, 'stroke-dasharray': dash[s.kind] || 'none'});
        return [svg('svg', {width: 34, height: 14}, sample), s.label];
    });
}
