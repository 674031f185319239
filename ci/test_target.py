# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference target on a wire, asked with the tests' own frames."""
import os
import random
import re
import signal
import struct
import subprocess
import threading
import time

import pytest

import aoeframes
import aoelab
from aoeframes import ata, config, mask, reserve
from conftest import Suite

ATA, CONFIG, MASK, RESERVE = range(4)
READ, READ_EXT, WRITE, WRITE_EXT, FLUSH, IDENTIFY = 0x20, 0x24, 0x30, 0x34, 0xE7, 0xEC
SETS = 4
EXTENDED, WRITES = 0x40, 0x01
OTHER = b"\x02\x11\x22\x33\x44\x55"
# The kernel tells link changes up to a second late; a busy machine needs more.
PATIENCE = 15
KILLS = int(os.environ.get("AOE_KILLS", "15"))
JUNK = int(os.environ.get("AOE_JUNK", "4000"))


def sector(word):
    return (word * 512)[:512].encode()


def read(port, lba=0, count=1, opcode=READ, flags=0, **fields):
    return port.ask(ATA, ata(opcode, lba, count, flags), **fields)


def write(port, data, lba=0, opcode=WRITE, flags=WRITES, **fields):
    return port.ask(ATA, ata(opcode, lba, len(data) // 512, flags, data), **fields)


def status(response):
    return response.argument[3]


def assert_good(response):
    assert response and response.error == 0 and status(response) == 0x40, response


def string(response):
    length = struct.unpack("!H", response.argument[6:8])[0]
    return response.argument[8:8 + length]


def sector_count(response):
    return response.argument[4]


def addresses(response):
    """Those of a mask list or reserve list."""
    if response.command == MASK:
        return [response.argument[6 + 8 * i:12 + 8 * i] for i in range(response.argument[3])]
    return [response.argument[2 + 6 * i:8 + 6 * i] for i in range(response.argument[1])]


def answers_until_sentinel(port, timeout=5):
    """The responses to what was sent before, and the one to a plain request behind it. The target
    answers in order, so what is not there by then was met with silence."""
    port.tag += 1
    tag, answers = port.tag, []
    port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, CONFIG, config(0), tag=tag))
    while True:
        frame = port.receive(timeout, lambda frame: frame.flags & 8 and
                             frame.dst != aoeframes.BROADCAST)
        if frame is None or frame.tag == tag and frame.dst == port.mac:
            return answers, frame
        answers.append(frame)


def assert_silence(port, command, argument, dst=aoeframes.BROADCAST, **fields):
    fields.setdefault("tag", 0x51E47)
    src = fields.pop("src", port.mac)
    port.socket.send(aoeframes.build(dst, src, command, argument, **fields))
    answers, alive = answers_until_sentinel(port)
    assert alive, "the target is dead"
    assert not [frame for frame in answers if frame.tag == fields["tag"]]


def advert(port, wanted=lambda frame: True):
    return port.receive(PATIENCE, lambda frame: frame.flags & 8 and frame.tag == 0 and
                        frame.dst == aoeframes.BROADCAST and wanted(frame))


def link(lab, end, *words):
    namespace = {aoelab.INITIATOR: lab.initiator, aoelab.TARGET: lab.target}[end]
    lab.inside(namespace, ["ip", "link", "set", end, *words])


def set_mtu(lab, mtu):
    for end in (aoelab.INITIATOR, aoelab.TARGET):
        link(lab, end, "mtu", str(mtu))


def restart(lab, process, *options, number=signal.SIGTERM):
    lab.end(process, number)
    return lab.reference(*options, image=lab.disk)


# ---- start, end, link ----

def test_start_line_on_standard_output(lab):
    process = lab.start_target([aoelab.build_path("aoe-target"), "-r", "-b", "5", "4660", "86",
                                "{interface}", lab.image(10 * 512 + 511)], stderr=subprocess.PIPE)
    line = process.stdout.readline().decode()
    assert line == ("aoe-target: e4660.86 on b0, 10 sectors, buffer count 5, sector count 2, "
                    "MTU 1500, read-only\n")
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=PATIENCE) == (b"", b"")
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(lab, number):
    process = lab.reference()
    with lab.port() as port:
        assert_good(write(port, sector("kept")))
    process.send_signal(number)
    assert process.wait(PATIENCE) == 0
    with open(lab.disk, "rb") as disk:
        assert disk.read(512) == sector("kept")


