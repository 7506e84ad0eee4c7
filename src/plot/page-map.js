/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map on a canvas: cells in the colours of their loss, contour lines, boundaries, the
 * regimes' names, axes. */

const FONT = '12px system-ui, sans-serif';
const DIVERGES = [230, 0, 126], UNKNOWN = [128, 128, 128], UNKNOWN_STRIPE = [160, 160, 160];

/* Colour and dashes of each kind of boundary, in the order of nsl_boundary_kind. */
const BOUNDARY_STYLE = [
    ['#ffffff', []], ['#ffffff', [9, 5]], ['#ffffff', [2, 4]], ['#ff5148', []],
    ['#ff9ff3', []], ['#ffb000', [9, 5]], ['#8fd8ff', [9, 5]], ['#8fd8ff', [2, 4]],
    ['#ff9a6b', [9, 4, 2, 4]], ['#ff9a6b', [2, 4]], ['#7ee0c0', [9, 5]],
    ['#7ee0c0', [2, 4]], ['#ff5148', []], ['#ff5148', []],
];

function mix(stops, t) {
    const s = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
    const k = Math.min(Math.floor(s), stops.length - 2);
    return [16, 8, 0].map((shift) => {
        const a = stops[k] >> shift & 255, b = stops[k + 1] >> shift & 255;
        return Math.round(a + (s - k) * (b - a));
    });
}

function decodeMap(figure) {
    const m = figure.map;
    const x = decode(m.x, 1), y = decode(m.y, 1), cells = x.length * y.length;
    const map = {...m, x, y, axis: [figure.x, figure.y], regime: decode(m.regime, cells)};
    for (const key of ['value', 'features', 'samples', 'ridges'])
        map[key] = decode(m[key], cells);
    map.boundaries = m.boundaries.map((b) =>
        ({...b, x: decode(b.x, b.count), y: decode(b.y, b.count)}));
    map.scale = [cellScale(figure.x.log, x), cellScale(figure.y.log, y)];
    map.log = Float64Array.from(map.value, Math.log10);
    map.colour = scaleOf(true, map.value, 0);
    map.levels = ticksOf(map.colour, 9).major;
    map.contours = contours(...map.scale, map.log,
        map.levels.map((t) => t.place * (map.colour.high - map.colour.low) + map.colour.low));
    return map;
}

/* Where the cells are drawn in a picture of this width. */
function layout(room) {
    const left = 62, top = 8, width = Math.max(room, 200), w = width - left - 14;
    const h = Math.round(Math.min(Math.max(0.68 * w, 240), 720));
    return {left, top, w, h, width, height: top + h + 46};
}

/* One colour for each pixel of the screen, from the cell below it. */
function paintCells(map, w, h) {
    const image = new ImageData(w, h);
    const columns = Array.from({length: w}, (_, p) => cellAt(map.scale[0], (p + 0.5) / w));
    const table = Array.from({length: 1024}, (_, k) => mix(map.colours, k / 1023));
    const {low, high} = map.colour;
    for (let row = 0, to = 0; row < h; row++) {
        const start = cellAt(map.scale[1], 1 - (row + 0.5) / h) * map.x.length;
        for (let p = 0; p < w; p++, to += 4) {
            const v = map.log[start + columns[p]];
            const rgb = v === Infinity ? DIVERGES
                : Number.isNaN(v) ? ((p + row) % 10 < 4 ? UNKNOWN_STRIPE : UNKNOWN)
                    : table[Math.round(1023 * Math.max((v - low) / (high - low), 0))];
            image.data.set(rgb, to);
            image.data[to + 3] = 255;
        }
    }
    return image;
}

/* Strokes a line of places; a point that is none breaks it. */
function strokeLine(c, box, count, at) {
    c.beginPath();
    for (let k = 0, open = false; k < count; k++) {
        const [x, y] = at(k);
        const fine = Number.isFinite(x) && Number.isFinite(y);
        if (fine)
            c[open ? 'lineTo' : 'moveTo'](box.left + x * box.w, box.top + (1 - y) * box.h);
        open = fine;
    }
    c.stroke();
}

