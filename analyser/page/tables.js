// SPDX-License-Identifier: GPL-2.0-or-later
// Tables per target, initiator, pair and operation; the slowest commands; findings.

const TABLE_COLUMNS = [
    "commands",
    "read",
    "write",
    "iops",
    "p50",
    "p99",
    "p999",
    "max",
    "outstanding",
    "repeats",
    "loss",
    "errors",
];

/* Both captures' values, and their ratio. */
function bothValues(captures, figure, values) {
    const ratio = ratioOf(values);
    return element(
        "span",
        {class: "both"},
        values.map((value, i) =>
            element(
                "span",
                {class: `letter-${captures[i].letter}`, title: captures[i].letter},
                figure.text(value),
            ),
        ),
        ratio === null ? null : ratioElement(ratio, figure),
    );
}

/* Two captures are sorted by the second. */
function figureColumn(captures, id) {
    const figure = FIGURES[id],
        last = captures.length - 1;
    const values = (row) => figureValues(captures, figure, row.sides);
    return {
        label: figure.label,
        title: figure.title,
        value: (row) => values(row)[last],
        text: (row) =>
            last ? bothValues(captures, figure, values(row)) : figure.text(values(row)[0]),
    };
}

const TABLES = [
    ["targets", "Targets", "Target", targetText, []],
    ["initiators", "Initiators", "Initiator", (one) => one.initiator, []],
    ["pairs", "Pairs", "Pair", pairText, []],
    ["operations", "Operations", "Operation", (one) => one.operation, ["outstanding"]],
];

function measureTable(captures, [list, caption, head, nameOf, without]) {
    const rows = alongside(captures, list, nameOf);
    if (!rows.length) return null;
    const columns = [
        {label: head, value: (row) => row.name},
        ...TABLE_COLUMNS.filter((id) => !without.includes(id)).map((id) =>
            figureColumn(captures, id),
        ),
    ];
    const order = captures.length > 1 ? "; each cell has A, B and B / A; sorted by B" : "";
    return sortableTable(`${caption} (${rows.length})${order}`, columns, rows, (row) =>
        rowDetails(captures, row),
    );
}

function tablesSection(captures) {
    return section(
        "tables",
        "Tables",
        element(
            "p",
            {class: "hint"},
            "Click a head to sort, a name to unfold its operations and details. Latencies are command latencies.",
        ),
        TABLES.map((table) => measureTable(captures, table)),
    );
}

/* ---- the slowest commands ---- */

const SLOWEST_COLUMNS = [
    {label: "Target", value: ({command}) => targetText(command), words: true},
    {label: "Initiator", value: ({command}) => command.initiator, words: true},
    {label: "Operation", value: ({command}) => command.operation, words: true},
    {label: "LBA", value: ({command}) => command.lba},
    {label: "Sectors", value: ({command}) => command.sectors},
    {
        label: "At",
        title: "Seconds from the start of the capture",
        value: ({capture, command}) => secondsOf(capture, command.time_ns),
        text: ({capture, command}) => `${secondsOf(capture, command.time_ns).toFixed(6)} s`,
    },
    {
        label: "Latency",
        value: ({command}) => command.command_latency_ns,
        text: ({command}) => timeText(command.command_latency_ns),
    },
    {
        label: "Round trip",
        value: ({command}) => command.frame_round_trip_ns,
        text: ({command}) => timeText(command.frame_round_trip_ns),
    },
    {label: "Repeats", value: ({command}) => command.repeats},
    {
        label: "Request",
        value: ({command}) => command.first_frame,
        words: true,
        text: ({capture, command}) => frameText(capture, command.first_frame),
    },
    {
        label: "Answer",
        value: ({command}) => command.answer_frame,
        words: true,
        text: ({capture, command}) => frameText(capture, command.answer_frame),
    },
];

