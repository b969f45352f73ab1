#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What growth costs: twice the flows, sources or bytes must not take more than 2.1 times as long.

Three series, each of four captures that double:

  flows    short sessions of as many sources throughout
  sources  short sessions, two of each source
  bytes    as many sessions throughout, each with a message whose attachment doubles

The rounds run all captures in turn; a factor is the median over the rounds of the time by that of
the capture before in the same round, less what a start costs. Time is that of the processor in the
program and for it.
"""
import argparse
import pathlib
import sys
import tempfile
from typing import NamedTuple

import measure
import plot

ROUNDS = 3
BOUND = 2.1
STEPS = (1, 2, 4, 8)


class Series(NamedTuple):
    name: str
    kind: str
    sessions: int
    sources: int
    size: int  # of a message, or 0
    grows: tuple  # names of the fields above that double
    unit: str


SERIES = (
    Series("flows", "short", 100000, 20000, 0, ("sessions",), "flows"),
    Series("sources", "short", 100000, 50000, 0, ("sessions", "sources"), "sources"),
    Series("bytes", "bulk", 500, 500, 250000, ("size",), "bytes a message"),
)


class Point:
    """One capture, and what its runs took."""

    def __init__(self, folder, series, step, scale):
        fields = {name: getattr(series, name) for name in ("sessions", "sources", "size")}
        for name in ("sessions", "sources"):
            fields[name] = max(1, fields[name] // scale)
        for name in series.grows:
            fields[name] *= step
        self.step = step
        self.x = fields[series.grows[-1]]
        self.path = measure.make_capture(folder, series.kind, fields["sessions"],
                                         fields["sources"], fields["size"] or None)
        self.bytes = self.path.stat().st_size
        self.cpu, self.peak = [], 0

    def run(self, build, start):
        used = measure.run(measure.replay(build, self.path))
        self.cpu.append(max(used.cpu - start, 1e-6))
        self.peak = max(self.peak, used.peak)


def factors(points):
    """Of each point, how many times as long as the one before it took; None for the first."""
    yield None
    for before, after in zip(points, points[1:]):
        yield measure.median([b / a for a, b in zip(before.cpu, after.cpu)])


def start_cost(folder, build):
    """Of the processor, for a capture of next to nothing."""
    path = measure.make_capture(folder, "short", 1, 1)
    return measure.median([measure.run(measure.replay(build, path)).cpu for _ in range(ROUNDS)])


def measure_all(folder, build, scale):
    start = start_cost(folder, build)
    table = [(series, [Point(folder, series, step, scale) for step in STEPS])
             for series in SERIES]
    for _ in range(ROUNDS):
        for _, points in table:
            for point in points:
                point.run(build, start)
    return start, table


def show(table):
    missed = 0
    out = measure.Table(["series", "n", "GB", "seconds", "factor", "peak MiB", " "])
    for series, points in table:
        for point, factor in zip(points, factors(points)):
            bad = factor is not None and factor > BOUND
            missed += bad
            out.row([series.name, point.x, "%.3f" % (point.bytes / 1e9),
                     "%.2f" % measure.median(point.cpu), "%.2f" % factor if factor else "-",
                     "%.0f" % point.peak, "MISSED" if bad else ""])
    return missed


def draw(path, table):
    series = {}
    for s, points in table:
        first = measure.median(points[0].cpu)
        name = "%s (%d: %.2f s)" % (s.unit, points[0].x, first)
        series[name] = [(p.step, measure.median(p.cpu) / first) for p in points]
    bound = [(step, BOUND ** n) for n, step in enumerate(STEPS)]
    plot.log_log(path, "What growth costs", "size, of the first capture's",
                 "time, of the first capture's", series,
                 ("%.1f times as long for twice the size" % BOUND, bound), STEPS)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("build", type=pathlib.Path, help="the build directory, of a release build")
    p.add_argument("--scale", type=int, default=1, metavar="N",
                   help="divide sessions and sources by N")
    p.add_argument("--plot", metavar="FILE", help="draw the factors into this SVG file")
    args = p.parse_args()
    measure.warn_if_busy()
    with tempfile.TemporaryDirectory(prefix="growth-") as name:
        folder = pathlib.Path(name)
        measure.compile_tools(folder, "make_capture")
        start, table = measure_all(folder, args.build.resolve(), args.scale)
        missed = show(table)
    print("A start costs %.2f s; it is in no row. The bound is %.1f for twice the size." % (
        start, BOUND))
    if args.plot:
        draw(args.plot, table)
    return 1 if missed else 0


sys.exit(main())
