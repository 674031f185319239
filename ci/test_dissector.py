# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree of the dissector against expected text, and what Wireshark's own dissector gets wrong.

AOE_WRITE_GOLDEN=1 writes the expected texts anew: read what changed before keeping it.
"""
import os
import re
import subprocess

import pytest

import aoeframes
import aoelab
import aoeshark
import dissectorsample as sample

GOLDEN = os.path.join(aoelab.ROOT, "dissector", "golden")
CAPTURES = os.path.join(aoelab.ROOT, "captures")
# Padding that is broken may look like what this one looks for.
ALONE = ("--disable-protocol", "f5ethtrailer")
TROUBLE = re.compile(r"Malformed|Packet size limited|Dissector bug|exception", re.IGNORECASE)


def made(shark, name, frames):
    """A capture of made frames that tshark may read."""
    path = sample.pcap(os.path.join(shark.home, "tmp", name + ".pcap"), frames)
    os.chmod(path, 0o644)
    return path


def trees(text):
    """The part of AoE in what -V prints, by frame; and what Ethernet shows as not part of it."""
    found = []
    for packet in re.split(r"^(?=Frame \d+:)", text, flags=re.MULTILINE)[1:]:
        number = re.match(r"Frame (\d+):", packet)[1]
        parts = re.split(r"^(?=\S)", packet, flags=re.MULTILINE)
        padding = re.findall(r"^    (?:Padding|Trailer): .*\n", packet, re.MULTILINE)
        found.append(f"frame {number}\n" + "".join(part for part in parts if part.startswith("ATAoverEthernet"))
                     .rstrip() + "\n" + "".join(padding))
    return "\n".join(found)


def compare(name, text):
    path = os.path.join(GOLDEN, name + ".txt")
    if os.environ.get("AOE_WRITE_GOLDEN"):
        os.makedirs(GOLDEN, exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with open(path, encoding="utf-8") as file:
        assert text.splitlines() == file.read().splitlines()


# ---- expected text ----

REAL = ["aoe-target/config/set-refused", "aoe-target/link/announce", "aoe-target/mask/excluded",
        "aoe-target/reserve/enforced-write", "vblade-25/ata/flush", "vblade-25/ata/write-flag-on-read",
        "vblade-25/config/length-beyond", "vblade-25/frame/reserved-flags",
        "vblade-25/frame/version-of-response", "vblade-25/mask/add-three"]


@pytest.mark.parametrize("name", REAL)
def test_trees_of_real_runs(shark, name):
    capture = aoeshark.readable(shark, os.path.join(CAPTURES, name + ".pcapng"))
    compare(name.replace("/", "-"), trees(shark.text("-2", "-V", "-r", capture)))


def test_trees_of_every_kind(shark):
    compare("kinds", trees(shark.text("-2", "-V", "-r", made(shark, "kinds", sample.kinds()))))


def test_columns_of_every_kind(shark):
    compare("columns", shark.text("-2", "-r", made(shark, "kinds", sample.kinds())))


def exchanges():
    """What can become of a command, in the order of the column's marks."""
    sectors = bytes(1024)
    ask = [sample.ata_request(sample.READ, tag, lba=tag * 100, count=2) for tag in range(9)]
    answer = [sample.ata_response(tag, lba=tag * 100, data=sectors) for tag in range(9)]
    again = sample.ata_request(sample.READ, 0x100, lba=300, count=2)
    return [ask[1], ask[1], answer[1],                # repeated with the same tag
            ask[3], again, sample.ata_response(0x100, lba=300, data=sectors), answer[3],
            ask[4], answer[4], answer[4],             # answered twice
            answer[5],                                # never asked for
            ask[6], (sample.ata_request(sample.READ, 7), None, 11 * 10**9)]


def test_columns_of_exchanges(shark):
    compare("exchanges", shark.text("-2", "-r", made(shark, "exchanges", exchanges())))


# ---- the defects of the field notes, by their number ----

def defect_1_the_high_nibble_of_lba3_is_no_address(shark):
    """The Linux driver sends 0xE0 there."""
    capture = made(shark, "1", [sample.ata_request(sample.READ, lba=0xE0000010),
                                sample.ata_response(lba=0xE0000010, data=bytes(512))])
    assert [int(row[0], 0) for row in shark.rows(capture, "aoe.lba")] == [0x10, 0x10]
    assert shark.rows(capture, "frame.number", filter="aoe.lba == 16") == [["1"], ["2"]]


