#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""heloscope beside tshark, capture by capture: compare_tshark.py HELOSCOPE FOLDER [--table]

Compares the connections that speak SMTP, HELO and EHLO commands and their arguments, MAIL and
RCPT commands, replies of 4xx and 5xx, and messages with content. tshark is right about most and
wrong about some (ports that it does not know, mid-stream, decrypted TLS): tshark_differences.tsv
beside this file says for each capture in which columns the two differ, and why. What differs
without standing there fails, and so does what stands there and differs no more.

--table prints what both say. Skips where the folder or tshark is not there.
"""
import collections
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ("streams", "helos", "names", "mails", "rcpts", "replies", "messages")
FIELDS = ["tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport",
          "smtp.req.command", "smtp.req.parameter", "smtp.response.code", "smtp.eom", "imf.from"]
TIMEOUT = 120


class Counts:
    """What one program saw in a capture; `endpoints` are pairs of (address, port), unordered."""

    def __init__(self):
        self.endpoints = set()
        self.names = collections.Counter()
        self.count = collections.Counter()

    def column(self, name):
        if name == "streams":
            return self.endpoints
        if name == "names":
            return self.names
        return self.count[name]


def first(*cells):
    return next((c.split("\x01")[-1] for c in cells if c), "")


def tshark(path):
    args = ["tshark", "-n", "-r", path, "-Y", "smtp", "-T", "fields", "-E", "occurrence=a",
            "-E", "separator=/t", "-E", "aggregator=\x01"]
    for f in FIELDS:
        args += ["-e", f]
    out = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                         timeout=TIMEOUT).stdout.decode("utf-8", "replace")
    seen = Counts()
    for line in out.splitlines():
        row = dict(zip(FIELDS, line.split("\t") + [""] * len(FIELDS)))
        seen.endpoints.add(frozenset((
            (first(row["ip.src"], row["ipv6.src"]), first(row["tcp.srcport"])),
            (first(row["ip.dst"], row["ipv6.dst"]), first(row["tcp.dstport"])))))
        commands = [c.upper() for c in row["smtp.req.command"].split("\x01") if c]
        for c in commands:
            seen.count[{"HELO": "helos", "EHLO": "helos", "MAIL": "mails",
                        "RCPT": "rcpts"}.get(c[:4], "others")] += 1
        if commands and commands[0] in ("HELO", "EHLO"):
            seen.names[row["smtp.req.parameter"].split("\x01")[0].strip().lower()] += 1
        seen.count["replies"] += sum(c[:1] in "45" for c in row["smtp.response.code"].split("\x01")
                                     if c)
        seen.count["messages"] += bool(row["smtp.eom"] or row["imf.from"])
    return seen


def ours(program, path):
    r = subprocess.run([program, "-r", path, "--datasets", "session,message", "--summary", "none",
                        "--set", "memory=64MiB"], capture_output=True, check=False,
                       timeout=TIMEOUT)
    seen = Counts()
    for line in r.stdout.splitlines():
        record = json.loads(line)
        if "message" in record["heloscope"]:
            seen.count["messages"] += 1
            continue
        s = record["heloscope"]["session"]
        seen.endpoints.add(frozenset((record[side]["ip"], str(record[side]["port"]))
                                     for side in ("source", "destination")))
        seen.count["helos"] += s["helo_count"]
        seen.count["mails"] += s["commands"].get("sequence", "").split().count("M")
        seen.count["rcpts"] += s["recipients"]["attempted"]
        seen.count["replies"] += s["replies"]["4xx"] + s["replies"]["5xx"]
        for name in s.get("helo_names", []):
            seen.names[name.strip().lower()] += 1
    return seen


def differing(a, b):
    """Columns in which they differ; names are compared as sets, for we list each once."""
    return [c for c in COLUMNS
            if (set(a.column(c)) != set(b.column(c)) if c == "names" else a.column(c) != b.column(c))]


def short(seen, column):
    value = seen.column(column)
    return str(len(value)) if column in ("streams", "names") else str(value)


def explained():
    """{capture: set of columns} of the table of differences."""
    rows = {}
    for line in (HERE / "tshark_differences.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            capture, columns, _ = line.split("\t")
            rows[capture] = set(columns.split(","))
    return rows


def main():
    program, folder = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    captures = sorted(p for p in folder.glob("*") if p.suffix in (".pcap", ".pcapng"))
    if not captures or not shutil.which("tshark"):
        print("no captures in %s, or no tshark: skipped" % folder)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    known = explained()
    passed = failed = 0
    for path in captures:
        a, b = ours(program, str(path)), tshark(str(path))
        columns = differing(a, b)
        good = set(columns) == known.get(path.name, set())
        passed += good
        failed += not good
        if "--table" in sys.argv or not good:
            print("%s %s: %s" % ("explained" if good and columns else "same" if good else "FAILED",
                                 path.name, ", ".join("%s %s/%s" % (c, short(a, c), short(b, c))
                                                      for c in (COLUMNS if not good else columns))))
            if not good:
                print("    differ: %s; explained: %s" % (columns, sorted(known.get(path.name, []))))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
