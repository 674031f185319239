// SPDX-License-Identifier: GPL-2.0-or-later
// What a filter shows and hides. A scenario is found by its link in the matrix, which leads to what is
// said of it further down.

/* Every scenario of the page: where it is linked, where it is told of, and all words about it. */
function scenariosOf(page) {
    return [...page.querySelectorAll(".matrix .of a")].map((link) => {
        const id = decodeURIComponent(link.hash.slice(1)),
            row = link.closest("tr"),
            told = document.getElementById(id);
        const words = [row.querySelector("th").textContent, id, link.title];
        return {
            link,
            told,
            verdict: link.closest("[data-verdict]").dataset.verdict,
            clause: row.dataset.clause,
            section: row.dataset.section,
            text: [...words, told ? told.textContent : ""].join(" ").toLowerCase(),
        };
    });
}

/* `clause` is the id of one, or a section with "section:" before it; "" stands for all. */
function matches(scenario, {verdict, clause, words}) {
    return (
        (!verdict || scenario.verdict === verdict) &&
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
        scenario.link.hidden = !visible;
        if (scenario.told) scenario.told.hidden = !visible;
        shown += visible;
    }
    hideEmpty(page.querySelectorAll(".matrix .of"), "a");
    hideEmpty(page.querySelectorAll(".matrix tbody tr"), ".of");
    hideEmpty(page.querySelectorAll(".alike"), "li");
    for (const list of page.querySelectorAll(".list")) {
        hideEmpty([list.parentElement], "article, .alike");
    }
    return shown;
}
