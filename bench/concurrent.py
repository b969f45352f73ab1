#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sessions that are all open at once: bench/concurrent.py BUILD [--quick | --memory MIB [N...]]

N sessions of as many sources (bench/make_capture.c, kinds open and turns): each is greeted, says
EHLO and is silent while all others do the same; later each sends a message. A session is lost where
its record is not that of the whole dialogue, with its message accepted. Prints the peak of resident
memory, CPU time, sessions and sources lost. --quick is small enough for a test, which fails where
one is lost or memory is above what the setting allows.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NUMBERS = (100000, 500000, 1000000)
KINDS = ("open", "turns")
QUICK = {"open": 24000, "turns": 16000}  # connections, in QUICK_MEMORY
QUICK_MEMORY = 64  # MiB
SLACK = 48  # MiB: the program, its libraries and small things are not in tables


def is_whole(line):
    s = json.loads(line)["heloscope"]["session"]
    return (s["capture"].get("complete") is True and s["behavior"]["quit"] and
            s["messages"]["accepted"] == 1 and s["commands"]["count"] == 5)


def run(program, maker, kind, number, memory):
    """(whole sessions, counters, MiB at the peak, CPU seconds)"""
    make = subprocess.Popen([maker, kind, str(number), str(number), "-"], stdout=subprocess.PIPE)
    # Of checksums that are zero, one in 65,536 is right, and the others then seem to be wrong.
    replay = subprocess.Popen([program, "-r", "-", "-k", "none", "--summary", "none", "-q",
                               "--progress", "none", "--datasets", "session,stats",
                               "--set", "memory=%dMiB" % memory],
                              stdin=make.stdout, stdout=subprocess.PIPE)
    make.stdout.close()
    whole, stats = 0, None
    for line in replay.stdout:
        if b'"dataset":"heloscope.session"' in line:
            whole += is_whole(line)
        else:
            stats = json.loads(line)["heloscope"]["stats"]
    _, status, used = os.wait4(replay.pid, 0)
    if make.wait() != 0 or status != 0 or stats is None:
        sys.exit("%s of %d sessions: status %d" % (kind, number, status))
    return whole, stats, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", type=pathlib.Path)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--memory", type=int, default=2048)
    options.add_argument("numbers", type=int, nargs="*", default=NUMBERS)
    o = options.parse_args()
    program = str(o.build.resolve() / "app" / "heloscope")
    memory = QUICK_MEMORY if o.quick else o.memory
    runs = [(kind, number) for kind in KINDS
            for number in ([QUICK[kind]] if o.quick else o.numbers)]
    failed = 0
    print("%-6s %9s %7s %9s %9s %9s %9s %9s %9s" % (
        "kind", "sessions", "memory", "peak MiB", "lost", "evicted", "cut", "sources-", "CPU s"))
    with tempfile.TemporaryDirectory(prefix="concurrent-") as name:
        maker = str(pathlib.Path(name) / "make_capture")
        subprocess.run(["gcc", "-O2", "-o", maker, HERE / "make_capture.c"], check=True)
        for kind, number in runs:
            whole, stats, peak, seconds = run(program, maker, kind, number, memory)
            evicted = stats["tcp"]["sessions_evicted"] + stats["tcp"]["flows_evicted"]
            bad = whole < number or stats["judge"]["sources_evicted"] > 0 or peak > memory + SLACK
            failed += bad
            print("%-6s %9d %7d %9.0f %9d %9d %9d %9d %9.1f%s" % (
                kind, number, memory, peak, number - whole, evicted,
                stats["smtp"].get("sessions_cut", 0), stats["judge"]["sources_evicted"], seconds,
                "   FAILED" if bad else ""), flush=True)
    print("%d passed, %d failed" % (len(runs) - failed, failed))
    return 1 if failed else 0


sys.exit(main())
