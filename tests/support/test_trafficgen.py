#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The scenario generator's own tests: what it writes is read back by an independent, plain reader."""
import email
import email.policy
import io
import ipaddress
import json
import os
import struct
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from trafficgen import text  # noqa: E402
from trafficgen.run import Run  # noqa: E402

HEAD = """
seed 5
server mx1.corp.example
    ip 192.0.2.25 2001:db8:25::25
    resolver 192.0.2.53
    offers STARTTLS
    unknown nobody
message note
    Subject: note {n}

    Dear {name}, {sentences:3}

    .a line that begins with a dot
    ümlauts for {name}
"""


def play(source):
    out = io.BytesIO()
    run = Run(text.read(source), out)
    run.play()
    return out.getvalue(), run.ground_truth()


def clients(settings, head=HEAD):
    lines = "".join("    %s\n" % s for s in settings)
    return play(head + "clients some\n" + lines)


def packets(capture):
    at = 24
    while at < len(capture):
        sec, usec, caplen, wirelen = struct.unpack_from("<IIII", capture, at)
        assert caplen == wirelen
        yield sec * 1000000 + usec, capture[at + 16:at + 16 + caplen]
        at += 16 + caplen


def folded(data):
    """The one's complement sum by the book (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def dissect(frame):
    """(vlans, src, dst, protocol, transport) with the checksums verified."""
    at, vlans = 12, []
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        vlans.append(struct.unpack_from("!H", frame, at + 2)[0])
        at += 4
    kind, ip = frame[at:at + 2], frame[at + 2:]
    if kind == b"\x08\x00":
        assert folded(ip[:20]) == 0xFFFF and struct.unpack_from("!H", ip, 2)[0] == len(ip)
        src, dst, proto, rest = ip[12:16], ip[16:20], ip[9], ip[20:]
    else:
        assert kind == b"\x86\xdd" and struct.unpack_from("!H", ip, 4)[0] == len(ip) - 40
        src, dst, proto, rest = ip[8:24], ip[24:40], ip[6], ip[40:]
    assert folded(src + dst + struct.pack("!IHBB", len(rest), 0, 0, proto) + rest) == 0xFFFF
    return vlans, str(ipaddress.ip_address(src)), str(ipaddress.ip_address(dst)), proto, rest


def streams(capture):
    """{(src, sport, dst, dport): bytes} of TCP, put together by sequence number."""
    start, parts = {}, {}
    for _, frame in packets(capture):
        _, src, dst, proto, tcp = dissect(frame)
        if proto != 6:
            continue
        sport, dport, seq, _, word = struct.unpack_from("!HHIIH", tcp)
        key = (src, sport, dst, dport)
        if word & 2:
            start[key] = seq + 1
        data = tcp[(word >> 12) * 4:]
        if data:
            parts.setdefault(key, {})[(seq - start[key]) % 2**32] = data
    out = {}
    for key, by_offset in parts.items():
        whole = b""
        for offset in sorted(by_offset):
            data = by_offset[offset]
            assert offset <= len(whole), "a hole"
            whole += data[len(whole) - offset:]
        out[key] = whole
    return out


def of_clients(capture):
    return {k: v for k, v in streams(capture).items() if k[3] == 25}


def of_servers(capture):
    return {k: v for k, v in streams(capture).items() if k[1] == 25}


def only(table):
    assert len(table) == 1
    return next(iter(table.values()))


def dns_messages(capture):
    for time, frame in packets(capture):
        _, src, dst, proto, udp = dissect(frame)
        if proto == 17:
            ident, flags, _, answers = struct.unpack_from("!4H", udp, 8)
            labels, at = [], 20
            while udp[at]:
                labels.append(udp[at + 1:at + 1 + udp[at]].decode())
                at += 1 + udp[at]
            yield time, src, ident, flags, ".".join(labels), udp[at + 2], answers


class Frames(unittest.TestCase):
    def test_time_never_runs_back(self):
        capture, truth = clients(["count 60", "addresses 203.0.113.0/24", "message note",
                                  "over 30s", "sessions 1..3", "pause 10ms..2s"])
        times = [t for t, _ in packets(capture)]
        self.assertEqual(times, sorted(times))
        self.assertEqual(len(times), truth["packets"])

    def test_same_text_same_bytes(self):
        settings = ["count 5", "addresses 203.0.113.0/24", "message note", "helo {label}"]
        self.assertEqual(clients(settings)[0], clients(settings)[0])
        other = clients(settings, HEAD.replace("seed 5", "seed 6"))
        self.assertNotEqual(clients(settings)[0], other[0])

    def test_a_block_more_changes_no_other(self):
        one = ["count 3", "addresses 203.0.113.0/24", "message note", "rdns m{i}.shop.example"]
        alone, _ = clients(one)
        more, _ = play(HEAD + "clients some\n" + "".join("    %s\n" % s for s in one)
                       + "clients others\n    addresses 198.51.100.7\n    message note\n")
        mine = [v for k, v in sorted(of_clients(more).items()) if k[0].startswith("203.")]
        self.assertEqual(mine, [v for _, v in sorted(of_clients(alone).items())])

    def test_ipv6_and_vlans(self):
        capture, _ = clients(["addresses 2001:db8:7::/48", "message note", "vlan 100 7"])
        tcp = [d for d in (dissect(f) for _, f in packets(capture)) if d[3] == 6]
        self.assertTrue(all(d[0] == [100, 7] for d in tcp))
        self.assertTrue({d[1] for d in tcp} <= {"2001:db8:7::1", "2001:db8:25::25"})


class Tcp(unittest.TestCase):
    SETTINGS = ["count 4", "addresses 203.0.113.0/24", "message note", "dialect postfix | plain"]

    def test_segments_carry_the_same_bytes(self):
        whole = of_clients(clients(self.SETTINGS)[0])
        for size in ("1", "7", "536"):
            cut, _ = clients(self.SETTINGS + ["segment " + size])
            self.assertEqual([len(v) for v in of_clients(cut).values()],
                             [len(v) for v in whole.values()])
            longest = max(len(d[4]) - (d[4][12] >> 4) * 4 for d in
                          (dissect(f) for _, f in packets(cut)) if d[3] == 6)
            self.assertEqual(longest, int(size) if int(size) < 536 else longest)

    def test_mishaps_are_mended(self):
        smooth = of_clients(clients(self.SETTINGS)[0])
        rough, _ = clients(self.SETTINGS + ["loss 10%", "reorder 10%", "duplicate 10%",
                                            "segment 20"])
        self.assertEqual(len(of_clients(rough)), len(smooth))
        self.assertTrue(all(v.startswith(b"EHLO") for v in of_clients(rough).values()))

    def test_drop_leaves_a_hole(self):
        capture, _ = clients(self.SETTINGS + ["drop 30%", "segment 20"])
        with self.assertRaises(AssertionError):
            streams(capture)

    def _flags(self, *settings):
        capture, _ = clients(["addresses 203.0.113.9", "message note", "dialect plain",
                              *settings])
        return [(d[1], d[4][13]) for d in (dissect(f) for _, f in packets(capture)) if d[3] == 6]

    def test_ends(self):
        client = "203.0.113.9"
        self.assertEqual([s for s, f in self._flags("close fin") if f & 1],
                         [client, "192.0.2.25"])
        self.assertEqual([s for s, f in self._flags("close quit") if f & 1],
                         ["192.0.2.25", client])
        self.assertEqual([s for s, f in self._flags("close timeout", "hold 300s") if f & 1],
                         ["192.0.2.25", client])
        self.assertEqual(self._flags("close rst")[-1], (client, 0x14))
        self.assertFalse(any(f & 5 for _, f in self._flags("close none")))
        self.assertEqual([f for _, f in self._flags("connect unanswered")], [2, 2, 2])
        self.assertEqual([f for _, f in self._flags("connect refused")], [2, 0x14])

    def test_what_the_tap_sees(self):
        self.assertEqual({s for s, _ in self._flags("sides client")}, {"203.0.113.9"})
        self.assertEqual({s for s, _ in self._flags("sides server")}, {"192.0.2.25"})
        self.assertFalse(any(f & 2 for _, f in self._flags("midstream yes")))

    def test_hold(self):
        capture, _ = clients(["addresses 203.0.113.9", "message note", "hold 90s"])
        times = [t for t, f in packets(capture) if dissect(f)[3] == 6]
        self.assertTrue(any(b - a > 89000000 for a, b in zip(times, times[1:])))

    def test_early_talk_acknowledges_no_banner(self):
        capture, _ = clients(["addresses 203.0.113.9", "message note", "early yes"])
        tcp = [d[4] for d in (dissect(f) for _, f in packets(capture)) if d[3] == 6]
        synack = struct.unpack_from("!I", tcp[1], 4)[0]
        first = next(t for t in tcp if len(t) > (t[12] >> 4) * 4)
        self.assertIn(b"EHLO", first)
        self.assertEqual(struct.unpack_from("!I", first, 8)[0], synack + 1)


class Smtp(unittest.TestCase):
    def _one(self, *settings):
        capture, truth = clients(["addresses 203.0.113.9", "message note",
                                  "helo mail.shop.example", *settings])
        return only(of_clients(capture)), only(of_servers(capture)), truth

    def test_forms_and_encodings_say_the_same(self):
        for form in ("plain", "html", "alternative"):
            for encoding in ("8bit", "qp", "base64"):
                sent, _, _ = self._one("form " + form, "encoding " + encoding, "dialect plain")
                data = sent.split(b"DATA\r\n", 1)[1].split(b"\r\n.\r\n")[0] + b"\r\n"
                message = email.message_from_bytes(data.replace(b"\r\n..", b"\r\n."),
                                                   policy=email.policy.default)
                body = message.get_body(("plain", "html")).get_content()
                self.assertIn("\n.a line" if form != "html" else ".a line", body)
                self.assertIn("ümlauts for ", body)
                self.assertFalse(message.defects)

    def test_bdat_is_the_message_unstuffed(self):
        sent, _, _ = self._one("bdat 100")
        body, at = b"", sent.index(b"BDAT ")
        while sent[at:at + 4] == b"BDAT":
            end = sent.index(b"\r\n", at)
            size = int(sent[at:end].split()[1])
            body += sent[end + 2:end + 2 + size]
            at = end + 2 + size
        self.assertEqual(sent[at:], b"QUIT\r\n")
        self.assertIn(b"\r\n.a line", body)

    def test_pipelining(self):
        capture, _ = clients(["addresses 203.0.113.9", "message note", "dialect postfix"])
        payloads = [d[4][(d[4][12] >> 4) * 4:] for d in
                    (dissect(f) for _, f in packets(capture)) if d[3] == 6]
        batch = next(p for p in payloads if p.startswith(b"MAIL FROM"))
        self.assertTrue(b"\r\nRCPT TO" in batch and batch.endswith(b"\r\nDATA\r\n"))
        self.assertTrue(any(p.endswith(b"\r\n.\r\nQUIT\r\n") for p in payloads))

    def test_refusals(self):
        sent, said, truth = self._one("to nobody@corp.example")
        self.assertIn(b"550 5.1.1 <nobody@corp.example>", said)
        self.assertNotIn(b"DATA", sent)
        self.assertEqual(truth["messages"], 0)
        _, said, _ = self._one("answer mail 421 4.7.0 try later")
        self.assertIn(b"421 4.7.0 try later\r\n", said)

    def test_auth_and_starttls(self):
        sent, said, _ = self._one("auth plain bob secret")
        self.assertIn(b"AUTH PLAIN AGJvYgBzZWNyZXQ=", sent)
        self.assertIn(b"235 ", said)
        sent, said, _ = self._one("auth login bob secret fails")
        self.assertIn(b"535 ", said)
        self.assertNotIn(b"MAIL", sent)
        sent, _, _ = self._one("starttls yes")
        after = sent.split(b"STARTTLS\r\n")[1]
        self.assertEqual(after[:3], b"\x16\x03\x01")
        self.assertIn(b"mx1.corp.example", after)

    def test_a_dialogue_as_written(self):
        capture, _ = play(HEAD + """