def defect_2_two_slots_behind_one_mac_are_two_targets(shark):
    capture = made(shark, "2", [
        sample.ata_request(sample.READ, 7, slot=1), sample.ata_request(sample.READ, 7, slot=2),
        sample.ata_response(7, slot=2, data=bytes(512)), sample.ata_response(7, slot=1, data=bytes(512))])
    assert shark.rows(capture, "aoe.response_to", filter="aoe.response == 1") == [["2"], ["1"]]
    assert shark.rows(capture, "aoe.response_in", filter="aoe.response == 0") == [["4"], ["3"]]


def defect_3_a_repeat_keeps_the_first_request(shark):
    ask = sample.ata_request(sample.READ, 7)
    capture = made(shark, "3", [ask, ask, sample.ata_response(7, data=bytes(512))])
    assert shark.rows(capture, "aoe.response_in", filter="aoe.response == 0") == [["3"], ["3"]]
    assert shark.rows(capture, "aoe.time", "aoe.time_first", "aoe.repeats", filter="aoe.response == 1") == [
        ["0.001000000", "0.002000000", "1"]]
    assert shark.rows(capture, "aoe.retransmission_of", "aoe.retransmitted_in") == [["", "2"], ["1", ""], ["", ""]]


def defect_4_a_repeat_with_a_new_tag_is_linked(shark):
    capture = made(shark, "4", [sample.ata_request(sample.READ, 7, lba=5), sample.ata_request(sample.READ, 8, lba=5),
                                sample.ata_response(8, lba=5, data=bytes(512))])
    assert shark.rows(capture, "aoe.response_in", filter="aoe.response == 0") == [["3"], ["3"]]
    assert shark.rows(capture, "aoe.retransmission_of", "aoe.retransmitted_in") == [["", "2"], ["1", ""], ["", ""]]


def defect_5_duplicate_and_late_responses_are_linked(shark):
    answer = sample.ata_response(7, data=bytes(512))
    late = sample.ata_response(8, lba=9, data=bytes(512))
    capture = made(shark, "5", [sample.ata_request(sample.READ, 7), answer, answer,
                                sample.ata_request(sample.READ, 8, lba=9), sample.ata_request(sample.READ, 9, lba=9),
                                sample.ata_response(9, lba=9, data=bytes(512)), late])
    assert shark.rows(capture, "aoe.response_to", filter="aoe.response == 1") == [["1"], ["1"], ["5"], ["4"]]
    assert shark.rows(capture, "frame.number", "aoe.duplicate_of", filter="aoe.duplicate") == [["3", "2"]]
    assert shark.rows(capture, "frame.number", filter="aoe.late") == [["7"]]


def defect_6_a_broadcast_is_linked_with_all_its_responses(shark):
    argument = sample.config_argument()
    capture = made(shark, "6", [
        sample.request(1, aoeframes.config(0), 7, target=b"\xff" * 6, shelf=0xFFFF, slot=0xFF),
        sample.response(1, argument, 7, shelf=1, slot=1), sample.response(1, argument, 7, target=sample.SECOND, shelf=2)])
    assert shark.rows(capture, "aoe.response_in", "aoe.response_to") == [["2,3", ""], ["", "1"], ["", "1"]]


