# SPDX-License-Identifier: Apache-2.0
"""Text with placeholders in braces, compiled once and filled many times.

{name} is looked up in the values given; {a|b|c} is one of them at random; {words:N} are N random
words and {sentences:N} N sentences; {n} or {n:DIGITS} a random number, {id} or {id:LEN} a random
token, {label} a random label, {i:02} a value with a format. "{{" and "}}" are braces.
"""
from . import words

_TOKEN = "0123456789abcdef"


def _number(digits):
    low = 10 ** (digits - 1)
    return lambda rng, values: str(low + words.below(rng, 9 * low))


def _token(length):
    return lambda rng, values: "".join(words.pick(rng, _TOKEN) for _ in range(length))


def _words(count):
    return lambda rng, values: " ".join(words.pick(rng, words.WORDS) for _ in range(count))


def _sentences(count):
    return lambda rng, values: " ".join(
        words.sentence(rng, words.between(rng, 7, 14)) for _ in range(count))


_DRAWS = {"n": (_number, 5), "id": (_token, 12), "words": (_words, 8),
          "sentences": (_sentences, 3)}


def _field(body):
    """What stands in one pair of braces."""
    if "|" in body:
        choices = [compile_text(c) for c in body.split("|")]
        return lambda rng, values: words.pick(rng, choices)(rng, values)
    name, _, spec = body.partition(":")
    if name in _DRAWS:
        make, default = _DRAWS[name]
        return make(int(spec) if spec else default)
    if name == "label":
        return lambda rng, values: words.label(rng)

    def value(rng, values):
        found = values[name]
        if callable(found):
            found = found()
        return format(found, spec)
    value.wants = name
    return value


def compile_text(text):
    """A function of (rng, values) that fills `text`. ValueError where a brace is left open."""
    parts, at, literal = [], 0, ""
    while at < len(text):
        c = text[at]
        if c in "{}" and text[at + 1:at + 2] == c:
            literal += c
            at += 2
        elif c == "{":
            end, depth = at + 1, 1
            while end < len(text) and depth:
                depth += (text[end] == "{") - (text[end] == "}")
                end += 1
            if depth:
                raise ValueError("a brace is left open in %r" % text)
            parts += [literal, _field(text[at + 1:end - 1])]
            literal, at = "", end
        else:
            literal += c
            at += 1
    parts.append(literal)
    parts = [p for p in parts if p != ""]
    if not parts:
        return lambda rng, values: ""
    if all(isinstance(p, str) for p in parts):
        whole = "".join(parts)
        return lambda rng, values: whole

    def fill(rng, values):
        try:
            return "".join(p if isinstance(p, str) else p(rng, values) for p in parts)
        except KeyError as e:
            raise ValueError("%r knows no {%s}" % (text, e.args[0])) from None
    return fill
