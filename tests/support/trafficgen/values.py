# SPDX-License-Identifier: Apache-2.0
"""The values of a scenario's settings: numbers, durations, shares, choices, addresses."""
import ipaddress
import re

from . import words
from .template import compile_text

_UNITS = {"us": 1, "ms": 1000, "s": 1000000, "m": 60000000, "h": 3600000000, "d": 86400000000}
_DURATION = re.compile(r"^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$")


def duration(text):
    """Microseconds of "200ms", "1.5s", "40m", "2h"."""
    if text == "0":
        return 0
    found = _DURATION.match(text)
    if not found:
        raise ValueError("%r is no duration (say 200ms, 1.5s, 40m, 2h)" % text)
    return int(float(found[1]) * _UNITS[found[2]])


def whole(text):
    if not text.isdigit():
        raise ValueError("%r is no number" % text)
    return int(text)


def share(text):
    """ "2%" as a share of 1."""
    if not text.endswith("%"):
        raise ValueError("%r is no share (say 2%%)" % text)
    return float(text[:-1]) / 100


def yes_no(text):
    if text not in ("yes", "no"):
        raise ValueError("%r is neither yes nor no" % text)
    return text == "yes"


def one_of(*allowed):
    def convert(text):
        if text not in allowed:
            raise ValueError("%r is none of %s" % (text, ", ".join(allowed)))
        return text
    return convert


def plain(text):
    return text


def _split(text):
    """At " | ", but not inside braces."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        if depth == 0 and text[i:i + 3] == " | ":
            parts.append(text[start:i])
            start = i + 3
    return [p.strip() for p in parts + [text[start:]]]


class Choice:
    """"a 60% | b 40%": one of several, by weight. What has no weight shares the rest."""

    def __init__(self, text, convert=plain):
        self.items, weights = [], []
        for part in _split(text):
            found = re.match(r"^(.*\S)\s+(\d+)%$", part) if " | " in text else None
            self.items.append(convert(found[1] if found else part))
            weights.append(int(found[2]) / 100 if found else None)
        rest = max(0.0, 1 - sum(w for w in weights if w is not None))
        bare = weights.count(None)
        self.bounds, total = [], 0.0
        for w in weights:
            total += rest / bare if w is None else w
            self.bounds.append(total)

    def draw(self, rng):
        if len(self.items) == 1:
            return self.items[0]
        at = rng.random() * self.bounds[-1]
        for item, bound in zip(self.items, self.bounds):
            if at < bound:
                return item
        return self.items[-1]


class Range:
    """"3" or "1..5", of numbers or durations; choices of those too."""

    def __init__(self, text, convert=whole):
        def ends(part):
            low, _, high = part.partition("..")
            return convert(low), convert(high or low)
        self.choice = Choice(text, ends)

    def draw(self, rng):
        low, high = self.choice.draw(rng)
        return low if low == high else words.between(rng, low, high)


class Pattern:
    """Choices of templates."""

    def __init__(self, text):
        self.choice = Choice(text, compile_text)

    def draw(self, rng, values):
        return self.choice.draw(rng)(rng, values)


class Addresses:
    """
    "198.51.100.0/24 203.0.113.7 ... [consecutive|spread|random]". Consecutive (the default): in the
    order written. Spread: a network (/24, /48) for each as long as there are new ones. Random: any.
    No address is given twice as long as there are others.
    """

    ORDERS = ("consecutive", "spread", "random")

    def __init__(self, text):
        parts = text.split()
        self.order = parts.pop() if parts[-1] in self.ORDERS else "consecutive"
        self.blocks = []
        for part in parts:
            low, _, high = part.partition("-")
            if high:
                first, last = ipaddress.ip_address(low), ipaddress.ip_address(high)
                self.blocks.append((int(first), int(last) - int(first) + 1, first.version))
            else:
                net = ipaddress.ip_network(part)
                edge = 1 if net.num_addresses > 2 else 0
                self.blocks.append((int(net[0]) + edge, net.num_addresses - 2 * edge, net.version))
        if not self.blocks:
            raise ValueError("no addresses given")
        self.networks = None

    def _nth(self, index):
        index %= sum(count for _, count, _ in self.blocks)
        for first, count, version in self.blocks:
            if index < count:
                break
            index -= count
        return ipaddress.IPv4Address(first + index) if version == 4 else \
            ipaddress.IPv6Address(first + index)

    def _list_networks(self, rng):
        nets = []
        for first, count, version in self.blocks:
            step = 1 << (8 if version == 4 else 80)
            base = first & ~(step - 1)
            here = min(4096, (first + count - 1 - base) // step + 1)
            nets += [(base + i * step, version) for i in range(here)]
        return words.shuffled(rng, nets)

    def give(self, index, seed):
        """The address of client `index`, as text."""
        if self.order == "consecutive":
            return str(self._nth(index))
        if self.order == "random":
            total = sum(count for _, count, _ in self.blocks)
            # A step without a common factor goes through all of them once.
            step = int(words.source(seed, "step").random() * total) | 1
            while total % step == 0 and step > 1:
                step += 2
            return str(self._nth((index * step + 7919) % total))
        if self.networks is None:
            self.networks = self._list_networks(words.source(seed, "networks"))
        base, version = self.networks[index % len(self.networks)]
        lap = index // len(self.networks)
        rng = words.source(seed, "host", index % len(self.networks))
        if version == 4:
            return str(ipaddress.IPv4Address(base + 1 + (int(rng.random() * 254) + lap * 37) % 254))
        subnet = (int(rng.random() * 65536) + lap) % 65536
        return str(ipaddress.IPv6Address(base + (subnet << 64) + 0x25))
