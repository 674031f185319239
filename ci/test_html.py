# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages of aoe-conform in headless Chromium: what a run found, and runs compared."""
import base64
import json
import os
import shlex
import subprocess

import pytest
from selenium.webdriver.support.ui import Select

import aoebrowser
import aoelab
from conftest import Suite, verdicts

PHONE = 360


@pytest.fixture(name="opened", scope="module")
def fixture_opened():
    browser = aoebrowser.Browser()
    yield browser
    browser.driver.quit()


@pytest.fixture(name="run", scope="module")
def fixture_run(tmp_path_factory):
    """vblade, with one failure that is known: its page and its JSON result."""
    folder = tmp_path_factory.mktemp("page")
    page, baseline = folder / "page.html", folder / "baseline"
    baseline.write_text("frame/error-reflected  # upstream report 12\n")
    with Suite() as lab:
        lab.vblade()
        process, result = lab.judge("--allow", "media,config", "--seed", 7, "--html", page,
                                    "--baseline", baseline)
    assert process.returncode == 1, process.stderr
    return page, result


@pytest.fixture(name="still")
def fixture_still(opened, run):
    """The page as it opens, for tests that change nothing of it; it may not complain."""
    if not opened.driver.current_url.startswith(run[0].as_uri()):
        opened.driver.get(run[0].as_uri())
    yield opened
    assert opened.complaints() == []


@pytest.fixture(name="page")
def fixture_page(opened, run):
    """The same for tests that do; they leave none behind."""
    opened.driver.get(f"{run[0].as_uri()}?changed")
    yield opened
    complaints = opened.complaints()
    opened.resize(1280)
    opened.driver.get("about:blank")
    assert complaints == []


def shown(page):
    """The scenarios that the matrix shows."""
    return set(page.script("""return [...document.querySelectorAll(".matrix .of a")]
        .filter((link) => link.checkVisibility()).map((link) => link.textContent)"""))


def choose(page, name, value):
    Select(page.one(f".filters [name={name}]")).select_by_value(value)


def is_visible(page, scenario):
    return page.script("const named = document.getElementById(arguments[0]);"
                       "return named.checkVisibility()", scenario)


def unfold_all(page):
    page.script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def test_it_is_one_file(still, run):
    assert still.script("return performance.getEntriesByType('resource').length") == 0
    assert os.path.getsize(run[0]) < 2 << 20


def test_verdict_and_counts(still, run):
    assert still.text("h1") == "e0.1 on a0: NOT CONFORMANT"
    tiles = dict(tile.text.split("\n") for tile in still.all(".tile"))
    counts = {name: str(count) for name, count in run[1]["summary"].items()
              if count and name != "duration_ms"}
    assert tiles == counts


def test_who_was_judged_and_where(still, run):
    target = run[1]["target"]
    facts = dict(still.script("""return [...document.querySelectorAll(".facts > div")].map(
        (fact) => [...fact.children].map((part) => part.textContent))"""))
    assert facts["target"] == f"e0.1 on a0, MAC {target['mac']}, MTU 1500"
    assert target["model"] in facts["device"] and "20480 sectors" in facts["capacity"]
    assert facts["seed"] == "7" and facts["kernel"] == " ".join(
        getattr(os.uname(), part) for part in ("sysname", "release", "machine"))
    assert facts["date"].endswith(" UTC")
    again = still.text("#list\\:environment code")
    assert again == "aoe-conform --target a0 e0.1 --allow media,config --seed 7"


def test_the_matrix_has_every_scenario_at_its_clause(still, run):
    rows = still.script("""return [...document.querySelectorAll(".matrix .of a")].map((link) => [
        link.textContent, [link.closest("tr").dataset.clause, link.closest("[data-verdict]").textContent
        .split(" ")[0], ...[...link.closest("tr").querySelectorAll("[data-name]")].slice(1)
        .map((cell) => cell.textContent)]])""")
    assert len(rows) == len(run[1]["scenarios"])
    for scenario in run[1]["scenarios"]:
        _, verdict, _, basis = row = dict(rows)[scenario["id"]]
        assert row[0] == scenario["clause"]
        assert (verdict, basis) == (scenario["verdict"], scenario["basis"])


