# SPDX-License-Identifier: GPL-2.0-or-later
"""ci/lab, make demo and make install: they do what they say and leave nothing behind.

Each test marks what it starts by a folder for temporary files of its own, which all of it inherits,
and runs it in a network namespace of its own: whatever else happens on the machine is not blamed.
"""
import os
import shutil
import signal
import subprocess
import time

import pytest

import aoelab

LAB = os.path.join(aoelab.ROOT, "ci", "lab")
PATIENCE = 30
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def wait_until(condition):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


class Room:
    """Where ci/lab runs: its own network namespace and folder of temporary files."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.started = []
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
        self.namespace = f"/proc/{self.holder.pid}/ns/net"
        wait_until(lambda: os.readlink(self.namespace) != os.readlink("/proc/self/ns/net"))

    def close(self):
        for process in [*self.started, self.holder]:
            if process.poll() is None:
                process.kill()
                process.wait()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def command(self, *words):
        return ["nsenter", f"--net={self.namespace}", "--", *words]

    def environment(self):
        return dict(os.environ, TMPDIR=self.folder, PYTHONDONTWRITEBYTECODE="1")

    def run(self, *arguments, before=()):
        return subprocess.run(self.command(*before, LAB, *arguments), env=self.environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE, check=False)

    def start(self, *arguments, **options):
        """Starts ci/lab in a process group of its own, as a shell does."""
        process = subprocess.Popen(self.command(LAB, *arguments), env=self.environment(),
                                   start_new_session=True, stderr=subprocess.PIPE, text=True,
                                   **options)
        self.started.append(process)
        return process

    def processes(self):
        """Those that have this room's folder in their environment: all that ran in it."""
        mark = f"TMPDIR={self.folder}\0".encode()
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if mark in file.read():
                        yield int(name)
            except OSError:
                continue

    def interfaces(self):
        text = subprocess.run(self.command("ip", "-o", "link"), stdout=subprocess.PIPE, text=True,
                              check=True).stdout
        return [line.split(": ")[1] for line in text.splitlines()]

    def namespaces(self):
        """Network namespaces of this room's processes, besides its own."""
        found = set()
        for pid in self.processes():
            try:
                found.add(os.readlink(f"/proc/{pid}/ns/net"))
            except OSError:
                continue
        return found - {os.readlink(self.namespace)}

    def is_empty(self):
        return not list(self.processes()) and os.listdir(self.folder) == []

    def assert_empty(self):
        wait_until(self.is_empty)
        assert self.interfaces() == ["lo"]


@pytest.fixture(name="room")
def fixture_room(tmp_path_factory):
    room = Room(tmp_path_factory.mktemp("room"))
    yield room
    room.close()


# ---- what it does ----

@pytest.mark.parametrize("status", [0, 1, 7, 255])
def test_exit_status_of_the_command(room, status):
    process = room.run("--", "sh", "-c", f"exit {status}")
    assert process.returncode == status, process.stderr
    assert process.stdout == process.stderr == ""
    room.assert_empty()


def test_exit_status_of_a_command_that_a_signal_ended(room):
    assert room.run("--", "sh", "-c", "kill -USR1 $$").returncode == 128 + signal.SIGUSR1
    process = room.run("--", "/no/such/command")
    assert process.returncode == 127 and "/no/such/command" in process.stderr
    room.assert_empty()


def test_output_and_input_are_the_commands(room):
    process = subprocess.run(room.command(LAB, "--", "sh", "-c", "cat; echo two >&2"),
                             env=room.environment(), input="one\n", stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=True)
    assert (process.stdout, process.stderr) == ("one\n", "two\n")


CONFORM = [aoelab.build_path("aoe-conform"), "--scenarios",
           os.path.join(aoelab.ROOT, "scenarios"), "--target", "a0", "e0.1", "frame/*"]


@pytest.mark.parametrize("mtu, sectors", [(1500, 2), (9000, 17)])
def test_mtu_of_both_ends(room, mtu, sectors):
    process = room.run("--mtu", str(mtu), "--", "sh", "-c", 'ip link show a0; "$@"', "sh", *CONFORM)
    assert process.returncode == 0, process
    assert f"mtu {mtu} " in process.stdout
    assert f"sector count {sectors}," in process.stdout


@pytest.mark.parametrize("size, sectors", [("1024", 2), ("3K", 6), ("5M", 10240), ("2G", 4 << 20),
                                           ("1T", 1 << 31), ("2P", 4 << 40)])
def test_size_of_the_disk(room, size, sectors):
    process = room.run("--size", size, "--", *CONFORM)
    assert process.returncode == 0, process
    assert f"{sectors} sectors" in process.stdout
    room.assert_empty()