function haloText(c, text, x, y, light) {
    c.lineJoin = 'round';
    c.lineWidth = 3.5;
    c.strokeStyle = light ? 'rgba(0, 0, 0, 0.75)' : 'rgba(255, 255, 255, 0.8)';
    c.fillStyle = light ? '#fff' : '#000';
    c.strokeText(text, x, y);
    c.fillText(text, x, y);
}

/* Keeps a place for a text unless one is there already. */
function reserve(taken, x, y, w, h) {
    if (taken.some((t) => Math.abs(t.x - x) < (t.w + w) / 2 && Math.abs(t.y - y) < (t.h + h) / 2))
        return false;
    taken.push({x, y, w, h});
    return true;
}

/* How far a line reaches, in the map's widths or heights. */
function extent(line) {
    const reach = (n) => line.reduce((r, p) => [Math.min(r[0], p[n]), Math.max(r[1], p[n])], [1, 0]);
    return Math.max(...[0, 1].map(reach).map(([low, high]) => high - low));
}

/* A contour's label stands on the line, as near to its middle as there is room. */
function labelLine(c, box, line, label, light, taken) {
    const w = c.measureText(label).width + 8, h = 16;
    for (const share of [0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9]) {
        const at = line[Math.floor(share * (line.length - 1))];
        if (!at)
            return;
        const x = box.left + at[0] * box.w, y = box.top + (1 - at[1]) * box.h;
        const inside = Math.abs(x - box.left - box.w / 2) < (box.w - w) / 2 &&
            Math.abs(y - box.top - box.h / 2) < (box.h - h) / 2;
        if (inside && reserve(taken, x, y, w, h)) {
            haloText(c, label, x, y, light);
            return;
        }
    }
}

/* Light on the dark half of the scale. */
function isLight(place) {
    return place < 0.62;
}

function drawContours(c, map, box) {
    map.levels.forEach((level, n) => {
        c.lineWidth = 1;
        c.strokeStyle = isLight(level.place) ? 'rgba(255, 255, 255, 0.7)' : 'rgba(0, 0, 0, 0.65)';
        for (const line of map.contours[n])
            strokeLine(c, box, line.length, (k) => line[k]);
    });
}

function drawBoundaries(c, map, box) {
    for (const b of map.boundaries) {
        const [colour, dashes] = BOUNDARY_STYLE[b.kind];
        const at = (k) => [map.scale[0].at(b.x[k]), map.scale[1].at(b.y[k])];
        for (const [width, style, pattern] of [[4, 'rgba(0, 0, 0, 0.6)', []], [2, colour, dashes]]) {
            c.lineWidth = width;
            c.strokeStyle = style;
            c.setLineDash(pattern);
            strokeLine(c, box, b.count, at);
        }
    }
    c.setLineDash([]);
}

/* For each place of a coarse grid the room to both sides of it in the same regime. */
function roomAround(kind, columns, rows) {
    const across = new Uint16Array(kind.length), along = new Uint16Array(kind.length);
    const run = (room, k, step, length) => {
        for (let a = 0; a < length;) {
            let b = a;
            while (b < length && kind[k + b * step] === kind[k + a * step])
                b++;
            for (let p = a; p < b; p++)
                room[k + p * step] = Math.min(p - a, b - 1 - p) + 1;
            a = b;
        }
    };
    for (let r = 0; r < rows; r++)
        run(across, r * columns, 1, columns);
    for (let q = 0; q < columns; q++)
        run(along, q, columns, rows);
    return {across, along};
}

