# SPDX-License-Identifier: GPL-2.0-or-later
"""aoe-initiator on a wire: with the reference target, with vblade, and with targets that fail it."""
import json
import os
import random
import re
import signal
import struct
import subprocess
import threading
import time

import pytest

import aoeframes
import aoelab

ATA, CONFIG = 0, 1
IDENTIFY, WRITE = 0xEC, 0x30
DONE, ERROR, DIFFERS, USAGE, BROKEN = 0, 1, 2, 64, 69
# A run that hangs is ended; everything here takes less than that by far.
PATIENCE = 60
CONFIG_READ_BYTES, ATA_BYTES = 32, 36


def command(*arguments):
    return [aoelab.build_path("aoe-initiator"), *map(str, arguments)]


def use(lab, *arguments, data=b"", **options):
    """aoe-initiator on the lab's interface; options of its own come first."""
    flags = [word for word in map(str, arguments) if word.startswith("--")]
    rest = [word for word in map(str, arguments) if not word.startswith("--")]
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": PATIENCE, **options}
    return lab.run(command(*flags, aoelab.INITIATOR, *rest), input=data, env=lab.environment(),
                   **settings)


def succeed(*arguments, **options):
    process = use(*arguments, **options)
    assert (process.returncode, process.stderr) == (DONE, b"")
    return process.stdout


def fail(status, words, *arguments, **options):
    """It says in one line why."""
    process = use(*arguments, **options)
    text = process.stderr.decode()
    assert process.returncode == status, text
    assert re.fullmatch(r"aoe-initiator: [^\n]+\n", text), text
    assert words in text
    return process


def noise(sectors, seed=1):
    return random.Random(seed).randbytes(sectors * 512)


def on_disk(lab, lba, sectors):
    with open(lab.disk, "rb") as disk:
        disk.seek(lba * 512)
        return disk.read(sectors * 512)


def findings(path):
    """What aoe-analyze says is wrong in a capture: clauses that are broken, and other problems."""
    process = subprocess.run([aoelab.build_path("aoe-analyze"), "--check", "--quiet", "--json", "-",
                              path], stdout=subprocess.PIPE, check=False)
    result = json.loads(process.stdout)
    return [[finding["clause"] for finding in result["findings"]],
            [problem["id"] for problem in result["problems"]
             if problem["severity"] == "wrong" or problem["id"].startswith("over-")]]


# ---- the way through ----

@pytest.mark.parametrize("mtu", [1500, 9000])
@pytest.mark.parametrize("target", ["reference", "vblade"])
def test_what_is_written_is_on_the_disk_and_is_read(lab_of, mtu, target):
    lab = lab_of(mtu)
    getattr(lab, target)()
    assert succeed(lab, "discover", "e0.1") == b"20480\n"
    data = noise(5000)
    succeed(lab, "write", "e0.1", 3, 5000, data=data)
    assert on_disk(lab, 0, 3) == bytes(3 * 512)
    assert on_disk(lab, 3, 5000) == data
    assert on_disk(lab, 5003, 100) == bytes(100 * 512)
    assert succeed(lab, "read", "e0.1", 3, 5000) == data
    assert succeed(lab, "read", "e0.1", 20479, 1) == bytes(512)
    succeed(lab, "verify", "e0.1", 3, 5000, data=data)
    succeed(lab, "work", "e0.1")


@pytest.mark.parametrize("buffers, depth", [("2", 8), ("3", 8), ("16", 1), ("16", 256),
                                            ("1000", 256)])
def test_depths(lab, buffers, depth):
    lab.reference("-b", buffers)
    data = noise(300)
    path = os.path.join(lab.folder, "depth.pcap")
    with lab.capture(path):
        succeed(lab, f"--depth={depth}", "write", "e0.1", 0, 300, data=data)
        assert succeed(lab, f"--depth={depth}", "read", "e0.1", 0, 300) == data
    assert on_disk(lab, 0, 300) == data
    assert findings(path) == [[], []]
    assert most_outstanding(path) <= min(depth, int(buffers))


def most_outstanding(path):
    open_tags, most = set(), 0
    for frame in filter(None, map(aoeframes.parse, aoeframes.read_pcap(path))):
        if frame.flags & 8:
            open_tags.discard(frame.tag)
        else:
            open_tags.add(frame.tag)
        most = max(most, len(open_tags))
    return most


