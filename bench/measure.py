# SPDX-License-Identifier: Apache-2.0
"""What the benches share: tools compiled, captures made, programs timed, tables printed."""
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
BUSY_LOAD = 0.5  # of a minute, from which figures in seconds are doubtful

median = statistics.median


class Used(NamedTuple):
    """What one run took: seconds by the clock and of the processor, MiB at the peak."""
    wall: float
    cpu: float
    peak: float


def compile_tools(folder, *names):
    libraries = {"null_loop": ["-lpcap"]}
    for name in names:
        subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-I", HERE.parent, "-o",
                        folder / name, HERE / (name + ".c"), *libraries.get(name, [])], check=True)


def into_page_cache(path):
    with open(path, "rb", buffering=0) as f:
        while f.read(1 << 24):
            pass


def make_capture(folder, kind, sessions, sources, size=None):
    """Made once, and read once, so that no run waits for a disk."""
    name = "-".join([kind, str(sessions), str(sources)] + ([str(size)] if size else []))
    path = folder / (name + ".pcap")
    if not path.exists():
        subprocess.run([folder / "make_capture", kind, str(sessions), str(sources), path] +
                       ([str(size)] if size else []), check=True)
        into_page_cache(path)
    return path


def replay(build, path, *more):
    """The command that replays `path` and writes alerts alone."""
    return [build / "app" / "heloscope", "-r", path, "--summary", "none", "--progress", "none",
            "-q", *more]


def count_packets(folder, path):
    out = subprocess.run([folder / "null_loop", path], capture_output=True, check=True).stdout
    return int(out.split()[0])


def run(command, out=os.devnull, err=None):
    """Runs it to its end, which must be a good one; what it writes goes to `out`, and `err`."""
    command = [str(word) for word in command]
    actions = [(os.POSIX_SPAWN_OPEN, 1, str(out), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    if err:
        actions.append((os.POSIX_SPAWN_OPEN, 2, str(err), os.O_WRONLY, 0))
    start = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, used = os.wait4(pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit("%s: exit status %d" % (" ".join(command), os.waitstatus_to_exitcode(status)))
    return Used(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def stop(process, number=signal.SIGINT):
    """Ends a Popen; its exit status and what it used."""
    process.send_signal(number)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used


def warn_if_busy():
    load = os.getloadavg()[0]
    if load > BUSY_LOAD:
        print("The machine is busy (load %.1f): figures in seconds are doubtful." % load,
              flush=True)


def spread(values):
    """How far the values lie apart, in percent of their median."""
    return 100 * (max(values) - min(values)) / median(values)


class Table:
    """Rows in columns of a fixed width, each printed as it comes."""

    def __init__(self, head):
        self.widths = [max(len(cell), 8) for cell in head]
        self.row(head)

    def row(self, cells):
        line = " ".join(str(cell).rjust(width) for cell, width in zip(cells, self.widths))
        print(line, flush=True)
