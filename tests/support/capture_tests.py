#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Capture tests: tests/pcaps/X.pcap (or .pcapng) replayed must give X.expected.jsonl.

    capture_tests.py HELOSCOPE [NAME ...]            run all, or those named
    capture_tests.py HELOSCOPE --brief               all, with one number of workers only
    capture_tests.py HELOSCOPE --update NAME [...]   write the expected output anew: read the diff

X.args holds further arguments, one line. Each capture is replayed as it is, twice; with its TCP
payloads cut into single bytes; and with two, three and eight workers. All must say the same; in cut
captures the fields that are about packets are left out of the comparison.
"""
import concurrent.futures
import difflib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PCAPS = HERE.parent / "pcaps"
# Small tables: what is tested here does not fill them, and a sanitizer is slow to take large ones.
DEFAULT_ARGS = ["--datasets", "session,message,alert,source,campaign", "--set", "memory=64MiB"]
CUT_LIMIT = 2 * 1024 * 1024
TIMEOUT = 300


def prune(record, paths):
    for path in paths:
        *heads, last = path.split(".")
        at = record
        for head in heads:
            at = at.get(head, {}) if isinstance(at, dict) else {}
        if isinstance(at, dict):
            at.pop(last, None)


def normalise(text, cut=False):
    """Lines as they are compared: without the version, and for cut captures without packets."""
    lines = []
    for line in text.splitlines():
        record = json.loads(line)
        prune(record, ["observer.version"])
        if cut:
            prune(record, ["source.packets", "source.bytes", "destination.packets",
                           "destination.bytes", "network.packets", "network.bytes",
                           "heloscope.session.capture.first_frame",
                           "heloscope.session.capture.last_frame",
                           "heloscope.session.capture.frame_count",
                           "heloscope.session.capture.duplicates"])
            session = record.get("heloscope", {}).get("session", {})
            if "dialect" in session:  # its twelfth character is about segments
                session["dialect"] = session["dialect"][:15] + session["dialect"][16:]
            for e in record.get("heloscope", {}).get("alert", {}).get("exemplars", []):
                e.pop("first_frame", None)
                e.pop("last_frame", None)
        lines.append(json.dumps(record, ensure_ascii=True, separators=(",", ":")))
    return lines


class Suite:
    def __init__(self, program, workers=("2", "3", "8")):
        self.program = str(pathlib.Path(program).resolve())
        self.workers = workers
        self.passed = 0
        self.failed = 0

    def run(self, folder, capture, args):
        r = subprocess.run(
            [self.program, "-r", capture, "--summary", "none", "--progress", "none"] + args,
            cwd=folder, capture_output=True, timeout=TIMEOUT, check=False)
        if r.returncode != 0 or r.stderr:
            raise RuntimeError("exit status %d: %s" % (
                r.returncode, r.stderr.decode("ascii", "replace")[-2000:]))
        return r.stdout.decode("ascii")

    def result(self, name, problem):
        if not problem:
            self.passed += 1
            return
        self.failed += 1
        print("FAILED %s\n%s" % (name, problem))

    def compare(self, name, wanted, got):
        if wanted == got:
            self.result(name, None)
            return
        diff = list(difflib.unified_diff(wanted, got, "expected", "got", lineterm="", n=0))
        self.result(name, "\n".join(line[:600] for line in diff[:20]))

    def test(self, capture):
        args = arguments(capture)
        wanted = normalise(capture.with_suffix(".expected.jsonl").read_text())
        first = self.run(PCAPS, capture.name, args)
        self.compare(capture.name, wanted, normalise(first))
        check = subprocess.run([HERE / "validate_schema.py", "-"], input=first.encode(),
                               capture_output=True, check=False)
        self.result(capture.name + " against the schema",
                    None if check.returncode == 0 else check.stdout.decode()[-600:])
        self.result(capture.name + " again",
                    None if first == self.run(PCAPS, capture.name, args) else "other bytes")
        for workers in self.workers:
            again = self.run(PCAPS, capture.name, args + ["--workers", workers])
            self.result("%s with %s workers" % (capture.name, workers),
                        None if first == again else "other bytes")
        if capture.suffix == ".pcap" and capture.stat().st_size <= CUT_LIMIT:
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run([HERE / "cut_segments.py", capture,
                                pathlib.Path(folder) / capture.name], check=True)
                cut = self.run(folder, capture.name, args)
            self.compare(capture.name + " cut into single bytes",
                         normalise(first, cut=True), normalise(cut, cut=True))


def arguments(capture):
    path = capture.with_suffix(".args")
    return DEFAULT_ARGS + (shlex.split(path.read_text()) if path.exists() else [])


def captures(names):
    found = sorted(p for p in PCAPS.iterdir() if p.suffix in (".pcap", ".pcapng"))
    return [p for p in found if not names or p.stem in names or p.name in names]


def update(program, names):
    suite = Suite(program)
    for capture in captures(names):
        text = suite.run(PCAPS, capture.name, arguments(capture))
        capture.with_suffix(".expected.jsonl").write_text(
            "".join(line + "\n" for line in normalise(text)))


def test(program, workers, capture):
    """One capture; returns (passed, failed)."""
    suite = Suite(program, workers)
    try:
        suite.test(capture)
    except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as e:
        suite.result(capture.name, str(e))
    return suite.passed, suite.failed


def main():
    program, *names = sys.argv[1:]
    if names[:1] == ["--update"]:
        if len(names) < 2:
            sys.exit("--update takes the names of captures")
        return update(program, names[1:])
    workers = ("2", "3", "8")
    if names[:1] == ["--brief"]:
        workers, names = ("3",), names[1:]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda c: test(program, workers, c), captures(names)))
    passed, failed = (sum(column) for column in zip(*results, (0, 0)))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
