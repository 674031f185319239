# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes the lab's initiators do I/O, each action with a target that is known to be right."""
import contextlib
import functools
import json
import os
import shlex
import signal
import subprocess
import threading
import time

import pytest

import aoeframes
import aoelab
import aoestimulus
from test_guest import GuestLab

INITIATOR = os.path.join(aoelab.ROOT, "ci/initiator")
SECTOR = 512
SIZE = 10 << 20
# Of a target: buffer count 16, sector count 2, no config string.
ADVERT = b"\0\x10\0\0\2\x10\0\0"


class Driven(GuestLab):
    """A lab with an initiator that can be told what to do."""

    def __init__(self, name, mtu):
        super().__init__(mtu)
        self.name = name
        self.both = contextlib.ExitStack()

    def __enter__(self):
        super().__enter__()
        self.initiator_at_work = self.both.enter_context(
            aoestimulus.INITIATORS[self.name](self, self.target, self.tap, self.mtu))
        self.server = self.both.enter_context(aoestimulus.Server(self, self.initiator_at_work))
        return self

    def __exit__(self, *error):
        self.both.close()
        super().__exit__(*error)

    def begin(self, action, *place, data=b"", address="e0.1"):
        """Starts the client; what it reads and writes are files, so that nobody waits for anybody."""
        paths = [os.path.join(self.folder, name) for name in ("input", "output", "error")]
        with open(paths[0], "wb") as file:
            file.write(data)
        with open(paths[0], "rb") as given, open(paths[1], "wb") as output, open(paths[2], "wb") as error:
            return self.spawn([*shlex.split(self.server.command), action, address, *map(str, place)],
                              self.target, stdin=given, stdout=output, stderr=error)

    def do(self, *words, **options):
        """An action to its end: exit status and output. What never ends is killed."""
        process = self.begin(*words, **options)
        killer = threading.Timer(30, process.kill)
        killer.start()
        status = self.server.serve(process)
        killer.cancel()
        with open(os.path.join(self.folder, "output"), "rb") as file:
            return status, file.read()

    def said(self):
        with open(os.path.join(self.folder, "error"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def abandon(self, *words, after=0.5):
        """An action whose client is killed."""
        process = self.begin(*words)
        killer = threading.Timer(after, process.kill)
        killer.start()
        assert self.server.serve(process) == -signal.SIGKILL
        killer.join()

    def sectors(self, lba, count):
        """What the target's disk has there."""
        with open(self.disk, "rb") as file:
            file.seek(lba * SECTOR)
            return file.read(count * SECTOR)

    def overwrite(self, lba, data):
        with open(self.disk, "r+b") as file:
            file.seek(lba * SECTOR)
            file.write(data)


def pattern(count):
    return os.urandom(count * SECTOR)


@pytest.fixture(name="labs", scope="module")
def fixture_labs():
    """labs("linux", 1500): each is made once, when it is needed first."""
    with contextlib.ExitStack() as stack:
        @functools.cache
        def make(name, mtu):
            lab = stack.enter_context(Driven(name, mtu))
            lab.serving = lab.reference(size=SIZE)
            return lab
        yield make


@pytest.fixture(name="linux")
def fixture_linux(labs):
    return labs("linux", 1500)


@pytest.fixture(name="each", params=["linux", "ipxe"])
def fixture_each(labs, request):
    return labs(request.param, 1500)


@pytest.fixture(name="driven", params=[("linux", 1500), ("linux", 9000), ("ipxe", 1500), ("ipxe", 9000)],
                ids=lambda each: f"{each[0]}-{each[1]}")
def fixture_driven(labs, request):
    return labs(*request.param)


def test_data_in_is_data_out(driven):
    """Also data that come to the disk behind the initiator's back: no cache is asked."""
    data, other = pattern(777), pattern(777)
    assert driven.do("write", 5, 777, data=data) == (0, b""), driven.said()
    assert driven.sectors(5, 777) == data
    assert driven.sectors(0, 5) + driven.sectors(782, 5) == bytes(10 * SECTOR)
    driven.overwrite(5, other)
    assert driven.do("read", 5, 777) == (0, other)


def test_discover_says_the_capacity(each):
    assert each.do("reset") == (0, b"")
    assert each.do("discover") == (0, b"20480\n"), each.said()


def test_work_is_done_on_the_disk(driven):
    driven.overwrite(0, bytes(SIZE))
    assert driven.do("work")[0] == 0, driven.said()
    assert any(driven.sectors(0, 200))


def test_work_sees_other_data(each):
    """Sector 120, which is a file's, does not keep what is written to it."""
    done = threading.Event()

    def spoil():
        while not done.is_set():
            each.overwrite(120, b"spoiled!" * 64)
    thread = threading.Thread(target=spoil)
    thread.start()
    try:
        status = each.do("work")[0]
    finally:
        done.set()
        thread.join()
    assert status == 2, each.said()


def test_errors_are_reported(each):
    """Behind the end of the disk, and where the target can neither read nor write."""
    assert each.do("discover")[0] == 0
    assert each.do("read", 20400, 81)[0] == 1
    os.truncate(each.disk, 0)
    try:
        assert each.do("read", 5, 10)[0] == 1, each.said()
    finally:
        os.truncate(each.disk, SIZE)
        assert each.do("reset")[0] == 0
    assert each.do("read", 5, 10)[0] == 0


def test_what_hangs_can_be_ended_and_forgotten(each):
    assert each.do("discover")[0] == 0
    data = pattern(40)
    each.overwrite(100, data)
    each.serving.send_signal(signal.SIGSTOP)
    each.abandon("read", 100, 40)
    assert each.do("reset") == (0, b"")
    each.serving.send_signal(signal.SIGCONT)
    assert each.do("read", 100, 40) == (0, data), each.said()


def test_what_is_unknown_cannot_be_done(each):
    assert each.do("juggle") == (77, b"")


def test_many_commands_are_outstanding(linux):
    path = os.path.join(linux.folder, "read.pcap")
    assert linux.do("discover")[0] == 0
    with linux.capture(path, interface=linux.tap, namespace=linux.target):
        assert linux.do("read", 1, 1001)[0] == 0
    result = json.loads(subprocess.run([aoelab.build_path("aoe-analyze"), "--json", "-", path], check=True,
                                       stdout=subprocess.PIPE).stdout)
    assert result["total"]["outstanding"]["max"] >= 8, result["total"]


def test_after_reset_an_advert_is_not_answered(linux):
    assert linux.do("discover")[0] == 0
    with aoeframes.Port(linux.target, linux.tap) as port:
        def advertise():
            port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, 1,
                                             ADVERT, tag=0, slot=7, flags=8))
            return port.receive(1, lambda frame: frame.slot == 7 and not frame.flags & 8)
        assert advertise()
        assert linux.do("reset")[0] == 0
        assert not advertise()


