// SPDX-License-Identifier: GPL-2.0-or-later
// Puts the page together, and draws charts again when colours or widths change.

const PRINT_WIDTH = "700px";

function tabTitle(captures) {
    return `${captures.map((capture) => capture.name).join(" and ")} \u2013 aoe-analyze`;
}

function fillPage(page, captures) {
    const holding = captures.filter((capture) => !capture.empty),
        both = holding.length === 2;
    const charts = holding.length ? [timelineSection(captures), distributionSection(captures)] : [];
    const header = headerOf(captures);
    page.append(
        ...[
            header,
            ...captures.filter((capture) => capture.empty).map(emptyNotice),
            holding.length ? problemsSection(captures) : null,
            both ? changesSection(captures) : null,
            holding.length ? figuresSection(captures) : null,
            captureSection(captures),
            ...charts.map((one) => one.element),
            ...(holding.length
                ? [tablesSection(captures), slowestSection(captures), findingsSection(captures)]
                : []),
        ].filter(Boolean),
    );
    if (holding.length) header.append(navigation(page));
    return charts;
}

function redrawWhenNeeded(page, charts) {
    let width = page.clientWidth;
    const redraw = () => charts.forEach((one) => one.redraw());
    new ResizeObserver(() => {
        if (page.clientWidth === width) return;
        width = page.clientWidth;
        charts.forEach((one) => one.resize());
    }).observe(page);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    const print = (on) => () => {
        document.documentElement.toggleAttribute("data-print", on);
        page.style.width = on ? PRINT_WIDTH : "";
        redraw();
    };
    addEventListener("beforeprint", print(true));
    addEventListener("afterprint", print(false));
}

function showPage() {
    const page = document.getElementById("page"),
        captures = readCaptures();
    document.title = tabTitle(captures);
    const charts = fillPage(page, captures);
    charts.forEach((one) => one.redraw());
    redrawWhenNeeded(page, charts);
}

showPage();
