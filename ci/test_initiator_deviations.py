# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference initiator with one thing wrong: that it is wrong in that."""
import json
import os
import shlex
import subprocess

import pytest

import aoelab
from conftest import Suite, explain, verdicts

PROGRAM = aoelab.build_path("aoe-initiator-deviant")


def judge(lab, name, *scenarios):
    """What aoe-conform finds in scenarios for an initiator with that deviation."""
    stimulus = shlex.join(["nsenter", "-t", str(lab.initiator), "-n", "--", PROGRAM, "--deviation", name,
                           "--deadline", "2", aoelab.INITIATOR])
    path = os.path.join(lab.folder, "result.json")
    subprocess.run(["nsenter", "-t", str(lab.target), "-n", "--",
                    *lab.conform_command("--initiator", aoelab.TARGET, "--stimulus", stimulus, "--patience", "6",
                                         "--json", path, *scenarios)],
                   env=lab.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, timeout=120)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


@pytest.mark.parametrize("name, scenarios, caught", [
    ("request-query-aoe-version", ["initiator/request-*"], {"initiator/request-discover-version"}),
    ("discover-any-slot", ["initiator/discover-o*"], {"initiator/discover-others-first"}),
    ("bufcount-0-is-1", ["initiator/bufcount-[oz]*"],
     {"initiator/bufcount-zero", "initiator/bufcount-zero-sends-nothing"}),
    ("flags-e-in-identify", ["initiator/flags-i*", "initiator/flags-last-odd"], {"initiator/flags-identify"}),
    ("match-any-destination", ["initiator/match-d*"], {"initiator/match-destination"}),
    ("match-without-r", ["initiator/match-[rs]*"], {"initiator/match-request", "initiator/match-request-goes-on"}),
    ("short-begun-sector", ["initiator/short-read-[bs]*"], {"initiator/short-read-byte"}),
])
def test_is_wrong_in_one_thing(name, scenarios, caught):
    with Suite() as lab:
        result = judge(lab, name, *scenarios)
    bad = {scenario for scenario, verdict in verdicts(result).items() if verdict not in ("pass", "skip")}
    assert {scenario for scenario in bad if not scenario.startswith("rules/")} == caught, explain(result)
