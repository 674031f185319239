# SPDX-License-Identifier: GPL-2.0-or-later
"""aoe-analyze --live: lines of JSON and the view, on a wire."""
import contextlib
import json
import os
import queue
import signal
import struct
import subprocess
import threading
import time

import pytest

import aoeframes
import aoelab
from aoeframes import ata, config

# For what takes under a second on a machine with nothing else to do.
PATIENCE = 30
READ, STATUS_GOOD = 0x20, 0x40
RESPONSE = 8


def analyze(lab, *arguments, **options):
    command = [aoelab.build_path("aoe-analyze"), "--live", *map(str, arguments)]
    options.setdefault("stdout", subprocess.PIPE)
    return lab.spawn(command, lab.initiator, stderr=subprocess.PIPE, text=True,
                     env=lab.environment(), **options)


class Lines:
    """The lines of aoe-analyze --live --json -, as they come."""

    def __init__(self, lab, *arguments, interval=0.2):
        self.lab, self.all, self.queue = lab, [], queue.Queue()
        self.process = analyze(lab, "a0", "--json", "-", "--interval", interval, *arguments)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.next()  # it captures from here on

    def _read(self):
        for line in self.process.stdout:
            self.queue.put(json.loads(line))

    def next(self):
        self.all.append(self.queue.get(timeout=PATIENCE))
        return self.all[-1]

    def until(self, holds):
        """The first line for which that holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if holds(line := self.next()):
                return line
        raise AssertionError(f"not within {PATIENCE} s; the last line: {self.all[-1]}")

    def finish(self):
        """Ends it as Ctrl-C does; all lines."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE) == 0, self.process.stderr.read()
        self.reader.join(PATIENCE)
        while not self.queue.empty():
            self.all.append(self.queue.get())
        assert self.process.stderr.read() == ""
        return self.all


def total(lines, name, part="total"):
    return sum(line[part][name] for line in lines)


def of_target(lines, target, vlan=None):
    return [row for line in lines for row in line["targets"]
            if (row["target"], row["vlan"]) == (target, vlan)]


def tagged(raw, *tags):
    return raw[:12] + b"".join(struct.pack("!HH", *tag) for tag in tags) + raw[12:]


def test_counts_are_exact(lab):
    lab.reference()
    lines = Lines(lab)
    with lab.port() as port:
        for i in range(300):
            assert port.ask(0, ata(READ, i % 100, 2))
        for _ in range(7):
            assert port.ask(0, ata(0x99))
        assert port.ask(1, config(0))
        lost = aoeframes.build(aoeframes.BROADCAST, port.mac, 0, ata(READ), slot=7, tag=77)
        for _ in range(4):
            port.socket.send(lost)
        mac = ":".join(f"{byte:02x}" for byte in port.mac)
    seen = lines.finish()
    assert total(seen, "commands") == 309
    assert total(seen, "answers") == 308
    assert total(seen, "repeats") == 3
    assert total(seen, "errors") == 7
    assert total(seen, "read_bytes") == 300 * 1024
    assert sum(line["received"] for line in seen) == 2 * 308 + 4
    assert sum(row["commands"] for row in of_target(seen, "e0.1")) == 308
    assert sum(row["repeats"] for row in of_target(seen, "e0.7")) == 3
    assert of_target(seen, "e0.7")[-1]["outstanding"]["now"] == 1
    assert of_target(seen, "e0.1")[-1]["advertised"]["sector_count"] == 2
    assert {row["initiator"] for line in seen for row in line["initiators"]} == {mac}
    assert sum(row["commands"] for line in seen for row in line["pairs"]) == 309
    whole = seen[-1]["whole"]
    assert (whole["commands"], whole["answers"], whole["repeats"]) == (309, 308, 3)
    assert whole["command_latency"]["count"] == 308
    assert whole["dropped_kernel"] == whole["dropped_interface"] == 0


def test_the_fields_of_a_line(lab):
    lab.reference()
    lines = Lines(lab, interval=0.3)
    with lab.port() as port:
        assert port.ask(0, ata(READ))
    line = lines.until(lambda line: line["total"]["answers"])
    lines.finish()
    assert line["schema"] == 1 and line["interface"] == "a0" and line["up"] is True
    assert line["interval_ns"] == 300_000_000
    assert abs(line["time_ns"] / 1e9 - time.time()) < 2 * PATIENCE
    latency = line["total"]["command_latency"]
    assert 0 < latency["p50_ns"] <= latency["p90_ns"] <= latency["p99_ns"] <= latency["max_ns"]
    times = [line["time_ns"] for line in lines.all]
    assert times == sorted(set(times))


