# SPDX-License-Identifier: Apache-2.0
"""A plot of lines on two logarithmic axes, as SVG."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 520
LEFT, RIGHT, TOP, BOTTOM = 80, 40, 56, 64
COLOURS = ("#1b6ca8", "#c2571a", "#3c7a3c", "#7a4a9c")


class Axis:
    """Maps a value to a place between two ends, by its logarithm."""

    def __init__(self, values, begin, end, ticks=None):
        low, high = math.log10(min(values)), math.log10(max(values))
        room = max(high - low, 0.3) * 0.06
        self.low, self.high, self.begin, self.end = low - room, high + room, begin, end
        self.ticks = ticks or list(self.round_values())

    def place(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.begin + part * (self.end - self.begin)

    def round_values(self):
        """1, 2 and 5 times the powers of ten that lie on it."""
        for power in range(math.floor(self.low), math.ceil(self.high) + 1):
            for digit in (1, 2, 5):
                value = digit * 10.0 ** power
                if self.low <= math.log10(value) <= self.high:
                    yield value


def text(x, y, words, anchor="middle", more=""):
    return '<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>' % (x, y, anchor, more,
                                                                     escape(words))


def line(x1, y1, x2, y2, colour, more=""):
    return '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"%s/>' % (x1, y1, x2, y2,
                                                                              colour, more)


def grid(x, y, x_label, y_label):
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value in x.ticks:
        at = x.place(value)
        yield line(at, TOP, at, bottom, "#ddd")
        yield text(at, bottom + 20, "%g" % value)
    for value in y.ticks:
        at = y.place(value)
        yield line(LEFT, at, right, at, "#ddd")
        yield text(LEFT - 8, at + 4, "%g" % value, "end")
    yield ('<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#444"/>' % (
        LEFT, TOP, right - LEFT, bottom - TOP))
    yield text((LEFT + right) / 2, HEIGHT - 16, x_label)
    middle = (TOP + bottom) / 2
    yield text(20, middle, y_label, more=' transform="rotate(-90 20 %.1f)"' % middle)


def curve(points, x, y, colour, dashes=""):
    path = " ".join("%.1f,%.1f" % (x.place(a), y.place(b)) for a, b in points)
    yield '<polyline points="%s" fill="none" stroke="%s" stroke-width="2"%s/>' % (
        path, colour, ' stroke-dasharray="%s"' % dashes if dashes else "")
    if not dashes:
        for a, b in points:
            yield '<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>' % (x.place(a), y.place(b), colour)


def legend(names):
    for n, (name, colour, dashes) in enumerate(names):
        at = TOP + 18 + 20 * n
        yield line(LEFT + 14, at, LEFT + 44, at, colour, ' stroke-width="2"%s' % (
            ' stroke-dasharray="%s"' % dashes if dashes else ""))
        yield text(LEFT + 52, at + 4, name, "start")


def log_log(path, title, x_label, y_label, series, dashed=None, x_ticks=None):
    """`series`: name to points (x, y), all above 0; `dashed`: a name and points to compare with."""
    everything = [p for points in series.values() for p in points]
    everything += dashed[1] if dashed else []
    x = Axis([p[0] for p in everything], LEFT, WIDTH - RIGHT, x_ticks)
    y = Axis([p[1] for p in everything], HEIGHT - BOTTOM, TOP)
    names = [(name, COLOURS[n % len(COLOURS)], "") for n, name in enumerate(series)]
    parts = list(grid(x, y, x_label, y_label))
    if dashed:
        parts += curve(dashed[1], x, y, "#666", "6 5")
    for (_, colour, _), points in zip(names, series.values()):
        parts += curve(points, x, y, colour)
    parts += legend(names + ([(dashed[0], "#666", "6 5")] if dashed else []))
    parts.append(text(WIDTH / 2, 30, title, more=' font-size="17"'))
    with open(path, "w", encoding="utf-8") as f:
        f.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" '
                'height="%d" font-family="sans-serif" font-size="13">\n'
                '<rect width="100%%" height="100%%" fill="white"/>\n%s\n</svg>\n' % (
                    WIDTH, HEIGHT, WIDTH, HEIGHT, "\n".join(parts)))
