# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing is sent that --allow does not cover, and what a run changes it puts back."""
import json
import os
import signal
import time

import pytest

import aoeframes
from conftest import explain

HOST_A_LISTED = b"\x02\x11\x22\x33\x44\x55"
HARMLESS_ATA = {0x00, 0x01, 0x02, 0x04, 0x05, 0x20, 0x24, 0x25, 0x27, 0x40, 0x42, 0xC8,
                0xE5, 0xE7, 0xEA, 0xEC, 0xF8}


def changes(raw):
    """What a frame could change, read by this test's own rules."""
    if len(raw) < 20:
        return "anything"
    command = raw[19]
    if command == 0:
        if len(raw) < 28:
            return "media"
        return "media" if raw[27] not in HARMLESS_ATA or raw[24] & 1 else None
    if command == 1:
        return "config" if len(raw) < 30 or raw[29] & 15 > 2 else None
    if command == 2:
        return "masks" if len(raw) < 26 or raw[25] else None
    if command == 3:
        return "reserve" if len(raw) < 25 or raw[24] else None
    return None


def sent(lab, *arguments, least=100):
    with lab.witness() as frames:
        process, result = lab.judge(*arguments)
    assert len(frames) > least
    return frames, process, result


def test_without_allow_nothing_could_change_the_target(lab):
    lab.reference()
    frames, process, result = sent(lab)
    assert process.returncode == 0, explain(result)
    assert result["summary"]["pass"] > 30
    assert [raw.hex() for raw in frames if changes(raw)] == []
    reasons = {s["reason"] for s in result["scenarios"] if s["verdict"] == "skip"}
    for what in ("media", "config", "masks", "reserve", "link"):
        assert any(f"--allow {what}" in reason for reason in reasons), reasons


@pytest.mark.parametrize("allowed", ["media", "config", "masks", "reserve"])
def test_only_what_is_allowed_is_sent(lab, allowed):
    lab.reference()
    frames, process, result = sent(lab, "--allow", allowed)
    assert process.returncode == 0, explain(result)
    assert {changes(raw) for raw in frames} == {None, allowed}


def test_writes_stay_in_the_window(lab):
    """Also by the truncations that broken targets do: no alias of an address lies elsewhere."""
    lab.reference(size=1 << 40)
    frames, _, result = sent(lab, "--allow", "media=1000+64")
    assert result["summary"]["pass"] > 50
    capacity, written = (1 << 40) // 512, 0
    for raw in frames:
        if changes(raw) != "media" or len(raw) < 36:
            continue
        written += 1
        lba, count = int.from_bytes(raw[28:34], "little"), raw[26]
        for bits in (48, 32, 28):
            alias = lba & (1 << bits) - 1
            assert alias >= capacity or 1000 <= alias and alias + count <= 1064, raw[:36].hex()
    assert written > 20


def test_frames_go_to_the_target_alone(lab):
    """What changes something goes to the target's own address, of Ethernet and of AoE."""
    lab.reference()
    frames, _, result = sent(lab, "--allow", "all")
    for raw in frames:
        if changes(raw):
            assert raw[:6].hex(":") == result["target"]["mac"]
            assert len(raw) < 19 or raw[16:19] == b"\0\0\1"


class Prepared:
    """A target whose string, lists and sectors are all something, and what they were."""

    def __init__(self, lab):
        self.lab = lab
        image = lab.image(4 << 20)
        with open(image, "wb") as file:
            file.write(os.urandom(4 << 20))
        self.process = lab.reference(image=image)
        with lab.port() as port:
            assert not port.ask(1, aoeframes.config(4, b"rack 7\0 disk\xff")).error
            assert not port.ask(2, aoeframes.mask(1, [(1, HOST_A_LISTED), (1, port.mac)])).error
            assert not port.ask(3, aoeframes.reserve(2, [port.mac, HOST_A_LISTED])).error
        self.before = self.snapshot()

    def snapshot(self):
        with open(self.lab.disk, "rb") as disk, open(self.lab.state, "rb") as state:
            return disk.read(), state.read()

    def journals(self):
        """Those that are there whole. Killed while it is written, a run leaves a piece under another name,
        and has changed nothing."""
        folder = os.path.join(self.lab.folder, "aoe-conform")
        return [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".journal")] \
            if os.path.isdir(folder) else []


def test_a_run_leaves_no_trace(lab):
    prepared = Prepared(lab)
    process, result = lab.judge("--allow", "all")
    assert process.returncode in (0, 1), explain(result)
    assert result["summary"]["pass"] > 60
    assert prepared.snapshot() == prepared.before
    assert prepared.journals() == []


def interrupt(lab, number, moment):
    """Runs the suite and sends it a signal after a while; returns its exit status."""
    process = lab.start_conform("--target", "a0", "e0.1", "--allow", "all", "--json",
                                os.path.join(lab.folder, "cut.json"))
    time.sleep(moment)
    ended = process.poll() is not None
    process.send_signal(number)
    process.communicate(timeout=60)
    lab.end(process)
    return None if ended else process.returncode


