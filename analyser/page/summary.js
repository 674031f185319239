// SPDX-License-Identifier: GPL-2.0-or-later
// The top of the page: what is wrong and slow, the figures in all, and what the capture is.

const SEVERITIES = {wrong: "Wrong", slow: "Slow", note: "Note"};

/* ---- figures that tables, tiles and the comparison share ---- */

const latencyOf = (id) => (measures) =>
    measures.command_latency ? measures.command_latency[id] : null;
const perSecond = (bytes) => (measures, capture) =>
    capture.duration ? measures[bytes] / capture.duration : null;
const perCommand = (of) => (measures) =>
    measures.commands ? of(measures) / measures.commands : null;

/* `of` gets measures and their capture; `good` is 1 where more is better, -1 where less is. */
const FIGURES = {
    commands: {
        label: "Commands",
        title: "What initiators wanted, repeats not counted",
        of: (m) => m.commands,
        text: countText,
    },
    read: {
        label: "Read",
        title: "Data read, per second of the capture",
        of: perSecond("read_bytes"),
        text: rateText,
        good: 1,
    },
    write: {
        label: "Write",
        title: "Data written, per second of the capture",
        of: perSecond("written_bytes"),
        text: rateText,
        good: 1,
    },
    iops: {
        label: "IOPS",
        title: "Answered commands per second of the capture",
        of: (m) => m.iops,
        text: frequencyText,
        good: 1,
    },
    p50: {
        label: "p50",
        title: "Command latency: the median",
        of: latencyOf("p50_ns"),
        text: timeText,
        good: -1,
    },
    p99: {
        label: "p99",
        title: "Command latency: the 99th percentile",
        of: latencyOf("p99_ns"),
        text: timeText,
        good: -1,
    },
    p999: {
        label: "p99.9",
        title: "Command latency: the 99.9th percentile",
        of: latencyOf("p99_9_ns"),
        text: timeText,
        good: -1,
    },
    max: {
        label: "Max",
        title: "Command latency: the greatest",
        of: latencyOf("max_ns"),
        text: timeText,
        good: -1,
    },
    outstanding: {
        label: "Outst.",
        title: "Outstanding commands at most",
        text: countText,
        of: (m) => (m.outstanding ? m.outstanding.max : null),
    },
    repeats: {
        label: "Repeats",
        title: "Frames that were sent again",
        of: repeatsOf,
        text: countText,
    },
    loss: {
        label: "Loss",
        title: "Sends that no response answers, of all requests",
        of: (m) => m.loss_ratio,
        text: shareText,
        good: -1,
    },
    unanswered: {
        label: "Unansw.",
        title: "Commands that nobody answered",
        of: (m) => m.unanswered,
        text: countText,
    },
    errors: {
        label: "Errors",
        title: "Answers with an AoE error or an ATA error",
        of: errorsOf,
        text: countText,
    },
};

/* A figure of each capture, null where it has none. */
function figureValues(captures, figure, sides) {
    return sides.map((measures, i) => (measures ? figure.of(measures, captures[i]) : null));
}

/* How the second compares with the first. */
function ratioOf([first, second]) {
    return isNumber(first) && isNumber(second) && first > 0 ? second / first : null;
}

/* ---- head ---- */

function captureNames(captures) {
    return element(
        "ul",
        {class: "captures"},
        captures.map((capture) =>
            element(
                "li",
                {},
                capture.letter
                    ? element("span", {class: `letter letter-${capture.letter}`}, capture.letter)
                    : null,
                element("strong", {}, capture.name),
                capture.empty
                    ? null
                    : ` from ${dateText(capture.startNs)}, ${durationText(capture.facts.duration_ns)}`,
            ),
        ),
    );
}

const LINKS = [
    ["problems", "Problems"],
    ["changes", "Changes"],
    ["figures", "Figures"],
    ["capture", "Capture"],
    ["time", "Over time"],
    ["latency", "Latency"],
    ["tables", "Tables"],
    ["slowest", "Slowest"],
    ["findings", "Findings"],
];

function navigation(page) {
    return element(
        "nav",
        {"aria-label": "Parts of this page"},
        LINKS.filter(([id]) => page.querySelector(`#${id}`)).map(([id, text]) =>
            element("a", {href: `#${id}`}, text),
        ),
    );
}

function headerOf(captures) {
    const {tool, version} = captures[0].result;
    return element(
        "header",
        {},
        element(
            "h1",
            {},
            captures.length > 1 ? "Two AoE captures compared" : "AoE capture analysed",
        ),
        captureNames(captures),
        element("p", {class: "faint"}, `${tool} ${version}`),
    );
}

/* ---- problems ---- */

