// SPDX-License-Identifier: GPL-2.0-or-later
// The charts on one axis of time.

/* Each capture's bins of the target, and the lines that are made of them: through the middles of bins, or
 * `stepped` from edge to edge. */
function linesOver(captures, target, kinds, stepped) {
    const tables = [],
        series = [];
    for (const capture of captures) {
        const bins = binsOf(capture, target);
        if (!bins) continue;
        const columns = kinds.map((kind) => bins.map((column) => kind.of(column, bins.seconds)));
        tables.push(
            stepped
                ? [bins.edges, ...columns.map((column) => [...column, column[column.length - 1]])]
                : [bins.middles, ...columns],
        );
        for (const kind of kinds)
            series.push(
                line(
                    capture.label(kind.label),
                    captureColour(capture, kind.colour),
                    kind.text,
                    kind.more ? kind.more(capture) : {},
                ),
            );
    }
    const data = tables.length ? joined(tables) : [[0], ...series.map(() => [null])];
    return {data, series: [{}, ...series]};
}

/* From 0 to a little over the greatest that is seen. */
const fromZero = (chart, min, max) => [0, max > 0 ? max * 1.1 : 1];

function filled(kind) {
    return (capture) => ({
        fill: `color-mix(in srgb, ${captureColour(capture, kind)} 14%, transparent)`,
    });
}

function steps(kind) {
    return (capture) => ({
        paths: uPlot.paths.stepped({align: 1}),
        points: {show: false},
        ...filled(kind)(capture),
    });
}

const rate = (name) => (column, seconds) => column(name) / seconds;
const plain = (name) => (column) => column(name);

/* ---- the charts ---- */

/* All where points are shown, else those that have no line to a neighbour. */
function isolatedPoints(chart, i, show) {
    if (show) return null;
    const values = chart.data[i];
    const known = [...values.keys()].filter((at) => values[at] !== undefined);
    const none = (at) => at === undefined || values[at] === null;
    return known.filter((at, k) => !none(at) && none(known[k - 1]) && none(known[k + 1]));
}

const RESPONSE_LINES = [
    {
        label: "mean",
        colour: "mean",
        text: timeText,
        of: (column) => (column("answers") ? column("latency_sum_ns") / column("answers") : null),
        more: () => ({width: 2, points: {size: 4, filter: isolatedPoints}}),
    },
    {
        label: "greatest",
        colour: "greatest",
        text: timeText,
        of: (column) => (column("answers") ? column("latency_max_ns") : null),
        more: () => ({width: 1, dash: [4, 3], show: false}),
    },
];

function responseHooks(maps, dots) {
    return {
        drawAxes: [
            (chart) =>
                maps.forEach(
                    (map) =>
                        isShown(chart, map.capture.label("commands")) &&
                        drawMap(chart, map, captureColour(map.capture, "heat")),
                ),
        ],
        draw: [
            (chart) =>
                dots.forEach(
                    ({capture, list}) =>
                        isShown(chart, capture.label("slowest")) &&
                        drawDots(chart, list, captureColour(capture, "dot")),
                ),
        ],
    };
}

function responseHover(maps, dots) {
    return (chart, left, top) => {
        const seen = dots.flatMap(({capture, list}) =>
            isShown(chart, capture.label("slowest")) ? list : [],
        );
        const dot = nearestDot(chart, seen, left, top);
        if (dot) return dotLines(dot);
        const x = chart.posToVal(left, "x"),
            y = chart.posToVal(top, "y");
        const lines = maps.flatMap((map) => heatLines(map, x, y));
        return lines.length ? lines : null;
    };
}

