#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks on heloscope itself (bench/make_flood.c), mixed with real sessions.

Each attack once between the packets of real sessions, five of its packets after each of theirs:
peak memory, processor time a packet against that of the real sessions alone, and how many of these
were no longer seen whole. Then once before them, so that they find every table full of it. What it costs
the others is the factor

    (time of the attack, then the sessions) - (time of the attack alone)
    --------------------------------------------------------------------
                  (time of the sessions alone) - (a start)

Fails where memory is above what the settings allow, real sessions are lost, or the factor is above
its bound. --quick is small enough for a test, and leaves the factor out.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import measure

ATTACKS = ("syn", "one", "endless", "holes", "collide", "slots", "sources", "shard")
# Sessions in a thousand that an attack may cost. A shard has one in 64 of them; that the shards of
# a replay are known is the price of the same output on every run.
MAY_LOSE = {"shard": 25}
PACKETS_A_SESSION = 15  # of make_capture's short ones
PACKETS_EACH = 5  # of the attack, after each packet of a session
# Of the attack alone: twice what the tables hold, where each packet is a connection, and no more, as
# the factor is a difference of two times that both grow with it.
PACKETS_BEFORE = 250000
MORE_BEFORE = {"endless": 600000, "holes": 600000}
ROUNDS = 5
FACTOR = 2.5  # the bound of what an attack costs the others
ELSEWHERE_MIB = 48  # the program, its libraries and small things are not in tables


def whole_sessions(out):
    """Of those that are not the attack's."""
    whole = 0
    with open(out, encoding="ascii") as f:
        for line in f:
            if '"ip":"100.' not in line:
                whole += json.loads(line)["heloscope"]["session"]["capture"].get("complete") is True
    return whole


def append_packets(path, more):
    """Those of capture `more` to capture `path`."""
    with open(path, "ab") as out, open(more, "rb") as f:
        f.seek(24)
        while block := f.read(1 << 20):
            out.write(block)


class Bench:
    def __init__(self, folder, build, sessions, memory):
        self.folder, self.build, self.memory = folder, build, memory
        self.packets = sessions * PACKETS_A_SESSION
        measure.compile_tools(folder, "make_capture", "make_flood")
        self.real = measure.make_capture(folder, "short", sessions, sessions // 4)
        self.nothing = measure.make_capture(folder, "short", 1, 1)
        self.alone = self.run(self.real)
        self.want, _ = self.sessions(self.real)

    def run(self, path, *more, out="/dev/null"):
        return measure.run(measure.replay(self.build, path, "--set",
                                          "memory=%dMiB" % self.memory, *more), out)

    def sessions(self, path):
        """How many are whole, and the peak of memory."""
        out = self.folder / "sessions.jsonl"
        peak = self.run(path, "--datasets", "session", out=out).peak
        whole = whole_sessions(out)
        out.unlink()
        return whole, peak

    def flood(self, attack, packets, source, path):
        subprocess.run([self.folder / "make_flood", attack, str(packets), source, path], check=True)

    def mixed(self, attack):
        """With the attack between: packets, time of the processor, peak memory, sessions lost."""
        path = self.folder / "mixed.pcap"
        self.flood(attack, PACKETS_EACH, self.real, path)
        used = self.run(path)
        whole, peak = self.sessions(path)
        path.unlink()
        return self.packets * (1 + PACKETS_EACH), used.cpu, max(peak, used.peak), self.want - whole

    def factor(self, attack):
        """What it costs the others that the attack has filled the tables before them."""
        before, then = self.folder / "before.pcap", self.folder / "then.pcap"
        packets = MORE_BEFORE.get(attack, PACKETS_BEFORE)
        self.flood(attack, packets, "-", before)
        self.flood(attack, packets, "-", then)
        append_packets(then, self.real)
        added, alone = [], []
        for _ in range(ROUNDS):
            added.append(self.run(then).cpu - self.run(before).cpu)
            alone.append(self.run(self.real).cpu - self.run(self.nothing).cpu)
        before.unlink()
        then.unlink()
        return measure.median(added) / measure.median(alone)


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("build", type=pathlib.Path, help="the build directory, of a release build")
    p.add_argument("--quick", action="store_true")
    p.add_argument("--attacks", default=",".join(ATTACKS), metavar="LIST")
    args = p.parse_args()
    args.attacks = args.attacks.split(",")
    if not set(args.attacks) <= set(ATTACKS):
        p.error("attacks are " + ", ".join(ATTACKS))
    return args


def main():
    args = parse()
    sessions, memory = (6000, 128) if args.quick else (40000, 256)
    failed = 0
    if not args.quick:
        measure.warn_if_busy()
    with tempfile.TemporaryDirectory(prefix="flood-") as name:
        bench = Bench(pathlib.Path(name), args.build.resolve(), sessions, memory)
        each = bench.alone.cpu / bench.packets
        out = measure.Table(["attack", "packets", "peak MiB", "of MiB", "CPU a packet", "lost",
                             "factor of the others", " "])
        out.row(["none", bench.packets, "%.0f" % bench.alone.peak, memory,
                 "%.0f ns" % (each * 1e9), 0, "1.00", ""])
        for attack in args.attacks:
            packets, cpu, peak, lost = bench.mixed(attack)
            factor = None if args.quick else bench.factor(attack)
            bad = (lost > bench.want * MAY_LOSE.get(attack, 0) / 1000 or
                   peak > memory + ELSEWHERE_MIB or (factor or 0) > FACTOR)
            failed += bad
            out.row([attack, packets, "%.0f" % peak, memory,
                     "%.2f x" % (cpu / packets / each), lost,
                     "%.2f" % factor if factor else "-", "FAILED" if bad else ""])
    print("%d passed, %d failed" % (len(args.attacks) - failed, failed))
    return 1 if failed else 0


sys.exit(main())
