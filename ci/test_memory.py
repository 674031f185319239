# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory errors and undefined behaviour of both programs, while they do all that they do.

The release build runs under valgrind, and the build of 'make BUILD=build/sanitized CC=clang
SANITIZE=1 WERROR=1' as it is. Verdicts are judged elsewhere: under such tools time is no measure.
"""
import os
import signal
import subprocess
import time

import pytest

import aoeframes
import aoelab
from conftest import Suite

VALGRIND = ["valgrind", "-q", "--error-exitcode=98", "--leak-check=full",
            "--errors-for-leak-kinds=definite", "--child-silent-after-fork=yes"]
MEMORY_ERRORS = (98, 99)
SCENARIOS = os.path.join(aoelab.ROOT, "scenarios")
SANITIZED = os.path.join(aoelab.build_path(""), "sanitized")
PATIENCE = 300
JUDGED = (0, 1, 3)


def assert_clean(status, said, expected):
    assert status not in MEMORY_ERRORS, said
    for words in ("ERROR: AddressSanitizer", "LeakSanitizer", "runtime error", "== Invalid ",
                  "definitely lost", "uninitialised"):
        assert words not in said, said
    assert status in expected, (status, said)


class Watched:
    """Both programs in a lab, watched: by valgrind, or by what the compiler has put into them."""

    def __init__(self, lab, prefix):
        self.lab = lab
        self.prefix = lab.prefix = prefix
        self.target = None

    def start_reference(self, *options):
        self.target = self.lab.reference(*options)

    def conform(self, *arguments, expected=JUDGED):
        process = self.lab.conform("--scenarios", SCENARIOS, *arguments, timeout=PATIENCE)
        assert_clean(process.returncode, process.stderr, expected)
        return process

    def judge(self, *arguments, expected=JUDGED):
        return self.conform("--target", aoelab.INITIATOR, "e0.1", *arguments, expected=expected)

    def end_target(self):
        """Ends the reference target, which then says what it leaked."""
        self.target.send_signal(signal.SIGTERM)
        said = self.target.communicate(timeout=PATIENCE)[0].decode(errors="replace")
        assert_clean(self.target.returncode, said, (0,))


def sanitized_programs(monkeypatch):
    for program in ("aoe-conform", "aoe-target"):
        if not os.access(os.path.join(SANITIZED, program), os.X_OK):
            pytest.skip(f"no {SANITIZED}/{program}: make check builds it, or make "
                        "BUILD=build/sanitized CC=clang SANITIZE=1 WERROR=1")
    monkeypatch.setenv("AOE_BUILD", SANITIZED)
    # The target is started with the environment of these tests.
    monkeypatch.setenv("ASAN_OPTIONS", "exitcode=99")


@pytest.fixture(name="watched", params=["valgrind", "sanitized"])
def fixture_watched(request, monkeypatch, lab):
    if request.param == "sanitized":
        sanitized_programs(monkeypatch)
    return Watched(lab, VALGRIND if request.param == "valgrind" else [])


@pytest.fixture(name="sanitized")
def fixture_sanitized(monkeypatch, lab):
    sanitized_programs(monkeypatch)
    return Watched(lab, [])


def test_quick_run(watched):
    watched.start_reference()
    process = watched.judge("--quick", "--allow", "all")
    assert " pass" in process.stdout
    watched.end_target()


def test_whole_run(monkeypatch):
    """With the longest frames; the short ones are in the runs below."""
    sanitized_programs(monkeypatch)
    with Suite(9000) as lab:
        sanitized = Watched(lab, [])
        sanitized.start_reference()
        process = sanitized.judge("--allow", "all,link")
        assert " pass" in process.stdout
        sanitized.end_target()


def test_against_vblade(sanitized):
    """It answers what the reference target would not, and dies when its link goes down."""
    sanitized.lab.vblade()
    process = sanitized.judge("--allow", "all,link")
    assert " fail" in process.stdout


def test_target_of_few_features(sanitized):
    sanitized.start_reference("-r", "-b", "2")
    sanitized.judge("--allow", "all")
    sanitized.end_target()


def test_without_a_target(watched):
    for arguments in (["--list"], ["--list", "config/*"], ["--check"], ["--explain", "all"],
                      ["--explain", "3.2-set"], ["--explain", "config/set-refused"], ["--help"]):
        assert watched.conform(*arguments, expected=(0,)).stdout
    for arguments in ([], ["--explain", "nothing"], ["--list", "no/such"], ["--allow", "x"],
                      ["--target", "nosuch0", "e0.1"]):
        watched.conform(*arguments, expected=(2,))
    watched.judge(expected=(3,))


def test_scenarios_that_do_not_parse(watched, tmp_path):
    """Each good scenario of a few, cut and bent: an error each, at a line."""
    (tmp_path / "bad").mkdir()
    with open(os.path.join(SCENARIOS, "config", "set-refused.aoe"), encoding="utf-8") as file:
        text = file.read()
    for at in range(0, len(text), 7):
        (tmp_path / "bad" / f"cut-{at}.aoe").write_text(text[:at])
        (tmp_path / "bad" / f"bent-{at}.aoe").write_text(text[:at] + '"(@' + text[at:])
    process = watched.lab.conform("--scenarios", str(tmp_path), "--check", timeout=PATIENCE)
    assert_clean(process.returncode, process.stderr, (2,))
    assert process.stderr.count("\n") > 50


def test_wrong_use_of_the_target(watched):
    disk = watched.lab.image(1 << 20)
    state = os.path.join(watched.lab.folder, "state")
    for text in ("", "aoe-target state 1\n", "aoe-target state 1\nconfig 4\nend\n",
                 "aoe-target state 1\nmask 02:00\nend\n"):
        with open(state, "w", encoding="ascii") as file:
            file.write(text)
        refuse(watched, "--state", state, "0", "1", aoelab.TARGET, disk)
    for arguments in ([], ["0", "1", aoelab.TARGET, "/no/such"], ["0", "1", "nosuch0", disk],
                      ["-m", "1,2", "0", "1", aoelab.TARGET, disk], ["-b", "x"], ["--nosuch"]):
        refuse(watched, *arguments)


def refuse(watched, *arguments):
    process = subprocess.run(["nsenter", "-t", str(watched.lab.target), "-n", "--",
                              *watched.prefix, aoelab.build_path("aoe-target"), *arguments],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             timeout=PATIENCE, check=False)
    assert_clean(process.returncode, process.stderr, (2,))


def test_all_reports(watched):
    watched.start_reference()
    folder = watched.lab.folder
    paths = {name: os.path.join(folder, name) for name in ("json", "junit", "tap", "captures",
                                                           "write-baseline")}
    words = [word for name, path in paths.items() for word in (f"--{name}", path)]
    watched.judge("--verbose", "--allow", "all", "frame/*", "config/*", *words)
    assert all(os.path.exists(path) for path in paths.values())
    with open(os.path.join(folder, "baseline"), "w", encoding="utf-8") as file:
        file.write("config/*  # expected to fail, and does not\nata/*\n")
    watched.judge("--baseline", os.path.join(folder, "baseline"), "config/*", "--strict")
    watched.end_target()


def journals(lab):
    """Whole ones: one that is being written has a longer name."""
    folder = os.path.join(lab.folder, "aoe-conform")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return [os.path.join(folder, name) for name in names if name.endswith(".journal")]


def wait_for_journal(lab, process):
    """Until something has been saved, and so may have been changed."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        if journals(lab):
            return
        time.sleep(0.01)
    pytest.fail("the run ended before it saved anything")


