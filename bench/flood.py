#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks on heloscope itself, mixed with real sessions: bench/flood.py BUILD [--quick]

For each attack (bench/make_flood.c): packets, peak memory, CPU time a packet against that of the
real sessions alone, and how many of these were no longer seen whole. Fails where memory is above
what the settings allow, or real sessions are lost. --quick is small enough for a test.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ATTACKS = ("syn", "one", "endless", "holes", "collide")
PACKETS_A_SESSION = 15  # of make_capture's short ones
PACKETS_EACH = 5  # of the attack, after each packet of a session


def compile_tools(folder):
    for name in ("make_capture", "make_flood"):
        subprocess.run(["gcc", "-O2", "-o", folder / name, HERE / (name + ".c")], check=True)


def run(program, path, memory_mib, out):
    """CPU seconds and MiB at the peak of a replay; its session records go to `out`."""
    command = [str(program), "-r", str(path), "--summary", "none", "--progress", "none", "-q",
               "--datasets", "session", "--set", "memory=%dMiB" % memory_mib]
    with open(out, "wb") as f:
        pid = os.posix_spawn(command[0], command, os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2, f.fileno(), 1)])
        _, status, used = os.wait4(pid, 0)
    if status != 0:
        sys.exit("%s: status %d" % (" ".join(command), status))
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def whole_sessions(out):
    """Of those that are not the attack's."""
    whole = 0
    with open(out, encoding="ascii") as f:
        for line in f:
            r = json.loads(line)
            whole += (not r["source"]["ip"].startswith("100.") and
                      r["heloscope"]["session"]["capture"].get("complete") is True)
    return whole


def main():
    program = pathlib.Path(sys.argv[1]).resolve() / "app" / "heloscope"
    quick = "--quick" in sys.argv
    sessions, memory = (6000, 128) if quick else (40000, 256)
    bound = memory + 48  # the program, its libraries and small things are not in tables
    failed = 0
    with tempfile.TemporaryDirectory(prefix="flood-") as name:
        folder = pathlib.Path(name)
        real, out = folder / "real.pcap", folder / "out.jsonl"
        compile_tools(folder)
        subprocess.run([folder / "make_capture", "short", str(sessions), str(sessions // 4), real],
                       check=True)
        seconds, peak = run(program, real, memory, out)
        packets = sessions * PACKETS_A_SESSION
        each = seconds / packets
        want = whole_sessions(out)
        print("%-8s %9s %10s %12s %10s" % ("attack", "packets", "peak MiB", "a packet", "lost"))
        print("%-8s %9d %10.0f %9.0f ns %10d" % ("none", packets, peak, each * 1e9, 0))
        for attack in ATTACKS:
            mixed = folder / "mixed.pcap"
            subprocess.run([folder / "make_flood", attack, str(PACKETS_EACH), real, mixed],
                           check=True)
            count = packets * (1 + PACKETS_EACH)
            seconds, peak = run(program, mixed, memory, out)
            lost = want - whole_sessions(out)
            bad = lost > 0 or peak > bound
            failed += bad
            print("%-8s %9d %10.0f %10.2f x %10d%s" % (
                attack, count, peak, seconds / count / each, lost, "   FAILED" if bad else ""),
                flush=True)
    print("%d passed, %d failed" % (len(ATTACKS) - failed, failed))
    return 1 if failed else 0


sys.exit(main())
