# SPDX-License-Identifier: GPL-2.0-or-later
"""Random requests against deviations: that the run fails where one is not found without a reason; its page."""
import os
import subprocess
import types

import pytest

import aoelab
import fuzzpages

FUZZMATRIX = os.path.join(aoelab.ROOT, "ci/fuzzmatrix")


def fuzzmatrix(*arguments):
    return subprocess.run([FUZZMATRIX, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, timeout=300)


def test_says_within_how_many_requests_each_is_found():
    process = fuzzmatrix("tag-31-bits", "feature-returned", "--requests", "2000")
    assert (process.returncode, process.stderr) == (0, "")
    *lines, last = process.stdout.splitlines()
    said = {line.split()[0]: line.split()[1:] for line in lines}
    clause, requests, named = said["tag-31-bits"]
    assert clause == named == "2.7-tag" and 0 < int(requests) <= 2000
    assert said["feature-returned"] == ["3.1-registers", "NOT", "FOUND"]
    assert last.startswith("1 of 2 deviations found")


def test_what_is_not_found_fails():
    process = fuzzmatrix("offset-40-bits", "--requests", "1")
    assert process.returncode == 1
    assert process.stderr == "offset-40-bits (3.1-lba48) is not found and has no reason\n"


@pytest.mark.parametrize("arguments", [["--write", "tag-*"], ["--write", "--requests", "5"], ["--jobs", "x"], ["--no"]])
def test_refuses_wrong_use(arguments):
    process = fuzzmatrix(*arguments)
    assert process.returncode == 2 and not process.stdout
    assert process.stderr.count("\n") == 1 and process.stderr.startswith("ci/fuzzmatrix: ")


# ---- what it finds wrong ----

def row(name, requests=None, clause=None, note=""):
    deviation = types.SimpleNamespace(name=name, clause="2.7-tag", deviant=name != "-", wrong="a | b")
    return deviation, requests, clause, note


ROWS = [row("-"), row("a", 10, "2.7-tag"), row("b", 30, "2.7-other"), row("c", 20, "3.2-set"), row("silent")]


@pytest.fixture(name="one_reason")
def fixture_one_reason(monkeypatch):
    monkeypatch.setattr(fuzzpages, "REASONS", [("It is like that.", ["silent"])])


@pytest.mark.usefixtures("one_reason")
def test_all_is_well():
    assert not fuzzpages.problems(ROWS, True)
    assert fuzzpages.figures(ROWS) == (3, 20, 30, 30)


@pytest.mark.usefixtures("one_reason")
def test_says_what_is_wrong():
    def problems(rows, complete=True):
        return fuzzpages.problems(rows, complete)
    assert problems([row("-", 5, "2.7-tag")] + ROWS[1:]) == ["the reference target differs: 2.7-tag"]
    assert problems([row("-", note="no answer")] + ROWS[1:]) == ["the reference target differs: None no answer"]
    assert problems(ROWS + [row("d", note="why")]) == ["d (2.7-tag) is not found and has no reason why"]
    assert problems(ROWS[:4] + [row("silent", 7, "2.7-tag")]) == \
        ["silent (2.7-tag) has a reason not to be found, and is found within 7 requests"]
    assert problems(ROWS[:4]) == ["silent has a reason, but there is no such deviation"]
    assert not problems(ROWS[:4], False)


@pytest.mark.usefixtures("one_reason")
def test_writes_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzzpages, "PAGE", str(tmp_path / "fuzzing.md"))
    fuzzpages.write(ROWS)
    text = (tmp_path / "fuzzing.md").read_text()
    assert "3 of 4 are found: half of them within 20 requests" in text
    assert "the deviation's own for 1, another of its section for 1, and one of another section for 1:" in text
    assert "| `c` | 2.7-tag | a \\| b | 20 | 3.2-set |\n" in text
    assert "It is like that.\n\n- `silent` (2.7-tag): a | b\n" in text
    listed = [line[0] for line in ROWS[1:]]
    assert not fuzzpages.stale(listed)
    assert fuzzpages.stale(listed[1:]) == ["scenarios/fuzzing.md has a, which is gone: run 'make fuzz-matrix'"]
    assert fuzzpages.stale(listed + [row("d")[0]]) == ["scenarios/fuzzing.md has no d: run 'make fuzz-matrix'"]
