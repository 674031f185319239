# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of made frames for the tests of the dissector: what each shows is written at its name."""
import struct

import aoeframes

HOST, OTHER = b"\x02\0\0\0\0\x01", b"\x02\0\0\0\0\x02"
TARGET, SECOND = b"\x02\0\0\0\1\x01", b"\x02\0\0\0\1\x02"
READ, READ_EXT, READ_DMA_EXT, WRITE, WRITE_EXT, WRITE_DMA_EXT = 0x20, 0x24, 0x25, 0x30, 0x34, 0x35
FLUSH, FLUSH_EXT, IDENTIFY = 0xE7, 0xEA, 0xEC
RESPONSE, ERROR = 8, 4
EXTENDED, WRITES = 0x40, 1
DRDY = 0x40
START = 1_700_000_000 * 10**9


def pcap(path, frames):
    """(frame, captured bytes or None for all, ns since the frame before or None for 1 ms) or frames alone."""
    at = START
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for entry in frames:
            raw, captured, step = entry if isinstance(entry, tuple) else (entry, None, None)
            kept = raw if captured is None else raw[:captured]
            at += 10**6 if step is None else step
            file.write(struct.pack("<IIII", at // 10**9, at % 10**9, len(kept), len(raw)) + kept)
    return path


def request(command, argument, tag=1, host=HOST, target=TARGET, **fields):
    return aoeframes.build(target, host, command, argument, tag, **fields)


def response(command, argument, tag=1, host=HOST, target=TARGET, flags=RESPONSE, **fields):
    return aoeframes.build(host, target, command, argument, tag, flags=flags, **fields)


def ata_request(opcode, tag=1, lba=0, count=1, flags=0, data=b"", **fields):
    return request(0, aoeframes.ata(opcode, lba, count, flags, data), tag, **fields)


def ata_response(tag=1, lba=0, count=0, status=DRDY, aflags=0, data=b"", ata_error=0, **fields):
    argument = bytearray(aoeframes.ata(status, lba, count, aflags, data))
    argument[1] = ata_error
    return response(0, bytes(argument), tag, **fields)


def config_argument(ccmd=0, string=b"", length=None, buffers=16, firmware=0x4019, sectors=2, version=1):
    return struct.pack("!HHBBH", buffers, firmware, sectors, version << 4 | ccmd,
                       len(string) if length is None else length) + string


def mask_argument(mcmd, directives=(), error=0, count=None):
    argument = bytearray(aoeframes.mask(mcmd, directives))
    argument[2] = error
    argument[3] = len(directives) if count is None else count
    return bytes(argument)


def tagged(frame, *tags):
    """The frame with VLAN tags: an outer one of 802.1ad before an inner one."""
    types = ("88a8", "8100") if len(tags) == 2 else ("8100",)
    return frame[:12] + b"".join(bytes.fromhex(kind) + struct.pack("!H", tag)
                                 for kind, tag in zip(types, tags)) + frame[12:]


def text_words(text, words):
    padded = text.ljust(2 * words).encode()
    return b"".join(padded[i + 1:i + 2] + padded[i:i + 1] for i in range(0, len(padded), 2))


def identity(model="AoE suite made disk", serial="SN 0001", firmware="1.0", sectors=0x123456789A):
    """512 bytes of IDENTIFY DEVICE."""
    data = bytearray(512)
    data[20:40], data[46:54], data[54:94] = (text_words(serial, 10), text_words(firmware, 4),
                                             text_words(model, 20))
    for word, value in ((49, 0x0200), (60, 0xFFFF), (61, 0x0FFF), (83, 0x7400), (86, 0x3400), (87, 0x4000)):
        data[2 * word:2 * word + 2] = struct.pack("<H", value)
    data[200:208] = struct.pack("<Q", sectors)
    return bytes(data)


def kinds():
    """A frame of each kind: every command, requests and responses, right and wrong."""
    sectors = bytes(range(256)) * 4
    return [
        ata_request(READ, 1, lba=0x10 | 0xE0 << 24, count=2),
        ata_response(1, lba=0x10 | 0xE0 << 24, data=sectors),
        ata_request(WRITE_EXT, 2, lba=0x123456789A, count=2, flags=EXTENDED | WRITES, data=sectors),
        ata_response(2, lba=0x123456789A, aflags=EXTENDED | WRITES),
        ata_request(READ_EXT, 3, lba=0xFFFFFFFFFFFF, count=1, flags=EXTENDED),
        ata_response(3, lba=0xFFFFFFFFFFFF, aflags=EXTENDED, status=DRDY | 1, ata_error=0x10),
        ata_request(IDENTIFY, 4),
        ata_response(4, data=identity()),
        ata_request(FLUSH_EXT, 5, count=0, flags=EXTENDED | 0xAC),
        ata_response(5, flags=RESPONSE | 3, error=9),
        ata_request(0x99, 6, count=7),
        response(0, aoeframes.ata(0x99, 0, 7), 6, flags=RESPONSE | ERROR, error=3),
        request(1, aoeframes.config(4, b"host one"), 7),
        response(1, config_argument(4, b"host one"), 7),
        request(1, aoeframes.config(3, b"\0\xff\x01"), 8),
        response(1, config_argument(3, b"host one"), 8, flags=RESPONSE | ERROR, error=4),
        request(1, aoeframes.config(2, b"hos", length=900), 9),
        response(1, config_argument(sectors=0, buffers=1, version=0), 0, host=b"\xff" * 6, version=0),
        request(2, mask_argument(1, [(1, HOST), (2, OTHER), (0, TARGET)]), 10),
        response(2, mask_argument(1, [(0, HOST)]), 10),
        request(2, mask_argument(1, [(9, HOST)]), 11),
        response(2, mask_argument(1, [], error=2, count=0), 11),
        request(2, mask_argument(1, [(1, HOST)], count=20), 12),
        request(3, aoeframes.reserve(1, [HOST, OTHER]), 13),
        response(3, aoeframes.reserve(1, [HOST, OTHER]), 13),
        request(3, aoeframes.reserve(1, [OTHER]), 14, host=SECOND),
        response(3, aoeframes.reserve(1, [HOST]), 14, host=SECOND, flags=RESPONSE | ERROR, error=6),
        request(0xF3, b"vendor's own", 15),
        response(0xF3, b"and its answer", 15),
        request(0x10, b"", 16),
        response(0x10, b"", 16, flags=RESPONSE | ERROR, error=1),
    ]


# Bytes of each of them behind which only padding is, by hand.
KIND_BYTES = [36, 36 + 1024, 36 + 1024, 36, 36, 36, 36, 36 + 512, 36, 36, 36, 36, 40, 40, 35, 40, 60, 32,
              52, 36, 36, 28, 60, 38, 38, 32, 32, 60, 60, 60, 60]
