// SPDX-License-Identifier: GPL-2.0-or-later
// Latencies regardless of time: histogram, and percentiles on an axis that gives each nine its room.

const BINS_PER_OCTAVE = 6;
const LATENCIES = [
    ["command_latency", "command latency"],
    ["frame_round_trip", "frame round trip"],
];

/* ---- data ---- */

const nines = (share) => -Math.log10(1 - share);

/* [x, y]: nines and the latency that this share of commands stays within. */
function percentileCurve(latency) {
    const x = [0],
        y = [Math.max(1, latency.min_ns)];
    let seen = 0;
    for (const [from, below, count] of latency.histogram) {
        seen += count;
        const last = seen >= latency.count;
        x.push(nines(last ? 1 - 0.5 / latency.count : seen / latency.count));
        y.push(Math.max(1, last ? latency.max_ns : (from + below) / 2));
    }
    return [x, y];
}

const binOf = (ns) => Math.floor(Math.log2(Math.max(1, ns)) * BINS_PER_OCTAVE);

/* Shares of the commands by bins of the logarithm, from `first` on. */
function binned(latency, first, count) {
    const shares = new Array(count).fill(0);
    for (const [from, below, n] of latency.histogram)
        shares[binOf((from + below) / 2) - first] += n / latency.count;
    return shares;
}

function histogramTable(curves) {
    const ends = curves.flatMap(({latency: {histogram}}) => [
        binOf(histogram[0][0]),
        binOf(histogram[histogram.length - 1][1]),
    ]);
    const first = Math.min(...ends) - 1,
        count = Math.max(...ends) - first + 2;
    const x = Array.from(
        {length: count},
        (unused, i) => ((first + i) / BINS_PER_OCTAVE) * Math.log10(2),
    );
    return [x, ...curves.map(({latency}) => binned(latency, first, count))];
}

/* What is chosen, as [{label, latency, stroke}]: both latencies of each capture that has them. */
function chosenCurves(captures, choice) {
    return captures.flatMap((capture) => {
        const measures = chosenMeasures(capture, choice);
        return LATENCIES.filter(([id]) => measures && measures[id] && measures[id].count).map(
            ([id, label], i) => ({
                label: capture.label(label),
                latency: measures[id],
                stroke: captureColour(capture, i ? "second" : "line"),
                dash: i ? [6, 4] : [],
            }),
        );
    });
}

function chosenMeasures(capture, {target, operation}) {
    const of = target
        ? capture.result.targets.find((one) => targetText(one) === target)
        : capture.result.total;
    if (!of || !operation) return of;
    return (target ? of.operations : capture.result.operations).find(
        (one) => one.operation === operation,
    );
}

/* ---- charts ---- */

function latencyAxis() {
    return axis({
        scale: "x",
        size: 28,
        label: "latency",
        labelFont: FONT,
        labelSize: 18,
        labelGap: 0,
        splits: decadeTicks,
        values: (chart, values) => values.map((value) => timeText(Math.round(10 ** value))),
    });
}

function drawHistogram(host, curves) {
    const series = [
        {
            label: "latency",
            value: (chart, value) =>
                value === null || value === undefined
                    ? NONE
                    : `${timeText(10 ** value)} to ${timeText(10 ** (value + Math.log10(2) / BINS_PER_OCTAVE))}`,
        },
        ...curves.map(({label, stroke, dash}) =>
            line(label, stroke, shareText, {
                dash,
                paths: uPlot.paths.stepped({align: 1}),
                points: {show: false},
                fill: dash.length ? undefined : `color-mix(in srgb, ${stroke} 18%, transparent)`,
            }),
        ),
    ];
    return drawChart(
        host,
        {
            title: "Histogram",
            height: 280,
            series,
            cursor: {y: false, drag: {x: false, y: false}, dataIdx: stepIndex},
            scales: {x: {time: false}, y: {range: fromZero}},
            axes: [latencyAxis(), yAxis("share of commands", shareText)],
        },
        histogramTable(curves),
    );
}

