#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""offload.py IFACE: nothing is left to a network card: sums are worked out and segments are cut
(and kept) before it. What `ethtool -K IFACE tx off tso off gso off gro off` does."""
import array
import fcntl
import socket
import struct
import sys

# linux/sockios.h, linux/ethtool.h: SIOCETHTOOL; ETHTOOL_STXCSUM, STSO, SGSO, SGRO
SIOCETHTOOL = 0x8946
SETTINGS = (0x17, 0x1f, 0x24, 0x2c)


def main():
    name = sys.argv[1].encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for setting in SETTINGS:
            value = array.array("I", [setting, 0])
            fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP16x", name, value.buffer_info()[0]))


if __name__ == "__main__":
    main()
