#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What TCP may do to a small SMTP session, one session a case: tcp_cases.py OUT.pcap

Each case's client greets with the case's name, so that a record can be told by its HELO. All of
them are one mail, said in full and accepted.
"""
import struct
import sys

from trafficgen.frames import ACK, FIN, PSH, RST, SYN, Endpoint, Path, PcapWriter

CLIENT, SERVER = 0, 1
START = 1767323045000000  # 2026-01-02 03:04:05
MS = 1000

TEXT = ("From: Alice <alice@sender.example>\r\nTo: bob@corp.example\r\n"
        "Subject: Minutes of the meeting\r\nMessage-ID: <m1@sender.example>\r\n"
        "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n\r\n"
        "The minutes were read and agreed to by all who were there.\r\n.\r\n").encode()


class Talk:
    """One connection. Every call puts a packet on the wire, 10 ms after the one before."""

    def __init__(self, name, port, start, isn=(1000, 2000)):
        ends = Endpoint("192.0.2.10"), Endpoint("198.51.100.25")
        self.paths = Path(ends[0], ends[1], port, 25), Path(ends[1], ends[0], 25, port)
        self.name = name
        self.seq = list(isn)
        self.now = start
        self.window = [64240, 64240]
        self.frames = []

    def put(self, side, flags, data=b"", back=0, wait=10):
        """`data` at `back` bytes before what the side has said so far, which stays as it is."""
        self.now += wait * MS
        options = struct.pack("!BBH", 2, 4, 1460) if flags & SYN else b""
        seq = (self.seq[side] - back) & 0xFFFFFFFF
        ack = self.seq[1 - side] if flags & ACK else 0
        self.frames.append((self.now, self.paths[side].tcp(
            seq, ack, flags, self.window[side], options, data)))

    def moved(self, side, by):
        self.seq[side] = (self.seq[side] + by) & 0xFFFFFFFF

    def say(self, side, data, flags=PSH | ACK, wait=10):
        if isinstance(data, str):
            data = data.encode() + b"\r\n"
        self.put(side, flags, data, wait=wait)
        self.moved(side, len(data))

    def ack(self, side, back=0, data=b"", wait=10):
        self.put(side, ACK, data, back, wait)

    def shake_hands(self):
        self.put(CLIENT, SYN)
        self.moved(CLIENT, 1)
        self.put(SERVER, SYN | ACK)
        self.moved(SERVER, 1)
        self.ack(CLIENT)

    def fin(self, side):
        self.put(side, FIN | ACK)
        self.moved(side, 1)

    def greet(self):
        self.say(SERVER, "220 mx1.corp.example ESMTP")
        self.say(CLIENT, "EHLO %s.sender.example" % self.name)
        self.say(SERVER, "250 mx1.corp.example")

    def envelope(self):
        for command, reply in (("MAIL FROM:<alice@sender.example>", "250 2.1.0 Ok"),
                               ("RCPT TO:<bob@corp.example>", "250 2.1.5 Ok"),
                               ("DATA", "354 End data with <CR><LF>.<CR><LF>")):
            self.say(CLIENT, command)
            self.say(SERVER, reply)

    def begin(self):
        self.shake_hands()
        self.greet()
        self.envelope()

    def accept(self):
        self.say(SERVER, "250 2.0.0 Ok: queued as 4XYZ")

    def leave(self):
        self.say(CLIENT, "QUIT")
        self.say(SERVER, "221 2.0.0 Bye")
        self.fin(SERVER)
        self.fin(CLIENT)
        self.ack(SERVER)


def plain(t):
    t.begin()
    t.say(CLIENT, TEXT)
    t.accept()
    t.leave()


def zero_window_server(t):
    """The server takes nothing for two seconds, and says so to every probe."""
    t.begin()
    t.say(CLIENT, TEXT[:100])
    t.window[SERVER] = 0
    t.ack(SERVER)
    for wait in (200, 400, 800):
        t.ack(CLIENT, back=1, wait=wait)  # a keep-alive, which has no byte
        t.ack(SERVER)
    t.ack(CLIENT, data=TEXT[100:101], wait=500)  # a probe with the next byte, refused
    t.ack(SERVER)
    t.window[SERVER] = 64240
    t.ack(SERVER, wait=50)
    t.say(CLIENT, TEXT[100:])
    t.accept()
    t.leave()


def zero_window_client(t):
    """The client takes no reply to its mail, and is gone at last."""
    t.begin()
    t.say(CLIENT, TEXT)
    t.accept()
    t.window[CLIENT] = 0
    t.ack(CLIENT)
    for wait in (1000, 2000):
        t.ack(SERVER, back=1, wait=wait)
        t.ack(CLIENT)
    t.put(CLIENT, RST | ACK, wait=2000)


def keep_alive(t):
    """Probes in the middle, one of them with the last byte anew, and another byte at that."""
    t.begin()
    t.ack(CLIENT, back=1, wait=60000)
    t.ack(SERVER)
    t.ack(CLIENT, back=1, data=b"\0", wait=60000)
    t.ack(SERVER)
    t.say(CLIENT, TEXT)
    t.accept()
    t.leave()


def overlap(t):
    """A piece of the text comes early, then all of it with other words there: the first counts."""
    t.begin()
    at, end = 60, 90
    t.moved(CLIENT, at)
    t.ack(CLIENT, data=TEXT[at:end])
    t.moved(CLIENT, -at)
    t.say(CLIENT, TEXT[:at] + b"x" * (end - at) + TEXT[end:])
    t.accept()
    t.leave()


def sent_anew(t):
    """What was acknowledged is sent again, with other words."""
    t.begin()
    t.say(CLIENT, TEXT)
    t.ack(SERVER)
    t.ack(CLIENT, back=len(TEXT), data=b"x" * len(TEXT))
    t.accept()
    t.leave()


def reset_outside(t):
    """Resets and a FIN that their receiver would not take, from who guesses."""
    t.begin()
    t.put(CLIENT, RST, back=100)
    t.put(CLIENT, RST, back=-200000)
    t.put(SERVER, RST, back=-0x40000000)
    t.put(CLIENT, FIN | ACK, back=5)
    t.say(CLIENT, TEXT)
    t.accept()
    t.leave()


def wrong_checksum(t):
    """What its receiver throws away tells of another beginning of the text."""
    t.begin()
    t.put(CLIENT, PSH | ACK, b".")
    time, frame = t.frames.pop()
    at = 14 + 20 + 16
    t.frames.append((time, frame[:at] + bytes([frame[at] ^ 0x55]) + frame[at + 1:]))
    t.say(CLIENT, TEXT)
    t.accept()
    t.leave()


def data_after_fin(t):
    t.begin()
    t.say(CLIENT, TEXT)
    t.accept()
    t.say(CLIENT, "QUIT")
    t.fin(CLIENT)
    t.ack(CLIENT, data=b"MAIL FROM:<late@sender.example>\r\n")
    t.say(SERVER, "221 2.0.0 Bye")
    t.fin(SERVER)
    t.ack(CLIENT)


def simultaneous_open(t):
    """Both send a SYN before they have seen the other's (RFC 9293 3.5)."""
    t.put(CLIENT, SYN)
    t.put(SERVER, SYN)
    t.put(CLIENT, SYN | ACK)
    t.put(SERVER, SYN | ACK)
    t.moved(CLIENT, 1)
    t.moved(SERVER, 1)
    for n in (2, 3):  # they acknowledge each other's
        time, _ = t.frames[n]
        side = n - 2
        t.frames[n] = (time, t.paths[side].tcp((t.seq[side] - 1) & 0xFFFFFFFF, t.seq[1 - side],
                                               SYN | ACK, 64240, struct.pack("!BBH", 2, 4, 1460)))
    t.greet()
    t.envelope()
    t.say(CLIENT, TEXT)
    t.accept()
    t.leave()