def test_advert_at_the_start(lab):
    with lab.port() as port:
        lab.reference(address=("7", "9"))
        frame = advert(port)
    assert frame
    assert (frame.version, frame.flags, frame.error, frame.command) == (1, 8, 0, CONFIG)
    assert (frame.shelf, frame.slot) == (7, 9)
    assert frame.argument[:8] == struct.pack("!HHBBH", 16, 1, 2, 0x10, 0)
    assert len(frame.raw) >= 60


@pytest.mark.parametrize("end", [aoelab.TARGET, aoelab.INITIATOR])
def test_advert_when_the_link_is_back(lab, end):
    """Whichever end went down; in between, the target notices and goes on."""
    with lab.port() as port:
        process = lab.reference()
        assert advert(port)
        link(lab, end, "down")
        wait_for_line(process, "link down")
        link(lab, end, "up")
        assert advert(port), "no advert"
        assert port.ask(CONFIG, config(0), timeout=5)
    assert process.poll() is None


@pytest.mark.parametrize("end", [aoelab.TARGET, aoelab.INITIATOR])
def test_flapping_link(lab, end):
    with lab.port() as port:
        process = lab.reference()
        assert advert(port)
        for _ in range(5):
            link(lab, end, "down")
            link(lab, end, "up")
        assert advert(port), "no advert"
        # A change that the kernel tells late may follow the first of the adverts.
        assert any(port.ask(CONFIG, config(0)) for _ in range(10))
    assert process.poll() is None


def test_sector_count_follows_the_mtu(lab):
    with lab.port() as port:
        process = lab.reference()
        assert sector_count(advert(port)) == 2
        for mtu, sectors in ((9000, 17), (1500, 2), (576, 1)):
            set_mtu(lab, mtu)
            frame = advert(port, lambda frame, sectors=sectors: sector_count(frame) == sectors)
            assert frame, f"no advert of {sectors} sectors after MTU {mtu}"
            assert sector_count(port.ask(CONFIG, config(0))) == sectors
            assert len(read(port, count=sectors).argument) == 12 + 512 * sectors
            assert read(port, count=sectors + 1).error == 2
    assert process.poll() is None


def test_silent_while_the_mtu_carries_no_sector(lab):
    with lab.port() as port:
        process = lab.reference()
        assert advert(port)
        set_mtu(lab, 500)
        wait_for_line(process, "does not carry one sector")
        assert port.ask(CONFIG, config(0), timeout=0.3) is None
        set_mtu(lab, 1500)
        assert sector_count(advert(port)) == 2


def wait_for_line(process, words):
    """Reads what the target says until a line has these words."""
    until = time.monotonic() + PATIENCE
    os.set_blocking(process.stdout.fileno(), False)
    said = b""
    while time.monotonic() < until and words.encode() not in said:
        said += process.stdout.read() or b""
        time.sleep(0.02)
    assert words.encode() in said, said


def test_interface_deleted(lab):
    process = lab.reference()
    lab.inside(lab.target, ["ip", "link", "delete", aoelab.TARGET])
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.decode().splitlines()[-1] == "aoe-target: b0: the interface is gone"


# ---- wrong use ----

@pytest.fixture(name="bench", scope="module")
def fixture_bench():
    """A lab to start targets in that do not come up: one for all of them."""
    with Suite() as lab:
        lab.image(1 << 20)
        lab.image(0, "empty")
        lab.image(511, "small")
        os.mkdir(os.path.join(lab.folder, "folder"))
        os.mkfifo(os.path.join(lab.folder, "fifo"))
        states = {"no-end": "aoe-target state 1\nconfig 41\n", "not-one": "hello\n", "blank": "",
                  "odd": "aoe-target state 1\nconfig 414\nend\n",
                  "mask": "aoe-target state 1\nconfig 41\nmask 02:00:00:00:00\nend\n",
                  "binary": "aoe-target state 1\n\0\nend\n"}
        for name, text in states.items():
            with open(os.path.join(lab.folder, name), "w", encoding="ascii") as file:
                file.write(text)
        yield lab


