# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with Linux's own AoE driver: Debian's kernel and an initramfs of Debian's programs, under
qemu without hardware help where there is none.

What it is made of (the kernel, the initramfs) is kept in the build folder and made anew when
what it comes from changes. The kernel's package is unpacked, never installed.
"""
import base64
import glob
import hashlib
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import aoelab

INTERFACE = "tap0"
BOOT_SECONDS = 30
KILL_SECONDS = 2
MODULES = ("virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci",
           "failover", "net_failover", "virtio_net", "virtio_console", "aoe")
# Beside busybox: what administrators of AoE use, and the file systems' own programs.
PROGRAMS = ("/bin/bash", "/sbin/mke2fs", "/sbin/e2fsck", "/sbin/sfdisk", "/sbin/aoecfg", "/sbin/aoeping")
SCRIPTS = ("/sbin/aoe-discover", "/sbin/aoe-flush", "/sbin/aoe-interfaces", "/sbin/aoe-revalidate",
           "/sbin/aoe-stat", "/sbin/aoe-version")
# The suite's own files, and where they lie in the guest.
OWN = (("ci/guestroot/init", "init"), ("harness/aoe-stimulus-linux", "bin/aoe-stimulus-linux"))
APPEND = ("console=ttyS0 panic=-1 rdinit=/init quiet ipv6.disable=1 nokaslr mitigations=off no_timer_check "
          "tsc=reliable cryptomgr.notests audit=0 apparmor=0 nowatchdog oops=panic")


class GuestError(RuntimeError):
    """The guest could not be made, did not boot, or does not answer."""


class Abandoned(Exception):
    """Who wanted a script to be run has gone."""


def _package():
    """The kernel's package, as ci/setup has downloaded it."""
    packages = sorted(glob.glob(os.path.join(aoelab.build_path("downloads"), "linux-image-*-cloud-*.deb")))
    if not packages:
        raise GuestError("no kernel for the guest: run 'ci/setup download'")
    return packages[-1]


def _vmlinux(image):
    """The kernel without its own decompressor: the host is faster at that."""
    with open(image, "rb") as file:
        data = file.read()
    offset, length = struct.unpack_from("<II", data, 0x248)
    begin = (data[0x1F1] + 1) * 512 + offset
    # Behind the packed kernel stands its size: no part of it.
    payload = data[begin:begin + length - 4]
    return subprocess.run(["lz4", "-dc"], input=payload, stdout=subprocess.PIPE, check=True,
                          stderr=subprocess.DEVNULL).stdout


def _libraries(program):
    said = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False).stdout
    return re.findall(r"(?:=> |^\s)(/\S+)", said, re.MULTILINE)


def _place(path, root):
    to = os.path.join(root, path.lstrip("/"))
    os.makedirs(os.path.dirname(to), exist_ok=True)
    if not os.path.exists(to):
        shutil.copy(path, to)


def _fill_root(root, unpacked):
    for folder in ("bin", "sbin", "proc", "sys", "dev", "tmp", "mnt", "etc", "lib/modules", "var"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    shutil.copy("/bin/busybox", os.path.join(root, "bin/busybox"))
    for applet in subprocess.run(["/bin/busybox", "--list"], stdout=subprocess.PIPE, text=True,
                                 check=True).stdout.split():
        if applet != "busybox":
            os.symlink("/bin/busybox", os.path.join(root, "bin", applet))
    for program in PROGRAMS + SCRIPTS:
        taken = os.path.join(root, "bin", os.path.basename(program))
        if os.path.islink(taken):
            os.remove(taken)
        for path in (program, *_libraries(program)):
            _place(path, root)
    os.symlink("mke2fs", os.path.join(root, "sbin/mkfs.ext4"))
    _place("/etc/mke2fs.conf", root)
    for module in MODULES:
        found, = glob.glob(os.path.join(unpacked, "lib/modules/*/kernel/**", f"{module}.ko"), recursive=True)
        shutil.copy(found, os.path.join(root, "lib/modules"))
    for path, place in OWN:
        shutil.copy(os.path.join(aoelab.ROOT, path), os.path.join(root, place))


def _pack(root, to):
    names = subprocess.run(["find", "."], cwd=root, stdout=subprocess.PIPE, check=True).stdout
    with open(to, "wb") as file:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, input=names, stdout=file, check=True)