dialogue odd
    S 220 hello
    C: EHLO a\\nEHLO b\\r\\n
    S 250 a
    S 250 b
    message note
    rst client
clients some
    addresses 203.0.113.9
    dialogue odd
""")
        self.assertTrue(only(of_clients(capture)).startswith(b"EHLO a\nEHLO b\r\n"))
        self.assertTrue(only(of_clients(capture)).endswith(b"\r\n.\r\n"))
        self.assertEqual(only(of_servers(capture)), b"220 hello\r\n250 a\r\n250 b\r\n")


class Dns(unittest.TestCase):
    def test_questions_follow_the_handshake(self):
        capture, _ = clients(["addresses 203.0.113.9", "message note",
                              "rdns mail.shop.example", "helo other.shop.example"])
        seen = list(dns_messages(capture))
        asked = [(name, rtype) for _, src, _, flags, name, rtype, _ in seen if not flags & 0x8000]
        self.assertEqual(asked, [("9.113.0.203.in-addr.arpa", 12), ("mail.shop.example", 1),
                                 ("other.shop.example", 1), ("other.shop.example", 28)])
        codes = [(flags & 0x0480, flags & 15, n) for _, _, _, flags, _, _, n in seen
                 if flags & 0x8000]
        self.assertEqual(codes, [(0x80, 0, 1), (0x80, 0, 1), (0x80, 3, 0), (0x80, 3, 0)])
        self.assertEqual(len({ident for _, _, ident, *_ in seen}), 4)
        times = [t for t, _ in packets(capture)]
        self.assertTrue(times[1] < seen[0][0] < times[1] + 1000)

    def _first(self, resolver, *settings):
        capture, _ = clients(["addresses 203.0.113.9", "message note", "helo a", *settings],
                             HEAD.replace("192.0.2.53", resolver))
        return [(f & 0x0480, f & 15, n) for _, _, _, f, _, _, n in dns_messages(capture)
                if f & 0x8000]

    def test_who_answers_and_what(self):
        self.assertEqual(self._first("none"), [])
        self.assertEqual(self._first("self", "rdns a.example")[0], (0x400, 0, 1))
        self.assertEqual(self._first("192.0.2.53", "rdns none"), [(0x80, 3, 0)])
        self.assertEqual(self._first("192.0.2.53", "rdns nodata"), [(0x80, 0, 0)])
        self.assertEqual(self._first("192.0.2.53", "rdns servfail"), [(0x80, 2, 0)])
        self.assertEqual(self._first("192.0.2.53", "rdns a.example", "forward no"),
                         [(0x80, 0, 1), (0x80, 3, 0)])


class Text(unittest.TestCase):
    def test_mistakes_name_their_line(self):
        for source, problem in [
                ("sed 5", "line 1: unknown statement 'sed'"),
                ("seed 5\nserver a\n    prt 25", "line 3: a server has no setting 'prt'"),
                ("server a\n    ip 192.0.2.1\nclients b\n    count x", "line 4: 'x' is no number"),
                ("server a\n    ip 192.0.2.1\nclients b\n    hold 5", "line 4: '5' is no duration"),
                ("server a\n    ip 192.0.2.1\nclients b\n    dialect dutch", "line 4: 'dutch'"),
                ("server a\n    ip 192.0.2.1\nclients b\n    helo {a", "line 4: a brace"),
                ("server a\n    ip 192.0.2.1\nclients b", "line 3: clients b have no addresses"),
                ("seed 1", "no server")]:
            with self.assertRaises(text.ScenarioError) as caught:
                text.read(source)
            self.assertIn(problem, str(caught.exception))

    def test_spread_gives_each_its_network(self):
        _, truth = clients(["count 100", "addresses 198.18.0.0/15 spread", "message note"])
        networks = {a.rsplit(".", 1)[0] for a in truth["sources"]}
        self.assertEqual((len(truth["sources"]), len(networks)), (100, 100))

    def test_choices_keep_their_shares(self):
        _, truth = clients(["count 1000", "addresses 198.18.0.0/15 random", "message note",
                            "helo a 70% | b 30%"])
        count = sum(e["helo"] == ["a"] for e in truth["sources"].values())
        self.assertEqual(len(truth["sources"]), 1000)
        self.assertTrue(640 < count < 760, count)


class Shipped(unittest.TestCase):
    def test_every_text_plays(self):
        names = sorted(os.listdir(os.path.join(HERE, "scenarios")))
        self.assertTrue(names)
        for name in names:
            with open(os.path.join(HERE, "scenarios", name), encoding="utf-8") as f:
                scenario = text.read(f.read())
            for block in scenario.blocks:
                block.count = min(block.count, 12)
            out = io.BytesIO()
            Run(scenario, out).play()
            for _, frame in packets(out.getvalue()):
                dissect(frame)

    def test_demo_is_what_its_text_says(self):
        with open(os.path.join(HERE, "scenarios", "demo.txt"), encoding="utf-8") as f:
            capture, truth = play(f.read())
        pcaps = os.path.join(HERE, os.pardir, "pcaps")
        with open(os.path.join(pcaps, "demo.pcap"), "rb") as f:
            self.assertTrue(f.read() == capture, "write tests/pcaps/demo.pcap anew")
        with open(os.path.join(pcaps, "demo.truth.json"), encoding="ascii") as f:
            self.assertEqual(json.load(f), truth)
        self.assertTrue(len(capture) < 1500000)
        bots = {a.rsplit(".", 1)[0] for a in truth["kinds"]["bot"]}
        self.assertTrue(len(truth["kinds"]["bot"]) == 40 and len(bots) >= 30)


if __name__ == "__main__":
    unittest.main()
