// SPDX-License-Identifier: GPL-2.0-or-later
// What is drawn below and above the lines of a chart: heat maps, and the slowest commands as dots.

const DOT_RADIUS = 3.5,
    DOT_REACH = 9;
const FEW_CELLS = 2000;

/* Draws within the plot only, and `margin` CSS pixels around it. */
function withinPlot(chart, margin, draw) {
    const {ctx, bbox} = chart;
    const more = margin * uPlot.pxRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left - more, bbox.top - more, bbox.width + 2 * more, bbox.height + 2 * more);
    ctx.clip();
    draw(ctx);
    ctx.restore();
}

/* Few are faint, but seen; many are full. */
function strength(count, most) {
    return most <= 1 ? 1 : 0.18 + (0.82 * Math.log(count)) / Math.log(most);
}

/* Cells of a map over time. `cells` are [bin, row, count], `rowFrom(i)` the value where row i begins;
 * `look` answers what is in the cell at a place. */
function makeMap(capture, map, cells, rowFrom) {
    const most = cells.reduce((greatest, cell) => Math.max(greatest, cell[2]), 0);
    const counts = new Map(cells.map(([bin, row, count]) => [`${bin} ${row}`, count]));
    return {
        capture,
        map,
        cells,
        rowFrom,
        most,
        start: (bin) => binStart(capture, map, bin),
        look: (bin, row) => counts.get(`${bin} ${row}`) || 0,
    };
}

/* Few cells have a size that is seen however small they are. */
function drawMap(chart, map, fill) {
    const {min, max} = chart.scales.x;
    const width = map.map.bin_ns / 1e9;
    const least = (map.cells.length < FEW_CELLS ? 3 : 1) * uPlot.pxRatio;
    const edges = new Map();
    const edge = (row) => {
        if (!edges.has(row)) edges.set(row, chart.valToPos(map.rowFrom(row), "y", true));
        return edges.get(row);
    };
    withinPlot(chart, 0, (ctx) => {
        ctx.fillStyle = fill;
        for (const [bin, row, count] of map.cells) {
            const from = map.start(bin);
            if (from + width < min || from > max) continue;
            const left = Math.floor(chart.valToPos(from, "x", true));
            const right = Math.ceil(chart.valToPos(from + width, "x", true));
            const top = Math.floor(edge(row + 1));
            const bottom = Math.ceil(edge(row));
            ctx.globalAlpha = strength(count, map.most);
            ctx.fillRect(left, top, Math.max(least, right - left), Math.max(least, bottom - top));
        }
    });
}

function binAt(map, seconds) {
    return Math.floor((seconds * 1e9 + map.capture.startNs - map.map.first_ns) / map.map.bin_ns);
}

/* ---- response times ---- */

/* The first row begins at 0, which has no place on an axis of logarithms. */
function heatMap(capture) {
    const heat = capture.result.heat;
    const from = heat.rows_from_ns;
    const last = from.length - 1;
    const rowFrom = (i) => (i > last ? from[last] * 2 ** 0.25 : from[i] || from[1] / 2);
    return makeMap(capture, heat, heat.cells, rowFrom);
}

/* Lowest and highest latency that is drawn, with room for dots at the edges. */
function latencyRange(maps) {
    const rows = maps.flatMap((map) =>
        map.cells.map(([, row]) => [map.rowFrom(row), map.rowFrom(row + 1)]),
    );
    if (!rows.length) return [1e3, 1e9];
    const low = rows.reduce((least, [from]) => Math.min(least, from), Infinity);
    const high = rows.reduce((most, [, to]) => Math.max(most, to), 0);
    return [low / 1.3, high * 1.3];
}

function heatLines(map, seconds, latency) {
    const bin = binAt(map, seconds),
        from = map.map.rows_from_ns;
    const row = from.findIndex((value, i) => latency >= value && latency < map.rowFrom(i + 1));
    const count = row < 0 ? 0 : map.look(bin, row);
    if (!count) return [];
    return [
        map.capture.label(
            `${countText(count)} command${count === 1 ? "" : "s"} of ` +
                `${timeText(from[row])} to ${timeText(map.rowFrom(row + 1))}`,
        ),
    ];
}

/* ---- dots ---- */

function dotsOf(capture, target) {
    return capture.result.slowest
        .filter((command) => !target || targetText(command) === target)
        .map((command) => ({
            capture,
            command,
            x: secondsOf(capture, command.time_ns),
            y: command.command_latency_ns,
        }));
}

function drawDots(chart, dots, fill) {
    const size = DOT_RADIUS * uPlot.pxRatio;
    const {min, max} = chart.scales.x;
    withinPlot(chart, DOT_RADIUS + 1, (ctx) => {
        ctx.fillStyle = fill;
        ctx.strokeStyle = colour("page");
        ctx.lineWidth = uPlot.pxRatio;
        for (const {x, y} of dots.filter((dot) => dot.x >= min && dot.x <= max)) {
            ctx.beginPath();
            ctx.arc(
                chart.valToPos(x, "x", true),
                chart.valToPos(y, "y", true),
                size,
                0,
                2 * Math.PI,
            );
            ctx.fill();
            ctx.stroke();
        }
    });
}

function nearestDot(chart, dots, left, top) {
    let nearest = null,
        least = DOT_REACH;
    for (const dot of dots) {
        const distance = Math.hypot(
            chart.valToPos(dot.x, "x") - left,
            chart.valToPos(dot.y, "y") - top,
        );
        if (distance <= least) [nearest, least] = [dot, distance];
    }
    return nearest;
}

function dotLines({capture, command, x}) {
    const place =
        command.lba === null ? "" : `, LBA ${command.lba}, ${countText(command.sectors)} sectors`;
    const repeats = command.repeats
        ? `, ${countText(command.repeats)} repeat${command.repeats === 1 ? "" : "s"}`
        : "";
    return [
        capture.label(`${targetText(command)}: ${command.operation}${place}`),
        `from ${command.initiator}`,
        `${timeText(command.command_latency_ns)} (frame round trip ${timeText(command.frame_round_trip_ns)})${repeats}`,
        `at ${x.toFixed(6)} s, ${clockText(command.time_ns, 6)}`,
        `request: ${frameText(capture, command.first_frame)}`,
        `answer: ${frameText(capture, command.answer_frame)}`,
    ];
}

/* ---- positions ---- */

function positionMaps(capture) {
    const positions = capture.result.positions;
    const rowFrom = (i) => i * positions.row_sectors * 512;
    return ["read", "write"].map((kind, i) => {
        const cells = positions.cells
            .map((cell) => [cell[0], cell[1], cell[2 + i]])
            .filter((cell) => cell[2]);
        return {kind, ...makeMap(capture, positions, cells, rowFrom)};
    });
}

function positionLines(maps, seconds, bytes) {
    const lines = maps
        .map((map) => {
            const row = Math.floor(bytes / 512 / map.map.row_sectors);
            const count = map.look(binAt(map, seconds), row);
            return count
                ? [
                      map.capture.label(`${countText(count)} ${map.kind}${count === 1 ? "" : "s"}`),
                      row,
                      map,
                  ]
                : null;
        })
        .filter(Boolean);
    if (!lines.length) return null;
    const [, row, map] = lines[0],
        sectors = map.map.row_sectors;
    return [
        ...lines.map(([text]) => text),
        `LBA ${row * sectors} to ${(row + 1) * sectors - 1}`,
        `${bytesText(map.rowFrom(row))} to ${bytesText(map.rowFrom(row + 1))}`,
    ];
}
