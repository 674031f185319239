# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs measured in turn, so that they can be compared: on a shared machine nothing else can."""
import os
import statistics
import subprocess
import tempfile

import aoelab

ROUNDS = int(os.environ.get("AOE_ROUNDS", "5"))
# Those that take many seconds run this often only.
SLOW_ROUNDS = min(ROUNDS, 2)
MIB = 1 << 20


def bench(name):
    return aoelab.build_path(f"ci/bench/{name}")


class Measure:
    """What the runs of one command took."""

    def __init__(self, name, command, stdin=None, rounds=ROUNDS):
        """`stdin` is a command, or None."""
        self.name, self.command, self.stdin, self.rounds = name, command, stdin, rounds
        self.times, self.memory, self.failure = [], 0, None

    def run(self):
        """Once, with its output thrown away; standard input may be another command's output."""
        feeder = None
        with tempfile.NamedTemporaryFile("r") as report:
            if self.stdin:
                feeder = subprocess.Popen(self.stdin, stdout=subprocess.PIPE)
            process = subprocess.run([bench("measure"), report.name, *self.command], check=False,
                                     stdin=feeder.stdout if feeder else subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if feeder:
                feeder.stdout.close()
                feeder.wait()
            # 1 is a verdict (of --check), not a failure to run.
            if process.returncode not in (0, 1):
                message = process.stderr.decode(errors="replace").strip().splitlines()
                self.failure = f"exit status {process.returncode}: {' '.join(message[-1:])}"
            nanoseconds, memory = map(int, report.read().split() or (0, 0))
        self.times.append(nanoseconds / 1e9)
        self.memory = max(self.memory, memory)

    @property
    def seconds(self):
        return statistics.median(self.times)


def interleaved(measures):
    """Runs all in turn, so that what else the machine does hits them alike."""
    for turn in range(max(measure.rounds for measure in measures)):
        for measure in measures:
            if turn < measure.rounds:
                measure.run()
    return measures


def show_ratio(text, value, unit, limit):
    print(f"  {text:44}{value:8.2f} {unit:4} wanted: {limit}", flush=True)
