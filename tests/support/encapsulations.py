#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One small SMTP session in every encapsulation that is read.

    encapsulations.py FOLDER           a capture file for each, FOLDER/NAME.pcap
    encapsulations.py --bundle FOLDER  a few captures with many of them: tests/pcaps/encap-*

CASES says for each name what is put around the session's IP packets. tests/e2e/encapsulations.py
holds that all of them give the same records.
"""
import pathlib
import random
import struct
import sys

from trafficgen.frames import Endpoint, checksum, ones_sum
from trafficgen.tcp import CLIENT, SERVER, Flow, Wire

ETHERNET, NULL, PPP, RAW, PPP_SERIAL, PPPOE, C_HDLC, LOOP = 1, 0, 9, 101, 50, 51, 104, 108
SLL, SLL2, IPV4, IPV6, NFLOG = 113, 276, 228, 229, 239

START = 1767323045000000  # 2026-01-02 03:04:05
MACS = (b"\x02\0\0\0\0\x01", b"\x02\0\0\0\0\x02")
OUTER = ("203.0.113.1", "203.0.113.2")
OUTER6 = ("2001:db8:ff::1", "2001:db8:ff::2")

MESSAGE = ("From: Alice <alice@sender.example>\r\nTo: bob@corp.example\r\n"
           "Subject: Minutes of the meeting\r\nMessage-ID: <m1@sender.example>\r\n"
           "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n\r\n" +
           "".join("Item %d of the agenda was talked over and then put off until next week.\r\n" % n
                   for n in range(1, 31)) + ".\r\n").encode()
TALK = (
    (SERVER, b"220 mx1.corp.example ESMTP\r\n"),
    (CLIENT, b"EHLO mail.sender.example\r\n"),
    (SERVER, b"250-mx1.corp.example\r\n250 8BITMIME\r\n"),
    (CLIENT, b"MAIL FROM:<alice@sender.example>\r\n"),
    (SERVER, b"250 2.1.0 Ok\r\n"),
    (CLIENT, b"RCPT TO:<bob@corp.example>\r\n"),
    (SERVER, b"250 2.1.5 Ok\r\n"),
    (CLIENT, b"DATA\r\n"),
    (SERVER, b"354 End data with <CR><LF>.<CR><LF>\r\n"),
    (CLIENT, MESSAGE),
    (SERVER, b"250 2.0.0 Ok: queued as 4XYZ\r\n"),
    (CLIENT, b"QUIT\r\n"),
    (SERVER, b"221 2.0.0 Bye\r\n"),
)


def session(six=False, mss=None, port=40000, start=START):
    """[(time in us, side, IP packet)]: a mail from 192.0.2.10 to 198.51.100.25."""
    ends = ("2001:db8:1::10", "2001:db8:2::25") if six else ("192.0.2.10", "198.51.100.25")
    flow = Flow(Endpoint(ends[0]), Endpoint(ends[1]), port, 25, "linux", 20000, random.Random(1),
                Wire())
    for path in flow.paths:
        path.link = b""
    if mss:
        flow.mss = mss
    packets, taken = [], 0
    now = flow.handshake(start)
    for side, data in TALK:
        now = flow.send(side, data, now + 5000)
    flow.close(SERVER, now + 1000)
    for taken, (time, packet) in enumerate(sorted(flow.out, key=lambda p: p[0])):
        client = packet[8:24] == flow.paths[CLIENT].src.packed if six else \
            packet[12:16] == flow.paths[CLIENT].src.packed
        packets.append((time, CLIENT if client else SERVER, packet))
    return packets


# Headers. Each takes what it stands before and the side that sent it.

def is_six(packet):
    return packet[0] >> 4 == 6


def ethertype(packet):
    return b"\x86\xdd" if is_six(packet) else b"\x08\x00"


def mac(side):
    return MACS[1 - side] + MACS[side]


def ethernet(packet, side, between=b"", kind=None):
    return mac(side) + between + (kind or ethertype(packet)) + packet


def tags(*pairs):
    return b"".join(struct.pack("!HH", tpid, vlan) for tpid, vlan in pairs)


def vlan(*pairs):
    return lambda packet, side: ethernet(packet, side, tags(*pairs))


def snap(packet, side, between=b""):
    body = b"\xaa\xaa\x03\0\0\0" + ethertype(packet) + packet
    return mac(side) + between + struct.pack("!H", len(body)) + body


def labels(*values):
    return b"".join(struct.pack("!I", v << 12 | (i + 1 == len(values)) << 8 | 64)
                    for i, v in enumerate(values))


def mpls(*values):
    return lambda packet, side: ethernet(labels(*values) + packet, side, kind=b"\x88\x47")


def pseudowire(packet, side):
    """Ethernet over MPLS with a control word (RFC 4448)."""
    return ethernet(labels(100, 200) + b"\0\0\0\x07" + ethernet(packet, side), side,
                    kind=b"\x88\x47")


def ppp(packet):
    return (b"\x00\x57" if is_six(packet) else b"\x00\x21") + packet


def pppoe_session(packet):
    body = ppp(packet)
    return b"\x11\x00\x12\x34" + struct.pack("!H", len(body)) + body


def pppoe(packet, side, between=b""):
    return ethernet(pppoe_session(packet), side, between, b"\x88\x64")


def sll(packet, side):
    return struct.pack("!HHH", 0 if side == CLIENT else 4, 1, 6) + MACS[side] + b"\0\0" + \
        ethertype(packet) + packet


def sll2(packet, side):
    return ethertype(packet) + struct.pack("!HIHBB", 0, 2, 1, 0 if side == CLIENT else 4, 6) + \
        MACS[side] + b"\0\0" + packet


def loopback(order):
    return lambda packet, _: struct.pack(order + "I", 24 if is_six(packet) else 2) + packet


def nflog(packet, _):
    """One TLV of a prefix, then that of the packet; lengths in the host's order."""
    def tlv(kind, value):
        return struct.pack("<HH", len(value) + 4, kind) + value + b"\0" * (-len(value) % 4)
    return struct.pack("!BBH", 10 if is_six(packet) else 2, 0, 0) + tlv(10, b"mail\0") + \
        tlv(9, packet)


