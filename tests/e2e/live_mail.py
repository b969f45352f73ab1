#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real mail servers overheard: live_mail.py HELOSCOPE

Postfix and Exim send each other mail, and smtplib logs in, over a bridge that floods like a hub;
heloscope listens at a third port of it (tests/support/play_live.sh, which says what it needs).
What it says must be what a replay of its own -w says, and what the servers' logs say. Skips where
namespaces, bridges or the servers' packages cannot be had.
"""
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import live
import runner

PLAY = live.ROOT / "tests" / "support" / "play_live.sh"
SKIPPED = 77
PATIENCE = 400  # more than play_live.sh allows itself
PASSWORD = "planted-secret-7f3a"
USERS = ("anna", "mallory")
EXIM, POSTFIX, CLIENT = "198.51.100.30", "198.51.100.20", "198.51.100.10"
HELOS = {EXIM: "out1.exim.example", POSTFIX: "out1.postfix.example", CLIENT: "app1.sender.example"}


def credentials():
    """What must not be seen: as it is, and as PLAIN and LOGIN send it."""
    yield b"mallory"
    yield PASSWORD.encode()
    for text in ["mallory", PASSWORD] + ["\0%s\0%s" % (user, PASSWORD) for user in USERS]:
        yield base64.b64encode(text.encode()).rstrip(b"=")


class LiveMail(unittest.TestCase):
    maxDiff = 4000
    program = folder = None

    def records(self, dataset):
        lines = (self.folder / "live.json").read_text().splitlines()
        return [r for r in map(json.loads, lines)
                if r["event"]["dataset"] == "heloscope." + dataset]

    def sessions(self, address):
        return [r["heloscope"]["session"] for r in self.records("session")
                if r["source"]["ip"] == address]

    def test_live_equals_replay(self):
        said = (self.folder / "error").read_text()
        self.assertRegex(said, r"[1-9]\d* packets received, 0 dropped by the kernel")
        replay = self.folder / "replay.json"
        subprocess.run([self.program, "-r", self.folder / "seen.pcap", "-o", "ecs:%s" % replay,
                        "--datasets", "session,message,alert,source", "--set", "learning=off",
                        "-q"], check=True, timeout=live.PATIENCE)
        self.assertEqual(live.told(self.folder / "live.json"), live.told(replay))

    def test_sessions(self):
        self.assertEqual({r["source"]["ip"] for r in self.records("session")}, set(HELOS))
        for address, name in HELOS.items():
            for session in self.sessions(address):
                self.assertEqual((session["helo"], session["close_reason"]), (name, "quit"))
                self.assertTrue(session["capture"]["complete"])
        for address in (EXIM, POSTFIX):  # may keep a connection for the second mail, or not
            sessions = self.sessions(address)
            self.assertEqual(sum(s["messages"]["accepted"] for s in sessions), 2)
            self.assertEqual(sum(s["recipients"]["rejected"] for s in sessions), 1)

    def test_logins(self):
        auth = [(s["auth"]["mechanism"], s["auth"]["outcome"]) for s in self.sessions(CLIENT)]
        self.assertEqual(auth, [("CRAM-MD5", "success"), ("LOGIN", "success"),
                                ("PLAIN", "failure"), ("LOGIN", "failure")])

    def test_queue_ids(self):
        logged = set(re.findall(r"smtpd\[\d+\]: (\w+): client=",
                                (self.folder / "postfix").read_text()))
        logged |= set(re.findall(r"(\S+) <= \S+ H=", (self.folder / "exim").read_text()))
        messages = self.records("message")
        self.assertEqual(len(messages), 5)
        self.assertEqual({r["heloscope"]["message"]["queue_id"] for r in messages}, logged)
        self.assertEqual({r["event"]["outcome"] for r in messages}, {"success"})

    def test_no_credentials(self):
        seen = (self.folder / "seen.pcap").read_bytes()
        said = (self.folder / "live.json").read_bytes() + (self.folder / "error").read_bytes()
        self.assertIn(base64.b64encode(("\0mallory\0" + PASSWORD).encode()), seen)
        for secret in credentials():
            self.assertNotIn(secret, said)


def play(folder, program):
    """Nothing if it was played, else why not."""
    played = subprocess.run([PLAY, folder, program], stdin=subprocess.DEVNULL,
                            capture_output=True, timeout=PATIENCE, check=False)
    said = played.stderr.decode(errors="replace").strip()
    if played.returncode == SKIPPED:
        return said.rpartition("\n")[2]
    if played.returncode:
        raise RuntimeError("play_live.sh failed (%d): %s" % (played.returncode, said[-2000:]))
    return None


def main():
    LiveMail.program = str(pathlib.Path(sys.argv[1]).resolve())
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(LiveMail)
    with tempfile.TemporaryDirectory() as folder:
        LiveMail.folder = pathlib.Path(folder)
        os.chmod(folder, 0o755)
        reason = play(folder, LiveMail.program)
        if reason:
            return runner.skip(suite, "overheard mail servers are", reason)
        return runner.run(suite)


if __name__ == "__main__":
    sys.exit(main())