const HALF = nines(0.5);
const NINE_TICKS = [0, HALF, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const NINE_ROOM = 70; /* CSS pixels that a label with many nines takes */

/* Where nines are close, the half and every other long label give way. */
function nineLabels(chart, ticks) {
    const {min, max} = chart.scales.x;
    const room = chart.bbox.width / uPlot.pxRatio / (max - min);
    return ticks.map((tick) => {
        const fits =
            tick === HALF ? room * HALF > 38 : room > NINE_ROOM || tick <= 3 || tick % 2 === 0;
        return fits ? percentText(tick) : "";
    });
}

function percentText(n) {
    const decimals = Math.ceil(n - 1e-9) - (Number.isInteger(n) ? 2 : 1);
    return `${((1 - 10 ** -n) * 100).toFixed(Math.max(0, decimals))} %`;
}

function percentileAxis() {
    return axis({
        scale: "x",
        size: 28,
        label: "share of commands that were answered within",
        labelFont: FONT,
        labelSize: 18,
        labelGap: 0,
        splits: (chart, i, from, to) => NINE_TICKS.filter((tick) => tick >= from && tick <= to),
        values: nineLabels,
    });
}

function drawPercentiles(host, curves) {
    const tables = curves.map(({latency}) => percentileCurve(latency));
    const end = Math.max(...tables.map(([x]) => x[x.length - 1]));
    const series = [
        {
            label: "share",
            value: (chart, value) =>
                value === null || value === undefined ? NONE : percentText(value),
        },
        ...curves.map(({label, stroke, dash}) =>
            line(label, stroke, timeText, {dash, width: 2, spanGaps: true, points: {show: false}}),
        ),
    ];
    return drawChart(
        host,
        {
            title: "Percentiles",
            height: 280,
            series,
            cursor: {y: false, drag: {x: false, y: false}},
            scales: {
                x: {time: false, range: () => [0, end]},
                y: {
                    distr: 3,
                    log: 10,
                    range: (chart, min, max) =>
                        min === null ? [1e3, 1e6] : [min / 1.2, max * 1.2],
                },
            },
            axes: [percentileAxis(), latencyYAxis()],
        },
        joined(tables),
    );
}

/* ---- the table below ---- */

const PERCENTILES = [
    ["min_ns", "least"],
    ["mean_ns", "mean"],
    ["p50_ns", "p50"],
    ["p90_ns", "p90"],
    ["p99_ns", "p99"],
    ["p99_9_ns", "p99.9"],
    ["p99_99_ns", "p99.99"],
    ["max_ns", "greatest"],
];

function percentileTable(curves) {
    const head = ["", "count", ...PERCENTILES.map(([, label]) => label)];
    return element(
        "div",
        {class: "wide", tabindex: "0", role: "region", "aria-label": "Percentiles as a table"},
        element(
            "table",
            {},
            element("caption", {}, "Percentiles"),
            element(
                "thead",
                {},
                element(
                    "tr",
                    {},
                    head.map((text) => element("th", {scope: "col", class: "number"}, text)),
                ),
            ),
            element(
                "tbody",
                {},
                curves.map(({label, latency}) =>
                    element(
                        "tr",
                        {},
                        element("th", {scope: "row"}, label),
                        element("td", {class: "number"}, countText(latency.count)),
                        PERCENTILES.map(([id]) =>
                            element("td", {class: "number"}, timeText(latency[id])),
                        ),
                    ),
                ),
            ),
        ),
    );
}

function namesIn(captures, list, nameOf) {
    return [...new Set(captures.flatMap((capture) => (capture.result[list] || []).map(nameOf)))];
}

function distributionSection(captures) {
    const host = element("div", {}),
        choice = {target: "", operation: ""};
    let drawn = [];
    const redraw = () => {
        drawn.splice(0).forEach((one) => one.destroy());
        host.replaceChildren();
        const curves = chosenCurves(captures, choice);
        if (!curves.length) {
            host.append(element("p", {class: "nothing"}, "No answered command of this kind."));
            return;
        }
        const pair = element("div", {class: "side-by-side"});
        host.append(pair, percentileTable(curves));
        drawn = [element("div", {}), element("div", {})].map((place, i) => {
            pair.append(place);
            return (i ? drawPercentiles : drawHistogram)(place, curves);
        });
    };
    const choose = (key) => (chosen) => ((choice[key] = chosen), redraw());
    const options = (all, names) => [["", all], ...names.map((name) => [name, name])];
    const controls = element(
        "div",
        {class: "controls"},
        selector(
            "Target",
            options("all targets", namesIn(captures, "targets", targetText)),
            "",
            choose("target"),
        ),
        selector(
            "Operation",
            options(
                "all operations",
                namesIn(captures, "operations", (one) => one.operation),
            ),
            "",
            choose("operation"),
        ),
    );
    return {
        element: section(
            "latency",
            "Latency",
            element(
                "p",
                {class: "hint"},
                "Command latency: from the first send to the answer. Frame round trip: from the send that was answered.",
            ),
            controls,
            host,
        ),
        redraw,
        resize: () => drawn.forEach((one) => one.resize()),
    };
}
