# SPDX-License-Identifier: GPL-2.0-or-later
"""--save and merge, where most of a part is kept as figures: a patience far below its length."""
import json
import os
import random
import subprocess

import pytest

import aoelab
from test_analyze import analyze, said
from test_truth import cut, records, run_analyze, write_parts

FAULTS = ("--vlans", 3, "--slots", 2, "--lost-requests", 4000, "--lost-responses", 4000, "--slow", 3000,
          "--duplicates", 2000, "--unanswered", 500, "--unsolicited", 500, "--aoe-errors", 500,
          "--ata-errors", 500, "--step-back", 500, "--repeats", "both", "--timer", 1000,
          "--masks", 5, "--reserves", 5, "--vendors", 2, "--missed", 500, "--other", 2000)


def make(folder, seed=1, frames=40000, faults=FAULTS):
    """A pcap header and its records."""
    path = os.path.join(folder, "whole.pcap")
    subprocess.run([aoelab.build_path("ci/bench/generate"), "--frames", str(frames), "--seed",
                    str(seed), "--output", path, *map(str, faults)], check=True,
                   stderr=subprocess.DEVNULL)
    return path, *records(path)


def run(*arguments):
    """Standard output; with --check a part may have broken rules, or none."""
    process = analyze(*arguments)
    assert process.returncode in ((0, 1) if "--check" in arguments else (0,)), process.stderr
    return process.stdout


def save_all(captures, *options):
    states = [f"{capture}.state" for capture in captures]
    for capture, state in zip(captures, states):
        run("--quiet", *options, "--save", state, capture)
    return states


@pytest.mark.parametrize("check", [(), ("--check",)])
@pytest.mark.parametrize("patience", ["0.0003", "0.001", "0.004"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_merged_figures_equal_the_whole(tmp_path, seed, patience, check):
    path, header, frames = make(tmp_path, seed)
    options = ("--patience", patience, *check)
    places = sorted(random.Random(seed).sample(range(1, len(frames)), 4))
    states = save_all(write_parts(tmp_path, header, cut(frames, *places)), *options)
    assert run("merge", "--json", "-", *check, *states) == run("--json", "-", *options, path)


def test_a_long_part_is_kept_as_figures(tmp_path):
    """The frames of the beginning alone would be as large as with a long patience."""
    path, _, _ = make(tmp_path)
    sizes = {}
    for patience in ("0.0003", "10"):
        state = os.path.join(tmp_path, patience)
        run_analyze("--quiet", "--patience", patience, "--save", state, path)
        sizes[patience] = os.path.getsize(state)
    assert sizes["0.0003"] < sizes["10"] / 2


def test_in_any_order_and_in_steps(tmp_path):
    path, header, frames = make(tmp_path)
    options = ("--patience", "0.0005")
    parts = write_parts(tmp_path, header, cut(frames, 9000, 20000, 31000))
    states = save_all(parts, *options)
    whole = run_analyze("--json", "-", *options, path)
    assert run_analyze("merge", "--json", "-", states[2], states[0], states[3], states[1]) == whole
    left, right = (os.path.join(tmp_path, name) for name in ("left", "right"))
    run_analyze("merge", "--quiet", "--save", left, *states[:2])
    run_analyze("merge", "--quiet", "--save", right, *states[2:])
    assert run_analyze("merge", "--json", "-", left, right) == whole


def test_saving_changes_no_result(tmp_path):
    path, _, _ = make(tmp_path)
    state = os.path.join(tmp_path, "state")
    assert run_analyze("--json", "-", "--patience", "0.0005", "--save", state, path) == \
        run_analyze("--json", "-", "--patience", "0.0005", path)


def test_parallel_on_other_hosts(tmp_path):
    """The command of the manual page, with a stand-in for ssh that runs it here."""
    path, header, frames = make(tmp_path)
    write_parts(tmp_path, header, cut(frames, 9000, 20000, 31000))
    ssh = os.path.join(tmp_path, "ssh")
    with open(ssh, "w", encoding="ascii") as file:
        file.write('#!/bin/sh\nshift\n[ "$1" = -- ] && shift\nexec sh -c "$*"\n')
    os.chmod(ssh, 0o755)
    with open(os.path.join(tmp_path, "hosts"), "w", encoding="ascii") as file:
        file.write("1/one\n1/two\n")
    # Without SHELL, parallel takes every command for done and runs none.
    environment = {"SHELL": "/bin/sh", **os.environ,
                   "PARALLEL_SSH": ssh, "PARALLEL_HOME": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run(["parallel", "--sshloginfile", "hosts", "--workdir", str(tmp_path),
                    aoelab.build_path("aoe-analyze"), "--quiet", "--patience", "2", "--save", "{}.state",
                    "{}", ":::", *(f"part{index}.pcap" for index in range(4))],
                   cwd=tmp_path, env=environment, check=True, timeout=60)
    states = [os.path.join(tmp_path, f"part{index}.pcap.state") for index in range(4)]
    assert run_analyze("merge", "--json", "-", *states) == \
        run_analyze("--json", "-", "--patience", "2", path)


def test_frames_are_named_by_file(tmp_path):
    _, header, frames = make(tmp_path, frames=5000)
    states = save_all(write_parts(tmp_path, header, cut(frames, 2000)))
    text = run_analyze("merge", "--verbose", *states).decode()
    assert "part0.pcap:" in text and "part1.pcap:" in text
    compared = run_analyze("--compare", *states).decode()
    assert "part0.pcap" in compared and "part1.pcap" in compared


def test_what_cannot_be_merged(tmp_path):
    path, header, frames = make(tmp_path, frames=3000)
    one, two = write_parts(tmp_path, header, cut(frames, 1000))
    states = save_all([one]) + save_all([two], "--patience", "3")
    said(analyze("merge", *states), 3, "other options", "--patience")
    said(analyze("merge", path), 3, "not a state")
    said(analyze(states[0]), 3, "merge")
    said(analyze("merge", "--check", states[0]), 3, "--check")
    said(analyze("merge", "-"), 2, "standard input")
    said(analyze("merge"), 2, "--save")
    said(analyze("merge", os.path.join(tmp_path, "none")), 3, "No such file")


def test_damaged_states_are_refused(tmp_path):
    path, _, _ = make(tmp_path, frames=2000)
    state, broken = (os.path.join(tmp_path, name) for name in ("state", "broken"))
    run_analyze("--quiet", "--patience", "0.0003", "--save", state, path)
    with open(state, "rb") as file:
        data = file.read()
    for place in range(0, len(data), max(1, len(data) // 60)):
        for content in (data[:place], data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1:]):
            with open(broken, "wb") as file:
                file.write(content)
            said(analyze("merge", broken), 3, "broken")


def test_nothing_is_left_where_saving_fails(tmp_path):
    path, _, _ = make(tmp_path, frames=2000)
    folder = os.path.join(tmp_path, "folder")
    os.mkdir(folder)
    said(analyze("--save", os.path.join(folder, "no", "state"), path), 3, "cannot be written")
    said(analyze("--save", "/dev/full/state", path), 3, "cannot be written")
    assert not os.listdir(folder)


def test_a_cut_capture_is_saved_up_to_there(tmp_path):
    path, header, frames = make(tmp_path, frames=1000)
    cut_short = os.path.join(tmp_path, "cut.pcap")
    with open(cut_short, "wb") as file:
        file.write(header + b"".join(frames)[:-5])
    state = os.path.join(tmp_path, "state")
    said(analyze("--quiet", "--save", state, cut_short), 0, "cut")
    assert json.loads(run_analyze("merge", "--json", "-", state))["capture"]["frames"] == 999
