// SPDX-License-Identifier: GPL-2.0-or-later
// The captures as the page asks for them. Times in charts are seconds from the start of each.

const baseName = (path) => path.slice(path.lastIndexOf("/") + 1) || path;

/* The last parts of the files' paths where these tell them apart. */
function shortNames(files) {
    const names = files.map((file) => baseName(file.name));
    return new Set(names).size === names.length ? names : files.map((file) => file.name);
}

function openCapture(raw, index, count) {
    const facts = raw.result.capture || {};
    const letter = count > 1 ? "AB"[index] : "";
    return {
        index,
        letter,
        name: raw.name,
        files: raw.files,
        fileNames: shortNames(raw.files),
        result: raw.result,
        facts,
        empty: !facts.aoe_frames,
        startNs: facts.start_ns || 0,
        duration: (facts.duration_ns || 0) / 1e9,
        label: (text) => (letter ? `${letter} ${text}` : text),
    };
}

function readCaptures() {
    const data = JSON.parse(document.getElementById("captures").textContent);
    return data.captures.map((raw, i) => openCapture(raw, i, data.captures.length));
}

/* "FILE frame N", with N counted in that file. */
function frameText(capture, frame) {
    if (!isNumber(frame)) return NONE;
    const i = capture.files.findIndex(
        (file) => frame >= file.first_frame && frame < file.first_frame + file.frames,
    );
    if (i < 0) return `frame ${frame}`;
    return `${capture.fileNames[i]} frame ${frame - capture.files[i].first_frame + 1}`;
}

const secondsOf = (capture, ns) => (ns - capture.startNs) / 1e9;

const targetText = (of) =>
    of.vlan === null || of.vlan === undefined ? of.target : `${of.target} (VLAN ${of.vlan})`;
const pairText = (of) => `${targetText(of)}\n\u2190 ${of.initiator}`;

/* ---- bins over time ---- */

function binStart(capture, bins, i) {
    return secondsOf(capture, bins.first_ns + i * bins.bin_ns);
}

/* A capture's bins for a target by its text, or "" for all: null where it has none. */
function binsOf(capture, target) {
    const series = capture.result.series;
    if (!series || capture.empty) return null;
    const rows = target
        ? (series.targets.find((of) => targetText(of) === target) || {}).bins
        : series.total;
    if (!rows || !rows.length) return null;
    const columns = Object.fromEntries(series.columns.map((name, i) => [name, i]));
    return {
        seconds: series.bin_ns / 1e9,
        middles: rows.map((row, i) => binStart(capture, series, i + 0.5)),
        edges: [...rows.keys(), rows.length].map((i) => binStart(capture, series, i)),
        map: (make) => rows.map((row) => make((name) => row[columns[name]])),
    };
}

function targetsOf(captures) {
    const all = captures.flatMap((capture) =>
        capture.empty ? [] : capture.result.series.targets.map(targetText),
    );
    return [...new Set(all)];
}

/* First and last second of a capture's bins: the capture, but where that is hardly one bin. */
function shownSeconds(capture) {
    const series = capture.result.series;
    if (capture.duration >= (2 * series.bin_ns) / 1e9) return [0, capture.duration];
    return [binStart(capture, series, 0), binStart(capture, series, series.total.length)];
}

/* First and last second of all that is drawn over time. */
function timeRange(captures) {
    const ends = captures.filter((capture) => !capture.empty).flatMap(shownSeconds);
    const from = Math.min(0, ...ends);
    const to = Math.max(...ends);
    return [from, to > from ? to : from + 0.001];
}

/* ---- what two captures have under the same name ---- */

/* [{name, sides: [measures or null, ...]}], in the order of the first that has it. */
function alongside(captures, list, nameOf) {
    const rows = new Map();
    captures.forEach((capture, i) => {
        for (const measures of capture.result[list] || []) {
            const name = nameOf(measures);
            if (!rows.has(name)) rows.set(name, {name, sides: captures.map(() => null)});
            rows.get(name).sides[i] = measures;
        }
    });
    return [...rows.values()];
}

const sum = (counts) => Object.values(counts || {}).reduce((total, count) => total + count, 0);
const errorsOf = (measures) => sum(measures.errors.aoe) + measures.errors.ata;
const repeatsOf = (measures) => measures.repeats.same_tag + measures.repeats.new_tag;
