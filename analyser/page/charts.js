// SPDX-License-Identifier: GPL-2.0-or-later
// What all charts have in common: colours, axes, legends, and one range of time for a group.

const Y_AXIS_WIDTH = 76;
const FONT = "12px system-ui, sans-serif";
const BINARY_STEPS = Array.from({length: 60}, (unused, i) => 2 ** i);
const WHOLE_STEPS = Array.from({length: 16}, (unused, i) =>
    [1, 2, 5].map((step) => step * 10 ** i),
).flat();
const CLOCK_STEPS = [
    1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1,
    0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
    86400,
];

/* A colour of page.css. */
function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/* The colour of a kind of line: each capture has its own. */
const captureColour = (capture, kind) => colour(`${kind}-${capture.letter === "B" ? "b" : "a"}`);

function axis(more) {
    return {
        stroke: colour("faint-text"),
        font: FONT,
        grid: {stroke: colour("grid"), width: 1},
        ticks: {stroke: colour("grid"), width: 1, size: 4},
        ...more,
    };
}

/* `text` makes labels of values; ticks of a logarithmic axis that got no room come as null. */
function yAxis(label, text, more) {
    return axis({
        scale: "y",
        size: Y_AXIS_WIDTH,
        gap: 4,
        space: 24,
        label,
        labelFont: FONT,
        labelSize: 18,
        labelGap: 0,
        values: (chart, values) => values.map((value) => (value === null ? "" : text(value))),
        ...more,
    });
}

/* An axis of latencies: uPlot would begin its ticks at the least value, which is seldom a round one. */
function latencyYAxis() {
    return yAxis("latency", timeText, {
        filter: (chart, splits) => splits,
        splits: (chart, i, from, to) =>
            decadeTicks(chart, i, Math.log10(from), Math.log10(to)).map((tick) =>
                Math.round(10 ** tick),
            ),
    });
}

/* Ticks at 1, 2 and 5 of each decade of a scale that has logarithms on it. */
function decadeTicks(chart, i, from, to) {
    const steps = to - from > 3 ? [1] : [1, 2, 5],
        ticks = [];
    for (let decade = Math.floor(from); decade <= to; decade++)
        ticks.push(
            ...steps
                .map((step) => decade + Math.log10(step))
                .filter((tick) => tick >= from && tick <= to),
        );
    return ticks;
}

function secondsAxis() {
    return axis({
        scale: "x",
        size: 28,
        space: 90,
        incrs: CLOCK_STEPS,
        values: (chart, values, i, space, step) => values.map((value) => secondsText(value, step)),
    });
}

/* The nearest time with these decimals: a tick's own may be off by a little. */
function tickText(capture, seconds, decimals) {
    return clockText(capture.startNs + seconds * 1e9 + 0.5 * 10 ** (9 - decimals), decimals);
}

/* Local time of day, with ticks at round times. */
function clockAxis(capture) {
    const zone = new Date(capture.startNs / 1e6).getTimezoneOffset() * 60;
    const start = (capture.startNs / 1e9 - zone) % 86400;
    return axis({
        scale: "x",
        side: 0,
        size: 26,
        space: 110,
        grid: {show: false},
        incrs: CLOCK_STEPS,
        splits: (chart, i, from, to, step) => {
            const ticks = [];
            for (let n = Math.ceil((start + from) / step); n * step <= start + to; n++)
                ticks.push(n * step - start);
            return ticks;
        },
        values: (chart, values, i, space, step) =>
            values.map((value) => tickText(capture, value, decimalsOf(step))),
    });
}

/* ---- series ---- */

/* A line of the legend and of the chart. `label` may be hostile: it goes in as text. */
function line(label, stroke, text, more) {
    return {
        label: element("span", {}, label),
        name: label,
        stroke,
        width: 1.5,
        scale: "y",
        points: {size: 4, fill: stroke},
        value: (chart, value) => (value === null || value === undefined ? NONE : text(value)),
        ...more,
    };
}

/* An entry of the legend for what hooks draw. */
function drawnSeries(label, stroke, more) {
    return line(label, stroke, () => "", {
        paths: () => null,
        points: {show: false},
        class: "drawn",
        auto: false,
        ...more,
    });
}

const isShown = (chart, name) => chart.series.some((series) => series.name === name && series.show);

/* Tables of [x, y...] as one: what a table lacks at another's x is no gap. */
function joined(tables) {
    return tables.length === 1 ? tables[0] : uPlot.join(tables);
}

/* ---- charts ---- */

/* The rows of a legend are buttons for the keyboard, too. */
function prepareLegend(chart, legend) {
    legend.querySelectorAll(".u-series").forEach((row, i) => {
        const head = row.querySelector("th");
        if (i === 0 || !head) return;
        const press = () => head.setAttribute("aria-pressed", String(chart.series[i].show));
        head.setAttribute("role", "button");
        head.setAttribute("tabindex", "0");
        head.setAttribute("title", "Show or hide");
        head.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            head.click();
        });
        head.addEventListener("click", () => setTimeout(press));
        press();
    });
}