function responseChart(captures, target) {
    const {data, series} = linesOver(captures, target, RESPONSE_LINES);
    const full = captures.filter((capture) => !capture.empty);
    const maps = full.map(heatMap),
        dots = full.map((capture) => ({capture, list: dotsOf(capture, target)}));
    const range = latencyRange(maps);
    const drawn = full.flatMap((capture) => [
        drawnSeries(capture.label("commands"), captureColour(capture, "heat"), {
            fill: captureColour(capture, "heat"),
        }),
        drawnSeries(capture.label("slowest"), captureColour(capture, "dot"), {
            fill: captureColour(capture, "dot"),
        }),
    ]);
    return {
        title: "Response time",
        height: 300,
        note: `Command latency; stronger colour: more commands; dots: the slowest${
            target ? `. The map is of all targets, ` + `lines and dots are of ${target}` : ""
        }`,
        data: [...data, ...drawn.map(() => data[0].map(() => null))],
        series: [...series, ...drawn],
        scales: {y: {distr: 3, log: 10, range: () => range}},
        axes: [latencyYAxis()],
        hooks: responseHooks(maps, dots),
        hover: responseHover(maps, dots),
        clock: true,
    };
}

/* `axes` makes them anew: colours may have changed. */
function linesChart(title, height, kinds, axes, stepped) {
    return (captures, target) => ({
        title,
        height,
        ...linesOver(captures, target, kinds, stepped),
        scales: {y: {range: fromZero}},
        axes: axes(),
        stepped,
    });
}

function positionHooks(maps) {
    return {
        drawAxes: [
            (chart) =>
                maps.forEach(
                    (map) =>
                        isShown(chart, map.capture.label(`${map.kind}s`)) &&
                        drawMap(chart, map, captureColour(map.capture, map.kind)),
                ),
        ],
    };
}

function positionChart(captures) {
    const full = captures.filter((capture) => !capture.empty);
    const maps = full.flatMap(positionMaps);
    const ends = maps.flatMap((map) => map.cells.map(([, row]) => map.rowFrom(row + 1)));
    const end = ends.reduce((greatest, value) => Math.max(greatest, value), 512);
    const series = maps.map((map) =>
        drawnSeries(map.capture.label(`${map.kind}s`), captureColour(map.capture, map.kind), {
            fill: captureColour(map.capture, map.kind),
        }),
    );
    const shown = (chart) =>
        maps.filter((map) => isShown(chart, map.capture.label(`${map.kind}s`)));
    return {
        title: "Position on the disk",
        height: 220,
        note: "First sectors of reads and writes, all targets",
        data: [timeRange(captures), ...series.map(() => [null, null])],
        series: [{}, ...series],
        scales: {y: {range: () => [0, end * 1.03]}},
        axes: [yAxis("position", bytesText, {incrs: BINARY_STEPS})],
        hooks: positionHooks(maps),
        hover: (chart, left, top) =>
            positionLines(shown(chart), chart.posToVal(left, "x"), chart.posToVal(top, "y")),
    };
}

const TIME_CHARTS = [
    responseChart,
    linesChart(
        "Outstanding commands",
        160,
        [
            {
                label: "outstanding at most",
                colour: "line",
                text: countText,
                of: plain("outstanding_max"),
                more: steps("line"),
            },
        ],
        () => [yAxis("commands", countText, {incrs: WHOLE_STEPS})],
        true,
    ),
    positionChart,
    linesChart(
        "Throughput",
        180,
        [
            {
                label: "read",
                colour: "read",
                text: rateText,
                of: rate("read_bytes"),
                more: filled("read"),
            },
            {
                label: "write",
                colour: "write",
                text: rateText,
                of: rate("written_bytes"),
                more: filled("write"),
            },
        ],
        () => [yAxis("bytes per second", rateText, {incrs: BINARY_STEPS})],
    ),
    linesChart(
        "IOPS",
        160,
        [
            {
                label: "answers/s",
                colour: "line",
                text: frequencyText,
                of: rate("answers"),
                more: filled("line"),
            },
        ],
        () => [yAxis("answers per second", frequencyText, {incrs: WHOLE_STEPS})],
    ),
    linesChart(
        "Repeats and errors",
        150,
        [
            {
                label: "repeats",
                colour: "repeat",
                text: countText,
                of: plain("repeats"),
                more: steps("repeat"),
            },
            {
                label: "errors",
                colour: "error",
                text: countText,
                of: plain("errors"),
                more: steps("error"),
            },
        ],
        () => [yAxis("per bin", countText, {incrs: WHOLE_STEPS})],
        true,
    ),
];

