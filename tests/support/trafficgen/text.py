# SPDX-License-Identifier: Apache-2.0
"""Reads a scenario's text into its parts. The grammar is in ../README.md."""
import calendar
import re
import time

from . import smtp, tcp
from .mail import ENCODINGS, FORMS, Message
from .values import (Addresses, Choice, Pattern, Range, duration, one_of, plain, share, whole,
                     yes_no)


class ScenarioError(Exception):
    """Something in the text, with its line."""


def _durations(text):
    return Range(text, duration)


def _pair(text):
    low, _, high = text.partition("..")
    return duration(low), duration(high or low)


def _segment(text):
    if text not in ("whole", "random") and not text.isdigit():
        raise ValueError("%r is neither whole, random nor a number of bytes" % text)
    return "1" if text == "0" else text


def _auth(text):
    parts = text.split()
    if len(parts) not in (3, 4) or parts[0] not in ("plain", "login"):
        raise ValueError("auth takes: plain|login USER PASSWORD [fails]")
    return parts[0], parts[1], parts[2], len(parts) == 3


def _vlans(text):
    return tuple(whole(v) for v in text.split())


def _known(table):
    return lambda text: Choice(text, one_of(*table))


# Setting -> (conversion, default as it would be written). None: no default.
CLIENTS = {
    "count": (whole, "1"),
    "addresses": (Addresses, None),
    "server": (plain, None),
    "port": (whole, None),
    "at": (duration, "0"),
    "over": (duration, "0"),
    "rdns": (Pattern, "none"),
    "forward": (plain, "yes"),
    "helo": (Pattern, "{rdns}"),
    "changing-helo": (Pattern, None),
    "helo-resolves": (yes_no, "no"),
    "dialect": (_known(smtp.DIALECTS), "plain"),
    "stack": (_known(tcp.STACKS), None),
    "rtt": (_durations, "8ms..120ms"),
    "think": (_pair, "1ms..12ms"),
    "sessions": (Range, "1"),
    "every": (_durations, None),
    "pause": (_durations, "1s..30s"),
    "messages": (Range, "1"),
    "recipients": (Range, "1"),
    "message": (Choice, None),
    "form": (_known(FORMS), None),
    "encoding": (_known(ENCODINGS), None),
    "from": (Pattern, "{user}@{domain}"),
    "to": (Pattern, None),
    "hold": (_durations, "0"),
    "hold-after": (one_of("mail", "helo", "banner"), "mail"),
    "close": (_known(("quit", "nowait", "fin", "rst", "none", "timeout")), None),
    "starttls": (_known(("yes", "no")), "no"),
    "bdat": (whole, "0"),
    "auth": (_auth, None),
    "early": (_known(("yes", "no")), "no"),
    "segment": (lambda text: Choice(text, _segment), "whole"),
    "loss": (share, "0%"),
    "reorder": (share, "0%"),
    "duplicate": (share, "0%"),
    "drop": (share, "0%"),
    "vlan": (_vlans, None),
    "connect": (_known(("answered", "unanswered", "refused")), "answered"),
    "sides": (one_of("both", "client", "server"), "both"),
    "midstream": (yes_no, "no"),
    "dialogue": (plain, None),
    "truth": (plain, None),
}


class Block:
    """A `clients` block: each setting as an attribute, dashes as underscores."""

    def __init__(self, name, number):
        self.name, self.number = name, number
        self.answers = {}
        self.first_org = 0
        for key, (convert, default) in CLIENTS.items():
            setattr(self, key.replace("-", "_"), None if default is None else convert(default))


class Scenario:
    def __init__(self):
        self.seed = "1"
        self.start = 1772438400000000  # 2026-03-02 08:00:00 UTC
        self.vlans = ()
        self.servers, self.messages, self.dialogues, self.blocks = {}, {}, {}, []
        self.facts = []  # (name, type, value)


def _strip(lines):
    """Without the indentation that they share."""
    edge = min((len(l) - len(l.lstrip()) for l in lines if l.strip()), default=0)
    text = [l[edge:].rstrip("\n") if l.strip() else "" for l in lines]
    while text and not text[-1]:
        text.pop()
    return text


def _settings(lines):
    """(line number, key, value) of a block's lines, comments left out."""
    for number, line in lines:
        text = line.strip()
        if text and not text.startswith("#"):
            key, _, value = text.partition(" ")
            yield number, key, value.strip()


