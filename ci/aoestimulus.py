# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's initiators, and what makes them do I/O for 'aoe-conform --initiator --stimulus'.

A server in the lab has the initiator: Linux in a guest that stays, or iPXE on a machine for every
action. The command that aoe-conform runs for an action is only the client, ci/stimulus. When the
client goes before its action has ended, the action is ended.
"""
import os
import random
import select
import shlex
import socket
import struct

import aoeguest
import aoelab

SECTOR = 512
DONE, REPORTED, DIFFERS, BROKEN, IMPOSSIBLE = 0, 1, 2, 3, 77

# The driver's first timeout is 16 s, and it gives a target up after 180 s unless told otherwise.
# It keeps I/O that gets no answer for longer than anybody waits here; a guest that has been
# started anew has forgotten it.
RESET_SECONDS = 2
LOAD = "insmod /lib/modules/aoe.ko aoe_deadsecs=20"


class Linux:
    """The kernel's driver, in a guest that stays: with Linux(lab, lab.target) as initiator"""

    def __init__(self, lab, namespace, interface=aoeguest.INTERFACE, mtu=1500):
        self.guest = aoeguest.Guest(lab, namespace, interface, mtu)

    def __enter__(self):
        self.guest.__enter__()
        return self

    def __exit__(self, *_):
        self.guest.close()

    def act(self, words, data, watched):
        """Returns the exit status of an action, and what it writes to standard output and standard
        error. Raises Abandoned when `watched` can be read before it has ended."""
        script = f"AOE_LOAD='{LOAD}' aoe-stimulus-linux {shlex.join(words)}"
        reset = words[0] == "reset"
        try:
            return self.guest.call(script, data, RESET_SECONDS if reset else None, watched)
        except aoeguest.GuestError as error:
            self.guest.restart()
            # With a new kernel all is forgotten, too.
            return (DONE if reset else REPORTED), b"", f"{error}\n".encode()


class Ipxe:
    """iPXE, on a machine that is started for every action and forgets all with its end. It boots
    from a local disk while it serves the AoE disk by the firmware's disk calls. What it boots copies
    sectors between the two."""

    LOCAL, AOE = 0x80, 0x81
    # Where the program has its table, and the local disk what the AoE drive said about itself and
    # what is copied from and to it.
    TABLE, ANSWER, FIRST = 440, 512, 2
    WELL, FAILED = 33, 35
    # The firmware boots from no disk that is smaller than a cylinder.
    DISK_SIZE = 16 << 20
    # The range that work writes and reads again: three calls each.
    WORK_LBA, WORK_COUNT = 3, 130

    def __init__(self, lab, namespace, interface=aoeguest.INTERFACE, mtu=1500):
        del mtu  # its frames fit into any
        self.lab, self.namespace, self.interface = lab, namespace, interface

    def __enter__(self):
        self.program = aoeguest.boot_sector(self.lab.folder, "copy")
        self.disk = self.lab.image(SECTOR, "ipxe-disk")
        return self

    def __exit__(self, *_):
        pass

    def act(self, words, data, watched):
        """As Linux.act."""
        action, address, *place = words
        if action == "reset":
            return DONE, b"", b""
        if action not in ("discover", "read", "write", "work"):
            return IMPOSSIBLE, b"", b""
        lba, count = map(int, place or (self.WORK_LBA, self.WORK_COUNT))
        if action == "work":
            data = random.randbytes(count * SECTOR)
        copies = []
        if action in ("write", "work"):
            copies.append((self.LOCAL, self.AOE, count, self.FIRST, lba))
        if action in ("read", "work"):
            copies.append((self.AOE, self.LOCAL, count, lba, self.FIRST + count))
        self._make_disk(copies, data, count)
        status, error = self._boot(address, watched)
        if status != DONE or action == "write":
            return status, b"", error
        if action == "discover":
            return DONE, b"%d\n" % self._capacity(), error
        found = self._copied(count)
        if action == "work":
            return (DONE if found == data else DIFFERS), b"", error
        return DONE, found, error

    def _make_disk(self, copies, data, count):
        table = b"".join(struct.pack("<BBxxIQQ", *copy) for copy in copies)
        program = self.program[:self.TABLE] + table + self.program[self.TABLE + len(table):]
        with open(self.disk, "wb") as file:
            file.write(program)
            file.seek(self.FIRST * SECTOR)
            file.write(data)
            file.truncate(max((self.FIRST + 2 * count) * SECTOR, self.DISK_SIZE))

    def _boot(self, address, watched):
        """Returns the status of the action and what there is to say about it."""
        script = (f"ifopen net0\nsanhook --drive {self.AOE:#x} aoe:{address} ||\n"
                  f"sanboot --no-describe --drive {self.LOCAL:#x}")
        with aoeguest.Ipxe(self.lab, self.namespace, script, self.interface, self.disk) as machine:
            if not ends(machine.process, watched):
                raise aoeguest.Abandoned
            console = machine.console().encode()
        status = {self.WELL: DONE, self.FAILED: REPORTED}.get(machine.process.returncode, BROKEN)
        return status, b"" if status == DONE else console

    def _capacity(self):
        with open(self.disk, "rb") as file:
            file.seek(self.ANSWER)
            # Number of sectors, in the answer of the firmware's call 48h.
            return struct.unpack_from("<Q", file.read(30), 16)[0]

    def _copied(self, count):
        with open(self.disk, "rb") as file:
            file.seek((self.FIRST + count) * SECTOR)
            return file.read(count * SECTOR)


INITIATORS = {"linux": Linux, "ipxe": Ipxe}


def ends(process, other):
    """Waits until a process has ended, or `other` can be read. Says whether the process has."""
    descriptor = os.pidfd_open(process.pid)
    try:
        select.select([descriptor, other], [], [])
        return process.poll() is not None
    finally:
        os.close(descriptor)


def gone(client):
    """The client sends nothing behind its request but its end."""
    return bool(select.select([client], [], [], 0)[0])


class Server:
    """with Server(lab, initiator) as server: ... server.command is what --stimulus takes; the
    clients are served while serve() waits for the process that starts them."""

    def __init__(self, lab, initiator):
        self.initiator = initiator
        self.path = os.path.join(lab.folder, "stimulus")
        self.command = shlex.join([os.path.join(aoelab.ROOT, "ci/stimulus"), self.path])

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def serve(self, process):
        """Returns the exit status of the process."""
        while not ends(process, self.listener):
            with self.listener.accept()[0] as client:
                try:
                    self._serve(client)
                except (aoeguest.Abandoned, ConnectionError):
                    pass
        return process.returncode

    def _serve(self, client):
        with client.makefile("rb") as file:
            size, *words = file.readline().decode().split()
            data = file.read(int(size))
        if len(data) < int(size) or gone(client):
            return
        status, output, error = self._act(words, data, client)
        client.sendall(b"%d %d %d\n" % (status, len(output), len(error)) + output + error)

    def _act(self, words, data, client):
        try:
            return self.initiator.act(words, data, client)
        except (aoeguest.GuestError, ValueError, OSError) as error:
            return BROKEN, b"", f"{error}\n".encode()
