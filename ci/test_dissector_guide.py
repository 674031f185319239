# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of dissector/guide.md print what stands below them.

AOE_WRITE_GOLDEN=1 writes what they print into the page: read what changed before keeping it.
"""
import os
import re
import shutil

import pytest

import aoelab

GUIDE = os.path.join(aoelab.ROOT, "dissector", "guide.md")
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)


def page():
    with open(GUIDE, encoding="utf-8") as file:
        return file.read()


@pytest.fixture(name="console")
def fixture_console(shark):
    """Runs a command in a folder with the capture, where tshark has the profile AoE."""
    folder = os.path.join(shark.home, "tmp", "guide")
    os.mkdir(folder, 0o777)
    os.chmod(folder, 0o777)
    shutil.copy(os.path.join(aoelab.ROOT, "captures", "slow-san.pcap"), folder)

    def run(command):
        process = shark.run("-c", f"cd '{folder}' && {command}", program="sh")
        assert process.returncode == 0 and process.stderr == "", command + process.stderr
        return process.stdout
    return run


def played(block, console):
    """The block with what its commands print now."""
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{console(line[2:])}" for line in commands)


def test_the_commands_print_what_the_page_says(console):
    text = page()
    now = BLOCK.sub(lambda block: played(block[0], console), text)
    assert len(BLOCK.findall(text)) > 8
    if os.environ.get("AOE_WRITE_GOLDEN"):
        with open(GUIDE, "w", encoding="utf-8") as file:
            file.write(now)
    assert now == text


def test_everything_that_the_page_shows_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", page())
    assert len([link for link in links if link.endswith(".png")]) == 4
    for link in links:
        assert os.path.exists(os.path.join(os.path.dirname(GUIDE), link)), link
    folder = os.path.join(os.path.dirname(GUIDE), "pictures")
    assert {"pictures/" + name for name in os.listdir(folder)} == set(filter(lambda link: "pictures" in link, links))
