#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a capture anew with every TCP payload cut into small segments, as if the sender had
sent it so: cut_segments.py IN OUT [BYTES]. The pieces keep the time, the ACK and the window of
their packet; a FIN stays with the last. Reads pcap of Ethernet (VLAN too), raw IP, SLL and NULL;
other frames and fragments are copied as they are.
"""
import struct
import sys

ETHERNET, RAW, LINUX_SLL, NULL = 1, (12, 14, 101), 113, 0


def ip_offset(link, frame):
    """Where the IP header begins, or None."""
    if link == ETHERNET:
        at = 12
        while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
            at += 4
        return at + 2 if frame[at:at + 2] in (b"\x08\x00", b"\x86\xdd") else None
    if link in RAW:
        return 0
    if link == LINUX_SLL:
        return 16 if frame[14:16] in (b"\x08\x00", b"\x86\xdd") else None
    return 4 if link == NULL else None


def tcp_span(frame, ip):
    """(TCP header, payload, end) offsets of an unfragmented TCP packet, or None."""
    if ip is None or len(frame) < ip + 20:
        return None
    if frame[ip] >> 4 == 4:
        if frame[ip + 9] != 6 or struct.unpack_from("!H", frame, ip + 6)[0] & 0x3fff:
            return None
        tcp = ip + (frame[ip] & 15) * 4
        end = ip + struct.unpack_from("!H", frame, ip + 2)[0]
    elif frame[ip] >> 4 == 6:
        if frame[ip + 6] != 6:
            return None
        tcp = ip + 40
        end = tcp + struct.unpack_from("!H", frame, ip + 4)[0]
    else:
        return None
    if end > len(frame) or tcp + 20 > end:
        return None
    return tcp, tcp + (frame[tcp + 12] >> 4) * 4, end


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def piece(frame, ip, tcp, payload, seq, data, flags):
    """One segment with its lengths and checksums made right."""
    out = bytearray(frame[:payload]) + data
    struct.pack_into("!I", out, tcp + 4, seq & 0xffffffff)
    out[tcp + 13] = flags
    tcp_len = len(out) - tcp
    if out[ip] >> 4 == 4:
        struct.pack_into("!H", out, ip + 2, len(out) - ip)
        struct.pack_into("!H", out, ip + 10, 0)
        struct.pack_into("!H", out, ip + 10, checksum(bytes(out[ip:tcp])))
        pseudo = bytes(out[ip + 12:ip + 20]) + struct.pack("!HH", 6, tcp_len)
    else:
        struct.pack_into("!H", out, ip + 4, tcp_len)
        pseudo = bytes(out[ip + 8:ip + 40]) + struct.pack("!II", tcp_len, 6)
    struct.pack_into("!H", out, tcp + 16, 0)
    struct.pack_into("!H", out, tcp + 16, checksum(pseudo + bytes(out[tcp:])))
    return bytes(out)


def cut(link, frame, size):
    """The frames that `frame` becomes."""
    ip = ip_offset(link, frame)
    span = tcp_span(frame, ip)
    if not span:
        return [frame]
    tcp, payload, end = span
    data, flags = frame[payload:end], frame[tcp + 13]
    if len(data) <= size or flags & 0x02:
        return [frame]
    seq = struct.unpack_from("!I", frame, tcp + 4)[0]
    last = (len(data) - 1) // size * size
    return [piece(frame, ip, tcp, payload, seq + i, data[i:i + size],
                  flags if i == last else flags & ~0x09)
            for i in range(0, len(data), size)]


def main():
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<",
             b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}.get(data[:4])
    if not order:
        sys.exit("%s: not a pcap file" % sys.argv[1])
    link = struct.unpack_from(order + "I", data, 20)[0]
    at, out = 24, [data[:24]]
    while at + 16 <= len(data):
        sec, frac, caplen, wire = struct.unpack_from(order + "IIII", data, at)
        frame = data[at + 16:at + 16 + caplen]
        at += 16 + caplen
        if len(frame) < caplen:
            break
        frames = cut(link, frame, size) if caplen == wire else [frame]
        for g in frames:
            length = wire if len(frames) == 1 else len(g)
            out.append(struct.pack(order + "IIII", sec, frac, len(g), length) + g)
    with open(sys.argv[2], "wb") as f:
        f.write(b"".join(out))


if __name__ == "__main__":
    main()