def test_a_large_disk_takes_48_bits(lab):
    capacity = (2 << 50) // 512
    lab.reference(size=2 << 50)
    assert succeed(lab, "discover", "e0.1") == f"{capacity}\n".encode()
    for lba in ((1 << 28) - 2, (1 << 32) - 1, capacity - 4):
        data = noise(4, lba)
        succeed(lab, "write", "e0.1", lba, 4, data=data)
        assert succeed(lab, "read", "e0.1", lba, 4) == data
        with open(lab.disk, "rb") as disk:
            assert os.pread(disk.fileno(), 4 * 512, lba * 512) == data
    succeed(lab, "work", "e0.1")


def test_the_smallest_disk(lab):
    lab.reference(size=512)
    assert succeed(lab, "discover", "e0.1") == b"1\n"
    succeed(lab, "work", "e0.1")


def test_the_smaller_mtu_of_the_target(lab_of):
    lab = lab_of(9000, 1500)
    lab.reference()
    succeed(lab, "work", "e0.1")


def test_a_smaller_mtu_by_option(lab_of):
    lab = lab_of(9000)
    lab.reference()
    path = os.path.join(lab.folder, "mtu.pcap")
    with lab.capture(path):
        succeed(lab, "--mtu=1500", "work", "e0.1")
    assert max(map(len, aoeframes.read_pcap(path))) <= 1514


@pytest.mark.parametrize("mtu", [1500, 9000])
@pytest.mark.parametrize("target", ["reference", "vblade"])
def test_nothing_on_its_side_is_wrong(lab_of, mtu, target):
    lab = lab_of(mtu)
    getattr(lab, target)()
    path = os.path.join(lab.folder, "run.pcap")
    with lab.capture(path):
        succeed(lab, "discover", "e0.1")
        succeed(lab, "work", "e0.1")
        succeed(lab, "write", "e0.1", 100, 50, data=noise(50))
    # vblade pads with old memory.
    wrong = ["2.1-padding"] if target == "vblade" else []
    assert findings(path) == [wrong, []]


def test_what_it_sends(lab):
    """The first frames byte by byte, against the tests' own idea of them."""
    lab.reference()
    with lab.witness() as frames:
        succeed(lab, "read", "e0.1", 7, 3)
    query, identify, first, second = map(aoeframes.parse, frames)
    assert query.dst == aoeframes.BROADCAST and len(query.raw) == CONFIG_READ_BYTES
    assert query.argument == bytes(8) and query.command == CONFIG
    assert identify.argument == struct.pack("!BBBB", 0, 0, 1, IDENTIFY) + bytes(8)
    assert first.argument == aoeframes.ata(0x20, 7, 2)
    assert second.argument == aoeframes.ata(0x20, 9, 1)
    assert len({frame.tag for frame in (query, identify, first, second)}) == 4
    for frame in (query, identify, first, second):
        assert (frame.version, frame.flags, frame.error, frame.shelf, frame.slot) == (1, 0, 0, 0, 1)
        assert frame.dst != frame.src


def test_reset_sends_nothing(lab):
    lab.reference()
    with lab.witness() as frames:
        assert succeed(lab, "reset", "e0.1") == b""
    assert not frames
    assert lab.run(command("nowhere", "reset", "e0.1")).returncode == DONE


# ---- what fails ----

@pytest.mark.parametrize("line, words", [
    ("", "missing"),
    ("frobnicate e0.1", "frobnicate"),
    ("read 0.1 0 1", "0.1"),
    ("read e0.1 0", "missing"),
    ("read e0.1 0 1 2", "too many"),
    ("--depth=0 work e0.1", "--depth"),
    ("--frobnicate work e0.1", "--frobnicate"),
])
def test_wrong_use(lab, line, words):
    fail(USAGE, words, lab, *line.split())


def test_help_and_version():
    said = subprocess.run(command("--help"), stdout=subprocess.PIPE, check=True).stdout
    assert said.startswith(b"usage: aoe-initiator")
    said = subprocess.run(command("--version"), stdout=subprocess.PIPE, check=True).stdout
    assert re.fullmatch(rb"aoe-initiator \S+\n", said)


