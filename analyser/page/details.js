// SPDX-License-Identifier: GPL-2.0-or-later
// What a row of a table unfolds to.

const AOE_ERRORS = {
    1: "unrecognized command",
    2: "bad argument",
    3: "device unavailable",
    4: "config string present",
    5: "unsupported version",
    6: "target is reserved",
};

function latencyFact(name, latency) {
    if (!latency || !latency.count) return null;
    const parts = [
        ["p50", "p50_ns"],
        ["p99", "p99_ns"],
        ["p99.9", "p99_9_ns"],
        ["max", "max_ns"],
    ];
    return [name, parts.map(([label, id]) => `${label} ${timeText(latency[id])}`).join(", ")];
}

function errorFact(errors) {
    const aoe = Object.entries(errors.aoe)
        .filter(([, count]) => count)
        .map(
            ([code, count]) =>
                `${countText(count)} \u00d7 AoE error ${code}${AOE_ERRORS[code] ? ` (${AOE_ERRORS[code]})` : ""}`,
        );
    const bits = Object.entries(errors.ata_bits || {})
        .filter(([, count]) => count)
        .map(([bit, count]) => `${bit} ${countText(count)}`)
        .join(", ");
    const ata = errors.ata
        ? [`${countText(errors.ata)} \u00d7 ATA error${bits ? ` (${bits})` : ""}`]
        : [];
    return ["Errors", [...aoe, ...ata].join("; ") || "none"];
}

function responsesFact(m) {
    const kinds = [
        ["duplicate", m.duplicate],
        ["late", m.late],
        ["unsolicited", m.unsolicited],
        ["to broadcasts", m.answers_to_broadcast],
    ];
    return [
        "Responses",
        [
            countText(m.responses),
            ...kinds
                .filter(([, count]) => count)
                .map(([name, count]) => `${countText(count)} ${name}`),
        ].join(", "),
    ];
}

function repeatsFact({repeats}) {
    const frames = repeats.same_tag + repeats.new_tag;
    return [
        "Repeats",
        frames
            ? `${countText(repeats.same_tag)} with the same tag, ${countText(repeats.new_tag)} with a new one, ` +
              `${countText(repeats.spurious)} not needed, of ${countText(repeats.commands)} commands`
            : "none",
    ];
}

function targetFacts(m) {
    if (!m.macs) return [];
    const advertised = m.advertised;
    return [
        ["Answers from", m.macs.join(", ") || NONE],
        [
            "Advertised",
            advertised
                ? `buffer count ${advertised.buffer_count}, sector count ${advertised.sector_count}, ` +
                  `firmware 0x${advertised.firmware.toString(16).padStart(4, "0")}`
                : "nothing in this capture",
        ],
        isNumber(m.over_buffer_count_ns)
            ? ["Over the buffer count", timeText(m.over_buffer_count_ns)]
            : null,
        isNumber(m.over_sector_count)
            ? ["Over the sector count", `${countText(m.over_sector_count)} commands`]
            : null,
    ];
}

function detailFacts(m) {
    return facts([
        ...targetFacts(m),
        [
            "Commands",
            `${countText(m.commands)}: ${countText(m.answered)} answered, ${countText(m.unanswered)} unanswered` +
                `${m.unanswered_once ? ` (${countText(m.unanswered_once)} never repeated)` : ""}, ${countText(m.open)} open`,
        ],
        responsesFact(m),
        repeatsFact(m),
        [
            "Lost",
            `${countText(m.lost)} of ${countText(m.requests)} requests (${shareText(m.loss_ratio)})`,
        ],
        errorFact(m.errors),
        latencyFact("Command latency", m.command_latency),
        latencyFact("Frame round trip", m.frame_round_trip),
        latencyFact("Timer, first repeat", m.first_repeat),
        latencyFact("Timer, later repeats", m.later_repeat),
        latencyFact("Think time", m.think_time),
        m.outstanding
            ? [
                  "Outstanding",
                  `at most ${countText(m.outstanding.max)}, ${digitsText(m.outstanding.mean || 0)} on average`,
              ]
            : null,
        [
            "Largest frame",
            isNumber(m.largest_frame)
                ? `${countText(m.largest_frame)} bytes after the Ethernet header`
                : NONE,
        ],
    ]);
}

