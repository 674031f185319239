# SPDX-License-Identifier: GPL-2.0-or-later
"""aoe-conform --initiator: a correct initiator passes, whatever is wrong is found, nothing is left behind."""
import contextlib
import json
import os
import shlex
import signal
import subprocess
import time

import pytest

import aoelab
from aoelab import INITIATOR, TARGET
from conftest import Suite, explain, verdicts

# The scenarios in parts that take about as long, for several links at once.
PARTS = (["initiator/[be]*"], ["initiator/[dfgi]*"], ["initiator/[lmv]*"], ["initiator/[rst]*"])

# What needs a link that carries more than 1500 bytes.
JUMBO = {"initiator/follow-jumbo", "initiator/follow-jumbo-lost", "initiator/sectors-seventeen"}


class Judge(Suite):
    """The lab with its roles exchanged: aoe-conform on the target's end, an initiator on the other."""

    def stimulus(self, *options):
        options = [option.format(folder=self.folder) for option in options]
        return shlex.join(["nsenter", "-t", str(self.initiator), "-n", "--",
                           aoelab.build_path("aoe-initiator"), "--deadline", "2", *options, INITIATOR])

    def judge_command(self, *arguments):
        return ["nsenter", "-t", str(self.target), "-n", "--",
                *self.conform_command("--initiator", TARGET, *arguments)]

    def judge_initiator(self, *arguments, stimulus=None):
        path = os.path.join(self.folder, "result.json")
        process = subprocess.run(
            self.judge_command("--stimulus", stimulus or self.stimulus(), "--patience", "10", "--json", path,
                               *arguments),
            env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
            timeout=200)
        with open(path, encoding="utf-8") as file:
            return process, json.load(file)


@pytest.fixture(name="judge")
def fixture_judge():
    with Judge() as lab:
        yield lab