def refuse(lab, arguments, before=()):
    """Starts the target where it should refuse; returns its one line."""
    words = [word.format(folder=lab.folder) for word in arguments]
    process = subprocess.run(
        ["nsenter", "-t", str(lab.target), "-n", "--", *before, aoelab.build_path("aoe-target"),
         *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE,
        check=False)
    assert process.returncode == 2, process
    assert process.stdout == ""
    assert process.stderr.count("\n") == 1 and process.stderr.startswith("aoe-target: ")
    return process.stderr


GOOD = ["0", "1", "b0", "{folder}/disk"]


@pytest.mark.parametrize("arguments, words", [
    ([], ["SHELF", "usage: aoe-target"]),
    (["0"], ["SLOT", "usage"]),
    (["0", "1"], ["IFACE", "usage"]),
    (["0", "1", "b0"], ["FILE", "usage"]),
    (GOOD + ["more"], ['"more"', "usage"]),
    (["x", "1", "b0", "{folder}/disk"], ["SHELF", '"x"', "65534"]),
    (["", "1", "b0", "{folder}/disk"], ["SHELF", '""', "65534"]),
    (["65535", "1", "b0", "{folder}/disk"], ["SHELF", "65535", "65534"]),
    (["70000", "1", "b0", "{folder}/disk"], ["SHELF", "70000"]),
    (["99999999999999999999", "1", "b0", "{folder}/disk"], ["SHELF"]),
    (["0", "255", "b0", "{folder}/disk"], ["SLOT", "255", "254"]),
    (["0", "1.5", "b0", "{folder}/disk"], ["SLOT", "1.5"]),
    (["0", "1", "nosuch0", "{folder}/disk"], ["nosuch0", "no such interface"]),
    (["0", "1", "waytoolonginterfacename", "{folder}/disk"], ["waytoolonginterfacename"]),
    (["0", "1", "", "{folder}/disk"], ["no such interface"]),
    (["0", "1", "lo", "{folder}/disk"], ["lo", "not an Ethernet interface"]),
    (["0", "1", "b0", "{folder}/nosuch"], ["/nosuch", "No such file"]),
    (["0", "1", "b0", "{folder}/empty"], ["/empty", "0 bytes", "512"]),
    (["0", "1", "b0", "{folder}/small"], ["/small", "511 bytes", "512"]),
    (["0", "1", "b0", "{folder}"], ["directory"]),
    (["-r", "0", "1", "b0", "{folder}"], ["neither a file nor a block device"]),
    (["0", "1", "b0", "{folder}/fifo"], ["neither a file nor a block device"]),
    (["0", "1", "b0", "/dev/null"], ["neither a file nor a block device"]),
    (["-b", "0"] + GOOD, ["-b", '"0"', "2 to 65535"]),
    (["-b", "1"] + GOOD, ["-b", '"1"', "2 to 65535"]),
    (["-b", "70000"] + GOOD, ["-b", "70000"]),
    (["-b", "x"] + GOOD, ["-b", '"x"']),
    (["-b", "-3"] + GOOD, ["-b", '"-3"']),
    (["-b"], ["-b", "argument"]),
    (["-m", "junk"] + GOOD, ["-m", '"junk"', "02:00:00:00:00:01"]),
    (["-m", "02:00:00:00:00:01,,02:00:00:00:00:02"] + GOOD, ["-m", '""']),
    (["-m", "02:00:00:00:00:01:02"] + GOOD, ["-m", "02:00:00:00:00:01:02"]),
    (["-m", ",".join(f"02:00:00:00:{i >> 8:02x}:{i & 255:02x}" for i in range(256))] + GOOD,
     ["-m", "255"]),
    (["-x"] + GOOD, ["-x", "usage"]),
    (["--frobnicate"] + GOOD, ["--frobnicate", "usage"]),
    (["--state"], ["--state", "argument"]),
    (["--state", ""] + GOOD, ["directory"]),
    (["--state", "{folder}/folder"] + GOOD, ["/folder", "directory"]),
    (["--state", "{folder}/nosuch/state"] + GOOD, ["/nosuch/state", "No such file"]),
    (["--state", "{folder}/blank"] + GOOD, ["/blank", "line 1"]),
    (["--state", "{folder}/not-one"] + GOOD, ["/not-one", "line 1"]),
    (["--state", "{folder}/odd"] + GOOD, ["/odd", "line 2", "hex"]),
    (["--state", "{folder}/binary"] + GOOD, ["/binary", "line 2"]),
    (["--state", "{folder}/mask"] + GOOD, ["/mask", "line 3"]),
    (["--state", "{folder}/no-end"] + GOOD, ["/no-end", "line 3"]),
])
def test_wrong_use(bench, arguments, words):
    before = sorted(os.listdir(bench.folder))
    line = refuse(bench, arguments)
    for word in words:
        assert word.format(folder=bench.folder) in line
    made = set(os.listdir(bench.folder)) - set(before)
    assert all(name.endswith(".lock") for name in made), made


def test_without_privilege(bench):
    """The capability is named. (It is taken away by the bounding set, which works without root.)"""
    assert "CAP_NET_RAW" in refuse(bench, GOOD, ["setpriv", "--bounding-set=-net_raw",
                                                 "--inh-caps=-net_raw"])


def test_a_disk_that_may_not_be_written(lab):
    """Permission is told apart from absence, and -r offered."""
    disk = lab.image(1 << 20)
    os.chmod(lab.folder, 0o755)
    os.chmod(disk, 0o444)
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    if os.stat(disk).st_uid == os.geteuid():
        os.chmod(disk, 0o400)
    assert "-r serves it read-only" in refuse(lab, GOOD, without)


def test_a_state_file_that_cannot_be_read(lab):
    lab.image(1 << 20)
    state = os.path.join(lab.folder, "state")
    with open(state, "w", encoding="ascii") as file:
        file.write("aoe-target state 1\nend\n")
    os.chmod(state, 0)
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    line = refuse(lab, ["--state", "{folder}/state"] + GOOD, without)
    assert "/state: Permission denied" in line


def test_mtu_too_small(lab):
    link(lab, aoelab.TARGET, "mtu", "533")
    lab.image(1 << 20)
    line = refuse(lab, GOOD)
    assert "533" in line and "534" in line
    link(lab, aoelab.TARGET, "mtu", "534")
    lab.reference()


def test_help_and_version():
    def target(*arguments):
        return subprocess.run([aoelab.build_path("aoe-target"), *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    for arguments, start in ((["--help"], "usage: aoe-target "), (["--version"], "aoe-target ")):
        process = target(*arguments)
        assert process.returncode == 0 and process.stderr == ""
        assert process.stdout.startswith(start)
    assert re.fullmatch(r"aoe-target \d+\.\d+\.\d+\n", target("--version").stdout)


def test_every_option_is_in_help_and_manual():
    folder = os.path.join(aoelab.ROOT, "target-ref")
    with open(os.path.join(folder, "options.c"), encoding="utf-8") as file:
        source = file.read()
    with open(os.path.join(folder, "aoe-target.1"), encoding="utf-8") as file:
        manual = file.read()
    longs = re.findall(r'{"(\w+)", (?:no|required)_argument', source)
    shorts = re.search(r'getopt_long\(argc, argv, ":([^"]+)"', source).group(1).replace(":", "")
    assert len(longs) >= 3 and len(shorts) >= 3
    text = subprocess.run([aoelab.build_path("aoe-target"), "--help"], stdout=subprocess.PIPE,
                          text=True, check=True).stdout
    for name in longs:
        assert f"--{name}" in text and f"Fl -{name}" in manual, name
    for letter in shorts:
        assert re.search(rf"^ *-{letter}\b", text, re.M) and f".It Fl {letter}" in manual, letter


# ---- options ----

def test_mask_list_of_the_command_line(lab):
    with lab.port() as port:
        lab.reference("-m", f"02:00:00:00:00:77,{port.mac.hex(':')}")
        answer = port.ask(MASK, mask(0))
        assert addresses(answer) == [bytes.fromhex("020000000077"), port.mac]
        assert port.ask(CONFIG, config(0), src=bytes.fromhex("020000000077"))
        for command, argument in ((CONFIG, config(0)), (ATA, ata(READ)), (MASK, mask(0)),
                                  (RESERVE, reserve(0)), (CONFIG, config(SETS, b"x"))):
            assert_silence(port, command, argument, src=OTHER)
        assert string(port.ask(CONFIG, config(0))) == b""


def test_mask_list_of_the_command_line_replaces_the_one_kept(lab):
    with lab.port() as port:
        process = lab.reference("-m", f"{OTHER.hex(':')},{port.mac.hex(':')}")
        process = restart(lab, process, "-m", "")
        assert addresses(port.ask(MASK, mask(0))) == []
        process = restart(lab, process)
        assert addresses(port.ask(MASK, mask(0))) == []


def test_read_only(lab):
    lab.reference("-r")
    with open(lab.disk, "rb") as disk:
        before = disk.read()
    with lab.port() as port:
        for opcode, flags in ((WRITE, 0), (WRITE_EXT, EXTENDED), (0xCA, 0), (0x35, EXTENDED)):
            answer = write(port, sector("no"), opcode=opcode, flags=flags | WRITES)
            assert answer.error == 0 and status(answer) & 1 and answer.argument[1] & 4
        assert_good(read(port))
        assert_good(port.ask(ATA, ata(FLUSH, count=0)))
    with open(lab.disk, "rb") as disk:
        assert disk.read() == before


@pytest.mark.parametrize("count", [2, 5, 1000, 65535])
def test_buffer_count(lab, count):
    """It is advertised, and that many at once are all answered, as far as this test's own socket
    holds them."""
    lab.reference("-b", str(count))
    with lab.port() as port:
        answer = port.ask(CONFIG, config(0))
        assert struct.unpack("!H", answer.argument[:2])[0] == count
        many = min(count, 100)
        for tag in range(many):
            port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, CONFIG, config(0),
                                             tag=0x10000 + tag))
        answers, alive = answers_until_sentinel(port)
        assert alive and sorted(frame.tag - 0x10000 for frame in answers) == list(range(many))


# ---- frames ----

def test_frames_to_another_host_are_not_served(lab):
    lab.reference()
    link(lab, aoelab.TARGET, "promisc", "on")
    with lab.port() as port:
        own = port.ask(CONFIG, config(0)).src
        assert port.ask(CONFIG, config(0), dst=own)
        for dst in (OTHER, own[:5] + bytes([own[5] ^ 1]), b"\x03" + own[1:],
                    b"\x01\x80\xc2\x00\x00\x0e"):
            assert_silence(port, CONFIG, config(SETS, b"stray"), dst=dst)
            assert_silence(port, ATA, ata(WRITE, flags=WRITES, data=sector("stray")), dst=dst)
        assert string(port.ask(CONFIG, config(0))) == b""
        assert_silence(port, CONFIG, config(0), slot=2)
        assert_silence(port, CONFIG, config(0), shelf=1)
    with open(lab.disk, "rb") as disk:
        assert disk.read(512) == bytes(512)


def test_responses_are_not_answered(lab):
    """Else two targets would answer each other for ever."""
    lab.reference()
    with lab.port() as port:
        for flags in (8, 12, 15):
            port.socket.send(aoeframes.build(aoeframes.BROADCAST, OTHER, CONFIG,
                                             config(SETS, b"no"), tag=0x51E47, flags=flags))
            answers, alive = answers_until_sentinel(port)
            assert alive and string(alive) == b""
            assert not [frame for frame in answers if frame.dst == OTHER]


def test_padding_is_zero(lab):
    """After long responses, whose bytes might linger."""
    lab.reference()
    short = [(CONFIG, config(0), 8), (MASK, mask(0), 4), (RESERVE, reserve(0), 2),
             (ATA, ata(FLUSH, count=0), 12), (ATA, ata(READ, lba=1 << 27), 12), (0x77, b"", 0),
             (CONFIG, config(9), 8)]
    with lab.port() as port:
        assert_good(write(port, sector("linger")))
        for command, argument, length in short:
            assert read(port).argument[12:] == sector("linger")
            # The request itself is padded with ones.
            raw = aoeframes.build(aoeframes.BROADCAST, port.mac, command, argument, tag=7)
            raw = raw[:24 + len(argument)].ljust(1000, b"\xff")
            port.socket.send(raw)
            answer = port.receive(5, lambda frame: frame.flags & 8 and frame.tag == 7)
            assert len(answer.raw) == 60
            assert answer.argument[length:] == bytes(36 - length), answer.argument.hex()


# ---- the disk ----

def test_last_sector_of_a_huge_disk(lab):
    size = 2 << 50
    process = lab.reference(size=size)
    last = size // 512 - 1
    with lab.port() as port:
        words = struct.unpack("<256H", read(port, opcode=IDENTIFY).argument[12:])
        assert sum(word << 16 * i for i, word in enumerate(words[100:104])) == last + 1
        assert_good(write(port, sector("last"), last, WRITE_EXT, EXTENDED | WRITES))
        answer = read(port, last, 1, READ_EXT, EXTENDED)
        assert_good(answer)
        assert answer.argument[12:] == sector("last")
        for lba, count in ((last, 2), (last + 1, 1)):
            answer = read(port, lba, count, READ_EXT, EXTENDED)
            assert status(answer) & 1 and answer.argument[1] & 0x10 and len(answer.raw) == 60
            answer = write(port, bytes(512 * count), lba, WRITE_EXT, EXTENDED | WRITES)
            assert status(answer) & 1
        process = restart(lab, process)
        assert read(port, last, 1, READ_EXT, EXTENDED).argument[12:] == sector("last")
    assert os.path.getsize(lab.disk) == size


@pytest.fixture(name="loop_device")
def fixture_loop_device(tmp_path):
    """A block device of 1 MB and 3 sectors, and the file behind it."""
    path = tmp_path / "backing"
    with open(path, "wb") as file:
        file.truncate((1 << 20) + 3 * 512)
    if not os.access("/dev/loop-control", os.R_OK | os.W_OK):
        pytest.skip("no access to /dev/loop-control, so no block device to serve")
    process = subprocess.run(["losetup", "--find", "--show", path], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        pytest.skip(f"no loop device: {process.stderr.strip()}")
    device = process.stdout.strip()
    yield device, path
    subprocess.run(["losetup", "--detach", device], check=True)


def test_block_device(lab, loop_device):
    device, path = loop_device
    process = lab.reference(image=device)
    last = (1 << 20) // 512 + 2
    with lab.port() as port:
        words = struct.unpack("<256H", read(port, opcode=IDENTIFY).argument[12:])
        assert words[60] + (words[61] << 16) == last + 1
        assert_good(write(port, sector("device"), last))
        assert_good(port.ask(ATA, ata(FLUSH, count=0)))
        assert read(port, last).argument[12:] == sector("device")
        assert status(read(port, last + 1)) & 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert path.read_bytes()[-512:] == sector("device")


def traced(lab, calls):
    """Starts the target under strace; returns the process and the trace's path."""
    path = os.path.join(lab.folder, "trace")
    probe = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], stderr=subprocess.PIPE,
                           text=True, check=False)
    if probe.returncode:
        pytest.skip(f"strace may not trace here: {probe.stderr.strip()}")
    # -D: the target stays this process's child, and signals go to it.
    lab.prefix = ["strace", "-D", "-f", "-qq", "-y", "-e", f"trace={calls}", "-o", path]
    return lab.reference(), path