def defect_7_the_other_commands_have_fields(shark):
    capture = made(shark, "7", [
        sample.response(1, sample.config_argument(4, b"mine", sectors=17), 1),
        sample.response(2, sample.mask_argument(1, [(1, sample.HOST), (2, sample.OTHER)]), 2),
        sample.response(3, aoeframes.reserve(2, [sample.HOST]), 3, flags=sample.RESPONSE | sample.ERROR, error=6),
        sample.request(0xF3, b"what".ljust(36, b"!"), 4)])
    assert shark.rows(capture, *(f"aoe.config.{name}" for name in (
        "buffer_count", "firmware", "sector_count", "version", "command", "length", "string")))[0] == [
            "16", "0x4019", "17", "1", "4", "4", "mine"]
    assert shark.rows(capture, *(f"aoe.mask.{name}" for name in (
        "command", "error", "count", "directive", "mac")))[1] == [
            "1", "0", "2", "1,2", "02:00:00:00:00:01,02:00:00:00:00:02"]
    assert shark.rows(capture, "aoe.reserve.command", "aoe.reserve.count", "aoe.reserve.mac")[2] == [
        "2", "1", "02:00:00:00:00:01"]
    text = shark.text("-V", "-r", capture)
    assert all(line in text for line in ("Error: target is reserved (6)", "Command: vendor (243)", "Command: mask (2)"))
    assert shark.rows(capture, "aoe.argument")[3] == [b"what".ljust(36, b"!").hex()]


def defect_8_other_versions_are_decoded(shark):
    capture = made(shark, "8", [sample.response(1, sample.config_argument(version=0), 0, b"\xff" * 6, version=0)])
    assert shark.rows(capture, "aoe.version", "aoe.cmd", "aoe.tag", "aoe.config.buffer_count") == [
        ["0", "1", "0x00000000", "16"]]
    assert shark.rows(capture, "frame.number", filter='aoe.rule == "2.2-version"') == [["1"]]


def defect_9_data_is_shown_and_padding_is_not_message(shark):
    capture = made(shark, "9", [
        sample.ata_request(sample.READ, 7), sample.ata_response(7, data=b"AoE!" * 128),
        sample.ata_request(sample.IDENTIFY, 8), sample.ata_response(8, data=sample.identity())])
    assert shark.rows(capture, "aoe.data", "eth.padding") == [
        ["", bytes(24).hex()], [(b"AoE!" * 128).hex(), ""], ["", bytes(24).hex()], ["", ""]]
    assert shark.rows(capture, *(f"aoe.identify.{name}" for name in (
        "model", "serial", "firmware", "sectors")))[3] == ["AoE suite made disk", "SN 0001", "1.0", "78187493530"]


OPCODES = {0x00: "NOP", 0x20: "READ SECTORS", 0x24: "READ SECTORS EXT", 0x25: "READ DMA EXT", 0x30: "WRITE SECTORS",
           0x34: "WRITE SECTORS EXT", 0x35: "WRITE DMA EXT", 0xC8: "READ DMA", 0xCA: "WRITE DMA",
           0xE0: "STANDBY IMMEDIATE", 0xE7: "FLUSH CACHE", 0xEA: "FLUSH CACHE EXT", 0xEC: "IDENTIFY DEVICE"}


def defect_10_opcodes_have_their_names(shark):
    capture = made(shark, "10", [sample.ata_request(opcode, tag) for tag, opcode in enumerate(OPCODES)])
    assert re.findall(r"ATA command: (.*) \(0x(..)\)", shark.text("-V", "-r", capture)) == [
        (name, f"{opcode:02x}") for opcode, name in OPCODES.items()]


def defect_11_status_and_error_have_their_bits(shark):
    bits = [f"aoe.ata.status.{name}" for name in ("bsy", "drdy", "df", "drq", "err")] + [
        f"aoe.ata.error.{name}" for name in ("abrt", "idnf", "unc")]
    values = [(0x80, 0x04), (0x40, 0x10), (0x20, 0x40), (0x08, 0), (0x01, 0)]
    capture = made(shark, "11", [sample.ata_response(status=status, ata_error=error, flags=sample.RESPONSE | 2, aflags=0x20)
                                 for status, error in values])
    expected = [[str(int(i == at)) for at in range(5)] + [str(int(error == mask)) for mask in (4, 0x10, 0x40)]
                for i, (_, error) in enumerate(values)]
    assert shark.rows(capture, *bits) == expected
    assert shark.rows(capture, "aoe.flags.reserved", "aoe.aflags.reserved") == [["0x02", "0x08"]] * 5  # bits 5, 3 and 2


def defect_12_the_address_is_as_people_say_it(shark):
    capture = made(shark, "12", [sample.ata_request(sample.READ, shelf=17, slot=12),
                                 sample.request(1, aoeframes.config(0), shelf=0xFFFF, slot=0xFF)])
    assert shark.rows(capture, "aoe.address", "aoe.major", "aoe.minor") == [
        ["e17.12", "17", "12"], ["e*.*", "65535", "255"]]
    assert shark.rows(capture, "frame.number", filter='aoe.address == "e17.12"') == [["1"]]