function mergedHooks(...all) {
    const merged = {};
    for (const hooks of all)
        for (const [name, list] of Object.entries(hooks || {}))
            merged[name] = [...(merged[name] || []), ...list];
    return merged;
}

function drawTimeChart(host, group, captures, made, cursorMoved) {
    const {clock, axes, scales, data, stepped, ...more} = made;
    const common = timeOptions(group, cursorMoved, stepped);
    const times =
        clock && captures.length === 1
            ? [secondsAxis(), ...axes, clockAxis(captures[0])]
            : [secondsAxis(), ...axes];
    const drawn = drawChart(
        host,
        {
            ...common,
            ...more,
            axes: times,
            scales: {...common.scales, ...scales},
            hooks: mergedHooks(common.hooks, more.hooks, {
                setScale: [
                    (chart, key) =>
                        key === "x" && followZoom(group, chart, drawn ? drawn.figure : host),
                ],
            }),
        },
        data,
    );
    group.charts.push(drawn);
}

/* ---- the section ---- */

function rangeText(captures, [from, to]) {
    const step = (to - from) / 1000;
    const text = `${secondsText(from, step)} to ${secondsText(to, step)} (${timeText((to - from) * 1e9)})`;
    if (captures.length > 1) return `${text}, each from its own start`;
    const clock = (seconds) =>
        clockText(captures[0].startNs + seconds * 1e9, Math.min(6, decimalsOf(step)));
    return `${text}, ${clock(from)} to ${clock(to)} local time`;
}

function cursorText(captures, seconds) {
    if (seconds === null) return "";
    const local =
        captures.length > 1 ? "" : `, ${clockText(captures[0].startNs + seconds * 1e9, 6)}`;
    return `at ${seconds.toFixed(6)} s${local}`;
}

function timeControls(group, range, cursor, choice) {
    return element(
        "div",
        {class: "controls"},
        choice,
        element(
            "span",
            {class: "buttons"},
            button("\u2190", "Earlier", () => group.move(-0.25)),
            button("\u2192", "Later", () => group.move(0.25)),
            button("+", "Zoom in", () => group.scale(0.5)),
            button("\u2212", "Zoom out", () => group.scale(2)),
            button("All", "Show the whole capture", () => group.reset()),
        ),
        cursor,
        range,
    );
}

/* The section, and `redraw` for colours and widths that have changed. */
function timelineSection(captures) {
    const range = element("output", {class: "range", "aria-live": "polite"}),
        cursor = element("span", {class: "cursor"});
    const host = element("div", {class: "charts"});
    let target = "";
    const group = timeGroup(
        timeRange(captures),
        () => (range.textContent = rangeText(captures, group.range)),
    );
    const moved = (seconds) => (cursor.textContent = cursorText(captures, seconds));
    const redraw = () => {
        group.charts.splice(0).forEach((drawn) => drawn.destroy());
        host.replaceChildren();
        TIME_CHARTS.forEach((make) =>
            drawTimeChart(host, group, captures, make(captures, target), moved),
        );
        group.zoom(...group.range);
    };
    const targets = targetsOf(captures);
    const choice = selector(
        "Target",
        [["", "all targets"], ...targets.map((name) => [name, name])],
        target,
        (chosen) => ((target = chosen), redraw()),
    );
    const hint =
        "Drag in a chart to zoom all of them, double-click for the whole again; click a name in a legend to show or hide it.";
    return {
        element: section(
            "time",
            "Over time",
            element("p", {class: "hint"}, hint),
            timeControls(group, range, cursor, choice),
            host,
        ),
        redraw,
        resize: () => group.charts.forEach((drawn) => drawn.resize()),
    };
}