def test_another_target(room):
    process = room.run("--target", "vblade 0 1 {interface} {image}", "--", *CONFORM, "config/*")
    assert process.returncode in (0, 1), process
    assert "EtherDrive vblade" in process.stdout or "vblade" in process.stdout.lower()
    room.assert_empty()


def test_two_labs_at_once(room):
    """Two labs know nothing of each other, though both serve e0.1."""
    first = room.start("--size", "1M", "--", "sleep", "600")
    wait_until(lambda: len(room.namespaces()) == 2)
    process = room.run("--size", "3M", "--", *CONFORM)
    assert process.returncode == 0 and "6144 sectors" in process.stdout
    assert first.poll() is None and len(room.namespaces()) == 2
    first.terminate()
    assert first.wait(PATIENCE) == 128 + signal.SIGTERM
    room.assert_empty()


# ---- wrong use ----

@pytest.mark.parametrize("arguments, words", [
    ([], ["command", "--help"]),
    (["--mtu", "1500"], ["command"]),
    (["--mtu", "x", "true"], ["--mtu", "'x'"]),
    (["--mtu", "5", "true"], ["--mtu", "'5'"]),
    (["--mtu", "70000", "true"], ["--mtu", "70000"]),
    (["--size", "0", "true"], ["--size", "'0'"]),
    (["--size", "-5", "true"], ["--size"]),
    (["--size", "10Q", "true"], ["--size", "10Q"]),
    (["--size", "9000P", "true"], ["--size", "9000P"]),
    (["--size", "", "true"], ["--size"]),
    (["--target", "", "true"], ["--target", "no program"]),
    (["--target", "vblade {nosuch}", "true"], ["{nosuch}", "{interface}"]),
    (["--target", "vblade {", "true"], ["--target", "{interface}"]),
    (["--target", "vblade {0.x} {}", "true"], ["--target", "{interface}"]),
    (["--frobnicate", "true"], ["--frobnicate"]),
])
def test_wrong_use(room, arguments, words):
    process = room.run(*arguments)
    assert process.returncode == 2, process
    assert process.stderr.count("\n") == 1 and process.stderr.startswith("ci/lab: ")
    assert process.stdout == ""
    for word in words:
        assert word in process.stderr
    room.assert_empty()


@pytest.mark.parametrize("target, words", [
    ("false", ["false", "ended with 1"]),
    ("/no/such/target {interface}", ["/no/such/target", "No such file"]),
    ("vblade 0 1 {interface} /no/such/disk", ["vblade", "No such file"]),
    (aoelab.build_path("aoe-target") + " 0 1 {interface} /no/such/disk", ["/no/such/disk"]),
])
def test_a_target_that_does_not_start(room, target, words):
    process = room.run("--target", target, "--", "touch", os.path.join(room.folder, "ran"))
    assert process.returncode == 3, process
    assert process.stderr.startswith("ci/lab: ") and "Traceback" not in process.stderr
    for word in words:
        assert word in process.stderr
    room.assert_empty()


# ---- nothing stays behind ----

# Has a child and a grandchild that ends with nothing but a kill, and a file in the lab's folder.
STUBBORN = ["sh", "-c", 'trap "" TERM INT HUP; (trap "" TERM INT HUP; sleep 600; true) & '
                        'touch "$TMPDIR"/aoe-lab-*/left; touch "$TMPDIR"/ready; sleep 600; true']
PLAIN = ["sh", "-c", 'touch "$TMPDIR"/ready; exec sleep 600']


def start_until_ready(room, command, **options):
    process = room.start("--", *command, **options)
    ready = os.path.join(room.folder, "ready")
    wait_until(lambda: os.path.exists(ready) or process.poll() is not None)
    assert process.poll() is None, process.stderr.read()
    os.unlink(ready)
    assert len(room.namespaces()) == 2 and len(os.listdir(room.folder)) == 1
    return process


def test_after_ctrl_c(room):
    """A terminal sends it to the whole process group; the command has the time to clean up."""
    process = start_until_ready(room, ["sh", "-c", 'trap "sleep 1; exit 9" INT; '
                                       'touch "$TMPDIR"/ready; while :; do sleep 0.1; done'])
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(PATIENCE) == 9
    assert process.stderr.read() == ""
    room.assert_empty()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("group", [False, True], ids=["alone", "group"])
def test_after_a_signal(room, number, group):
    process = start_until_ready(room, PLAIN)
    os.killpg(process.pid, number) if group else process.send_signal(number)
    assert process.wait(PATIENCE) in (128 + number, -number)
    assert process.stderr.read() == ""
    room.assert_empty()


def test_after_a_signal_with_children_that_do_not_listen(room):
    process = start_until_ready(room, STUBBORN)
    process.terminate()
    assert process.wait(PATIENCE) == 128 + signal.SIGTERM
    room.assert_empty()