IDENT = [0]


def ipv4(payload, side, protocol, ident=None, fragment=0x4000, ends=OUTER):
    if ident is None:
        IDENT[0] = ident = IDENT[0] % 65535 + 1
    src, dst = (Endpoint(e).packed for e in (ends if side == CLIENT else ends[::-1]))
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, len(payload) + 20, ident, fragment, 63, protocol,
                       0, src, dst)
    return head[:10] + struct.pack("!H", checksum(ones_sum(head))) + head[12:] + payload


def ipv6(payload, side, protocol, ends=OUTER6):
    src, dst = (Endpoint(e).packed for e in (ends if side == CLIENT else ends[::-1]))
    return struct.pack("!IHBB16s16s", 0x60000000, len(payload), protocol, 63, src, dst) + payload


def udp(payload, side, port):
    """With a checksum of 0, as tunnels do by IPv4."""
    return struct.pack("!HHHH", 50000 + side, port, len(payload) + 8, 0) + payload


def gre(payload, protocol, key=None, sequence=None, summed=False):
    flags = (summed and 0x8000) | (0x2000 if key is not None else 0) | \
        (0x1000 if sequence is not None else 0)
    rest = (b"" if key is None else struct.pack("!I", key)) + \
        (b"" if sequence is None else struct.pack("!I", sequence))
    head = struct.pack("!HH", flags, protocol)
    if summed:
        total = ones_sum(head + b"\0\0\0\0" + rest + payload)
        rest = struct.pack("!HH", checksum(total), 0) + rest
    return head + rest + payload


def by_type(packet):
    return 0x86DD if is_six(packet) else 0x0800


def proto(packet):
    return 41 if is_six(packet) else 4


def tunnel(protocol, inside, outer=ipv4):
    """`inside` makes the payload of an outer IP packet in an Ethernet frame."""
    return lambda packet, side: ethernet(outer(inside(packet, side), side, protocol), side)


def erspan2(packet, side):
    return gre(struct.pack("!II", 0x10000000 | 100 << 16 | 7, 3) + ethernet(packet, side), 0x88BE,
               sequence=5)


def erspan3(packet, side):
    return gre(struct.pack("!III", 0x20000000 | 100 << 16 | 7, 1234, 0) + ethernet(packet, side),
               0x22EB, sequence=5)


def erspan3_platform(packet, side):
    """With the platform's eight bytes (the O bit)."""
    return gre(struct.pack("!IIIQ", 0x20000000 | 100 << 16 | 7, 1234, 1, 0) +
               ethernet(packet, side), 0x22EB, sequence=5)