def errors_of(lab):
    with open(os.path.join(lab.folder, "cut.json"), encoding="utf-8") as file:
        return json.load(file)["summary"]["error"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_puts_everything_back(lab, number):
    prepared = Prepared(lab)
    hits = 0
    for moment in (0.08, 0.15, 0.25, 0.4, 0.6, 0.9):
        status = interrupt(lab, number, moment)
        assert prepared.snapshot() == prepared.before, moment
        assert prepared.journals() == []
        if status is None:
            continue
        hits += 1
        assert status == 3
        assert errors_of(lab) > 0
    assert hits >= 3


def test_a_crash_in_a_scenario_costs_neither_report_nor_target(lab):
    """Most moments are inside of a scenario; a crash at another leaves the journal."""
    prepared = Prepared(lab)
    inside = 0
    for moment in (0.15, 0.25, 0.4, 0.6, 0.8, 1.0, 1.2):
        status = interrupt(lab, signal.SIGSEGV, moment)
        for journal in prepared.journals():
            assert status == -signal.SIGSEGV
            assert lab.conform("--recover", journal).returncode == 0
        assert prepared.snapshot() == prepared.before, moment
        if status in (1, 3):
            inside += 1
            assert errors_of(lab) > 0
    assert inside >= 2


def test_kill_and_recover_puts_everything_back(lab):
    prepared = Prepared(lab)
    dirty = 0
    for moment in (0.06, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0):
        interrupt(lab, signal.SIGKILL, moment)
        journals = prepared.journals()
        dirty += prepared.snapshot() != prepared.before
        if journals:
            again = lab.conform("--target", "a0", "e0.1", "--allow", "all")
            assert again.returncode == 2 and "--recover" in again.stderr
            process = lab.conform("--recover", journals[0])
            assert process.returncode == 0 and not process.stderr, process.stderr
        assert prepared.snapshot() == prepared.before, moment
        assert prepared.journals() == []
    assert dirty >= 2, "no kill hit a moment at which something was changed"


def test_a_target_that_dies_ends_the_run(lab):
    target = lab.reference()
    process = lab.start_conform("--target", "a0", "e0.1", "--allow", "all", "--json",
                                os.path.join(lab.folder, "dead.json"))
    time.sleep(0.3)
    assert process.poll() is None, "the run was over before the target was ended"
    lab.end(target, signal.SIGKILL)
    started = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - started < 25
    assert process.returncode == 3, (out, err)
    with open(os.path.join(lab.folder, "dead.json"), encoding="utf-8") as file:
        result = json.load(file)
    assert "stopped answering" in result["error"] and "--recover" in result["error"]
    failed = [s for s in result["scenarios"] if s["verdict"] == "fail"]
    assert len(failed) == 1 and failed[0]["id"] in result["error"]


@pytest.mark.parametrize("damage", [b"", b"{}", b"not json", b'{"journal": "aoe-conform journal"}'])
def test_a_damaged_journal_is_refused(lab, damage):
    path = os.path.join(lab.folder, "journal")
    with open(path, "wb") as file:
        file.write(damage)
    process = lab.conform("--recover", path)
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1 and path in process.stderr


@pytest.mark.parametrize("line", ['config force-set "x"', "mask edit add a.mac",
                                  "reserve set [a.mac]", "ata write data=zeros(512)"])
def test_a_scenario_that_does_not_say_what_it_touches_is_stopped(lab, line):
    """What was not saved before is not changed, also where --allow would permit it."""
    lab.reference()
    folder = os.path.join(lab.folder, "scenarios")
    os.mkdir(folder)
    with open(os.path.join(folder, "sly.aoe"), "w", encoding="utf-8") as file:
        file.write(f"title sly\nclause 1.1-stateless\n\na send {line}\na expect any\n")
    frames, process, result = sent(lab, "--allow", "all", "--scenarios", folder, least=50)
    assert process.returncode == 3
    assert "it could change the target's" in result["scenarios"][0]["reason"]
    assert [raw.hex() for raw in frames if changes(raw)] == []


def test_what_cannot_be_saved_is_not_touched(lab):
    """The end of the disk cannot be read: nothing is written there, and the rest is judged."""
    lab.reference()
    os.truncate(lab.disk, 5 << 20)
    frames, process, result = sent(lab, "--allow", "all")
    assert process.returncode == 1
    assert "media" not in {changes(raw) for raw in frames}
    reasons = [s["reason"] for s in result["scenarios"] if s["verdict"] == "skip"]
    assert sum("could not be saved" in reason for reason in reasons) > 20
    assert result["summary"]["pass"] > 150
    failed = [s["id"] for s in result["scenarios"] if s["verdict"] == "fail"]
    assert "ata/capacity-last" in failed
