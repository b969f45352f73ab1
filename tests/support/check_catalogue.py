#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The catalogue of checks as Markdown, from the program's own table:
check_catalogue.py HELOSCOPE > docs/checks.md"""
import subprocess
import sys

INTRO = """# Catalogue of checks

Written by `tests/support/check_catalogue.py` from the table in `heuristics/check_table.c`; the same text
as `heloscope --explain CHECK`. Weights are in decibans (dB): ten times the decimal logarithm of how
much more often bots show the evidence than honest hosts do. Of a family (F1 to F12) only the
strongest item counts in full, the second at half.
"""


def ask(program, *args):
    return subprocess.run([program, *args], stdout=subprocess.PIPE, check=True,
                          encoding="utf-8").stdout


def main():
    program = sys.argv[1]
    out = [INTRO]
    for line in ask(program, "--list-checks").splitlines():
        check = line.split()[0]
        out.append("## %s\n\n```\n%s```\n" % (check, ask(program, "--explain", check)))
    sys.stdout.write("\n".join(out))


main()
