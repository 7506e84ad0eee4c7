/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a map's colours and lines mean. */

/* The bar of colours with its ticks, as wide as the map. */
function colourBar(map, box) {
    const id = 'colours';
    const stops = map.colours.map((rgb, k) => svg('stop', {
        offset: k / (map.colours.length - 1), 'stop-color': `rgb(${mix(map.colours, k / (map.colours.length - 1))})`,
    }));
    const bar = svg('svg', {width: box.width, height: 58, role: 'img',
        'aria-label': `colours of the ${map.loss}`},
    svg('defs', {}, svg('linearGradient', {id}, ...stops)),
    svg('rect', {x: box.left, y: 4, width: box.w, height: 14, fill: `url(#${id})`}));
    for (const t of ticksOf(map.colour, box.w / 52).major) {
        const x = box.left + t.place * box.w;
        bar.append(svg('rect', {x: x - 0.5, y: 18, width: 1, height: 5, fill: 'currentColor'}),
            svg('text', {x, y: 35, 'text-anchor': 'middle'}, t.label));
    }
    bar.append(svg('text', {x: box.left + box.w / 2, y: 53, 'text-anchor': 'middle'}, map.loss));
    return bar;
}

function swatch(rgb) {
    return svg('svg', {width: 34, height: 14},
        svg('rect', {width: 34, height: 14, fill: `rgb(${rgb})`}));
}

/* Names of the boundaries once each, and of cells that have no colour of the scale. */
function mapLegend(map) {
    const kinds = [...new Set(map.boundaries.map((b) => b.kind))].sort((a, b) => a - b);
    const entries = kinds.map((kind) => {
        const [stroke, dashes] = BOUNDARY_STYLE[kind];
        const line = {x1: 0, x2: 34, y1: 7, y2: 7};
        return [svg('svg', {width: 34, height: 14},
            svg('rect', {width: 34, height: 14, fill: '#21918c'}),
            svg('line', {...line, stroke: 'rgba(0, 0, 0, 0.6)', 'stroke-width': 4}),
            svg('line', {...line, stroke, 'stroke-width': 2, 'stroke-dasharray': dashes.join(' ')})),
        map.boundaries.find((b) => b.kind === kind).name];
    });
    if (map.value.some((v) => v === Infinity))
        entries.push([swatch(DIVERGES), 'loss diverges']);
    if (map.value.some(Number.isNaN))
        entries.push([swatch(UNKNOWN), 'loss unknown']);
    return entries;
}
