# SPDX-License-Identifier: GPL-2.0-or-later
"""Linux's driver and iPXE judged, and nothing found but what their baselines explain.

Every check runs the quick scenarios; 'make initiators' all of them, in several labs at once: most of the time
goes by in waiting for initiators to give up.
"""
import json
import os
import subprocess

import pytest

import aoelab

BASELINES = {"linux": "linux-aoe-6.1", "ipxe": "ipxe"}
FULL = os.environ.get("AOE_INITIATORS") == "full"
LABS = 12
# What a rule finds in a whole run need not show in a part of it.
KNOWN_RULES = {"linux": [], "ipxe": ["rules/i-bufcount", "rules/i-sectors", "rules/i-retransmit"]}


def listed(*patterns):
    said = subprocess.run([aoelab.build_path("aoe-conform"), "--list", *patterns], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return [line.split()[0] for line in said.splitlines()]


def start(name, path, *arguments):
    skips = [word for rule in KNOWN_RULES[name] for word in ("--skip", rule)]
    return subprocess.Popen(
        [os.path.join(aoelab.ROOT, "ci/initiator"), name, "--json", path, *skips, "--baseline",
         os.path.join(aoelab.ROOT, "baselines", BASELINES[name]), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def verdicts_of(process, path):
    """By id; the program itself says whether all is as the baseline has it."""
    said, _ = process.communicate(timeout=3600)
    assert process.returncode == 0, said
    with open(path, encoding="utf-8") as file:
        return {scenario["id"]: scenario["verdict"] for scenario in json.load(file)["scenarios"]}


def expected_of(name):
    with open(os.path.join(aoelab.ROOT, "baselines", BASELINES[name]), encoding="utf-8") as file:
        return {line.split()[0] for line in file if line.strip() and not line.startswith("#")}


def test_baselines_name_scenarios_and_say_why():
    every = set(listed("initiator/*", "rules/i-*"))
    for name in BASELINES:
        assert expected_of(name) <= every
        with open(os.path.join(aoelab.ROOT, "baselines", BASELINES[name]), encoding="utf-8") as file:
            for line in file:
                assert not line.strip() or line.startswith("#") or len(line.split("# ", 1)[1]) > 5, line


def test_the_quick_scenarios(tmp_path):
    started = {name: start(name, str(tmp_path / name), "--quick") for name in BASELINES}
    quick = set(listed("--quick", "initiator/*"))
    for name, process in started.items():
        found = verdicts_of(process, tmp_path / name)
        assert quick <= set(found)
        assert {scenario for scenario, verdict in found.items() if verdict == "known"} == \
            expected_of(name) & set(found)
        assert set(found.values()) <= {"pass", "known"}


@pytest.mark.skipif(not FULL, reason="takes minutes: 'make initiators'")
@pytest.mark.parametrize("name", BASELINES)
def test_all_scenarios(tmp_path, name):
    every, found = listed("initiator/*"), {}
    parts = [(tmp_path / str(i), every[i::LABS]) for i in range(LABS)]
    started = [(start(name, str(path), *scenarios), path) for path, scenarios in parts]
    for process, path in started:
        found.update(verdicts_of(process, path))
    assert set(every) <= set(found)
    assert {scenario for scenario, verdict in found.items() if verdict == "known"} == \
        expected_of(name) - set(KNOWN_RULES[name])
    assert {scenario for scenario, verdict in found.items() if verdict == "skip"} == {
        "initiator/follow-jumbo", "initiator/follow-jumbo-lost", "initiator/sectors-seventeen",
        "initiator/retransmit-query-thrice"}
