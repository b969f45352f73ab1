#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays every capture of a folder and those below it: replay_public.py HELOSCOPE FOLDER [--brief]

Public captures, many of them odd or broken: each must end with status 0, or 1 and a sentence where
its header cannot be read; without a crash, a sanitizer's report or a hang; what is written must fit
the schema, and be the same with workers (--brief: with three only). Skips where the folder is not
there.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DATASETS = "alert,source,campaign,session,message"
WORKERS = ("1", "2", "3", "8")
TIMEOUT = 60


def replay(program, path, workers):
    return subprocess.run(
        [program, "-r", path, "--datasets", DATASETS + (",stats" if workers == "1" else ""),
         "--set", "memory=64MiB", "-q", "--workers", workers],
        capture_output=True, timeout=TIMEOUT, check=False)


def records(stdout):
    return [line for line in stdout.splitlines() if b'"heloscope.stats"' not in line]


def problem(program, path, numbers):
    """(what is wrong, or None; the lines it wrote)."""
    try:
        r, *others = [replay(program, path, workers) for workers in numbers]
    except subprocess.TimeoutExpired:
        return "it hangs", b""
    for workers, other in zip(numbers[1:], others):
        if (other.returncode, other.stderr) != (r.returncode, r.stderr):
            return "%s workers: status %d: %s" % (
                workers, other.returncode, other.stderr.decode("utf-8", "replace")[-1500:]), b""
        if records(other.stdout) != records(r.stdout):
            return "other bytes with %s workers" % workers, b""
    error = r.stderr.decode("utf-8", "replace")
    if r.returncode == 1 and error.startswith("heloscope: ") and not r.stdout:
        return None, b""
    if r.returncode != 0 or error:
        return "status %d: %s" % (r.returncode, error[-1500:]), b""
    return None, r.stdout


def main():
    program, folder = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    captures = sorted(p for p in folder.rglob("*") if p.suffix in (".pcap", ".pcapng"))
    if not captures:
        print("no captures below %s: skipped" % folder)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    numbers = ("1", "3") if "--brief" in sys.argv else WORKERS
    passed = failed = 0
    lines = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda path: problem(program, path, numbers), captures))
    for path, (bad, written) in zip(captures, results):
        lines.append(written)
        passed += not bad
        failed += bool(bad)
        if bad:
            print("FAILED %s\n%s" % (path.name, bad))
    check = subprocess.run([HERE / "validate_schema.py", "-"], input=b"".join(lines),
                           capture_output=True, check=False)
    passed += check.returncode == 0
    failed += check.returncode != 0
    if check.returncode != 0:
        print("FAILED to fit the schema\n%s" % (check.stdout + check.stderr).decode()[-1500:])
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
