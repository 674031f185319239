# SPDX-License-Identifier: GPL-2.0-or-later
"""Deviations, and a run of aoe-conform against each in a lab of its own, several at once."""
import concurrent.futures
import fnmatch
import json
import os
import shlex
import subprocess
import sys

import aoelab
import labarguments

RUN_SECONDS = 900
DISK = "64M"
# What falls silent costs as much for every scenario.
TIMEOUT_MS = 300


def program(name):
    """Also from another working directory."""
    return os.path.abspath(aoelab.build_path(name))


class Deviation:
    """A line of --list-deviations: name, clause, needs, what is wrong. The reference has no name."""

    def __init__(self, side, line="-\t-\t-\tnothing"):
        self.side = side
        self.scenarios = []  # that it is run against; none stands for all
        self.name, self.clause, needs, self.wrong = line.rstrip("\n").split("\t")
        self.needs = dict(word.partition("=")[::2] for word in needs.split(",")) if needs != "-" else {}

    @property
    def deviant(self):
        return self.name != "-"

    @property
    def mtu(self):
        return int(self.needs.get("mtu", 1500))

    @property
    def address(self):
        return self.needs.get("address", "0.1").split(".")

    def command(self, name):
        return [program(f"{name}-deviant"), "--deviation", self.name] if self.deviant else [program(name)]


def result_of(lab, namespace, arguments):
    """The JSON result of aoe-conform. What else it writes goes to the lab's folder."""
    path = os.path.join(lab.folder, "result.json")
    process = subprocess.run(
        ["nsenter", "-t", str(namespace), "-n", "--", program("aoe-conform"), *arguments, "--json", path],
        env=dict(os.environ, XDG_STATE_HOME=lab.folder), cwd=lab.folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, check=False, timeout=RUN_SECONDS)
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise RuntimeError(f"aoe-conform ended with {process.returncode}: {process.stderr.strip()}") from error


def judge_target(deviation, arguments):
    """The JSON result of aoe-conform with these arguments against aoe-target, or against it with the deviation."""
    with aoelab.Lab(deviation.mtu) as lab:
        image = lab.image(labarguments.size(deviation.needs.get("disk", DISK)))
        option = shlex.split(deviation.needs.get("option", ""))
        lab.start_target(deviation.command("aoe-target") + option + [*deviation.address, "{interface}", image])
        return result_of(lab, lab.initiator, ["--target", aoelab.INITIATOR, "e" + ".".join(deviation.address),
                                              "--timeout", str(TIMEOUT_MS), *arguments])


def deviations_of(side, patterns=()):
    """Those whose names match one of the patterns; without any, all."""
    said = subprocess.run([aoelab.build_path(f"aoe-{side}-deviant"), "--list-deviations"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    deviations = [Deviation(side, line) for line in said.splitlines()]
    return [deviation for deviation in deviations
            if not patterns or any(fnmatch.fnmatch(deviation.name, pattern) for pattern in patterns)]


def judge_all(judge, deviations, jobs):
    """Yields each deviation with what judge() says of it, as they come."""
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        running = {pool.submit(judge, deviation): deviation for deviation in deviations}
        for done in concurrent.futures.as_completed(running):
            yield running[done], done.result()


def show_progress(text):
    """A line on a terminal, in place of the one before."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def judge_in_order(judge, deviations, jobs):
    """The rows [(deviation, *what judge() says of it)] of these deviations, in their order."""
    rows = {}
    for deviation, outcome in judge_all(judge, deviations, jobs):
        rows[deviation.name] = (deviation, *outcome)
        show_progress(f"{len(rows)} of {len(deviations)}: {deviation.name}")
    show_progress("")
    return [rows[deviation.name] for deviation in deviations]
