# SPDX-License-Identifier: GPL-2.0-or-later
"""aoe-initiator --stay: the process that keeps a target from action to action, and its end."""
import os
import random
import re
import select
import signal
import socket
import struct
import subprocess
import time

import pytest

import aoeframes
import aoelab

ATA, CONFIG, IDENTIFY = 0, 1, 0xEC
DONE, ERROR, DIFFERS, USAGE, BROKEN, CRASHED = 0, 1, 2, 64, 69, 134
# What hangs is ended; everything here takes less than that by far.
PATIENCE = 60
COUNT = 2  # in an ATA argument


def path_of(lab):
    return os.path.join(lab.folder, "stay")


def command(lab, *words):
    """The options come first: --stay where no other is given."""
    flags = [word for word in map(str, words) if word.startswith("--")]
    rest = [word for word in map(str, words) if not word.startswith("--")]
    if not any(word.startswith("--stay") for word in flags):
        flags.append(f"--stay={path_of(lab)}")
    return [aoelab.build_path("aoe-initiator"), *flags, aoelab.INITIATOR, *rest]


def use(lab, *words, data=b"", **options):
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": PATIENCE, **options}
    return lab.run(command(lab, *words), input=data, env=lab.environment(), check=False, **settings)


def succeed(lab, *words, **options):
    process = use(lab, *words, **options)
    assert (process.returncode, process.stderr) == (DONE, b"")
    return process.stdout


def fail(status, text, lab, *words, **options):
    process = use(lab, *words, **options)
    said = process.stderr.decode()
    assert process.returncode == status, said
    assert re.fullmatch(r"aoe-initiator: [^\n]+\n", said) and text in said, said


def start(lab, *words, **options):
    return lab.spawn(command(lab, *words), lab.initiator, env=lab.environment(), stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE, **options)


def noise(sectors, seed=1):
    return random.Random(seed).randbytes(sectors * 512)


def connect(lab):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.connect(path_of(lab))
    return connection


