# SPDX-License-Identifier: GPL-2.0-or-later
"""aoe-analyze finds what the simulator of ci/bench knows: counts exactly, percentiles within 1 %."""
import json
import os
import struct
import subprocess

import pytest

import aoelab

EVERYTHING = ("--identifies", 20, "--verifies", 20, "--configs", 30, "--masks", 20, "--reserves", 20,
              "--vendors", 20, "--flushes", 20, "--sectors", 16, "--sectors-least", 1,
              "--sector-count", 8, "--outstanding", 6, "--buffer-count", 12,
              "--extended", 40, "--discover", 2000, "--other", 5000)
# Long enough for commands to be given up while others go on.
LONG = ("--patience", 1, "--targets", 2, "--initiators", 2, "--pauses", 150000, "--pause", 250000,
        "--discover", 100000)
LOSS = ("--lost-requests", 8000, "--lost-responses", 8000)

TRAFFIC = {
    "nothing-wrong": ("--lost-requests", 0, "--lost-responses", 0, "--slow", 0, "--duplicates", 0),
    "one-at-a-time": ("--outstanding", 1, "--targets", 1, "--initiators", 1, "--sequential", 100),
    "every-operation": EVERYTHING,
    "loss-same-tag": (*LOSS, "--repeats", "same"),
    "loss-new-tag": (*LOSS, "--repeats", "new"),
    "loss-mixed-tags": (*LOSS, "--repeats", "mixed", "--lost-requests", 100000),
    "duplicates": ("--duplicates", 30000),
    "duplicates-and-repeats": ("--duplicates", 200000, *LOSS, "--slow", 20000),
    "spurious-same-tag": ("--slow", 20000, "--repeats", "same"),
    "spurious-new-tag": ("--slow", 20000, "--repeats", "new"),
    "tag-wraps": ("--first-tag", 0xFFFFFFF0, *LOSS, "--slow", 5000),
    "tags-come-back": ("--tag-bits", 8, *LOSS, "--duplicates", 5000, "--flushes", 100),
    "slots-behind-one-mac": ("--slots", 8, *LOSS, "--slow", 5000, "--duplicates", 5000),
    "vlans": ("--vlans", 5, "--targets", 2, "--initiators", 2, *LOSS, "--slow", 5000),
    "times-step-back": ("--step-back", 50000, "--step", 5, *LOSS),
    "unanswered": (*LONG, "--unanswered", 10000, *LOSS),
    "sent-once": (*LONG, *LOSS, "--unanswered", 10000, "--tries", 1),
    "sent-twice": (*LONG, *LOSS, "--unanswered", 10000, "--tries", 2),
    "answered-too-late": (*LONG, "--too-late", 10000, "--duplicates", 100000),
    "unsolicited": ("--unsolicited", 20000, "--adverts", 20000),
    "errors": ("--aoe-errors", 50000, "--ata-errors", 50000, *EVERYTHING),
    "missed-by-the-capture": ("--missed", 10000, *LOSS, *LONG, *EVERYTHING),
    "ends-in-the-middle": ("--frames", 5003, *LOSS, "--lost-requests", 50000),
    "microseconds": ("--microseconds", *LOSS),
    "headers-only": ("--snap", 64, "--vlans", 4, "--targets", 2, *EVERYTHING),
    "cut-headers": ("--snap", 40, "--vlans", 4, "--targets", 2),
    "large": ("--sectors", 17, "--sectors-least", 1, "--capacity", 1 << 36, "--extended", 100),
    "other-traffic": ("--other", 500000),
    "all-at-once": (*EVERYTHING, *LONG, *LOSS, "--slow", 8000, "--duplicates", 8000, "--unanswered",
                    3000, "--too-late", 3000, "--unsolicited", 5000, "--adverts", 5000,
                    "--aoe-errors", 8000, "--ata-errors", 8000, "--step-back", 20000, "--step",
                    1000, "--vlans", 4, "--slots", 2, "--outstanding", 2),
    "all-at-once-and-missed": (*EVERYTHING, *LONG, *LOSS, "--slow", 8000, "--duplicates", 8000,
                               "--unanswered", 3000, "--missed", 3000, "--adverts", 5000,
                               "--step-back", 20000, "--step", 1000, "--vlans", 3, "--slots", 2,
                               "--outstanding", 2, "--repeats", "mixed"),
}

