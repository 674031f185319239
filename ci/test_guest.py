# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest, and in it the way that HOWTOs go: Linux's driver, aoetools, a partition, a file system."""
import json
import os
import signal
import subprocess
import threading
import time

import pytest

import aoeguest
import aoelab
import aoeshark
from conftest import Suite

GUEST = os.path.join(aoelab.ROOT, "ci/guest")

CLASSIC = os.path.join(aoelab.ROOT, "captures/linux/classic.sh")
DISK = 64 << 20


class GuestLab(Suite):
    """Target and guest on the two ends of a tap."""

    def __init__(self, mtu=1500):
        super().__init__(mtu)
        self.mtu = mtu

    def __enter__(self):
        super().__enter__()
        self.tap = aoeguest.make_tap(self, self.target, self.mtu)
        return self

    def start_target(self, command, **options):
        return super().start_target([word.replace("{interface}", self.tap) for word in command], **options)

    def guest(self):
        return aoeguest.Guest(self, self.target, self.tap, self.mtu)


def run_cli(*arguments, **options):
    return subprocess.run([GUEST, *arguments], check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=120, **options)


def test_output_and_status_come_back(tmp_path):
    script = tmp_path / "script"
    script.write_text("uname -s; echo wrong >&2; printf 'a\\tb'; exit 7")
    process = run_cli(str(script))
    assert (process.returncode, process.stdout, process.stderr) == (7, "Linux\nwrong\na\tb", "")


def test_a_script_from_standard_input():
    process = run_cli("--mtu", "9000", "-", input="cat /sys/class/net/eth0/mtu")
    assert (process.returncode, process.stdout) == (0, "9000\n"), process.stderr


def test_any_bytes_go_in_and_come_out():
    data = bytes(range(256)) * 5000
    with GuestLab() as lab, lab.guest() as guest:
        assert guest.call("cat; echo wrong >&2; exit 3", data) == (3, data, b"wrong\n")


def test_a_script_that_nobody_waits_for_is_ended():
    with GuestLab() as lab, lab.guest() as guest:
        watched, end = os.pipe()
        closer = threading.Timer(1, os.close, [end])
        closer.start()
        with pytest.raises(aoeguest.Abandoned):
            guest.call("sleep 1234 & sleep 1234", watched=watched)
        closer.join()
        os.close(watched)
        assert "sleep" not in guest.text("ps -o comm")


def test_what_goes_over_the_wire_is_captured(tmp_path):
    path = tmp_path / "wire.pcap"
    process = run_cli("--capture", path, "-", input="insmod /lib/modules/aoe.ko; sleep 0.5; aoe-stat")
    assert process.returncode == 0 and " up" in process.stdout, process.stderr
    result = json.loads(subprocess.run([aoelab.build_path("aoe-analyze"), "--json", "-", path], check=True,
                                       stdout=subprocess.PIPE).stdout)
    assert "identify" in [row["operation"] for row in result["operations"]]


def test_a_script_that_hangs_ends():
    process = run_cli("--timeout", "2", "-", input="sleep 1000")
    assert process.returncode == 3
    assert "does not answer" in process.stderr


def test_a_boot_that_hangs_is_tried_again(monkeypatch):
    """The first kernel does not get to the end of its boot."""
    with GuestLab() as lab:
        guest = lab.guest()
        command, append = guest._command, aoeguest.APPEND
        monkeypatch.setattr(aoeguest, "BOOT_SECONDS", 10)
        monkeypatch.setattr(aoeguest.Guest, "kvm", False)

        def hanging(folder):
            words = command(folder)
            return [word.replace("rdinit=/init", "rdinit=/bin/sh") for word in words] if guest.boots == 1 else words
        monkeypatch.setattr(guest, "_command", hanging)
        with guest:
            assert guest.boots == 2
            assert guest.text("echo here") == "here\n"
        assert append == aoeguest.APPEND


def processes_about(word):
    return set(subprocess.run(["pgrep", "-f", word], stdout=subprocess.PIPE, check=False).stdout.split())


