# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark with the plugin, run as an ordinary user: as root it loads no personal plugins."""
import contextlib
import json
import os
import shutil
import subprocess
import tempfile

import aoelab

NOBODY = 65534
PLUGINS = ".local/lib/wireshark/plugins/4.0/epan"


class Shark:
    """A home with the plugin in it (or without), and Wireshark's programs run in it."""

    def __init__(self, folder, plugin=True):
        self.home = os.path.join(folder, "home")
        os.makedirs(os.path.join(self.home, PLUGINS))
        os.makedirs(os.path.join(self.home, "tmp"))
        if plugin:
            shutil.copy(aoelab.build_path("aoe-suite.so"), os.path.join(self.home, PLUGINS))
        for path, folders, files in os.walk(self.home):
            for name in [path, *(os.path.join(path, entry) for entry in folders + files)]:
                os.chown(name, *((NOBODY, NOBODY) if os.geteuid() == 0 else (-1, -1)))
        os.chmod(folder, 0o755)

    def environment(self, **more):
        return {"HOME": self.home, "TMPDIR": os.path.join(self.home, "tmp"), "PATH": os.environ["PATH"],
                "TZ": "UTC", "LC_ALL": "C.UTF-8", "WIRESHARK_ABORT_ON_DISSECTOR_BUG": "1", **more}

    def command(self, program, *arguments):
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] \
            if os.geteuid() == 0 else []
        return [*user, program, *map(str, arguments)]

    def run(self, *arguments, program="tshark", timeout=120, environment=None, **options):
        """The finished process, its output as text."""
        return subprocess.run(self.command(program, *arguments), check=False, text=True, timeout=timeout,
                              errors="replace", env=self.environment(**(environment or {})), cwd=self.home,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def text(self, *arguments, **options):
        """Standard output of a run that must succeed."""
        process = self.run(*arguments, **options)
        assert process.returncode == 0, process.stderr
        return process.stdout

    def rows(self, capture, *fields, filter=None, passes=2):
        """The fields of each frame: a list of rows of texts, several values of one joined by commas."""
        options = ["-2"] if passes == 2 else []
        options += ["-Y", filter] if filter else []
        options += [word for field in fields for word in ("-e", field)]
        return [line.split("\t") for line in self.text("-r", capture, *options, "-T", "fields").splitlines()]

    def packets(self, capture, *options):
        return json.loads(self.text("-r", capture, "-2", "-T", "json", *options))


def readable(user, path):
    """A copy of a capture that the ordinary user may read."""
    copy = os.path.join(user.home, "tmp", os.path.basename(path))
    shutil.copy(path, copy)
    os.chmod(copy, 0o644)
    return copy


@contextlib.contextmanager
def shark(plugin=True):
    with tempfile.TemporaryDirectory() as folder:
        yield Shark(folder, plugin)
