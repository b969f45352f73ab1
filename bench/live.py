#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What live capture loses, beside tcpdump.

tcpreplay sends short sessions over a veth pair between two network namespaces of this bench's own,
at growing rates; at each rate tcpdump (-w /dev/null), heloscope with its defaults, and heloscope
with other numbers of workers watch in turn. Lost is what was sent and not taken, wherever it went.
Needs root and network namespaces, and says so where it has none. On two processors tcpreplay takes
one of them.
"""
import argparse
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

import measure

sys.path.insert(0, str(measure.HERE.parent / "tests" / "e2e"))
from live import namespaces_allowed, span_port, wait_for  # noqa: E402

RATES = (50000, 100000, 200000, 300000, 0)  # packets/s; 0 is as fast as it goes
GOAL = 300000  # up to here heloscope loses nothing where tcpdump loses nothing
PACKETS_A_SESSION = 15
SETTLE = 1.5  # seconds, for what the kernel still holds


class Taken(NamedTuple):
    """What a watcher says of one run."""
    packets: int
    kernel_dropped: int
    queue_dropped: int
    cpu: float  # seconds


class Watcher:
    """A program on span0 of a namespace. A subclass says how it is started and understood."""

    def __init__(self, tmp, namespace):
        self.error_path = tmp / "watcher.err"
        self.out_path = tmp / "watcher.json"
        self.out_path.unlink(missing_ok=True)
        with open(self.error_path, "wb") as error:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", namespace, *self.command()], stdout=subprocess.DEVNULL,
                stderr=error)
        wait_for(lambda: self.process.poll() is not None or self.started(), "it to watch")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()

    def error(self):
        return self.error_path.read_text(errors="replace")

    def stop(self):
        status, used = measure.stop(self.process)
        if status != 0:
            sys.exit("%s: status %d\n%s" % (self.command()[0], status, self.error()))
        return self.taken(used.ru_utime + used.ru_stime)


class Tcpdump(Watcher):
    name = "tcpdump"

    def command(self):
        return ["tcpdump", "-n", "-i", "span0", "-w", "/dev/null"]

    def started(self):
        return "listening on" in self.error()

    def taken(self, cpu):
        counts = [int(re.search(r"(\d+) packets? " + what, self.error()).group(1))
                  for what in ("captured", "dropped by kernel")]
        return Taken(*counts, 0, cpu)


class Heloscope(Watcher):
    program, more, name = None, (), "heloscope"

    def command(self):
        return [self.program, "-i", "span0", "-o", "ecs:%s" % self.out_path, "--datasets",
                "alert,stats,engine", *self.more]

    def started(self):
        return self.out_path.exists() and '"started"' in self.out_path.read_text()

    def taken(self, cpu):
        received, dropped, if_dropped = map(int, re.search(
            r"(\d+) packets received, (\d+) dropped by the kernel, (\d+) by the interface",
            self.error()).groups())
        stats = [json.loads(line) for line in self.out_path.read_text().splitlines()
                 if '"heloscope.stats"' in line][-1]
        queue = stats["heloscope"]["stats"]["capture"]["queue_dropped"]
        return Taken(received - dropped - queue, dropped + if_dropped, queue, cpu)


def watchers(program, workers):
    """The kinds of them: tcpdump, heloscope as it comes, and with so many workers."""
    kinds = [Tcpdump, type("Default", (Heloscope,), {"program": program})]
    for n in workers:
        kinds.append(type("Workers", (Heloscope,), {
            "program": program, "name": "--workers %d" % n, "more": ("--workers", str(n))}))
    return kinds


def send(namespace, path, rate, packets):
    """How many packets tcpreplay sent, and in how many seconds."""
    speed = ["--pps=%d" % rate] if rate else ["--topspeed"]
    out = subprocess.run(["ip", "netns", "exec", namespace, "tcpreplay", "-i", "tx0",
                          "--preload-pcap", "--limit=%d" % packets, *speed, path],
                         capture_output=True, check=False)
    text = (out.stdout + out.stderr).decode(errors="replace")
    sent = re.search(r"Successful packets:\s+(\d+)", text)
    seconds = re.search(r"sent in ([\d.]+) seconds", text)
    if out.returncode != 0 or not sent or not seconds:
        sys.exit("tcpreplay failed:\n" + text)
    return int(sent.group(1)), float(seconds.group(1))


def measure_rate(tmp, kinds, path, rate, args):
    """Of each kind of watcher and round: rate reached, sent, what was taken."""
    packets = args.packets if not rate else min(args.packets, rate * args.seconds)
    results = {kind.name: [] for kind in kinds}
    for _ in range(args.rounds):
        for kind in kinds:
            with span_port() as (sender, namespace), kind(tmp, namespace) as watcher:
                sent, seconds = send(sender, path, rate, packets)
                time.sleep(SETTLE)
                results[kind.name].append((sent / seconds, sent, watcher.stop()))
    return results


def show(out, rate, kinds, results):
    """Prints the rows of a rate; how many of them miss the goal."""
    lost = {name: [sent - taken.packets for _, sent, taken in rounds]
            for name, rounds in results.items()}
    missed = 0
    for kind in kinds:
        rounds = results[kind.name]
        bad = 0 < rate <= GOAL and max(lost["tcpdump"]) == 0 and max(lost[kind.name]) > 0
        missed += bad
        out.row(["%d" % rate if rate else "top", kind.name,
                 "%.0f" % measure.median([speed for speed, _, _ in rounds]),
                 "%d" % measure.median([sent for _, sent, _ in rounds]),
                 " ".join("%d" % n for n in lost[kind.name]),
                 " ".join("%d+%d" % (t.kernel_dropped, t.queue_dropped) for _, _, t in rounds),
                 "%.2f" % measure.median([1e6 * t.cpu / max(t.packets, 1) for _, _, t in rounds]),
                 "MISSED" if bad else ""])
    return missed


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("build", type=pathlib.Path, help="the build directory, of a release build")
    p.add_argument("--packets", type=int, default=3000000, help="at most, a run")
    p.add_argument("--seconds", type=int, default=10, help="at most, a run at a given rate")
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--rates", default=",".join(map(str, RATES)), help="0 is as fast as it goes")
    p.add_argument("--workers", default="1,2", metavar="LIST", help="beside the default")
    args = p.parse_args()
    args.rates = [int(word) for word in args.rates.split(",")]
    args.workers = [int(word) for word in args.workers.split(",") if word]
    return args


def main():
    args = parse()
    tools = [t for t in ("tcpdump", "tcpreplay") if not shutil.which(t)]
    reason = "no %s (scripts/setup bench)" % ", ".join(tools) if tools else namespaces_allowed()
    if reason:
        print("live capture is skipped: " + reason)
        return 0
    # So that the namespaces go, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    measure.warn_if_busy()
    missed = 0
    kinds = watchers(args.build.resolve() / "app" / "heloscope", args.workers)
    with tempfile.TemporaryDirectory(prefix="live-") as name:
        tmp = pathlib.Path(name)
        measure.compile_tools(tmp, "make_capture")
        sessions = args.packets // PACKETS_A_SESSION
        path = measure.make_capture(tmp, "short", sessions, max(1, sessions // 8))
        out = measure.Table(["asked/s", "watcher     ", "reached/s", "sent", "lost of each round",
                             "kernel+queue dropped", "CPU us/packet", " "])
        for rate in args.rates:
            missed += show(out, rate, kinds, measure_rate(tmp, kinds, path, rate, args))
    return 1 if missed else 0


sys.exit(main())