def exchange(sender, answerer, slot, *tags):
    """A read and its answer, below those VLAN tags, from one end of the wire and the other."""
    request = aoeframes.build(answerer.mac, sender.mac, 0, ata(READ, 5, 1), tag=9, slot=slot)
    answer = aoeframes.build(sender.mac, answerer.mac, 0, ata(STATUS_GOOD, 5, 1, data=bytes(512)),
                             tag=9, slot=slot, flags=RESPONSE)
    sender.socket.send(tagged(request, *tags))
    answerer.socket.send(tagged(answer, *tags))


@pytest.mark.parametrize("tags, vlan", [
    ([(0x8100, 10)], "10"),
    ([(0x8100, 0x600A)], "10"),
    ([(0x88A8, 100), (0x8100, 10)], "100.10"),
    ([(0x8100, 20), (0x8100, 21)], "20.21"),
    ([(0x9100, 5)], "5"),
    ([(0x8100, 0)], None),
])
@pytest.mark.parametrize("outgoing", [True, False])
def test_tagged_frames(lab, tags, vlan, outgoing):
    """Tags that the kernel takes off on receiving, and those that it leaves on sending."""
    lines = Lines(lab)
    with lab.port() as near, aoeframes.Port(lab.target, aoelab.TARGET) as far:
        exchange(*((near, far) if outgoing else (far, near)), 3, *tags)
        other = near if outgoing else far
        other.socket.send(tagged(b"\xff" * 6 + near.mac + b"\x08\x00" + bytes(46), *tags))
    seen = lines.finish()
    rows = of_target(seen, "e0.3", vlan)
    assert [row["commands"] for row in rows if row["commands"]] == [1]
    assert sum(row["answers"] for row in rows) == 1
    assert sum(line["received"] for line in seen) == 2


def test_silence_of_a_dead_target(lab):
    lines = Lines(lab)
    with lab.port() as port:
        port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, 0, ata(READ), slot=4))
        line = lines.until(lambda line: any(row["silent_ns"] >= 400_000_000
                                            for row in line["targets"]))
        row = line["targets"][0]
        assert row["target"] == "e0.4" and row["outstanding"] == {"now": 1, "max": 1}
        assert row["frames"] == 0
    lines.finish()


def test_check_counts_broken_rules(lab):
    lines = Lines(lab, "--check")
    with lab.port() as port:
        port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, 0, ata(READ)))
        port.socket.send(aoeframes.build(port.mac, port.mac, 0, ata(STATUS_GOOD, data=bytes(512)),
                                         version=2, flags=RESPONSE))
    line = lines.until(lambda line: line["findings"])
    assert {"clause": "2.2-version", "level": "must", "count": 1} in line["findings"]
    lines.finish()


def test_target_and_host_filter(lab):
    lab.reference()
    lines = Lines(lab, "--target", "e0.9")
    with lab.port() as port:
        assert port.ask(0, ata(READ))
        port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, 0, ata(READ), slot=9))
    seen = lines.finish()
    assert total(seen, "commands") == 1
    assert sum(line["filtered_frames"] for line in seen) == 2


def test_interface_goes_down_and_comes_back(lab):
    lab.reference()
    lines = Lines(lab)
    lab.inside(lab.initiator, ["ip", "link", "set", "a0", "down"])
    lines.until(lambda line: not line["up"])
    lab.inside(lab.initiator, ["ip", "link", "set", "a0", "up"])
    lines.until(lambda line: line["up"])
    with lab.port() as port:
        end = time.monotonic() + PATIENCE
        while not port.ask(0, ata(READ), timeout=0.2):
            assert time.monotonic() < end
    line = lines.until(lambda line: line["total"]["answers"])
    assert line["whole"]["answers"] >= 1
    lines.finish()


def test_reader_goes_away(lab):
    process = analyze(lab, "a0", "--json", "-", "--interval", 0.1)
    assert process.stdout.readline().startswith("{")
    process.stdout.close()
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == ""


