# SPDX-License-Identifier: Apache-2.0
"""DNS as a mail host asks it: what exists in the scenario's world, and questions with answers."""
import ipaddress
import struct

from .frames import Endpoint, Path

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA = 1, 2, 5, 6, 12, 15, 16, 28
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
TTL = 300


def encode_name(name):
    out = b""
    for label in name.rstrip(".").split("."):
        if label:
            out += bytes((len(label),)) + label.encode("ascii", "replace")
    return out + b"\0"


def arpa(address):
    return ipaddress.ip_address(address).reverse_pointer


class World:
    """What is true of names and addresses. A name that nobody declared does not exist."""

    def __init__(self):
        self.records = {}  # (name, type) -> list of texts
        self.names = set()
        self.broken = set()  # names whose servers fail

    def add(self, name, rtype, text):
        name = name.lower()
        self.names.add(name)
        self.records.setdefault((name, rtype), []).append(text)

    def add_address(self, name, address):
        v6 = ":" in address
        name = name.lower()
        if address not in self.records.get((name, AAAA if v6 else A), ()):
            self.add(name, AAAA if v6 else A, address)

    def exists(self, name):
        return name.lower() in self.names

    def look_up(self, name, rtype):
        """(rcode, [texts])"""
        name = name.lower()
        if name in self.broken:
            return SERVFAIL, []
        found = self.records.get((name, rtype))
        if found:
            return NOERROR, found
        return (NOERROR if name in self.names else NXDOMAIN), []


def _data(rtype, text):
    if rtype in (A, AAAA):
        return ipaddress.ip_address(text).packed
    if rtype == MX:
        preference, target = text.split()
        return struct.pack("!H", int(preference)) + encode_name(target)
    if rtype == TXT:
        raw = text.encode()
        parts = [raw[i:i + 255] for i in range(0, len(raw), 255)] or [b""]
        return b"".join(bytes((len(p),)) + p for p in parts)
    return encode_name(text)


def question(ident, name, rtype):
    return (struct.pack("!6H", ident, 0x0100, 1, 0, 0, 0) + encode_name(name)
            + struct.pack("!2H", rtype, 1))


def answer(ident, name, rtype, rcode, texts, authoritative):
    """RA from a resolver, AA from a zone's own server; an empty answer carries its SOA."""
    flags = (0x8400 if authoritative else 0x8180) | rcode
    out = encode_name(name) + struct.pack("!2H", rtype, 1)
    for text in texts:
        data = _data(rtype, text)
        out += struct.pack("!HHHIH", 0xC00C, rtype, 1, TTL, len(data)) + data
    negative = not texts and rcode != SERVFAIL
    if negative:
        zone = name.split(".", 1)[-1]
        data = (encode_name("ns1." + zone) + encode_name("hostmaster." + zone)
                + struct.pack("!5I", 1, 3600, 600, 86400, TTL))
        out += encode_name(zone) + struct.pack("!HHIH", SOA, 1, TTL, len(data)) + data
    return struct.pack("!6H", ident, flags, 1, len(texts), 1 if negative else 0, 0) + out


class Asker:
    """A mail host's own look-ups through `resolver`, cached for their TTL.

    Resolver "self" asks the zones' servers (AA); None is one that the tap does not see.
    """

    AUTHORITIES = ("192.0.2.61", "192.0.2.62", "192.0.2.63")

    def __init__(self, world, host, resolver, rng, vlans=()):
        self.world, self.rng, self.vlans = world, rng, vlans
        self.host = host
        self.authoritative = resolver == "self"
        servers = self.AUTHORITIES if self.authoritative else (resolver,)
        self.servers = [Endpoint(s) for s in servers] if resolver else []
        self.cached_until = {}

    def ask(self, name, rtype, time, out):
        """Adds question and answer to `out`. Returns (time of the answer, rcode, texts)."""
        rcode, texts = self.world.look_up(name, rtype)
        key = (name.lower(), rtype)
        if not self.servers or self.cached_until.get(key, 0) > time:
            return time, rcode, texts
        if len(self.cached_until) > 200000:
            self.cached_until.clear()
        self.cached_until[key] = time + TTL * 1000000
        rng = self.rng
        ident = int(rng.random() * 65536)
        port = 20000 + int(rng.random() * 40000)
        server = self.servers[int(rng.random() * len(self.servers))]
        there = Path(self.host, server, port, 53, self.vlans, proto=17)
        back = Path(server, self.host, 53, port, self.vlans, proto=17)
        took = 400 + int(rng.random() ** 3 * 30000)
        out.append((time, there.udp(question(ident, name, rtype))))
        if rcode == SERVFAIL:
            took += 1200000
        out.append((time + took, back.udp(answer(ident, name, rtype, rcode, texts,
                                                 self.authoritative))))
        return time + took, rcode, texts

    def greet(self, address, time, out):
        """What a mail host asks when a client has connected: its name, and that name's address."""
        rtype = AAAA if ":" in address else A
        time, _, names = self.ask(arpa(address), PTR, time, out)
        for name in names[:4]:
            time, _, _ = self.ask(name, rtype, time + 60, out)
        return time

    def check_helo(self, name, time, out):
        """A host name given in HELO is looked up, both families."""
        if name.startswith("[") or "." not in name or name.replace(".", "").isdigit():
            return time
        if not all(c.isalnum() or c in "-._" for c in name):
            return time
        time, _, _ = self.ask(name, A, time, out)
        time, _, _ = self.ask(name, AAAA, time + 60, out)
        return time
