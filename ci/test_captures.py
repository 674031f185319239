# SPDX-License-Identifier: GPL-2.0-or-later
"""The sample captures are what their page says."""
import os
import re

import aoeframes
import aoelab

FOLDER = os.path.join(aoelab.ROOT, "captures")


def listed():
    with open(os.path.join(FOLDER, "README.md"), encoding="utf-8") as file:
        return dict(re.findall(r"^\| `(\S+\.pcapng)` \| (\w+) \|", file.read(), re.MULTILINE))


def test_the_page_lists_every_capture():
    found = {os.path.relpath(os.path.join(folder, name), FOLDER)
             for folder, _, names in os.walk(FOLDER) for name in names if name.endswith(".pcapng")}
    assert found == set(listed()) and found


def test_every_capture_has_its_verdict():
    for name, verdict in listed().items():
        packets, comments = aoeframes.read_pcapng(os.path.join(FOLDER, name))
        assert f"verdict: {verdict}" in "\n".join(comments), name
        assert name.split("/", 1)[1][:-len(".pcapng")] in "\n".join(comments)
        assert all(aoeframes.parse(raw) for raw, _ in packets) and packets