def test_head_reads_two_lines(lab):
    program = aoelab.build_path("aoe-analyze")
    process = lab.run(["bash", "-c", f"{program} --live a0 --json - --interval 0.1 | head -2;"
                       " echo ${PIPESTATUS[0]}"], stdout=subprocess.PIPE, text=True,
                      timeout=PATIENCE, env=lab.environment())
    lines = process.stdout.splitlines()
    assert len(lines) == 3 and lines[2] == "0"
    assert [json.loads(line)["schema"] for line in lines[:2]] == [1, 1]


def test_full_disk(lab):
    process = analyze(lab, "a0", "--json", "/dev/full", "--interval", 0.1)
    assert process.wait(PATIENCE) == 3
    said = process.stderr.read()
    assert said.count("\n") == 1 and "No space" in said


def test_the_last_line_is_of_a_part_of_the_interval(lab):
    lines = Lines(lab, interval=2)
    with lab.port() as port:
        for tag in range(5):
            port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, 0, ata(READ), tag=tag))
    seen = lines.finish()
    assert total(seen, "commands") == 5
    assert 0 < seen[-1]["interval_ns"] != 2_000_000_000


def captures(lab):
    """True once there is a packet socket."""
    with open(f"/proc/{lab.initiator}/net/packet", encoding="ascii") as sockets:
        return len(sockets.readlines()) > 1


def test_sigterm_within_the_first_interval(lab):
    process = analyze(lab, "a0", "--json", "-", "--interval", 3600)
    end = time.monotonic() + PATIENCE
    while not captures(lab):
        assert time.monotonic() < end
        time.sleep(0.01)
    process.terminate()
    line, = process.stdout.read().splitlines()
    assert process.wait(PATIENCE) == 0
    assert 0 < json.loads(line)["interval_ns"] < 3600_000_000_000


@pytest.mark.parametrize("arguments, words", [
    (["nosuch0", "--json", "-"], ["nosuch0", "ip link"]),
    (["lo", "--json", "-"], ["lo", "down", "up"]),
    (["a0"], ["terminal", "--json"]),
    (["a0", "--json", "/no/such/folder/x"], ["/no/such/folder/x"]),
])
def test_what_does_not_work(lab, arguments, words):
    process = analyze(lab, *arguments, stdin=subprocess.DEVNULL)
    assert process.wait(PATIENCE) == 3
    said = process.stderr.read()
    assert said.count("\n") == 1 and said.startswith("aoe-analyze: "), said
    for word in words:
        assert word in said