def test_an_error_of_the_target_ends_discovery(linux):
    """A target e0.7 that answers IDENTIFY with an AoE error."""
    assert linux.do("reset")[0] == 0
    done = threading.Event()
    with aoeframes.Port(linux.target, linux.tap) as port:
        def serve():
            while not done.is_set():
                frame = port.receive(0.1, lambda frame: frame.slot in (7, 255) and not frame.flags & 8)
                if frame:
                    error = {0: 2, 1: 0}[frame.command]
                    argument = frame.argument if error else ADVERT
                    port.socket.send(aoeframes.build(frame.src, port.mac, frame.command, argument, tag=frame.tag,
                                                     slot=7, flags=12 if error else 8, error=error))
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            status, output = linux.do("discover", address="e0.7")
        finally:
            done.set()
            thread.join()
    assert (status, output) == (1, b"")
    assert "ecode=2" in linux.said()


def test_a_disk_that_somebody_else_has_mounted_is_left_alone(linux):
    guest = linux.initiator_at_work.guest
    assert linux.do("discover")[0] == 0
    guest.text("mkfs.ext4 -q -F -b 1024 -O ^has_journal /dev/etherd/e0.1 200 && mount /dev/etherd/e0.1 /mnt")
    assert linux.do("reset")[0] == 3
    assert "mounted" in linux.said()
    guest.text("umount /mnt")
    assert linux.do("reset")[0] == 0


def test_it_runs_with_the_coreutils(linux):
    """What users' hosts have instead of busybox: another shell and another dd."""
    guest, data = linux.initiator_at_work.guest, pattern(300)
    with open("/bin/dd", "rb") as file:
        status, _, error = guest.call("mkdir -p /tmp/own; cat >/tmp/own/dd; chmod 755 /tmp/own/dd", file.read())
        assert status == 0, error
    run = "PATH=/tmp/own:$PATH AOE_STIMULUS_ACTION={0} bash /bin/aoe-stimulus-linux {0} e0.1 9 300"
    assert "coreutils" in guest.text("PATH=/tmp/own:$PATH bash -c 'dd --version'")
    assert linux.do("discover")[0] == 0
    assert guest.call(run.format("write"), data)[0] == 0
    assert linux.sectors(9, 300) == data
    assert guest.call(run.format("read"))[:2] == (0, data)


def test_a_guest_that_has_gone_is_started_again(linux):
    guest = linux.initiator_at_work.guest
    boots = guest.boots
    guest.process.kill()
    assert linux.do("discover")[0] == 1
    assert linux.do("discover") == (0, b"20480\n")
    assert guest.boots > boots


def run_initiator(*arguments):
    return subprocess.run([INITIATOR, *arguments], check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60)


def test_the_command_gets_interface_and_stimulus(tmp_path):
    script = tmp_path / "script"
    script.write_text('ip link show $1 | grep -o "mtu 9000"; $2 reset e0.1; echo $? "$3"; $2 juggle e0.1')
    process = run_initiator("ipxe", "--mtu", "9000", "--command", f"sh {script} {{interface}} {{stimulus}}",
                            "--quick")
    assert (process.returncode, process.stdout) == (77, "mtu 9000\n0 --quick\n"), process.stderr


def test_wrong_use_is_refused():
    assert run_initiator("--mtu", "7").returncode == 2
    process = run_initiator("--command", "{nothing}")
    assert process.returncode == 2 and "{stimulus}" in process.stderr


def test_a_client_without_a_lab_is_broken(tmp_path):
    process = subprocess.run([os.path.join(aoelab.ROOT, "ci/stimulus"), tmp_path / "nowhere", "reset", "e0.1"],
                             check=False, stderr=subprocess.PIPE)
    assert process.returncode == 3


def processes_about(word):
    return subprocess.run(["pgrep", "-f", word], stdout=subprocess.PIPE, check=False).stdout.split()


def wait_for(condition):
    for _ in range(400):
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind(number, tmp_path):
    """While an action waits for a target that is not there. Ctrl-C comes to all in the terminal."""
    folder = tmp_path / "labs"
    folder.mkdir()
    script = tmp_path / "script"
    script.write_text("$1 discover e0.1")
    process = subprocess.Popen([INITIATOR, "linux", "--command", f"sh {script} {{stimulus}}"],
                               env=dict(os.environ, TMPDIR=str(folder)), start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: processes_about(f"ci/stimulus {folder}.* discover"))
        assert processes_about(f"qemu.*{folder}") and list(folder.iterdir())
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        process.wait(30)
        assert wait_for(lambda: not processes_about(str(folder)) and not list(folder.iterdir()))
    finally:
        process.kill()
