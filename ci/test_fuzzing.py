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


@pytest.mark.parametrize("mtu", [1500, 9000])
def test_the_reference_target_differs_in_nothing(lab_of, folder, mtu):
    lab = lab_of(mtu)
    lab.reference(size=64 << 20)
    process, result = lab.judge("--allow", "all", "--fuzz", "5000", "--seed", mtu)
    assert process.returncode == 0, explain(result)
    assert result["summary"]["pass"] == 1
    assert not os.listdir(folder)


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
