#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dialect_table.py HELOSCOPE: what docs/dialects.md says of recorded clients must be so.

Its rows name a capture and the client's address there; some session of that address has to have
the row's 14 characters, and every session of the capture has to stand in some row.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROW = re.compile(r'^\| (?P<client>[^|]+) \| (?P<version>[^|]*) \| `(?P<dialect>[^`]{14})` '
                 r'\| `(?P<capture>[^`]+)` \| (?P<address>[0-9.]+) \|')


def dialects(program, capture):
    """(address, 14 characters) of each session that has a dialect."""
    run = subprocess.run(
        [program, '-r', str(ROOT / 'tests' / 'pcaps' / (capture + '.pcap')), '--datasets',
         'session', '--summary', 'none', '--progress', 'none', '--set', 'memory=64MiB'],
        capture_output=True, check=True)
    for line in run.stdout.splitlines():
        record = json.loads(line)
        dialect = record['heloscope']['session'].get('dialect')
        if dialect:
            yield record['source']['ip'], dialect[4:18]


def main():
    rows = [m for line in (ROOT / 'docs' / 'dialects.md').read_text().splitlines()
            if (m := ROW.match(line))]
    failures = 0
    for capture in sorted({row['capture'] for row in rows}):
        seen = set(dialects(sys.argv[1], capture))
        told = {(row['address'], row['dialect']) for row in rows if row['capture'] == capture}
        for address, dialect in sorted(told - seen):
            print('%s: %s does not speak %s' % (capture, address, dialect))
            failures += 1
        for address, dialect in sorted(seen - told):
            print('%s: %s speaks %s, which docs/dialects.md does not tell' % (
                capture, address, dialect))
            failures += 1
    print('%d passed, %d failed' % (max(len(rows) - failures, 0), failures))
    return 1 if failures or not rows else 0


sys.exit(main())
