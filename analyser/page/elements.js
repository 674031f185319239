// SPDX-License-Identifier: GPL-2.0-or-later
// Elements of the page. Whatever comes from the data gets in as text only, never as markup.

const BOOLEAN_ATTRIBUTES = ["hidden", "open", "selected"];

/* An element with attributes; `on...` are listeners. Children are elements, or become text. */
function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
        if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
        else if (BOOLEAN_ATTRIBUTES.includes(key)) made[key] = value;
        else if (value !== null && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return made;
}

function section(id, title, ...children) {
    return element(
        "section",
        {id, "aria-labelledby": `${id}-title`},
        element("h2", {id: `${id}-title`}, title),
        ...children,
    );
}

/* Names and values: [[name, value], ...]. */
function facts(pairs) {
    return element(
        "dl",
        {class: "facts"},
        pairs.filter(Boolean).map(([name, ...values]) =>
            element(
                "div",
                {},
                element("dt", {}, name),
                values.map((value) => element("dd", {}, value)),
            ),
        ),
    );
}

function selector(label, options, chosen, change) {
    const select = element(
        "select",
        {onchange: () => change(select.value)},
        options.map(([value, text]) =>
            element("option", {value, selected: value === chosen}, text),
        ),
    );
    return element("label", {class: "selector"}, element("span", {}, label), select);
}

function button(label, title, click) {
    return element("button", {type: "button", title, "aria-label": title, onclick: click}, label);
}

/* ---- the tooltip: lines of text beside the pointer ---- */

function showTooltip(lines, x, y) {
    const tooltip = document.getElementById("tooltip");
    tooltip.replaceChildren(...lines.map((line) => element("div", {}, line)));
    tooltip.hidden = false;
    const {width, height} = tooltip.getBoundingClientRect();
    const left = x + 16 + width < document.documentElement.clientWidth ? x + 16 : x - 16 - width;
    tooltip.style.left = `${Math.max(4, left)}px`;
    tooltip.style.top = `${Math.max(4, Math.min(y + 12, window.innerHeight - height - 4))}px`;
}

function hideTooltip() {
    document.getElementById("tooltip").hidden = true;
}

/* ---- tables ---- */

/* What is not known comes last, in either direction. */
function compareCells(one, other, descending) {
    const known = (value) => value !== null && value !== undefined;
    if (!known(one) || !known(other)) return known(other) - known(one);
    const order =
        typeof one === "string" ? one.localeCompare(other, "en", {numeric: true}) : one - other;
    return descending ? -order : order;
}

function cell(column, row, i) {
    const text = column.text ? column.text(row) : column.value(row);
    const kind = i === 0 ? {scope: "row"} : {class: column.words ? "words" : "number"};
    return element(i === 0 ? "th" : "td", kind, text === null || text === undefined ? NONE : text);
}

/* A row, and with `detail` what it unfolds to, made when it is first asked for. */
function tableRows(columns, row, detail) {
    const cells = columns.map((column, i) => cell(column, row, i));
    const line = element("tr", {}, cells);
    if (!detail) return [line];
    const more = element(
        "tr",
        {class: "detail", hidden: true},
        element("td", {colspan: columns.length}),
    );
    const toggle = element(
        "button",
        {type: "button", class: "unfold", "aria-expanded": "false"},
        cells[0].textContent,
    );
    toggle.addEventListener("click", () => {
        if (!more.firstChild.firstChild) more.firstChild.append(detail(row));
        more.hidden = !more.hidden;
        toggle.setAttribute("aria-expanded", String(!more.hidden));
    });
    cells[0].replaceChildren(toggle);
    return [line, more];
}

function sortTable(table, columns, lines, by, descending) {
    table.querySelectorAll("thead th").forEach((head, i) => {
        if (i === by) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
    });
    const value = columns[by].value;
    const order = [...lines].sort((a, b) => compareCells(value(a.row), value(b.row), descending));
    table.tBodies[0].replaceChildren(...order.flatMap((line) => line.elements));
}

/* A table that is sorted by its heads. Columns: {label, title, value(row), text(row), words, ascending};
 * `value` orders, `text` is what is seen. The first column names the row. */
function sortableTable(caption, columns, rows, detail) {
    const lines = rows.map((row) => ({row, elements: tableRows(columns, row, detail)}));
    const state = {by: null, descending: false};
    const sort = (i) => {
        state.descending = state.by === i ? !state.descending : i > 0 && !columns[i].words;
        state.by = i;
        sortTable(table, columns, lines, i, state.descending);
    };
    const heads = columns.map((column, i) =>
        element(
            "th",
            {scope: "col", class: i === 0 || column.words ? "words" : "number"},
            element(
                "button",
                {
                    type: "button",
                    class: "sort",
                    title: column.title || `Sort by ${column.label}`,
                    onclick: () => sort(i),
                },
                column.label,
            ),
        ),
    );
    const table = element(
        "table",
        {},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, heads)),
        element(
            "tbody",
            {},
            lines.flatMap((line) => line.elements),
        ),
    );
    return element(
        "div",
        {class: "wide", tabindex: "0", role: "region", "aria-label": caption},
        table,
    );
}

/* A small table with a bar for each count: [[name, count], ...]. */
function barTable(caption, pairs) {
    const total = pairs.reduce((sum, [, count]) => sum + count, 0);
    const rows = pairs.map(([name, count]) => {
        const bar = element("div", {class: "bar"});
        bar.style.width = `${total ? (100 * count) / total : 0}%`;
        return element(
            "tr",
            {},
            element("th", {scope: "row"}, name),
            element("td", {class: "number"}, countText(count)),
            element("td", {class: "number"}, shareText(total ? count / total : null)),
            element("td", {class: "bars"}, bar),
        );
    });
    return element(
        "table",
        {class: "small"},
        element("caption", {}, caption),
        element("tbody", {}, rows),
    );
}