function slowestSection(captures) {
    const rows = captures.flatMap((capture) =>
        capture.result.slowest.map((command) => ({capture, command})),
    );
    if (!rows.length) return null;
    rows.sort((a, b) => b.command.command_latency_ns - a.command.command_latency_ns);
    const letter = {label: "Capture", value: ({capture}) => capture.letter, words: true};
    const rank = {label: "#", value: ({place}) => place};
    const columns = [rank, ...(captures.length > 1 ? [letter] : []), ...SLOWEST_COLUMNS];
    return section(
        "slowest",
        "Slowest commands",
        element(
            "details",
            {},
            element("summary", {}, `The ${rows.length} slowest`),
            sortableTable(
                "Slowest commands",
                columns,
                rows.map((row, i) => ({...row, place: i + 1})),
            ),
        ),
    );
}

/* ---- findings ---- */

const VERDICT_ORDER = ["fail", "fixed", "advice", "known"];

function valueText(value) {
    return value === null || value === undefined
        ? NONE
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value);
}

function findingFrames({capture, finding}) {
    const head = ["Frame", "Target", "Initiator", "Field", "Bytes", "Expected", "Actual"];
    const rows = finding.first.map((one) => [
        frameText(capture, one.frame),
        one.target ? targetText(one) : NONE,
        valueText(one.initiator),
        valueText(one.field),
        isNumber(one.byte)
            ? one.bytes > 1
                ? `${one.byte} to ${one.byte + one.bytes - 1}`
                : String(one.byte)
            : NONE,
        valueText(one.expected),
        valueText(one.actual),
    ]);
    return element(
        "div",
        {class: "details"},
        element(
            "table",
            {},
            element("caption", {}, `The first ${rows.length} of ${countText(finding.count)}`),
            element(
                "thead",
                {},
                element(
                    "tr",
                    {},
                    head.map((text) => element("th", {scope: "col"}, text)),
                ),
            ),
            element(
                "tbody",
                {},
                rows.map((row) =>
                    element(
                        "tr",
                        {},
                        row.map((text) => element("td", {}, text)),
                    ),
                ),
            ),
        ),
    );
}

function findingColumns(captures) {
    return [
        {label: "Clause", value: ({finding}) => finding.clause},
        ...(captures.length > 1
            ? [{label: "Capture", value: ({capture}) => capture.letter, words: true}]
            : []),
        {
            label: "Verdict",
            value: ({finding}) => VERDICT_ORDER.indexOf(finding.verdict),
            words: true,
            text: ({finding}) =>
                element(
                    "span",
                    {
                        class: `verdict ${VERDICT_ORDER.includes(finding.verdict) ? finding.verdict : ""}`,
                    },
                    finding.verdict,
                ),
        },
        {label: "Level", value: ({finding}) => finding.level, words: true},
        {
            label: "Count",
            value: ({finding}) => finding.count,
            text: ({finding}) => countText(finding.count),
        },
        {
            label: "First frame",
            words: true,
            value: ({finding}) => (finding.first.length ? finding.first[0].frame : null),
            text: ({capture, finding}) =>
                finding.first.length ? frameText(capture, finding.first[0].frame) : NONE,
        },
        {
            label: "Sentence",
            words: true,
            value: ({finding}) => finding.sentence,
            text: ({finding}) =>
                `${finding.sentence}${finding.basis ? ` (basis: ${finding.basis})` : ""}`,
        },
    ];
}

function findingsSection(captures) {
    const checked = captures.filter((capture) => capture.result.findings);
    const rows = checked.flatMap((capture) =>
        capture.result.findings.map((finding) => ({capture, finding})),
    );
    rows.sort(
        (a, b) =>
            VERDICT_ORDER.indexOf(a.finding.verdict) - VERDICT_ORDER.indexOf(b.finding.verdict),
    );
    const text = checked.length
        ? "Every frame keeps the rules that were checked."
        : "The rules were not checked: aoe-analyze --check does.";
    return section(
        "findings",
        "Findings",
        rows.length
            ? sortableTable(
                  "Rules that frames break",
                  findingColumns(captures),
                  rows,
                  findingFrames,
              )
            : element("p", {class: "nothing"}, text),
    );
}