def _sources():
    """What the guest is made of, as a name for it."""
    digest = hashlib.sha256()
    for path in (_package(), __file__, *(os.path.join(aoelab.ROOT, path) for path, _ in OWN), "/bin/busybox",
                 *PROGRAMS, *SCRIPTS):
        if not os.path.exists(path):
            raise GuestError(f"{path} is missing: run 'ci/setup check'")
        digest.update(f"{path} {os.path.getsize(path)} {os.stat(path).st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def prepare():
    """Makes kernel and initramfs where they are not there; returns their paths."""
    folder = os.path.join(aoelab.build_path("guest"), _sources())
    kernel, initramfs = os.path.join(folder, "vmlinux"), os.path.join(folder, "initramfs")
    if os.path.exists(initramfs):
        return kernel, initramfs
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as work:
        unpacked, root, made = (os.path.join(work, name) for name in ("package", "root", "made"))
        os.mkdir(made)
        subprocess.run(["dpkg", "-x", _package(), unpacked], check=True)
        image, = glob.glob(os.path.join(unpacked, "boot/vmlinuz-*"))
        with open(os.path.join(made, "vmlinux"), "wb") as file:
            file.write(_vmlinux(image))
        _fill_root(root, unpacked)
        _pack(root, os.path.join(made, "initramfs"))
        try:
            os.rename(made, folder)
        except OSError:
            # Somebody else was faster.
            if not os.path.exists(initramfs):
                raise
    return kernel, initramfs


def make_tap(lab, namespace, mtu, name=INTERFACE):
    """A tap in a namespace of the lab: the guest's wire."""
    lab.inside(namespace, ["ip", "tuntap", "add", name, "mode", "tap"])
    lab.inside(namespace, ["ip", "link", "set", name, "mtu", str(mtu), "up"])
    return name


class Guest:
    """with Guest(lab, lab.target, "tap0") as guest: status, output = guest.run("aoe-stat")"""

    def __init__(self, lab, namespace, interface=INTERFACE, mtu=1500, memory=256):
        self.lab, self.namespace, self.interface, self.mtu, self.memory = lab, namespace, interface, mtu, memory
        self.process = self.port = self.watched = None
        self.number, self.pending, self.end = 0, b"", None
        self.boots = 0

    # False once it was seen that the host's hardware help does not help.
    kvm = os.access("/dev/kvm", os.W_OK)

    def __enter__(self):
        """Boots. A boot that hangs or fails is tried again once; first without the hardware's help."""
        for last in (False, False, True) if Guest.kvm else (False, True):
            try:
                self._boot()
                return self
            except GuestError:
                self.close()
                if last:
                    raise
                Guest.kvm = False

    def __exit__(self, *_):
        self.close()

    def restart(self):
        """Boots anew, without asking the guest, which has forgotten all then."""
        self.lab.end(self.process)
        self.close()
        self.__enter__()

    def _command(self, folder):
        kernel, initramfs = prepare()
        machine = ("kvm", "host") if Guest.kvm else ("tcg", "qemu64,+rdrand")
        return ["qemu-system-x86_64", "-accel", machine[0], "-cpu", machine[1], "-M", "q35",
                "-m", str(self.memory), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                "-serial", f"file:{folder}/console",
                "-chardev", f"socket,id=port,path={folder}/port,server=on,wait=off",
                "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=port",
                "-kernel", kernel, "-initrd", initramfs, "-append", f"{APPEND} aoe_mtu={self.mtu}",
                "-netdev", f"tap,id=net,ifname={self.interface},script=no,downscript=no",
                "-device", f"virtio-net-pci,netdev=net,romfile=,host_mtu={self.mtu}"]

    def _boot(self):
        self.boots += 1
        self.folder = tempfile.mkdtemp(prefix="guest-", dir=self.lab.folder)
        self.pending = b""
        self.process = self.lab.spawn(self._command(self.folder), self.namespace, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.end, self.watched = time.monotonic() + BOOT_SECONDS, None
        self._connect()
        if self._line() != b"ready":
            raise GuestError(f"the guest did not boot: {self.console()[-500:]}")

    def _connect(self):
        self.port = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.port.connect(os.path.join(self.folder, "port"))
                self.port.setblocking(False)
                return
            except OSError as error:
                if self.process.poll() is not None:
                    said = self.process.stderr.read().decode(errors="replace").strip()
                    raise GuestError(f"qemu ended: {said}") from error
                if time.monotonic() > self.end:
                    raise GuestError("qemu does not listen") from error
            time.sleep(0.01)

    def _wait(self, write=False):
        """Until the port can be read, or written to."""
        left = None if self.end is None else max(0, self.end - time.monotonic())
        read = [] if write else [self.port]
        watched = [self.watched] if self.watched else []
        ready = select.select(read + watched, [self.port] if write else [], [], left)
        if watched and self.watched in ready[0]:
            raise Abandoned
        if not any(ready):
            raise GuestError(f"the guest does not answer; its console: {self.console()[-500:]}")

    def _receive(self):
        self._wait()
        try:
            data = self.port.recv(1 << 20)
        except OSError:
            data = b""
        if not data:
            raise GuestError(f"the guest has ended; its console: {self.console()[-500:]}")
        self.pending += data

    def _send(self, data):
        view = memoryview(data)
        while view:
            self._wait(write=True)
            try:
                view = view[self.port.send(view):]
            except OSError as error:
                raise GuestError("the guest has ended") from error

    def _line(self):
        """The next line from the guest, without its end."""
        while b"\n" not in self.pending:
            self._receive()
        line, _, self.pending = self.pending.partition(b"\n")
        return line

    def _bytes(self, count):
        while len(self.pending) < count:
            self._receive()
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def console(self):
        """What the kernel said."""
        try:
            with open(os.path.join(self.folder, "console"), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def call(self, script, data=b"", timeout=60, watched=None):
        """Runs a script of the shell in the guest, with `data` as its standard input; returns its
        exit status, and the bytes of its standard output and of its standard error. Without a
        timeout for as long as it takes. Ends it when `watched`, a file or socket, can be read, and
        raises Abandoned."""
        self.number += 1
        self.end = time.monotonic() + timeout if timeout else None
        request = b"run %d %d %s\n" % (self.number, len(data), base64.b64encode(script.encode()))
        # Half a request would not be understood.
        self._send(request + data)
        self.watched = watched
        try:
            return self._result()
        except Abandoned:
            self._kill()
            raise
        finally:
            self.watched = None

    def _result(self):
        words = []
        while words[:2] != [b"end", b"%d" % self.number]:
            words = self._line().split()
        status, output, error = map(int, words[2:])
        self.watched = None
        self._send(b"give\n")
        return status, self._bytes(output), self._bytes(error)

    def _kill(self):
        self.end, self.watched = time.monotonic() + KILL_SECONDS, None
        self._send(b"kill %d\n" % self.number)
        while self._line() != b"killed %d" % self.number:
            pass

    def run(self, script, timeout=60):
        """Runs a script; returns its exit status and its output, with its errors."""
        status, output, _ = self.call(f"exec 2>&1\n{script}", timeout=timeout)
        return status, output.decode(errors="replace")

    def text(self, script, timeout=60):
        """The output of a script that must succeed."""
        status, output = self.run(script, timeout)
        if status:
            raise GuestError(f"exit status {status} of {script!r}: {output.strip()}")
        return output

    def close(self):
        """Powers the guest off, and ends it where it does not go."""
        if self.port and self.process and self.process.poll() is None:
            try:
                off = base64.b64encode(b"ip link set eth0 down; echo b >/proc/sysrq-trigger")
                self.port.send(b"run 0 0 %s\n" % off)
                self.process.wait(2)
            except (OSError, subprocess.TimeoutExpired):
                pass
        if self.port:
            self.port.close()
        if self.process:
            self.lab.end(self.process)
        self.port = self.process = None


def boot_sector(folder, name="boot"):
    """Assembles a boot sector of ci/guestroot; returns its 512 bytes."""
    assembled, linked = os.path.join(folder, f"{name}.o"), os.path.join(folder, name)
    source = os.path.join(aoelab.ROOT, f"ci/guestroot/{name}.S")
    subprocess.run(["gcc", "-c", "-m32", "-o", assembled, source], check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-Ttext", "0x7C00", "--oformat", "binary", "-o", linked, assembled],
                   check=True)
    with open(linked, "rb") as file:
        return file.read()


class Ipxe:
    """A machine that runs a script of iPXE: with Ipxe(lab, lab.target, script) as machine: ..."""

    def __init__(self, lab, namespace, script, interface=INTERFACE, disk=None):
        """`disk` is the path of a disk image: its drive 0x80."""
        self.lab, self.namespace, self.interface, self.disk = lab, namespace, interface, disk
        self.script = script

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="ipxe-", dir=self.lab.folder)
        path = os.path.join(self.folder, "script")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"#!ipxe\n{self.script}\n")
        self.process = self.lab.spawn(self._command(path), self.namespace, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.lab.end(self.process, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, script):
        # Below 72 MB iPXE overlooks the script.
        command = ["qemu-system-x86_64", "-accel", "tcg", "-M", "pc,graphics=off", "-m", "128",
                   "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                   "-serial", f"file:{self.folder}/console", "-kernel", "/boot/ipxe.lkrn", "-initrd", script,
                   "-netdev", f"tap,id=net,ifname={self.interface},script=no,downscript=no",
                   "-device", "virtio-net-pci,netdev=net,romfile=",
                   "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        if self.disk:
            command += ["-drive", f"file={self.disk},format=raw,if=virtio,cache=unsafe"]
        return command

    def console(self):
        """What the machine wrote to its console."""
        with open(os.path.join(self.folder, "console"), encoding="utf-8", errors="replace") as file:
            return file.read()


def run_ipxe(lab, namespace, script, interface=INTERFACE, timeout=60):
    """Runs a script of iPXE on a machine without a disk; returns qemu's exit status and what the
    machine wrote to its console."""
    with Ipxe(lab, namespace, script, interface) as machine:
        try:
            status = machine.process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        return status, machine.console()
