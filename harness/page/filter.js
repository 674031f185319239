// SPDX-License-Identifier: GPL-2.0-or-later
// What a filter shows and hides. In a report a scenario is found by its link in the matrix, which leads
// to what is said of it further down; in a comparison it is a row.

/* Where a scenario stands, which verdicts it has, and all words about it. */
function scenarioOf(id, clause, verdicts, elements, words) {
    return {
        elements,
        verdicts,
        clause: clause.dataset.clause,
        section: clause.dataset.section,
        text: [id, clause.dataset.clause, ...words].join(" ").toLowerCase(),
    };
}

function reportedScenarios(page) {
    return [...page.querySelectorAll(".matrix .of a")].map((link) => {
        const id = decodeURIComponent(link.hash.slice(1)),
            row = link.closest("tr"),
            told = document.getElementById(id);
        return scenarioOf(
            id,
            row,
            [link.closest("[data-verdict]").dataset.verdict],
            [link, told].filter(Boolean),
            [row.querySelector("th").textContent, link.title, told ? told.textContent : ""],
        );
    });
}

function comparedScenarios(page) {
    return [...page.querySelectorAll(".comparison tr[id]:not(.clause)")].map((row) => {
        const clause = row.closest("tbody");
        const cells = [...row.querySelectorAll("[data-verdict]")];
        return scenarioOf(
            row.id,
            clause,
            cells.map((cell) => cell.dataset.verdict),
            [row],
            [clause.querySelector(".clause").textContent, row.textContent],
        );
    });
}

/* `clause` is the id of one, or a section with "section:" before it; "" stands for all. */
function matches(scenario, {verdict, clause, words}) {
    return (
        (!verdict || scenario.verdicts.includes(verdict)) &&
        (!clause || clause === scenario.clause || clause === `section:${scenario.section}`) &&
        words.every((word) => scenario.text.includes(word))
    );
}

function hideEmpty(elements, parts) {
    for (const element of elements) {
        element.hidden = ![...element.querySelectorAll(parts)].some((part) => !part.hidden);
    }
}

/* Shows what matches with all that it belongs to; returns how many scenarios that are. */
function showMatching(page, scenarios, wanted) {
    let shown = 0;
    for (const scenario of scenarios) {
        const visible = matches(scenario, wanted);
        for (const element of scenario.elements) element.hidden = !visible;
        shown += visible;
    }
    hideEmpty(page.querySelectorAll(".matrix .of"), "a");
    hideEmpty(page.querySelectorAll(".matrix tbody tr"), ".of");
    hideEmpty(page.querySelectorAll(".alike"), "li");
    for (const list of page.querySelectorAll(".list")) {
        hideEmpty([list.parentElement], "article, .alike");
    }
    hideEmpty(page.querySelectorAll(".comparison tbody"), "tr[id]:not(.clause)");
    return shown;
}