def test_links_lead_somewhere(still):
    broken, twice = still.script("""
        const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
        return [[...document.querySelectorAll("a")].map((link) => link.getAttribute("href"))
            .filter((href) => !href.startsWith("#")
                              || !document.getElementById(decodeURIComponent(href.slice(1)))),
            ids.filter((id, i) => ids.indexOf(id) !== i)]""")
    assert broken == [] and twice == []


@pytest.mark.parametrize("verdict", ["fail", "skip", "pass"])
def test_from_the_matrix_and_back(page, run, verdict):
    """A link unfolds what it leads to, also where the filters hide it."""
    scenario = next(s for s in run[1]["scenarios"] if s["verdict"] == verdict)
    link = page.script("""return [...document.querySelectorAll(".matrix .of a")].find(
        (link) => link.textContent === arguments[0])""", scenario["id"])
    page.script("arguments[0].click()", link)
    page.until(lambda: is_visible(page, scenario["id"]))
    there = page.script("return document.querySelector(':target')")
    assert there.get_attribute("id") == scenario["id"]
    page.until(lambda: 0 <= page.script(
        "return arguments[0].getBoundingClientRect().top", there) < 1400)
    back = page.one("a", there)
    assert back.text == scenario["clause"]
    page.script("arguments[0].click()", back)
    assert page.script("return document.querySelector(':target').dataset.clause") == back.text
    page.script("document.querySelectorAll('.list').forEach((list) => { list.open = false; })")
    page.one(".filters [name=text]").send_keys("nothing-has-this")
    page.until(lambda: shown(page) == set())
    page.script("location.hash = arguments[0]", scenario["id"])
    page.until(lambda: len(shown(page)) == len(run[1]["scenarios"]))
    page.until(lambda: is_visible(page, scenario["id"]))


def test_a_failure_has_all_that_proves_it(still, run):
    for scenario in run[1]["scenarios"]:
        if not scenario["failures"]:
            continue
        sections = still.script("""return [...document.getElementById(arguments[0])
            .querySelectorAll(".failure")].map((one) => one.textContent)""", scenario["id"])
        assert len(sections) == len(scenario["failures"])
        for text, failure in zip(sections, scenario["failures"]):
            for part in ("clause", "statement", "expected", "actual"):
                assert failure[part] in text, (scenario["id"], part)
            for row in failure["rows"]:
                assert row["field"] in text and row["expected"] in text and row["actual"] in text
            assert "aoe-conform --target a0 e0.1 --allow media,config --seed 7 " in text