def pptp(packet, _):
    body = b"\xff\x03" + ppp(packet)
    return struct.pack("!HHHHI", 0x3001, 0x880B, len(body), 9, 1) + body


def vxlan_header(packet, side):
    return struct.pack("!II", 0x08000000, 5000 << 8) + ethernet(packet, side)


def vxlan(packet, side):
    return udp(vxlan_header(packet, side), side, 4789)


def vxlan_gpe(packet, side):
    return udp(struct.pack("!II", 0x0C000000 | (2 if is_six(packet) else 1), 77 << 8) + packet,
               side, 4790)


def geneve(packet, side):
    option = struct.pack("!HBBI", 0x0102, 0x80, 1, 42)
    return udp(struct.pack("!BBHI", 2, 0, 0x6558, 77 << 8) + option + ethernet(packet, side), side,
               6081)


def geneve_ip(packet, side):
    return udp(struct.pack("!BBHI", 0, 0, by_type(packet), 77 << 8) + packet, side, 6081)


def authenticated(packet, _):
    """An authentication header (RFC 4302) between the IP header and the TCP header."""
    at = 40 if is_six(packet) else 20
    head = bytearray(packet[:at])
    body = struct.pack("!BBHII", 6, 4, 0, 256, 1) + b"\x5a" * 12 + packet[at:]
    return set_header(head, 51, len(body)) + body


def set_header(head, protocol, length):
    if is_six(head):
        struct.pack_into("!HB", head, 4, length, protocol)
        return bytes(head)
    struct.pack_into("!H", head, 2, length + 20)
    head[9] = protocol
    struct.pack_into("!H", head, 10, 0)
    struct.pack_into("!H", head, 10, checksum(ones_sum(bytes(head))))
    return bytes(head)