def start_part(lab, patterns, options):
    path = os.path.join(lab.folder, "result.json")
    return path, subprocess.Popen(
        lab.judge_command("--stimulus", lab.stimulus(*options), "--patience", "240", "--json", path, *patterns),
        env=lab.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def judge_parts(mtu, parts, options):
    """Judges the correct initiator on a link for each part, all at once; returns the verdicts."""
    found = {}
    with contextlib.ExitStack() as stack:
        started = [start_part(stack.enter_context(Judge(mtu)), patterns, options) for patterns in parts]
        for path, process in started:
            _, error = process.communicate(timeout=200)
            with open(path, encoding="utf-8") as file:
                result = json.load(file)
            assert process.returncode == 0, (explain(result), error)
            found.update(verdicts(result))
    return found


# It forgets the target with the action, or keeps it from one to the next.
KINDS = pytest.mark.parametrize("options", [(), ("--stay", "{folder}/stay")], ids=["forgets", "stays"])


@KINDS
def test_a_correct_initiator_is_conformant(options):
    found = judge_parts(1500, PARTS, options)
    listed = subprocess.run([aoelab.build_path("aoe-conform"), "--list", "initiator/*", "rules/i-*"],
                            stdout=subprocess.PIPE, text=True, check=True).stdout
    assert set(found) == {line.split()[0] for line in listed.splitlines()}
    assert {scenario for scenario, verdict in found.items() if verdict != "pass"} == JUMBO


@KINDS
def test_a_correct_initiator_is_conformant_on_a_jumbo_link(options):
    found = judge_parts(9000, [["initiator/f*"], ["initiator/s*"]], options)
    assert JUMBO <= set(found)
    assert set(found.values()) == {"pass"}


def test_what_is_told_about_the_run(judge):
    process, result = judge.judge_initiator("initiator/request-read", "--captures",
                                            os.path.join(judge.folder, "captures"))
    assert process.returncode == 0, explain(result)
    initiator = result["initiator"]
    assert "target" not in result
    assert (initiator["interface"], initiator["served"], initiator["mtu"]) == (TARGET, "e0.1", 1500)
    assert initiator["stimulus"] == judge.stimulus()
    assert initiator["mac"] in process.stdout
    shown = subprocess.run(["tshark", "-r", os.path.join(judge.folder, "captures/initiator/request-read.pcapng"),
                            "-Y", "aoe.response == 0 && aoe.cmd == 0"], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True, check=True).stdout
    assert shown.count("Issue ATA Command Request") > 1


def test_data_that_changed_on_the_way_is_found(judge):
    """The initiator is right on the wire: what it hands on is not."""
    process, result = judge.judge_initiator("initiator/request-read",
                                            stimulus=f"changed() {{ {judge.stimulus()} \"$@\" | tr '\\0' '\\1'; }}; changed")
    assert process.returncode == 1
    scenario, = [s for s in result["scenarios"] if s["id"] == "initiator/request-read"]
    assert scenario["expected"] == "the initiator delivers what the medium holds"


def test_success_without_a_write_is_found(judge):
    process, result = judge.judge_initiator(
        "initiator/request-write", stimulus=f"skip() {{ [ $1 = write ] || {judge.stimulus()} \"$@\"; }}; skip")
    assert process.returncode == 1
    scenario, = [s for s in result["scenarios"] if s["id"] == "initiator/request-write"]
    assert scenario["verdict"] == "fail"


def test_a_wrong_capacity_is_found(judge):
    process, result = judge.judge_initiator(
        "initiator/request-discover", stimulus=f"wrong() {{ {judge.stimulus()} \"$@\" >&2 && echo 77; }}; wrong")
    assert process.returncode == 1
    assert "the initiator has found 77" in str(explain(result))


@pytest.mark.parametrize("stimulus, reason", [
    ("exit 5;", "the stimulus 'reset': exit status 5"),
    ("true", "no initiator has asked for it in 1 s"),
    ("/nonexistent/program", "the stimulus 'reset': exit status 127"),
])
def test_a_stimulus_that_does_not_work(judge, stimulus, reason):
    process, result = judge.judge_initiator("--patience", "1", "initiator/request-read", stimulus=stimulus)
    assert process.returncode == 3
    assert reason in process.stderr
    assert reason in result["error"]


def test_a_stimulus_that_breaks_in_a_scenario(judge):
    process, result = judge.judge_initiator(
        "initiator/request-read", stimulus=f"breaks() {{ [ $1 != read ] || exit 9; {judge.stimulus()} \"$@\"; }}; breaks")
    assert process.returncode == 3
    assert "the stimulus is broken: 'read' ended with exit status 9" in str(explain(result))


def test_an_action_that_there_is_not_is_skipped(judge):
    process, result = judge.judge_initiator(
        "initiator/request-read", "initiator/request-write",
        stimulus=f"some() {{ [ $1 != read ] || exit 77; {judge.stimulus()} \"$@\"; }}; some")
    assert process.returncode == 0, explain(result)
    assert verdicts(result)["initiator/request-read"] == "skip"


def test_an_initiator_that_hangs_fails(judge):
    process, result = judge.judge_initiator(
        "--patience", "2", "initiator/request-read",
        stimulus=f"hangs() {{ [ $1 != read ] || sleep 1000; {judge.stimulus()} \"$@\"; }}; hangs")
    assert process.returncode == 1
    assert "neither success nor an error in 2.0 s" in str(explain(result))


def test_only_the_named_host_is_served(judge):
    process, _ = judge.judge_initiator("--host", "02:00:00:00:00:77", "--patience", "1", "initiator/request-read")
    assert process.returncode == 3
    assert "no initiator has asked for it" in process.stderr


def test_an_initiator_that_is_only_watched(judge):
    working = subprocess.Popen(["sh", "-c", f"while :; do {judge.stimulus()} work e0.1; done"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process = subprocess.run(judge.judge_command("--patience", "2"), env=judge.environment(), check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)
    finally:
        working.terminate()
        working.wait(10)
    assert process.returncode == 0, process.stdout
    assert "stimulus  none" in process.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_the_stimulus(judge, number):
    path = os.path.join(judge.folder, "result.json")
    marker = f"9{os.getpid()}"
    stimulus = f"hangs() {{ [ $1 != read ] || sleep {marker}; {judge.stimulus()} \"$@\"; }}; hangs"
    process = subprocess.Popen(judge.judge_command("--stimulus", stimulus, "--json", path, "initiator/request-read"),
                               env=judge.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    sleeping = ["pgrep", "-f", f"^sleep {marker}"]
    for _ in range(100):
        if not subprocess.run(sleeping, stdout=subprocess.DEVNULL, check=False).returncode:
            break
        time.sleep(0.05)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == 3
    assert subprocess.run(sleeping, stdout=subprocess.DEVNULL, check=False).returncode
    with open(path, encoding="utf-8") as file:
        assert verdicts(json.load(file))["initiator/request-read"] == "error"
