# SPDX-License-Identifier: GPL-2.0-or-later
"""The reports that people and scripts rely on, of a run with every kind of result."""
import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

import aoeframes
from conftest import Suite, verdicts


@pytest.fixture(name="run", scope="module")
def fixture_run():
    """vblade with a baseline for one of its failures, and one that is not deserved."""
    with Suite() as lab:
        lab.vblade()
        files = {name: os.path.join(lab.folder, name)
                 for name in ("baseline", "json", "junit", "tap", "captures")}
        with open(files["baseline"], "w", encoding="utf-8") as file:
            file.write("# known\nframe/error-reflected  # upstream report 12\nconfig/read\n")
        process = lab.conform(
            "--target", "a0", "e0.1", "--allow", "media,config", "--baseline", files["baseline"],
            "--json", files["json"], "--junit", files["junit"], "--tap", files["tap"],
            "--captures", files["captures"], "--seed", 7)
        assert process.returncode == 1
        with open(files["json"], encoding="utf-8") as file:
            files["result"] = json.load(file)
        files["text"] = process.stdout
        yield files


def test_json_has_what_the_contract_names(run):
    result = run["result"]
    assert result["suite"] == "aoe-conform" and result["seed"] == 7 and result["version"]
    assert {"interface", "address", "mac", "mtu", "buffer_count", "sector_count", "firmware",
            "capacity", "commands"} <= set(result["target"])
    assert {"p50", "p99"} == set(result["timing"]["rtt_us"]) and result["timing"]["quiet_ms"] > 0
    names = ("pass", "fail", "advice", "skip", "inconclusive", "known", "fixed", "error")
    assert set(result["summary"]) == set(names) | {"duration_ms"}
    for name in names:
        assert result["summary"][name] == list(verdicts(result).values()).count(name)
    for scenario in result["scenarios"]:
        assert {"id", "title", "clause", "level", "verdict", "reason", "line", "expected", "actual",
                "duration_ms", "capture"} <= set(scenario)
        if scenario["verdict"] in ("fail", "advice", "skip", "known", "fixed"):
            assert scenario["reason"]


def test_every_kind_of_verdict_is_there(run):
    found = verdicts(run["result"])
    assert found["frame/error-reflected"] == "known"
    assert found["config/read"] == "fixed"
    assert found["frame/version-of-response"] == "fail"
    assert found["frame/version-unsupported"] == "advice"
    assert found["reserve/set-empty"] == "skip"
    assert found["config/prefix-matches"] == "pass"


def test_junit(run):
    root = ElementTree.parse(run["junit"]).getroot()
    cases = {f"{case.get('classname').split('.', 1)[1]}/{case.get('name')}": case
             for case in root.iter("testcase")}
    found = verdicts(run["result"])
    assert set(cases) == set(found)
    for name, case in cases.items():
        kinds = {child.tag for child in case}
        assert ("failure" in kinds) == (found[name] in ("fail", "fixed")), name
        assert ("skipped" in kinds) == (found[name] in ("skip", "known")), name
        assert "error" not in kinds
    suite = root if root.tag == "testsuite" else root.find("testsuite")
    assert int(suite.get("failures")) == sum(v in ("fail", "fixed") for v in found.values())
    assert int(suite.get("tests")) == len(found)


def test_tap(run):
    with open(run["tap"], encoding="utf-8") as file:
        lines = file.read().splitlines()
    found = verdicts(run["result"])
    assert lines[0] == "TAP version 13"
    assert f"1..{len(found)}" in lines
    bad = [line for line in lines if line.startswith("not ok")]
    plain = [line for line in bad if "# TODO" not in line]
    assert len(plain) == sum(v in ("fail", "fixed") for v in found.values())
    assert sum("# SKIP" in line for line in lines) == sum(v == "skip" for v in found.values())


def test_text_shows_all_that_a_failure_needs(run):
    text = run["text"]
    start = text.index("FAIL        frame/version-of-response")
    block = text[start:text.index("again:", start) + 200]
    for part in ("2.2-version (must", "scenarios/frame/version-of-response.aoe:", "a expect",
                 "expected", "actual", "byte(s)", "frames", "request   0000", "response  0000", "^^",
                 "aoe-conform --target a0 e0.1 --allow media,config --seed 7 "
                 "frame/version-of-response"):
        assert part in block, part
    assert "--allow reserve" in text and "--allow masks" in text
    assert text.rstrip().splitlines()[-1].startswith("e0.1 on a0: NOT CONFORMANT: ")
    assert max(map(len, text.splitlines())) <= 120


def test_the_command_of_a_failure_shows_it_again(lab):
    lab.vblade()
    process = lab.conform("--target", "a0", "e0.1", "--skip", "rules/*", "frame/version-of-response")
    line = next(line for line in process.stdout.splitlines() if "again:" in line)
    words = line.split("again:")[1].split()
    assert words[0] == "aoe-conform"
    again = lab.conform(*words[1:])
    assert again.returncode == 1 and "FAIL        frame/version-of-response" in again.stdout


def test_captures_are_read_by_tshark(run):
    for scenario in run["result"]["scenarios"]:
        if scenario["verdict"] == "skip":
            assert scenario["capture"] is None
            continue
        assert os.path.exists(scenario["capture"]), scenario["id"]
    path = os.path.join(run["captures"], "frame", "version-of-response.pcapng")
    seen = subprocess.run(["tshark", "-r", path, "-T", "fields", "-e", "frame.comment", "-e",
                           "eth.type", "-E", "separator=|"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    packets, _ = aoeframes.read_pcapng(path)
    assert len(seen) == len(packets) >= 4
    assert all("0x88a2" in line for line in seen)
    assert any("a send   config read version=" in line or "a send config read" in line
               for line in seen)
    assert any("fail" in line and "2.2-version" in line for line in seen)


def test_a_report_on_standard_output_leaves_it_to_itself(lab):
    lab.reference()
    process = lab.conform("--target", "a0", "e0.1", "--json", "-", "config/*")
    assert json.loads(process.stdout)["summary"]["pass"] > 0
    assert "conformant" in process.stderr
    process = lab.conform("--target", "a0", "e0.1", "--tap", "-", "config/*")
    assert process.stdout.startswith("TAP version 13")


def test_verbose_shows_every_scenario_and_frame(lab):
    lab.reference()
    process = lab.conform("--target", "a0", "e0.1", "--verbose", "config/*")
    assert "config/prefix-empty" in process.stdout
    assert "config prefix request" in process.stdout


def test_a_report_that_cannot_be_written_is_an_error(lab):
    lab.reference()
    process = lab.conform("--target", "a0", "e0.1", "--json", "/no/such/folder/x.json", "config/*")
    assert process.returncode == 3
    assert "/no/such/folder/x.json" in process.stderr


def test_the_same_seed_writes_the_same(lab):
    """Frames of two runs with one seed are the same, but for what the kernel chose: nothing."""
    lab.reference()
    arguments = ("--allow", "all", "ata/readback", "config/set-refused")

    def frames(*more):
        with lab.witness() as seen:
            lab.judge(*arguments, *more)
        return [raw for raw in seen if len(raw) > 36 and raw[19] == 0 and raw[27] == 0x30]

    assert frames() == frames()
    assert frames() != frames("--seed", "2")