def test_the_frame_of_a_failure_byte_by_byte(still, run):
    """The dump holds the frame of the JSON result, and the marks are on the rows that are wrong."""
    drawn = {}
    for scenario, dump, marks in still.script("""
            return [...document.querySelectorAll(".frame .this")].map((mark) => {
                const frame = mark.closest(".frame");
                return [frame.closest("article").id, frame.querySelector(".dump").textContent,
                        [...frame.querySelectorAll("mark")].map((mark) => mark.textContent)];
            });"""):
        drawn.setdefault(scenario, []).append((dump, marks))
    for scenario in run[1]["scenarios"]:
        frames = drawn.get(scenario["id"], [])
        failures = [one for one in scenario["failures"] if one["frame"]]
        assert len(frames) == len(failures)
        for (dump, marks), failure in zip(frames, failures):
            frame = bytes.fromhex(failure["frame"])
            assert f"{len(frame)} bytes in all" in dump
            for line in dump.split("\n")[:min(4, (len(frame) + 15) // 16)]:
                at = int(line[:4], 16)
                assert bytes.fromhex(line[4:54]) == frame[at:at + 16]
            wrong = {byte for row in failure["rows"] if row["wrong"] and row["bytes"]
                     for byte in range(row["byte"], row["byte"] + row["bytes"])}
            if len(frame) <= 128:
                assert marks == [f"{frame[byte]:02x}" for byte in sorted(wrong)
                                 if byte < len(frame)]


def test_fields_cover_the_frame(still):
    """Every byte of every frame that is drawn belongs to a field."""
    gaps = still.script("""
        const gaps = [];
        for (const frame of document.querySelectorAll("details.frame")) {
            const total = Number(frame.querySelector(".dump").textContent.match(/(\\d+) bytes in all/)[1]);
            const bytes = new Set();
            for (const cell of frame.querySelectorAll(".fields td:nth-child(3)")) {
                const [, first, last] = cell.textContent.match(/^(\\d+)(?:-(\\d+))?/) || [];
                for (let at = Number(first); at <= Number(last || first); at++) bytes.add(at);
            }
            if (bytes.size !== total) gaps.push([frame.textContent.slice(0, 80), bytes.size, total]);
        }
        return gaps;""")
    assert gaps == []
    assert len(still.all("details.frame")) > 100


def test_filters(page, run):
    found = verdicts(run[1])
    everything = set(found)
    assert shown(page) == everything
    assert page.text(".filters output") == f"{len(found)} of {len(found)} scenarios"
    choose(page, "verdict", "known")
    assert shown(page) == {"frame/error-reflected"}
    assert page.text(".filters output") == f"1 of {len(found)} scenarios"
    assert is_visible(page, "frame/error-reflected")
    assert not page.one("#list\\:fail").is_displayed()
    choose(page, "verdict", "")
    choose(page, "clause", "2.2-version")
    at_clause = {s["id"] for s in run[1]["scenarios"] if s["clause"] == "2.2-version"}
    assert shown(page) == at_clause and at_clause
    choose(page, "clause", "section:2.2")
    assert shown(page) == {s["id"] for s in run[1]["scenarios"] if s["clause"].startswith("2.2-")}
    choose(page, "verdict", "fail")
    assert shown(page) == {s["id"] for s in run[1]["scenarios"]
                           if s["clause"].startswith("2.2-") and s["verdict"] == "fail"}
    page.one(".filters button").click()
    page.until(lambda: shown(page) == everything)
    page.one(".filters [name=text]").send_keys("VERSION-OF response")
    assert shown(page) == {"frame/version-of-response"}
    page.one(".filters button").click()
    page.until(lambda: shown(page) == everything)
    assert not is_visible(page, next(name for name, verdict in found.items() if verdict == "pass"))


def test_a_text_in_a_frame_is_found(page, run):
    failure = next(s for s in run[1]["scenarios"] if s["id"] == "frame/version-of-response")
    tag = failure["failures"][0]["frame"][40:48]
    page.one(".filters [name=text]").send_keys(f"0x{tag}")
    assert "frame/version-of-response" in shown(page) and len(shown(page)) < 10


@pytest.mark.parametrize("unfold", [False, True])
def test_a_phone_scrolls_down_only(page, unfold):
    page.resize(PHONE, 780)
    if unfold:
        unfold_all(page)
    width = page.script("return document.documentElement.scrollWidth")
    assert width <= PHONE
    wide = page.script("""return [...document.querySelectorAll("main *")].filter((one) =>
        !one.closest(".dump, .wide") && one.checkVisibility()
        && one.getBoundingClientRect().right > arguments[0]).map((one) => one.outerHTML.slice(0, 100))""",
                       width)
    assert wide == []


def test_a_phone_shows_a_row_of_bytes_whole(page):
    page.resize(PHONE, 780)
    sizes = page.script("""return [...document.querySelectorAll(".dump")]
        .filter((one) => one.checkVisibility())
        .map((dump) => [dump.scrollWidth, dump.clientWidth])""")
    assert sizes and all(scroll <= client for scroll, client in sizes)


def test_paper(page):
    with page.media("print"):
        page.resize(720)
        assert not page.one(".filters").is_displayed()
        assert page.script("return document.documentElement.scrollWidth") <= 720
        assert page.one("article .fields").is_displayed()
    printed = page.tell("Page.printToPDF", paperWidth=8.27, paperHeight=11.7, pageRanges="1-5")
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")


def test_dark(still):
    def colours():
        return [still.one("body").value_of_css_property(name) for name in ("background-color", "color")]
    light = colours()
    with still.media(prefers_color_scheme="dark"):
        assert colours() != light


def test_without_scripts(page, run):
    page.tell("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.driver.get(run[0].as_uri() + "?plain")
        assert not page.one(".filters").is_displayed()
        assert len(page.all(".matrix .of a")) == len(run[1]["scenarios"])
        assert page.one("[id='frame/version-of-response'] .dump mark").is_displayed()
    finally:
        page.tell("Emulation.setScriptExecutionDisabled", value=False)


def test_verdicts_have_words(still):
    """Nothing is told by colour alone."""
    words = still.script("""return [...document.querySelectorAll(".verdict")].map((one) =>
        [one.className, one.textContent])""")
    assert words and all(text for _, text in words)
    for kind, text in words:
        if kind != "verdict fail" or text != "NOT CONFORMANT":
            assert text.split(" ")[0] == kind.split(" ")[1]


def test_the_reference_target(opened, lab, tmp_path):
    lab.reference()
    process, _ = lab.judge("--html", "-", "config/*")
    assert process.returncode == 0 and "e0.1 on a0: conformant" in process.stderr
    path = tmp_path / "page.html"
    path.write_text(process.stdout, encoding="utf-8")
    opened.driver.get(path.as_uri())
    assert opened.text("h1") == "e0.1 on a0: conformant"
    assert opened.all("article") == [] and opened.complaints() == []


def test_an_initiator(opened, tmp_path):
    path = tmp_path / "page.html"
    with Suite() as lab:
        stimulus = shlex.join(["nsenter", "-t", str(lab.target), "-n", "--",
                               aoelab.build_path("aoe-initiator"), aoelab.TARGET])
        process = lab.conform("--initiator", aoelab.INITIATOR, "--stimulus", stimulus, "--html", path,
                              "initiator/discover-string")
    assert process.returncode == 0, process.stdout + process.stderr
    opened.driver.get(path.as_uri())
    assert opened.text("h2") == "Initiator"
    assert stimulus in opened.text("#list\\:judged") and "e0.1 by " in opened.text("#list\\:judged")
    assert opened.complaints() == []


# ---- compare ----

def compare(*arguments):
    return subprocess.run([aoelab.build_path("aoe-conform"), "compare", *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


@pytest.fixture(name="results", scope="module")
def fixture_results(tmp_path_factory, run):
    """JSON results of vblade and of the reference target."""
    folder = tmp_path_factory.mktemp("results")
    with Suite() as lab:
        lab.reference()
        _, reference = lab.judge("--allow", "media,config", "--seed", 7)
    files = []
    for name, result in (("vblade", run[1]), ("reference", reference)):
        files.append(folder / f"{name}.json")
        files[-1].write_text(json.dumps(result))
    return files


def test_compared_verdicts_are_those_of_the_results(results):
    process = compare(*results, "--all")
    assert process.returncode == 1 and process.stderr == ""
    rows = {line.split()[1]: line.split()[2:] for line in process.stdout.splitlines()
            if len(line.split()) == 4 and "/" in line.split()[1]}
    found = [verdicts(json.loads(path.read_text())) for path in results]
    assert rows == {name: [one[name] for one in found] for name in found[0]}
    differing = {name for name in rows if len(set(rows[name])) > 1}
    assert process.stdout.splitlines()[-1] == f"{len(differing)} of {len(rows)} scenarios differ"
    short = compare(*results)
    assert short.returncode == 1 and "\x1b" not in short.stdout
    assert {line.split()[1] for line in short.stdout.splitlines()
            if len(line.split()) == 4 and "/" in line.split()[1]} == differing
    assert "  A  Coraid EtherDrive vblade V25, e0.1\n" in short.stdout
    assert "  B  AoE reference target " in short.stdout


def test_the_same_result_does_not_differ(results):
    process = compare(results[0], results[0])
    assert process.returncode == 0
    assert process.stdout.splitlines()[-1].startswith("0 of ")


def test_compared_on_a_terminal_with_colours(results):
    shell = shlex.join([aoelab.build_path("aoe-conform"), "compare", *map(str, results)])
    process = subprocess.run(["script", "-qec", shell, "/dev/null"], stdout=subprocess.PIPE,
                             stdin=subprocess.DEVNULL, text=True, check=False)
    assert process.returncode == 1 and "\x1b[" in process.stdout


@pytest.mark.parametrize("arguments, words", [
    ([], ["2 to 26", "not 0"]),
    (["{good}"], ["2 to 26", "not 1"]),
    (["{good}"] * 27, ["2 to 26", "not 27"]),
    (["{good}", "/no/such/file"], ["/no/such/file", "No such file"]),
    (["{good}", "{bad}"], ["bad.json", "'suite'"]),
    (["{good}", "{good}", "--frobnicate"], ["--frobnicate", "compare --help"]),
    (["{good}", "{good}", "--html"], ["--html", "missing"]),
])
def test_wrong_use_of_compare(results, tmp_path, arguments, words):
    bad = tmp_path / "bad.json"
    bad.write_text('{"suite": "aoe-analyze"}')
    process = compare(*(one.format(good=results[0], bad=bad) for one in arguments))
    assert process.returncode == 2 and process.stdout == ""
    assert process.stderr.startswith("aoe-conform: ") and process.stderr.count("\n") == 1
    for word in words:
        assert word in process.stderr


def test_a_comparison_that_cannot_be_written(results):
    process = compare(*results, "--html", "/no/such/folder/x.html")
    assert process.returncode == 3 and "/no/such/folder/x.html" in process.stderr


def test_the_page_of_a_comparison(opened, results, tmp_path):
    path = tmp_path / "page.html"
    process = compare(*results, "--html", "-")
    assert process.returncode == 1 and "scenarios differ" in process.stderr
    path.write_text(process.stdout, encoding="utf-8")
    opened.resize(1280)
    opened.driver.get(path.as_uri())
    found = [verdicts(json.loads(one.read_text())) for one in results]
    differing = {name: [one[name] for one in found] for name in found[0]
                 if found[0][name] != found[1][name]}
    rows = """return [...document.querySelectorAll(".comparison tr[id]:not(.clause)")]
        .filter((row) => row.checkVisibility()).map((row) => [row.id,
        [...row.querySelectorAll("td .verdict")].map((one) => one.textContent)])"""
    assert dict(opened.script(rows)) == differing
    choose(opened, "verdict", "advice")
    assert dict(opened.script(rows)) == {name: pair for name, pair in differing.items()
                                         if "advice" in pair}
    choose(opened, "verdict", "pass")
    assert dict(opened.script(rows)) == {name: pair for name, pair in differing.items()
                                         if "pass" in pair}
    choose(opened, "verdict", "advice")
    clauses = opened.script("""return [...document.querySelectorAll(".comparison .clause")]
        .filter((row) => row.checkVisibility()).length""")
    assert 0 < clauses < len(opened.all(".comparison .clause"))
    opened.one(".filters button").click()
    opened.until(lambda: dict(opened.script(rows)) == differing)
    opened.one(".filters [name=text]").send_keys("version-of-response")
    assert list(dict(opened.script(rows))) == ["frame/version-of-response"]
    opened.resize(PHONE, 780)
    assert opened.script("return document.documentElement.scrollWidth") <= PHONE
    wide = opened.one(".wide")
    assert opened.script("return arguments[0].scrollWidth <= arguments[0].clientWidth", wide)
    assert opened.script("return performance.getEntriesByType('resource').length") == 0
    assert opened.complaints() == []
