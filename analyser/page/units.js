// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as people read them. What is not known is a dash.

const NONE = "\u2013";
const TIME_UNITS = [
    ["s", 1e9],
    ["ms", 1e6],
    ["\u00b5s", 1e3],
    ["ns", 1],
];
const BYTE_UNITS = [
    ["TiB", 2 ** 40],
    ["GiB", 2 ** 30],
    ["MiB", 2 ** 20],
    ["KiB", 2 ** 10],
    ["B", 1],
];
const BIT_UNITS = [
    ["Gbit/s", 1e9],
    ["Mbit/s", 1e6],
    ["kbit/s", 1e3],
    ["bit/s", 1],
];

function isNumber(value) {
    return typeof value === "number" && Number.isFinite(value);
}

/* Three digits that count, without an exponent. */
function digitsText(value) {
    const size = Math.abs(value);
    if (size >= 99.95 || Number.isInteger(value)) return Math.round(value).toString();
    return size >= 0.001 ? Number(value.toPrecision(3)).toString() : value.toPrecision(2);
}

function unitText(value, units) {
    if (!isNumber(value)) return NONE;
    const [name, size] =
        units.find((unit) => Math.abs(value) >= unit[1] * 0.9995) || units[units.length - 1];
    return `${digitsText(value / size)} ${name}`;
}

const timeText = (ns) => (ns === 0 ? "0 ns" : unitText(ns, TIME_UNITS));
const bytesText = (bytes) => unitText(bytes, BYTE_UNITS);
const bitRateText = (bytesPerSecond) =>
    isNumber(bytesPerSecond) ? unitText(bytesPerSecond * 8, BIT_UNITS) : NONE;
const rateText = (bytesPerSecond) =>
    isNumber(bytesPerSecond) ? `${bytesText(bytesPerSecond)}/s` : NONE;

/* Whole numbers in groups of three: 1 234 567. */
function countText(value) {
    if (!isNumber(value)) return NONE;
    return Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

function frequencyText(value) {
    return isNumber(value) ? (value >= 100 ? countText(value) : digitsText(value)) : NONE;
}

function shareText(ratio) {
    if (!isNumber(ratio)) return NONE;
    return ratio === 0 ? "0 %" : `${digitsText(ratio * 100)} %`;
}

function factorText(ratio) {
    return isNumber(ratio) ? `\u00d7 ${digitsText(ratio)}` : NONE;
}

function durationText(ns) {
    if (!isNumber(ns) || ns < 60e9) return timeText(ns);
    const seconds = Math.floor(ns / 1e9),
        rest = [
            [seconds / 3600, "h"],
            [(seconds / 60) % 60, "min"],
            [seconds % 60, "s"],
        ];
    return rest
        .filter(([value], i) => i > 0 || value >= 1)
        .map(([value, unit]) => `${Math.floor(value)} ${unit}`)
        .join(" ");
}

const padded = (value, width) => Math.floor(value).toString().padStart(width, "0");

/* The local time of day, with `decimals` of a second. Nanoseconds since 1970. */
function clockText(ns, decimals) {
    const date = new Date(Math.floor(ns / 1e6));
    const fraction = padded(Math.max(0, ns - Math.floor(ns / 1e9) * 1e9), 9).slice(0, decimals);
    return (
        [date.getHours(), date.getMinutes(), date.getSeconds()]
            .map((part) => padded(part, 2))
            .join(":") + (decimals ? `.${fraction}` : "")
    );
}

function dateText(ns) {
    const date = new Date(Math.floor(ns / 1e6));
    const zone = -date.getTimezoneOffset(),
        size = Math.abs(zone);
    return (
        `${date.getFullYear()}-${padded(date.getMonth() + 1, 2)}-${padded(date.getDate(), 2)} ` +
        `${clockText(ns, 3)} UTC${zone < 0 ? "\u2212" : "+"}${padded(size / 60, 2)}:${padded(size % 60, 2)}`
    );
}

/* Decimals that tell ticks apart which are `step` seconds from each other. */
function decimalsOf(step) {
    return Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) - 1e-9)));
}

const secondsText = (seconds, step) => `${seconds.toFixed(decimalsOf(step))} s`;
