#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A million sessions say the same with any number of workers: million.py HELOSCOPE [SESSIONS]

The capture takes 1.3 KB a session in $TMPDIR; what is written is hashed as it comes, and kept
nowhere.
"""
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATASETS = "alert,source,campaign,session,message"
WORKERS = (1, 2, 3, 8)


def digest(program, path, workers):
    """Of all that it writes, and how many lines that is."""
    sha, lines = hashlib.sha256(), 0
    command = [program, "-r", path, "--datasets", DATASETS, "--summary", "none", "--progress",
               "none", "--workers", str(workers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as run:
        while block := run.stdout.read(1 << 20):
            sha.update(block)
            lines += block.count(b"\n")
    return run.returncode, sha.hexdigest(), lines


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    sessions = int(sys.argv[2]) if len(sys.argv) > 2 else 1000000
    with tempfile.TemporaryDirectory() as name:
        maker, capture = pathlib.Path(name) / "make_capture", pathlib.Path(name) / "short.pcap"
        subprocess.run(["gcc", "-O2", "-o", maker, ROOT / "bench" / "make_capture.c"], check=True)
        subprocess.run([maker, "short", str(sessions), str(sessions // 10), capture], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        results = []
        for workers in WORKERS:
            begin = time.monotonic()
            results.append(digest(program, capture, workers))
            print("%d workers: %d lines in %.0f s" % (
                workers, results[-1][2], time.monotonic() - begin), flush=True)
    want = results[0]
    if want[0] != 0 or want[2] < sessions:
        results[0] = None
    for workers, got in zip(WORKERS, results):
        if got != want:
            print("FAILED %d workers: %s" % (workers, got or want))
    passed = results.count(want)
    print("%d passed, %d failed" % (passed, len(results) - passed))
    return 0 if passed == len(results) else 1


sys.exit(main())