def test_this_end_does_not_work(lab):
    lab.reference()
    process = lab.run(command("nowhere", "discover", "e0.1"), stderr=subprocess.PIPE)
    assert (process.returncode, process.stderr) == (
        BROKEN, b"aoe-initiator: nowhere: no such interface\n")
    fail(BROKEN, "standard input", lab, "write", "e0.1", 0, 3, data=noise(2))
    with open("/dev/full", "wb") as full:
        fail(BROKEN, "standard output", lab, "read", "e0.1", 0, 3, stdout=full)
        fail(BROKEN, "standard output", lab, "discover", "e0.1", stdout=full)


def test_nobody_there(lab):
    begun = time.monotonic()
    fail(ERROR, "e0.1: discovery: no answer within 1 s", lab, "--deadline=1", "read", "e0.1", 0, 1)
    assert time.monotonic() - begun < PATIENCE / 2
    lab.reference()
    fail(ERROR, "e0.2: discovery: no answer", lab, "--deadline=1", "discover", "e0.2")


def test_past_the_end(lab):
    lab.reference()
    with lab.witness() as frames:
        fail(ERROR, "20480", lab, "write", "e0.1", 16000, 4481, data=noise(4481))
    assert len(frames) == 2  # discovery alone
    assert on_disk(lab, 16000, 4480) == bytes(4480 * 512)


def test_what_the_target_refuses_is_reported(lab):
    lab.reference("-r")
    fail(ERROR, "e0.1: WRITE SECTORS of 2 sectors at LBA 5: I/O error: status DRDY ERR, error ABRT",
         lab, "write", "e0.1", 5, 2, data=noise(2))


def test_a_reserved_target_is_reported(lab):
    lab.reference()
    with lab.port() as port:
        assert port.ask(3, aoeframes.reserve(1, [b"\x02\x11\x22\x33\x44\x55"]))
    succeed(lab, "discover", "e0.1")
    fail(ERROR, "AoE error 6 (target is reserved)", lab, "read", "e0.1", 0, 1)


def test_data_that_differ(lab):
    lab.reference()
    data = bytearray(noise(40))
    succeed(lab, "write", "e0.1", 0, 40, data=bytes(data))
    data[31 * 512 + 511] ^= 1
    fail(DIFFERS, "LBA 31 differs", lab, "verify", "e0.1", 0, 40, data=bytes(data))


class Liar(threading.Thread):
    """A target that says yes to all writes, forgets them, and reads as zeros."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        self.port = aoeframes.Port(lab.target, aoelab.TARGET)
        self.ends = threading.Event()

    def run(self):
        while not self.ends.is_set():
            request = self.port.receive(0.05, lambda frame: not frame.flags & 8)
            if request:
                self.port.socket.send(aoeframes.build(
                    request.src, self.port.mac, request.command, self.answer(request),
                    tag=request.tag, flags=8))

    def answer(self, request):
        if request.command == CONFIG:
            return struct.pack("!HHBBH", 16, 1, 2, 0x10, 0)
        head = struct.pack("!BBBB", request.argument[0], 0, 0, 0x40) + request.argument[4:12]
        if request.argument[3] == IDENTIFY:
            words = [0] * 256
            words[49], words[60] = 0x200, 4096
            return head + struct.pack("<256H", *words)
        return head + (b"" if request.argument[0] & 1 else bytes(512 * request.argument[2]))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.join()
        self.port.close()


def test_work_finds_lost_writes(lab):
    with Liar(lab):
        assert succeed(lab, "discover", "e0.1") == b"4096\n"
        fail(DIFFERS, "LBA 0 does not hold what was written there", lab, "work", "e0.1")


# ---- what is lost on the way ----

def start(lab, *arguments, **options):
    return lab.spawn(command(*arguments), lab.initiator, env=lab.environment(),
                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize("buffers", ["2", "16"])
def test_a_target_that_pauses(lab, buffers):
    """Requests wait in its queue and are repeated meanwhile: some are answered twice, and late."""
    target = lab.reference("-b", buffers, size=64 << 20)
    data = noise(60000)
    path = os.path.join(lab.folder, "pause.pcap")
    with lab.capture(path):
        process = start(lab, aoelab.INITIATOR, "write", "e0.1", "0", "60000", stdin=subprocess.PIPE)
        process.stdin.write(data[:1 << 20])
        process.stdin.flush()
        time.sleep(0.2)
        target.send_signal(signal.SIGSTOP)
        feeder = threading.Thread(target=lambda: (process.stdin.write(data[1 << 20:]),
                                                  process.stdin.close()))
        feeder.start()
        time.sleep(2.5)
        target.send_signal(signal.SIGCONT)
        feeder.join()
        assert process.wait(PATIENCE) == DONE, process.stderr.read()
    assert on_disk(lab, 0, 60000) == data
    assert succeed(lab, "read", "e0.1", 0, 60000) == data
    check_repeats(path)
    assert findings(path) == [[], []]


def check_repeats(path):
    """A repeat has the same content, and there were some. Intervals are the unit tests' business."""
    first, repeats = {}, 0
    for frame in filter(None, map(aoeframes.parse, aoeframes.read_pcap(path))):
        if frame.flags & 8:
            continue
        repeats += frame.tag in first
        assert first.setdefault(frame.tag, frame.raw) == frame.raw
    assert repeats > 2


