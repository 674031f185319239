# SPDX-License-Identifier: GPL-2.0-or-later
"""The dissector's statistics say what aoe-analyze says of the same capture, frame by frame and all together."""
import collections
import contextlib
import csv
import json
import os
import pathlib
import re
import subprocess
import tempfile

import pytest

import aoeframes
import aoelab
import test_analyze
import test_truth

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "captures")
LARGE = ("--vlans", 3, "--slots", 2, "--targets", 4, "--initiators", 2, "--lost-requests", 8000,
         "--lost-responses", 8000, "--slow", 5000, "--duplicates", 20000, "--aoe-errors", 5000,
         "--ata-errors", 5000, "--repeats", "both", "--identifies", 5, "--verifies", 5, "--masks", 5,
         "--reserves", 5, "--vendors", 5, "--sectors", 4, "--sectors-least", 1, "--sector-count", 2,
         "--buffer-count", 8, "--discover", 50000, "--adverts", 50)
# What only aoe-analyze has, and what only one of both can know.
NOT_IN_JSON = ("tool", "series", "heat", "positions", "problems", "findings")
NOT_IN_CAPTURE = ("frames", "other_frames", "filtered_frames", "not_ethernet", "timeless", "dropped")
COLUMNS = ("frame.number", "aoe.response", "aoe.response_to", "aoe.time", "aoe.time_first",
           "aoe.retransmission_of", "aoe.duplicate_of")