def settled(word):
    """Whether one of them stays: the first attempt, with the hardware's help, may end at once."""
    seen = processes_about(word)
    time.sleep(0.2)
    return seen & processes_about(word)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind(number, tmp_path):
    folder = tmp_path / "labs"
    folder.mkdir()
    process = subprocess.Popen([GUEST, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.PIPE, env=dict(os.environ, TMPDIR=str(folder)))
    process.stdin.write("echo up; sleep 1000")
    process.stdin.close()
    assert any(settled(f"qemu-system-x86_64.*{folder}") for _ in range(100))
    assert processes_about(f"aoe-target.*{folder}")
    process.send_signal(number)
    process.wait(30)
    process.stdout.close()
    process.stderr.close()
    for _ in range(200):
        if not processes_about(str(folder)) and not list(folder.iterdir()):
            return
        time.sleep(0.05)
    pytest.fail("something is left")


@pytest.fixture(name="classic", scope="module", params=["aoe-target", "vblade"])
def fixture_classic(request):
    """The whole way with each target, captured: exit status, output, the capture."""
    with GuestLab() as lab:
        if request.param == "vblade":
            lab.vblade(size=DISK)
        else:
            lab.reference(size=DISK)
        path = os.path.join(lab.folder, "classic.pcap")
        with open(CLASSIC, encoding="ascii") as file:
            script = "tree='/lib /bin /sbin'\n" + file.read()
        with lab.capture(path, interface=lab.tap, namespace=lab.target), lab.guest() as guest:
            status, output = guest.run(script, 120)
        yield request.param, status, output, path


def test_the_classic_way(classic):
    target, status, output, _ = classic
    assert status == 0, f"{target}: {output}"
    assert "e0.1         0.067GB       eth0 1024  up" in output
    assert f"\n{DISK}\n" in output
    assert "error" not in output.lower()


def test_analyser_and_dissector_agree_about_it(classic, shark):
    _, _, _, path = classic
    process = subprocess.run([aoelab.build_path("aoe-analyze"), "--check", "--json", "-", path], check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    result = json.loads(process.stdout)
    assert result["total"]["commands"] > 1000
    expected = {finding["clause"]: finding["count"] for finding in result["findings"]}
    shown = {}
    for rules, in shark.rows(aoeshark.readable(shark, path), "aoe.rule", filter="aoe.rule"):
        for rule in rules.split(","):
            shown[rule] = shown.get(rule, 0) + 1
    assert shown == expected


@pytest.mark.parametrize("target", ["aoe-target", "vblade"])
def test_ipxe_boots_from_the_disk(target):
    """Hooked, then booted: the boot sector reads and writes by the firmware's disk calls."""
    with GuestLab() as lab:
        start = lab.vblade if target == "vblade" else lab.reference
        # A disk of less than one cylinder of 8 MB iPXE cannot boot from.
        start(size=16 << 20)
        with open(lab.disk, "r+b") as disk:
            disk.write(aoeguest.boot_sector(lab.folder))
            disk.write(b"AOE!" + bytes(range(256)) + b"\xa5" * 252)
        path = os.path.join(lab.folder, "ipxe.pcap")
        with lab.capture(path, interface=lab.tap, namespace=lab.target):
            status, console = aoeguest.run_ipxe(
                lab, lab.target, "ifopen net0\nsanhook --drive 0x80 aoe:e0.1\nsanboot --drive 0x80\n")
        assert status == 33, console
        with open(lab.disk, "rb") as disk:
            disk.seek(512)
            assert disk.read(512) == disk.read(512)
        process = subprocess.run([aoelab.build_path("aoe-analyze"), "--json", "-", path], check=True,
                                 stdout=subprocess.PIPE)
        operations = {row["operation"]: row for row in json.loads(process.stdout)["operations"]}
        assert operations["read"]["commands"] >= 2
        assert operations["write"]["commands"] == 1