def trace_after(lab, process, path):
    lab.end(process)
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


def test_flush_reaches_the_medium(lab):
    """The data is written before it, and the response is sent after it."""
    process, path = traced(lab, "pwrite64,fdatasync,fsync,sendto")
    with lab.port() as port:
        assert_good(write(port, sector("flushed")))
        assert_good(port.ask(ATA, ata(FLUSH, count=0), timeout=PATIENCE))
        assert_good(port.ask(ATA, ata(0xEA, count=0, flags=EXTENDED), timeout=PATIENCE))
    calls = trace_after(lab, process, path)
    names = [(re.match(r"\d+ +(\w+)", call).group(1), call) for call in calls if "(" in call]
    at = next(i for i, (name, _) in enumerate(names) if name == "pwrite64")
    after = names[at:]
    assert [name for name, _ in after[:6]] == ["pwrite64", "sendto", "fdatasync", "sendto",
                                               "fdatasync", "sendto"], calls
    for _, call in (after[2], after[4]):
        assert lab.disk in call and call.endswith("= 0"), call


def test_settings_reach_the_medium_before_the_answer(lab):
    process, path = traced(lab, "fsync,fdatasync,renameat,sendto")
    with lab.port() as port:
        assert port.ask(CONFIG, config(SETS, b"kept"), timeout=PATIENCE).error == 0
        assert port.ask(CONFIG, config(SETS, b"kept"), timeout=PATIENCE).error == 0
    text = "\n".join(trace_after(lab, process, path))
    names = re.findall(r"^\d+ +(\w+)\(", text, re.M)
    # The first three are the start's: it writes the file once, and then sends its advert.
    save = ["fsync", "renameat", "fsync"]
    assert [name for name in names if name != "fdatasync"][-(3 + 2):] == save + ["sendto"] * 2, text


