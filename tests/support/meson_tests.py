#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs meson's tests of a build folder and counts them: "N passed, N failed, N skipped"."""
import json
import pathlib
import subprocess
import sys


def main():
    folder = pathlib.Path(sys.argv[1])
    log = folder / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    run = subprocess.run(
        ["meson", "test", "-C", str(folder), "--no-rebuild", "--quiet", "--print-errorlogs"],
        check=False)
    results = []
    if log.exists():
        results = [json.loads(line) for line in log.read_text().splitlines() if line.strip()]
    bad = [r["name"] for r in results if r["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")]
    skipped = [r["name"] for r in results if r["result"] == "SKIP"]
    good = len(results) - len(bad) - len(skipped)
    if not results or (run.returncode != 0 and not bad):
        bad.append("meson test itself (status %d)" % run.returncode)
    for name in bad:
        print("FAILED", name)
    for name in skipped:
        print("skipped", name)
    print("%d passed, %d failed, %d skipped" % (good, len(bad), len(skipped)))
    return 1 if bad else 0


sys.exit(main())
