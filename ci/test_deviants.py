# SPDX-License-Identifier: GPL-2.0-or-later
"""The deviants' command line and list, which both have: what is wrong with each is in the files beside this one."""
import re
import subprocess
import types

import pytest

import aoelab

TARGET = types.SimpleNamespace(
    name="aoe-target-deviant", reference="aoe-target", usage=2, first="0", deviation="tag-16-bits",
    incomplete=["0", "1", "b0"], missing="FILE is missing", patterns=[], least=400,
    needs={"address", "disk", "mtu", "option"}, every_clause=False)
INITIATOR = types.SimpleNamespace(
    name="aoe-initiator-deviant", reference="aoe-initiator", usage=64, first="a0", deviation="tag-constant",
    incomplete=["a0", "discover"], missing="is missing", patterns=["initiator/*"], least=50,
    needs={"deadline", "depth", "mtu", "patience", "stay"}, every_clause=True)


@pytest.fixture(name="program", params=[TARGET, INITIATOR], ids=lambda program: program.name)
def fixture_program(request):
    return request.param


def run(name, *arguments):
    return subprocess.run([aoelab.build_path(name), *arguments], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("arguments, words", [
    ([], ["--deviation is missing", "--list-deviations"]),
    (["--deviation"], ["--deviation", "needs a name"]),
    (["--deviation", "no-such"], ["\"no-such\"", "--list-deviations"]),
    (["--deviation="], ["no such deviation"]),
    (["{first}", "more"], ["\"{first}\"", "usage"]),
    (["--list-deviations", "more"], ["stands alone"]),
    (["--frobnicate"], ["--frobnicate"]),
])
def test_wrong_use(program, arguments, words):
    process = run(program.name, *(argument.format(first=program.first) for argument in arguments))
    assert process.returncode == program.usage and not process.stdout
    assert process.stderr.startswith(f"{program.name}: ") and process.stderr.count("\n") == 1
    for word in words:
        assert word.format(first=program.first) in process.stderr


def test_the_arguments_of_the_reference_follow(program):
    process = run(program.name, "--deviation", program.deviation, *program.incomplete)
    assert process.returncode == program.usage and program.missing in process.stderr
    process = run(program.name, f"--deviation={program.deviation}", "--version")
    assert process.returncode == 0 and process.stdout.startswith(f"{program.reference} ")


def test_help_and_version(program):
    process = run(program.name, "--help")
    assert process.returncode == 0 and "--deviation NAME" in process.stdout
    process = run(program.name, "--version")
    assert process.returncode == 0
    assert re.fullmatch(rf"{program.name} \d+\.\d+\.\d+\n", process.stdout)


def test_list(program):
    """Name, clause, needs and what is wrong, of each."""
    lines = [line.split("\t") for line in run(program.name, "--list-deviations").stdout.splitlines()]
    assert all(len(line) == 4 and all(line) for line in lines)
    names = [line[0] for line in lines]
    assert len(set(names)) == len(names) >= program.least
    listed = run("aoe-conform", "--list", *program.patterns).stdout
    judged, broken = {line.split()[1] for line in listed.splitlines()}, {line[1] for line in lines}
    assert broken == judged if program.every_clause else broken <= judged
    assert {word.split("=")[0] for line in lines if line[2] != "-" for word in line[2].split(",")} <= program.needs