/* ---- distributions ---- */

const distanceText = (sectors) => bytesText(sectors * 512);

function seekPairs(seeks) {
    const far = (list, arrow) =>
        list.map(([sectors, count]) => [`${arrow} ${distanceText(sectors)} or more`, count]);
    return [
        ["sequential", seeks.sequential],
        ...far(seeks.forward, "forward"),
        ...far(seeks.backward, "backward"),
    ];
}

function levelTable(outstanding) {
    const total = outstanding.levels.reduce((all, [, ns]) => all + ns, 0);
    const rows = outstanding.levels.map(([commands, ns]) =>
        element(
            "tr",
            {},
            element("th", {scope: "row"}, countText(commands)),
            element("td", {class: "number"}, timeText(ns)),
            element("td", {class: "number"}, shareText(total ? ns / total : null)),
        ),
    );
    return element(
        "table",
        {class: "small"},
        element("caption", {}, "Outstanding, for how long"),
        element("tbody", {}, rows),
    );
}

function distributions(m) {
    const tables = [];
    if (m.sectors && m.sectors.length)
        tables.push(
            barTable(
                "Sizes of reads and writes",
                m.sectors.map(([sectors, count]) => [
                    `${countText(sectors)} sectors (${bytesText(sectors * 512)})`,
                    count,
                ]),
            ),
        );
    if (m.alignment && m.alignment.length)
        tables.push(
            barTable(
                "Alignment",
                m.alignment.map(([bytes, count]) => [bytesText(bytes), count]),
            ),
        );
    if (m.seeks && (m.seeks.sequential || m.seeks.forward.length || m.seeks.backward.length))
        tables.push(barTable("Seeks", seekPairs(m.seeks)));
    if (m.outstanding && m.outstanding.levels.length) tables.push(levelTable(m.outstanding));
    return element("div", {class: "distributions"}, tables);
}

/* ---- the whole ---- */

const OPERATION_COLUMNS = [
    "commands",
    "read",
    "write",
    "iops",
    "p50",
    "p99",
    "p999",
    "max",
    "repeats",
    "loss",
    "errors",
];

function operationTable(capture, operations) {
    const ids = OPERATION_COLUMNS.map((id) => FIGURES[id]);
    const rows = operations.map((m) =>
        element(
            "tr",
            {},
            element("th", {scope: "row"}, m.operation),
            ids.map((figure) =>
                element("td", {class: "number"}, figure.text(figure.of(m, capture))),
            ),
        ),
    );
    return element(
        "table",
        {},
        element("caption", {}, "By operation"),
        element(
            "thead",
            {},
            element(
                "tr",
                {},
                element("th", {scope: "col"}, "Operation"),
                ids.map((figure) =>
                    element(
                        "th",
                        {scope: "col", class: "number", title: figure.title},
                        figure.label,
                    ),
                ),
            ),
        ),
        element("tbody", {}, rows),
    );
}

function sideDetails(capture, measures) {
    const head = capture.letter ? element("h4", {}, `${capture.letter}: ${capture.name}`) : null;
    if (!measures)
        return element("div", {}, head, element("p", {class: "nothing"}, "Not in this capture."));
    return element(
        "div",
        {},
        head,
        measures.operations && measures.operations.length
            ? operationTable(capture, measures.operations)
            : null,
        detailFacts(measures),
        distributions(measures),
    );
}

function rowDetails(captures, row) {
    return element(
        "div",
        {class: "details"},
        row.sides.map((measures, i) => sideDetails(captures[i], measures)),
    );
}
