/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a picture: the cell of a map under the cursor, the cuts through it, the
 * nearest point of a chart. */

const MAP_HINT = 'Arrow keys move the cell (with Shift ten cells); a click or Enter shows ' +
    'the cuts through it, Escape clears.';
const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

function clamp(value, low, high) {
    return Math.min(Math.max(value, low), high);
}

/* The values of cell (i, j); none before a cell is chosen. */
function readCell(map, cell) {
    const k = cell ? cell.j * map.x.length + cell.i : -1;
    const value = (values) => (cell ? number(values[k]) : '–');
    const loss = value(map.value);
    showValues([
        {key: 'x', term: axisTitle(map.axis[0]), value: cell ? number(map.x[cell.i]) : '–'},
        {key: 'y', term: axisTitle(map.axis[1]), value: cell ? number(map.y[cell.j]) : '–'},
        {key: 'loss', term: map.loss, value: loss === '∞' ? '∞, diverges' : loss},
        {key: 'features', term: 'exponent −∂ln L/∂ln N', value: value(map.features)},
        {key: 'samples', term: 'exponent −∂ln L/∂ln P', value: value(map.samples)},
        {key: 'ridge', term: map.ridge, value: value(map.ridges)},
        {key: 'regime', term: 'regime', value: cell ? map.names[map.regime[k]] : '–'},
    ], MAP_HINT);
}

/* Outlines the cell under the cursor, and the one whose cuts are shown. */
function drawCursor(canvas, map, box, cell, pinned) {
    const c = sizeCanvas(canvas, box);
    const outline = (at, width, colour) => {
        const [xs, ys] = map.scale;
        const x = box.left + xs.edges[at.i] * box.w, y = box.top + (1 - ys.edges[at.j + 1]) * box.h;
        const w = (xs.edges[at.i + 1] - xs.edges[at.i]) * box.w;
        const h = (ys.edges[at.j + 1] - ys.edges[at.j]) * box.h;
        const grow = Math.max(0, 3 - Math.min(w, h) / 2);
        c.lineWidth = width;
        c.strokeStyle = colour;
        c.strokeRect(x - grow, y - grow, w + 2 * grow, h + 2 * grow);
    };
    if (pinned) {
        const x = box.left + map.scale[0].centres[pinned.i] * box.w;
        const y = box.top + (1 - map.scale[1].centres[pinned.j]) * box.h;
        c.fillStyle = 'rgba(255, 255, 255, 0.75)';
        c.fillRect(x - 0.5, box.top, 1, box.h);
        c.fillRect(box.left, y - 0.5, box.w, 1);
    }
    for (const at of [pinned, cell].filter(Boolean)) {
        outline(at, 4, '#000');
        outline(at, 2, '#fff');
    }
}

/* A power law through the cell with the exponent that the map gives there. */
function tangent(map, axis, values, at, cell) {
    const exponent = map.along[axis] ? map[map.along[axis]][cell] : NaN;
    if (!Number.isFinite(exponent))
        return [];
    const symbol = map.along[axis] === 'features' ? 'N' : 'P';
    return [{
        kind: 'law', label: `∝ ${symbol}^${number(-exponent, 4)}`, count: values.length,
        x: values, y: values.map((v) => map.value[cell] * (v / values[at]) ** -exponent),
        colour: 'var(--s1)',
    }];
}

/* The loss along one axis of the map (0 or 1) through a cell. */
function cut(map, axis, cell, width) {
    const values = [...(axis ? map.y : map.x)], columns = map.x.length;
    const at = axis ? cell.j : cell.i, k = cell.j * columns + cell.i;
    const losses = values.map((_, n) => map.value[axis ? n * columns + cell.i : cell.j * columns + n]);
    const other = map.axis[1 - axis], fixed = axis ? map.x[cell.i] : map.y[cell.j];
    const chart = makeChart(`cut${axis}`, [map.axis[axis], {words: map.loss, symbol: '', log: true}], [
        {kind: 'line', x: values, y: losses, count: values.length, colour: 'var(--s0)'},
        ...tangent(map, axis, values, at, k),
        {kind: 'points', x: [values[at]], y: [losses[at]], count: 1, error: null, colour: 'var(--ink)'},
    ], width, 270);
    chart.element.setAttribute('role', 'img');
    const title = `${map.loss} along ${axisTitle(map.axis[axis])}, at ${axisTitle(other)} = ${number(fixed)}`;
    chart.element.setAttribute('aria-label', title);
    return html('figure', {}, html('figcaption', {}, title), chart.element);
}