def extension(*kinds):
    """IPv6 extension headers in this order: 0, 43, 60, 135."""
    def wrap(packet, side):
        chain = list(kinds) + [6]
        body = packet[40:]
        for kind, following in reversed(list(zip(chain, chain[1:]))):
            size = 16 if kind == 60 else 8
            content = b"\0\0\0\0\0\0" if kind == 43 else b"\x01" + bytes([size - 4]) + \
                b"\0" * (size - 4)
            body = struct.pack("!BB", following, size // 8 - 1) + content + body
        return ethernet(set_header(bytearray(packet[:40]), kinds[0], len(body)) + body, side)
    return wrap


# Fragments: a frame becomes several.

def pieces(packet, size, ident):
    """IP fragments of `packet`, each of `size` bytes of payload."""
    six = is_six(packet)
    at = 40 if six else 20
    head, body = packet[:at], packet[at:]
    out = []
    for offset in range(0, len(body), size):
        part = body[offset:offset + size]
        more = offset + size < len(body)
        h = bytearray(head)
        if six:
            part = struct.pack("!BBHI", head[6], 0, offset | more, ident) + part
            out.append(set_header(h, 44, len(part)) + part)
        else:
            struct.pack_into("!HH", h, 4, ident, offset // 8 | more << 13)
            out.append(set_header(h, head[9], len(part)) + part)
    return out


def damaged_copy(fragment):
    """The same fragment with other content."""
    at = 48 if is_six(fragment) else 20
    return fragment[:at] + bytes(b ^ 0x55 for b in fragment[at:])


def fragments(size, order=lambda f: f, wrap=ethernet):
    """Packets longer than `size`, in fragments, which `order` puts into the order of the wire."""
    def cut(packet, side):
        IDENT[0] = ident = IDENT[0] % 65535 + 1
        if len(packet) <= size + 40:
            return [wrap(packet, side)]
        return [wrap(f, side) for f in order(pieces(packet, size, ident))]
    return cut


def overlapped(parts):
    """Each again with other content after it: what came first counts."""
    return [f for part in parts for f in (part, damaged_copy(part))][:-1]


def fragmented_outside(packet, side):
    """The tunnel's own packet is too long for the way (VXLAN by a smaller MTU)."""
    outer = ipv4(vxlan(packet, side), side, 17, fragment=0)
    return [ethernet(f, side) for f in pieces(outer, 800, struct.unpack_from("!H", outer, 4)[0])]


class Case:
    """`wrap(packet, side)` gives a frame or a list of them; the rest is what a record says of it.

    six: of the IPv6 session as well (or, only_six, alone); same_size: the innermost IP headers
    say the same lengths as without the encapsulation.
    """

    def __init__(self, wrap, link=ETHERNET, vlan=(), outer=None, six=True, four=True,
                 same_size=True, mss=None, duplicates=0):
        self.wrap, self.link, self.vlan, self.outer = wrap, link, list(vlan), outer
        self.six, self.four, self.same_size, self.mss = six, four, same_size, mss
        self.duplicates = duplicates  # copies of packets in it; None: of each packet

    def frames(self, six=False, **more):
        """[(time in us, frame)]"""
        IDENT[0] = 0
        out = []
        for time, side, packet in session(six, self.mss, **more):
            made = self.wrap(packet, side)
            out += [(time, frame) for frame in (made if isinstance(made, list) else [made])]
        return out


def twice(second):
    """Each packet as the mirror of two ports shows it."""
    return lambda packet, side: [ethernet(packet, side), second(packet, side)]


def routed(packet, side):
    head = bytearray(packet[:20])
    head[8] -= 1
    return ethernet(set_header(head, head[9], len(packet) - 20) + packet[20:], side)


CASES = {
    # Links.
    "ethernet": Case(ethernet),
    "snap": Case(snap, mss=1400),  # whose frames have a length, which is not above 1500
    "sll": Case(sll, SLL),
    "sll2": Case(sll2, SLL2),
    "null-little": Case(loopback("<"), NULL),
    "null-big": Case(loopback(">"), NULL),
    "loop": Case(loopback(">"), LOOP),
    "raw": Case(lambda p, _: p, RAW),
    "raw-ipv4": Case(lambda p, _: p, IPV4, six=False),
    "raw-ipv6": Case(lambda p, _: p, IPV6, four=False),
    "ppp": Case(lambda p, _: b"\xff\x03" + ppp(p), PPP),
    "ppp-serial": Case(lambda p, _: b"\xff\x03" + ppp(p), PPP_SERIAL),
    "pppoe-link": Case(lambda p, _: pppoe_session(p), PPPOE),
    "cisco-hdlc": Case(lambda p, _: b"\x0f\0" + ethertype(p) + p, C_HDLC),
    "nflog": Case(nflog, NFLOG),
    # Tags.
    "vlan": Case(vlan((0x8100, 100)), vlan=[100]),
    "vlan-priority": Case(vlan((0x8100, 0xE064)), vlan=[100]),
    "vlan-snap": Case(lambda p, s: snap(p, s, tags((0x8100, 100))), vlan=[100], mss=1400),
    "qinq": Case(vlan((0x88A8, 200), (0x8100, 100)), vlan=[200, 100]),
    "qinq-9100": Case(vlan((0x9100, 200), (0x8100, 100)), vlan=[200, 100]),
    "vlan-vlan": Case(vlan((0x8100, 200), (0x8100, 100)), vlan=[200, 100]),
    "vlan-three": Case(vlan((0x88A8, 300), (0x8100, 200), (0x8100, 100)), vlan=[300, 200]),
    "etag": Case(lambda p, s: ethernet(p, s, b"\x89\x3f\0\0\0\x01\0\0")),
    "vntag": Case(lambda p, s: ethernet(p, s, b"\x89\x26\0\0\0\x01")),
    "pbb": Case(lambda p, s: ethernet(b"\0\0\0\x07" + ethernet(p, s), s, kind=b"\x88\xe7")),
    "mpls": Case(mpls(100)),
    "mpls-three": Case(mpls(100, 200, 300)),
    "mpls-pseudowire": Case(pseudowire),
    "pppoe": Case(pppoe),
    "pppoe-vlan": Case(lambda p, s: pppoe(p, s, tags((0x8100, 100))), vlan=[100]),
    # Tunnels.
    "ip-in-ipv4": Case(lambda p, s: ethernet(ipv4(p, s, proto(p)), s), outer=OUTER),
    "ip-in-ipv6": Case(lambda p, s: ethernet(ipv6(p, s, proto(p)), s), outer=OUTER6),
    "gre": Case(tunnel(47, lambda p, s: gre(p, by_type(p))), outer=OUTER),
    "gre-full": Case(tunnel(47, lambda p, s: gre(p, by_type(p), 7, 8, True)), outer=OUTER),
    "gre-ipv6": Case(tunnel(47, lambda p, s: gre(p, by_type(p)), ipv6), outer=OUTER6),
    "gre-mpls": Case(tunnel(47, lambda p, s: gre(labels(100) + p, 0x8847)), outer=OUTER),
    "nvgre": Case(tunnel(47, lambda p, s: gre(ethernet(p, s), 0x6558, 0x123456)), outer=OUTER),
    "pptp": Case(tunnel(47, pptp), outer=OUTER),
    "erspan-1": Case(tunnel(47, lambda p, s: gre(ethernet(p, s), 0x88BE)), outer=OUTER),
    "erspan-2": Case(tunnel(47, erspan2), outer=OUTER),
    "erspan-3": Case(tunnel(47, erspan3), outer=OUTER),
    "erspan-3-platform": Case(tunnel(47, erspan3_platform), outer=OUTER),
    "vxlan": Case(tunnel(17, vxlan), outer=OUTER),
    "vxlan-ipv6": Case(tunnel(17, vxlan, ipv6), outer=OUTER6),
    "vxlan-gpe": Case(tunnel(17, vxlan_gpe), outer=OUTER),
    "geneve": Case(tunnel(17, geneve), outer=OUTER),
    "geneve-ip": Case(tunnel(17, geneve_ip), outer=OUTER),
    "mpls-in-ip": Case(tunnel(137, lambda p, s: labels(100) + p), outer=OUTER),
    # One in another.
    "erspan-of-vlan": Case(tunnel(47, lambda p, s: gre(
        struct.pack("!II", 0x10000000, 0) + vlan((0x8100, 100))(p, s), 0x88BE, sequence=1)),
        vlan=[100], outer=OUTER),
    "vlan-vxlan-vlan": Case(lambda p, s: ethernet(ipv4(udp(
        struct.pack("!II", 0x08000000, 1) + vlan((0x8100, 7))(p, s), s, 4789), s, 17), s,
        tags((0x8100, 100))), vlan=[7], outer=OUTER),
    "vxlan-gre-ip": Case(lambda p, s: ethernet(ipv4(udp(
        struct.pack("!II", 0x08000000, 1) + ethernet(ipv6(gre(p, by_type(p)), s, 47), s), s, 4789),
        s, 17), s), outer=OUTER),
    "qinq-pppoe-mpls-ip-in-ip": Case(lambda p, s: ethernet(
        pppoe_session(ipv4(p, s, proto(p))), s, tags((0x88A8, 200), (0x8100, 100)), b"\x88\x64"),
        vlan=[], outer=OUTER),
    # Between IP and TCP.
    "authentication-header": Case(lambda p, s: ethernet(authenticated(p, s), s), same_size=False),
    "hop-by-hop": Case(extension(0), four=False, same_size=False),
    "extensions": Case(extension(0, 60, 43, 135), four=False, same_size=False),
    # Fragments.
    "fragments": Case(fragments(504)),
    "fragments-reversed": Case(fragments(504, lambda f: f[::-1])),
    "fragments-tiny": Case(fragments(24)),
    "fragments-overlapping": Case(fragments(504, overlapped)),
    "fragments-twice": Case(fragments(504, lambda f: f + f), duplicates=2),
    "fragments-vlan": Case(fragments(504, wrap=vlan((0x8100, 100))), vlan=[100]),
    "fragments-in-gre": Case(fragments(504, wrap=lambda p, s: ethernet(
        ipv4(gre(p, by_type(p)), s, 47, 9), s)), outer=OUTER),
    "vxlan-in-fragments": Case(fragmented_outside, outer=OUTER),
    # The copies that mirrors make.
    "twice": Case(twice(ethernet), duplicates=None),
    "twice-tagged": Case(twice(vlan((0x8100, 100))), duplicates=None),
    "twice-tunnelled": Case(twice(tunnel(17, vxlan)), duplicates=None),
    "twice-routed": Case(twice(routed), six=False, duplicates=None),
}


# Capture files.

def pcap(frames, link=ETHERNET, magic=0xA1B2C3D4, order="<", snaplen=262144):
    """[(time in us, frame)] as pcap: in microseconds, nanoseconds (0xa1b23c4d), or modified."""
    unit = 1000 if magic == 0xA1B23C4D else 1
    extra = b"\0\0\0\x01\x08\0\0\0" if magic == 0xA1B2CD34 else b""
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link)]
    for time, frame in frames:
        kept = frame[:snaplen]
        out.append(struct.pack(order + "IIII", time // 1000000, time % 1000000 * unit, len(kept),
                               len(frame)) + extra + kept)
    return b"".join(out)


