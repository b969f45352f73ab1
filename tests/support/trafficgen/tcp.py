# SPDX-License-Identifier: Apache-2.0
"""A TCP connection as a tap next to the server sees it.

Both sides take turns, which is what SMTP does; each turn says when it starts at the tap. Sequence
numbers, acknowledgements (delayed, every second segment, piggybacked), options and checksums are
those of real stacks. Loss on the way is shown as the retransmission that mends it.
"""
import struct

from . import frames
from .frames import ACK, FIN, PSH, RST, SYN, Path

CLIENT, SERVER = 0, 1

DELAYED_ACK = 40000
RETRANSMIT = 210000
_TIMESTAMP = struct.Struct("!HBBII").pack


class Stack:
    """How a TCP stack opens: TTL, window, and its SYN options in order (detection 5.6)."""

    def __init__(self, ttl, window, mss, layout, scale=None, timestamps=False):
        self.ttl, self.window, self.mss = ttl, window, mss
        self.scale, self.timestamps = scale, timestamps
        self.layout = layout.split(",") if layout else []

    def options(self, v6, time, echo, peer=None):
        """The options of a SYN, or of a SYN-ACK to `peer`: only what both sides know."""
        out = b""
        for name in self.layout:
            if name == "mss":
                out += struct.pack("!BBH", 2, 4, self.mss - (20 if v6 else 0))
            elif name == "nop":
                out += b"\x01"
            elif name == "ws":
                out += struct.pack("!BBB", 3, 3, self.scale)
            elif name == "sok":
                out += b"\x04\x02"
            elif name == "ts":
                out += struct.pack("!BBII", 8, 10, time, echo)
            elif name == "eol":
                out += b"\x00"
        return out + b"\x00" * (-len(out) % 4)


STACKS = {
    "linux": Stack(64, 64240, 1460, "mss,sok,ts,nop,ws", 7, True),
    "windows7": Stack(128, 8192, 1460, "mss,nop,ws,nop,nop,sok", 8),
    "windows10": Stack(128, 64240, 1460, "mss,nop,ws,nop,nop,sok", 8),
    "bsd": Stack(64, 65535, 1460, "mss,nop,ws,sok,ts", 6, True),
    "macos": Stack(64, 65535, 1460, "mss,nop,ws,nop,nop,ts,sok,eol", 6, True),
    "bare": Stack(64, 5840, 1460, ""),
}
# What a Linux server answers with: no timestamps to one who offers none.
_REPLY = {True: STACKS["linux"], False: Stack(64, 64240, 1460, "mss,nop,nop,sok,nop,ws", 7)}


class Wire:
    """What happens to packets on the way; shares are of 1, drawn from `rng`."""

    def __init__(self, segment="whole", loss=0.0, reorder=0.0, duplicate=0.0, drop=0.0):
        self.segment = segment
        self.loss, self.reorder, self.duplicate, self.drop = loss, reorder, duplicate, drop
        self.clean = not (loss or reorder or duplicate or drop)


