# SPDX-License-Identifier: GPL-2.0-or-later
"""make install puts the plugin and the profile where Wireshark finds them, and both work there."""
import os
import re
import subprocess

import pytest

import aoelab
import aoeshark
import dissectorsample as sample

PROFILE = os.path.join(aoelab.ROOT, "dissector", "profile")
COLUMNS = ["No.", "Time", "From", "To", "Command", "LBA", "Sectors", "Latency", "Info"]


def variable(name):
    return subprocess.run(["pkg-config", "--variable=" + name, "wireshark"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


class Installed:
    """A tshark without a plugin of its own, that looks for global ones below another root."""

    def __init__(self, shark, root):
        self.shark, self.root = shark, root
        self.plugins = root + variable("plugindir")
        self.data = root + variable("prefix") + "/share/wireshark"

    def run(self, *arguments):
        return self.shark.run(*arguments, environment={"WIRESHARK_PLUGIN_DIR": os.path.dirname(self.plugins),
                                                       "WIRESHARK_DATA_DIR": self.data})

    def text(self, *arguments):
        """What it prints, without any warning."""
        process = self.run(*arguments)
        assert process.returncode == 0 and process.stderr == "", process.stderr
        return process.stdout


@pytest.fixture(name="installed", scope="module")
def fixture_installed():
    with aoeshark.shark(plugin=False) as shark:
        root = os.path.join(shark.home, "root")
        subprocess.run(["make", "-C", aoelab.ROOT, "install", "DESTDIR=" + root,
                        "BUILD=" + os.path.abspath(aoelab.build_path(""))], check=True, stdout=subprocess.DEVNULL)
        yield Installed(shark, root)


@pytest.fixture(name="capture", scope="module")
def fixture_capture(installed):
    slow, soon = 30 * 10**6, 10**6
    frames = [
        (sample.ata_request(sample.READ, 1, lba=16, count=2), None, soon),
        (sample.ata_response(1, lba=16, data=bytes(1024)), None, slow),
        (sample.ata_request(sample.WRITE, 2, lba=99, flags=sample.WRITES, data=bytes(512)), None, soon),
        (sample.ata_request(sample.WRITE, 3, lba=99, flags=sample.WRITES, data=bytes(512)), None, soon),
        (sample.ata_response(3), None, soon),
        (sample.ata_response(3), None, soon),
        (sample.ata_request(sample.READ, 4, lba=7), None, soon),
        (sample.ata_response(4, flags=sample.RESPONSE | sample.ERROR, error=6), None, soon),
        (sample.ata_request(sample.READ, 5, lba=8), None, soon),
        (sample.ata_response(5, lba=8, data=bytes(512)), None, soon),
        (sample.ata_request(sample.READ, 6, lba=9), None, soon),
        (sample.request(1, sample.config_argument(buffers=0, firmware=0, sectors=0), 7), None, 20 * 10**9),
        (sample.response(1, sample.config_argument(), 7), None, soon),
    ]
    return sample.pcap(os.path.join(installed.shark.home, "tmp", "profile.pcap"), frames)


def test_the_plugin_is_loaded(installed):
    lines = [line for line in installed.text("-G", "plugins").splitlines() if line.startswith("aoe-suite.so")]
    assert len(lines) == 1 and "dissector" in lines[0] and installed.root in lines[0], lines


def test_nothing_is_installed_that_is_not_listed(installed):
    for place, expected in ((installed.plugins, {"epan/aoe-suite.so"}),
                            (installed.data, {"profiles/AoE/" + name for name in os.listdir(PROFILE)})):
        found = {os.path.relpath(os.path.join(folder, name), place)
                 for folder, _, names in os.walk(place) for name in names}
        assert found == expected


def test_the_profile_has_its_columns(installed, capture):
    shown = installed.text("-C", "AoE", "-2", "-r", capture, "-T", "json", "-e", "_ws.col.Info")
    assert "READ SECTORS" in shown
    with open(os.path.join(PROFILE, "preferences"), encoding="utf-8") as file:
        assert re.findall(r'^\t"([^"]+)", ', file.read(), re.MULTILINE) == COLUMNS
    rows = [line.split("\t") for line in installed.text(
        "-C", "AoE", "-2", "-r", capture, "-T", "tabs").splitlines()]
    rows = [[cell.strip() for cell in row] for row in rows]
    host = "02:00:00:00:00:01"
    assert rows[0][2:8] == [host, "e0.1", "ATA,READ SECTORS", "16", "2", ""]
    assert rows[1][2:8] == ["e0.1", host, "ATA,READ SECTORS", "16", "0", "0.030000000"]
    assert rows[12][2:8] == ["e0.1", host, "config,read", "", "", "0.001000000"]
    assert all(len(row) == len(COLUMNS) and row[8].startswith(("e0.1", "[")) for row in rows)


def test_frames_have_their_colours(installed, capture):
    """tshark knows no colours but those of the profile: so each rule is one that it understands."""
    text = installed.text("-C", "AoE", "--color", "-2", "-r", capture, "-T", "fields", "-e", "frame.number",
                          "-e", "frame.coloring_rule.name")
    rows = dict(re.findall(r"(\d+)\t(?:AoE: )?([^\n\x1b]*)", text))
    assert rows == {"1": "read", "2": "slow, over 20 ms", "3": "write", "4": "repeat", "5": "write",
                    "6": "duplicate, late, unsolicited", "7": "read", "8": "error", "9": "read", "10": "read",
                    "11": "unanswered", "12": "other", "13": "other"}


def buttons():
    with open(os.path.join(PROFILE, "dfilter_buttons"), encoding="utf-8") as file:
        return dict(re.findall(r'^"TRUE","([^"]+)","([^"]+)","[^"]+"$', file.read(), re.MULTILINE))


def test_buttons_find_their_frames(installed, capture):
    expected = {"Errors": [8], "Repeats": [3, 4], "Unanswered": [11], "Duplicates": [6], "Slow": [2],
                "Reservation": [8], "Rules": [6]}
    assert list(buttons()) == list(expected)
    for name, filter in buttons().items():
        rows = installed.text("-2", "-r", capture, "-Y", filter, "-T", "fields", "-e", "frame.number").split()
        assert list(map(int, rows)) == expected[name], name
