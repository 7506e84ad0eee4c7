/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scales: from values to places in [0, 1], and ticks. Inside, a value is "raw": its
 * decadic logarithm on a logarithmic scale. */

function makeScale(log, low, high) {
    const raw = log ? Math.log10 : (v) => v;
    return {log, low, high, extra: [], at: (v) => (raw(v) - low) / (high - low)};
}

/* A scale that shows all values it can, with a margin of the share `pad`. */
function scaleOf(log, values, pad) {
    let low = Infinity, high = -Infinity;
    for (const v of values) {
        const raw = log ? Math.log10(v) : v;
        if (Number.isFinite(raw)) {
            low = Math.min(low, raw);
            high = Math.max(high, raw);
        }
    }
    if (low > high)
        [low, high] = [0, 1];
    const wide = high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high));
    const margin = wide ? pad * (high - low) : log ? 0.3 : Math.abs(low) * 0.1 || 0.5;
    return makeScale(log, low - margin, high + margin);
}

/* An axis of a map. Each value has a cell that ends halfway to its neighbours; on a
 * logarithmic axis 0 and ∞ stand one step beside the others. */
function cellScale(log, values) {
    const raw = (v) => (log ? Math.log10(v) : v);
    const usual = [...values].map(raw).filter(Number.isFinite);
    const first = usual.length ? usual[0] : 0, last = usual.length ? usual.at(-1) : 0;
    const step = usual.length > 1 ? (last - first) / (usual.length - 1)
        : log ? 0.3 : Math.abs(first) * 0.1 || 0.5;
    const place = (v) => (Number.isNaN(v) || Number.isFinite(raw(v)) ? raw(v)
        : v === Infinity ? last + step : first - step);
    const centres = [...values].map(place), n = centres.length;
    const edges = centres.slice(1).map((c, k) => (c + centres[k]) / 2);
    edges.unshift(n > 1 ? 2 * centres[0] - edges[0] : centres[0] - step / 2);
    edges.push(n > 1 ? 2 * centres[n - 1] - edges[n - 1] : centres[0] + step / 2);
    const at = (r) => (r - edges[0]) / (edges[n] - edges[0]);
    return {
        log,
        low: edges[0],
        high: edges[n],
        extra: [...values].filter((v) => !Number.isFinite(raw(v)))
            .map((v) => ({place: at(place(v)), label: v === Infinity ? '∞' : '0'})),
        at: (v) => at(place(v)),
        centres: centres.map(at),
        edges: edges.map(at),
    };
}

/* Index of the cell at a place in [0, 1]. */
function cellAt(scale, place) {
    let low = 0, high = scale.edges.length - 2;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (scale.edges[middle] <= place)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

function linearTicks(low, high, room) {
    const least = (high - low) / Math.max(room, 2);
    const power = 10 ** Math.floor(Math.log10(least));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= least * 0.999);
    const ticks = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++)
        ticks.push({raw: k * step, label: number(Number((k * step).toPrecision(12)))});
    return {major: ticks, minor: []};
}

/* Every decade, or every 2nd, 5th, … where there is no room. */
function decadeTicks(low, high, room) {
    const stride = [1, 2, 5, 10, 20, 50, 100, 200].find((s) => (high - low) / s <= room) || 500;
    const major = [], minor = [];
    for (let k = Math.floor(low); k <= high; k++) {
        if (k >= low && k % stride === 0)
            major.push({raw: k, label: powerOfTen(k)});
        else if (k >= low && high - low < 100)
            minor.push(k);
        for (let m = 2; stride === 1 && m < 10; m++)
            minor.push(k + Math.log10(m));
    }
    return {major, minor: minor.filter((r) => r >= low && r <= high)};
}

/* Less than two decades: 1, 2, 5 or equal steps of the value itself. */
function narrowTicks(low, high, room) {
    const major = [], minor = [];
    for (let k = Math.floor(low); k <= high; k++) {
        for (let m = 1; m < 10; m++) {
            const raw = k + Math.log10(m);
            if (raw < low - 1e-9 || raw > high + 1e-9)
                continue;
            if (m === 1 || m === 2 || m === 5)
                major.push({raw, label: m === 1 ? powerOfTen(k)
                    : k < -3 || k > 3 ? `${m}×${powerOfTen(k)}` : number(m * 10 ** k, 3)});
            else
                minor.push(raw);
        }
    }
    if (major.length >= 3)
        return {major: major.length <= room + 1 ? major
            : major.filter((t) => Number.isInteger(t.raw)), minor};
    const even = linearTicks(10 ** low, 10 ** high, Math.min(room, 5)).major;
    return {major: even.map((t) => ({raw: Math.log10(t.raw), label: t.label})), minor: []};
}

/* Ticks {place, label} and the places of minor ones; about `room` labels at most. */
function ticksOf(scale, room) {
    const {low, high} = scale;
    const found = !scale.log ? linearTicks(low, high, room)
        : high - low >= 2 ? decadeTicks(low, high, room) : narrowTicks(low, high, room);
    const place = (raw) => (raw - low) / (high - low);
    const major = found.major.map((t) => ({...t, place: place(t.raw)}))
        .filter((t) => !scale.extra.some((e) => Math.abs(e.place - t.place) * room < 0.7));
    return {major: [...major, ...scale.extra], minor: found.minor.map(place)};
}
