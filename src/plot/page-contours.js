/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contour lines by marching squares between the centres of a map's cells. */

/* The square's corners above a level, as bits 1 (i, j), 2 (i+1, j), 4 (i+1, j+1),
 * 8 (i, j+1), to pairs of its sides 0 (low j), 1 (high i), 2 (high j), 3 (low i). The
 * two saddles are separated one way or the other: both are as good. */
const SIDES = [
    [], [3, 0], [0, 1], [3, 1], [1, 2], [3, 0, 1, 2], [0, 2], [3, 2],
    [2, 3], [2, 0], [0, 1, 2, 3], [2, 1], [1, 3], [1, 0], [0, 3], [],
];

/* For each level the neighbours of every crossed edge, of which a line has two. Edge
 * 2k lies between cells k and k+1, edge 2k+1 between k and k+columns. */
function crossings(columns, rows, value, levels) {
    const links = levels.map(() => new Map());
    const link = (map, a, b) => {
        map.set(a, [...(map.get(a) || []), b]);
        map.set(b, [...(map.get(b) || []), a]);
    };
    for (let k = 0; k < columns * (rows - 1); k++) {
        if (k % columns === columns - 1)
            continue;
        const corner = [value[k], value[k + 1], value[k + columns + 1], value[k + columns]];
        const low = Math.min(...corner), high = Math.max(...corner);
        if (!Number.isFinite(high - low))
            continue;
        const edge = [2 * k, 2 * (k + 1) + 1, 2 * (k + columns), 2 * k + 1];
        levels.forEach((level, n) => {
            if (level < low || level >= high)
                return;
            const side = SIDES[corner.reduce((sum, c, b) => sum + (c > level ? 1 << b : 0), 0)];
            for (let s = 0; s < side.length; s += 2)
                link(links[n], edge[side[s]], edge[side[s + 1]]);
        });
    }
    return links;
}

/* Takes the line that begins at an edge out of `links`. */
function trace(links, start) {
    const line = [start];
    for (let at = start; ;) {
        const next = links.get(at)[0];
        if (next === undefined)
            break;
        links.get(at).splice(0, 1);
        const back = links.get(next);
        back.splice(back.indexOf(at), 1);
        line.push(next);
        at = next;
    }
    return line;
}

/* Lines [[x, y], …] in places of the scales, an array of them for each level. */
function contours(xs, ys, value, levels) {
    const columns = xs.centres.length;
    const point = (edge, level) => {
        const k = edge >> 1, to = edge & 1 ? k + columns : k + 1;
        const t = (level - value[k]) / (value[to] - value[k]);
        const mix = (scale, a, b) => scale.centres[a] + t * (scale.centres[b] - scale.centres[a]);
        return [mix(xs, k % columns, to % columns),
            mix(ys, Math.floor(k / columns), Math.floor(to / columns))];
    };
    return crossings(columns, ys.centres.length, value, levels).map((links, n) => {
        const lines = [];
        for (const open of [true, false])
            for (const [edge, next] of links)
                if (next.length === 1 || (!open && next.length > 0))
                    lines.push(trace(links, edge).map((e) => point(e, levels[n])));
        return lines;
    });
}