def test_without_privilege(lab):
    process = lab.run(["setpriv", "--bounding-set=-net_raw", aoelab.build_path("aoe-analyze"),
                       "--live", "a0", "--json", "-"], stdout=subprocess.PIPE,
                      stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    assert process.returncode == 3
    assert "CAP_NET_RAW" in process.stderr and process.stderr.count("\n") == 1


def test_drops_are_told(lab):
    """Stopped, it cannot read: what the kernel's buffer does not hold is counted as dropped."""
    lines = Lines(lab)
    os.kill(lines.process.pid, signal.SIGSTOP)
    flood = aoeframes.build(aoeframes.BROADCAST, b"\x02" * 6, 0, ata(READ), pad=128)
    sent = 0
    with aoeframes.Port(lab.target, aoelab.TARGET) as port:
        for sent in range(1, 400001):
            port.socket.send(flood)
    os.kill(lines.process.pid, signal.SIGCONT)
    line = lines.until(lambda line: line["whole"]["dropped_kernel"])
    lines.until(lambda line: line["whole"]["received"] + line["whole"]["dropped_kernel"] >= sent)
    assert line["dropped_kernel"] > 0
    whole = lines.finish()[-1]["whole"]
    assert whole["received"] + whole["dropped_kernel"] == sent


class View:
    """The view in a terminal of tmux, in the initiator's namespace."""

    def __init__(self, lab, width=80, height=24, environment=()):
        self.lab = lab
        self.socket = os.path.join(lab.folder, "tmux")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", width, "-y", height,
                  "env", "PS1=ready> ", "LC_ALL=C.UTF-8", *environment, "sh")
        self.until("ready>")
        self.type(f"cd {lab.folder}; stty -g > before")
        self.keys("Enter")
        self.start()

    def tmux(self, *arguments):
        process = self.lab.run(["tmux", "-S", self.socket, *map(str, arguments)], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True,
                               timeout=PATIENCE, env=self.lab.environment())
        return process.stdout

    def start(self):
        self.type(f"{aoelab.build_path('aoe-analyze')} --live a0 --interval 0.5; echo ended=$?")
        self.keys("Enter")
        self.until("dropped: 0 kernel")

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def until(self, *words, absent=()):
        """The screen, once it has these words and lacks those."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = self.screen()
            if all(word in text for word in words) and not any(word in text for word in absent):
                return text
            time.sleep(0.05)
        raise AssertionError(f"no {words} on the screen:\n{text}")

    def ended(self):
        """The screen after the end: what was there before, and the terminal as it was."""
        text = self.until("ended=0", "ready>", absent=["dropped:"])
        self.type("stty -g > after; cmp before after && echo same")
        self.keys("Enter")
        self.until("\nsame")
        assert self.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}") == "0 1\n"
        return text


@pytest.fixture(name="traffic")
def fixture_traffic(lab):
    """Reads of e0.1 all the time, one in two to e0.5, which nobody serves; errors of e0.1."""
    lab.reference()
    ended = threading.Event()

    def run():
        with lab.port() as port:
            for i in range(1 << 20):
                if ended.wait(0.02):
                    return
                with contextlib.suppress(OSError):  # a test takes the interface away
                    port.ask(0, ata(READ if i % 3 else 0x99, i % 1000, 2))
                    if i % 2:
                        port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, 0,
                                                         ata(READ), slot=5, tag=i))

    thread = threading.Thread(target=run)
    thread.start()
    yield lab
    ended.set()
    thread.join()


def rows(screen):
    """The first words of the lines below the table's title."""
    lines = screen.splitlines()
    title = next(i for i, line in enumerate(lines) if "CMD/S" in line)
    return [line.split()[0] for line in lines[title + 1:-1] if line.strip()]


def test_view_shows_and_sorts(traffic):
    view = View(traffic)
    screen = view.until("TARGET", "e0.1", "e0.5", "0 interface", "q quit")
    assert rows(screen) == ["e0.1", "e0.5"]
    assert "█" in screen
    line = next(line for line in screen.splitlines() if line.startswith("e0.1"))
    assert "us" in line or "ms" in line
    view.keys("6")
    view.keys("i")
    view.until("INITIATOR", absent=["e0.5"])
    view.keys("p")
    view.until("PAIR", "e0.5 ")
    view.keys("Tab")
    view.until("TARGET", "e0.5")
    view.keys("q")
    view.ended()


def test_view_sorts_by_latency_and_errors(lab):
    """Two targets: one with more commands, one with errors."""
    view = View(lab)
    with lab.port() as near, aoeframes.Port(lab.target, aoelab.TARGET) as far:
        for slot, count, status in ((1, 5, STATUS_GOOD), (2, 2, 0x41)):
            for tag in range(count):
                near.socket.send(aoeframes.build(far.mac, near.mac, 0, ata(READ), slot=slot,
                                                 tag=tag))
                far.socket.send(aoeframes.build(near.mac, far.mac, 0, ata(status), slot=slot,
                                                tag=tag, flags=RESPONSE))
    view.keys("w")
    view.until("since the start", "e0.1", "e0.2")
    for key, order in (("5", ["e0.2", "e0.1"]), ("1", ["e0.1", "e0.2"]), ("6", ["e0.1", "e0.2"])):
        view.keys(key)
        view.until("errors 2")
        end = time.monotonic() + PATIENCE
        while rows(view.screen()) != order:
            assert time.monotonic() < end, view.screen()
    view.keys("5", "Enter")
    view.until("e0.2\n", "COMMAND LATENCY of 2 answers", "OPERATION", "p99.9", "at most")
    view.keys("z")
    view.until("  0 frames received", "e0.2\n", "0 answers")
    view.keys("Escape")
    view.until("TARGET", "e0.1", "e0.2")
    view.keys("C-c")
    view.ended()


