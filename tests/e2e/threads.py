#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What has threads, under ThreadSanitizer: threads.py BUILD

BUILD was made with -Db_sanitize=thread. Runs the unit tests of rings, merge and workers, and some
captures with workers; a report of the sanitizer fails.
"""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = ("demo", "encap-tunnels", "real-postfix-starttls")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    commands = [[build / "tests" / "unit" / name]
                for name in ("base/test_ring", "app/test_merge", "app/test_workers")]
    commands.append([ROOT / "tests" / "support" / "capture_tests.py",
                     build / "app" / "heloscope", *CAPTURES])
    failed = 0
    for command in commands:
        r = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
        output = (r.stdout + r.stderr).decode("utf-8", "replace")
        if r.returncode != 0 or "WARNING: ThreadSanitizer" in output:
            failed += 1
            print("FAILED %s\n%s" % (command[0].name, output[-3000:]))
    print("%d passed, %d failed" % (len(commands) - failed, failed))
    return 1 if failed else 0


sys.exit(main())