class Flow:
    """One connection. `out` collects (time, frame); `now` is the tap's time of its last event."""

    def __init__(self, client, server, sport, dport, stack, rtt, rng, wire=None, vlans=()):
        self.paths = (Path(client, server, sport, dport, vlans),
                      Path(server, client, dport, sport, vlans))
        self.stack = STACKS[stack]
        self.reply = _REPLY[self.stack.timestamps]
        self.rtt = rtt
        self.rng = rng
        self.wire = wire or Wire()
        self.v6 = client.v6
        self.out = []
        self.now = 0
        self.seq = [int(rng.random() * 2**32), int(rng.random() * 2**32)]
        self.clock = [int(rng.random() * 2**31), int(rng.random() * 2**31)]
        self.start = 0
        self.seen_clock = [0, 0]  # the peer's timestamp last received by each side
        self.acked = [0, 0]  # what each side has acknowledged of the other
        self.owed = [None, None]  # since when each side owes an acknowledgement
        self.mss = min(1460, self.stack.mss) - (20 if self.v6 else 0)
        if self.stack.timestamps:
            self.mss -= 12

    # What is put on the wire.

    def _window(self, side):
        scaled = self.stack.scale is not None
        return 502 if scaled and side == SERVER else 513 if scaled else 64240

    def _options(self, side, time):
        if not self.stack.timestamps:
            return b""
        mine = (self.clock[side] + (time - self.start) // 1000) & 0xFFFFFFFF
        self.seen_clock[1 - side] = mine
        return _TIMESTAMP(0x0101, 8, 10, mine, self.seen_clock[side])

    def _put(self, side, time, flags, payload=b"", seq=None):
        other = 1 - side
        frame = self.paths[side].tcp(self.seq[side] if seq is None else seq, self.seq[other],
                                     flags, self._window(side), self._options(side, time), payload)
        self.acked[side] = self.seq[other]
        self.owed[side] = None
        self.out.append((time, frame))

    def _settle(self, side, time):
        """A side that has waited long enough acknowledges before it speaks at `time`."""
        since = self.owed[side]
        if since is None:
            return
        at = since + DELAYED_ACK + (self.rtt if side == CLIENT else 0)
        if at < time:
            self._put(side, at, ACK)

    # Turns.

    def handshake(self, time, answered=True):
        """SYN, SYN-ACK, ACK. Unanswered: the SYN three times. Returns the tap's time of the end."""
        client, server = self.paths
        self.start = time
        syn = self.stack.options(self.v6, self.clock[CLIENT], 0)
        if not answered:
            for wait in (0, 1000000, 3000000):
                self.out.append((time + wait, client.tcp(self.seq[CLIENT], 0, SYN,
                                                         self.stack.window, syn)))
            self.now = time + 3000000
            return self.now
        self.out.append((time, client.tcp(self.seq[CLIENT], 0, SYN, self.stack.window, syn)))
        self.seen_clock = [self.clock[SERVER], self.clock[CLIENT]]
        self.seq[CLIENT] = (self.seq[CLIENT] + 1) & 0xFFFFFFFF
        at = time + 40 + int(self.rng.random() * 60)
        if self.stack.layout:
            options = self.reply.options(self.v6, self.clock[SERVER], self.clock[CLIENT])
        else:
            options = struct.pack("!BBH", 2, 4, 1440 if self.v6 else 1460)
        self.out.append((at, server.tcp(self.seq[SERVER], self.seq[CLIENT], SYN | ACK,
                                        64240, options)))
        self.seq[SERVER] = (self.seq[SERVER] + 1) & 0xFFFFFFFF
        self.now = at + self.rtt
        self._put(CLIENT, self.now, ACK)
        return self.now

    def refuse(self, time):
        """SYN, RST: the port is closed."""
        self.out.append((time, self.paths[CLIENT].tcp(
            self.seq[CLIENT], 0, SYN, self.stack.window,
            self.stack.options(self.v6, self.clock[CLIENT], 0))))
        self.now = time + 60
        self.out.append((self.now, self.paths[SERVER].tcp(
            0, (self.seq[CLIENT] + 1) & 0xFFFFFFFF, RST | ACK, 0)))
        return self.now

    def _cut(self, data):
        segment = self.wire.segment
        if segment == "whole":
            if len(data) <= self.mss:
                return [data]
            step = self.mss
        elif segment == "random":
            parts, at = [], 0
            while at < len(data):
                size = 1 + int(self.rng.random() ** 3 * min(self.mss, 600))
                parts.append(data[at:at + size])
                at += size
            return parts
        else:
            step = min(int(segment), self.mss)
        return [data[i:i + step] for i in range(0, len(data), step)]

    def send(self, side, data, time):
        """`side` writes `data`, whose first segment is at the tap at `time`. Returns the last's."""
        other = 1 - side
        self._settle(side, time)
        gap = 12 if side == SERVER else 90
        late = []
        parts = self._cut(data)
        for i, part in enumerate(parts):
            at = time + i * gap
            seq = self.seq[side]
            last = i + 1 == len(parts)
            if not self.wire.clean:
                at = self._mishap(side, at, seq, part, late)
            if at is not None:
                self._put(side, at, PSH | ACK if last else ACK, part)
            self.seq[side] = (seq + len(part)) & 0xFFFFFFFF
            if i % 2 and not (last or late or at is None or self.wire.reorder):
                self._put(other, at + (25 if other == SERVER else self.rtt), ACK)
        end = time + (len(parts) - 1) * gap
        for at, seq, part in late:
            self._put(side, at, PSH | ACK, part, seq)
            end = max(end, at)
        self.owed[other] = end
        self.now = max(self.now, end)
        return end

    def _mishap(self, side, at, seq, part, late):
        """Where the segment is put at once, that time; else None, and perhaps a place in `late`."""
        wire, rng = self.wire, self.rng
        if wire.loss and rng.random() < wire.loss:
            late.append((at + RETRANSMIT, seq, part))
            return None
        if wire.drop and rng.random() < wire.drop:
            return None  # the tap alone missed it
        if wire.reorder and rng.random() < wire.reorder:
            return at + 230
        if wire.duplicate and rng.random() < wire.duplicate:
            late.append((at + RETRANSMIT, seq, part))
        return at

    # Ends.

    def _fin(self, side, time):
        self._settle(side, time)
        self._put(side, time, FIN | ACK)
        self.seq[side] = (self.seq[side] + 1) & 0xFFFFFFFF
        self.now = max(self.now, time)

    def close(self, first, time):
        """`first` closes, the other follows. Returns the tap's time of the last packet."""
        other = 1 - first
        self._settle(other, time)
        self._fin(first, time)
        reaction = 60 if other == SERVER else self.rtt + 80
        self._fin(other, time + reaction)
        self._put(first, time + reaction + (60 if first == SERVER else self.rtt), ACK)
        self.now = time + reaction + self.rtt
        return self.now

    def reset(self, side, time):
        self._settle(side, time)
        self._put(side, time, RST | ACK)
        self.now = max(self.now, time)
        return time

    def leave(self, time):
        """Neither side says more: what is owed is acknowledged."""
        for side in (CLIENT, SERVER):
            self._settle(side, time)


__all__ = ["CLIENT", "SERVER", "STACKS", "Flow", "Wire", "frames"]