def test_view_in_detail(traffic):
    view = View(traffic)
    view.until("e0.5")
    view.keys("Down", "Enter")
    view.until("e0.5\n", "no answers so far", "NO ANSWER for", "INITIATOR")
    view.keys("Escape")
    view.until("TARGET")
    view.keys("Up", "Enter")
    screen = view.until("e0.1\n", "advertised", "COMMAND LATENCY", "read ", "p50", "█",
                        "INITIATOR")
    assert " to " in screen
    view.keys("?")
    view.until("Keys", "Space", "pause")
    view.keys("?")
    view.until("COMMAND LATENCY")
    view.keys("Escape")
    view.keys("Space")
    paused = view.until("PAUSED", "TARGET")
    time.sleep(1.2)
    assert rows(view.screen()) == rows(paused)
    assert [l for l in view.screen().splitlines() if l.startswith("e0.")] == \
           [l for l in paused.splitlines() if l.startswith("e0.")]
    view.keys("Space", "+")
    view.until("every 1.00 s", absent=["PAUSED"])
    view.keys("q")
    view.ended()


def test_view_paused_of_one_who_came_later(lab):
    """What is chosen among all since the start need not be in the interval that was kept."""
    view = View(lab)
    view.keys("Space", "w")
    view.until("PAUSED", "since the start")
    with lab.port() as port:
        port.socket.send(aoeframes.build(aoeframes.BROADCAST, port.mac, 0, ata(READ), slot=8))
    view.until("e0.8")
    view.keys("Enter")
    view.until("e0.8\n", "OPERATION")
    view.keys("w")
    view.until("PAUSED", "Not seen in this interval", absent=[", since the start"])
    view.keys("q")
    view.ended()


def test_view_survives_any_size(traffic):
    view = View(traffic)
    view.until("e0.1")
    for width, height in ((40, 10), (20, 5), (3, 2), (1, 1), (200, 60), (40, 10)):
        view.tmux("resize-window", "-x", width, "-y", height)
        view.keys("Enter", "NPage", "End", "?", "?", "Escape")
        end = time.monotonic() + PATIENCE
        while width >= 20 and "dropped: 0 kernel" not in view.screen():
            assert time.monotonic() < end, view.screen()
    screen = view.until("dropped: 0 kernel, 0 interface", "TARGET", "e0.1", "q quit")
    assert all(len(line) <= 40 for line in screen.splitlines())
    assert len(screen.splitlines()) <= 10
    view.keys("q")
    view.tmux("resize-window", "-x", 100, "-y", 30)
    view.ended()


def test_view_colours(traffic):
    view = View(traffic)
    view.until("e0.5", "errors")
    end = time.monotonic() + PATIENCE
    while "\x1b[31m" not in view.screen("-e") and "[31" not in view.screen("-e"):
        assert time.monotonic() < end
    view.keys("q")
    view.ended()


def test_view_without_colours_and_unicode(traffic):
    view = View(traffic, environment=["NO_COLOR=1", "LC_ALL=C"])
    screen = view.until("e0.1", "#")
    assert screen.isascii()
    assert not any(f"[{number}m" in view.screen("-e") for number in range(30, 38))
    view.keys("q")
    view.ended()


def test_view_gives_the_terminal_back(traffic):
    """Also on SIGTERM, and where the interface went away meanwhile."""
    view = View(traffic)
    view.until("e0.1")
    traffic.inside(traffic.initiator, ["ip", "link", "set", "a0", "down"])
    view.until("a0", "DOWN: waiting")
    traffic.inside(traffic.initiator, ["ip", "link", "set", "a0", "up"])
    view.until("a0", absent=["DOWN"])
    traffic.inside(traffic.initiator, ["ip", "link", "del", "a0"])
    view.until("a0", "DOWN: waiting")
    processes = traffic.run(["pgrep", "-f", "aoe-analyze --live a0 --interval 0.5$"], text=True,
                            stdout=subprocess.PIPE).stdout.split()
    inside = [int(pid) for pid in processes
              if os.path.samefile(f"/proc/{pid}/ns/net", f"/proc/{traffic.initiator}/ns/net")]
    assert len(inside) == 1
    os.kill(inside[0], signal.SIGTERM)
    view.ended()


def test_view_on_an_unknown_terminal(lab):
    process = lab.run(["script", "-qec", f"{aoelab.build_path('aoe-analyze')} --live a0",
                       "/dev/null"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                      env=dict(lab.environment(), TERM="nonsense"), timeout=PATIENCE)
    assert process.returncode == 3
    assert "TERM" in process.stdout and "--json -" in process.stdout