def _start(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S")) * 1000000


class Reader:
    def __init__(self):
        self.scenario = Scenario()

    def read(self, text):
        lines = list(enumerate(text.splitlines(), 1))
        at = 0
        while at < len(lines):
            number, line = lines[at]
            at += 1
            if not line.strip() or line.startswith("#"):
                continue
            body = []
            while at < len(lines) and (not lines[at][1].strip() or lines[at][1][0] in " \t"):
                body.append(lines[at])
                at += 1
            self._statement(number, line.strip(), body)
        self._check()
        return self.scenario

    def _fail(self, number, problem):
        raise ScenarioError("line %d: %s" % (number, problem))

    def _statement(self, number, line, body):
        word, _, rest = line.partition(" ")
        reader = getattr(self, "_read_" + word.replace("-", "_"), None)
        if reader is None:
            self._fail(number, "unknown statement %r" % word)
        try:
            reader(rest.strip(), body)
        except (ValueError, KeyError) as e:
            self._fail(number, e)

    def _read_seed(self, rest, body):
        self.scenario.seed = rest

    def _read_start(self, rest, body):
        self.scenario.start = _start(rest)

    def _read_vlan(self, rest, body):
        self.scenario.vlans = _vlans(rest)

    def _read_dns(self, rest, body):
        name, rtype, value = rest.split(None, 2)
        self.scenario.facts.append((name, rtype, value))

    def _read_server(self, rest, body):
        settings = list(_settings(body))
        profile = next((v for _, k, v in settings if k == "profile"), "postfix")
        if profile not in smtp.PROFILES:
            raise ValueError("unknown profile %r" % profile)
        server = smtp.Server(rest, profile)
        for number, key, value in settings:
            try:
                self._server_setting(server, key, value)
            except ValueError as e:
                self._fail(number, e)
        if not server.addresses:
            raise ValueError("server %s has no ip" % rest)
        self.scenario.servers[rest] = server

    def _server_setting(self, server, key, value):
        if key == "ip":
            server.addresses = value.split()
        elif key == "port":
            server.port = whole(value)
        elif key == "resolver":
            server.resolver = None if value == "none" else value
        elif key == "banner":
            server.banner = value
        elif key == "keywords":
            server.keywords = [k.strip() for k in value.split(",")]
        elif key == "offers":
            server.keywords += [k.strip() for k in value.split(",")]
        elif key == "reply":
            stage, _, text = value.partition(" ")
            server.replies[stage] = text
        elif key == "think":
            server.think = _pair(value)
        elif key == "greet-delay":
            server.greet_delay = duration(value)
        elif key == "greylist":
            server.greylist = yes_no(value)
        elif key == "unknown":
            server.unknown = value.split()
        elif key != "profile":
            raise ValueError("a server has no setting %r" % key)

    def _read_message(self, rest, body):
        name, *options = rest.split()
        given = {"form": "plain", "encoding": "7bit", "attach": None, "without": ()}
        for option in options:
            key, _, value = option.partition("=")
            if key == "attach":
                file_name, _, size = value.rpartition(":")
                value = (file_name, whole(size))
            elif key == "without":
                value = tuple(value.lower().split(","))
            elif key not in given:
                raise ValueError("a message has no option %r" % key)
            given[key] = value
        one_of(*FORMS)(given["form"])
        one_of(*ENCODINGS)(given["encoding"])
        text = "\n".join(_strip([l for _, l in body]))
        self.scenario.messages[name] = Message(name, text, **given)

    def _read_dialogue(self, rest, body):
        lines = []
        for number, line in body:
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            try:
                lines += self._dialogue_line(text)
            except ValueError as e:
                self._fail(number, e)
        self.scenario.dialogues[rest] = _join(lines)

    def _dialogue_line(self, text):
        word, _, value = text.partition(" ")
        if word in ("C", "S"):
            side = "client" if word == "C" else "server"
            return [(side, value.encode("utf-8") + b"\r\n")]
        if word in ("C:", "S:"):  # as it stands, with escapes and no line end added
            side = "client" if word == "C:" else "server"
            return [(side, _unescape(value))]
        if word == "--":
            return [("cut", None)]
        if word == "wait":
            return [("wait", duration(value))]
        if word == "message":
            return [("message", value)]
        if word in ("fin", "rst"):
            return [(word, {"client": tcp.CLIENT, "server": tcp.SERVER}[value])]
        raise ValueError("unknown dialogue line %r" % text)

    def _read_clients(self, rest, body):
        block = Block(rest, len(self.scenario.blocks))
        for number, key, value in _settings(body):
            try:
                if key == "answer":
                    _add_answer(block, value)
                elif key in CLIENTS:
                    setattr(block, key.replace("-", "_"), CLIENTS[key][0](value))
                else:
                    raise ValueError("clients have no setting %r" % key)
            except ValueError as e:
                self._fail(number, e)
        if block.addresses is None:
            raise ValueError("clients %s have no addresses" % rest)
        self.scenario.blocks.append(block)

    def _check(self):
        s, first_org = self.scenario, 0
        if not s.servers:
            raise ScenarioError("no server is described")
        for block in s.blocks:
            block.first_org = first_org
            first_org += block.count
            block.server = block.server or next(iter(s.servers))
            names = block.message.items if block.message else []
            for what, name, table in [("server", block.server, s.servers)] + \
                    [("message", n, s.messages) for n in names if n != "none"] + \
                    [("dialogue", block.dialogue, s.dialogues)]:
                if name is not None and name not in table:
                    raise ScenarioError("clients %s: no %s %r is described" % (
                        block.name, what, name))


def _add_answer(block, value):
    """STAGE [SHARE%] TEXT"""
    stage, _, text = value.partition(" ")
    found = re.match(r"^(\d+%)\s+(.*)$", text)
    part, text = (share(found[1]), found[2]) if found else (1.0, text)
    block.answers.setdefault(stage, []).append((part, text))


def _unescape(value):
    return value.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")


def _join(lines):
    """Neighbouring lines of one side are one write; "--" keeps them apart."""
    out = []
    for kind, value in lines:
        if out and kind in ("client", "server") and out[-1][0] == kind:
            out[-1] = (kind, out[-1][1] + value)
        else:
            out.append((kind, value))
    return [l for l in out if l[0] != "cut"]


def read(text):
    return Reader().read(text)