# ---- settings that are kept ----

def settings(port):
    """What the target keeps, as it tells it."""
    return (string(port.ask(CONFIG, config(0), timeout=5)),
            addresses(port.ask(MASK, mask(0), timeout=5)),
            addresses(port.ask(RESERVE, reserve(0), timeout=5)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_settings_survive_a_restart(lab, number):
    process = lab.reference()
    everything = bytes(range(256)) * 4
    with lab.port() as port:
        assert port.ask(CONFIG, config(SETS, everything)).error == 0
        assert port.ask(MASK, mask(1, [(1, port.mac), (1, OTHER)])).error == 0
        assert port.ask(RESERVE, reserve(1, [OTHER, port.mac])).error == 0
        expected = (everything, [port.mac, OTHER], [OTHER, port.mac])
        assert settings(port) == expected
        process = restart(lab, process, number=number)
        assert settings(port) == expected
        assert read(port, src=OTHER).error == 0
        assert_silence(port, CONFIG, config(0), src=b"\x02" * 6)
        assert port.ask(MASK, mask(1, [(2, OTHER), (2, port.mac)])).error == 0
        assert port.ask(CONFIG, config(SETS, b"")).error == 0
        assert port.ask(RESERVE, reserve(1, [])).error == 0
        restart(lab, process, number=number)
        assert settings(port) == (b"", [], [])


class Client:
    """Changes one setting after the other, and remembers what was acknowledged and what is on its
    way."""

    def __init__(self, port):
        self.port = port
        self.random = random.Random(11)
        self.acknowledged = self.pending = (b"", [], [])
        self.changes = 0

    def next_change(self):
        name, masks, reserves = self.acknowledged
        mac = self.random.randbytes(5)
        kind = self.random.randrange(3)
        if kind == 0:
            name = self.random.randbytes(self.random.randrange(1000))
            return (name, masks, reserves), (CONFIG, config(SETS, name))
        if kind == 1:
            # Its own address stays listed. One address comes, and one of many goes.
            edits = [(1, self.port.mac), (1, b"\x02" + mac)]
            edits += [(2, masks[1])] if len(masks) > 20 else []
            gone = [old for code, old in edits if code == 2]
            added = [new for code, new in edits if code == 1 and new not in masks]
            return ((name, [old for old in masks + added if old not in gone], reserves),
                    (MASK, mask(1, edits)))
        reserves = [self.port.mac, b"\x02" + mac][:self.random.randrange(3)]
        return (name, masks, reserves), (RESERVE, reserve(2, reserves))

    def ask_until_it_dies(self, process, command, argument):
        """One request, not repeated: the disk may be slow."""
        self.port.tag += 1
        tag, port = self.port.tag, self.port
        port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, command, argument, tag=tag))
        alive = True
        while alive:
            alive = process.poll() is None
            if answer := port.receive(0.02, lambda frame: frame.flags & 8 and frame.tag == tag):
                return answer
        return None

    def change_until_it_dies(self, process):
        while process.poll() is None:
            self.pending, request = self.next_change()
            answer = self.ask_until_it_dies(process, *request)
            if answer:
                assert answer.error == 0
                self.acknowledged = self.pending
                self.changes += 1


