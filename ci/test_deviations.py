# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference target with one thing wrong: that it is wrong in that, and in nothing else."""
import pytest

import aoelab
from conftest import explain, verdicts

PROGRAM = aoelab.build_path("aoe-target-deviant")

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
