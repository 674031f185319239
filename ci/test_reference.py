# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference target keeps every clause, on any link, also on a busy machine."""
import multiprocessing
import os
import subprocess

import pytest

import aoeframes
import aoelab
from conftest import explain, verdicts

RUNS = int(os.environ.get("AOE_RUNS", "3"))


def assert_conformant(process, result, least=100):
    assert process.returncode == 0, (process.stdout[-3000:], process.stderr, explain(result))
    bad = [name for name in ("fail", "advice", "inconclusive", "known", "fixed", "error")
           if result["summary"][name]]
    assert not bad, explain(result)
    assert result["summary"]["pass"] >= least


@pytest.mark.parametrize("mtu", [1500, 9000])
def test_reference_passes_everything(lab_of, mtu):
    lab = lab_of(mtu)
    lab.reference()
    process, result = lab.judge("--allow", "all,link")
    assert_conformant(process, result)
    assert result["target"]["sector_count"] == {1500: 2, 9000: 17}[mtu]
    # What it cannot be judged by is what a small writable disk cannot show.
    skipped = {s["id"]: s["reason"] for s in result["scenarios"] if s["verdict"] == "skip"}
    assert all("beyond-lba28" in reason or "read-only" in reason or "here it is" in reason
               for reason in skipped.values()), skipped


@pytest.mark.parametrize("size", [200 << 30, 2 << 50], ids=["200G", "2P"])
def test_reference_with_a_large_disk(lab, size):
    lab.reference(size=size)
    process, result = lab.judge("--allow", "all")
    assert_conformant(process, result)
    reasons = [s["reason"] for s in result["scenarios"] if s["verdict"] == "skip"]
    assert not [reason for reason in reasons if "beyond-lba28" in reason or "window" in reason]
    assert result["target"]["capacity"] == size // 512


@pytest.mark.parametrize("sectors", [1, 3])
def test_reference_with_a_tiny_disk(lab, sectors):
    lab.reference(size=sectors * 512)
    process, result = lab.judge("--allow", "all")
    assert_conformant(process, result)


def test_reference_read_only(lab):
    lab.reference("-r")
    process, result = lab.judge("--allow", "all")
    assert_conformant(process, result, least=80)
    assert result["target"]["read_only"] is True


@pytest.mark.parametrize("rounds", [1, 300])
def test_races_are_tried_as_often_as_is_asked(lab, rounds):
    lab.reference()
    with lab.witness() as frames:
        process, result = lab.judge("--allow", "config,reserve", "--rounds", rounds, "config/set-race-many",
                                    "reserve/race-many")
    assert_conformant(process, result, least=2)
    asked = [aoeframes.parse(raw) for raw in frames]
    # Eight hosts in each: config command 3, reserve command 1.
    assert sum(frame.command == 1 and frame.argument[5] & 15 == 3 for frame in asked) == 8 * rounds
    assert sum(frame.command == 3 and frame.argument[0] == 1 for frame in asked) == 8 * rounds


def test_reference_with_another_buffer_count_and_address(lab):
    lab.reference("-b", "3", address=("4660", "86"))
    process = lab.conform("--target", "a0", "e4660.86", "--allow", "all")
    assert process.returncode == 0, process.stdout


def test_reference_again_and_again(lab):
    lab.reference()
    for _ in range(RUNS):
        process, result = lab.judge("--allow", "all")
        assert_conformant(process, result)


def spin(stop):
    while not stop.is_set():
        pass


def test_reference_on_a_busy_machine(lab):
    """Slower, never wrong: with two busy processes for each core."""
    lab.reference()
    stop = multiprocessing.Event()
    busy = [multiprocessing.Process(target=spin, args=(stop,), daemon=True)
            for _ in range(2 * os.cpu_count())]
    for process in busy:
        process.start()
    try:
        for _ in range(RUNS):
            process, result = lab.judge("--allow", "all")
            assert_conformant(process, result)
    finally:
        stop.set()
        for process in busy:
            process.join(5)


def test_quick_is_a_choice_of_the_whole(lab):
    lab.reference()
    _, whole = lab.judge("--allow", "all,link")
    process, quick = lab.judge("--allow", "all,link", "--quick")
    assert_conformant(process, quick, least=30)
    assert set(verdicts(quick)) < set(verdicts(whole))
    groups = {name.split("/")[0] for name in verdicts(quick)}
    assert {"ata", "config", "frame", "mask", "reserve"} <= groups


def test_a_link_that_pads_is_not_blamed_on_the_target(lab):
    """A bridge stands for hardware here: what would be padded on its way is not judged."""
    lab.reference()
    for words in ("add br0 type bridge", "set a0 master br0", "set br0 up"):
        lab.inside(lab.initiator, ["ip", "link", *words.split()])
    process = lab.conform("--target", "br0", "e0.1", "--allow", "all", "frame/short-header",
                          "frame/runt-config", "config/read", "--verbose")
    assert process.returncode == 0, process.stdout
    assert "pads frames to 60 bytes" in process.stdout and "2 skip" in process.stdout


def test_others_on_the_link_are_not_blamed_on_the_target(lab):
    """Another slot behind the same MAC, and a host with the same shelf and slot."""
    lab.reference()
    lab.inside(lab.target, ["ip", "link", "add", "mv0", "link", "b0", "type", "macvlan"])
    lab.inside(lab.target, ["ip", "link", "set", "mv0", "up"])
    program = aoelab.build_path("aoe-target")
    for slot, interface in (("2", "b0"), ("1", "mv0"), ("3", "mv0")):
        other = lab.spawn([program, "0", slot, interface, lab.image(4096, "disk" + slot)],
                          lab.target, stdout=subprocess.PIPE, text=True)
        assert "aoe-target:" in other.stdout.readline()
    process, result = lab.judge("--allow", "all")
    # That there are two with one address is advice; nothing else comes of it.
    assert process.returncode == 0
    assert [(s["id"], s["verdict"]) for s in result["scenarios"] if s["verdict"] not in ("pass", "skip")] == \
        [("frame/second-target", "advice")], explain(result)
    assert verdicts(result)["frame/second-address"] == "pass"
    # Which of the two is judged is a matter of who answers first; the other is told.
    assert len(result["target"]["answering"]) == 2
    assert result["target"]["mac"] in result["target"]["answering"]
    assert "2 hosts answer for this shelf and slot" in process.stdout
    assert "1 other target behind the same MAC" in process.stdout