function problemItem(capture, problem) {
    const about = [problem.target && targetText(problem), problem.initiator, problem.operation]
        .filter(Boolean)
        .join(" \u00b7 ");
    const frames = (problem.frames || []).map((frame) => frameText(capture, frame));
    const severity = SEVERITIES[problem.severity] || problem.severity;
    return element(
        "li",
        {class: `problem severity-${problem.severity}`},
        element("span", {class: "severity"}, severity),
        capture.letter
            ? element("span", {class: `letter letter-${capture.letter}`}, capture.letter)
            : null,
        element("span", {class: "what"}, problem.text),
        about ? element("span", {class: "about"}, about) : null,
        frames.length
            ? element(
                  "details",
                  {class: "frames"},
                  element("summary", {}, `Frames (the first ${frames.length})`),
                  frames.join(", "),
              )
            : null,
    );
}

/* Broken rules are wrong too; their section has the frames. */
function brokenRules(captures) {
    return captures.map((capture) => {
        const broken = (capture.result.findings || []).filter(
            (finding) => finding.verdict === "fail",
        ).length;
        return broken
            ? element(
                  "li",
                  {class: "problem severity-wrong"},
                  element("span", {class: "severity"}, SEVERITIES.wrong),
                  capture.letter
                      ? element("span", {class: `letter letter-${capture.letter}`}, capture.letter)
                      : null,
                  element(
                      "span",
                      {class: "what"},
                      `${broken} ${broken === 1 ? "clause" : "clauses"} of the specification broken: see `,
                      element("a", {href: "#findings"}, "findings"),
                  ),
              )
            : null;
    });
}

function problemsSection(captures) {
    const order = Object.keys(SEVERITIES);
    const all = captures.flatMap((capture) =>
        capture.result.problems.map((problem) => ({capture, problem})),
    );
    all.sort((a, b) => order.indexOf(a.problem.severity) - order.indexOf(b.problem.severity));
    const items = [
        ...brokenRules(captures).filter(Boolean),
        ...all.map(({capture, problem}) => problemItem(capture, problem)),
    ];
    return section(
        "problems",
        "What is wrong or slow",
        items.length
            ? element("ul", {class: "problems"}, items)
            : element("p", {class: "nothing"}, "Nothing was found to be wrong or slow."),
    );
}

/* ---- figures ---- */

/* `more` says more of each side, or is the same for both. */
function tileSide(captures, i, values, figure, more) {
    const capture = captures[i],
        measures = capture.result.total;
    return element(
        "div",
        {class: "side"},
        capture.letter
            ? element("span", {class: `letter letter-${capture.letter}`}, capture.letter)
            : null,
        element("span", {class: "value"}, figure.text(values[i])),
        typeof more === "function"
            ? element("span", {class: "more"}, more(measures, capture))
            : null,
    );
}

function tile(captures, label, figure, more) {
    const values = figureValues(
        captures,
        figure,
        captures.map((capture) => capture.result.total),
    );
    const ratio = captures.length > 1 ? ratioOf(values) : null;
    return element(
        "div",
        {class: "tile"},
        element("h3", {title: figure.title}, label),
        captures.map((capture, i) => tileSide(captures, i, values, figure, more)),
        typeof more === "string" ? element("span", {class: "more"}, more) : null,
        ratio === null ? null : ratioElement(ratio, figure),
    );
}

/* A ratio, marked where it is better or worse by more than a twentieth. */
function ratioElement(ratio, figure) {
    const gain = figure.good ? Math.sign(Math.log(ratio)) * figure.good : 0;
    const matters = Math.abs(ratio - 1) > 0.05;
    const verdict = !matters || !gain ? "same" : gain > 0 ? "better" : "worse";
    return element(
        "span",
        {class: `ratio ${verdict}`, title: verdict === "same" ? null : verdict},
        factorText(ratio),
        verdict === "same" ? "" : verdict === "better" ? " \u25b2" : " \u25bc",
    );
}