PERCENTILES = {"p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "p99_99_ns"}
# Objects with the same keys on both sides.
GROUPS = ("targets", "initiators", "pairs", "operations")
COMPLETE = (*GROUPS, "aoe", "ata_bits")
# Lists whose items have a name of their own.
NAMES = ("vlan", "target", "initiator", "operation")


def generate(folder, *arguments, seed=1, commands=3000):
    """A capture, and the truth about it."""
    capture, truth = os.path.join(folder, "capture.pcap"), os.path.join(folder, "truth.json")
    limit = () if "--frames" in arguments else ("--frames", 0, "--commands", commands)
    command = [aoelab.build_path("ci/bench/generate"), *limit, *arguments, "--seed", seed,
               "--output", capture, "--truth", truth]
    subprocess.run([str(word) for word in command], check=True)
    with open(truth, encoding="utf-8") as file:
        return capture, json.load(file)


def run_analyze(*arguments, status=0, **options):
    process = subprocess.run([aoelab.build_path("aoe-analyze"), *map(str, arguments)], check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    assert process.returncode == status, process.stderr.decode(errors="replace")
    return process.stdout


def patience_of(truth):
    return ("--patience", truth["capture"]["patience_ns"] // 10**9)


def analyze(capture, truth):
    return json.loads(run_analyze("--json", "-", *patience_of(truth), capture))


def close_to(path, wanted, found):
    """Whether numbers that are not counts agree: percentiles within 1 %, quotients but for rounding."""
    if path[-1] in PERCENTILES:
        return abs(found - wanted) <= wanted / 100 + 1
    if path[-1] in ("bytes_per_second", "iops"):
        return abs(found - wanted) <= 1
    if path[-1] == "loss_ratio":
        return abs(found - wanted) <= 1e-6
    if path[-2:] == ("outstanding", "mean"):
        return abs(found - wanted) <= wanted * 1e-5
    return found == wanted


def steps_explain(capture, path, wanted, found):
    """Whether it is only that times step back: it is open at which of the two times a level ends."""
    slack = capture["steps_back"] * capture["step_back_max_ns"]
    if path[-1] == "levels":
        wanted, found = dict(wanted), dict(found)
        return all(abs(wanted.get(level, 0) - found.get(level, 0)) <= slack
                   for level in wanted.keys() | found.keys())
    if path[-2:] == ("outstanding", "mean"):
        return abs(wanted - found) * capture["duration_ns"] <= slack
    return path[-1] == "over_buffer_count_ns" and abs(wanted - found) <= slack


def name_of(item):
    return " ".join(str(item[name]) for name in NAMES if name in item)


def differences(wanted, found, path=()):
    """(path, wanted, found) of everything in which the two are not alike; there may be more fields."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        whole = path and path[-1] in COMPLETE
        for key in wanted.keys() | (found.keys() if whole else set()):
            yield from differences(wanted.get(key, "nothing"), found.get(key, "nothing"),
                                   (*path, key))
    elif isinstance(wanted, list) and isinstance(found, list):
        if path[-1] in GROUPS:
            assert len({name_of(item) for item in found}) == len(found), f"twice in {path}"
            yield from differences({name_of(item): item for item in wanted},
                                   {name_of(item): item for item in found}, path)
            if [name_of(item) for item in wanted] != [name_of(item) for item in found]:
                yield (*path, "order"), list(map(name_of, wanted)), list(map(name_of, found))
        elif wanted != found:
            yield path, wanted, found
    elif not (isinstance(wanted, (int, float)) and isinstance(found, (int, float)) and
              close_to(path, wanted, found)) and wanted != found:
        yield path, wanted, found


def assert_alike(wanted, found):
    different = [(path, truth, figure) for path, truth, figure in differences(wanted, found)
                 if not steps_explain(wanted["capture"], path, truth, figure)]
    different.sort(key=lambda entry: (len(entry[0]), entry[0]))
    assert not different, f"{len(different)} figures differ\n" + "\n".join(
        f"{' / '.join(path)}: {str(truth)[:300]} is true, {str(figure)[:300]} was found"
        for path, truth, figure in different[:30])


def groups(result):
    """Every object with measures: its name, and it."""
    yield "total", result["total"]
    for kind in ("targets", "initiators", "pairs"):
        for item in result[kind]:
            yield f"{kind} {name_of(item)}", item
    for name, item in [("", result)] + [(name_of(i), i) for i in result["targets"] +
                                        result["initiators"] + result["pairs"]]:
        for operation in item["operations"]:
            yield f"{name} {operation['operation']}", operation


def assert_consistent(result):
    """What must hold of the figures that the truth does not have."""
    for name, item in groups(result):
        for figure, value in item.items():
            if isinstance(value, dict) and "histogram" in value:
                assert sum(count for _, _, count in value["histogram"]) == value["count"], (name,
                                                                                           figure)
        assert item["commands"] == item["answered"] + item["unanswered"] + item["open"], name
        if "outstanding" in item:
            assert sum(time for _, time in item["outstanding"]["levels"]) == \
                result["capture"]["duration_ns"], name
    series, total = result["series"], result["total"]
    columns = dict(zip(series["columns"], map(list, zip(*series["total"]))))
    assert sum(columns["commands"]) == total["commands"]
    assert sum(columns["answers"]) == total["command_latency"]["count"]
    assert sum(columns["read_bytes"]) == total["read_bytes"]
    assert sum(columns["written_bytes"]) == total["written_bytes"]
    assert sum(columns["repeats"]) == total["repeats"]["same_tag"] + total["repeats"]["new_tag"]
    assert max(columns["latency_max_ns"]) == total["command_latency"]["max_ns"]
    assert max(columns["outstanding_max"]) == total["outstanding"]["max"]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("traffic", TRAFFIC)
def test_figures_are_true(tmp_path, traffic, seed):
    capture, truth = generate(tmp_path, *TRAFFIC[traffic], seed=seed)
    found = analyze(capture, truth)
    assert_alike(truth, found)
    assert_consistent(found)


def test_the_same_seed_makes_the_same_capture(tmp_path):
    def made(seed):
        capture, truth = generate(tmp_path, *TRAFFIC["all-at-once"], seed=seed, commands=500)
        with open(capture, "rb") as file:
            return file.read(), truth

    assert made(5) == made(5)
    assert made(5)[0] != made(6)[0]


def test_what_the_names_say_is_there(tmp_path):
    """The traffic of the tests above has in it what it is for."""
    def total(traffic):
        return generate(tmp_path, *TRAFFIC[traffic])[1]["total"]

    assert total("loss-same-tag")["repeats"]["same_tag"] > 20
    assert total("loss-new-tag")["repeats"]["new_tag"] > 20
    mixed = total("loss-mixed-tags")["repeats"]
    assert min(mixed["same_tag"], mixed["new_tag"]) > 20
    assert total("duplicates")["duplicate"] > 20
    assert total("spurious-same-tag")["repeats"]["spurious"] > 20
    assert total("spurious-new-tag")["repeats"]["spurious"] > 20
    unanswered = total("unanswered")
    assert unanswered["unanswered"] > 10 > unanswered["open"]
    assert total("sent-once")["unanswered_once"] == total("sent-once")["unanswered"] > 10
    assert total("sent-twice")["unanswered"] > 10
    assert total("answered-too-late")["late"] > 10
    assert total("unsolicited")["unsolicited"] > 20 and total("unsolicited")["adverts"] > 20
    assert total("ends-in-the-middle")["open"] > 20
    assert total("missed-by-the-capture")["unanswered_once"] > 5
    assert total("every-operation")["answers_to_broadcast"] > 20
    everything = generate(tmp_path, *TRAFFIC["all-at-once"])[1]
    assert everything["capture"]["steps_back"] > 20
    assert len(everything["operations"]) == 9
    assert {target["vlan"] for target in everything["targets"]} == {None, "10", "20", "100.30"}


def records(capture):
    """The header of a pcap file, and its records with their headers."""
    with open(capture, "rb") as file:
        data = file.read()
    at, found = 24, []
    while at < len(data):
        length = 16 + struct.unpack("<I", data[at + 8:at + 12])[0]
        found.append(data[at:at + length])
        at += length
    return data[:24], found


def is_aoe(record):
    return b"\x88\xa2" in (record[28:30], record[32:34], record[36:38])


def write(path, header, parts):
    with open(path, "wb") as file:
        file.write(header + b"".join(parts))
    return path


def write_parts(folder, header, parts):
    return [write(os.path.join(folder, f"part{index}.pcap"), header, part)
            for index, part in enumerate(parts)]


def merged(folder, header, parts, options):
    """The JSON of the parts' states, each analysed for itself."""
    states = []
    for index, capture in enumerate(write_parts(folder, header, parts)):
        states.append(os.path.join(folder, f"state{index}"))
        run_analyze(*options, "--save", states[-1], capture)
    return run_analyze("merge", "--json", "-", *states)


def cut(frames, *places):
    places = [0, *places, len(frames)]
    return [frames[begin:end] for begin, end in zip(places, places[1:])]


# Where to cut, of so many frames.
CUTS = {
    "two-halves": lambda n: [n // 2],
    "seven-parts": lambda n: [n * i // 7 for i in range(1, 7)],
    "first-frame": lambda n: [1],
    "last-frame": lambda n: [n - 1],
    "handfuls": lambda n: list(range(n // 2, n // 2 + 60, 3)),
    "single-frames": lambda n: list(range(n // 3, n // 3 + 12)),
    "an-empty-part": lambda n: [n // 3, n // 3, n // 2],
}


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("traffic", ["all-at-once", "all-at-once-and-missed", "loss-mixed-tags",
                                     "tags-come-back", "ends-in-the-middle", "unanswered"])
def test_merged_equals_whole(tmp_path, traffic, cuts):
    capture, truth = generate(tmp_path, *TRAFFIC[traffic], commands=1500)
    options = patience_of(truth)
    header, frames = records(capture)
    parts = cut(frames, *CUTS[cuts](len(frames)))
    wholes = [capture]
    if cuts in ("handfuls", "single-frames"):
        # Where times step back just at a cut, the parts are in another order than the frames.
        wholes = write_parts(tmp_path, header, parts)
    whole = run_analyze("--json", "-", *options, *wholes)
    assert merged(tmp_path, header, parts, options) == whole


def test_merged_at_every_repeat(tmp_path):
    """Cuts between the sends of a command, and between a send and its late response."""
    capture, truth = generate(tmp_path, "--slow", 60000, *LOSS, "--repeats", "mixed", "--targets", 2,
                              "--initiators", 2, "--outstanding", 2, commands=200)
    options = patience_of(truth)
    header, frames = records(capture)
    whole = run_analyze("--json", "-", *options, capture)
    for place in range(1, len(frames), 17):
        assert merged(tmp_path, header, cut(frames, place), options) == whole, f"cut at {place}"


def test_merged_with_parts_without_aoe(tmp_path):
    capture, truth = generate(tmp_path, "--other", 300000, *LOSS, commands=500)
    options = patience_of(truth)
    header, frames = records(capture)
    whole = run_analyze("--json", "-", *options, capture)
    others = [index for index, frame in enumerate(frames) if not is_aoe(frame)][5::20]
    places = sorted({place for index in others for place in (index, index + 1)})
    assert merged(tmp_path, header, cut(frames, *places), options) == whole


def test_merged_states_merge_again(tmp_path):
    """A merged result can be saved and merged with what follows."""
    capture, truth = generate(tmp_path, *TRAFFIC["all-at-once"], commands=1500)
    options = patience_of(truth)
    header, frames = records(capture)
    whole = run_analyze("--json", "-", *options, capture)
    parts = cut(frames, len(frames) // 3, len(frames) // 2)
    states = [os.path.join(tmp_path, f"state{index}") for index in range(3)]
    for state, part in zip(states, parts):
        run_analyze(*options, "--save", state,
                    write(os.path.join(tmp_path, "part.pcap"), header, part))
    both = os.path.join(tmp_path, "both")
    run_analyze("merge", "--save", both, *states[:2])
    assert run_analyze("merge", "--json", "-", both, states[2]) == whole


def test_several_files_are_one_capture(tmp_path):
    """Rotated files, given in any order, and the same frames through a pipe."""
    capture, truth = generate(tmp_path, *TRAFFIC["all-at-once"], "--step-back", 0, commands=1500)
    options = patience_of(truth)
    header, frames = records(capture)
    whole = run_analyze("--json", "-", *options, capture)
    files = [write(os.path.join(tmp_path, f"part{index}.pcap"), header, part)
             for index, part in enumerate(cut(frames, len(frames) // 4, len(frames) // 2))]
    assert run_analyze("--json", "-", *options, files[2], files[0], files[1]) == whole
    with open(capture, "rb") as file:
        assert run_analyze("--json", "-", *options, "-", stdin=file) == whole
