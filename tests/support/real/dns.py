#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dns.py ADDRESS ZONE: a resolver for the recordings, on UDP and TCP port 53 of ADDRESS. It knows
what ZONE says and nothing else; see zone.txt."""
import ipaddress
import socketserver
import struct
import sys
import threading

TYPES = {'A': 1, 'MX': 15, 'AAAA': 28, 'PTR': 12}
SOA, IN, TTL = 6, 1, 300
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
RESPONSE = 0x8180  # QR, RD, RA


def wire_name(name):
    labels = [label.encode() for label in name.rstrip('.').split('.') if label]
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def read_question(query):
    """The name, the type and where the question ends."""
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode('latin-1'))
        at += 1 + query[at]
    return '.'.join(labels).lower(), struct.unpack('!H', query[at + 1:at + 3])[0], at + 5


def rdata(kind, value):
    if kind in ('A', 'AAAA'):
        return ipaddress.ip_address(value).packed
    if kind == 'MX':
        preference, host = value.split()
        return struct.pack('!H', int(preference)) + wire_name(host)
    return wire_name(value)


def load(path):
    """{name: {type number: [rdata]}}; None in the place of a name's types: its look-up fails."""
    zone = {}
    for line in open(path, encoding='ascii'):
        if not line.strip() or line.startswith('#'):
            continue
        name, kind, value = line.split(None, 2)
        if kind == 'PTR':
            name = ipaddress.ip_address(name).reverse_pointer
        if value.strip() == 'SERVFAIL':
            zone[name] = None
            continue
        zone.setdefault(name, {}).setdefault(TYPES[kind], []).append(rdata(kind, value.strip()))
    return zone


def answer(zone, query):
    name, kind, end = read_question(query)
    found = zone.get(name, {})
    records = (found or {}).get(kind, [])
    code = SERVFAIL if found is None else NOERROR if name in zone else NXDOMAIN
    body = b''.join(b'\xc0\x0c' + struct.pack('!HHIH', kind, IN, TTL, len(r)) + r for r in records)
    authority = 0
    if not records and code != SERVFAIL:
        soa = (wire_name('ns.example') + wire_name('hostmaster.example') +
               struct.pack('!5I', 1, 3600, 900, 604800, TTL))
        body = wire_name(name.rpartition('.')[2]) + struct.pack('!HHIH', SOA, IN, TTL, len(soa)) + soa
        authority = 1
    head = query[:2] + struct.pack('!5H', RESPONSE | code, 1, len(records), authority, 0)
    return head + query[12:end] + body


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        query, sock = self.request
        sock.sendto(answer(self.server.zone, query), self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        while len(length := self.rfile.read(2)) == 2:
            reply = answer(self.server.zone, self.rfile.read(struct.unpack('!H', length)[0]))
            self.wfile.write(struct.pack('!H', len(reply)) + reply)


def main():
    address, zone = sys.argv[1], load(sys.argv[2])
    socketserver.TCPServer.allow_reuse_address = True
    servers = [socketserver.ThreadingUDPServer((address, 53), Udp),
               socketserver.ThreadingTCPServer((address, 53), Tcp)]
    for server in servers:
        server.zone = zone
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever).start()


if __name__ == '__main__':
    main()