const TILES = [
    [
        "Commands",
        "commands",
        (m) =>
            `${countText(m.answered)} answered, ${countText(m.unanswered)} not, ${countText(m.open)} open`,
    ],
    [
        "Read",
        "read",
        (m, capture) =>
            `${bitRateText(FIGURES.read.of(m, capture))}; ${bytesText(m.read_bytes)} in all`,
    ],
    [
        "Written",
        "write",
        (m, capture) =>
            `${bitRateText(FIGURES.write.of(m, capture))}; ${bytesText(m.written_bytes)} in all`,
    ],
    ["IOPS", "iops", "answered commands per second"],
    ["Latency p50", "p50", "half of the commands are faster"],
    ["Latency p99", "p99", "1 in 100 is slower"],
    ["Latency p99.9", "p999", "1 in 1000 is slower"],
    ["Latency max", "max", "the slowest command"],
    [
        "Repeats",
        "repeats",
        (m) =>
            `${countText(m.repeats.same_tag)} same tag, ${countText(m.repeats.new_tag)} new tag, ` +
            `${countText(m.repeats.spurious)} not needed`,
    ],
    ["Loss", "loss", (m) => `${countText(m.lost)} of ${countText(m.requests)} requests`],
    [
        "Outstanding",
        "outstanding",
        (m) => `at most; ${m.outstanding ? digitsText(m.outstanding.mean || 0) : NONE} on average`,
    ],
    [
        "Errors",
        "errors",
        (m) => `${countText(sum(m.errors.aoe))} AoE, ${countText(m.errors.ata)} ATA`,
    ],
];

function figuresSection(captures) {
    return section(
        "figures",
        "In all",
        element(
            "div",
            {class: "tiles"},
            TILES.map(([label, id, more]) => tile(captures, label, FIGURES[id], more)),
        ),
    );
}

/* ---- the capture itself ---- */

function droppedFact(facts) {
    if (facts.dropped === null || facts.dropped === undefined)
        return ["Lost by the capturing machine", "not known: the file does not say"];
    return [
        "Lost by the capturing machine",
        facts.dropped
            ? element(
                  "strong",
                  {class: "alarm"},
                  `${countText(facts.dropped)} frames: figures below miss them`,
              )
            : "none",
    ];
}

function fileItem(capture, file) {
    const last = file.first_frame + file.frames - 1;
    return element(
        "li",
        {},
        `${file.name}: `,
        file.frames
            ? `${countText(file.frames)} frames (${file.first_frame} to ${last} of all)`
            : "no frames",
    );
}

function captureFacts(capture) {
    const f = capture.facts,
        known = !capture.empty;
    const list = facts([
        known && ["First AoE frame", dateText(f.start_ns)],
        known && ["Last AoE frame", dateText(f.end_ns)],
        known && ["Duration", durationText(f.duration_ns)],
        [
            "Frames",
            `${countText(f.frames)}: ${countText(f.aoe_frames)} AoE, ${countText(f.other_frames)} others`,
        ],
        droppedFact(f),
        [
            "Cut off before the end of the header",
            f.cut_frames
                ? element(
                      "strong",
                      {class: "alarm"},
                      `${countText(f.cut_frames)} frames, not analysed`,
                  )
                : "none",
        ],
        f.filtered_frames
            ? ["Left out by a filter", `${countText(f.filtered_frames)} frames`]
            : null,
        f.not_ethernet ? ["Not Ethernet", countText(f.not_ethernet)] : null,
        f.timeless ? ["Without a time", countText(f.timeless)] : null,
        known && [
            "AoE on the wire",
            `${bytesText(f.wire_bytes)}${
                capture.duration
                    ? `, ${bitRateText(f.wire_bytes / capture.duration)} on average`
                    : ""
            }`,
        ],
        [
            "Steps back in time",
            f.steps_back
                ? `${countText(f.steps_back)}, at most ${timeText(f.step_back_max_ns)}`
                : "none",
        ],
        ["Given up after", durationText(f.patience_ns)],
        f.complete === false
            ? [
                  "Complete",
                  element(
                      "strong",
                      {class: "alarm"},
                      "no: more pairs of initiator and target than there was room for",
                  ),
              ]
            : null,
    ]);
    return element(
        "div",
        {},
        capture.letter ? element("h3", {}, `${capture.letter}: ${capture.name}`) : null,
        list,
        element(
            "ul",
            {class: "files"},
            capture.files.map((file) => fileItem(capture, file)),
        ),
    );
}

function captureSection(captures) {
    return section(
        "capture",
        captures.length > 1 ? "The captures" : "The capture",
        element(
            "div",
            {class: captures.length > 1 ? "side-by-side" : null},
            captures.map(captureFacts),
        ),
    );
}

/* A sentence where there is nothing to show. */
function emptyNotice(capture) {
    const {frames, cut_frames: cut} = capture.facts;
    const held = frames
        ? `It holds ${countText(frames)} frames${
              cut
                  ? `, of which ${countText(cut)} are AoE, ` +
                    "but were cut off before the end of the header (capture with a longer snap length)"
                  : ", none of them with the Ethernet type 0x88a2"
          }.`
        : "It holds no frame at all.";
    return element(
        "p",
        {class: "empty", role: "status"},
        element(
            "strong",
            {},
            `There is no AoE to analyse in ${capture.letter ? `${capture.letter}, ` : ""}${capture.name}.`,
        ),
        ` ${held}`,
    );
}