def options(order, *pairs):
    out = b"".join(struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)
                   for code, value in pairs)
    return out + b"\0\0\0\0" if out else b""


def block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def section(order="<"):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) +
                 options(order, (1, b"made by a test")))


def interface(link, order="<", resolution=6, snaplen=262144):
    pairs = [(2, b"span0")] + ([(9, bytes([resolution]))] if resolution != 6 else [])
    return block(order, 1, struct.pack(order + "HHI", link, 0, snaplen) + options(order, *pairs))


def enhanced(time, frame, order="<", number=0, resolution=6, comment=None):
    stamp = time * 10 ** (resolution - 6)
    body = struct.pack(order + "IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, len(frame),
                       len(frame)) + frame + b"\0" * (-len(frame) % 4)
    return block(order, 6, body + (options(order, (1, comment)) if comment else b""))


def pcapng(frames, link=ETHERNET, order="<", resolution=6):
    return section(order) + interface(link, order, resolution) + b"".join(
        enhanced(t, f, order, 0, resolution) for t, f in frames)


def pcapng_mixed(names, six=False):
    """The session packet by packet on interfaces of other link types and resolutions."""
    resolutions = (6, 9, 7)
    made = [CASES[n].frames(six) for n in names]
    out = [section()]
    for i, name in enumerate(names):
        out.append(interface(CASES[name].link, resolution=resolutions[i % 3]))
    out.append(block("<", 0x0BAD, b"of no known kind"))
    for k, _ in enumerate(made[0]):
        i = k % len(names)
        out.append(enhanced(*made[i][k], number=i, resolution=resolutions[i % 3],
                            comment=b"packet %d" % k))
    return b"".join(out)


