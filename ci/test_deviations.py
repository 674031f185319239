# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference target with one thing wrong: its command line, its list, and that it is wrong in that."""
import re
import subprocess

import pytest

import aoelab
from conftest import explain, verdicts

PROGRAM = aoelab.build_path("aoe-target-deviant")


def deviant(*arguments):
    return subprocess.run([PROGRAM, *arguments], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def deviations():
    """Name, clause, needs and what is wrong, of each."""
    return [line.split("\t") for line in deviant("--list-deviations").stdout.splitlines()]


def target_clauses():
    listed = subprocess.run([aoelab.build_path("aoe-conform"), "--list"], text=True, check=True,
                            stdout=subprocess.PIPE).stdout
    return {line.split()[1] for line in listed.splitlines()}


@pytest.mark.parametrize("arguments, words", [
    ([], ["--deviation is missing", "--list-deviations"]),
    (["--deviation"], ["--deviation", "needs a name"]),
    (["--deviation", "no-such"], ["\"no-such\"", "--list-deviations"]),
    (["--deviation="], ["no such deviation"]),
    (["0", "1", "b0", "disk"], ["\"0\"", "usage"]),
    (["--list-deviations", "more"], ["stands alone"]),
    (["--frobnicate"], ["--frobnicate"]),
])
def test_wrong_use(arguments, words):
    process = deviant(*arguments)
    assert process.returncode == 2 and not process.stdout
    assert process.stderr.startswith("aoe-target-deviant: ") and process.stderr.count("\n") == 1
    for word in words:
        assert word in process.stderr


def test_the_arguments_of_the_target_follow():
    process = deviant("--deviation", "tag-16-bits", "0", "1", "b0")
    assert process.returncode == 2 and "FILE is missing" in process.stderr
    process = deviant("--deviation=tag-16-bits", "--version")
    assert process.returncode == 0 and process.stdout.startswith("aoe-target ")


def test_help_and_version():
    process = deviant("--help")
    assert process.returncode == 0 and "--deviation NAME" in process.stdout
    process = deviant("--version")
    assert process.returncode == 0
    assert re.fullmatch(r"aoe-target-deviant \d+\.\d+\.\d+\n", process.stdout)


def test_list():
    lines = deviations()
    assert all(len(line) == 4 and all(line) for line in lines)
    names = [line[0] for line in lines]
    assert len(set(names)) == len(names) >= 400
    assert {line[1] for line in lines} <= target_clauses()
    needs = {word.split("=")[0] for line in lines if line[2] != "-" for word in line[2].split(",")}
    assert needs <= {"address", "disk", "mtu", "option"}


CONTROLS = {"config/read", "config/bytes", "ata/readback", "frame/once"}


@pytest.mark.parametrize("name, caught", [
    ("tag-31-bits", "frame/tags"),
    ("reserved-flags-reflected", "frame/reserved-flags"),
    ("version-any-served", "frame/version-unsupported"),
    ("config-set-replaces", "config/set-refused"),
    ("lba28-high-nibble-used", "ata/lba28-high-nibble"),
    ("write-crossing-end-stored", "ata/range-write-crossing"),
    ("other-hosts-served", "frame/destination-other"),
    ("queue-of-eight", "config/burst"),
    ("announced-with-tag", "link/announce"),
    ("dies-of-short-header", "frame/short-header"),
    ("dies-of-frame-over-mtu", "frame/oversized"),
    ("reserve-forgotten-after-flap", "link/reserve"),
])
def test_is_wrong_in_one_thing(lab, name, caught):
    """Caught by the scenario of its clause, while others pass: before it, as some targets die of it."""
    lab.start_target([PROGRAM, "--deviation", name, "0", "1", "{interface}", lab.image(10 << 20)])
    _, before = lab.judge("--allow", "all", *CONTROLS)
    assert {verdicts(before)[control] for control in CONTROLS} == {"pass"}, explain(before)
    _, result = lab.judge("--allow", "all,link", caught)
    assert verdicts(result)[caught] in ("fail", "advice"), explain(result)


def test_two_targets_with_one_address(lab):
    """The report says that there are two, and who initiators may meet is advice, no fault of either."""
    lab.start_target([PROGRAM, "--deviation", "two-targets-with-one-address", "0", "1", "{interface}",
                      lab.image(10 << 20)])
    process, result = lab.judge("--allow", "config", "frame/*", "config/*")
    assert process.returncode == 0 and "2 hosts answer for this shelf and slot" in process.stdout
    assert len(result["target"]["answering"]) == 2
    assert [s["id"] for s in result["scenarios"] if s["verdict"] not in ("pass", "skip")] == ["frame/second-target"]
    assert verdicts(result)["frame/second-target"] == "advice"
    assert verdicts(result)["frame/second-address"] == "pass"


def test_plain_target_is_wrong_in_none_of_these(lab):
    lab.reference()
    _, result = lab.judge("--allow", "all,link", *CONTROLS, "frame/*", "link/announce")
    assert {verdict for verdict in verdicts(result).values()} <= {"pass", "skip"}, explain(result)
