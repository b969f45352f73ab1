#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""heloscope beside tshark on captures: compare_tshark.py HELOSCOPE CAPTURE...

Prints a row for each capture: SMTP sessions, HELO and EHLO commands, MAIL and RCPT commands,
messages with content; and the HELO arguments where they differ. tshark is right about most and
wrong about some (ports it does not know, mid-stream, decrypted TLS), so a difference is for a
person to explain, not a failure.
"""
import json
import os
import subprocess
import sys

COLUMNS = ("sessions", "helos", "mails", "rcpts", "messages")
FIELDS = ["tcp.stream", "smtp.req.command", "smtp.req.parameter", "smtp.eom", "imf.from", "smtp"]


def tshark(path):
    args = ["tshark", "-n", "-r", path, "-Y", "smtp", "-T", "fields", "-E", "occurrence=a",
            "-E", "separator=/t", "-E", "aggregator=\x01"]
    for f in FIELDS:
        args += ["-e", f]
    out = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                         timeout=300).stdout.decode("utf-8", "replace")
    streams, verbs, names, messages = set(), {}, [], 0
    for line in out.splitlines():
        cells = (line.split("\t") + [""] * len(FIELDS))[:len(FIELDS)]
        streams.add(cells[0])
        commands = [c.upper() for c in cells[1].split("\x01") if c]
        for c in commands:
            verbs[c[:4]] = verbs.get(c[:4], 0) + 1
        if commands and commands[0] in ("HELO", "EHLO"):
            names.append(cells[2].split("\x01")[0])
        messages += 1 if cells[3] or cells[4] else 0
    return {"sessions": len(streams), "helos": verbs.get("HELO", 0) + verbs.get("EHLO", 0),
            "mails": verbs.get("MAIL", 0), "rcpts": verbs.get("RCPT", 0),
            "messages": messages}, names


def ours(program, path):
    r = subprocess.run([program, "-r", path, "--datasets", "session,message", "--summary", "none"],
                       capture_output=True, check=False, timeout=300)
    if r.returncode not in (0, 1):
        return {"sessions": "status %d" % r.returncode}, []
    counts, names = dict.fromkeys(COLUMNS, 0), []
    for line in r.stdout.splitlines():
        record = json.loads(line)["heloscope"]
        if "message" in record:
            counts["messages"] += 1
            continue
        s = record["session"]
        sequence = s["commands"].get("sequence", "").split()
        counts["sessions"] += 1
        counts["helos"] += s["helo_count"]
        counts["mails"] += sequence.count("M")
        counts["rcpts"] += s["recipients"]["attempted"]
        names += s.get("helo_names", [])
    return counts, names


def main():
    program = sys.argv[1]
    different = 0
    for path in sys.argv[2:]:
        theirs, their_names = tshark(path)
        counts, names = ours(program, path)
        bad = [c for c in COLUMNS if counts.get(c) != theirs.get(c)]
        if set(n.lower() for n in names) != set(n.lower() for n in their_names):
            bad.append("names")
        different += bool(bad)
        cells = " ".join("%s %s/%s" % (c, counts.get(c), theirs.get(c)) for c in COLUMNS)
        print("%-4s %-60s %s" % ("DIFF" if bad else "same", os.path.basename(path)[-60:], cells))
        if "names" in bad:
            print("     names ours %s, tshark %s" % (names[:6], their_names[:6]))
    print("%d captures, %d differ" % (len(sys.argv) - 2, different))


main()