BUNDLES = {
    "encap-tags": ("snap", "vlan", "vlan-snap", "qinq", "qinq-9100", "vlan-three", "etag", "vntag",
                   "pbb", "mpls", "mpls-three", "mpls-pseudowire", "pppoe", "pppoe-vlan"),
    "encap-tunnels": ("ip-in-ipv4", "ip-in-ipv6", "gre", "gre-full", "nvgre", "pptp", "erspan-1",
                      "erspan-2", "erspan-3", "vxlan", "vxlan-ipv6", "vxlan-gpe", "geneve",
                      "vlan-vxlan-vlan", "vxlan-gre-ip"),
    "encap-fragments": ("fragments", "fragments-reversed", "fragments-overlapping",
                        "fragments-vlan", "vxlan-in-fragments"),
    "encap-twice": ("twice", "twice-tagged", "twice-tunnelled", "twice-routed"),
}


def bundle(names, six=False, start=START):
    """The session in each of `names`, one after the other, each from a port of its own."""
    out = []
    for i, name in enumerate(names):
        out += CASES[name].frames(six, port=40000 + i, start=start + i * 10000000)
    return out


def links():
    """A session on each link type, in one pcapng."""
    names = [n for n, c in CASES.items() if c.link != ETHERNET]
    out = [section()] + [interface(CASES[n].link) for n in names]
    for i, name in enumerate(names):
        case = CASES[name]
        out += [enhanced(t, f, number=i) for t, f in case.frames(
            not case.four, port=40000 + i, start=START + i * 10000000)]
    return b"".join(out)


def lost_fragments():
    """One fragment of each long packet never came."""
    case = Case(fragments(504, lambda f: f[:1] + f[2:]))
    return pcap(case.frames())


def write_bundles(folder):
    for name, cases in BUNDLES.items():
        (folder / (name + ".pcap")).write_bytes(pcap(bundle(cases)))
    (folder / "encap-links.pcapng").write_bytes(links())
    six = [n for n, c in CASES.items() if not c.four and c.link == ETHERNET] + \
        ["fragments", "vxlan", "ip-in-ipv4", "qinq"]
    (folder / "encap-ipv6.pcap").write_bytes(pcap(bundle(six, True)))
    (folder / "encap-lost-fragments.pcap").write_bytes(lost_fragments())
    (folder / "encap-cut.pcap").write_bytes(pcap(CASES["vxlan"].frames(), snaplen=160))


def main():
    if sys.argv[1] == "--bundle":
        write_bundles(pathlib.Path(sys.argv[2]))
        return
    folder = pathlib.Path(sys.argv[1])
    for name, case in CASES.items():
        if case.four:
            (folder / (name + ".pcap")).write_bytes(pcap(case.frames(), case.link))
        if case.six:
            (folder / (name + "-six.pcap")).write_bytes(pcap(case.frames(True), case.link))


if __name__ == "__main__":
    main()