/* What was hidden in a chart of this title stays hidden when it is drawn again. */
const hiddenSeries = new Map();

function rememberHidden(title, series) {
    const hidden = hiddenSeries.get(title) || new Map();
    hiddenSeries.set(title, hidden);
    for (const one of series.slice(1)) if (hidden.has(one.name)) one.show = hidden.get(one.name);
    return (chart, i) => {
        if (i !== null && chart.series[i].name)
            hidden.set(chart.series[i].name, chart.series[i].show);
    };
}

function widthOf(host) {
    return Math.max(240, Math.floor(host.getBoundingClientRect().width));
}

/* Draws a chart into a figure of its own in `host`. `options` are uPlot's, with `title`, `note`, and
 * `hover(chart, left, top)`, which returns lines of text or null. */
function drawChart(host, options, data) {
    const {title, note, hover, ...more} = options;
    const legend = element("div", {class: "legend"});
    const plot = element("div", {
        class: "plot",
        role: "img",
        "aria-label": note ? `${title}. ${note}` : title,
    });
    const figure = element(
        "figure",
        {class: "chart"},
        element(
            "figcaption",
            {},
            element("h3", {}, title),
            note ? element("span", {class: "note"}, note) : null,
            legend,
        ),
        plot,
    );
    host.append(figure);
    const hooks = {...more.hooks, setSeries: [rememberHidden(title, more.series)]};
    const chart = new uPlot(
        {
            padding: [8, 34, 0, 0],
            ...more,
            title: undefined,
            hooks,
            width: widthOf(plot),
            legend: {mount: (self, made) => legend.append(made)},
        },
        data,
        plot,
    );
    prepareLegend(chart, legend);
    if (hover) followPointer(chart, hover);
    return {
        chart,
        figure,
        plot,
        destroy: () => chart.destroy(),
        resize: () => chart.setSize({width: widthOf(plot), height: chart.height}),
    };
}

function followPointer(chart, hover) {
    chart.over.addEventListener("mousemove", (event) => {
        const box = chart.over.getBoundingClientRect();
        const lines = hover(chart, event.clientX - box.left, event.clientY - box.top);
        if (lines) showTooltip(lines, event.clientX, event.clientY);
        else hideTooltip();
    });
    chart.over.addEventListener("mouseleave", hideTooltip);
}

/* ---- one range of time for all charts of a group ---- */

function timeGroup(full, changed) {
    const group = {full, range: full, charts: []};
    group.zoom = (from, to) => {
        const span = Math.min(Math.max(to - from, 1e-6), full[1] - full[0]);
        const start = Math.max(full[0], Math.min(from, full[1] - span));
        group.range = [start, start + span];
        group.charts.forEach(({chart}) => chart.setScale("x", {min: start, max: start + span}));
        changed(group);
    };
    group.reset = () => group.zoom(...full);
    group.scale = (factor) => {
        const middle = (group.range[0] + group.range[1]) / 2,
            half = ((group.range[1] - group.range[0]) / 2) * factor;
        group.zoom(middle - half, middle + half);
    };
    group.move = (share) => {
        const step = (group.range[1] - group.range[0]) * share;
        group.zoom(group.range[0] + step, group.range[1] + step);
    };
    return group;
}

/* uPlot tells of a range that a drag has chosen; the others get the same, to the bit. */
function followZoom(group, chart, plotFigure) {
    const {min, max} = chart.scales.x;
    plotFigure.dataset.from = min;
    plotFigure.dataset.to = max;
    if (min !== group.range[0] || max !== group.range[1]) group.zoom(min, max);
}

/* The last value before the pointer that is the series' own, not another capture's. */
function stepIndex(chart, i, nearest, x) {
    let at = nearest;
    while (at > 0 && (chart.data[0][at] > x || chart.data[i][at] === undefined)) at--;
    return at;
}

/* Of a `stepped` line the pointer means the step that it is on, else the nearest point. */
function timeOptions(group, cursorMoved, stepped) {
    return {
        cursor: {
            sync: {key: "time", setSeries: false, scales: ["x", null]},
            drag: {x: true, y: false, dist: 4},
            bind: {dblclick: () => () => (group.reset(), null)},
            y: false,
            points: {size: 6},
            ...(stepped ? {dataIdx: stepIndex} : {}),
        },
        scales: {
            x: {
                time: false,
                range: (chart, from, to) => [
                    Math.max(from, group.full[0]),
                    Math.min(to, group.full[1]),
                ],
                min: group.range[0],
                max: group.range[1],
            },
        },
        hooks: {
            setCursor: [
                (chart) =>
                    cursorMoved(
                        chart.cursor.left >= 0 ? chart.posToVal(chart.cursor.left, "x") : null,
                    ),
            ],
        },
    };
}