def test_a_target_that_is_gone_and_back(lab):
    target = lab.reference(size=64 << 20)
    process = start(lab, aoelab.INITIATOR, "read", "e0.1", "0", "131072")
    head = process.stdout.read(1 << 20)
    lab.end(target, signal.SIGKILL)
    time.sleep(1)
    lab.reference(image=lab.disk)
    assert head + process.stdout.read() == bytes(64 << 20)
    assert process.wait(PATIENCE) == DONE, process.stderr.read()


def test_a_target_that_comes_back_with_another_address(lab):
    """Which it announces."""
    target = lab.reference(size=64 << 20)
    process = start(lab, aoelab.INITIATOR, "read", "e0.1", "0", "131072")
    head = process.stdout.read(1 << 20)
    lab.end(target, signal.SIGKILL)
    lab.inside(lab.target, ["ip", "link", "set", aoelab.TARGET, "address", "02:00:00:00:00:99"])
    lab.reference(image=lab.disk)
    assert head + process.stdout.read() == bytes(64 << 20)
    assert process.wait(PATIENCE) == DONE, process.stderr.read()


def test_a_target_that_is_gone(lab):
    target = lab.reference(size=64 << 20)
    process = start(lab, "--deadline", "2", aoelab.INITIATOR, "read", "e0.1", "0", "131072")
    process.stdout.read(1 << 20)
    lab.end(target, signal.SIGKILL)
    process.stdout.read()
    assert process.wait(PATIENCE) == ERROR
    assert re.fullmatch(rb"aoe-initiator: e0\.1: READ SECTORS of 2 sectors at LBA \d+: no answer "
                        rb"within 2 s, sent \d+ times\n", process.stderr.read())


def test_an_interface_that_is_gone(lab):
    process = start(lab, aoelab.INITIATOR, "discover", "e0.1")
    time.sleep(0.3)
    lab.inside(lab.initiator, ["ip", "link", "delete", aoelab.INITIATOR])
    assert process.wait(PATIENCE) == BROKEN
    assert process.stderr.read() == b"aoe-initiator: a0: the interface is gone\n"


@pytest.mark.parametrize("end", ["initiator", "target"])
def test_the_mtu_changes_on_the_way(lab_of, end):
    """The target tells of its own; the other is seen at this end."""
    lab = lab_of(9000)
    lab.reference(size=64 << 20)
    process = start(lab, aoelab.INITIATOR, "read", "e0.1", "0", "131072")
    head = process.stdout.read(1 << 20)
    namespace, interface = {"initiator": (lab.initiator, aoelab.INITIATOR),
                            "target": (lab.target, aoelab.TARGET)}[end]
    lab.inside(namespace, ["ip", "link", "set", interface, "mtu", "1500"])
    assert head + process.stdout.read() == bytes(64 << 20)
    assert process.wait(PATIENCE) == DONE, process.stderr.read()


def test_sigterm_ends_it(lab):
    process = start(lab, aoelab.INITIATOR, "discover", "e0.1")
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == -signal.SIGTERM
