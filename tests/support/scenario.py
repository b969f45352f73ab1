#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a capture from a scenario's text, and beside it who was what.

    scenario.py demo.txt demo.pcap              and demo.truth.json
    scenario.py demo.txt - | heloscope -r -     the capture alone
    scenario.py --set seed=7 demo.txt out.pcap  a statement at the head replaced

README.md describes the text. The same text gives the same bytes.
"""
import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from trafficgen import text  # noqa: E402
from trafficgen.run import Run  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    p.add_argument("scenario", help="the text; - is standard input")
    p.add_argument("capture", help="the pcap file to write; - is standard output")
    p.add_argument("--truth", metavar="FILE", help="default: the capture's name, .truth.json")
    p.add_argument("--set", metavar="KEY=VALUE", action="append", default=[],
                   help="seed, or BLOCK.SETTING such as bots.count")
    return p.parse_args()


def override(scenario, settings):
    for setting in settings:
        key, _, value = setting.partition("=")
        name, _, attribute = key.rpartition(".")
        if key == "seed":
            scenario.seed = value
            continue
        blocks = [b for b in scenario.blocks if b.name == name]
        if not blocks or attribute not in text.CLIENTS:
            raise text.ScenarioError("--set %s: no such setting" % setting)
        for block in blocks:
            setattr(block, attribute.replace("-", "_"), text.CLIENTS[attribute][0](value))


def write_truth(path, truth):
    with open(path, "w", encoding="ascii") as f:
        json.dump(truth, f, indent=1, sort_keys=True)
        f.write("\n")


def main():
    args = arguments()
    with sys.stdin if args.scenario == "-" else open(args.scenario, encoding="utf-8") as f:
        source = f.read()
    try:
        scenario = text.read(source)
        override(scenario, args.set)
        if args.capture == "-":
            Run(scenario, sys.stdout.buffer).play()
            return 0
        with open(args.capture, "wb") as out:
            run = Run(scenario, out)
            run.play()
    except (text.ScenarioError, ValueError) as e:
        print("%s: %s" % (args.scenario, e), file=sys.stderr)
        return 1
    write_truth(args.truth or os.path.splitext(args.capture)[0] + ".truth.json",
                run.ground_truth())
    return 0


if __name__ == "__main__":
    sys.exit(main())
