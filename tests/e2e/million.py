#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A million sessions say the same with any number of workers: million.py HELOSCOPE [SESSIONS]"""
import hashlib
import pathlib
import subprocess
import sys
import tempfile

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
        results = [digest(program, capture, workers) for workers in WORKERS]
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
