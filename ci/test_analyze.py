# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of aoe-analyze: exit status, warnings, and what it writes."""
import csv
import gzip
import json
import os
import pty
import signal
import struct
import subprocess
import time

import pytest

import aoelab

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "captures")
VERSION = os.path.join(CAPTURES, "vblade-25/frame/version-of-response.pcapng")
FLUSH = os.path.join(CAPTURES, "vblade-25/ata/flush.pcapng")
CLEAN = os.path.join(CAPTURES, "aoe-target/ata/readback.pcapng")


def analyze(*arguments, **options):
    return subprocess.run([aoelab.build_path("aoe-analyze"), *map(str, arguments)], check=False,
                          **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})


def result(*arguments, **options):
    process = analyze("--json", "-", "--quiet", *arguments, **options)
    return process.returncode, json.loads(process.stdout)


def said(process, status, *words):
    text = process.stderr.decode()
    assert process.returncode == status, text
    for word in words:
        assert word in text, text
    return text


def config_query(tag, host=1, shelf=0, slot=1):
    return (b"\xff" * 6 + bytes([2, 0, 0, 0, 0, host]) + b"\x88\xa2\x10\x00" +
            struct.pack(">HBBI", shelf, slot, 1, tag) + bytes(36))


def pcap(path, frames, magic=0xa1b23c4d):
    """Frames with their times in ns."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", magic, 2, 4, 0, 0, 65535, 1))
        for at, frame in frames:
            file.write(struct.pack("<IIII", at // 10**9, at % 10**9, len(frame), len(frame)) + frame)
    return path


def queries(tmp_path, name="a.pcap", start=10**9, count=3, **options):
    return pcap(tmp_path / name, [(start + i * 1000, config_query(i + 1, **options))
                                  for i in range(count)])


def test_help_and_version():
    assert analyze("--help").stdout.startswith(b"usage: aoe-analyze")
    assert analyze("--version").stdout.startswith(b"aoe-analyze ")
    assert analyze("--help").returncode == 0


@pytest.mark.parametrize("arguments, status, words", [
    ([], 2, ["--help"]),
    (["--frobnicate", CLEAN], 2, ["--frobnicate"]),
    (["--baseline", "x", CLEAN], 2, ["--check"]),
    (["--check", "--baseline", "/no/such", CLEAN], 2, ["/no/such"]),
    (["/no/such.pcap"], 3, ["/no/such.pcap"]),
    ([CAPTURES + "/README.md"], 3, ["README.md"]),
    (["--json", "/no/such/folder/x", CLEAN], 3, ["/no/such/folder/x"]),
    (["--csv", "/no/such/folder", CLEAN], 3, ["/no/such/folder"]),
    (["--compare", CLEAN], 2, ["two"]),
])
def test_wrong_use(arguments, status, words):
    text = said(analyze(*arguments), status, "aoe-analyze: ", *words)
    assert text.count("\n") == 1, text


@pytest.mark.parametrize("arguments", [["--json", "/dev/full"], ["--html", "/dev/full"],
                                       ["--check", "--write-baseline", "/dev/full"]])
def test_full_disk(arguments):
    said(analyze(*arguments, CLEAN), 3, "/dev/full", "No space left")


def test_full_disk_below_the_text():
    with open("/dev/full", "wb") as full:
        said(analyze(CLEAN, stdout=full), 3, "No space left")
        said(analyze("--version", stdout=full), 3)


def test_truncated(tmp_path):
    path = queries(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    process = analyze("--json", "-", path)
    said(process, 0, str(path), "aoe-analyze ")
    assert json.loads(process.stdout)["capture"]["frames"] == 2


def test_damaged(tmp_path):
    path = queries(tmp_path)
    path.write_bytes(path.read_bytes() + b"\xff" * 64)
    process = analyze("--json", "-", path)
    said(process, 1, str(path), "what was read so far")
    assert json.loads(process.stdout)["capture"]["frames"] == 3


def test_standard_input_and_compression(tmp_path):
    path = queries(tmp_path)
    with open(path, "rb") as file:
        assert result("-", stdin=file)[1]["capture"]["frames"] == 3
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert result(packed) == result(path)


def test_files_in_order_of_time(tmp_path):
    later = queries(tmp_path, "a.pcap", 5 * 10**9, count=2)
    first = queries(tmp_path, "b.pcap", 10**9)
    process = analyze("--verbose", later, first)
    text = process.stdout.decode()
    assert text.index("b.pcap: frames 1 to 3") < text.index("a.pcap: frames 4 to 5")
    assert not process.stderr


def test_files_that_overlap(tmp_path):
    first = queries(tmp_path, "a.pcap", 10**9, count=10)
    second = queries(tmp_path, "b.pcap", 10**9 + 5000, count=3)
    said(analyze(first, second), 0, "b.pcap begins 4.00 us before the end of", "a.pcap")


def test_filters(tmp_path):
    path = pcap(tmp_path / "a.pcap", [(10**9, config_query(1)), (2 * 10**9, config_query(2, slot=2)),
                                      (3 * 10**9, config_query(3, host=2))])
    counts = [result(*arguments, path)[1]["capture"]["filtered_frames"] for arguments in
              ([], ["--target", "e0.2"], ["--host", "02:00:00:00:00:02"])]
    assert counts == [0, 2, 2]


def test_patience(tmp_path):
    path = pcap(tmp_path / "a.pcap", [(10**9, config_query(1)), (3 * 10**9, config_query(2))])
    totals = [result("--patience", patience, path)[1]["total"] for patience in ("1.5", "2.5")]
    assert [(total["unanswered"], total["open"]) for total in totals] == [(1, 1), (0, 2)]


def test_check():
    assert result(VERSION) == (0, result(VERSION)[1])
    assert result(VERSION)[1]["findings"] is None
    status, json_result = result("--check", VERSION)
    finding = next(f for f in json_result["findings"] if f["clause"] == "2.2-version")
    assert status == 1 and finding["verdict"] == "fail" and finding["count"] == 3
    assert finding["first"][0]["byte"] == 14 and finding["first"][0]["frame"] == 2
    assert result("--check", CLEAN)[0] == 0
    text = analyze("--check", VERSION, FLUSH).stdout.decode()
    assert "frame version-of-response.pcapng:2: version at byte 14 is 0" in text
    assert "frame flush.pcapng:2: status" in text


def test_baseline(tmp_path):
    path = tmp_path / "known"
    assert analyze("--check", "--write-baseline", path, VERSION).returncode == 1
    status, known = result("--check", "--baseline", path, VERSION)
    assert status == 0 and {f["verdict"] for f in known["findings"]} == {"known"}
    status, fixed = result("--check", "--baseline", path, CLEAN)
    assert status == 1 and {f["verdict"] for f in fixed["findings"]} == {"fixed"}
    path.write_text("not a pattern\n", encoding="utf-8")
    said(analyze("--check", "--baseline", path, VERSION), 2, f"{path}:1")


def test_csv(tmp_path):
    folder = tmp_path / "tables"
    assert analyze("--quiet", "--csv", folder, CLEAN).returncode == 0
    total = result(CLEAN)[1]["total"]
    with open(folder / "commands.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == total["answered"] + total["unanswered"]
    assert {row["target"] for row in rows} >= {"e0.1"}
    with open(folder / "operations.csv", encoding="utf-8", newline="") as file:
        assert sum(int(row["requests"]) for row in csv.DictReader(file)) == total["requests"]
    with open(folder / "series.csv", encoding="utf-8", newline="") as file:
        bins = [row for row in csv.DictReader(file) if not row["target"]]
    assert sum(int(row["commands"]) for row in bins) == total["commands"]


def test_csv_on_a_full_disk(tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "targets.csv").symlink_to("/dev/full")
    said(analyze("--csv", folder, CLEAN), 3, "targets.csv", "No space left")


def test_compare(tmp_path):
    page, data = tmp_path / "page.html", tmp_path / "c.json"
    process = analyze("--compare", CLEAN, FLUSH, "--json", data, "--html", page)
    assert process.returncode == 0 and b"compared" in process.stdout
    compared = json.loads(data.read_text(encoding="utf-8"))
    assert compared["a"] == result(CLEAN)[1] and compared["b"] == result(FLUSH)[1]
    assert compared["changes"]
    assert "<html" in page.read_text(encoding="utf-8")


def test_the_text_gives_way():
    process = analyze("--json", "-", CLEAN)
    json.loads(process.stdout)
    assert process.stderr.startswith(b"aoe-analyze ")


def read_all(terminal):
    seen = b""
    try:
        while part := os.read(terminal, 65536):
            seen += part
    except OSError:
        pass
    return seen


def slow_input(terminal, stderr):
    """A capture that takes its time through a pipe; returns what standard error got."""
    process = subprocess.Popen([aoelab.build_path("aoe-analyze"), "-"], stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, stderr=stderr,
                               env=dict(os.environ, TERM="xterm"))
    header = struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1)
    frame = config_query(1)
    block = (struct.pack("<IIII", 1, 0, len(frame), len(frame)) + frame) * 20000
    process.stdin.write(header)
    for _ in range(12):
        process.stdin.write(block)
        process.stdin.flush()
        time.sleep(0.1)
    process.stdin.close()
    os.close(terminal) if terminal is not None else None
    assert process.wait(10) == 0


def test_progress_on_a_terminal():
    ours, theirs = pty.openpty()
    slow_input(theirs, theirs)
    seen = read_all(ours)
    assert b" read, " in seen and b"/s" in seen
    assert seen.endswith(b"\r\x1b[K")


def test_no_progress_elsewhere(tmp_path):
    with open(tmp_path / "stderr", "wb") as file:
        slow_input(None, file)
    assert (tmp_path / "stderr").read_bytes() == b""


def test_interrupted():
    process = subprocess.Popen([aoelab.build_path("aoe-analyze"), "-"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    frame = config_query(1)
    process.stdin.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
    block = (struct.pack("<IIII", 1, 0, len(frame), len(frame)) + frame) * 20000
    process.stdin.write(block)
    process.stdin.flush()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    try:
        process.stdin.write(block)
    except BrokenPipeError:
        pass
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"interrupted" in out and b"frames" in out
