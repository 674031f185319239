# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference initiator with one thing wrong: its command line, its list, and that it is wrong in that."""
import json
import os
import re
import shlex
import subprocess

import pytest

import aoelab
from conftest import Suite, explain, verdicts

PROGRAM = aoelab.build_path("aoe-initiator-deviant")
USAGE = 64


def deviant(*arguments):
    return subprocess.run([PROGRAM, *arguments], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def deviations():
    """Name, clause, needs and what is wrong, of each."""
    return [line.split("\t") for line in deviant("--list-deviations").stdout.splitlines()]


def initiator_clauses():
    listed = subprocess.run([aoelab.build_path("aoe-conform"), "--list", "initiator/*"], text=True, check=True,
                            stdout=subprocess.PIPE).stdout
    return {line.split()[1] for line in listed.splitlines()}


@pytest.mark.parametrize("arguments, words", [
    ([], ["--deviation is missing", "--list-deviations"]),
    (["--deviation"], ["--deviation", "needs a name"]),
    (["--deviation", "no-such"], ["\"no-such\"", "--list-deviations"]),
    (["--deviation="], ["no such deviation"]),
    (["a0", "discover", "e0.1"], ["\"a0\"", "usage"]),
    (["--list-deviations", "more"], ["stands alone"]),
    (["--frobnicate"], ["--frobnicate"]),
])
def test_wrong_use(arguments, words):
    process = deviant(*arguments)
    assert process.returncode == USAGE and not process.stdout
    assert process.stderr.startswith("aoe-initiator-deviant: ") and process.stderr.count("\n") == 1
    for word in words:
        assert word in process.stderr


def test_the_arguments_of_the_initiator_follow():
    process = deviant("--deviation", "tag-constant", "a0", "discover")
    assert process.returncode == USAGE and "is missing" in process.stderr
    process = deviant("--deviation=tag-constant", "--version")
    assert process.returncode == 0 and process.stdout.startswith("aoe-initiator ")


def test_help_and_version():
    process = deviant("--help")
    assert process.returncode == 0 and "--deviation NAME" in process.stdout
    process = deviant("--version")
    assert process.returncode == 0
    assert re.fullmatch(r"aoe-initiator-deviant \d+\.\d+\.\d+\n", process.stdout)


def test_list():
    lines = deviations()
    assert all(len(line) == 4 and all(line) for line in lines)
    names = [line[0] for line in lines]
    assert len(set(names)) == len(names) >= 50
    assert {line[1] for line in lines} == initiator_clauses()
    needs = {word.split("=")[0] for line in lines if line[2] != "-" for word in line[2].split(",")}
    assert needs <= {"deadline", "depth", "mtu", "patience", "stay"}


def judge(lab, name, *scenarios):
    """What aoe-conform finds in scenarios for an initiator with that deviation."""
    stimulus = shlex.join(["nsenter", "-t", str(lab.initiator), "-n", "--", PROGRAM, "--deviation", name,
                           "--deadline", "2", aoelab.INITIATOR])
    path = os.path.join(lab.folder, "result.json")
    subprocess.run(["nsenter", "-t", str(lab.target), "-n", "--",
                    *lab.conform_command("--initiator", aoelab.TARGET, "--stimulus", stimulus, "--patience", "6",
                                         "--json", path, *scenarios)],
                   env=lab.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, timeout=120)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


@pytest.mark.parametrize("name, scenarios, caught", [
    ("request-query-aoe-version", ["initiator/request-*"], {"initiator/request-discover-version"}),
    ("discover-any-slot", ["initiator/discover-o*"], {"initiator/discover-others-first"}),
    ("bufcount-0-is-1", ["initiator/bufcount-[oz]*"],
     {"initiator/bufcount-zero", "initiator/bufcount-zero-sends-nothing"}),
    ("flags-e-in-identify", ["initiator/flags-i*", "initiator/flags-last-odd"], {"initiator/flags-identify"}),
    ("match-any-destination", ["initiator/match-d*"], {"initiator/match-destination"}),
    ("match-without-r", ["initiator/match-[rs]*"], {"initiator/match-request", "initiator/match-request-goes-on"}),
    ("short-begun-sector", ["initiator/short-read-[bs]*"], {"initiator/short-read-byte"}),
])
def test_is_wrong_in_one_thing(name, scenarios, caught):
    with Suite() as lab:
        result = judge(lab, name, *scenarios)
    bad = {scenario for scenario, verdict in verdicts(result).items() if verdict not in ("pass", "skip")}
    assert {scenario for scenario in bad if not scenario.startswith("rules/")} == caught, explain(result)