def test_settings_survive_kills_at_any_moment(lab):
    """All that was acknowledged is there; the change that was under way is there or is not."""
    process, torn = lab.reference(), 0
    with lab.port() as port:
        client = Client(port)
        for _ in range(KILLS):
            killer = threading.Timer(client.random.uniform(0.002, 0.08), process.kill)
            killer.start()
            client.change_until_it_dies(process)
            killer.join()
            process = restart(lab, process)
            found = settings(port)
            assert found in (client.acknowledged, client.pending)
            torn += found != client.acknowledged
            client.acknowledged = client.pending = found
    assert client.changes > KILLS, "the kills left no time for changes"


def test_one_state_file_for_two_targets(lab):
    process = lab.reference()
    with lab.port() as port:
        assert port.ask(CONFIG, config(SETS, b"first")).error == 0
        line = refuse(lab, ["--state", lab.state, "0", "2", "b0", "{folder}/disk"])
        assert lab.state in line and "in use by another target" in line
        assert string(port.ask(CONFIG, config(0))) == b"first"
        process = restart(lab, process, number=signal.SIGKILL)
        assert string(port.ask(CONFIG, config(0))) == b"first"


def test_a_change_that_cannot_be_kept_is_not_made(lab):
    """The folder of the state file is gone: error 3, and the old string stays."""
    folder = os.path.join(lab.folder, "kept")
    os.mkdir(folder)
    lab.start_target([aoelab.build_path("aoe-target"), "--state", f"{folder}/state", "0", "1",
                      "{interface}", lab.image(1 << 20)])
    with lab.port() as port:
        assert port.ask(CONFIG, config(SETS, b"before")).error == 0
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
        answer = port.ask(CONFIG, config(SETS, b"after"))
        assert answer.error == 3 and answer.flags == 12
        assert string(port.ask(CONFIG, config(0))) == b"before"