class Resident:
    """The process that stays: with Resident(lab) as resident."""

    def __init__(self, lab):
        with connect(lab) as connection:
            credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        self.pid = struct.unpack("3i", credentials)[0]
        self.descriptor = os.pidfd_open(self.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.descriptor)

    def kill(self):
        signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def held(self):
        """How many descriptors it has."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def comes_to_hold(self, count):
        """No more than so many, once the last caller is gone."""
        end = time.monotonic() + PATIENCE
        while self.held() > count and time.monotonic() < end:
            time.sleep(0.01)
        return self.held() <= count

    def ends(self, seconds=PATIENCE):
        return bool(select.select([self.descriptor], [], [], seconds)[0])


def settle(lab, count):
    """Waits until the witness has seen so many frames: it is ended with what it has not seen yet."""
    end = time.monotonic() + PATIENCE
    path = os.path.join(lab.folder, "witness.pcap")
    while len(aoeframes.read_pcap(path)) < count and time.monotonic() < end:
        time.sleep(0.01)


def parsed(frames):
    return [aoeframes.parse(frame) for frame in frames]


# ---- what is kept ----

def test_a_target_is_found_once(lab):
    lab.reference()
    with lab.witness() as first:
        data = succeed(lab, "read", "e0.1", 7, 3)
        settle(lab, 4)
    with lab.witness() as second:
        assert succeed(lab, "read", "e0.1", 7, 3) == data == bytes(3 * 512)
        settle(lab, 2)
    assert [frame.command for frame in parsed(first)] == [CONFIG, ATA, ATA, ATA]
    assert [frame.argument[:4] for frame in parsed(second)] == [frame.argument[:4] for frame in parsed(first)[2:]]
    assert len({frame.tag for frame in parsed(first + second)}) == 6
    with lab.witness() as third:
        assert succeed(lab, "discover", "e0.1") == b"20480\n"
        settle(lab, 2)
    assert [frame.command for frame in parsed(third)] == [CONFIG, ATA]


def test_data_goes_both_ways(lab):
    lab.reference()
    data = noise(3000)
    succeed(lab, "write", "e0.1", 3, 3000, data=data)
    assert succeed(lab, "--depth=64", "read", "e0.1", 3, 3000) == data
    succeed(lab, "verify", "e0.1", 3, 3000, data=data)
    fail(DIFFERS, "LBA 3 differs", lab, "verify", "e0.1", 3, 1, data=bytes(512))
    succeed(lab, "work", "e0.1")
    fail(BROKEN, "standard input", lab, "write", "e0.1", 0, 3, data=noise(2))
    with open("/dev/full", "wb") as full:
        fail(BROKEN, "standard output", lab, "read", "e0.1", 0, 3, stdout=full)
    assert succeed(lab, "read", "e0.1", 3, 3000) != b""


def test_what_is_announced_in_between_is_followed(lab_of):
    lab = lab_of(9000)
    lab.reference()
    succeed(lab, "read", "e0.1", 0, 17)
    lab.inside(lab.target, ["ip", "link", "set", aoelab.TARGET, "mtu", "1500"])
    time.sleep(0.3)
    with lab.witness() as frames:
        assert succeed(lab, "read", "e0.1", 0, 17) == bytes(17 * 512)
        settle(lab, 9)
    assert [frame.argument[COUNT] for frame in parsed(frames)] == [2] * 8 + [1]


def test_the_options_of_each_action_count(lab_of):
    lab = lab_of(9000)
    lab.reference()
    succeed(lab, "discover", "e0.1")
    with lab.witness() as frames:
        succeed(lab, "--mtu=1500", "read", "e0.1", 0, 3)
        succeed(lab, "read", "e0.1", 0, 3)
        settle(lab, 3)
    assert [frame.argument[COUNT] for frame in parsed(frames)] == [2, 1, 3]


def test_after_a_failure_the_target_is_found_anew(lab):
    target = lab.reference()
    succeed(lab, "discover", "e0.1")
    lab.end(target, signal.SIGKILL)
    fail(ERROR, "no answer within 1 s", lab, "--deadline=1", "read", "e0.1", 0, 1)
    lab.reference(size=1 << 20)
    fail(ERROR, "the disk has 2048", lab, "read", "e0.1", 2048, 1)
    succeed(lab, "read", "e0.1", 2047, 1)


def test_several_ask_at_once(lab):
    lab.reference()
    succeed(lab, "discover", "e0.1")
    writes = []
    for i in range(4):
        path = os.path.join(lab.folder, f"data-{i}")
        with open(path, "w+b") as data:
            data.write(noise(1000, i))
            data.seek(0)
            writes.append(start(lab, "write", "e0.1", 1000 * i, 1000, stdin=data))
    assert [process.wait(PATIENCE) for process in writes] == [DONE] * 4
    for i in range(4):
        assert succeed(lab, "read", "e0.1", 1000 * i, 1000) == noise(1000, i)


# ---- its end ----

def test_reset_ends_it(lab):
    lab.reference()
    succeed(lab, "reset", "e0.1")
    succeed(lab, "discover", "e0.1")
    assert os.stat(path_of(lab)).st_mode & 0o777 & ~0o700 == 0
    with Resident(lab) as resident:
        with lab.witness() as frames:
            assert succeed(lab, "reset", "e0.1") == b""
        assert resident.ends(5) and not frames
    assert not os.path.exists(path_of(lab))
    succeed(lab, "reset", "e0.1")


def test_it_ends_when_nothing_is_asked(lab):
    lab.reference()
    succeed(lab, "--linger=1", "discover", "e0.1")
    with Resident(lab) as resident:
        assert resident.ends()
    assert not os.path.exists(path_of(lab))
    succeed(lab, "discover", "e0.1")


def test_it_ends_with_its_interface(lab):
    lab.reference()
    succeed(lab, "discover", "e0.1")
    with Resident(lab) as resident:
        lab.inside(lab.initiator, ["ip", "link", "delete", aoelab.INITIATOR])
        assert resident.ends()
    assert not os.path.exists(path_of(lab))
    fail(BROKEN, "no such interface", lab, "discover", "e0.1")
    assert not os.path.exists(path_of(lab))


def test_its_crash_is_told(lab):
    target = lab.reference()
    succeed(lab, "discover", "e0.1")
    with Resident(lab) as resident:
        resident.kill()
        assert resident.ends()
    fail(CRASHED, "has crashed: 'reset' begins anew", lab, "read", "e0.1", 0, 1)
    succeed(lab, "reset", "e0.1")
    succeed(lab, "read", "e0.1", 0, 1)
    target.send_signal(signal.SIGSTOP)
    process = start(lab, "read", "e0.1", 0, 1)
    with Resident(lab) as resident:
        time.sleep(0.3)
        resident.kill()
    assert process.wait(PATIENCE) == CRASHED
    assert process.stderr.read().endswith(b": the process that stays has crashed\n")


def test_it_can_be_reset_while_it_is_at_work(lab):
    target = lab.reference()
    succeed(lab, "discover", "e0.1")
    target.send_signal(signal.SIGSTOP)
    process = start(lab, "read", "e0.1", 0, 1)
    time.sleep(0.3)
    succeed(lab, "reset", "e0.1")
    assert process.wait(PATIENCE) == CRASHED
    target.send_signal(signal.SIGCONT)
    succeed(lab, "read", "e0.1", 0, 1)


def test_an_action_ends_with_its_caller(lab):
    target = lab.reference()
    succeed(lab, "discover", "e0.1")
    with Resident(lab) as resident:
        target.send_signal(signal.SIGSTOP)
        process = start(lab, "--deadline=3600", "read", "e0.1", 0, 1)
        time.sleep(0.3)
        process.terminate()
        assert process.wait(PATIENCE) == -signal.SIGTERM
        fail(ERROR, "no answer within 1 s", lab, "--deadline=1", "read", "e0.1", 0, 1)
        target.send_signal(signal.SIGCONT)
        succeed(lab, "read", "e0.1", 0, 1)
        assert not resident.ends(0)


def test_it_holds_nothing_open_of_its_callers(lab):
    lab.reference()
    reader, writer = os.pipe()
    process = start(lab, "discover", "e0.1", pass_fds=[writer])
    assert process.communicate(timeout=PATIENCE) == (b"20480\n", b"")
    os.close(writer)
    assert select.select([reader], [], [], PATIENCE)[0] and os.read(reader, 1) == b""
    os.close(reader)


# ---- what is refused ----

def test_another_target_or_interface(lab):
    lab.reference()
    succeed(lab, "discover", "e0.1")
    fail(USAGE, "another interface or target", lab, "discover", "e0.2")
    lab.inside(lab.initiator, ["ip", "link", "add", "other", "type", "veth"])
    process = lab.run([aoelab.build_path("aoe-initiator"), "--stay", path_of(lab), "other", "discover", "e0.1"],
                      stderr=subprocess.PIPE, check=False)
    assert process.returncode == USAGE and b"another interface" in process.stderr
    succeed(lab, "discover", "e0.1")


@pytest.mark.parametrize("said", [
    b"", b"\0", b"no end", b"aoe-initiator\0", b"aoe-initiator\0a0\0reset\0e0.1\0",
    b"aoe-initiator\0--stay\0elsewhere\0a0\0discover\0e0.1\0", b"\0" * 4000, b"x" * 100000,
])
@pytest.mark.parametrize("descriptors", [0, 1, 2, 5])
def test_whatever_is_said_to_it(lab, said, descriptors):
    lab.reference()
    succeed(lab, "discover", "e0.1")
    with Resident(lab) as resident, open(os.devnull, "r+b") as nothing:
        held = resident.held()
        with connect(lab) as connection:
            socket.send_fds(connection, [said], [nothing.fileno()] * descriptors)
            connection.settimeout(PATIENCE)
            connection.recv(1000)
        succeed(lab, "read", "e0.1", 0, 1)
        assert resident.comes_to_hold(held)
        assert not resident.ends(0)


def test_paths_that_are_no_place_for_a_socket(lab):
    lab.reference()
    plain = os.path.join(lab.folder, "plain")
    with open(plain, "w", encoding="ascii") as file:
        file.write("precious")
    fail(BROKEN, "is no socket", lab, f"--stay={plain}", "reset", "e0.1")
    fail(BROKEN, "is no socket", lab, f"--stay={plain}", "discover", "e0.1")
    with open(plain, encoding="ascii") as file:
        assert file.read() == "precious"
    fail(BROKEN, "File name too long", lab, f"--stay={lab.folder}/{'x' * 108}", "discover", "e0.1")
    fail(BROKEN, "No such file", lab, f"--stay={lab.folder}/no/such", "discover", "e0.1")
    fail(BROKEN, "no socket", lab, f"--stay={lab.folder}", "reset", "e0.1")
