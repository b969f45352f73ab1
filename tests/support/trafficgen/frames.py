# SPDX-License-Identifier: Apache-2.0
"""Ethernet, VLAN, IPv4, IPv6, TCP and UDP frames with right checksums, and the pcap file.

Times are whole microseconds since 1970 throughout.
"""
import ipaddress
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

_PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
_RECORD = struct.Struct("<IIII").pack
_IPV4 = struct.Struct("!BBHHHBBH4s4s").pack
_IPV6 = struct.Struct("!IHBB16s16s").pack
_TCP = struct.Struct("!HHIIHHHH").pack
_UDP = struct.Struct("!HHHH").pack


def ones_sum(data):
    """The one's complement sum of 16-bit words, modulo 65535, not yet inverted."""
    if len(data) & 1:
        data += b"\0"
    return int.from_bytes(data, "big") % 65535


def checksum(total):
    """The checksum field for words that add up to `total` (> 0)."""
    return 65535 - (total % 65535 or 65535)


class Endpoint:
    """One host as it appears on the wire."""

    __slots__ = ("address", "packed", "v6", "ttl", "mac", "ident")

    def __init__(self, address, ttl=64, mac=None):
        ip = ipaddress.ip_address(address)
        self.address = str(ip)
        self.packed = ip.packed
        self.v6 = ip.version == 6
        self.ttl = ttl
        # What is not on the link itself arrives from its router.
        self.mac = mac or b"\x02\x00\x5e\x00\x00\x01"
        self.ident = ones_sum(self.packed)


def ethernet(src, dst, vlans):
    """The bytes in front of the IP header."""
    tags = b""
    for i, vlan in enumerate(vlans):
        tags += struct.pack("!HH", 0x88A8 if i == 0 and len(vlans) > 1 else 0x8100, vlan)
    return dst.mac + src.mac + tags + (b"\x86\xdd" if src.v6 else b"\x08\x00")


class Path:
    """One direction of one conversation; builds its frames from what never changes."""

    def __init__(self, src, dst, sport, dport, vlans=(), proto=6):
        self.src, self.dst = src, dst
        self.sport, self.dport = sport, dport
        self.proto = proto
        self.link = ethernet(src, dst, vlans)
        addresses = ones_sum(src.packed) + ones_sum(dst.packed)
        self.pseudo = addresses + proto
        self.ip_const = addresses + 0x4500 + 0x4000 + (src.ttl << 8 | proto)

    def _ip(self, length):
        src = self.src
        if src.v6:
            return _IPV6(0x60000000, length, self.proto, src.ttl, src.packed, self.dst.packed)
        src.ident = (src.ident + 1) & 0xFFFF
        total = length + 20
        return _IPV4(0x45, 0, total, src.ident, 0x4000, src.ttl, self.proto,
                     checksum(self.ip_const + total + src.ident), src.packed, self.dst.packed)

    def tcp(self, seq, ack, flags, window, options=b"", payload=b""):
        length = 20 + len(options) + len(payload)
        word = (5 + len(options) // 4) << 12 | flags
        total = (self.pseudo + length + self.sport + self.dport + (seq >> 16) + (seq & 0xFFFF)
                 + (ack >> 16) + (ack & 0xFFFF) + word + window)
        if options:
            total += ones_sum(options)
        if payload:
            total += ones_sum(payload)
        return b"".join((self.link, self._ip(length),
                         _TCP(self.sport, self.dport, seq, ack, word, window, checksum(total), 0),
                         options, payload))

    def udp(self, payload):
        length = 8 + len(payload)
        total = self.pseudo + 2 * length + self.sport + self.dport + ones_sum(payload)
        return b"".join((self.link, self._ip(length),
                         _UDP(self.sport, self.dport, length, checksum(total) or 0xFFFF),
                         payload))


class PcapWriter:
    """Writes frames in order of time. What is added may be late, but not before the last flush."""

    def __init__(self, out):
        self.out = out
        self.waiting = []
        self.count = 0
        self.written = 0
        self.bytes = 0
        out.write(_PCAP_HEADER)

    def add(self, frames):
        """`frames`: a list of (time, frame)."""
        for time, frame in frames:
            self.waiting.append((time, self.count, frame))
            self.count += 1

    def flush(self, before=None):
        """Writes what is earlier than `before`; everything where it is None."""
        self.waiting.sort()
        if before is None:
            ready, self.waiting = self.waiting, []
        else:
            cut = len(self.waiting)
            while cut > 0 and self.waiting[cut - 1][0] >= before:
                cut -= 1
            ready, self.waiting = self.waiting[:cut], self.waiting[cut:]
        parts = []
        for time, _, frame in ready:
            size = len(frame)
            parts.append(_RECORD(time // 1000000, time % 1000000, size, size))
            parts.append(frame)
            self.bytes += 16 + size
        self.written += len(ready)
        self.out.write(b"".join(parts))