# ---- junk ----

def junk(rng, port, own):
    """A frame that starts as a good request and goes wrong in a few places."""
    data = rng.randbytes(rng.choice([0, 511, 512, 512, 1024]))
    # Seldom another address: it shuts this test out until the target is started again.
    listed = [(rng.randrange(4), rng.choice([port.mac] * 19 + [rng.randbytes(6)]))
              for _ in range(2)]
    command, argument = rng.choice([
        (CONFIG, config(rng.randrange(16), rng.randbytes(rng.randrange(40)))),
        (CONFIG, config(4, b"short", length=rng.randrange(65536))),
        (ATA, ata(WRITE, rng.randrange(20), len(data) // 512, WRITES, data)),
        (ATA, ata(rng.choice([READ, WRITE, READ_EXT, WRITE_EXT, IDENTIFY, rng.randrange(256)]),
                  rng.randrange(20), rng.randrange(4), rng.choice([0, 1, 0x40, 0x41]), data)),
        (MASK, mask(rng.randrange(3), listed)), (RESERVE, reserve(rng.randrange(4), [port.mac])),
        (rng.randrange(256), rng.randbytes(rng.randrange(100)))])
    raw = bytearray(aoeframes.build(rng.choice([aoeframes.BROADCAST, own]), port.mac, command,
                                    argument, tag=0x10000, pad=rng.choice([0, 60])))
    for _ in range(rng.choice([0, 0, 1, 2, 8])):
        at = rng.randrange(14, len(raw))
        raw[at] = rng.choice([0, 0xFF, rng.randrange(256)])
    return bytes(raw[:rng.choice([len(raw)] * 3 + [rng.randrange(14, len(raw) + 1)])])


def may_have_changed(request, answers):
    """What a request that was acknowledged may have changed: "disk", "settings" or nothing."""
    if not any(frame.error == 0 for frame in answers):
        return None
    request = request.ljust(30, b"\0")
    command, argument = request[19], request[24:]
    if command == ATA:
        return "disk" if argument[3] in (WRITE, WRITE_EXT, 0xCA, 0x35) else None
    asked = {CONFIG: argument[5] & 15 in (3, 4), MASK: argument[1], RESERVE: argument[0]}
    return "settings" if asked.get(command) else None


def kept(lab, port):
    """The disk, and the settings as the state file has them and as the target tells them."""
    told = settings(port)
    with open(lab.disk, "rb") as disk, open(lab.state, "rb") as state:
        return {"disk": disk.read(), "settings": (told, state.read())}


def shut_out(lab, port):
    with open(lab.state, "rb") as state:
        masks = re.findall(rb"mask (.*)", state.read())
    return masks and port.mac.hex(":").encode() not in masks


def test_junk_changes_nothing_that_is_not_acknowledged(lab):
    process, rng = lab.reference(size=16 * 512), random.Random(2009)
    acknowledged = {"disk": 0, "settings": 0, None: 0}
    with lab.port() as port:
        own = port.ask(CONFIG, config(0)).src
        before = kept(lab, port)
        for i in range(JUNK):
            request = junk(rng, port, own)
            port.socket.send(request)
            answers, alive = answers_until_sentinel(port, 0.5)
            assert process.poll() is None, (i, request.hex())
            allowed = may_have_changed(request, answers)
            acknowledged[allowed] += 1
            if not alive:
                assert allowed == "settings" and shut_out(lab, port), (i, request.hex())
                process = restart(lab, process, "-m", "")
            after = kept(lab, port)
            changed = [name for name in after if after[name] != before[name]]
            assert changed in ([], [allowed]), (i, request.hex())
            before = after
    assert min(acknowledged.values()) > JUNK / 100, acknowledged
