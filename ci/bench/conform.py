#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a run takes: whole and --quick, at MTU 1500 and 9000, on an idle and on a busy machine.

Figures of one run can be compared with each other; those of different machines or days cannot.
"""
import json
import multiprocessing
import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
import aoelab  # noqa: E402  (found in the folder above)

ROUNDS = int(os.environ.get("AOE_ROUNDS", "5"))


def judge(lab, *options):
    """Seconds that a run against the reference target took, by its own report."""
    command = [aoelab.build_path("aoe-conform"), "--target", aoelab.INITIATOR, "e0.1", "--json", "-",
               "--journal", os.path.join(lab.folder, "journal"), *options]
    process = lab.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return json.loads(process.stdout)["summary"]["duration_ms"] / 1000


def measure(mtu, *options):
    with aoelab.Lab(mtu) as lab:
        lab.start_target([aoelab.build_path("aoe-target"), "0", "1", "{interface}",
                          lab.image(10 << 20)])
        return [judge(lab, *options) for _ in range(ROUNDS)]


def spin():
    while True:
        pass


def busy():
    """Two busy processes for each core."""
    processes = [multiprocessing.Process(target=spin, daemon=True)
                 for _ in range(2 * os.cpu_count())]
    for process in processes:
        process.start()
    return processes


def show(name, times, base):
    middle = statistics.median(times)
    print(f"{name:<34}{middle:8.2f} s   {min(times):6.2f} to {max(times):6.2f}"
          f"   {middle / base:5.2f} x the first", flush=True)
    return middle


def main():
    allow = ("--allow", "all")
    base = show("whole run, MTU 1500", whole := measure(1500, *allow), statistics.median(whole))
    show("whole run, MTU 9000", measure(9000, *allow), base)
    show("whole run with link, MTU 1500", measure(1500, "--allow", "all,link"), base)
    show("--quick, MTU 1500", measure(1500, *allow, "--quick"), base)
    show("without --allow, MTU 1500", measure(1500), base)
    loaded = busy()
    show("whole run on a busy machine", measure(1500, *allow), base)
    for process in loaded:
        process.terminate()
        process.join()


if __name__ == "__main__":
    main()
