# SPDX-License-Identifier: GPL-2.0-or-later
"""The dissector's rules: the same ids, the same frames, as often as aoe-analyze --check says."""
import collections
import json
import os
import subprocess

import pytest

import aoelab
import aoeshark
from conftest import Suite

CAPTURES = os.path.join(aoelab.ROOT, "captures")


def samples():
    return sorted(os.path.relpath(os.path.join(path, name), CAPTURES)
                  for path, _, names in os.walk(CAPTURES) for name in names
                  if name.endswith((".pcapng", ".pcap", ".pcap.zst")))


def findings(capture):
    """By clause: how often, and the first frames."""
    process = subprocess.run([aoelab.build_path("aoe-analyze"), "--check", "--json", "-", capture],
                             check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.returncode in (0, 1)
    return {finding["clause"]: (finding["count"], [first["frame"] for first in finding["first"]])
            for finding in json.loads(process.stdout)["findings"]}


def shown(shark, capture):
    """The same of the dissector."""
    frames = collections.defaultdict(list)
    for number, rules in shark.rows(capture, "frame.number", "aoe.rule", filter="aoe.rule"):
        for rule in rules.split(","):
            frames[rule].append(int(number))
    return {rule: (len(where), where[:10]) for rule, where in frames.items()}


@pytest.mark.parametrize("name", samples())
def test_rules_of_the_sample_captures(shark, name):
    capture = os.path.join(CAPTURES, name)
    assert shown(shark, aoeshark.readable(shark, capture)) == findings(capture)


@pytest.fixture(name="judged", scope="module")
def fixture_judged():
    """All frames between the suite and a target that breaks rules."""
    with Suite() as lab:
        lab.vblade()
        with lab.capture(os.path.join(lab.folder, "judged.pcap")) as path:
            lab.judge("--allow", "media,config,reserve")
        yield path


def test_rules_of_a_whole_run(shark, judged):
    expected = findings(judged)
    assert len(expected) >= 8, expected
    found = shown(shark, aoeshark.readable(shark, judged))
    # aoe-analyze counts these over the whole capture, and knows no frames.
    assert found.pop("i-sectors")[0] == expected.pop("i-sectors")[0] > 0
    assert found == expected


def test_rules_are_expert_information_by_their_level(shark):
    capture = aoeshark.readable(shark, os.path.join(CAPTURES, "vblade-25/frame/version-of-response.pcapng"))
    text = shark.text("-2", "-V", "-Y", "frame.number == 2", "-r", capture)
    assert "[Rule: 2.2-version]" in text
    assert "2.2-version: version is 0, expected 1 (byte 14): The version field of every response is 1" in text
    assert "[Severity level: Error]" in text
    rows = shark.rows(capture, "frame.number", filter="aoe.rule.must")
    assert [int(row[0]) for row in rows] == [1, 2, 3, 4, 5, 6]


def test_rules_can_be_off(shark):
    capture = aoeshark.readable(shark, os.path.join(CAPTURES, "vblade-25/frame/version-of-response.pcapng"))
    assert shark.text("-2", "-r", capture, "-o", "aoe.rules:FALSE", "-T", "fields", "-e", "aoe.rule").split() == []
