# SPDX-License-Identifier: GPL-2.0-or-later
"""AoE frames for the tests, written apart from the suite's own code so that the two can disagree."""
import collections
import ctypes
import os
import socket
import struct

ETHERTYPE = 0x88A2
BROADCAST = b"\xff" * 6
CLONE_NEWNET = 0x40000000

Frame = collections.namedtuple("Frame", "dst src type version flags error shelf slot command tag "
                                        "argument raw")


def parse(raw):
    """The fields of a frame of at least 24 bytes; None for other frames."""
    if len(raw) < 24 or raw[12:14] != b"\x88\xa2":
        return None
    ver, error, shelf, slot, command, tag = struct.unpack("!BBHBBI", raw[14:24])
    return Frame(raw[:6], raw[6:12], ETHERTYPE, ver >> 4, ver & 15, error, shelf, slot, command,
                 tag, raw[24:], raw)


def build(dst, src, command, argument, tag=1, shelf=0, slot=1, version=1, flags=0, error=0, pad=60):
    raw = dst + src + struct.pack("!HBBHBBI", ETHERTYPE, version << 4 | flags, error, shelf, slot,
                                  command, tag) + argument
    return raw.ljust(pad, b"\0")


def config(ccmd, string=b"", length=None):
    return struct.pack("!HHBBH", 0, 0, 0, 0x10 | ccmd,
                       len(string) if length is None else length) + string


def ata(opcode, lba=0, count=1, flags=0, data=b""):
    return struct.pack("!BBBB", flags, 0, count, opcode) + lba.to_bytes(6, "little") + b"\0\0" + data


def mask(mcmd, directives=()):
    return struct.pack("!BBBB", 0, mcmd, 0, len(directives)) + b"".join(
        struct.pack("!BB", 0, code) + mac for code, mac in directives)


def reserve(rcmd, macs=()):
    return struct.pack("!BB", rcmd, len(macs)) + b"".join(macs)


class Port:
    """A raw socket on an interface of a network namespace (the namespace of process `pid`)."""

    def __init__(self, pid, interface, promiscuous_type=ETHERTYPE):
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/ns/net", "rb") as own, open(f"/proc/{pid}/ns/net", "rb") as other:
            if libc.setns(other.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                            socket.htons(promiscuous_type))
                self.socket.bind((interface, promiscuous_type))
            finally:
                libc.setns(own.fileno(), CLONE_NEWNET)
        self.mac = self.socket.getsockname()[4]
        self.tag = 0x7000

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def receive(self, timeout=1.0, wanted=lambda frame: True):
        """The next frame that is wanted, or None."""
        import time
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                raw, address = self.socket.recvfrom(65536)
            except (TimeoutError, OSError):
                continue
            frame = parse(raw)
            if frame and address[2] != socket.PACKET_OUTGOING and wanted(frame):
                return frame
        return None

    def ask(self, command, argument, dst=BROADCAST, timeout=1.0, **fields):
        """Sends a request and returns its response, or None."""
        self.tag += 1
        fields.setdefault("tag", self.tag)
        self.socket.send(build(dst, fields.pop("src", self.mac), command, argument, **fields))
        return self.receive(timeout, lambda frame: frame.flags & 8 and frame.tag == fields["tag"])


def read_pcap(path):
    """The frames of a pcap file of tcpdump, also of one whose end is cut."""
    with open(path, "rb") as file:
        data = file.read()
    at, frames = 24, []
    while at + 16 <= len(data):
        captured = struct.unpack("<I", data[at + 8:at + 12])[0]
        frames.append(data[at + 16:at + 16 + captured])
        at += 16 + captured
    return frames


def read_pcapng(path):
    """(frame, comments) of each packet, and the comments of the section, of a pcapng file."""
    with open(path, "rb") as file:
        data = file.read()
    at, packets, section = 0, [], []
    while at + 12 <= len(data):
        kind, length = struct.unpack("<II", data[at:at + 8])
        body = data[at + 8:at + length - 4]
        if kind == 0x0A0D0D0A:
            section += _comments(body[16:])
        elif kind == 6:
            captured = struct.unpack("<I", body[12:16])[0]
            packets.append((body[20:20 + captured], _comments(body[20 + (captured + 3 & ~3):])))
        at += length
    assert at == len(data), "the file ends inside of a block"
    return packets, section


def _comments(options):
    found = []
    while len(options) >= 4:
        code, length = struct.unpack("<HH", options[:4])
        if code == 0:
            break
        if code == 1:
            found.append(options[4:4 + length].decode())
        options = options[4 + (length + 3 & ~3):]
    return found
