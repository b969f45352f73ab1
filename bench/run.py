#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Benches: bench/run.py BUILD [--quick]

Makes large captures (bench/make_capture.c), then runs heloscope, a null libpcap loop over the same
file and, where it is installed, tshark, in turn, and prints the median of the ratios of each
round: the machine's speed drifts, the ratio within a round does not. A growth table follows: twice
the sessions must not cost more than twice the time.
"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# kind, sessions, sources
CAPTURES = [("bulk", 3000, 500), ("mix", 20000, 3000), ("text", 60000, 3000),
            ("short", 400000, 50000), ("syn", 3000000, 1000000)]
GROWTH = [("short", 100000, 50000), ("short", 200000, 100000), ("short", 400000, 200000),
          ("short", 800000, 400000)]
ROUNDS = 5


def compile_tools(folder):
    for name, libs in (("make_capture", []), ("null_loop", ["-lpcap"])):
        subprocess.run(["gcc", "-O2", "-o", folder / name, HERE / (name + ".c"), *libs],
                       check=True)


def make(folder, kind, sessions, sources):
    path = folder / ("%s-%d.pcap" % (kind, sessions))
    if not path.exists():
        subprocess.run([folder / "make_capture", kind, str(sessions), str(sources), path],
                       check=True)
    path.read_bytes()  # into the page cache
    return path


def timed(command):
    start = time.monotonic()
    r = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=False)
    wall = time.monotonic() - start
    if r.returncode != 0:
        sys.exit("%s: exit status %d" % (command[0], r.returncode))
    return wall


def peak_memory(command):
    pid = os.spawnvp(os.P_NOWAIT, command[0], command)
    return os.wait4(pid, 0)[2].ru_maxrss / 1024


def packets(folder, path):
    out = subprocess.run([folder / "null_loop", path], capture_output=True, check=True).stdout
    return int(out.split()[0])


def heloscope(build, path, *more):
    return [str(build / "app" / "heloscope"), "-r", str(path), "--summary", "none",
            "--progress", "none", "-q", *more]


def table_row(folder, build, kind, sessions, sources, rounds):
    path = make(folder, kind, sessions, sources)
    ours, null, ratios = [], [], []
    for _ in range(rounds):
        ours.append(timed(heloscope(build, path)))
        null.append(timed([str(folder / "null_loop"), str(path)]))
        ratios.append(ours[-1] / null[-1])
    wall, size = statistics.median(ours), path.stat().st_size
    row = "%-6s %9d %8.2f GB %8.2f s %7.2f s/GB %8.2f M packets/s %9d sessions/s %7.2f x null" % (
        kind, sessions, size / 1e9, wall, wall / (size / 1e9),
        packets(folder, path) / wall / 1e6, sessions / wall, statistics.median(ratios))
    if shutil.which("tshark") and size < 1.5e9 and kind != "syn":
        seconds = timed(["tshark", "-n", "-r", str(path), "-Y", "smtp.req.command", "-T",
                         "fields", "-e", "smtp.req.parameter"])
        row += "   tshark %6.1f s = %5.0f x ours" % (seconds, seconds / wall)
    return row


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    quick = "--quick" in sys.argv
    scale = 10 if quick else 1
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = pathlib.Path(name)
        compile_tools(folder)
        for kind, sessions, sources in CAPTURES:
            print(table_row(folder, build, kind, sessions // scale, sources // scale,
                            3 if quick else ROUNDS), flush=True)
        print("\ngrowth: sessions, seconds, times the row before, peak memory")
        before = None
        for kind, sessions, sources in GROWTH:
            path = make(folder, kind, sessions // scale, sources // scale)
            wall = statistics.median(timed(heloscope(build, path)) for _ in range(3))
            print("%9d %7.2f s %s %6.0f MiB" % (
                sessions // scale, wall, "%5.2f x" % (wall / before) if before else "       ",
                peak_memory(heloscope(build, path, "--set", "memory=1GiB"))), flush=True)
            before = wall


main()
