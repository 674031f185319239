#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast aoe-analyze is beside other programs that read captures, and how much memory it takes.

Figures of one run can be compared with each other; those of different machines or days cannot. With
--long the pipe carries 20 GB, not 2.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
import aoelab  # noqa: E402  (found in the folder above)
from side_by_side import MIB, SLOW_ROUNDS, Measure, bench, interleaved, show_ratio  # noqa: E402

ANALYZE = aoelab.build_path("aoe-analyze")


def frames_of(capture):
    output = subprocess.run([bench("walker"), capture], stdout=subprocess.PIPE, check=True).stdout
    return int(output.split()[0])


def show_title(title):
    print(f"\n{title}\n{'':36}{'s':>9}{'Mframe/s':>10}{'GB/s':>8}{'RSS MiB':>9}", flush=True)


def show(measure, frames, size):
    if measure.failure:
        print(f"{measure.name:36}{measure.failure}", flush=True)
        return
    seconds = measure.seconds
    print(f"{measure.name:36}{seconds:9.3f}{frames / seconds / 1e6:10.2f}{size / seconds / 1e9:8.2f}"
          f"{measure.memory / MIB:9.1f}", flush=True)


def show_measures(title, measures, frames, size):
    show_title(title)
    for measure in interleaved(measures):
        show(measure, frames, size)


def readers(capture):
    """Programs that read all of a capture; those that are not installed are left out."""
    all_of_them = [
        Measure("walker: read(2), 1 MiB", [bench("walker"), capture]),
        Measure("aoe-analyze", [ANALYZE, capture]),
        Measure("aoe-analyze --json", [ANALYZE, "--json", os.devnull, capture]),
        Measure("libpcap, pcap_next_ex, counting", [bench("pcap_count"), capture]),
        Measure("capinfos -c", ["capinfos", "-c", capture], rounds=SLOW_ROUNDS),
        Measure("tcpdump -n -tt", ["tcpdump", "-n", "-tt", "-r", capture], rounds=SLOW_ROUNDS),
        Measure("tshark -q -z io,stat,0", ["tshark", "-r", capture, "-q", "-z", "io,stat,0"],
                rounds=SLOW_ROUNDS),
    ]
    return [measure for measure in all_of_them if shutil.which(measure.command[0])]


def show_ratios(measures):
    seconds = {measure.name.split()[0]: measure.seconds for measure in measures}
    own = next(measure for measure in measures if measure.name == "aoe-analyze")
    if own.failure:
        return
    print("\naoe-analyze")
    show_ratio("time, as a multiple of the walker's", own.seconds / seconds["walker:"], "x",
               "at most 2.0")
    show_ratio("faster than a libpcap loop that only counts", seconds["libpcap,"] / own.seconds, "x",
               "at least 1.5")
    if "tshark" in seconds:
        show_ratio("faster than tshark -q -z io,stat,0", seconds["tshark"] / own.seconds, "x",
                   "at least 30")
    for measure in measures:
        if measure.name.startswith("aoe-analyze"):
            show_ratio(f"memory of {measure.name}", measure.memory / MIB, "MiB", "under 16")


def bench_standard(folder):
    capture = os.path.join(folder, "standard.pcap")
    subprocess.run([bench("generate"), "--output", capture], check=True)
    frames, size = frames_of(capture), os.path.getsize(capture)
    show_title(f"{frames} frames, {size / 1e9:.2f} GB, nanosecond pcap, 32 pairs, in the page cache")
    measures = interleaved(readers(capture))
    for measure in measures:
        show(measure, frames, size)
    show_ratios(measures)
    return capture, frames, size


def bench_work(folder, capture, frames, size):
    """The same capture, with more to do."""
    show_measures("the same capture, other work", [
        Measure("aoe-analyze --check", [ANALYZE, "--check", capture], rounds=3),
        Measure("aoe-analyze --csv", [ANALYZE, "--csv", os.path.join(folder, "csv"), capture],
                rounds=1),
        Measure("aoe-analyze --html", [ANALYZE, "--html", os.path.join(folder, "page.html"),
                                       capture], rounds=1),
    ], frames, size)


def bench_headers(folder):
    capture = os.path.join(folder, "headers.pcap")
    subprocess.run([bench("generate"), "--snap", "64", "--output", capture], check=True)
    frames, size = frames_of(capture), os.path.getsize(capture)
    show_measures(f"headers only: snap length 64, {size / 1e6:.0f} MB", [
        Measure("walker", [bench("walker"), capture]),
        Measure("aoe-analyze", [ANALYZE, "--json", os.devnull, capture]),
        Measure("libpcap, counting", [bench("pcap_count"), capture]),
    ], frames, size)
    return capture


def bench_compressed(folder, capture, frames, size):
    measures = []
    for program, ending, level in (("zstd", "zst", "-1"), ("lz4", "lz4", "-1"), ("gzip", "gz", "-1")):
        if not shutil.which(program):
            continue
        packed = os.path.join(folder, f"standard.{ending}")
        with open(packed, "wb") as file:
            subprocess.run([program, "-q", level, "-c", capture], stdout=file, check=True)
        measures += [
            Measure(f"{program} -dc, thrown away", [program, "-dc", packed], rounds=SLOW_ROUNDS),
            Measure(f"aoe-analyze *.{ending}", [ANALYZE, "--json", os.devnull, packed],
                    rounds=SLOW_ROUNDS),
        ]
    show_measures("compressed (GB/s of what is in it)", measures, frames, size)


def bench_merge(folder, frames, size):
    """Eight parts as if from eight machines, and their states merged."""
    states = []
    for part in range(8):
        states.append(os.path.join(folder, f"state{part}"))
        maker = subprocess.Popen([bench("generate"), "--frames", "250000", "--seed", str(part)],
                                 stdout=subprocess.PIPE)
        subprocess.run([ANALYZE, "--save", states[-1], "-"], stdin=maker.stdout, check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        maker.stdout.close()
        maker.wait()
    show_measures("eight states of 250,000 frames each", [
        Measure("aoe-analyze merge", [ANALYZE, "merge", "--json", os.devnull, *states], rounds=3),
    ], frames, size)
    print(f"  each {max(map(os.path.getsize, filter(os.path.exists, states)), default=0) / 1024:.0f}"
          " KiB at most")


def bench_pipe(gigabytes):
    frames = gigabytes * 10**9 // 574
    command = [bench("generate"), "--frames", str(frames)]
    measures = [Measure("aoe-analyze -", [ANALYZE, "--json", os.devnull, "-"], stdin=command,
                        rounds=1),
                Measure("walker -", [bench("walker"), "-"], stdin=command, rounds=1)]
    show_measures(f"{gigabytes} GB through a pipe, while they are made", measures, frames,
                  gigabytes * 10**9)
    print()
    show_ratio(f"memory at most, of {gigabytes} GB", measures[0].memory / MIB, "MiB", "under 16")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="20 GB through a pipe")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aoe-bench-") as folder:
        capture, frames, size = bench_standard(folder)
        bench_work(folder, capture, frames, size)
        bench_headers(folder)
        bench_compressed(folder, capture, frames, size)
        bench_merge(folder, frames, size)
    bench_pipe(20 if options.long else 2)
    if not options.long:
        print("  (2 GB is the short form; ci/bench/analyze.py --long sends 20 GB)")


if __name__ == "__main__":
    main()
