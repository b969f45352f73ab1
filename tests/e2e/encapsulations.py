#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The same session in every encapsulation and kind of file gives the same records:
encapsulations.py HELOSCOPE
"""
import gzip
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import runner

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import encapsulations as enc  # noqa: E402

ARGS = ["--datasets", "session,message,stats", "--summary", "none", "--progress", "none",
        "--set", "memory=64MiB"]
PROGRAM = None
# What is about packets and files, and may differ.
OF_PACKETS = ("event.id", "event.sequence", "observer", "network.packets", "source.packets",
              "destination.packets", "network.vlan", "network.inner", "log",
              "heloscope.session.capture.first_frame", "heloscope.session.capture.last_frame",
              "heloscope.session.capture.frame_count", "heloscope.session.capture.duplicates",
              "heloscope.session.capture.tunnel", "email.local_id")
OF_SIZE = ("network.bytes", "source.bytes", "destination.bytes")
# Longer or more packets come at other times.
OF_TIME = ("@timestamp", "event.end", "event.duration", "email.delivery_timestamp",
           "heloscope.session.timing")


def remove(record, paths):
    for path in paths:
        *heads, last = path.split(".")
        at = record
        for head in heads:
            at = at.get(head, {})
        at.pop(last, None)


def replay(*paths, stdin=None, more=()):
    args = [x for p in paths for x in ("-r", str(p))] + list(more)
    r = subprocess.run([PROGRAM, *args, *ARGS], input=stdin, capture_output=True, timeout=60,
                       check=False)
    if r.returncode != 0 or r.stderr:
        raise AssertionError("exit status %d: %s" % (r.returncode, r.stderr.decode()))
    records = [json.loads(line) for line in r.stdout.splitlines()]
    return records[:-1], records[-1]["heloscope"]["stats"]


class Encapsulations(unittest.TestCase):
    maxDiff = 3000

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.tmp = pathlib.Path(cls.folder.name)
        cls.known = {}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_bytes(cls, data, *more):
        path = cls.tmp / "x"
        path.write_bytes(data)
        return replay(path, more=more)

    def plain(self, six=False, mss=None):
        if (six, mss) not in self.known:
            self.known[six, mss] = self.run_bytes(enc.pcap(
                enc.Case(enc.ethernet, mss=mss).frames(six)))[0]
        return self.known[six, mss]

    def same(self, got, six=False, mss=None, but=()):
        def comparable(records):
            records = json.loads(json.dumps(records))
            for r in records:
                remove(r, OF_PACKETS + tuple(but))
            return records
        self.assertEqual(comparable(self.plain(six, mss)), comparable(got))

    def test_plain(self):
        """What all others are held to is itself right."""
        for six in (False, True):
            message, session = sorted(self.plain(six), key=lambda r: r["event"]["dataset"])
            self.assertEqual(message["heloscope"]["message"]["size"], len(enc.MESSAGE) - 3)
            self.assertTrue(message["heloscope"]["message"]["complete"])
            self.assertEqual(session["heloscope"]["session"]["helo"], "mail.sender.example")
            self.assertTrue(session["heloscope"]["session"]["capture"]["complete"])
            self.assertNotIn("tunnel", session["heloscope"]["session"]["capture"])

    def test_cases(self):
        for name, case in enc.CASES.items():
            for six in (False, True):
                if not (case.six if six else case.four):
                    continue
                with self.subTest(name=name, six=six):
                    self.one_case(case, six)

    def one_case(self, case, six):
        frames = case.frames(six)
        # All checksums are right, and must be found so.
        records, stats = self.run_bytes(enc.pcap(frames, case.link), "-k", "all")
        self.same(records, six, case.mss, () if case.same_size else OF_SIZE)
        session = next(r for r in records if r["event"]["dataset"] == "heloscope.session")
        vlan = [session["network"].get("vlan", {}).get("id")] + \
            [session["network"].get("inner", {}).get("vlan", {}).get("id")]
        self.assertEqual([v for v in vlan if v], [str(v) for v in case.vlan])
        self.assertEqual(stats["capture"]["checksum_bad"], 0)
        capture = session["heloscope"]["session"]["capture"]
        tunnel = capture.get("tunnel", {})
        self.assertEqual((tunnel.get("source"), tunnel.get("destination")),
                         case.outer or (None, None))
        if case.duplicates is not None:
            self.assertEqual(stats["capture"]["duplicates"], case.duplicates)
            return
        self.assertEqual(stats["capture"]["duplicates"], len(frames) // 2)
        # When those of the last FIN and ACK come the session is over.
        self.assertEqual(capture["duplicates"], len(frames) // 2 - 2)

    def test_jumbo(self):
        """The message in one frame of more than two kilobytes."""
        frames = enc.Case(enc.ethernet, mss=8948).frames()
        self.assertGreater(max(len(f) for _, f in frames), 2000)
        self.same(self.run_bytes(enc.pcap(frames))[0], but=OF_SIZE + OF_TIME)

    def with_checksums(self, change, six=False):
        """The plain session, its segments as `change` makes of (number, side, IP packet); before
        it many that are right, so that what is wrong is rare."""
        frames = enc.bundle(["ethernet"] * 40, six, enc.START - 1000000000)
        for n, (time, side, packet) in enumerate(enc.session(six)):
            frames += [(time, enc.ethernet(p, side)) for p in change(n, side, packet)]
        return enc.pcap(frames)

    def test_forged_segments(self):
        """Before each command, another under a wrong checksum: its receiver never saw it."""
        def forge(_, side, packet):
            tcp = 40 if enc.is_six(packet) else 20
            data = tcp + (packet[tcp + 12] >> 4) * 4
            if side != enc.CLIENT or len(packet) == data:
                return [packet]
            forged = packet[:data] + bytes(b ^ 1 for b in packet[data:])
            return [forged[:tcp + 16] + b"\x12\x34" + forged[tcp + 18:], packet]
        for six in (False, True):
            data = self.with_checksums(forge, six)
            records, stats = self.run_bytes(data)
            self.same(records[-2:], six)
            self.assertEqual(stats["capture"]["checksum_bad"], 7)
            self.assertEqual(stats["capture"]["duplicates"], 0)
            records, stats = self.run_bytes(data, "-k", "none")
            self.assertGreater(stats["tcp"]["retransmitted_bytes"], 1000)
            self.assertEqual(stats["capture"]["checksum_bad"], 0)

    def test_forged_ip_headers(self):
        def forge(_, side, packet):
            data = 20 + (packet[32] >> 4) * 4
            if side != enc.CLIENT or len(packet) == data:
                return [packet]
            return [packet[:10] + b"\x12\x34" + packet[12:data] + b"x" * (len(packet) - data),
                    packet]
        records, stats = self.run_bytes(self.with_checksums(forge))
        self.same(records[-2:])
        self.assertEqual(stats["capture"]["checksum_bad"], 7)

    def test_checksums_left_to_the_card(self):
        """What the watched host itself sent, as its own capture shows it."""
        def pseudo(packet, with_length):
            return struct.pack("!H", (enc.ones_sum(packet[12:20]) + 6 +
                                      (len(packet) - 20 if with_length else 0)) % 65535)
        fields = {"zero": lambda p: b"\0\0", "garbage": lambda p: b"\x12\x34",
                  "pseudo-header": lambda p: pseudo(p, True),
                  "without length": lambda p: pseudo(p, False)}
        for name, field in fields.items():
            def unmade(_, side, packet, field=field):
                if side == enc.SERVER:
                    return [packet]
                return [packet[:36] + field(packet) + packet[38:]]
            with self.subTest(name):
                data = self.with_checksums(unmade)
                records, stats = self.run_bytes(data)
                self.same(records[-2:])
                self.assertEqual(stats["capture"]["checksum_bad"], 0)
                self.assertEqual(stats["capture"]["checksum_unmade"], 10)
                _, stats = self.run_bytes(data, "-k", "all")
                self.assertEqual(stats["capture"]["checksum_bad"], 10)

    def test_joined_segments(self):
        """The long ones bear what a card leaves that has joined them; the others are right."""
        def joined(_, side, packet):
            if len(packet) < 500:
                return [packet]
            return [packet[:36] + struct.pack("!H", (enc.ones_sum(packet[12:20]) + 6 +
                                                     len(packet) - 20) % 65535) + packet[38:]]
        records, stats = self.run_bytes(self.with_checksums(joined))
        self.same(records[-2:])
        self.assertEqual(stats["capture"]["checksum_unmade"], 2)

    def test_redacted(self):
        """Text was made unreadable after the capture: too much is wrong to be forged."""
        def redacted(_, side, packet):
            return [packet.replace(b"MAIL FROM:<alice", b"MAIL FROM:<xxxxx")]
        data = enc.pcap([(t, enc.ethernet(redacted(0, s, p)[0], s))
                         for t, s, p in enc.session()])
        records, stats = self.run_bytes(data)
        self.assertEqual(stats["capture"]["checksum_unmade"], 1)
        self.assertIn("xxxxx@sender.example", json.dumps(records))

    def test_pcap_kinds(self):
        frames = enc.CASES["ethernet"].frames()
        for magic in (0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34):
            for order in "<>":
                with self.subTest(magic=hex(magic), order=order):
                    self.same(self.run_bytes(enc.pcap(frames, magic=magic, order=order))[0])

    def test_pcapng_kinds(self):
        frames = enc.CASES["ethernet"].frames()
        for resolution in (6, 9, 7):
            for order in "<>":
                with self.subTest(resolution=resolution, order=order):
                    self.same(self.run_bytes(
                        enc.pcapng(frames, order=order, resolution=resolution))[0])

    def test_pcapng_sections(self):
        frames = enc.CASES["ethernet"].frames()
        half = len(frames) // 2
        self.same(self.run_bytes(enc.pcapng(frames[:half], order=">", resolution=9) +
                                 enc.pcapng(frames[half:]))[0])

    def test_pcapng_link_types(self):
        """Packet by packet from another interface, of another link type and resolution."""
        for six in (False, True):
            names = ("ethernet", "sll2", "raw", "null-little", "ppp")
            self.same(self.run_bytes(enc.pcapng_mixed(names, six))[0], six)

    def test_compressed(self):
        data = enc.pcap(enc.CASES["ethernet"].frames())
        self.same(self.run_bytes(gzip.compress(data))[0])
        self.same(self.run_bytes(gzip.compress(data[:5000]) + gzip.compress(data[5000:]))[0])
        self.same(self.run_bytes(gzip.compress(enc.pcapng(enc.CASES["ethernet"].frames())))[0])
        if not shutil.which("zstd"):
            self.skipTest("zstd is not installed")
        packed = subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout
        self.same(self.run_bytes(packed)[0])

    def test_standard_input(self):
        frames = enc.CASES["ethernet"].frames()
        for data in (enc.pcap(frames), enc.pcapng(frames), gzip.compress(enc.pcap(frames))):
            self.same(replay("-", stdin=data)[0])

    def test_halves(self):
        """The two directions, and the two halves in time, in files of their own."""
        frames = enc.CASES["ethernet"].frames()
        client = enc.MACS[0]
        parts = ([f for f in frames if f[1][6:12] == client],
                 [f for f in frames if f[1][6:12] != client])
        for first, second in (parts, (frames[:20], frames[20:])):
            a, b = self.tmp / "a", self.tmp / "b"
            a.write_bytes(enc.pcap(first))
            b.write_bytes(enc.pcapng(second))
            self.same(replay(b, a)[0])

    def test_damaged(self):
        """What follows the session is broken: the session stands, the damage is counted."""
        frames = enc.CASES["ethernet"].frames()
        whole, block = enc.pcap(frames), enc.pcapng(frames)
        for name, data in {
                "record cut": whole + b"\1\2\3\4\5\6",
                "length absurd": whole + b"\0" * 8 + b"\xff" * 8,
                "block cut": block + block[-40:-9],
                "block length absurd": block + b"\6\0\0\0\xff\xff\xff\x7f",
                "block length odd": block + b"\6\0\0\0\x21\0\0\0" + b"\0" * 40,
                "compression cut": gzip.compress(whole + b"\1" * 9000)[:-9],
        }.items():
            with self.subTest(name):
                records, stats = self.run_bytes(data)
                self.same(records)
                self.assertEqual(stats["capture"]["damaged"], 1)


def main():
    global PROGRAM
    PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Encapsulations)
    return runner.run(suite)


if __name__ == "__main__":
    sys.exit(main())