function showCuts(map, cell) {
    const place = byId('cuts');
    if (!cell) {
        place.replaceChildren();
        return;
    }
    const room = place.clientWidth;
    const width = Math.min(room >= 700 ? (room - 16) / 2 : room, 700);
    const k = cell.j * map.x.length + cell.i;
    const names = [['features', 'N'], ['samples', 'P']];
    const exponents = names.map(([key, symbol]) => `−∂ln L/∂ln ${symbol} = ${number(map[key][k])}`);
    place.replaceChildren(html('p', {id: 'exponents'}, `Exponents at the cell: ${exponents.join(', ')}.`),
        cut(map, 0, cell, width), cut(map, 1, cell, width));
}

/* Follows pointer and keys on the canvas; calls `move(cell)` and `pin(cell)`. */
function followMap(canvas, map, state, move, pin) {
    const under = (event) => {
        const {box} = state, area = canvas.getBoundingClientRect();
        const x = (event.clientX - area.left - box.left) / box.w;
        const y = 1 - (event.clientY - area.top - box.top) / box.h;
        return x < 0 || x > 1 || y < 0 || y > 1 ? null
            : {i: cellAt(map.scale[0], x), j: cellAt(map.scale[1], y)};
    };
    canvas.addEventListener('pointermove', (event) => move(under(event) || state.cell));
    canvas.addEventListener('click', (event) => {
        move(under(event) || state.cell);
        pin(under(event) || state.pinned);
    });
    canvas.addEventListener('keydown', (event) => {
        const step = STEPS[event.key], far = event.shiftKey ? 10 : 1;
        const {cell} = state;
        if (event.key === 'Enter' || event.key === ' ')
            pin(cell);
        else if (step && cell)
            move({i: clamp(cell.i + far * step[0], 0, map.x.length - 1),
                j: clamp(cell.j + far * step[1], 0, map.y.length - 1)});
        else if (step)
            move({i: map.x.length >> 1, j: map.y.length >> 1});
        else
            return;
        event.preventDefault();
    });
    document.addEventListener('keydown', (event) => {
        if (event.key === 'Escape') {
            pin(null);
            move(null);
        }
    });
}

function nearest(chart, px, py) {
    let best = null, least = Infinity;
    chart.series.forEach((s, n) => {
        for (let k = 0; !GUIDES.includes(s.kind) && k < s.x.length; k++) {
            const [x, y] = chart.at(s.x[k], s.y[k]);
            const distance = Math.hypot(x - px, y - py);
            if (distance < least)
                [best, least] = [{n, k}, distance];
        }
    });
    return best;
}

/* The values of a point of a chart, and a ring around it. */
function readPoint(chart, point) {
    const s = point && chart.series[point.n], value = (v) => (s ? number(v[point.k]) : '–');
    const rows = [
        {key: 'series', term: 'curve', value: s ? s.label : '–'},
        {key: 'x', term: axisTitle(chart.axis[0]), value: s ? value(s.x) : '–'},
        {key: 'y', term: axisTitle(chart.axis[1]), value: s ? value(s.y) : '–'},
    ];
    if (s && s.error)
        rows.push({key: 'error', term: 'standard error', value: value(s.error)});
    showValues(rows, 'The nearest point; arrow keys move along a curve and between curves.');
    const [cx, cy] = s ? chart.at(s.x[point.k], s.y[point.k]) : [0, 0];
    const there = s && Number.isFinite(cx) && Number.isFinite(cy);
    chart.ring.setAttribute('visibility', there ? 'visible' : 'hidden');
    fill(chart.ring, there ? {cx, cy} : {}, []);
}

function followChart(chart, state) {
    const show = (point) => {
        state.point = point;
        readPoint(chart, point);
    };
    const curves = chart.series.map((s, n) => n).filter((n) =>
        chart.series[n].x.length && !GUIDES.includes(chart.series[n].kind));
    chart.element.addEventListener('pointermove', (event) => {
        const area = chart.element.getBoundingClientRect();
        show(nearest(chart, event.clientX - area.left, event.clientY - area.top));
    });
    chart.element.addEventListener('keydown', (event) => {
        const step = STEPS[event.key];
        if (!step || !curves.length)
            return;
        event.preventDefault();
        const at = state.point || {n: curves[0], k: 0};
        const n = curves.at((curves.indexOf(at.n) + step[1] + curves.length) % curves.length);
        const k = clamp(at.k + step[0], 0, chart.series[n].x.length - 1);
        show(state.point ? {n, k} : at);
    });
    show(state.point);
}
