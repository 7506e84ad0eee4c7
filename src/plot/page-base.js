'use strict';
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every part uses: arrays, numbers as text, elements. */

const byId = (id) => document.getElementById(id);

/* An array of html_text.c; a number that stands for `count` equal ones is repeated. The
 * file is little-endian, as every platform of a browser is. */
function decode(text, count) {
    const raw = atob(text.slice(1));
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++)
        bytes[i] = raw.charCodeAt(i);
    const Kind = {b: Uint8Array, f: Float32Array, d: Float64Array}[text[0]];
    const values = new Kind(bytes.buffer);
    return values.length === 1 && count > 1 ? new Kind(count).fill(values[0]) : values;
}

/* Six significant digits, as C's %.6g but 1e-5 for 1e-05. */
function number(value, digits = 6) {
    if (Number.isNaN(value))
        return 'unknown';
    if (!Number.isFinite(value))
        return value > 0 ? '∞' : '-∞';
    const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
    if (Number(exponent) < -4 || Number(exponent) >= digits)
        return `${Number(mantissa)}e${Number(exponent)}`;
    return String(Number(value.toPrecision(digits)));
}

/* "⁻³" for -3. */
function raise(number) {
    const raised = {'-': '⁻', '−': '⁻', '.': '·'};
    [...'⁰¹²³⁴⁵⁶⁷⁸⁹'].forEach((c, i) => { raised[i] = c; });
    return [...String(number)].map((c) => raised[c]).join('');
}

function powerOfTen(exponent) {
    return '10' + raise(exponent);
}

/* The marks of figure.h: a number after "^" is raised, "_" before a letter left out. */
function plain(text) {
    return text.replace(/\^([-−]?[\d.]+)/g, (_, number) => raise(number))
        .replace(/(?<=\p{L})_(?=\p{L})/gu, '');
}

function axisTitle(axis) {
    return plain(axis.symbol ? `${axis.words} ${axis.symbol}` : axis.words);
}

function fill(element, attributes, children) {
    for (const [key, value] of Object.entries(attributes))
        element.setAttribute(key, value);
    element.append(...children);
    return element;
}

function html(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
    return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes,
        children);
}

function cssColour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Rows of {key, term, value} in the panel of values, with a hint below. */
function showValues(rows, hint) {
    const list = html('dl');
    for (const row of rows)
        list.append(html('dt', {}, row.term), html('dd', {'data-key': row.key}, row.value));
    byId('readout').replaceChildren(list, html('p', {}, hint));
}

/* Entries [sample, text] of the legend. */
function showLegend(entries) {
    const items = entries.map(([sample, text]) =>
        html('li', {}, sample, html('span', {}, text)));
    byId('legend').replaceChildren(...(items.length ? [html('ul', {}, ...items)] : []));
}
