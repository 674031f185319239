// SPDX-License-Identifier: GPL-2.0-or-later
// Fills the filters, and unfolds what a link leads to. Without it the page has all the same content.

function addOption(parent, value, text) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    parent.append(option);
}

function fillVerdicts(select, scenarios) {
    addOption(select, "", "all");
    for (const verdict of new Set(scenarios.flatMap((scenario) => scenario.verdicts))) {
        const count = scenarios.filter((scenario) => scenario.verdicts.includes(verdict)).length;
        addOption(select, verdict, `${verdict} (${count})`);
    }
}

function fillClauses(select, scenarios) {
    addOption(select, "", "all");
    const sections = new Map();
    for (const {section, clause} of scenarios) {
        if (!sections.has(section)) sections.set(section, new Set());
        sections.get(section).add(clause);
    }
    for (const [section, clauses] of sections) {
        addOption(select, `section:${section}`, `section ${section}`);
        for (const clause of clauses) addOption(select, clause, `\u2003${clause}`);
    }
}

/* Lists unfold while there is a filter, and are then as they were before. */
function unfoldLists(page, filtered) {
    for (const list of page.querySelectorAll(".list")) {
        if (list.dataset.before === undefined) list.dataset.before = list.open ? "open" : "";
        list.open = filtered || list.dataset.before === "open";
        if (!filtered) delete list.dataset.before;
    }
}

function startFilters(page, form) {
    const scenarios = [...reportedScenarios(page), ...comparedScenarios(page)];
    const {verdict, clause, text} = form.elements;
    fillVerdicts(verdict, scenarios);
    fillClauses(clause, scenarios);
    const apply = () => {
        const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
        const wanted = {verdict: verdict.value, clause: clause.value, words};
        const shown = showMatching(page, scenarios, wanted);
        unfoldLists(page, Boolean(wanted.verdict || wanted.clause || words.length));
        form.querySelector("output").textContent = `${shown} of ${scenarios.length} scenarios`;
    };
    form.addEventListener("input", apply);
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    form.hidden = false;
    apply();
    return () => form.reset();
}

/* What the address names is unfolded, and shown even where the filters hide it. */
function showNamed(showAll) {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!named) return;
    if (named.closest("[hidden]")) showAll();
    setTimeout(() => {
        for (let at = named; at; at = at.parentElement) if (at.matches("details")) at.open = true;
        for (const list of named.querySelectorAll(":scope > .list")) list.open = true;
        named.scrollIntoView();
    });
}

const page = document.querySelector("main"),
    form = document.querySelector(".filters");
const showAll = form ? startFilters(page, form) : () => {};
window.addEventListener("hashchange", () => showNamed(showAll));
if (location.hash) showNamed(showAll);
