#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the dissector costs tshark, beside the one that is built into Wireshark.

Figures of one run can be compared with each other; those of different machines or days cannot.
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
import aoeshark  # noqa: E402  (found in the folder above)
from side_by_side import MIB, ROUNDS, Measure, bench, interleaved, show_ratio  # noqa: E402

FRAMES = int(os.environ.get("AOE_FRAMES", "2000000"))
STATISTIC = ("-q", "-z", "io,stat,0")
FIELDS = ("-T", "fields", "-e", "frame.number", "-e", "aoe.tag", "-e", "aoe.lba", "-e", "aoe.time")


class Kinds:
    """The built-in dissector, and this one with the rules on and off."""

    def __init__(self, folder):
        plain, suite = os.path.join(folder, "plain"), os.path.join(folder, "suite")
        for home in (plain, suite):
            os.mkdir(home)
        os.chmod(folder, 0o755)
        self.plain, self.suite = aoeshark.Shark(plain, plugin=False), aoeshark.Shark(suite)

    def measures(self, capture, what):
        off = ("-o", "aoe.rules:FALSE")
        return [self.measure(name, shark, capture, options, what) for name, shark, options in (
            ("built-in", self.plain, ()), ("aoe-suite", self.suite, ()),
            ("aoe-suite, rules off", self.suite, off))]

    @staticmethod
    def measure(name, shark, capture, options, what):
        home = [f"{name}={value}" for name, value in shark.environment().items()]
        command = shark.command("env", *home, "tshark", *options, *what, "-r", capture)
        return Measure(name, command, rounds=min(ROUNDS, 3))


def show_times(title, measures):
    print(f"\n{title}\n{'':28}{'s':>9}{'RSS MiB':>10}", flush=True)
    for measure in interleaved(measures):
        if measure.failure:
            sys.exit(f"{measure.name}: {measure.failure}")
        print(f"{measure.name:28}{measure.seconds:9.3f}{measure.memory / MIB:10.1f}", flush=True)
    built_in, on, off = measures
    show_ratio("time, rules on", on.seconds / built_in.seconds, "x", "at most 1.3")
    show_ratio("time, rules off", off.seconds / built_in.seconds, "x", "at most 1.0")


def generate(folder, frames, *options):
    capture = os.path.join(folder, f"{frames}.pcap")
    subprocess.run([bench("generate"), "--frames", str(frames), *options, "--output", capture], check=True,
                   stderr=subprocess.DEVNULL)
    os.chmod(capture, 0o644)
    return capture


def show_memory(kinds, small, small_frames, large, large_frames):
    """What a capture that is longer by so many commands needs more."""
    print("\nbytes that a command keeps")
    commands = (large_frames - small_frames) / 2
    for few, many in zip(kinds.measures(small, STATISTIC), kinds.measures(large, STATISTIC)):
        interleaved([few, many])
        show_ratio(many.name, (many.memory - few.memory) / commands, "B", "at most 84")


def main():
    with tempfile.TemporaryDirectory(prefix="aoe-bench-") as folder:
        kinds = Kinds(folder)
        large, small = generate(folder, FRAMES), generate(folder, FRAMES // 4)
        show_times(f"{FRAMES} frames, no tree: tshark {' '.join(STATISTIC)}",
                   kinds.measures(large, STATISTIC))
        show_times(f"{FRAMES // 4} frames, with a tree: tshark {' '.join(FIELDS)}",
                   kinds.measures(small, FIELDS))
        show_memory(kinds, small, FRAMES // 4, large, FRAMES)


if __name__ == "__main__":
    main()