/* The regimes' names where their areas have most room for them. */
function drawRegimes(c, map, box, taken) {
    const grain = 4, columns = Math.floor(box.w / grain), rows = Math.floor(box.h / grain);
    const kind = new Uint8Array(columns * rows), cell = new Uint32Array(columns * rows);
    for (let k = 0; k < kind.length; k++) {
        const i = cellAt(map.scale[0], (k % columns + 0.5) / columns);
        const j = cellAt(map.scale[1], 1 - (Math.floor(k / columns) + 0.5) / rows);
        cell[k] = j * map.x.length + i;
        kind[k] = map.regime[cell[k]];
    }
    const {across, along} = roomAround(kind, columns, rows);
    map.names.forEach((name, r) => {
        const w = c.measureText(name).width + 8, h = 18;
        let best = -1, most = 0;
        for (let k = 0; k < kind.length; k++) {
            const room = kind[k] !== r ? 0
                : Math.min(2 * grain * across[k] / w, 2 * grain * along[k] / h);
            if (room > most)
                [best, most] = [k, room];
        }
        const x = box.left + (best % columns + 0.5) * grain;
        const y = box.top + (Math.floor(best / columns) + 0.5) * grain;
        if (most >= 1 && reserve(taken, x, y, w, h))
            haloText(c, name, x, y, isLight(map.colour.at(map.value[cell[best]])));
    });
}

function drawAxes(c, map, box) {
    c.fillStyle = c.strokeStyle = cssColour('--ink');
    c.lineWidth = 1;
    c.strokeRect(box.left - 0.5, box.top - 0.5, box.w + 1, box.h + 1);
    const tick = (flat, place, length) => {
        const x = flat ? box.left + place * box.w : box.left;
        const y = flat ? box.top + box.h : box.top + (1 - place) * box.h;
        c.fillRect(flat ? x - 0.5 : x - length, flat ? y : y - 0.5, flat ? 1 : length,
            flat ? length : 1);
        return [x, y];
    };
    [true, false].forEach((flat, axis) => {
        const ticks = ticksOf(map.scale[axis], flat ? box.w / 52 : box.h / 28);
        ticks.minor.forEach((place) => tick(flat, place, 3));
        c.textAlign = flat ? 'center' : 'right';
        for (const t of ticks.major) {
            const [x, y] = tick(flat, t.place, 6);
            c.fillText(t.label, flat ? x : x - 9, flat ? y + 15 : y);
        }
    });
    c.textAlign = 'center';
    c.fillText(axisTitle(map.axis[0]), box.left + box.w / 2, box.top + box.h + 36);
    c.save();
    c.translate(10, box.top + box.h / 2);
    c.rotate(-Math.PI / 2);
    c.fillText(axisTitle(map.axis[1]), 0, 0);
    c.restore();
}

/* Makes a canvas of this size in CSS pixels and its context, sharp on every screen. */
function sizeCanvas(canvas, box) {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    canvas.style.width = `${box.width}px`;
    canvas.style.height = `${box.height}px`;
    const c = canvas.getContext('2d');
    c.scale(ratio, ratio);
    c.font = FONT;
    c.textBaseline = 'middle';
    return c;
}

function drawMap(canvas, map, box) {
    const c = sizeCanvas(canvas, box), ratio = window.devicePixelRatio || 1;
    c.putImageData(paintCells(map, Math.round(box.w * ratio), Math.round(box.h * ratio)),
        Math.round(box.left * ratio), Math.round(box.top * ratio));
    c.save();
    c.beginPath();
    c.rect(box.left, box.top, box.w, box.h);
    c.clip();
    c.textAlign = 'center';
    drawContours(c, map, box);
    drawBoundaries(c, map, box);
    const taken = [];
    drawRegimes(c, map, box, taken);
    map.levels.forEach((level, n) => {
        for (const line of map.contours[n])
            if (extent(line) > 0.2)
                labelLine(c, box, line, level.label, isLight(level.place), taken);
    });
    c.restore();
    drawAxes(c, map, box);
}
