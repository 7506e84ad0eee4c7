/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws the picture of the page, and again when its width or its colours change. */

function startMap(figure) {
    const map = decodeMap(figure), picture = byId('picture');
    const canvas = html('canvas', {role: 'img', 'aria-label': `map of the ${map.loss}`});
    const cursor = html('canvas', {class: 'cursor', tabindex: 0, role: 'application',
        'aria-label': `cells of the map. ${MAP_HINT}`});
    const state = {cell: null, pinned: null, box: null};
    const move = (cell) => {
        state.cell = cell;
        readCell(map, cell);
        drawCursor(cursor, map, state.box, cell, state.pinned);
    };
    const pin = (cell) => {
        state.pinned = cell;
        showCuts(map, cell);
        drawCursor(cursor, map, state.box, state.cell, cell);
    };
    showLegend(mapLegend(map));
    followMap(cursor, map, state, move, pin);
    return () => {
        state.box = layout(picture.clientWidth);
        drawMap(canvas, map, state.box);
        picture.replaceChildren(canvas, colourBar(map, state.box), cursor);
        move(state.cell);
        pin(state.pinned);
    };
}

/* The panels of a figure and those behind it. */
function panelsOf(figure) {
    const {x, y, series, next} = figure;
    const panel = {axis: [x, y], state: {point: null}, series: addColours(figure, series.map(decodeSeries))};
    return [panel, ...(next ? panelsOf(next) : [])];
}

/* Width and height of each panel in a place so wide. */
function panelSize(figure, panels, room) {
    const beside = room >= 640 ? clamp(figure.columns, 1, panels.length) : 1;
    const width = Math.floor(room / beside), height = clamp(0.62 * width, 260, 640);
    return [width, panels.length > 1 && !figure.columns ? height / 1.5 : height];
}

/* Panels of curves that share their legend. */
function startChart(figure) {
    const picture = byId('picture'), panels = panelsOf(figure);
    picture.classList.toggle('beside', figure.columns > 1);
    showLegend(chartLegend(panels.flatMap((p) => p.series)));
    return () => {
        const [width, height] = panelSize(figure, panels, picture.clientWidth);
        const charts = panels.map((p, n) =>
            makeChart(`chart${n}`, p.axis, p.series, width, height));
        for (const chart of charts) {
            chart.ring = svg('circle', {r: 7, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 2});
            chart.element.append(chart.ring);
            fill(chart.element, {tabindex: 0, role: 'application', 'aria-label': 'curves; arrow keys move'}, []);
        }
        picture.replaceChildren(...charts.map((chart) => chart.element));
        charts.forEach((chart, n) => followChart(chart, panels[n].state));
    };
}

{
    const figure = JSON.parse(byId('figure').textContent);
    const draw = figure.map ? startMap(figure) : startChart(figure);
    let width = 0;
    const redraw = () => {
        if (byId('picture').clientWidth !== width) {
            width = byId('picture').clientWidth;
            draw();
        }
    };
    new ResizeObserver(redraw).observe(byId('picture'));
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
    redraw();
}
