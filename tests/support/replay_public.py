#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays every capture of a folder and those below it: replay_public.py HELOSCOPE FOLDER

Public captures, many of them odd or broken: each must end with status 0, or 1 and a sentence where
its header cannot be read; without a crash, a sanitizer's report or a hang; what is written must fit
the schema, and be the same with workers. Skips where the folder is not there.
"""
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


def problem(program, path, lines):
    """What is wrong, or None; adds the lines it wrote to `lines`."""
    try:
        r, *others = [replay(program, path, workers) for workers in WORKERS]
    except subprocess.TimeoutExpired:
        return "it hangs"
    for workers, other in zip(WORKERS[1:], others):
        if (other.returncode, other.stderr) != (r.returncode, r.stderr):
            return "%s workers: status %d: %s" % (
                workers, other.returncode, other.stderr.decode("utf-8", "replace")[-1500:])
        if records(other.stdout) != records(r.stdout):
            return "other bytes with %s workers" % workers
    error = r.stderr.decode("utf-8", "replace")
    if r.returncode == 1 and error.startswith("heloscope: ") and not r.stdout:
        return None
    if r.returncode != 0 or error:
        return "status %d: %s" % (r.returncode, error[-1500:])
    lines.append(r.stdout)
    return None


def main():
    program, folder = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    captures = sorted(p for p in folder.rglob("*") if p.suffix in (".pcap", ".pcapng"))
    if not captures:
        print("no captures below %s: skipped" % folder)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    passed = failed = 0
    lines = []
    for path in captures:
        bad = problem(program, path, lines)
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
