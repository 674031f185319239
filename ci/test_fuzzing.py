# SPDX-License-Identifier: GPL-2.0-or-later
"""Random requests over a wire: the reference target differs in nothing, others are found out."""
import os

import pytest

import aoelab
from conftest import explain


@pytest.fixture(name="folder", autouse=True)
def fixture_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("mtu, size, options, judged", [
    (1500, 64 << 20, [], ["--strict"]), (9000, 64 << 20, [], ["--strict"]), (1500, 64 << 20, ["-r"], ["--strict"]),
    (1500, 512, [], ["--strict"]), (1000, 1536, [], []), (9000, 2 << 40, [], ["--strict"]), (1500, 2 << 40, [], []),
])
def test_the_reference_target_differs_in_nothing(lab_of, folder, mtu, size, options, judged):
    lab = lab_of(mtu)
    lab.reference(*options, size=size)
    process, result = lab.judge("--allow", "all", "--fuzz", "5000", "--seed", mtu + size, *judged)
    assert process.returncode == 0, explain(result)
    assert result["summary"]["pass"] == 1
    assert 5000 <= result["scenarios"][0]["requests"] < 5100
    assert not os.listdir(folder)


# What each has wrong, how it is asked, and the clause that is to be named.
@pytest.mark.parametrize("name, options, clause", [
    ("short-argument-as-zeros", [], "2-short"),
    ("queue-of-eight", [], None),
    ("version-refused-afterwards", ["--strict"], None),
    ("reserve-last-byte-not-compared", [], "3.4-enforced"),
    ("mask-bad-directive-undoes", [], None),
    ("unknown-ata-succeeds", [], "3.1-unknown-ata"),
    ("offset-32-bits", [], "3.1-readback"),
])
def test_a_deviation_becomes_a_scenario(lab, folder, name, options, clause):
    lab.start_target([aoelab.build_path("aoe-target-deviant"), "--deviation", name, "0", "1", "{interface}",
                      lab.image(16 << 30)])
    allowed = ("--allow", "all", "--timeout", "300", *options)
    process, result = lab.judge(*allowed, "--fuzz", "20000")
    scenario, = result["scenarios"]
    assert (process.returncode, scenario["verdict"]) == (1, "fail")
    assert 0 < scenario["requests"] <= 20000
    assert clause in (None, scenario["clause"])
    text = (folder / "aoe-fuzz-1.aoe").read_text()
    assert text.count(" send ") <= 14, text
    again = lab.conform("--target", aoelab.INITIATOR, "e0.1", *allowed, "--scenarios", folder)
    assert again.returncode == 1, again.stdout


def test_what_is_not_allowed_is_not_sent(lab):
    lab.reference(size=64 << 20)
    with open(lab.disk, "rb") as disk:
        before = disk.read()
    process = lab.conform("--target", aoelab.INITIATOR, "e0.1", "--fuzz", "3000")
    assert process.returncode == 0, process.stdout
    with open(lab.disk, "rb") as disk:
        assert disk.read() == before


def test_a_difference_becomes_a_scenario(lab, folder):
    """vblade's own: which it is does not matter here. It does not survive mask edits."""
    allowed = ("--allow", "media,config,reserve")
    lab.vblade(size=64 << 20)
    process, result = lab.judge(*allowed, "--fuzz", "5000")
    scenario, = result["scenarios"]
    assert (process.returncode, scenario["verdict"]) == (1, "fail")
    path = folder / "aoe-fuzz-1.aoe"
    assert f"{path.name} shows it" in scenario["reason"]
    assert path.read_text().count(" send ") <= 12
    again = lab.conform("--target", aoelab.INITIATOR, "e0.1", *allowed, "--scenarios", folder)
    assert again.returncode == 1, again.stdout
