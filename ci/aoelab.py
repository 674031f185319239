# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: two network namespaces, a veth pair between them, a target in one, a command in the other.

The namespaces have no names: they live as long as the processes in them. A sweeper ends those and
removes the lab's folder as soon as this process has ended, however it ended, so nothing is left
behind, also not after kill -9.
"""
import contextlib
import ctypes
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INITIATOR, TARGET = "a0", "b0"
AOE_TYPE = "88a2"
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def undisturbed():
    """Puts signals off: else one could come between making something and noting that it is there."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _prepare_child(parent):
    """In the child, before it becomes another program."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    for number in ENDS:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


def build_path(program):
    return os.path.join(os.environ.get("AOE_BUILD", os.path.join(ROOT, "build")), program)


def _inhabitants(namespaces):
    """The processes in these network namespaces, each given as (device, inode)."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            place = os.stat(f"/proc/{name}/ns/net")
        except OSError:
            continue
        if (place.st_dev, place.st_ino) in namespaces:
            yield int(name)


def sweep(descriptors):
    """Makes the lab's folder and prints its path. Waits for the end of standard input, which is the
    end of the lab; then ends what is still in its namespaces (grandchildren, too) and removes the
    folder. The open descriptors keep the namespaces' identities from being given to others."""
    folder = tempfile.mkdtemp(prefix="aoe-lab-")
    try:
        os.write(1, folder.encode() + b"\n")
    except BrokenPipeError:
        pass  # the lab has ended already
    places = map(os.fstat, descriptors)
    namespaces = {(place.st_dev, place.st_ino) for place in places}
    sys.stdin.buffer.read()
    for _ in range(500):
        left = list(_inhabitants(namespaces))
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not left:
            break
        time.sleep(0.01)
    shutil.rmtree(folder, ignore_errors=True)


class Lab:
    """with Lab(mtu=1500) as lab: lab.start_target([...]); lab.run([...])"""

    def __init__(self, mtu=1500, target_mtu=None):
        self.mtu = mtu
        self.target_mtu = target_mtu or mtu
        self.processes = []
        self.folder = None
        self.sweeper = None
        self.memory = []

    def __enter__(self):
        try:
            with undisturbed():
                self.initiator = self._namespace()
                self.target = self._namespace()
                self.sweeper = self._sweeper()
                self.folder = self.sweeper.stdout.readline().rstrip("\n")
                self._wire()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with undisturbed():
            for process in reversed(self.processes):
                self.end(process)
            while self.memory:
                os.close(self.memory.pop())
            if self.sweeper:
                self.sweeper.stdin.close()
                self.sweeper.wait()
                self.sweeper.stdout.close()

    def end(self, process, number=signal.SIGTERM):
        """Ends a process that this lab started and waits for it."""
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for stream in (process.stdout, process.stderr, process.stdin):
            if stream:
                stream.close()
        if process in self.processes:
            self.processes.remove(process)

    def spawn(self, command, namespace=None, **options):
        """Starts a command, in a namespace where one is named; it ends with the lab."""
        if namespace:
            command = ["nsenter", "-t", str(namespace), "-n", "--"] + list(command)
        parent = os.getpid()
        with undisturbed():
            process = subprocess.Popen(command, preexec_fn=lambda: _prepare_child(parent),
                                       **options)
            self.processes.append(process)
        return process

    def _namespace(self):
        holder = self.spawn(["unshare", "-n", "sleep", "infinity"])
        own = os.readlink("/proc/self/ns/net")
        for _ in range(500):
            if os.readlink(f"/proc/{holder.pid}/ns/net") != own:
                return holder.pid
            time.sleep(0.01)
        raise RuntimeError("no permission for a network namespace: run as root or in 'unshare -Urn'")

    def _sweeper(self):
        """Starts the sweeper, in a session of its own so that no Ctrl-C or hangup reaches it."""
        descriptors = [os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
                       for pid in (self.initiator, self.target)]
        try:
            return subprocess.Popen([sys.executable, "-IS", os.path.abspath(__file__),
                                     *map(str, descriptors)],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                    pass_fds=descriptors, start_new_session=True)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _wire(self):
        self.inside(self.initiator, ["ip", "link", "add", INITIATOR, "mtu", str(self.mtu), "type",
                                     "veth", "peer", "name", TARGET, "mtu", str(self.target_mtu),
                                     "netns", str(self.target)])
        for namespace, interface in ((self.initiator, INITIATOR), (self.target, TARGET)):
            # No IPv6: its chatter is none of this lab's business.
            path = f"/proc/sys/net/ipv6/conf/{interface}/disable_ipv6"
            self.inside(namespace, ["sh", "-c", f"[ ! -e {path} ] || echo 1 > {path} || true"])
            self.inside(namespace, ["ip", "link", "set", interface, "up"])

    def inside(self, namespace, command, **options):
        """Runs a command in a namespace to its end; an error raises."""
        return subprocess.run(["nsenter", "-t", str(namespace), "-n", "--"] + list(command),
                              check=True, **options)

    def image(self, size, name="disk"):
        """A sparse file of that many bytes; returns its path. Where the file system has no files of
        that size (ext4: 16 TB) it lies in memory."""
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            try:
                file.truncate(size)
                return path
            except OSError as error:
                if error.errno != errno.EFBIG:
                    raise
        self.memory.append(os.memfd_create(name))
        os.truncate(self.memory[-1], size)
        return f"/proc/{os.getpid()}/fd/{self.memory[-1]}"

    def start_target(self, command, **options):
        """Starts a target ("{interface}" in its arguments is replaced) and waits until its socket
        listens for AoE."""
        command = [word.replace("{interface}", TARGET) for word in command]
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.STDOUT)
        process = self.spawn(command, self.target, **options)
        for _ in range(1000):
            if process.poll() is not None:
                said = process.stdout.read().decode(errors="replace") if process.stdout else ""
                raise RuntimeError(f"{command[0]} ended with {process.returncode}" +
                                   (f": {said.strip()}" if said.strip() else ""))
            if self._listens():
                return process
            time.sleep(0.01)
        raise RuntimeError(f"{command[0]} does not listen on {TARGET}")

    def _listens(self):
        with open(f"/proc/{self.target}/net/packet", encoding="ascii") as sockets:
            return any(AOE_TYPE in line.split()[3:4] for line in sockets)

    @contextlib.contextmanager
    def capture(self, path, *options, interface=INITIATOR, namespace=None):
        """What tcpdump sees on an interface, written to a file that is complete at the end.

        Each frame takes as much of the buffer as the snap length allows: 10000 holds a jumbo frame.
        """
        process = self.spawn(["tcpdump", "-i", interface, "-w", path, "-U", "-Z", "root",
                              "--immediate-mode", "-B", "131072", "-s", "10000", *options,
                              "ether proto 0x88a2"],
                             namespace or self.initiator, stderr=subprocess.PIPE, text=True)
        line = process.stderr.readline()
        if "listening" not in line:
            raise RuntimeError(f"tcpdump: {line.strip()}")
        try:
            yield path
        finally:
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
            process.wait(10)
            self.end(process)
            if not re.search(r"^0 packets dropped by kernel", said, re.MULTILINE):
                raise RuntimeError(f"tcpdump lost frames: {said.strip()}")

    def run(self, command, **options):
        """Runs a command in the initiator's namespace and returns the finished process."""
        return subprocess.run(["nsenter", "-t", str(self.initiator), "-n", "--"] + list(command),
                              **options)


if __name__ == "__main__":
    sweep([int(number) for number in sys.argv[1:]])
