# SPDX-License-Identifier: GPL-2.0-or-later
import contextlib
import json
import os
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import aoeframes  # noqa: E402
import aoelab  # noqa: E402
import aoeshark  # noqa: E402


def pytest_configure():
    """Ctrl-C is tested: also where the tests are started in the background, by a shell that ignores it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """The lab needs root, or a user namespace of its own ('unshare -Urn make end-to-end')."""
    if os.geteuid() == 0:
        return
    for item in items:
        item.add_marker(pytest.mark.skip(reason="needs root: run in 'unshare -Urn'"))


class Suite(aoelab.Lab):
    """The lab with the suite's programs in it. Journals go to the lab's folder."""

    def __init__(self, mtu=1500, target_mtu=None):
        super().__init__(mtu, target_mtu)
        self.prefix = []

    def environment(self):
        # Reports of the sanitizers come to standard error and end the program with their status.
        return dict(os.environ, XDG_STATE_HOME=self.folder,
                    ASAN_OPTIONS="exitcode=99", UBSAN_OPTIONS="print_stacktrace=1")

    def reference(self, *options, image=None, size=10 << 20, address=("0", "1")):
        self.disk = image or self.image(size)
        self.state = os.path.join(self.folder, "state")
        return self.start_target(self.prefix + [aoelab.build_path("aoe-target"), *options,
                                                "--state", self.state, *address, "{interface}",
                                                self.disk])

    def vblade(self, *options, size=10 << 20):
        self.disk = self.image(size)
        return self.start_target(["vblade", *options, "0", "1", "{interface}", self.disk])

    def conform_command(self, *arguments):
        return self.prefix + [aoelab.build_path("aoe-conform"), *map(str, arguments)]

    def conform(self, *arguments, timeout=120):
        """aoe-conform with these arguments, run to its end."""
        return self.run(self.conform_command(*arguments), env=self.environment(), timeout=timeout,
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def judge(self, *arguments):
        """aoe-conform against e0.1; returns the process and its JSON result."""
        path = os.path.join(self.folder, "result.json")
        process = self.conform("--target", aoelab.INITIATOR, "e0.1", "--json", path, *arguments)
        with open(path, encoding="utf-8") as file:
            return process, json.load(file)

    def start_conform(self, *arguments):
        return self.spawn(self.conform_command(*arguments), self.initiator,
                          env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)

    @contextlib.contextmanager
    def witness(self):
        """All frames that reach the target's end, as tcpdump sees them: a list, filled at the end."""
        path, frames = os.path.join(self.folder, "witness.pcap"), []
        try:
            with self.capture(path, "-Q", "in", interface=aoelab.TARGET, namespace=self.target):
                yield frames
        finally:
            frames += aoeframes.read_pcap(path)

    def port(self):
        return aoeframes.Port(self.initiator, aoelab.INITIATOR)


@pytest.fixture(name="lab")
def fixture_lab():
    with Suite() as lab:
        yield lab


@pytest.fixture(name="lab_of")
def fixture_lab_of():
    """Labs of other link sizes: lab_of(9000)."""
    with contextlib.ExitStack() as stack:
        yield lambda mtu, target_mtu=None: stack.enter_context(Suite(mtu, target_mtu))


def verdicts(result):
    return {scenario["id"]: scenario["verdict"] for scenario in result["scenarios"]}


def explain(result):
    """The scenarios that did not pass, for the message of an assertion."""
    return [(s["id"], s["verdict"], s["reason"]) for s in result["scenarios"]
            if s["verdict"] not in ("pass", "skip")]


@pytest.fixture(name="shark", scope="session")
def fixture_shark():
    """tshark with the plugin."""
    with aoeshark.shark() as shark:
        yield shark


@pytest.fixture(name="plain_shark", scope="session")
def fixture_plain_shark():
    """tshark as Wireshark ships it."""
    with aoeshark.shark(plugin=False) as shark:
        yield shark