def analyze(capture, *arguments):
    """The result of aoe-analyze; it exits with 1 where rules are broken."""
    process = subprocess.run([aoelab.build_path("aoe-analyze"), "--check", "--quiet", "--json", "-",
                              *map(str, arguments), capture], check=False, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    assert process.returncode in (0, 1), process.stderr
    return json.loads(process.stdout)


def statistics(shark, capture, argument="aoe,json", passes=2, options=()):
    """What -z prints; each frame is looked at once or twice."""
    return shark.text("-r", capture, "-q", *(["-2"] if passes == 2 else []), *options, "-z", argument)


def figures(shark, capture, *arguments, **options):
    return json.loads(statistics(shark, capture, *arguments, **options))


def differences(wanted, found, path=()):
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted(wanted.keys() | found.keys()):
            yield from differences(wanted.get(key, "nothing"), found.get(key, "nothing"), (*path, key))
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for i, (one, other) in enumerate(zip(wanted, found)):
            yield from differences(one, other, (*path, i))
    elif wanted != found:
        yield path, wanted, found


def comparable(result):
    """What both have to say of a capture."""
    parts = {key: value for key, value in result.items() if key not in (*NOT_IN_JSON, "filter", "remarks")}
    parts["capture"] = {key: value for key, value in result["capture"].items() if key not in NOT_IN_CAPTURE}
    return parts


def broken(result):
    """Clauses that do not hold, how often and where. i-sectors is judged over the whole by aoe-analyze alone."""
    return {finding["clause"]: (finding["count"], finding["level"], finding["first"])
            for finding in result["findings"] if finding["count"] and finding["clause"] != "i-sectors"}


def assert_alike(analysed, shown):
    different = list(differences(comparable(analysed), comparable(shown)))
    assert not different, f"{len(different)} figures differ\n" + "\n".join(
        f"{path}: aoe-analyze {str(one)[:200]}, dissector {str(other)[:200]}"
        for path, one, other in different[:20])
    assert broken(analysed) == broken(shown)


@contextlib.contextmanager
def open_folder():
    """A folder that an ordinary user can read; those of pytest are closed again by every other run of it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


@pytest.fixture(name="folder")
def fixture_folder():
    with open_folder() as folder:
        yield folder


class Sample:
    """A capture, and what aoe-analyze says of it."""

    def __init__(self, folder, commands):
        self.capture, self.truth = test_truth.generate(folder, *LARGE, commands=commands)
        self.tables = os.path.join(folder, "csv")
        self.analysed = analyze(self.capture, "--csv", self.tables)
        with open(os.path.join(self.tables, "commands.csv"), encoding="utf-8", newline="") as file:
            self.commands = list(csv.DictReader(file))


@pytest.fixture(name="large", scope="module")
def fixture_large():
    with open_folder() as folder:
        yield Sample(folder, 100_000)


@pytest.fixture(name="small", scope="module")
def fixture_small():
    with open_folder() as folder:
        yield Sample(folder, 5000)


@pytest.mark.parametrize("passes", [1, 2])
def test_figures_of_100000_commands(shark, large, passes):
    shown = figures(shark, large.capture, passes=passes)
    assert_alike(large.analysed, shown)
    total, truth = shown["total"], large.truth["total"]
    assert total["commands"] == truth["commands"] == 100_000
    assert total["repeats"]["same_tag"] == truth["repeats"]["same_tag"] > 100
    assert total["repeats"]["new_tag"] == truth["repeats"]["new_tag"] > 100
    assert total["duplicate"] == truth["duplicate"] > 100
    assert {target["vlan"] for target in shown["targets"]} == {None, "10", "20"}
    assert len({mac for target in shown["targets"] for mac in target["macs"]}) < len(
        [target for target in shown["targets"] if target["macs"]]), "no two slots behind one MAC"


@pytest.mark.parametrize("traffic", ["every-operation", "unanswered", "answered-too-late", "times-step-back",
                                     "cut-headers", "tags-come-back", "ends-in-the-middle",
                                     "all-at-once-and-missed"])
def test_figures_of_other_traffic(shark, folder, traffic):
    capture, truth = test_truth.generate(folder, *test_truth.TRAFFIC[traffic])
    seconds = test_truth.patience_of(truth)[1]
    analysed = analyze(capture, "--patience", seconds)
    for passes in (1, 2):
        assert_alike(analysed, figures(shark, capture, passes=passes,
                                       options=("-o", f"aoe.patience:{seconds}")))


HOST, TARGET = b"\x02\0\0\0\0\1", b"\x02\0\0\0\1\1"


def read_of(tag):
    return aoeframes.build(TARGET, HOST, 0, aoeframes.ata(0x20, lba=tag), tag)


def answer_of(tag):
    return aoeframes.build(HOST, TARGET, 0, aoeframes.ata(0x40, lba=tag, data=bytes(512)), tag, flags=8)


def config_of(tag, buffers, **fields):
    argument = bytes([0, buffers]) + aoeframes.config(0)[2:]
    return aoeframes.build(HOST, TARGET, 1, argument, tag, **fields) if fields else \
        aoeframes.build(TARGET, HOST, 1, argument, tag)


# Frames at seconds; patience is 10 s.
STORIES = {
    "given up, sent again and answered": [(0, read_of(1)), (5, read_of(2)), (6, answer_of(2)), (12, read_of(3)),
                                          (13, answer_of(3)), (15, read_of(1)), (16, answer_of(1))],
    "given up, sent again and given up": [(0, read_of(1)), (12, read_of(2)), (13, answer_of(2)), (15, read_of(1)),
                                          (30, read_of(3)), (31, answer_of(3))],
    "answered after it was given up": [(0, read_of(1)), (12, read_of(2)), (13, answer_of(1)), (14, answer_of(2))],
    "another recording begins": [(100, read_of(1)), (101, read_of(2)), (103, answer_of(2)), (104, read_of(9)),
                                 (50, read_of(1)), (51, answer_of(1)), (52, read_of(3)), (120, answer_of(3))],
    "the same tag in another recording": [(100, read_of(1)), (101, read_of(2)), (2, answer_of(2)), (3, read_of(2)),
                                          (4, answer_of(2)), (110, read_of(4)), (111, answer_of(4))],
    "an error advertises nothing": [(0, config_of(1, 0)), (1, config_of(1, 7, flags=8)), (2, config_of(2, 0)),
                                    (3, config_of(2, 1, flags=12, error=4))],
}


@pytest.mark.parametrize("story", STORIES)
def test_figures_of_stories(shark, folder, story):
    capture = test_analyze.pcap(folder / "story.pcap",
                                [(10**18 + seconds * 10**9, frame) for seconds, frame in STORIES[story]])
    for passes in (1, 2):
        assert_alike(analyze(capture), figures(shark, capture, passes=passes))


@pytest.mark.parametrize("name", ["aoe-target/ata/readback", "aoe-target/reserve/enforced-write",
                                  "vblade-25/frame/version-of-response", "vblade-25/mask/add-three"])
def test_figures_of_real_captures(shark, name):
    capture = os.path.join(CAPTURES, f"{name}.pcapng")
    assert_alike(analyze(capture), figures(shark, capture))


class Command(collections.namedtuple("Command", "first answer latency round_trip repeats")):
    """By the numbers of its frames; `answer` is None for a command without one."""


def nanoseconds(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def first_of(requests, number):
    """The first request of a command, and how many were sent up to that one."""
    before = requests[number]
    return number if not before else first_of(requests, before)


def commands_of(shark, capture):
    """Every command as the fields of its frames have it."""
    rows = shark.rows(capture, *COLUMNS, filter="aoe.response == 0 || aoe.response_to")
    late = {int(row[0]) for row in shark.rows(capture, "frame.number", filter="aoe.late")}
    unanswered = {int(row[0]) for row in shark.rows(capture, "frame.number", filter="aoe.unanswered")}
    requests, commands, sent = {}, [], collections.Counter()
    for number, response, request, time, time_first, before, duplicate in rows:
        number = int(number)
        if not int(response):
            requests[number] = int(before or 0)
            sent[first_of(requests, number)] += 1
        elif not duplicate and number not in late:
            first = first_of(requests, int(request))
            commands.append(Command(first, number, nanoseconds(time_first), nanoseconds(time), sent[first] - 1))
    commands += [Command(number, None, None, None, sent[number] - 1)
                 for number in unanswered if not requests[number]]
    return sorted(commands, key=lambda command: (command.first, command.answer or 0))


def commands_of_csv(rows):
    return sorted((Command(int(row["first_frame"]), int(row["answer_frame"]), int(row["command_latency_ns"]),
                           int(row["frame_round_trip_ns"]), int(row["repeats"])) if row["answer_frame"] else
                   Command(int(row["first_frame"]), None, None, None, int(row["repeats"])) for row in rows),
                  key=lambda command: (command.first, command.answer or 0))


def test_command_by_command(shark, large):
    wanted, found = commands_of_csv(large.commands), commands_of(shark, large.capture)
    assert len(wanted) > 99_000
    different = [pair for pair in zip(wanted, found) if pair[0] != pair[1]]
    assert len(found) == len(wanted) and not different, different[:10]


def test_command_by_command_unanswered(shark, folder):
    capture, truth = test_truth.generate(folder, *test_truth.TRAFFIC["unanswered"])
    assert test_truth.patience_of(truth)[1] == 1
    analyze(capture, "--patience", 1, "--csv", folder / "csv")
    with open(folder / "csv" / "commands.csv", encoding="utf-8", newline="") as file:
        wanted = commands_of_csv(csv.DictReader(file))
    assert sum(command.answer is None for command in wanted) > 10
    with_patience = PatientShark(shark, 1)
    assert commands_of(with_patience, capture) == wanted


class PatientShark:
    """tshark with another time limit for a match."""

    def __init__(self, shark, seconds):
        self.shark, self.option = shark, f"aoe.patience:{seconds}"

    def rows(self, capture, *fields, filter):
        words = [word for field in fields for word in ("-e", field)]
        text = self.shark.text("-r", capture, "-o", self.option, "-2", "-Y", filter, "-T", "fields", *words)
        return [line.split("\t") for line in text.splitlines()]


def srt_rows(text):
    """{table: {index: (calls, shortest, longest, mean, sum)}}, times in seconds."""
    tables, rows = [], None
    for line in text.splitlines():
        if line.startswith("Index"):
            rows = {}
            tables.append(rows)
        match = re.match(r" *(\d+)  0x[0-9a-f]{2} .*? +(\d+)((?: +[\d.]+){4})$", line)
        if match:
            rows[int(match[1])] = (int(match[2]), *map(float, match[3].split()))
    return tables


@pytest.mark.parametrize("passes", [1, 2])
def test_response_times(shark, large, passes):
    """Each row of the table against the frames: opcodes of requests, round trips of answers."""
    by_opcode, by_command = srt_rows(statistics(shark, large.capture, "aoe,srt", passes))
    operations = {row["operation"]: row["frame_round_trip"]["count"] for row in large.analysed["operations"]}
    opcodes = {"read": (0x20, 0x24, 0x25, 0xC8), "write": (0x30, 0x34, 0x35, 0xCA), "flush": (0xE7, 0xEA),
               "identify": (0xEC,), "ata": (0x40, 0x42)}
    for operation, numbers in opcodes.items():
        assert sum(by_opcode.get(number, (0,))[0] for number in numbers) == operations[operation], operation
    assert by_command[0][0] == sum(operations[name] for name in opcodes)
    assert by_command[1][0] == operations["config"]
    trips = sorted(int(row["frame_round_trip_ns"]) for row in large.commands
                   if row["operation"] == "config" and row["answer_frame"])
    wanted = (len(trips), trips[0] / 1e9, trips[-1] / 1e9, sum(trips) / len(trips) / 1e9, sum(trips) / 1e9)
    assert by_command[1] == pytest.approx(wanted, abs=1e-6)


def latency_rows(text):
    """{(whose, which latency): (count, min, mean, p50, p90, p99, max)}, times in ms."""
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 10 and cells[1] in ("round trip", "command"):
            rows[cells[0], cells[1]] = (int(cells[2]), *map(float, cells[3:9]))
    return rows


def latency_row(latency):
    names = ("min_ns", "mean_ns", "p50_ns", "p90_ns", "p99_ns", "max_ns")
    return (latency["count"], *(latency[name] / 1e6 for name in names))


@pytest.mark.parametrize("passes", [1, 2])
def test_latency_table(shark, large, passes):
    rows = latency_rows(statistics(shark, large.capture, "aoe,latency", passes))
    groups = {"all": large.analysed["total"]}
    groups |= {row["operation"]: row for row in large.analysed["operations"]}
    groups |= {name_of(row): row for row in large.analysed["targets"]}
    wanted = {(name, kind): latency_row(row[key]) for name, row in groups.items() if row["command_latency"]
              for kind, key in (("round trip", "frame_round_trip"), ("command", "command_latency"))}
    assert rows.keys() == wanted.keys()
    for key, row in wanted.items():
        assert rows[key] == pytest.approx(row, abs=1.1e-6), key


def tree_counts(text):
    """{(names from the root down): count}."""
    counts, path = {}, []
    for line in text.splitlines():
        match = re.match(r"( *)(\S.*?) {2,}(\d+) ", line)
        if match:
            path[len(match[1]):] = [match[2]]
            counts[tuple(path)] = int(match[3])
    return counts


def test_tree(shark, large):
    counts, total = tree_counts(statistics(shark, large.capture, "aoe,tree")), large.analysed["total"]
    frames = {"first requests": total["commands"], "repeats with the same tag": total["repeats"]["same_tag"],
              "repeats with a new tag": total["repeats"]["new_tag"],
              "answers": total["command_latency"]["count"], "duplicate responses": total["duplicate"],
              "late responses": total["late"], "unsolicited responses": total["unsolicited"]}
    assert {path[1]: count for path, count in counts.items() if len(path) == 2 and path[0] == "Frames"} == frames
    for row in large.analysed["operations"]:
        assert counts["Commands", row["operation"]] == row["commands"]
    for sectors, commands in total["sectors"]:
        assert counts["Sectors of reads and writes", f"{sectors} sectors"] == commands
    errors = collections.Counter(
        int(path[1].split()[2].rstrip(":")) for path, count in counts.items()
        if path[0] == "Answers with an error" and len(path) == 2 and path[1].startswith("AoE") for _ in range(count))
    assert errors == {1: 0} | {int(code): count for code, count in total["errors"]["aoe"].items()
                               if code != "other"} | {7: total["errors"]["aoe"].get("other", 0)}
    assert sum(count for path, count in counts.items() if path[0] == "Answers with an error" and len(path) == 2 and
               path[1].startswith("ATA")) == total["errors"]["ata"] > 0
    again = collections.Counter(int(row["repeats"]) for row in large.commands if row["answer_frame"])
    assert {path[1]: count for path, count in counts.items() if path[0].startswith("Repeats before") and path[1:]} == \
        {f"sent again {repeats} times" if repeats else "sent once": count for repeats, count in again.items()}
    for target in large.analysed["targets"]:
        name = name_of(target)
        assert counts.get(("Targets", name, "first requests"), 0) == target["commands"], name
        assert counts.get(("Targets", name, "duplicate responses"), 0) == target["duplicate"], name


def test_tree_of_cut_frames(shark, folder):
    """A frame without a whole header, or an ATA command without its registers, is nothing else."""
    capture, _ = test_truth.generate(folder, *test_truth.TRAFFIC["cut-headers"])
    counts, found = tree_counts(statistics(shark, capture, "aoe,tree")), analyze(capture)
    assert counts["Frames", "cut too short"] == found["capture"]["cut_frames"] > 100
    assert counts["Frames", "first requests"] == found["total"]["commands"]
    assert sum(count for path, count in counts.items() if path[0] == "Targets" and len(path) == 2) == \
        found["capture"]["aoe_frames"]


def name_of(target):
    return target["target"] + (f" VLAN {target['vlan']}" if target["vlan"] else "")


def mac_of(initiator):
    return initiator["initiator"].replace("ff:ff:ff:ff:ff:ff", "Broadcast")


def test_conversations(shark, large):
    """Frames each way; broadcasts stand under the address that they name."""
    end, count = r"(\S+(?: VLAN \S+)?)", r"(\d+) \d+ \S+ +"
    found = {}
    for line in statistics(shark, large.capture, "conv,aoe").splitlines():
        match = re.match(f"{end} +<-> {end} +{count}{count}{count}", line)
        if match:
            one, other, to_one, to_other, both = *match.group(1, 2), *map(int, match.group(3, 4, 5))
            assert both == to_one + to_other
            found[one, other], found[other, one] = to_other, to_one
    wanted = {}
    for pair in large.analysed["pairs"]:
        wanted[mac_of(pair), name_of(pair)] = pair["requests"]
        wanted[name_of(pair), mac_of(pair)] = pair["responses"]
    assert found == wanted


def test_endpoints(shark, large):
    sent, received = {}, {}
    for line in statistics(shark, large.capture, "endpoints,aoe").splitlines():
        match = re.match(r"(\S+(?: VLAN \S+)?) +\d+ +\d+ +(\d+) +\d+ +(\d+) +\d+ *$", line)
        if match:
            sent[match[1]], received[match[1]] = int(match[2]), int(match[3])
    for target in large.analysed["targets"]:
        name = name_of(target)
        assert (sent[name], received[name]) == (target["responses"], target["requests"]), name
    for initiator in large.analysed["initiators"]:
        name = mac_of(initiator)
        assert (sent[name], received[name]) == (initiator["requests"], initiator["responses"]), name


def test_filters(shark, small):
    """With a filter the frames that pass it count, as what they are in the whole capture."""
    wanted = next(target for target in small.analysed["targets"]
                  if target["target"] == "e0.1" and target["vlan"] is None)
    found = figures(shark, small.capture, 'aoe,json,aoe.address == "e0.1" && !vlan')
    assert found["filter"] == 'aoe.address == "e0.1" && !vlan'
    assert [target["target"] for target in found["targets"]] == ["e0.1"]
    for key in ("commands", "answered", "unanswered", "open", "duplicate", "late", "repeats", "errors",
                "frame_round_trip", "command_latency", "sectors", "read_bytes", "over_buffer_count_ns"):
        assert found["targets"][0][key] == wanted[key], key
    slow = figures(shark, small.capture, "aoe,json,aoe.time_first > 0.005 && aoe.response == 1")["total"]
    latencies = [int(row["command_latency_ns"]) for row in small.commands if row["answer_frame"]]
    assert slow["command_latency"]["count"] == sum(latency > 5_000_000 for latency in latencies) > 10
    assert slow["requests"] == 0


def test_wrong_filter(shark, small):
    process = shark.run("-r", small.capture, "-q", "-z", "aoe,json,aoe.nothing")
    assert process.returncode == 1
    assert "aoe.nothing" in process.stderr and process.stdout == ""


def test_nothing_to_count(shark, folder):
    capture = folder / "empty.pcap"
    capture.write_bytes(bytes.fromhex("4d3cb2a1020004000000000000000000ffff000001000000"))
    shown = figures(shark, capture)
    assert shown["total"]["requests"] == 0 and shown["targets"] == shown["slowest"] == []
    assert shown["capture"]["start_ns"] is shown["capture"]["duration_ns"] is None
    assert shown["total"]["command_latency"] is shown["total"]["loss_ratio"] is None
    assert shown["total"]["iops"] is shown["total"]["outstanding"]["mean"] is None


def test_rules_off(shark):
    capture = os.path.join(CAPTURES, "vblade-25/frame/version-of-response.pcapng")
    assert figures(shark, capture)["findings"]
    assert figures(shark, capture, options=("-o", "aoe.rules:FALSE"))["findings"] is None


def test_remarks(shark, small):
    """What is not a clause: in the words of the filters."""
    shown = figures(shark, small.capture)["remarks"]
    assert [remark["id"] for remark in shown] == ["over_buffer_count", "over_sector_count"]
    for remark in shown:
        rows = shark.rows(small.capture, "frame.number", filter=f"aoe.{remark['id']}")
        assert len(rows) == remark["count"]
        assert [int(row[0]) for row in rows[:10]] == [frame["frame"] for frame in remark["first"]]


def sharkd(shark, *requests):
    """Wireshark without its window: the answers to these requests, in their order."""
    lines = [json.dumps({"jsonrpc": "2.0", "id": i + 1, "method": method, "params": parameters})
             for i, (method, parameters) in enumerate(requests)]
    text = shark.text("-", program="sharkd", input="\n".join(lines) + "\n")
    return [json.loads(line)["result"] for line in text.splitlines()]


def test_counted_again(shark, small):
    """Frames are dissected again for every table that is opened: the counts stay."""
    taps = ("srt:aoe", "conv:AOE", "endpt:AOE", "stat:aoe", "nstat:aoe,latency")
    loaded, *answers = sharkd(shark, ("load", {"file": small.capture}),
                              *(("tap", {"tap0": tap}) for tap in taps * 3))
    assert loaded == {"status": "OK"}
    rounds = [answers[i:i + len(taps)] for i in range(0, len(answers), len(taps))]
    assert rounds[0] == rounds[1] == rounds[2]
    latency = rounds[0][4]["taps"][0]["tables"][0]["i"][0]
    assert latency[:3] == ["all", "round trip", small.analysed["total"]["frame_round_trip"]["count"]]
    assert rounds[0][3]["taps"][0]["stats"][0]["count"] == small.analysed["capture"]["aoe_frames"]


def test_filters_of_conversations(shark, small):
    """What the window makes of a row when it is applied as a filter finds the frames of the row."""
    _, answer = sharkd(shark, ("load", {"file": small.capture}), ("tap", {"tap0": "conv:AOE"}))
    frames = collections.Counter()
    for row in answer["taps"][0]["convs"]:
        frames[row["filter"]] += row["rxf"] + row["txf"]
    filters = [text for text in frames if "*" not in text][:3]
    assert len(filters) == 3
    for text in filters:
        assert len(shark.rows(small.capture, "frame.number", filter=text)) == frames[text], text
