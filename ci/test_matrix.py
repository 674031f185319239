# SPDX-License-Identifier: GPL-2.0-or-later
"""The kill matrix: that it fails where something survives, is caught elsewhere or catches nothing; its pages."""
import os
import subprocess
import types

import pytest

import aoelab
import matrixpages

MATRIX = os.path.join(aoelab.ROOT, "ci/matrix")

# A deviant with one deviation, which is what a command runs.
DEVIANT = """#!/bin/sh
case $1 in
--list-deviations) printf 'some\\t2.7-tag\\t-\\twhat may be wrong\\n' ;;
*) shift 2; {command} ;;
esac
"""


@pytest.fixture(name="build_with")
def fixture_build_with(tmp_path):
    """Makes a build folder of which the deviant runs that command for its arguments, "$@"."""
    def build_with(command):
        for program in ("aoe-conform", "aoe-target"):
            os.symlink(aoelab.build_path(program), tmp_path / program)
        deviant = tmp_path / "aoe-target-deviant"
        deviant.write_text(DEVIANT.format(command=command))
        deviant.chmod(0o755)
        return str(tmp_path)
    return build_with


def matrix(*arguments, build=None, timeout=300):
    return subprocess.run([MATRIX, *arguments], env=dict(os.environ, AOE_BUILD=build or aoelab.build_path("")),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=timeout)


def line_of(process, name):
    return next(line.split() for line in process.stdout.splitlines() if line.startswith(name + " "))


def test_every_deviation_is_caught_and_every_scenario_catches_one():
    process = matrix(timeout=1200)
    assert process.returncode == 0, process.stderr


def test_tells_what_catches_a_deviation():
    process = matrix("tag-31-bits", "tag-constant")
    assert process.returncode == 0, process.stderr
    assert {"2.7-tag", "frame/tags"} <= set(line_of(process, "tag-31-bits"))
    assert line_of(process, "tag-constant")[1] == "i-tag"
    assert "targets: 1 of 1 deviations caught" in process.stdout
    assert "initiators: 1 of 1 deviations caught" in process.stdout


def test_a_survivor_fails(build_with):
    process = matrix("--side", "target", "some", build=build_with(f'exec {aoelab.build_path("aoe-target")} "$@"'))
    assert process.returncode == 1
    assert process.stderr == "some (2.7-tag) survives\n"
    assert line_of(process, "some")[-1] == "SURVIVES"
    assert "targets: 0 of 1 deviations caught" in process.stdout


def test_what_survives_is_judged_again(build_with, tmp_path):
    """A deviation that nothing shows the first time."""
    process = matrix("--side", "target", "some", build=build_with(
        f'mkdir {tmp_path}/first 2>/dev/null && exec {aoelab.build_path("aoe-target")} "$@"; '
        f'exec {aoelab.build_path("aoe-target-deviant")} --deviation tag-31-bits "$@"'))
    assert (process.returncode, process.stderr) == (0, "")
    assert "frame/tags" in line_of(process, "some")


@pytest.mark.parametrize("arguments", [["--write", "tag-*"], ["--write", "--side", "target"], ["--jobs", "x"], ["--no"]])
def test_refuses_wrong_use(arguments):
    process = matrix(*arguments)
    assert process.returncode == 2 and not process.stdout
    assert process.stderr.count("\n") == 1 and process.stderr.startswith("ci/matrix: ")


# ---- what it finds wrong ----

CLAUSES = {"x/own": "2-one", "x/near": "2-two", "x/far": "3-three"}


class Small(matrixpages.Catalogue):
    """Three clauses, a scenario each."""

    def __init__(self):  # pylint: disable=super-init-not-called
        self.clauses = [matrixpages.Clause(f"{clause} must explicit a sentence") for clause in CLAUSES.values()]
        self.clause_of = dict(CLAUSES)


def row(name, clause, *found, note=()):
    deviation = types.SimpleNamespace(name=name, clause=clause, side="target", deviant=name != "-", wrong="wrong")
    return deviation, set(found), list(note)


CAUGHT = [row("-", "-"), row("a", "2-one", "x/own"), row("b", "2-two", "x/near"), row("c", "3-three", "x/far", "x/own")]


def problems_of(rows, complete=True):
    return matrixpages.problems(Small(), {"target": rows}, complete)


def test_all_is_well():
    assert not problems_of(CAUGHT)
    assert not matrixpages.doubtful(Small(), "target", CAUGHT, True)
    # A scenario of the parent section is as good as one of the clause.
    assert not problems_of(CAUGHT + [row("d", "2-two", "x/own")])


@pytest.mark.parametrize("more, said", [
    (row("d", "2-one"), "d (2-one) survives"),
    (row("d", "2-one", note=["(the run itself: killed)"]), "d (2-one) survives (the run itself: killed)"),
    (row("d", "2-one", "x/far"), "d (2-one) is only caught elsewhere: x/far"),
])
def test_says_what_is_not_caught(more, said):
    assert problems_of(CAUGHT + [more]) == [said]
    assert problems_of(CAUGHT + [more], complete=False) == [said]
    assert [deviation.name for deviation in matrixpages.doubtful(Small(), "target", CAUGHT + [more], False)] == ["d"]


def test_what_the_reference_does_not_pass_catches_nothing():
    rows = [row("-", "-", "x/own")] + CAUGHT[1:]
    assert problems_of(rows) == ["the reference target does not pass x/own", "a (2-one) survives",
                                 "x/own catches nothing"]


def test_says_which_scenario_catches_nothing():
    rows = CAUGHT[:2] + [row("b", "2-two", "x/own"), CAUGHT[3]]
    assert problems_of(rows) == ["x/near catches nothing"]
    assert not problems_of(rows, complete=False)
    assert [deviation.name for deviation in matrixpages.doubtful(Small(), "target", rows, True)] == ["b"]
    assert not matrixpages.doubtful(Small(), "target", rows, False)


def test_says_which_clause_is_not_judged():
    catalogue = Small()
    catalogue.clauses.append(matrixpages.Clause("3-four must explicit a sentence"))
    assert matrixpages.problems(catalogue, {"target": CAUGHT}, True) == \
        ["clause 3-four has no scenario and no reason", "clause 3-four has no deviation and no reason"]
    assert "| 3-four | must | explicit | cannot be tested because ? | none, because ? |" in \
        matrixpages.ledger_page(catalogue, {"target": CAUGHT})


def test_pages_that_are_old_are_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(matrixpages, "MATRIX", str(tmp_path / "matrix.md"))
    monkeypatch.setattr(matrixpages, "LEDGER", str(tmp_path / "ledger.md"))
    catalogue = Small()
    matrixpages.write(catalogue, {"target": CAUGHT})
    names = types.SimpleNamespace
    assert not matrixpages.stale(catalogue, {"target": [names(name=name) for name in "abc"]})
    assert matrixpages.stale(catalogue, {"target": [names(name=name) for name in "abd"]}) == [
        "scenarios/matrix.md has no d: run 'make matrix'", "scenarios/matrix.md has c, which is gone: run 'make matrix'"]
    catalogue.clause_of["x/new"] = "2-one"
    catalogue.clauses.append(matrixpages.Clause("2-new must explicit a sentence"))
    assert matrixpages.stale(catalogue, {"target": [names(name=name) for name in "abc"]}) == [
        "scenarios/matrix.md has no x/new: run 'make matrix'", "scenarios/ledger.md has no 2-new: run 'make matrix'"]
