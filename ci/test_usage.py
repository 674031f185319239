# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong use gets one line that says what is wrong and what would be right."""
import os
import pty
import subprocess
import time

import pytest

import aoelab


def conform(*arguments, **options):
    return subprocess.run([aoelab.build_path("aoe-conform"), *arguments], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)


def assert_one_line(process, status, *words):
    assert process.returncode == status, process.stderr
    assert process.stderr.count("\n") == 1, process.stderr
    assert process.stderr.startswith("aoe-conform: ")
    for word in words:
        assert word in process.stderr


@pytest.mark.parametrize("arguments, words", [
    ([], ["--target", "--help"]),
    (["--frobnicate"], ["--frobnicate", "--help"]),
    (["--target"], ["--target", "missing"]),
    (["--target", "a0"], ["e0.1"]),
    (["--target", "a0", "0.1"], ["'0.1'", "e0.1"]),
    (["--target", "a0", "e65535.1"], ["65534"]),
    (["--target", "a0", "e0.255"], ["254"]),
    (["--target", "a0", "e0.1x"], ["'e0.1x'"]),
    (["--target", "nosuch0", "e0.1"], ["nosuch0", "ip link"]),
    (["--target", "waytoolonginterfacename", "e0.1"], ["waytoolonginterfacename"]),
    (["--target", "lo", "e0.1"], ["lo", "Ethernet"]),
    (["--target", "a0", "e0.1", "nothing/*"], ["nothing/*", "--list"]),
    (["--target", "a0", "e0.1", "--skip", "nothing"], ["nothing"]),
    (["--target", "a0", "e0.1", "--allow", "disks"], ["disks", "media"]),
    (["--target", "a0", "e0.1", "--allow", "media=5"], ["media=5", "LBA+COUNT"]),
    (["--target", "a0", "e0.1", "--allow", "media=0+0"], ["media=0+0"]),
    (["--target", "a0", "e0.1", "--timeout", "0"], ["--timeout", "60000"]),
    (["--target", "a0", "e0.1", "--seed", "-1"], ["--seed"]),
    (["--target", "a0", "e0.1", "--baseline", "/no/such/file"], ["/no/such/file"]),
    (["--list", "--check"], ["at a time"]),
    (["--check", "more"], ["'more'"]),
    (["--explain", "9.9-nothing"], ["9.9-nothing", "--list"]),
    (["--list", "nothing/*"], ["nothing/*"]),
    (["--recover", "/no/such/journal"], ["/no/such/journal"]),
    (["--scenarios", "/no/such/folder", "--list"], ["/no/such/folder"]),
])
def test_wrong_use(arguments, words):
    assert_one_line(conform(*arguments), 2, *words)


def test_without_privilege(lab):
    """The capability is named."""
    command = ["setpriv", "--bounding-set=-net_raw", *lab.conform_command("--target", "a0", "e0.1")]
    process = lab.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert_one_line(process, 2, "CAP_NET_RAW", "unshare -Urn")


def test_unreadable_baseline(lab):
    path = os.path.join(lab.folder, "baseline")
    with open(path, "wb") as file:
        file.write(b"config/*  # fine\n\xff\x00 # not a pattern\n")
    process = lab.conform("--target", "a0", "e0.1", "--baseline", path)
    assert_one_line(process, 2, path)


def test_no_answer(lab):
    started = time.monotonic()
    process = lab.conform("--target", "a0", "e0.1")
    assert time.monotonic() - started < 5
    assert_one_line(process, 3, "e0.1", "mask list", "MTU", "shelf.slot")


def test_no_answer_at_another_address(lab):
    lab.reference()
    assert_one_line(lab.conform("--target", "a0", "e0.2"), 3, "e0.2")


def test_link_down(lab):
    lab.inside(lab.target, ["ip", "link", "set", aoelab.TARGET, "down"])
    assert_one_line(lab.conform("--target", "a0", "e0.1"), 3, "link of a0 is down")


def test_interface_down(lab):
    lab.inside(lab.initiator, ["ip", "link", "set", aoelab.INITIATOR, "down"])
    assert_one_line(lab.conform("--target", "a0", "e0.1"), 2, "ip link set a0 up")


def test_masked_out(lab):
    lab.reference("-m", "02:00:00:00:00:77")
    assert_one_line(lab.conform("--target", "a0", "e0.1"), 3, "mask list")


def test_no_answer_still_writes_the_reports(lab):
    path = os.path.join(lab.folder, "none.json")
    process = lab.conform("--target", "a0", "e0.1", "--json", path)
    assert process.returncode == 3
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert '"error"' in text and "no answer" in text


def test_scenario_errors_name_file_line_and_column(tmp_path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "field.aoe").write_text(
        "title x\nclause 3.2-read\n\na send config read\na expect config nosuch=1\n")
    (tmp_path / "bad" / "clause.aoe").write_text("title x\nclause 3.2-nothing\n")
    process = conform("--check", "--scenarios", str(tmp_path))
    assert process.returncode == 2
    lines = process.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{tmp_path}/bad/clause.aoe:2:8: ") and "3.2-nothing" in lines[0]
    assert lines[1].startswith(f"{tmp_path}/bad/field.aoe:5:17: ") and "nosuch" in lines[1]


def test_help_version_list_explain_check():
    assert "--allow" in conform("--help").stdout
    assert conform("--version").stdout.startswith("aoe-conform ")
    lines = conform("--list").stdout.splitlines()
    assert len(lines) >= 100
    assert conform("--list", "config/*").stdout.count("\n") < len(lines)
    text = conform("--explain", "config/set-refused").stdout
    assert "3.2-set" in text and 'b send   config set "beta"' in text
    text = conform("--explain", "3.2-set").stdout
    assert "must" in text and "config/set-refused" in text
    assert len(conform("--explain", "all").stdout.splitlines()) > 80
    assert conform("--check").returncode == 0


def test_every_option_is_in_help_and_manual():
    root = aoelab.ROOT
    with open(os.path.join(root, "harness", "options.c"), encoding="utf-8") as file:
        source = file.read()
    with open(os.path.join(root, "harness", "aoe-conform.1"), encoding="utf-8") as file:
        manual = file.read()
    names = [line.split('"')[1] for line in source.splitlines()
             if line.strip().startswith('{"') and "_argument" in line]
    assert len(names) > 15
    text = conform("--help").stdout
    for name in names:
        assert f"--{name}" in text, name
        assert f"Fl Fl {name}" in manual or f", Fl Fl {name}" in manual, name


def test_colour_and_progress_only_on_a_terminal(lab):
    lab.reference()
    plain = lab.conform("--target", "a0", "e0.1", "config/*")
    assert "\x1b" not in plain.stdout and "\r" not in plain.stdout
    parent, child = pty.openpty()
    process = lab.spawn(lab.conform_command("--target", "a0", "e0.1"), lab.initiator, stdout=child,
                        env=lab.environment())
    os.close(child)
    seen = b""
    try:
        while chunk := os.read(parent, 65536):
            seen += chunk
    except OSError:
        pass
    os.close(parent)
    assert process.wait(30) == 0
    assert b"\x1b[" in seen and b"\r" in seen


def test_exit_4_where_nothing_ran(lab):
    lab.reference()
    process = lab.conform("--target", "a0", "e0.1", "ata/readback")
    assert process.returncode == 4, process.stdout
    assert "--allow media" in process.stdout
