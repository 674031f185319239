# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of aoe-analyze as analyser/results.md says, of made commands, for tests of the page."""
import collections
import math
import random

START = 1_795_230_000_123_456_789
BIN = 1 << 20
MEASURED = ("p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "p99_99_ns")
QUANTILES = (0.5, 0.9, 0.99, 0.999, 0.9999)
COLUMNS = ["commands", "answers", "read_bytes", "written_bytes", "repeats", "errors",
           "latency_sum_ns", "latency_max_ns", "outstanding_max"]
ROWS = [0] + [(4 + i % 4) << (8 + i // 4) for i in range(1, 100)]
PAIRS = [("e0.1", "02:00:00:00:00:01", None), ("e0.1", "02:00:00:00:00:02", None),
         ("e0.2", "02:00:00:00:00:01", None), ("e7.3", "02:00:00:00:00:02", "10"),
         ("e7.3", "02:00:00:00:00:03", "100.10")]


def bucket(ns):
    """The bucket of a histogram of 128 parts an octave that holds a value."""
    shift = max(0, ns.bit_length() - 8)
    return (ns >> shift) << shift, ((ns >> shift) + 1) << shift


def latency(samples):
    if not samples:
        return None
    counts = collections.Counter(map(bucket, samples))
    ordered = sorted(samples)
    known = {name: sum(bucket(ordered[math.ceil(len(ordered) * share) - 1])) // 2
             for name, share in zip(MEASURED, QUANTILES)}
    return {"count": len(ordered), "min_ns": ordered[0], "mean_ns": sum(ordered) // len(ordered),
            **known, "max_ns": ordered[-1],
            "histogram": [[*edges, count] for edges, count in sorted(counts.items())]}


def command_at(chance, time, slow, duration):
    """One command: a burst of slow ones in the middle, repeats behind losses, seldom an error."""
    burst = slow and 0.55 < time / duration < 0.62
    base = chance.lognormvariate(math.log(180_000 * (1.4 if slow else 1)), 0.35)
    round_trip = int(base * (chance.uniform(20, 120) if burst and chance.random() < 0.5 else 1))
    repeats = 1 if chance.random() < (0.03 if burst else 0.001) else 0
    operation = chance.choices(("read", "write", "flush", "config"), (70, 26, 3, 1))[0]
    return {"time_ns": time, "operation": operation, "repeats": repeats,
            "frame_round_trip_ns": round_trip,
            "command_latency_ns": round_trip + repeats * 20_000_000,
            "error": chance.random() < 0.0008, "answered": chance.random() > 0.0004,
            "sectors": chance.choice((2, 2, 16, 16, 17)), "disk": chance.random()}


def commands_of(seed, count, duration, slow):
    """Commands of all pairs, in order of time; nothing happens from 30 % to 36 % of the time."""
    chance = random.Random(seed)
    commands, position = [], collections.defaultdict(int)
    for time in sorted(int(chance.random() * duration) for _ in range(count)):
        if 0.30 < time / duration < 0.36:
            continue
        one = command_at(chance, time, slow, duration)
        pair = chance.choices(range(len(PAIRS)), (40, 15, 25, 15, 5))[0]
        one["pair"], place = pair, position[pair]
        one["lba"] = int(one["disk"] ** 3 * 40_000_000) // 8 * 8 if one["disk"] > 0.4 else place
        position[pair] = (one["lba"] + one["sectors"]) % 40_000_000
        one["first_frame"] = 2 * len(commands) + 1
        commands.append(one)
    return commands


def outstanding(commands, duration):
    edges = sorted([(c["time_ns"], 1) for c in commands] +
                   [(c["time_ns"] + c["command_latency_ns"], -1) for c in commands])
    levels, level, before = collections.Counter(), 0, 0
    for time, step in edges:
        levels[level] += time - before
        level, before = level + step, time
    return {"max": max(levels), "mean": sum(n * ns for n, ns in levels.items()) / duration,
            "levels": sorted(map(list, levels.items()))}


def counted(values):
    return sorted(map(list, collections.Counter(values).items()))


def measures(commands, duration, seeks=True):
    answered = [c for c in commands if c["answered"]]
    media = [c for c in commands if c["operation"] in ("read", "write")]
    repeats = sum(c["repeats"] for c in commands)
    moved = {kind: sum(512 * c["sectors"] for c in answered
                       if c["operation"] == kind and not c["error"]) for kind in ("read", "write")}
    errors = sum(c["error"] for c in answered)
    codes = {"2": errors // 2} if errors > 1 else {}
    lost = len(commands) - len(answered) + repeats
    of_media = {
        "outstanding": outstanding(commands, duration) if commands else None,
        "seeks": {"sequential": len(media) // 2, "forward": [[1, 3], [4096, len(media) // 4]],
                  "backward": [[65536, len(media) // 5]]},
        "think_time": latency([int(c["frame_round_trip_ns"] * 0.3) for c in commands[::7]])}
    return {
        "requests": len(commands) + repeats, "responses": len(answered), "commands": len(commands),
        "answered": len(answered), "unanswered": len(commands) - len(answered), "open": 0,
        "unanswered_once": 0, "answers_to_broadcast": 0,
        "repeats": {"same_tag": repeats // 2, "new_tag": repeats - repeats // 2,
                    "spurious": repeats // 5, "commands": repeats},
        "duplicate": 0, "late": repeats // 5, "unsolicited": 2, "adverts": 1, "lost": lost,
        "loss_ratio": lost / (len(commands) + repeats) if commands else None,
        "read_bytes": moved["read"], "written_bytes": moved["write"],
        "bytes_per_second": sum(moved.values()) * 1_000_000_000 // duration,
        "iops": len(answered) * 1e9 / duration,
        "errors": {"aoe": codes, "ata": errors - errors // 2,
                   "ata_bits": {"UNC": errors - errors // 2}},
        "frame_round_trip": latency([c["frame_round_trip_ns"] for c in answered]),
        "command_latency": latency([c["command_latency_ns"] for c in answered]),
        "sectors": counted(c["sectors"] for c in media),
        "alignment": counted(min(1 << 20, 512 * (c["lba"] & -c["lba"] or 2048)) for c in media),
        "first_repeat": latency([20_000_000 + i for i in range(repeats)]),
        "later_repeat": latency([]),
        "largest_frame": 1060 if commands else 0, **(of_media if seeks else {})}


def by_operation(commands, duration):
    own = {kind: [c for c in commands if c["operation"] == kind]
           for kind in ("read", "write", "flush", "config")}
    return [{"operation": kind, **measures(of, duration, seeks=False)}
            for kind, of in own.items() if of]


def named(commands, duration, name):
    """Measures of the commands that have the same name, `name` of their pair, in its order."""
    for key in sorted({name(PAIRS[c["pair"]]) for c in commands}, key=str):
        own = [c for c in commands if name(PAIRS[c["pair"]]) == key]
        yield key, {**measures(own, duration), "operations": by_operation(own, duration)}


def bin_of(time, width):
    """Bins begin at whole multiples of their width since 1970."""
    return (START + time) // width - START // width


def bins(commands, width, count):
    rows = [[0] * len(COLUMNS) for _ in range(count)]
    for c in commands:
        row = rows[bin_of(c["time_ns"], width)]
        row[0] += 1
        row[4] += c["repeats"]
        row[8] = max(row[8], 1 + c["first_frame"] % 7)
        if not c["answered"]:
            continue
        row[1] += 1
        if c["operation"] in ("read", "write"):
            row[2 if c["operation"] == "read" else 3] += 512 * c["sectors"]
        row[5] += c["error"]
        row[6] += c["command_latency_ns"]
        row[7] = max(row[7], c["command_latency_ns"])
    return rows


def slowest(commands):
    worst = sorted((c for c in commands if c["answered"]),
                   key=lambda c: (-c["command_latency_ns"], c["first_frame"]))
    made = []
    for c in worst[:100]:
        target, initiator, vlan = PAIRS[c["pair"]]
        media = c["operation"] in ("read", "write")
        made.append({"target": target, "initiator": initiator, "vlan": vlan,
                     "operation": c["operation"], "lba": c["lba"] if media else None,
                     "sectors": c["sectors"] if media else None,
                     "first_frame": c["first_frame"], "answer_frame": c["first_frame"] + 1,
                     "time_ns": START + c["time_ns"], "command_latency_ns": c["command_latency_ns"],
                     "frame_round_trip_ns": c["frame_round_trip_ns"], "repeats": c["repeats"]})
    return made


def clouds(commands, width):
    heat, positions = collections.Counter(), {}
    for c in commands:
        bin_ = bin_of(c["time_ns"], width)
        row = max(i for i, edge in enumerate(ROWS) if edge <= c["command_latency_ns"])
        heat[bin_, row] += c["answered"]
        if c["operation"] in ("read", "write"):
            counts = positions.setdefault((bin_, c["lba"] // 327_680), [0, 0])
            counts[c["operation"] == "write"] += 1
    return ([[*key, count] for key, count in sorted(heat.items()) if count],
            [[*key, *counts] for key, counts in sorted(positions.items())])


def problems(commands):
    def problem(id_, severity, text, **more):
        nothing = dict.fromkeys(("target", "initiator", "vlan", "operation", "count", "ratio"))
        return {"id": id_, "severity": severity, **nothing, "text": text, "frames": [], **more}
    frames = [c["first_frame"] for c in commands if c["repeats"]][:10]
    return [
        problem("capture-dropped", "wrong", "the capturing machine lost 312 frames", count=312),
        problem("loss", "wrong", "84 commands had to be sent again: 0.21 % of the frames were lost",
                target="e0.1", count=84, ratio=0.0021, frames=frames),
        problem("slow-tail", "slow", "the 99th percentile of reads is 41 times the median",
                target="e7.3", vlan="10", operation="read", ratio=41.0),
        problem("unaligned", "note",
                "23 % of the reads and writes do not begin at a multiple of 4096 bytes",
                target="e0.2", initiator="02:00:00:00:00:01", count=4100, ratio=0.23)]


def findings():
    first = [{"frame": 4 * i + 2, "target": "e0.1", "initiator": "02:00:00:00:00:01", "vlan": None,
              "field": "version", "byte": 14, "bytes": 1, "expected": "1", "actual": "0"}
             for i in range(10)]
    return [{"clause": "2.2-version", "level": "must", "basis": "agreed", "count": 40,
             "verdict": "fail", "first": first,
             "sentence": "The version field of every response is 1, whatever the request had there."},
            {"clause": "3.1-padding", "level": "should", "basis": "text", "count": 3,
             "verdict": "advice", "first": first[:1],
             "sentence": "Bytes behind the end of a message are zero."}]


def result(seed=1, count=20_000, duration=40_000_000_000, slow=True):
    """One whole result; `slow` has a burst of slow commands in it."""
    commands = commands_of(seed, count, duration, slow)
    width = BIN
    while duration // width >= 1024:
        width *= 2
    many = bin_of(duration, width) + 1
    first = START // width * width
    heat, positions = clouds(commands, width)
    targets = [{"target": target, "vlan": vlan, "macs": ["0a:ba:6d:8d:ad:8c"],
                "advertised": {"buffer_count": 4, "sector_count": 16, "firmware": 16409},
                "over_buffer_count_ns": 12_000_000, "over_sector_count": 900, **own}
               for (target, vlan), own in named(commands, duration, lambda pair: pair[::2])]
    own_bins = [{"target": target, "vlan": vlan, "bins": bins(
        [c for c in commands if PAIRS[c["pair"]][::2] == (target, vlan)], width, many)}
        for target, vlan in ((of["target"], of["vlan"]) for of in targets)]
    return {
        "suite": "aoe-suite", "tool": "aoe-analyze", "version": "0.1.0", "schema": 1,
        "capture": {"frames": 2 * len(commands) + 60, "aoe_frames": 2 * len(commands),
                    "cut_frames": 3, "other_frames": 57, "not_ethernet": 0, "timeless": 0,
                    "wire_bytes": 900 * len(commands), "start_ns": START,
                    "end_ns": START + duration, "duration_ns": duration, "steps_back": 2,
                    "step_back_max_ns": 4200, "dropped": 312 if slow else None,
                    "patience_ns": 60_000_000_000, "complete": True},
        "total": measures(commands, duration), "operations": by_operation(commands, duration),
        "targets": targets,
        "initiators": [{"initiator": mac, **own}
                       for mac, own in named(commands, duration, lambda pair: pair[1])],
        "pairs": [{"target": target, "initiator": mac, "vlan": vlan, **own}
                  for (target, mac, vlan), own in named(commands, duration, lambda pair: pair)],
        "series": {"bin_ns": width, "first_ns": first, "columns": COLUMNS,
                   "total": bins(commands, width, many), "targets": own_bins},
        "heat": {"bin_ns": width, "first_ns": first, "rows_from_ns": ROWS, "cells": heat},
        "positions": {"bin_ns": width, "first_ns": first, "row_sectors": 327_680,
                      "cells": positions},
        "slowest": slowest(commands), "problems": problems(commands) if slow else [],
        "findings": findings() if slow else None}


def empty_result():
    """No AoE at all, in a capture of other frames."""
    capture = dict.fromkeys(("cut_frames", "not_ethernet", "timeless", "wire_bytes", "aoe_frames",
                             "steps_back", "step_back_max_ns"), 0)
    capture.update(frames=25, other_frames=25, start_ns=None, end_ns=None, duration_ns=None,
                   dropped=None, patience_ns=60_000_000_000, complete=True)
    total = measures([], 1)
    total.update(bytes_per_second=None, iops=None,
                 outstanding={"max": 0, "mean": None, "levels": []})
    none = {"bin_ns": BIN, "first_ns": None}
    return {"suite": "aoe-suite", "tool": "aoe-analyze", "version": "0.1.0", "schema": 1,
            "capture": capture, "total": total, "operations": [], "targets": [],
            "initiators": [], "pairs": [],
            "series": {**none, "columns": COLUMNS, "total": [], "targets": []},
            "heat": {**none, "rows_from_ns": ROWS, "cells": []},
            "positions": {**none, "row_sectors": 1, "cells": []}, "slowest": [], "problems": [],
            "findings": None}


def document(*results, names=None, files=None):
    """What the page gets: one or two results, each as two files of the capture."""
    captures = []
    for i, one in enumerate(results):
        frames = one["capture"]["frames"]
        name = names[i] if names else ("monday", "tuesday")[i]
        of = files[i] if files else [f"/captures/{name}.0.pcapng", f"/captures/{name}.1.pcapng"]
        captures.append({"name": name, "result": one, "files": [
            {"name": of[0], "first_frame": 1, "frames": frames // 2},
            {"name": of[1], "first_frame": frames // 2 + 1, "frames": frames - frames // 2}]})
    return {"captures": captures}
