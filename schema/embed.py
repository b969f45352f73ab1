#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py INPUT OUTPUT SYMBOL: writes a C file that holds INPUT's bytes as a string SYMBOL."""
import sys


def main(source, target, symbol):
    data = open(source, 'rb').read() + b'\0'
    with open(target, 'w', encoding='ascii') as out:
        out.write(f'#include "output/{symbol}.h"\n\nconst char {symbol}[] = {{\n')
        for i in range(0, len(data), 16):
            out.write('\t' + ', '.join(str(b) for b in data[i:i + 16]) + ',\n')
        out.write('};\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