@pytest.mark.parametrize("group", [False, True], ids=["alone", "group"])
@pytest.mark.parametrize("command", [PLAIN, STUBBORN], ids=["plain", "stubborn"])
def test_after_kill_9(room, command, group):
    process = start_until_ready(room, command)
    os.killpg(process.pid, signal.SIGKILL) if group else process.kill()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    room.assert_empty()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_after_a_signal_at_any_moment(room, number):
    """Also while the lab is set up or taken down."""
    for moment in range(1, 13):
        process = room.start("--", "true")
        try:
            process.wait(moment * 0.02)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, number)
        process.wait(PATIENCE)
        wait_until(room.is_empty)
    room.assert_empty()


def test_a_detached_grandchild_ends_with_the_lab(room):
    process = room.run("--", "sh", "-c", "setsid sleep 600 >/dev/null 2>&1 & exit 5")
    assert process.returncode == 5
    room.assert_empty()


# ---- without root ----

def test_rootless(room):
    probe = subprocess.run([*NOBODY, "unshare", "-Urn", "true"], stderr=subprocess.PIPE, text=True,
                           check=False)
    if probe.returncode:
        pytest.skip(f"no user namespaces for other users here: {probe.stderr.strip()}")
    os.chmod(room.folder, 0o1777)
    folder = room.folder
    while folder != "/" and not os.stat(folder).st_mode & 0o001:
        os.chmod(folder, os.stat(folder).st_mode | 0o011)
        folder = os.path.dirname(folder)
    process = room.run("--", *CONFORM, before=NOBODY)
    assert process.returncode == 0, process
    assert room.run("--mtu", "9000", "--", "sh", "-c", "exit 7", before=NOBODY).returncode == 7
    room.assert_empty()


# ---- demo and install, in a copy of the repository ----

@pytest.fixture(name="clone", scope="module")
def fixture_clone(tmp_path_factory):
    """A fresh clone, and the environment to build in: folders of its own for everything."""
    if os.environ.get("AOE_QUICK"):
        pytest.skip("AOE_QUICK is set")
    if not os.path.exists(os.path.join(aoelab.ROOT, ".git")):
        pytest.skip("not a git repository: nothing to clone")
    folder = tmp_path_factory.mktemp("clone")
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    subprocess.run(["git", "clone", "-q", aoelab.ROOT, folder / "suite"], check=True)
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("MAKE", "MFLAGS", "AOE_", "XDG_"))}
    environment.update(HOME=str(folder / "home"), TMPDIR=str(folder / "tmp"))
    return folder, environment


def make(clone, *arguments):
    folder, environment = clone
    process = subprocess.run(["make", "-s", f"PREFIX={folder}/prefix", *arguments],
                             cwd=folder / "suite", env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=400, check=False)
    assert process.returncode == 0, (process.stdout[-3000:], process.stderr[-3000:])
    return process


def files(folder):
    return [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]


def test_demo(clone):
    folder, environment = clone
    process = make(clone, "-j2", "demo")
    last = process.stdout.rstrip().splitlines()[-1]
    assert last.startswith("e0.1 on a0: conformant: ") and " pass" in last
    assert process.stderr == ""
    # All that it made is in build/.
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=folder / "suite",
                             env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert changed == ""
    assert files(folder / "home") == [] and os.listdir(folder / "tmp") == []
    assert not (folder / "prefix").exists()


def test_install(clone):
    """What DESTDIR gets is what PREFIX has once the package is unpacked, and it works there."""
    folder, environment = clone
    make(clone, "-j2", "install", f"DESTDIR={folder}/stage")
    staged = f"{folder}/stage{folder}/prefix"
    assert not (folder / "prefix").exists()
    found = {os.path.relpath(path, staged): path for path in files(f"{folder}/stage")}
    scenarios = {name for name in found if name.endswith(".aoe")}
    in_clone = {os.path.relpath(path, folder / "suite" / "scenarios")
                for path in files(folder / "suite" / "scenarios") if path.endswith(".aoe")}
    assert scenarios == {f"share/aoe-suite/scenarios/{name}" for name in in_clone} and in_clone
    programs = {name for name in found if os.access(found[name], os.X_OK)}
    assert {"bin/aoe-conform", "bin/aoe-target"} <= programs
    for program in programs:
        manual = f"share/man/man1/{os.path.basename(program)}.1"
        assert manual in found, f"{program} has no manual page"
        assert os.stat(found[manual]).st_mode & 0o777 == 0o644
    shutil.move(staged, folder / "prefix")
    process = subprocess.run([folder / "prefix" / "bin" / "aoe-conform", "--check"], cwd="/",
                             env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, check=False)
    assert process.returncode == 0, process
    assert process.stdout.startswith(f"{len(in_clone)} scenarios")
