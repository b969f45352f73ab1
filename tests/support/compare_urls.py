#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""URLs that smtp_decode/ finds in real mails beside a slow, plain search.

    compare_urls.py DUMP_MAIL CORPUS.tar.xz [--show N]

The search reads the texts that smtp_decode/ decoded, with Python's html.parser, ipaddress and idna
codec, and regular expressions. Prints how many mails have the same hosts, and how many rows
(scheme, place, host) agree; with --show also the first N mails that differ. Fails where agreement
falls below what it is known to be (the rest was looked at one by one: see LEAST). Exit status 77
where the archive is not there.
"""
import argparse
import collections
import html.parser
import ipaddress
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse

# In a thousand, of mails. What is missing was looked at: two comments that have no end, which hide the
# rest of the page here as in clients, and a tag that the end cuts off, which Python takes for text.
LEAST = 999

SCHEMES = ["-", "http", "https", "ftp", "mailto"]
PLACES = ["text", "href", "src", "action", "background", "data", "poster", "srcset", "refresh",
          "style"]
ATTRIBUTES = {"href": "href", "xlink:href": "href", "src": "src", "lowsrc": "src",
              "dynsrc": "src", "action": "action", "formaction": "action",
              "background": "background", "data": "data", "poster": "poster"}
INLINE_RAW = {"script", "style", "title", "noframes", "xmp"}
BLOCKS = set("address article aside blockquote body button caption center dd details dialog dir "
             "div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head "
             "header html iframe legend li main menu nav object ol optgroup option p pre section "
             "select summary table tbody td textarea tfoot th thead tr ul br col embed hr img "
             "input".split())
VOID = {"br", "col", "embed", "hr", "img", "input", "base", "link", "meta", "param", "source",
        "track", "wbr", "area"}
RUNS = {"span", "font", "small", "b", "i", "u", "em", "strong"}
TEXT = re.compile(
    r"(?P<scheme>https?|(?<![a-z0-9])ftp)://(?!https?://)(?P<rest>[^\s\x00-\x20\"<>\\^`{|}\x7f]*)"
    r"|(?<![a-z0-9@_.\-])(?P<www>www\.[^\s\x00-\x20\"<>\\^`{|}\x7f]+)"
    r"|(?<![a-z0-9])mailto:(?P<mail>[^\s\x00-\x20\"<>\\^`{|}\x7f?/,;()']*)", re.I | re.A)


def address(host):
    """The address that the last number of a host tells it to be, or None."""
    parts = host.split(".")
    numbers = []
    for p in parts:
        try:
            numbers.append(int(p, 16) if p[:2] == "0x" else
                           int(p, 8) if len(p) > 1 and p[0] == "0" else int(p, 10))
        except ValueError:
            return None
    if len(numbers) > 4 or any(n > 255 for n in numbers[:-1]):
        return None
    value = sum(n << (24 - 8 * i) for i, n in enumerate(numbers[:-1])) + numbers[-1]
    if numbers[-1] >= 1 << (40 - 8 * len(numbers)):
        return None
    return str(ipaddress.ip_address(value))


def host_of(authority):
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host[1:].partition("]")[0]))
        except ValueError:
            return None
    host = urllib.parse.unquote(host.partition(":")[0]).rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return None
    host = host.lower()[:253].rstrip(".")
    if not host or not re.fullmatch(r"[a-z0-9_\-]+(\.[a-z0-9_\-]+)*", host):
        return None
    if host in ("http", "https", "ftp", "www"):
        return None
    last = host.rpartition(".")[2]
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]+", last):
        return address(host)
    return host


def in_text(text):
    for m in TEXT.finditer(text):
        if m["mail"] is not None:
            domain = re.match(r"[\w.\-]*", m["mail"].rpartition("@")[2])[0].strip(".")
            if "@" in m["mail"] and host_of(domain):
                yield "mailto", "text", host_of(domain)
            continue
        authority = re.split(r"[/?#]", m["rest"] if m["scheme"] else m["www"])[0]
        authority = re.split(r"[,;()']", authority)[0]
        user, at, host = authority.rpartition("@")
        host = re.match(r"(?:\[[0-9a-f:.]*\]|[\w.\-%])*", host, re.I)[0]
        host = re.split(r"\.\.", host)[0]
        if not m["scheme"] and host.strip(".").count(".") < 2:
            continue
        host = host_of(host)
        if host:
            yield (m["scheme"] or "-").lower(), "text", host


def in_value(value, place):
    value = re.sub(r"[\t\r\n]", "", value).strip("".join(map(chr, range(33))))[:2048]
    m = re.match(r"(https?|ftp):[/\\]+([^/\\?#]*)|[/\\]{2,}([^/\\?#]*)|(www\.[^./\\?#]+\.[^/\\?#]+)",
                 value, re.I)
    if m:
        host = host_of(m[2] or m[3] or m[4] or "")
        if host:
            yield (m[1] or "-").lower(), place, host
    elif value.lower().startswith("mailto:"):
        for one in value[7:].partition("?")[0].split(","):
            user, at, domain = urllib.parse.unquote(one).rpartition("@")
            if at and host_of(domain.strip()):
                yield "mailto", place, host_of(domain.strip())


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.rows, self.text, self.raw = [], [], None
        self.hidden, self.depth = None, 0

    def handle_starttag(self, tag, attrs):
        attrs = [(n, v or "") for n, v in attrs]
        for name, value in attrs:
            if name in ATTRIBUTES:
                self.rows += in_value(value, ATTRIBUTES[name])
            elif name in ("srcset", "imagesrcset"):
                for one in re.split(r"\s+|(?<=\d[xw]),", value):
                    self.rows += in_value(one.strip(","), "srcset")
            elif name == "style":
                for one in re.findall(r"url\(\s*['\"]?([^'\")]*)", value, re.I):
                    self.rows += in_value(one, "style")
        d = dict(attrs)
        if d.get("http-equiv", "").strip().lower() == "refresh":
            m = re.match(r"[^;,]*[;,]\s*(?:url\s*=)?\s*['\"]?([^'\"]*)", d.get("content", ""), re.I)
            if m:
                self.rows += in_value(m[1], "refresh")
        if self.hidden:
            self.depth += tag == self.hidden
        elif tag not in VOID:
            style = re.sub(r"\s", "", d.get("style", "").lower())
            if "hidden" in d or "display:none" in style or "visibility:hidden" in style or \
               re.search(r"(^|;)opacity:0(?![.%])", style) or \
               (tag in RUNS and re.search(r"(^|;)font-size:0(?![.%])", style)):
                self.hidden, self.depth = tag, 1
        self.border(tag)
        if tag in INLINE_RAW:
            self.raw = tag

    def handle_endtag(self, tag):
        if tag == self.raw:
            self.raw = None
        if self.hidden == tag:
            self.depth -= 1
            if not self.depth:
                self.hidden = None
        self.border(tag)

    def border(self, tag):
        if tag in BLOCKS or tag == "a":
            self.text.append(" ")

    def handle_data(self, data):
        if not self.raw and not self.hidden:
            self.text.append(data)


def search(kind, text):
    text = text.decode("utf-8", "replace")
    if kind == "plain":
        return list(in_text(text))
    page = Page()
    page.feed(text)
    page.close()
    return page.rows + list(in_text("".join(page.text)))


def dump(tool, paths):
    out = subprocess.run([tool], input="\n".join(paths).encode(), stdout=subprocess.PIPE,
                         check=True).stdout
    for line in out.decode().splitlines():
        key, *rest = line.split(" ")
        if key == "file":
            mail = {"file": bytes.fromhex(rest[0]).decode(), "rows": collections.Counter(),
                    "texts": [], "capped": False}
            yield mail
        elif key == "url":
            row = SCHEMES[int(rest[0])], PLACES[int(rest[1])], bytes.fromhex(rest[3]).decode()
            mail["rows"][row] = int(rest[2])
        elif key == "urls_capped":
            mail["capped"] = rest[0] == "1"
        elif key in ("plain", "html"):
            mail["texts"].append((key, bytes.fromhex(rest[0])))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("dump_mail")
    a.add_argument("corpus")
    a.add_argument("--show", type=int, default=0)
    args = a.parse_args()
    if not os.path.exists(args.corpus):
        print("no corpus at %s" % args.corpus)
        return 77
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(args.corpus) as tar:
            tar.extractall(folder)
        paths = sorted(os.path.join(at, name) for at, _, names in os.walk(folder)
                       for name in names)
        n = collections.Counter()
        shown = 0
        for mail in list(dump(args.dump_mail, paths)):
            n["mails"] += 1
            if mail["capped"] or sum(len(t) for _, t in mail["texts"]) > 256 * 1024:
                n["mails at a cap (not compared)"] += 1
                continue
            want = collections.Counter(r for kind, text in mail["texts"]
                                       for r in search(kind, text))
            ours, theirs = set(mail["rows"]), set(want)
            n["mails with URLs"] += bool(want or mail["rows"])
            n["same hosts"] += {r[2] for r in ours} == {r[2] for r in theirs}
            n["same rows"] += ours == theirs
            n["same rows and counts"] += mail["rows"] == want
            n["rows"] += len(ours | theirs)
            n["rows in both"] += len(ours & theirs)
            n["rows only here"] += len(ours - theirs)
            n["rows only there"] += len(theirs - ours)
            if ours != theirs and shown < args.show:
                shown += 1
                print(os.path.relpath(mail["file"], folder))
                for r in sorted(ours - theirs):
                    print("  here ", *r)
                for r in sorted(theirs - ours):
                    print("  there", *r)
    for key, count in n.items():
        print("%-32s %6d" % (key, count))
    compared = n["mails"] - n["mails at a cap (not compared)"]
    if n["same hosts"] * 1000 < LEAST * compared:
        print("fewer mails with the same hosts than known")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
