#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes slow-san.pcap: a target behind a switch that loses frames, with a disk that becomes slow, and two
hosts, of which one reserves the target for itself. Usage: captures/slow-san.py FILE, as root."""
import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "ci"))
sys.dont_write_bytecode = True
import aoeframes  # noqa: E402  (found there)
import aoelab  # noqa: E402

READ, WRITE, IDENTIFY = 0x24, 0x34, 0xEC
EXTENDED, WRITES = 0x40, 1
TIMER = 0.06
HOST, CLUSTER = bytes.fromhex("02000000000a"), bytes.fromhex("02000000000b")
TARGET = "02:00:00:00:01:01"
LOST = {60, 131, 132, 290, 340}  # frames through the switch


class Switch(threading.Thread):
    """Carries frames between two interfaces of the target's namespace, but for those that it loses."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        lab.inside(lab.target, ["ip", "link", "add", "c0", "type", "veth", "peer", "name", "d0",
                                "address", TARGET])
        for name in ("b0", "c0", "d0"):
            lab.inside(lab.target, ["ip", "link", "set", name, "promisc", "on", "up"])
        self.ports = [aoeframes.Port(lab.target, name) for name in ("b0", "c0")]
        self.carried = 0

    def run(self):
        with contextlib.suppress(OSError):  # the end of the lab takes the interfaces away
            self.carry()

    def carry(self):
        while True:
            for socket in select.select([port.socket for port in self.ports], [], [])[0]:
                raw, address = socket.recvfrom(65536)
                if address[2] == 4:  # what this one sent itself
                    continue
                self.carried += 1
                other = self.ports[1 if socket is self.ports[0].socket else 0]
                if self.carried not in LOST:
                    other.socket.send(raw)


class Host:
    """An initiator as Linux is one: several commands at a time, each sent again with a new tag."""

    def __init__(self, port, mac, tag):
        self.port, self.mac, self.tag = port, mac, tag
        self.open = {}
        self.errors = 0

    def send(self, command, argument, dst=None, **fields):
        self.tag += 1
        dst = dst or bytes.fromhex(TARGET.replace(":", ""))
        self.port.socket.send(aoeframes.build(dst, self.mac, command, argument, self.tag, **fields))
        self.open[self.tag] = (command, argument, time.monotonic(), 1)

    def repeat(self):
        for tag, (command, argument, sent, tries) in list(self.open.items()):
            if time.monotonic() - sent > TIMER * tries:
                del self.open[tag]
                self.send(command, argument)
                self.open[self.tag] = (command, argument, time.monotonic(), tries + 1)

    def receive(self):
        frame = self.port.receive(0.005)
        if frame and frame.flags & 8 and frame.dst == self.mac:
            self.errors += 1 if frame.flags & 4 else 0
            self.open.pop(frame.tag, None)
        self.repeat()

    def drain(self, most=0):
        while len(self.open) > most:
            self.receive()

    def command(self, command, argument, **fields):
        self.send(command, argument, **fields)
        self.drain()

    def ata(self, opcode, lba, data=b"", window=3):
        flags = EXTENDED | (WRITES if opcode == WRITE else 0)
        self.send(0, aoeframes.ata(opcode, lba, 2, flags, data))
        self.drain(window)


def record(number):
    return (f"record {number:04} of the journal\n".encode() * 64)[:1024]


def work(port):
    host, cluster = Host(port, HOST, 0x10000), Host(port, CLUSTER, 0x80000)
    host.command(1, aoeframes.config(0), dst=aoeframes.BROADCAST, shelf=0xFFFF, slot=0xFF)
    host.command(0, aoeframes.ata(IDENTIFY, 0, 1))
    for number in range(40):
        host.ata(WRITE, 8192 + 2 * number, record(number))
    for number in range(110):
        host.ata(READ, 2048 + 2 * number)
    host.drain()
    cluster.command(1, aoeframes.config(0), dst=aoeframes.BROADCAST, shelf=0xFFFF, slot=0xFF)
    cluster.command(3, aoeframes.reserve(2, [CLUSTER]))
    for number in range(3):
        cluster.ata(WRITE, 16384 + 2 * number, record(1000 + number))
        host.ata(WRITE, 8192 + 2 * number, record(2000 + number))
    host.drain()
    cluster.drain()
    host.command(3, aoeframes.reserve(0))


def target(lab):
    """Reads become slow after a while: 25 ms each, one after the other."""
    image = lab.image(10 << 20)
    with open(image, "r+b") as file:
        file.write(b"".join(f"sector {lba}\n".encode().ljust(512, b".") for lba in range(4096)))
    process = lab.spawn(["strace", "-D", "-qq", "-o", "/dev/null", "-e", "trace=pread64", "-e",
                         "inject=pread64:delay_exit=25000:when=75..90",
                         aoelab.build_path("aoe-target"), "0", "1", "d0", image], lab.target)
    time.sleep(1)
    return process


def main(path):
    with aoelab.Lab() as lab:
        Switch(lab).start()
        target(lab)
        tcpdump = lab.spawn(["tcpdump", "-i", "a0", "-w", path, "-U", "-Z", "root", "--immediate-mode",
                             "ether proto 0x88a2"], lab.initiator, stderr=subprocess.PIPE, text=True)
        tcpdump.stderr.readline()
        with aoeframes.Port(lab.initiator, "a0") as port:
            work(port)
        time.sleep(0.5)
        lab.end(tcpdump, signal.SIGINT)


if __name__ == "__main__":
    main(*sys.argv[1:])
