#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Verdicts against the truth: verdicts.py HELOSCOPE

Every scenario is generated anew with several seeds, with and without its DNS answers, replayed,
and each source's verdict is held against what the scenario says it is. Honest sources must never
be called bot-like, and no campaign may name one; with DNS every bot must be found.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "tests" / "support" / "scenarios"
GENERATOR = ROOT / "tests" / "support" / "scenario.py"

BAD = {"bot", "snowshoe", "helo_flapping"}
SEEDS = ("1", "2", "3")


def replay(program, capture, *more):
    out = subprocess.run([program, "-r", capture, "--datasets", "alert,source", "--summary",
                          "none", "--progress", "none", *more],
                         capture_output=True, check=True, timeout=300).stdout
    cards, members = {}, set()
    for line in out.splitlines():
        r = json.loads(line)["heloscope"]
        if "source" in r:
            cards[json.loads(line)["source"]["ip"]] = r["source"]["verdict"]
        elif r["alert"]["type"] == "campaign":
            members.update(m["ip"] for m in r["alert"]["members"])
    return cards, members


def faults(kinds, cards, members, dns):
    for kind, addresses in kinds.items():
        for ip in addresses:
            verdict = cards.get(ip)
            if kind in BAD:
                if dns and verdict != "bot-like":
                    yield "%s is a %s and is called %s" % (ip, kind, verdict)
            elif verdict == "bot-like":
                yield "%s is a %s and is called bot-like" % (ip, kind)
            elif ip in members:
                yield "%s is a %s and a campaign's member" % (ip, kind)


def main():
    program = sys.argv[1]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for text in sorted(SCENARIOS.glob("*.txt")):
            if text.stem in ("load", "mishaps"):
                continue
            for seed in SEEDS:
                capture = pathlib.Path(folder) / ("%s-%s.pcap" % (text.stem, seed))
                subprocess.run([GENERATOR, text, capture, "--set", "seed=" + seed], check=True,
                               capture_output=True, timeout=300)
                truth = json.loads(capture.with_suffix(".truth.json").read_text())
                for dns in (True, False):
                    cards, members = replay(program, capture, "--dns",
                                            "passive" if dns else "off")
                    bad = list(faults(truth["kinds"], cards, members, dns))
                    passed += not bad
                    failed += bool(bad)
                    if bad:
                        print("FAILED %s, seed %s, %s DNS:\n  %s" % (
                            text.name, seed, "with" if dns else "without",
                            "\n  ".join(bad[:8])))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
