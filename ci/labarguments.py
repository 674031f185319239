# SPDX-License-Identifier: GPL-2.0-or-later
"""What the command lines of the lab and of the guest have in common."""
import argparse
import os

import aoelab

UNITS = {"K": 10, "M": 20, "G": 30, "T": 40, "P": 50}


def size(text):
    unit = text[-1:].upper()
    number = int(text[:-1]) << UNITS[unit] if unit in UNITS else int(text)
    if not 0 < number < 1 << 63:
        raise ValueError(text)
    return number


def mtu(text):
    number = int(text)
    if not 68 <= number <= 65535:
        raise ValueError(text)
    return number


def _words(text, **names):
    words = text.split()
    if not words:
        raise argparse.ArgumentTypeError("names no program")
    try:
        for word in words:
            word.format(**names)
    except (LookupError, ValueError, AttributeError):
        replaced = ", ".join(f"{{{name}}}" for name in names)
        raise argparse.ArgumentTypeError(f"{word}: only {replaced} are replaced") from None
    return words


def target(text):
    return _words(text, interface="", image="", state="")


def command(text):
    return _words(text, interface="", stimulus="")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def add(parser):
    parser.add_argument("--mtu", type=mtu, default=1500, help="of both ends (default 1500)")
    parser.add_argument("--size", type=size, default=size("10M"),
                        help="of the disk, a sparse file: 10M, 2P (default 10M)")
    parser.add_argument("--target", metavar="COMMAND", type=target,
                        help="such as 'vblade 0 1 {interface} {image}'")


def stop(number, _):
    raise SystemExit(128 + number)


def serve(lab, options, interface):
    """Starts the target on an interface of its namespace."""
    image = lab.image(options.size)
    names = {"interface": interface, "image": image, "state": os.path.join(lab.folder, "state")}
    command = options.target or [aoelab.build_path("aoe-target"), "--state", "{state}", "0", "1",
                                 "{interface}", "{image}"]
    lab.start_target([word.format(**names) for word in command])