def interrupted(watched, number):
    """A run that a signal ends; returns the journals that it left."""
    lab = watched.lab
    process = lab.start_conform("--scenarios", SCENARIOS, "--target", "a0", "e0.1", "--allow",
                                "all")
    wait_for_journal(lab, process)
    process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    assert_clean(process.returncode, said, (-signal.SIGKILL,) if number == signal.SIGKILL
                 else (0, 1, 3))
    lab.end(process)
    return journals(lab)


def test_interrupted_run(watched):
    watched.start_reference()
    for number in (signal.SIGINT, signal.SIGTERM):
        assert interrupted(watched, number) == []
    watched.end_target()


def test_recovery(watched):
    watched.start_reference()
    left = interrupted(watched, signal.SIGKILL)
    assert len(left) == 1
    watched.conform("--recover", left[0], expected=(0,))
    with open(left[0], "w", encoding="ascii") as file:
        file.write('{"journal": "aoe-conform journal"}')
    watched.conform("--recover", left[0], expected=(2,))
    watched.end_target()


def test_a_target_that_dies(watched):
    watched.start_reference()
    lab = watched.lab
    process = lab.start_conform("--scenarios", SCENARIOS, "--target", "a0", "e0.1", "--allow",
                                "config")
    wait_for_journal(lab, process)
    lab.end(watched.target, signal.SIGKILL)
    _, said = process.communicate(timeout=PATIENCE)
    assert_clean(process.returncode, said, (3,))


def test_links_and_junk_of_the_target(watched):
    """What no scenario does: the link goes, and frames of any bytes come."""
    watched.start_reference()
    lab = watched.lab
    with open("/dev/urandom", "rb") as source, lab.port() as port:
        assert port.ask(1, aoeframes.config(0), timeout=30)
        for length in [*range(0, 80), *range(80, 1400, 40)] * 4:
            command = bytes([length & 3])
            port.socket.send(aoeframes.BROADCAST + port.mac + b"\x88\xa2\x10\0\0\0\x01" + command +
                             source.read(length))
        # Its own junk may have shut this host out.
        port.ask(1, aoeframes.config(0))
    for mtu in ("9000", "500", "1500"):
        lab.inside(lab.target, ["ip", "link", "set", aoelab.TARGET, "mtu", mtu])
    for state in ("down", "up"):
        lab.inside(lab.target, ["ip", "link", "set", aoelab.TARGET, state])
    watched.end_target()
