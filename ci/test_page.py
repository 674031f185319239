# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML page in headless Chromium, used as people use it."""
import copy
import itertools
import json
import subprocess

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import aoebrowser
import aoelab
import analysissample

HOSTILE = "</script><img src=x onerror=alert(1)><!--"
CHARTS = ["Response time", "Outstanding commands", "Position on the disk", "Throughput", "IOPS",
          "Repeats and errors"]


def page_of(document):
    """The page of {"captures": [{"name", "files", "result"}, ...]}."""
    return subprocess.run([aoelab.build_path("analyser/tests/make_page")], check=True,
                          input=json.dumps(document).encode(), stdout=subprocess.PIPE).stdout


class Browser(aoebrowser.Browser):
    """Chromium with one page of the analyser open."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.numbers = folder, itertools.count()

    def open(self, document):
        path = self.folder / f"page{next(self.numbers)}.html"
        path.write_bytes(page_of(document))
        self.driver.get(path.as_uri())
        return self

    # ---- charts ----

    def chart(self, title):
        return self.named("figure.chart", "h3", title)

    def pixels(self, title):
        """What a chart looks like, once all that is to be drawn is drawn."""
        self.driver.execute_async_script("const done = arguments[0];"
                                         "requestAnimationFrame(() => requestAnimationFrame(done))")
        return self.script("return arguments[0].toDataURL()", self.one("canvas", self.chart(title)))

    def range(self):
        """What all charts over time show: they must agree."""
        seen = {(float(figure.get_attribute("data-from")), float(figure.get_attribute("data-to")))
                for figure in self.all("#time figure.chart")}
        assert len(seen) == 1, seen
        return seen.pop()

    def plot(self, title):
        plot = self.one(".u-over", self.chart(title))
        self.script("arguments[0].scrollIntoView({block: 'center'})", plot)
        return plot

    def move(self, plot, x, y):
        """Moves the pointer: x and y from 0 to 1 of the plot, from its left and top."""
        size = plot.size
        return ActionChains(self.driver, duration=0).move_to_element_with_offset(
            plot, round((x - 0.5) * (size["width"] - 1)), round((y - 0.5) * (size["height"] - 1)))

    def drag(self, title, start, end):
        plot = self.plot(title)
        self.move(plot, start, 0.5).click_and_hold().perform()
        self.move(plot, (start + end) / 2, 0.5).perform()
        self.move(plot, end, 0.5).release().perform()

    def tooltip(self):
        tooltip = self.one("#tooltip")
        return tooltip.text.split("\n") if tooltip.is_displayed() else None

    def legend(self, title, name):
        return self.named(".u-series", "th", name, self.chart(title))

    # ---- tables ----

    def table(self, caption):
        return self.named("table", "caption", caption)

    def rows(self, caption):
        return self.script("""return [...arguments[0].querySelectorAll(":scope > tbody > tr:not(.detail)")]
            .map((row) => [...row.cells].map((cell) => cell.innerText.trim()));""", self.table(caption))

    def head(self, caption, label):
        return self.named("thead th", "button", label, self.table(caption))


@pytest.fixture(name="opened", scope="module")
def fixture_opened(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("pages"))
    yield browser
    browser.driver.quit()


@pytest.fixture(name="browser")
def fixture_browser(opened):
    """The browser; nothing that a test does may make the page complain."""
    opened.resize(1280)
    yield opened
    assert opened.complaints() == []


@pytest.fixture(name="slow", scope="module")
def fixture_slow():
    return analysissample.result(1, 4000, 40_000_000_000)


@pytest.fixture(name="fast", scope="module")
def fixture_fast():
    return analysissample.result(2, 4000, 35_000_000_000, slow=False)


@pytest.fixture(name="page")
def fixture_page(browser, slow):
    return browser.open(analysissample.document(slow))


def test_what_is_wrong_comes_first(page):
    assert page.all("main section")[0].get_attribute("id") == "problems"
    severities = [item.text for item in page.all(".severity")]
    assert severities == ["Wrong", "Wrong", "Wrong", "Slow", "Note"]
    assert "lost 312 frames" in page.text("#problems")
    assert "312 frames" in page.text("#capture")
    assert "2026-11-21 04:00:00.123 UTC+01:00" in page.text("#capture")


def test_figures(page, slow):
    tiles = {page.one("h3", tile).text: page.one(".value", tile).text for tile in page.all(".tile")}
    total = slow["total"]
    assert tiles["Commands"].replace("\u202f", "") == str(total["commands"])
    assert tiles["Loss"] == f"{total['loss_ratio'] * 100:.3g} %"
    assert tiles["Latency p99"] == f"{total['command_latency']['p99_ns'] / 1e6:.3g} ms"
    assert tiles["Latency p50"] == f"{total['command_latency']['p50_ns'] / 1e3:.3g} \u00b5s"


def test_it_is_one_file(page):
    assert page.script("return performance.getEntriesByType('resource').length") == 0


def test_charts_share_their_time(page):
    assert [page.one("h3", figure).text for figure in page.all("#time figure.chart")] == CHARTS
    start, end = page.range()
    assert (start, end) == (0, 40)
    plots = [plot.rect for plot in page.all("#time .u-over")]
    assert len(plots) == len(CHARTS)
    assert len({(plot["x"], plot["width"]) for plot in plots}) == 1


@pytest.mark.parametrize("title", ["Response time", "Throughput"])
def test_dragging_zooms_all_charts(page, title):
    whole = page.range()
    before = {chart: page.pixels(chart) for chart in CHARTS}
    page.drag(title, 0.5, 0.75)
    page.until(lambda: page.range() != whole)
    start, end = page.range()
    assert start == pytest.approx(whole[1] * 0.5, abs=0.2)
    assert end == pytest.approx(whole[1] * 0.75, abs=0.2)
    assert all(page.pixels(chart) != before[chart] for chart in CHARTS)
    first, last = page.text(".range").split(" (")[0].removesuffix(" s").split(" s to ")
    assert (float(first), float(last)) == pytest.approx((start, end), abs=0.006)
    ActionChains(page.driver).double_click(page.plot("IOPS")).perform()
    page.until(lambda: page.range() == whole)
    ActionChains(page.driver).move_to_element(page.one("#time h2")).perform()
    assert all(page.pixels(chart) == before[chart] for chart in CHARTS)


def test_buttons_zoom_by_keyboard(page):
    whole = page.range()
    page.one("button[aria-label='Zoom in']").send_keys(Keys.ENTER)
    page.until(lambda: page.range() == pytest.approx((whole[1] / 4, whole[1] * 3 / 4)))
    page.one("button[aria-label='Earlier']").send_keys(Keys.ENTER)
    page.until(lambda: page.range() == pytest.approx((whole[1] / 8, whole[1] * 5 / 8)))
    page.one("button[aria-label='Show the whole capture']").send_keys(Keys.SPACE)
    page.until(lambda: page.range() == whole)


def one_dot(result):
    """The same with the slowest command alone, whose dot is then easy to hit."""
    return {**result, "slowest": [copy.deepcopy(result["slowest"][0])]}


def hover_dot(page, result):
    """Moves down at the time of the slowest command until the tooltip is that of a dot."""
    seconds = (result["slowest"][0]["time_ns"] - result["capture"]["start_ns"]) / 1e9
    start, end = page.range()
    plot = page.plot("Response time")
    for y in range(1, 60):
        page.move(plot, (seconds - start) / (end - start), y / 60).perform()
        lines = page.tooltip()
        if lines and any(line.startswith("request:") for line in lines):
            return lines
    return None


def test_hover_tells_of_a_command(page, slow):
    slowest = slow["slowest"][0]
    page.open(analysissample.document(one_dot(slow)))
    lines = hover_dot(page, slow)
    half = slow["capture"]["frames"] // 2
    file = int(slowest["first_frame"] > half)
    frame = slowest["first_frame"] - file * half
    assert lines[0].startswith(slowest["target"]) and slowest["operation"] in lines[0]
    assert slowest["lba"] is None or f"LBA {slowest['lba']}," in lines[0]
    assert lines[1] == f"from {slowest['initiator']}"
    assert lines[2].startswith(f"{slowest['command_latency_ns'] / 1e6:.3g} ms (frame round trip ")
    assert lines[4] == f"request: monday.{file}.pcapng frame {frame}"
    assert lines[5] == f"answer: monday.{file}.pcapng frame {frame + 1}"
    page.move(page.plot("IOPS"), 0.5, 0.5).perform()
    assert page.tooltip() is None


def test_hover_tells_of_cells(page, slow):
    heat = {**slow["heat"], "cells": [[3, 40, 17]]}
    positions = {**slow["positions"], "cells": [[3, 0, 5, 1]]}
    changed = {**slow, "heat": heat, "positions": positions, "slowest": []}
    page.open(analysissample.document(changed))
    place = (heat["first_ns"] + 3.5 * heat["bin_ns"] - analysissample.START) / 40e9
    page.move(page.plot("Response time"), place, 0.5).perform()
    assert page.tooltip() == ["17 commands of 1.05 ms to 1.31 ms"]
    page.move(page.plot("Position on the disk"), place, 0.5).perform()
    assert page.tooltip() == ["5 reads", "1 write", "LBA 0 to 327679", "0 B to 160 MiB"]
    page.move(page.plot("Position on the disk"), 0.9, 0.5).perform()
    assert page.tooltip() is None


def test_the_cursor_is_in_all_charts_and_moves_nothing(page):
    tops = [figure.rect["y"] for figure in page.all("figure.chart")]
    page.move(page.plot("Throughput"), 0.25, 0.5).perform()
    page.until(lambda: page.text(".cursor"))
    seconds, clock = page.text(".cursor").removeprefix("at ").split(" s, ")
    assert float(seconds) == pytest.approx(10, abs=0.05)
    assert float(clock.removeprefix("04:00:")) == pytest.approx(float(seconds) + 0.123457, abs=2e-6)
    assert page.legend("IOPS", "answers/s").text != "answers/s: \u2013"
    lines = [page.script("return arguments[0].getBoundingClientRect().left", cursor)
             for cursor in page.all("#time .u-cursor-x")]
    assert len(lines) == len(CHARTS) and len(set(lines)) == 1
    assert [figure.rect["y"] for figure in page.all("figure.chart")] == tops


def test_the_legend_tells_of_the_step_under_the_pointer(browser):
    result = analysissample.result(1, 200, 20 * analysissample.BIN, slow=False)
    series = result["series"]
    for i, row in enumerate(series["total"]):
        row[series["columns"].index("outstanding_max")] = 100 + i
    browser.open(analysissample.document(result))
    plot = browser.plot("Outstanding commands")
    for place in range(40, 60):
        browser.move(plot, place / 100, 0.5).perform()
        seconds = float(browser.text(".cursor").removeprefix("at ").split(" s, ")[0])
        bin_ = analysissample.bin_of(round(seconds * 1e9), analysissample.BIN)
        legend = browser.legend("Outstanding commands", "outstanding at most")
        assert browser.one("td", legend).text == str(100 + bin_)


@pytest.mark.parametrize("title, name", [
    ("Throughput", "read"), ("Response time", "commands"), ("Response time", "slowest"),
    ("Position on the disk", "writes")])
def test_legend_shows_and_hides(page, title, name):
    before = page.pixels(title)
    head = page.one("th", page.legend(title, name))
    assert head.get_attribute("aria-pressed") == "true"
    head.click()
    page.until(lambda: head.get_attribute("aria-pressed") == "false")
    assert page.pixels(title) != before
    assert "u-off" in page.legend(title, name).get_attribute("class")
    head.send_keys(Keys.ENTER)
    page.until(lambda: head.get_attribute("aria-pressed") == "true")
    ActionChains(page.driver).move_to_element(page.one("#time h2")).perform()
    assert page.pixels(title) == before


def targets_by(slow, value, descending):
    def name(target):
        return target["target"] + (f" (VLAN {target['vlan']})" if target["vlan"] else "")
    names = [(value(target), name(target)) for target in slow["targets"]]
    return [name for _, name in sorted(names, reverse=descending)]


def test_tables_are_sorted_by_their_heads(page, slow):
    def names():
        return [row[0] for row in page.rows("Targets")]
    head = page.head("Targets", "Max")
    expected = targets_by(slow, lambda target: target["command_latency"]["max_ns"], True)
    assert names() != expected
    page.one("button", head).click()
    assert names() == expected and head.get_attribute("aria-sort") == "descending"
    page.one("button", head).send_keys(Keys.ENTER)
    assert names() == expected[::-1] and head.get_attribute("aria-sort") == "ascending"
    page.one("button", page.head("Targets", "Commands")).click()
    assert names() == targets_by(slow, lambda target: target["commands"], True)
    assert head.get_attribute("aria-sort") is None


def test_rows_unfold_and_stay_with_their_row(page, slow):
    toggle = page.one("tbody .unfold", page.table("Targets"))
    assert toggle.text == "e0.1" and toggle.get_attribute("aria-expanded") == "false"
    toggle.send_keys(Keys.ENTER)
    assert toggle.get_attribute("aria-expanded") == "true"
    detail = page.one("tr.detail", page.table("Targets"))
    for part in ("0a:ba:6d:8d:ad:8c", "buffer count 4", "By operation", "Alignment", "Seeks",
                 "sequential", "Timer, first repeat", "900 commands", "16 sectors (8 KiB)"):
        assert part in detail.text, part
    page.one("button", page.head("Targets", "Commands")).click()
    page.one("button", page.head("Targets", "Commands")).click()
    order = page.all(":scope > tbody > tr", page.table("Targets"))
    place = next(i for i, row in enumerate(order) if row.text.startswith("e0.1"))
    assert place > 0 and "By operation" in order[place + 1].text and order[place + 1].is_displayed()
    toggle.click()
    assert not detail.is_displayed()


def test_a_target_is_chosen(page, slow):
    page.drag("IOPS", 0.2, 0.9)
    chosen = page.range()
    assert chosen[1] < 39
    before = {title: page.pixels(title) for title in CHARTS}
    Select(page.one("#time select")).select_by_visible_text("e7.3 (VLAN 10)")
    assert page.range() == chosen
    changed = {title for title in CHARTS if page.pixels(title) != before[title]}
    assert changed >= {"Response time", "Throughput", "IOPS"}
    assert "Position on the disk" not in changed
    assert "lines and dots are of e7.3 (VLAN 10)" in page.chart("Response time").text
    options = [option.text for option in Select(page.one("#time select")).options]
    assert options == ["all targets", "e0.1", "e0.2", "e7.3 (VLAN 10)", "e7.3 (VLAN 100.10)"]


def test_latencies_of_a_target_and_operation(page, slow):
    target, operation = map(Select, page.all("#latency select"))
    histogram, percentiles = page.pixels("Histogram"), page.pixels("Percentiles")
    target.select_by_visible_text("e0.2")
    operation.select_by_visible_text("write")
    of = next(one for one in slow["targets"] if one["target"] == "e0.2")
    of = next(one for one in of["operations"] if one["operation"] == "write")
    rows = {row[0]: row for row in page.rows("Percentiles")}
    assert rows["command latency"][1] == str(of["command_latency"]["count"])
    assert rows["frame round trip"][-1] == f"{of['frame_round_trip']['max_ns'] / 1e6:.3g} ms"
    assert page.pixels("Histogram") != histogram and page.pixels("Percentiles") != percentiles


def test_hidden_stays_hidden_when_another_target_is_chosen(page):
    page.one("th", page.legend("Throughput", "write")).click()
    Select(page.one("#time select")).select_by_visible_text("e0.2")
    heads = [page.one("th", page.legend("Throughput", name)) for name in ("write", "read")]
    assert [head.get_attribute("aria-pressed") for head in heads] == ["false", "true"]


def test_findings(page):
    rows = page.rows("Rules that frames break")
    assert [row[:4] for row in rows] == [["2.2-version", "fail", "must", "40"],
                                         ["3.1-padding", "advice", "should", "3"]]
    assert rows[0][4] == "monday.0.pcapng frame 2"
    page.one(".unfold", page.table("Rules that frames break")).click()
    detail = page.one("tr.detail", page.table("Rules that frames break")).text
    assert "The first 10 of 40" in detail and "monday.0.pcapng frame 38" in detail


def test_frames_are_named_by_their_file(browser, slow):
    half = slow["capture"]["frames"] // 2
    problem = {**slow["problems"][1], "frames": [1, half, half + 1, half + 7]}
    files = [["/a/x.pcap", "/b/x.pcap"]]
    browser.open(analysissample.document({**slow, "problems": [problem]}, files=files))
    browser.one("#problems summary").click()
    assert (f"/a/x.pcap frame 1, /a/x.pcap frame {half}, /b/x.pcap frame 1, /b/x.pcap frame 7"
            in browser.text("#problems details"))


def test_two_captures(browser, fast, slow):
    browser.open(analysissample.document(fast, slow))
    tile = browser.named(".tile", "h3", "Latency p99")
    p99 = [one["total"]["command_latency"]["p99_ns"] for one in (fast, slow)]
    texts = [f"{p99[0] / 1e3:.3g} \u00b5s", f"{p99[1] / 1e6:.3g} ms"]
    assert [value.text for value in browser.all(".value", tile)] == texts
    assert browser.one(".ratio.worse", tile).text == f"\u00d7 {p99[1] / p99[0]:.3g} \u25bc"
    worse = browser.rows("Worse")
    assert ["all targets", "Command latency: the 99th percentile", *texts,
            f"\u00d7 {p99[1] / p99[0]:.3g} \u25bc"] in worse
    factors = [float(row[4].split()[1]) for row in worse if row[4].startswith("\u00d7")]
    sizes = [max(factor, 1 / factor) for factor in factors]
    assert len(sizes) > 5 and sizes == sorted(sizes, reverse=True)
    for name in ("A read", "A write", "B read", "B write"):
        before = browser.pixels("Throughput")
        browser.one("th", browser.legend("Throughput", name)).click()
        assert browser.pixels("Throughput") != before, name
    assert [row[0] for row in browser.rows("Percentiles")] == [
        "A command latency", "A frame round trip", "B command latency", "B frame round trip"]
    first = next(row for row in browser.rows("Targets") if row[0] == "e0.1")
    commands = [str(one["targets"][0]["commands"]) for one in (fast, slow)]
    assert first[1].replace("\u202f", "").split("\n")[:2] == commands
    assert browser.range() == (0, 40)
    browser.drag("Response time", 0.1, 0.3)
    browser.until(lambda: browser.range()[1] < 13)


def test_better_is_told_from_worse(browser, fast, slow):
    browser.open(analysissample.document(slow, fast))
    tile = browser.named(".tile", "h3", "Latency p99")
    assert browser.all(".ratio.better", tile) and not browser.all(".ratio.worse", tile)
    better = browser.rows("Better")
    assert any(row[1] == "Command latency: the 99th percentile" for row in better)
    assert all(row[4].endswith("\u25b2") for row in better)


def test_two_captures_hover_tells_which(browser, fast, slow):
    browser.open(analysissample.document({**fast, "slowest": []}, one_dot(slow)))
    lines = hover_dot(browser, slow)
    assert lines[0].startswith(f"B {slow['slowest'][0]['target']}")
    assert any(line.startswith("request: tuesday.") for line in lines)


def test_target_in_one_capture_only(browser, fast, slow):
    series = {**slow["series"], "targets": slow["series"]["targets"][1:]}
    less = {**slow, "targets": slow["targets"][1:], "series": series}
    browser.open(analysissample.document(fast, less))
    assert "Only in A: e0.1." in browser.text("#changes")
    Select(browser.one("#time select")).select_by_visible_text("e0.1")
    heads = browser.all(".u-series th", browser.chart("IOPS"))
    assert [head.text for head in heads[1:]] == ["A answers/s"]
    browser.one(".unfold", browser.table("Targets")).click()
    assert "Not in this capture." in browser.text("#tables .detail")


def test_no_aoe_at_all(browser):
    browser.open(analysissample.document(analysissample.empty_result()))
    assert "There is no AoE to analyse in monday. It holds 25 frames" in browser.text("main")
    assert not browser.all("figure") and not browser.all("#tables")
    assert "not known: the file does not say" in browser.text("#capture")


def test_one_of_two_without_aoe(browser, slow):
    browser.open(analysissample.document(slow, analysissample.empty_result()))
    assert "There is no AoE to analyse in B, tuesday." in browser.text("main")
    assert not browser.all("#changes") and len(browser.all("#time figure")) == len(CHARTS)


def test_a_capture_of_a_moment(browser):
    """All in one bin: points instead of lines, and nothing divided by nothing."""
    result = analysissample.result(3, 1, 1000, slow=False)
    result["capture"].update(duration_ns=0, end_ns=analysissample.START)
    result["total"].update(bytes_per_second=None, iops=None)
    browser.open(analysissample.document(result))
    assert len(browser.all("figure")) == len(CHARTS) + 2
    assert "NaN" not in browser.text("main") and "Infinity" not in browser.text("main")


def with_hostile(value, key=None):
    """The same with markup for every text but those that the page decides by."""
    if isinstance(value, dict):
        return {name: with_hostile(one, name) for name, one in value.items()}
    if isinstance(value, list) and key != "columns":
        return [with_hostile(one, key) for one in value]
    return f"{value}{HOSTILE}" if isinstance(value, str) and key != "severity" else value


@pytest.mark.parametrize("count", [1, 2])
def test_markup_in_the_data_is_text(browser, slow, count):
    results = [with_hostile(one_dot(slow))] * count
    files = [[f"/dir/0{HOSTILE}", f"/dir/1{HOSTILE}"]] * count
    names = [f"a{HOSTILE}", f"b{HOSTILE}"]
    browser.open(analysissample.document(*results, names=names, files=files))
    lines = hover_dot(browser, slow)
    assert all(HOSTILE in lines[i] for i in (0, 1, 4, 5))
    for button in browser.all(".unfold") + browser.all("summary"):
        browser.script("arguments[0].click()", button)
    Select(browser.one("#time select")).select_by_index(1)
    assert HOSTILE in browser.text("h1 + ul") and HOSTILE in browser.text("#findings")
    assert browser.driver.title.startswith(f"a{HOSTILE}")
    assert browser.script("return document.images.length") == 0
    assert browser.script("return document.scripts.length") == 2


@pytest.mark.parametrize("width", [800, 1280])
def test_it_fits_the_window(page, fast, slow, width):
    page.resize(width)
    page.open(analysissample.document(fast, slow))
    assert page.script("return document.documentElement.scrollWidth") <= width
    for figure in page.all("figure.chart"):
        wrap, plot = page.one(".u-wrap", figure), page.one(".plot", figure)
        assert wrap.rect["width"] <= plot.rect["width"] + 1


def test_charts_follow_the_window(page):
    page.resize(800)
    page.until(lambda: page.one(".u-wrap").rect["width"] < 800)
    page.resize(1280)
    page.until(lambda: page.one(".u-wrap").rect["width"] > 1100)


def test_dark_and_print(page):
    def background():
        return page.script("return getComputedStyle(document.body).backgroundColor")

    def look():
        return {title: page.pixels(title) for title in CHARTS + ["Histogram", "Percentiles"]}
    light, white = look(), background()
    page.tell("Emulation.setEmulatedMedia",
              features=[{"name": "prefers-color-scheme", "value": "dark"}])
    try:
        page.until(lambda: background() != white)
        dark = look()
        assert all(dark[title] != light[title] for title in dark)
        page.script("dispatchEvent(new Event('beforeprint'))")
        assert background() == white and page.one(".u-wrap").rect["width"] <= 700
        page.script("dispatchEvent(new Event('afterprint'))")
        page.until(lambda: page.one(".u-wrap").rect["width"] > 1100)
        assert look() == dark
        page.driver.refresh()
        assert look() == dark
    finally:
        page.tell("Emulation.setEmulatedMedia", features=[])
    page.until(lambda: background() == white)
    assert look() == light


def test_what_a_screen_reader_gets(page):
    assert page.script("return document.documentElement.lang") == "en"
    assert all(page.all("caption", table) for table in page.all("table:not(.u-legend)"))
    assert all(plot.get_attribute("aria-label") for plot in page.all(".plot"))
    assert all(one.get_attribute("aria-labelledby") for one in page.all("main section"))
