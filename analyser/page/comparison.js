// SPDX-License-Identifier: GPL-2.0-or-later
// What got worse and what got better from the first capture to the second.

/* Figures, and how many commands both captures need for them to say something. */
const CHANGE_FIGURES = [
    ["p50", 20],
    ["p99", 500],
    ["p999", 5000],
    ["iops", 20],
    ["read", 20],
    ["write", 20],
    ["loss", 500],
];
const CHANGE_LEAST = 1.05,
    CHANGE_ROWS = 12;

/* Loss and errors have no ratio where the first capture had none: they count as far apart. */
function changeSize([first, second]) {
    if (first > 0 && second > 0) return Math.abs(Math.log(second / first));
    return first === second ? 0 : Infinity;
}

function changesOf(captures, name, sides) {
    const fewest = Math.min(...sides.map((measures) => (measures ? measures.commands : 0)));
    return CHANGE_FIGURES.filter(([, needed]) => fewest >= needed)
        .map(([id]) => {
            const figure = FIGURES[id],
                values = figureValues(captures, figure, sides);
            return {
                name,
                figure,
                values,
                size: changeSize(values),
                worse: (values[1] - values[0]) * figure.good < 0,
            };
        })
        .filter(({values, size}) => values.every(isNumber) && size > Math.log(CHANGE_LEAST));
}

/* All, each target, and each operation of each target. One target is all that there is. */
function allChanges(captures) {
    const targets = alongside(captures, "targets", targetText);
    const totals = captures.map((capture) => capture.result.total);
    const changes = targets.length > 1 ? changesOf(captures, "all targets", totals) : [];
    for (const {name, sides} of targets) {
        changes.push(...changesOf(captures, name, sides));
        const lists = sides.map((side) => (side ? side.operations : []));
        for (const operation of new Set(lists.flat().map((one) => one.operation))) {
            const same = lists.map((list) => list.find((one) => one.operation === operation));
            changes.push(...changesOf(captures, `${name} ${operation}`, same));
        }
    }
    return changes.sort((a, b) => (a.size === b.size ? 0 : b.size - a.size));
}

function onlyIn(captures) {
    const rows = alongside(captures, "targets", targetText);
    return captures.map((capture, i) => {
        const names = rows.filter(({sides}) => sides[i] && !sides[1 - i]).map(({name}) => name);
        return names.length
            ? element("p", {}, `Only in ${capture.letter}: ${names.join(", ")}.`)
            : null;
    });
}

function changeTable(captures, caption, changes) {
    if (!changes.length)
        return element(
            "p",
            {class: "nothing"},
            `${caption}: nothing by more than ${Math.round((CHANGE_LEAST - 1) * 100)} %.`,
        );
    const [first, second] = captures.map((capture, i) => ({
        label: capture.letter,
        title: capture.name,
        value: ({values}) => values[i],
        text: ({figure, values}) => figure.text(values[i]),
    }));
    const columns = [
        {label: "Where", value: ({name}) => name},
        {label: "Figure", words: true, value: ({figure}) => figure.title},
        first,
        second,
        {
            label: "B / A",
            value: ({values}) => ratioOf(values),
            text: ({figure, values, worse}) => {
                const ratio = ratioOf(values);
                return ratio
                    ? ratioElement(ratio, figure)
                    : element(
                          "span",
                          {class: `ratio ${worse ? "worse" : "better"}`},
                          `${values[0] ? "gone" : "new"} ${worse ? "\u25bc" : "\u25b2"}`,
                      );
            },
        },
    ];
    const rest = changes.length - CHANGE_ROWS;
    return element(
        "div",
        {},
        sortableTable(caption, columns, changes.slice(0, CHANGE_ROWS)),
        rest > 0
            ? element(
                  "details",
                  {},
                  element("summary", {}, `${rest} smaller changes`),
                  sortableTable(`${caption}, smaller changes`, columns, changes.slice(CHANGE_ROWS)),
              )
            : null,
    );
}

function changesSection(captures) {
    const changes = allChanges(captures);
    return section(
        "changes",
        "What changed from A to B",
        changeTable(
            captures,
            "Worse",
            changes.filter(({worse}) => worse),
        ),
        changeTable(
            captures,
            "Better",
            changes.filter(({worse}) => !worse),
        ),
        onlyIn(captures),
    );
}