def fast_open(t):
    """The greeting lies in the SYN, the banner in the answer to it (RFC 7413)."""
    hello = ("EHLO %s.sender.example\r\n" % t.name).encode()
    t.put(CLIENT, SYN, hello)
    t.moved(CLIENT, 1 + len(hello))
    banner = b"220 mx1.corp.example ESMTP\r\n"
    t.put(SERVER, SYN | ACK, banner)
    t.moved(SERVER, 1 + len(banner))
    t.ack(CLIENT)
    t.say(SERVER, "250 mx1.corp.example")
    t.envelope()
    t.say(CLIENT, TEXT)
    t.accept()
    t.leave()


def single_bytes(t):
    t.begin()
    for n in range(len(TEXT)):
        t.say(CLIENT, TEXT[n:n + 1], flags=ACK, wait=1)
    t.accept()
    t.leave()


def backwards(t):
    """The last segment first."""
    t.begin()
    size = 40
    for at in reversed(range(0, len(TEXT), size)):
        t.moved(CLIENT, at)
        t.ack(CLIENT, data=TEXT[at:at + size])
        t.moved(CLIENT, -at)
    t.moved(CLIENT, len(TEXT))
    t.accept()
    t.leave()


def beyond_window(t):
    """Bytes and a FIN where the server has no room for them; then half a minute of nothing."""
    t.begin()
    t.put(CLIENT, PSH | ACK, b"QUIT\r\n", back=-100000)
    t.put(CLIENT, FIN | ACK, back=-150000)
    t.ack(CLIENT, wait=31000)
    t.say(CLIENT, TEXT)
    t.accept()
    t.leave()


CASES = (plain, zero_window_server, zero_window_client, keep_alive, overlap, sent_anew,
         reset_outside, wrong_checksum, data_after_fin, simultaneous_open, fast_open, single_bytes,
         backwards, beyond_window)


def main():
    now = START
    with open(sys.argv[1], "wb") as out:
        writer = PcapWriter(out)
        for n, case in enumerate(CASES):
            talk = Talk(case.__name__.replace("_", "-"), 40000 + n, now)
            case(talk)
            writer.add(talk.frames)
            now = talk.now + 10000 * MS
        # Numbers that wrap within the text; then the same port anew, a second later.
        for isn in ((0xFFFFFF00, 0xFFFFFFC0), (777, 888)):
            talk = Talk("wrap-and-reuse", 41000, now, isn)
            plain(talk)
            writer.add(talk.frames)
            now = talk.now + 1000 * MS
        writer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
