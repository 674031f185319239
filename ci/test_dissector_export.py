# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks from captures: images with their maps, and Wireshark's objects to export."""
import os
import re
import struct
import subprocess

import aoeframes
import aoelab
import dissectorsample as sample
from dissectorsample import EXTENDED, IDENTIFY, READ_EXT, WRITE_EXT, WRITES

SECTOR = 512
IMAGE_SECTORS = 131072


def sectors(content, count=1):
    return bytes([content]) * (SECTOR * count)


def write(tag, lba, data, **fields):
    return sample.ata_request(WRITE_EXT, tag, lba, len(data) // SECTOR, EXTENDED | WRITES, data, **fields)


def read(tag, lba, count=1, **fields):
    return sample.ata_request(READ_EXT, tag, lba, count, EXTENDED, **fields)


def done(tag, **fields):
    return sample.ata_response(tag, **fields)


def capture_of(shark, name, frames):
    return sample.pcap(os.path.join(shark.home, "tmp", name + ".pcap"), frames)


def blocks(path):
    """The seen blocks of a mapfile as (first sector, sectors); all blocks must follow each other."""
    found, at, status = [], 0, 0
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file if not line.lstrip().startswith("#")]
    assert len(lines[0]) == 3 and lines[0][1] in "?+", "the status line"
    for position, size, status in lines[1:]:
        assert int(position, 16) == at and int(size, 16) % SECTOR == 0 and int(size, 16)
        assert status in "?+"
        if status == "+":
            found.append((at // SECTOR, int(size, 16) // SECTOR))
        at += int(size, 16)
    return found


def comments(path):
    with open(path, encoding="ascii") as file:
        return "".join(line for line in file if line.startswith("#"))


def images(shark, capture, *options, name="images", filter=None):
    """Runs the export into a new folder; returns that and what tshark printed."""
    folder = os.path.join(shark.home, "tmp", name + "-" + os.path.basename(capture))
    argument = f"aoe,image,{folder}" + (f",{filter}" if filter else "")
    return folder, shark.text("-q", "-r", capture, *options, "-z", argument)


def objects(shark, capture, *options, name="objects"):
    folder = os.path.join(shark.home, "tmp", name + "-" + os.path.basename(capture))
    shark.text("-q", "-r", capture, *options, "--export-objects", "aoe," + folder)
    return folder


def sector_at(path, lba):
    with open(path, "rb") as file:
        file.seek(lba * SECTOR)
        return file.read(SECTOR)


def test_last_values_of_answered_commands_are_in_the_image(shark):
    frames = [write(1, 8, sectors(0xA1, 2)), done(1), read(2, 9), done(2, data=sectors(0xB2)),
              write(3, 8, sectors(0xC3)), done(3, flags=sample.RESPONSE | sample.ERROR, error=6),
              write(4, 20, sectors(0xD4)), done(4, status=0x51), write(5, 40, sectors(0xE5)),
              write(6, 1 << 29, sectors(0xF6)), done(6)]
    path = capture_of(shark, "values", frames)
    for options in ((), ("-2",)):
        folder, said = images(shark, path, *options, name="values" + "".join(options))
        image = os.path.join(folder, "e0.1.img")
        assert sorted(os.listdir(folder)) == ["e0.1.img", "e0.1.map"]
        assert blocks(os.path.join(folder, "e0.1.map")) == [(8, 2), (1 << 29, 1)]
        assert [sector_at(image, lba)[0] for lba in (8, 9, 20, 40, 1 << 29)] == [0xA1, 0xB2, 0, 0, 0xF6]
        size = os.stat(image)
        assert size.st_size == ((1 << 29) + 1) * SECTOR and size.st_blocks * SECTOR < 1 << 18
        assert re.search(r"^e0\.1 +3 +2 +0$", said, re.MULTILINE), said


def test_a_filter_shows_the_disk_as_it_was(shark):
    path = capture_of(shark, "filter", [write(1, 8, sectors(1)), done(1), write(2, 8, sectors(2)), done(2)])
    folder, _ = images(shark, path, filter="frame.number <= 2")
    assert sector_at(os.path.join(folder, "e0.1.img"), 8) == sectors(1)


def test_slots_and_vlans_are_disks_of_their_own(shark):
    pairs = [write(1, 8, sectors(1)), done(1)], [write(1, 8, sectors(2), slot=2), done(1, slot=2)]
    frames = [frame for pair in pairs for frame in pair]
    for number, tags in ((3, (10,)), (4, (100, 10))):
        frames += [sample.tagged(write(1, 8, sectors(number)), *tags), sample.tagged(done(1), *tags)]
    path = capture_of(shark, "vlans", frames)
    expected = {"e0.1": 1, "e0.2": 2, "e0.1-vlan10": 3, "e0.1-vlan100.10": 4}
    for folder in (images(shark, path)[0], objects(shark, path)):
        assert sorted(os.listdir(folder)) == sorted(name + end for name in expected for end in (".img", ".map"))
        for name, value in expected.items():
            assert sector_at(os.path.join(folder, name + ".img"), 8) == sectors(value), name
            assert blocks(os.path.join(folder, name + ".map")) == [(8, 1)]


def test_what_the_capture_cut_is_said_in_the_map(shark):
    frames = [write(1, 8, sectors(1, 2)), done(1), (read(2, 30, 2), None, None),
              (done(2, data=sectors(2, 2)), 36 + SECTOR + 100, None)]
    folder, said = images(shark, capture_of(shark, "cut", frames))
    assert blocks(os.path.join(folder, "e0.1.map")) == [(8, 2), (30, 1)]
    assert "not kept: 1 sectors of answered commands" in comments(os.path.join(folder, "e0.1.map"))
    assert re.search(r"^e0\.1 +3 +2 +1$", said, re.MULTILINE), said
    headers = [(frame if isinstance(frame, bytes) else frame[0], 64, None) for frame in frames]
    path = capture_of(shark, "headers", headers)
    for folder in (images(shark, path)[0], objects(shark, path)):
        assert blocks(os.path.join(folder, "e0.1.map")) == []
        assert "not kept: 4 sectors of answered commands" in comments(os.path.join(folder, "e0.1.map"))


def test_identify_gives_the_image_its_size(shark):
    frames = [sample.ata_request(IDENTIFY, 1), done(1, data=sample.identity(sectors=5000))]
    folder, _ = images(shark, capture_of(shark, "identify", frames))
    assert os.stat(os.path.join(folder, "e0.1.img")).st_size == 5000 * SECTOR
    assert "the device has 5000 sectors" in comments(os.path.join(folder, "e0.1.map"))


def test_files_that_exist_are_not_touched(shark):
    path = capture_of(shark, "exist", [read(1, 8), done(1, data=sectors(1))])
    folder, _ = images(shark, path)
    with open(os.path.join(folder, "e0.1.img"), "wb") as file:
        file.write(b"mine")
    argument = "aoe,image," + folder
    assert "File exists" in shark.run("-q", "-r", path, "-z", argument).stderr
    with open(os.path.join(folder, "e0.1.img"), "rb") as file:
        assert file.read() == b"mine"


def test_wrong_arguments_end_the_run(shark):
    path = capture_of(shark, "wrong", [read(1, 8)])
    for argument, said in (("aoe,image,", "FOLDER: missing"),
                           ("aoe,image,/nonexistent/x", "/nonexistent/x: No such file"),
                           (f"aoe,image,{shark.home}/tmp/f,aoe.bogus", "aoe.bogus")):
        process = shark.run("-q", "-r", path, "-z", argument)
        assert process.returncode == 1 and said in process.stderr, process.stderr


def test_objects_behind_the_image_are_runs(shark):
    far = IMAGE_SECTORS
    frames = [write(1, far - 1, sectors(1, 2)), done(1), write(2, far + 10, sectors(2)), done(2),
              write(3, far + 1, sectors(3, 2)), done(3), read(4, far + 9, 2), done(4, data=sectors(4, 2))]
    folder = objects(shark, capture_of(shark, "runs", frames))
    sizes = {name: os.stat(os.path.join(folder, name)).st_size // SECTOR for name in os.listdir(folder)
             if not name.endswith(".map")}
    assert sizes == {"e0.1.img": far, f"e0.1-lba{far}.bin": 3, f"e0.1-lba{far + 10}.bin": 1,
                     f"e0.1-lba{far + 9}.bin": 1}
    assert blocks(os.path.join(folder, "e0.1.map")) == [(far - 1, 4), (far + 9, 2)]
    content = {name: sector_at(os.path.join(folder, name), at)[0] for name, at in
               (("e0.1.img", far - 1), (f"e0.1-lba{far}.bin", 0), (f"e0.1-lba{far}.bin", 2),
                (f"e0.1-lba{far + 10}.bin", 0), (f"e0.1-lba{far + 9}.bin", 0))[1:]}
    assert content == {f"e0.1-lba{far}.bin": 3, f"e0.1-lba{far + 10}.bin": 4, f"e0.1-lba{far + 9}.bin": 4}
    assert sector_at(os.path.join(folder, "e0.1.img"), far - 1) == sectors(1)
    assert sector_at(os.path.join(folder, f"e0.1-lba{far}.bin"), 0) == sectors(1)


def test_objects_have_a_limit(shark):
    """The image may have 64 MiB, all objects together 256: so a fifth disk has no room for its own."""
    frames = []
    for slot in range(1, 6):
        frames += [write(slot, IMAGE_SECTORS - 1, sectors(slot), slot=slot), done(slot, slot=slot)]
    folder = objects(shark, capture_of(shark, "limit", frames))
    for slot in range(1, 6):
        assert blocks(os.path.join(folder, f"e0.{slot}.map")) == ([(IMAGE_SECTORS - 1, 1)] if slot < 5 else [])
    assert "not kept: 1 sectors, for want of room" in comments(os.path.join(folder, "e0.5.map"))
    assert sector_at(os.path.join(folder, "e0.4.img"), IMAGE_SECTORS - 1) == sectors(4)


def requests_by_answer(frames):
    """(response, its request) of a capture without losses: the last request with the same key."""
    asked = {}
    for raw in frames:
        at = 12
        while raw[at:at + 2] in (b"\x81\0", b"\x88\xa8"):
            at += 4
        frame = aoeframes.parse(raw[:12] + raw[at:])
        if not frame or frame.command != 0:
            continue
        ends = (frame.src, frame.dst) if frame.flags & 8 else (frame.dst, frame.src)
        key = (raw[12:at], frame.shelf, frame.slot, frame.tag, ends)
        if not frame.flags & 8:
            asked[key] = frame
        elif key in asked and not frame.flags & 4:
            yield tuple(struct.unpack("!H", raw[i + 2:i + 4])[0] & 0xFFF for i in range(12, at, 4)), \
                frame, asked.pop(key)


def disks_of(path):
    """What the images have to hold, found without the suite: {name: {lba: sector}}."""
    disks = {}
    for tags, response, request in requests_by_answer(aoeframes.read_pcap(path)):
        name = f"e{response.shelf}.{response.slot}" + ("-vlan" + ".".join(map(str, tags)) if tags else "")
        flags, _, count, opcode = request.argument[:4]
        lba = int.from_bytes(request.argument[4:10], "little") & ((1 << 48 if flags & 0x40 else 1 << 28) - 1)
        data = {**dict.fromkeys((0x20, 0x24, 0x25, 0xC8), response),
                **dict.fromkeys((0x30, 0x34, 0x35, 0xCA), request)}.get(opcode)
        if data is None or response.argument[3] & 0xA9:
            continue
        for i in range(min(count, len(data.argument[12:]) // SECTOR)):
            content = data.argument[12 + i * SECTOR:12 + (i + 1) * SECTOR]
            disks.setdefault(name, {})[lba + i] = content
    return disks


def test_a_long_capture_agrees_with_the_frames_themselves(shark):
    path = os.path.join(shark.home, "tmp", "long.pcap")
    subprocess.run([aoelab.build_path("ci/bench/generate"), "--output", path, "--frames", "40000", "--vlans", "4",
                    "--targets", "3", "--slots", "2", "--initiators", "2", "--sectors", "16", "--sectors-least", "1",
                    "--lost-requests", "0", "--lost-responses", "0", "--slow", "0", "--duplicates", "0",
                    "--capacity", "4096", "--ata-errors", "2000", "--aoe-errors", "2000"], check=True)
    disks = disks_of(path)
    folder, _ = images(shark, path)
    exported = objects(shark, path)
    assert len(disks) == 12 and sum(map(len, disks.values())) > 10000
    for name, content in disks.items():
        seen = {lba for first, count in blocks(os.path.join(folder, name + ".map"))
                for lba in range(first, first + count)}
        assert seen == content.keys()
        assert blocks(os.path.join(exported, name + ".map")) == blocks(os.path.join(folder, name + ".map"))
        image = os.path.join(folder, name + ".img")
        assert all(sector_at(image, lba) == sector for lba, sector in content.items()), name
        with open(image, "rb") as one, open(os.path.join(exported, name + ".img"), "rb") as other:
            whole = one.read()
            assert whole.startswith(other.read()) and not any(whole[other.tell():])


def test_the_image_of_a_run_is_what_the_disk_has(shark, lab):
    """A whole run with all its errors, on a disk that LBAs of 28 bits do not reach the end of."""
    lab.reference(size=200 << 30)
    path = os.path.join(shark.home, "tmp", "run.pcap")
    with lab.capture(path):
        lab.judge("--allow", "media,config,reserve")
    os.chmod(path, 0o644)
    folder, _ = images(shark, path)
    seen = blocks(os.path.join(folder, "e0.1.map"))
    assert sum(count for _, count in seen) > 300 and seen[-1][0] > 1 << 28
    different = [lba for first, count in seen for lba in range(first, first + count)
                 if sector_at(os.path.join(folder, "e0.1.img"), lba) != sector_at(lab.disk, lba)]
    assert not different
    assert os.stat(os.path.join(folder, "e0.1.img")).st_size == 200 << 30
    assert os.stat(os.path.join(folder, "e0.1.img")).st_blocks * SECTOR < 8 << 20
