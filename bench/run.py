#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast heloscope replays, beside a null libpcap loop and tshark over the same files.

In each round every program runs once, in turn; what is printed are medians over the rounds, of
ratios within a round where two programs are compared: the machine's speed drifts, such a ratio does
not. tshark is slow, so it and heloscope are compared on a part of the row's sessions.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import time
from typing import NamedTuple, Optional

import measure

ROUNDS = 5
WORKERS = 2


class Row(NamedTuple):
    kind: str  # of bench/make_capture.c
    sessions: int
    sources: int
    tshark_part: int  # of the sessions, that tshark reads
    workers: bool = False
    # (measure, bound): x_null and s_per_gb at most, packets_m and workers_gain at least
    budgets: tuple = ()


ROWS = (
    Row("bulk", 3000, 500, 4, budgets=(("x_null", 4.0),)),
    Row("mix", 20000, 3000, 4, workers=True, budgets=(("s_per_gb", 0.9), ("workers_gain", 1.2))),
    Row("text", 60000, 3000, 8),
    Row("short", 400000, 50000, 10, workers=True, budgets=(("packets_m", 2.5),)),
    Row("syn", 3000000, 1000000, 10),
)
UNITS = {"x_null": (max, "%.2f x null"), "s_per_gb": (max, "%.2f s/GB"),
         "packets_m": (min, "%.2f M packets/s"), "workers_gain": (min, "%.2f x with workers")}


class Rounds:
    """What the rounds of one row gave."""

    def __init__(self, row, size, packets):
        self.row, self.size, self.packets = row, size, packets
        self.ours, self.x_null, self.workers_gain, self.tshark = [], [], [], []

    def figures(self):
        walls = [used.wall for used in self.ours]
        return {"x_null": self.x_null, "workers_gain": self.workers_gain,
                "s_per_gb": [w / (self.size / 1e9) for w in walls],
                "packets_m": [self.packets / w / 1e6 for w in walls]}

    def verdicts(self):
        """Of each budget: its text and whether it is met."""
        for name, bound in self.row.budgets:
            worse, unit = UNITS[name]
            got = measure.median(self.figures()[name])
            yield unit % bound, worse(got, bound) == bound


def tshark(path):
    return ["tshark", "-n", "-r", path, "-Y", "smtp.req.command", "-T", "fields",
            "-e", "smtp.req.parameter"]


def measure_row(folder, build, row, scale, deadline, with_tshark):
    sessions = max(1, row.sessions // scale)
    sources = max(1, row.sources // scale)
    path = measure.make_capture(folder, row.kind, sessions, sources)
    part = measure.make_capture(folder, row.kind, max(1, sessions // row.tshark_part),
                                sources) if with_tshark else None
    null = [folder / "null_loop", path]
    rounds = Rounds(row, path.stat().st_size, measure.count_packets(folder, path))
    for n in range(ROUNDS):
        if n and time.monotonic() > deadline:
            break
        ours = measure.run(measure.replay(build, path))
        rounds.ours.append(ours)
        rounds.x_null.append(ours.wall / measure.run(null).wall)
        if row.workers:
            threads = measure.run(measure.replay(build, path, "--workers", WORKERS))
            rounds.workers_gain.append(ours.wall / threads.wall)
        if part and (n == 0 or time.monotonic() < deadline):
            ours = measure.run(measure.replay(build, part))
            rounds.tshark.append(measure.run(tshark(part), err="/dev/null").wall / ours.wall)
    path.unlink()
    if part:
        part.unlink()
    return rounds


def cell(values, form="%.2f"):
    return form % measure.median(values) if values else "-"


def show(rounds):
    figures = rounds.figures()
    walls = [used.wall for used in rounds.ours]
    budgets = ["%s: %s" % (text, "met" if met else "MISSED") for text, met in rounds.verdicts()]
    return [rounds.row.kind, "%.2f" % (rounds.size / 1e9), "%.2f" % (rounds.packets / 1e6),
            cell(walls), "%.0f %%" % measure.spread(walls),
            cell([100 * used.cpu / used.wall for used in rounds.ours], "%.0f %%"),
            cell(figures["s_per_gb"]), cell(figures["packets_m"]), cell(rounds.x_null),
            cell(rounds.tshark, "%.0f"), cell(rounds.workers_gain), "  " + ", ".join(budgets)]


HEAD = ["row", "GB", "M packets", "seconds", "spread", "on CPU", "s/GB", "M pkt/s", "x null",
        "tshark x", "workers x", "  budgets"]


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("build", type=pathlib.Path, help="the build directory, of a release build")
    p.add_argument("--rows", default=",".join(row.kind for row in ROWS), metavar="LIST")
    p.add_argument("--scale", type=int, default=1, metavar="N", help="divide all sizes by N")
    p.add_argument("--seconds", type=int, default=420,
                   help="no round but a row's first begins after its share of this")
    p.add_argument("--no-tshark", action="store_true")
    args = p.parse_args()
    args.rows = [row for name in args.rows.split(",") for row in ROWS if row.kind == name]
    if not args.rows or args.scale < 1:
        p.error("rows are %s; N is 1 or more" % ", ".join(row.kind for row in ROWS))
    return args


def main():
    args = parse()
    with_tshark = not args.no_tshark and shutil.which("tshark") is not None
    missed = 0
    measure.warn_if_busy()
    begin = time.monotonic()
    table = measure.Table(HEAD)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = pathlib.Path(name)
        measure.compile_tools(folder, "make_capture", "null_loop")
        for n, row in enumerate(args.rows, 1):
            deadline = begin + args.seconds * n / len(args.rows)
            rounds = measure_row(folder, args.build.resolve(), row, args.scale, deadline,
                                 with_tshark)
            missed += sum(not met for _, met in rounds.verdicts())
            table.row(show(rounds))
    print("spread: of the seconds over the rounds; on CPU: below 100 %% where others had the\n"
          "processor; tshark x: its time by ours; workers x: the time of one thread by that of\n"
          "--workers %d" % WORKERS)
    return 1 if missed else 0


sys.exit(main())