def resident(shark, capture):
    """Bytes at most, of one pass over a capture. Measured by a small program: the peak of a process that
    Python starts begins with Python's own size."""
    report = os.path.join(shark.home, "tmp", "measured")
    home = [f"{name}={value}" for name, value in shark.environment().items()]
    subprocess.run([aoelab.build_path("ci/bench/measure"), report,
                    *shark.command("env", *home, "tshark", "-q", "-Y", "aoe", "-r", capture)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(report, encoding="ascii") as file:
        _, memory = map(int, file.read().split())
    return memory


def defect_13_half_the_memory_of_a_command_is_enough(shark):
    few, many = 50_000, 250_000
    sizes = []
    for commands in (few, many):
        path = os.path.join(shark.home, "tmp", f"{commands}.pcap")
        subprocess.run([aoelab.build_path("ci/bench/generate"), "--output", path, "--commands", str(commands),
                        "--frames", "0", "--snap", "60"], check=True)
        os.chmod(path, 0o644)
        sizes.append(resident(shark, path))
        os.remove(path)
    assert (sizes[1] - sizes[0]) / (many - few) < 168 / 2


DEFECTS = [value for name, value in sorted(globals().items()) if name.startswith("defect_")]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_defects_are_gone(shark, defect):
    defect(shark)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_they_are_there_without_the_plugin(plain_shark, defect):
    with pytest.raises(AssertionError):
        defect(plain_shark)


# ---- the contract of fields ----

KEPT = {"aoe.cmd": "FT_UINT8", "aoe.version": "FT_UINT8", "aoe.error": "FT_UINT8", "aoe.err_feature": "FT_UINT8",
        "aoe.sector_count": "FT_UINT8", "aoe.response": "FT_BOOLEAN", "aoe.flags_error": "FT_BOOLEAN",
        "aoe.major": "FT_UINT16", "aoe.minor": "FT_UINT8", "aoe.ata.cmd": "FT_UINT8", "aoe.ata.status": "FT_UINT8",
        "aoe.tag": "FT_UINT32", "aoe.aflags.e": "FT_BOOLEAN", "aoe.aflags.d": "FT_BOOLEAN",
        "aoe.aflags.a": "FT_BOOLEAN", "aoe.aflags.w": "FT_BOOLEAN", "aoe.lba": "FT_UINT64",
        "aoe.response_in": "FT_FRAMENUM", "aoe.response_to": "FT_FRAMENUM", "aoe.time": "FT_RELATIVE_TIME"}
NEW = """aoe.address aoe.config.buffer_count aoe.config.firmware aoe.config.sector_count aoe.config.version
    aoe.config.command aoe.config.length aoe.config.string aoe.mask.command aoe.mask.error aoe.mask.count
    aoe.mask.directive aoe.mask.mac aoe.reserve.command aoe.reserve.count aoe.reserve.mac aoe.ata.status.drdy
    aoe.ata.status.err aoe.ata.status.df aoe.ata.status.bsy aoe.ata.status.drq aoe.ata.error.abrt aoe.ata.error.idnf
    aoe.ata.error.unc aoe.identify.model aoe.identify.serial aoe.identify.firmware aoe.identify.sectors aoe.data
    aoe.time_first aoe.retransmission_of aoe.retransmitted_in aoe.duplicate_of aoe.rule""".split()


def registered(shark):
    """The type of each field of AoE; of several with one name Wireshark lists the first."""
    return {parts[2]: parts[3] for parts in (line.split("\t") for line in shark.text("-G", "fields").splitlines())
            if parts[0] == "F" and parts[2].startswith("aoe.")}


def test_fields_have_their_names(shark, plain_shark):
    assert registered(plain_shark) == KEPT
    assert set(KEPT) | set(NEW) <= set(registered(shark))


# One and more for each field that there was; a field of another type would match nothing.
OLD_FILTERS = """aoe.version == 1|aoe.response == 1|aoe.flags_error == 0|aoe.error|aoe.error == 3|aoe.major == 0|aoe.minor == 1
    |aoe.cmd == 0|aoe.cmd == "Issue ATA Command"|aoe.tag == 3|aoe.aflags.e == 1|aoe.aflags.d == 0 && aoe.aflags.e == 1
    |aoe.aflags.a == 1|aoe.aflags.w == 1|aoe.err_feature == 0x10|aoe.sector_count == 2|aoe.ata.cmd == 0x34
    |aoe.ata.cmd == "Write ext"|aoe.ata.status == 0x40|aoe.lba == 0x123456789a|aoe.lba > 0x100000000|aoe.response_in == 4
    |aoe.response_to == 3|aoe.time > 0|aoe.error == "Device unavailable"|aoe.time < 1"""


def test_old_filters_find_what_they_found(shark, plain_shark):
    """On frames that the old dissector reads rightly."""
    frames = [sample.kinds()[i] for i in (6, 7, 2, 3, 4, 5)]
    frames += [sample.ata_response(9, flags=sample.RESPONSE | sample.ERROR, error=3),
               sample.ata_request(sample.WRITE, 10, flags=sample.WRITES | 2, data=bytes(512))]
    filters = [one.strip() for one in OLD_FILTERS.split("|")]
    assert all(any(re.search(name + r"\b", one) for one in filters) for name in KEPT)
    for one in filters:
        expected = plain_shark.rows(made(plain_shark, "old", frames), "frame.number", filter=one)
        assert expected and shark.rows(made(shark, "old", frames), "frame.number", filter=one) == expected, one


def test_values_have_protocol_names_in_filters(shark):
    capture = made(shark, "kinds", sample.kinds())
    assert shark.rows(capture, "frame.number", filter='aoe.ata.cmd == "IDENTIFY DEVICE"') == [["7"], ["8"]]
    assert shark.rows(capture, "frame.number", filter='aoe.error == "target is reserved"') == [["27"]]
    assert shark.rows(capture, "frame.number", filter='aoe.cmd == "reserve"') == [["24"], ["25"], ["26"], ["27"]]
    assert shark.rows(capture, "frame.number", filter='aoe.config.command == "force-set"') == [["13"], ["14"]]


# ---- sectors ----

def test_a_sector_is_found_wherever_it_is_in_a_frame(shark):
    data = bytes(17 * 512)
    capture = made(shark, "sectors", [
        sample.ata_request(sample.READ, 1, lba=100, count=17), sample.ata_response(1, lba=100, data=data),
        sample.ata_request(sample.WRITE_EXT, 2, lba=2**40, count=17, flags=0x41, data=data), sample.ata_response(2)])
    assert shark.rows(capture, "frame.number", filter="aoe.data.lba == 116") == [["2"]]
    assert shark.rows(capture, "frame.number", filter="aoe.data.lba == 117") == []
    assert shark.rows(capture, "frame.number", filter=f"aoe.data.lba == {2**40 + 16}") == [["3"]]
    assert [row[0] for row in shark.rows(capture, "aoe.data.length")] == ["", str(17 * 512), str(17 * 512), ""]


def test_sectors_can_be_left_out(shark):
    capture = made(shark, "kinds", sample.kinds())
    off = shark.text("-2", "-r", capture, "-o", "aoe.sectors:FALSE", "-T", "fields", "-e", "aoe.data",
                     "-e", "aoe.identify", "-e", "aoe.data.lba", "-e", "aoe.identify.word")
    assert off.split() == []
    assert shark.text("-2", "-r", capture, "-o", "aoe.sectors:FALSE", "-T", "fields", "-e",
                      "aoe.data.length").split() == ["1024", "1024", "512"]


def test_a_response_whose_request_is_not_seen_has_data_behind_the_padding_only(shark):
    capture = made(shark, "unseen", [sample.ata_response(1, data=b"\1" * 24), sample.ata_response(2, data=b"\2" * 512)])
    assert shark.rows(capture, "aoe.data", "eth.trailer") == [["", "01" * 24], ["02" * 512, ""]]


# ---- links ----

def test_tags_of_vlans_and_jumbo_frames(shark):
    data = bytes(17 * 512)
    ask, answer = sample.ata_request(sample.READ, 1, lba=3, count=17), sample.ata_response(1, lba=3, data=data)
    capture = made(shark, "vlans", [sample.tagged(frame, *tags) for tags in ((), (10,), (100, 10))
                                    for frame in (ask, answer)])
    assert [row[0] for row in shark.rows(capture, "aoe.response_to")] == ["", "1", "", "3", "", "5"]
    assert [row[0] for row in shark.rows(capture, "aoe.data.length")] == ["", str(len(data))] * 3
    assert [row[0] for row in shark.rows(capture, "aoe.address")] == ["e0.1"] * 6


# ---- captures that are cut, frames that are broken ----

def test_captures_cut_at_every_length(shark):
    """Each frame says that it is cut exactly where the capture lacks bytes of its message."""
    frames, cut = [], []
    for raw, message in zip(sample.kinds(), sample.KIND_BYTES):
        for captured in range(14, 81):
            frames.append((raw, captured, 20 * 10**9))
            cut.append(captured < min(message, len(raw)))
    capture = made(shark, "cut", frames)
    assert not TROUBLE.search(shark.text("-2", "-V", "-r", capture, *ALONE))
    rows = shark.rows(capture, "frame.number", filter="aoe.cut")
    assert [int(row[0]) for row in rows] == [number for number, is_cut in enumerate(cut, 1) if is_cut]


def test_frames_that_end_before_their_message(shark):
    """An error response may give back the request as it was."""
    argument = sample.config_argument(0, b"far", length=900)
    capture = made(shark, "short", [
        sample.request(1, argument, 1), sample.response(1, argument, 1, flags=sample.RESPONSE | sample.ERROR, error=2),
        sample.ata_request(sample.WRITE, 2, flags=sample.WRITES), sample.response(2, b"", 3)[:26],
        sample.response(2, b"", 3, flags=sample.RESPONSE | sample.ERROR, error=1)[:26]])
    assert shark.rows(capture, "frame.number", filter="aoe.incomplete") == [["1"], ["3"], ["4"]]
    assert shark.rows(capture, "frame.number", filter="aoe.cut") == []


def mangled(shark, seed):
    """All sample captures and every kind of frame, broken by editcap."""
    inputs = [aoeshark.readable(shark, os.path.join(path, name))
              for path, _, names in os.walk(CAPTURES) for name in sorted(names) if name.endswith(".pcapng")]
    inputs.append(made(shark, "kinds", sample.kinds()))
    whole, broken = (os.path.join(shark.home, "tmp", name) for name in ("whole.pcapng", "broken.pcapng"))
    shark.text("-a", "-w", whole, *inputs, program="mergecap")
    # The addresses and the type of Ethernet stay as they are, so that the frames stay AoE.
    shark.text("-E", "0.02", "-o", "14", "--seed", str(seed), whole, broken, program="editcap")
    return broken


@pytest.mark.parametrize("seed", range(1, 6))
def test_broken_frames(shark, seed):
    capture = mangled(shark, seed)
    assert len(shark.rows(capture, "frame.number", filter="aoe")) > 300
    for options in (("-2", "-V"), ("-V", "-x"), ("-2", "-T", "json"), ("-2",)):
        process = shark.run("-r", capture, *options, *ALONE)
        assert process.returncode == 0, process.stderr
        assert not TROUBLE.search(process.stdout) and not TROUBLE.search(process.stderr)


OURS = re.compile(r"\b(?:dissector|protocol|common)/\w+\.c:\d+|aoe-suite\.so")


def errors_of_the_plugin(log):
    """What valgrind says, as far as our code has to do with it."""
    return [block for block in re.split(r"^==\d+== *\n", log, flags=re.MULTILINE) if OURS.search(block)]


def test_broken_frames_under_valgrind(shark):
    capture = mangled(shark, 6)
    process = shark.run("-q", "--leak-check=full", "--errors-for-leak-kinds=definite", "--num-callers=40", "--fullpath-after=",
                        "tshark", "-2", "-V", "-r", capture, program="valgrind", timeout=600,
                        environment={"G_SLICE": "always-malloc", "WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple"})
    assert process.returncode == 0 and "    Address: e0.1" in process.stdout
    assert errors_of_the_plugin(process.stderr) == []
