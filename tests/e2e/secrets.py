#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing secret in any output: secrets.py HELOSCOPE [SEED [CASES]]

Sessions with random credentials in every form of AUTH: as initial response and as continuation,
accepted, refused with an echo of what was sent, cancelled, pipelined, sent where it was not
offered, cut into segments anywhere, with segments lost. The program replays them with every
dataset and as talkative as it can be; neither password, token nor user may stand in what it
writes, in clear or in base64.
"""
import base64
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from trafficgen.frames import Endpoint, Path, PcapWriter  # noqa: E402

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz23456789"
SYN, ACK, PSH, FIN = 2, 16, 8, 1


def b64(data):
    return base64.b64encode(data)


class Case:
    """One session: what it says, and what of that must not be seen again."""

    def __init__(self, rng):
        self.rng = rng
        self.user = self.word(12)
        self.password = self.word(16)
        self.planted = [self.user.encode(), self.password.encode()]
        self.steps = []

    def word(self, n):
        return "".join(self.rng.choice(LETTERS) for _ in range(n))

    def secret(self, data):
        """`data` as it goes over the wire, planted whole and in its parts."""
        encoded = b64(data)
        self.planted.append(encoded.rstrip(b"="))
        return encoded

    def say(self, side, data):
        self.steps.append((side, data))


def plain(case):
    return [case.secret(b"\0" + case.user.encode() + b"\0" + case.password.encode())]


def login(case):
    return [case.secret(case.user.encode()), case.secret(case.password.encode())]


def digest(case):
    return [case.secret(case.user.encode() + b" " + case.word(32).encode())]


def token(case):
    return [case.secret(b"user=" + case.user.encode() + b"\1auth=Bearer "
                        + case.password.encode() + b"\1\1")]


def bearer(case):
    return [case.secret(b"n,a=" + case.user.encode() + b",\1auth=Bearer "
                        + case.password.encode() + b"\1\1")]


def ntlm(case):
    return [case.secret(b"NTLMSSP\0\1\0\0\0" + case.word(8).encode()),
            case.secret(b"NTLMSSP\0\3\0\0\0" + case.user.encode("utf-16-le")
                        + case.password.encode())]


def scram(case):
    return [case.secret(b"n,,n=" + case.user.encode() + b",r=" + case.word(18).encode()),
            case.secret(b"c=biws,r=" + case.word(30).encode() + b",p="
                        + b64(case.password.encode()))]


MECHANISMS = {b"PLAIN": plain, b"LOGIN": login, b"CRAM-MD5": digest, b"XOAUTH2": token,
              b"OAUTHBEARER": bearer, b"NTLM": ntlm, b"SCRAM-SHA-256": scram,
              b"X-OWN": plain}


def refusal(case, responses):
    """A server that shows what it was given."""
    echo = case.rng.choice((b"", responses[-1], case.user.encode(), case.password.encode(),
                            b"<" + case.user.encode() + b">"))
    return b"535 5.7.8 Error: authentication failed: " + echo + b"\r\n"


def authenticate(case):
    rng = case.rng
    name = rng.choice(sorted(MECHANISMS))
    responses = MECHANISMS[name](case)
    command = rng.choice((b"AUTH ", b"auth ", b"AUTH  ")) + name
    rest = list(responses)
    if rng.random() < 0.5:
        command += b" " + rest.pop(0)
    outcome = rng.choice(("yes", "no", "cancel", "not offered", "pipelined"))
    if outcome == "pipelined":
        case.say("C", b"\r\n".join([command] + rest) + b"\r\n")
        case.say("S", b"334 \r\n" * len(rest) + refusal(case, responses))
        return
    case.say("C", command + b"\r\n")
    if outcome == "not offered":
        case.say("S", b"502 5.5.1 no such command: " + rng.choice((b"", command)) + b"\r\n")
        return
    for i, response in enumerate(rest):
        case.say("S", b"334 " + b64(case.word(9).encode()) + b"\r\n")
        if outcome == "cancel" and i == len(rest) - 1:
            case.say("C", b"*\r\n")
            case.say("S", b"501 5.7.0 cancelled\r\n")
            return
        case.say("C", response + b"\r\n")
    case.say("S", b"235 2.7.0 ok\r\n" if outcome == "yes" else refusal(case, responses))


def make_case(rng):
    case = Case(rng)
    case.say("S", b"220 mx1.example.net ESMTP\r\n")
    case.say("C", b"EHLO client.example.org\r\n")
    case.say("S", b"250-mx1.example.net\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN CRAM-MD5\r\n")
    for _ in range(rng.randint(1, 3)):
        authenticate(case)
    if rng.random() < 0.5:
        case.say("C", b"MAIL FROM:<alice@client.example.org> AUTH=<>\r\n")
        case.say("S", b"250 2.1.0 Ok\r\n")
        case.say("C", b"RSET\r\n")
        case.say("S", b"250 2.0.0 Ok\r\n")
    case.say("C", b"QUIT\r\n")
    case.say("S", b"221 2.0.0 Bye\r\n")
    return case


def pieces(rng, data):
    """`data` as segments: whole, or cut anywhere."""
    if rng.random() < 0.4:
        return [data]
    cuts = sorted(rng.sample(range(1, len(data)), min(len(data) - 1, rng.randint(1, 6))))
    return [data[a:b] for a, b in zip([0] + cuts, cuts + [len(data)])]


def write_session(writer, rng, case, number, start):
    client = Endpoint(f"198.51.100.{1 + number % 250}")
    server = Endpoint("192.0.2.25")
    ports = 10000 + number, rng.choice((25, 587))
    up = Path(client, server, ports[0], ports[1])
    down = Path(server, client, ports[1], ports[0])
    now, seq = start, {"C": 1000, "S": 5000}
    lossy = rng.random() < 0.25

    def put(side, flags, payload=b"", lost=False):
        nonlocal now
        now += 1000
        path, other = (up, "S") if side == "C" else (down, "C")
        ack = seq[other] if flags & ACK else 0
        if not lost:
            writer.add([(now, path.tcp(seq[side], ack, flags, 64240, b"", payload))])
        seq[side] += len(payload) + bool(flags & (SYN | FIN))

    put("C", SYN)
    put("S", SYN | ACK)
    put("C", ACK)
    for side, data in case.steps:
        for piece in pieces(rng, data):
            put(side, ACK | PSH, piece, lossy and rng.random() < 0.1)
    put("C", ACK | FIN)
    put("S", ACK | FIN)
    put("C", ACK)


def run(program, capture, out, *more):
    r = subprocess.run([program, "-r", capture, "-v", "-o", f"ecs:{out}", "--datasets",
                        "alert,source,campaign,session,message,stats,engine", *more],
                       capture_output=True, timeout=300)
    if r.returncode != 0:
        sys.exit(f"{program} ended with {r.returncode}: {r.stderr.decode()[:500]}")
    return pathlib.Path(out).read_bytes() + r.stdout + r.stderr


def main():
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    rng = random.Random(seed)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "secrets.pcap")
        cases = [make_case(rng) for _ in range(count)]
        with open(capture, "wb") as f:
            writer = PcapWriter(f)
            for i, case in enumerate(cases):
                write_session(writer, rng, case, i, 1700000000000000 + i * 1000000)
            writer.flush()
        text = b"".join(run(program, capture, os.path.join(folder, form), "--summary", form)
                        for form in ("json", "text"))
    if text.count(b'"dataset":"heloscope.session"') != 2 * count:
        sys.exit("not every session was told of: the test tests nothing")
    for i, case in enumerate(cases):
        found = [planted for planted in case.planted if planted in text]
        for planted in found:
            print(f"case {i}: {planted.decode(errors='replace')} is in the output")
        failures += bool(found)
    print(f"{count - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
