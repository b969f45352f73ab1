# SPDX-License-Identifier: Apache-2.0
"""Messages: headers, text forms (plain, html, alternative) and transfer encodings."""
import base64
import hashlib
import html
import quopri

from . import words
from .template import compile_text

ENCODINGS = ("7bit", "8bit", "qp", "base64")
FORMS = ("plain", "html", "alternative")
_DAYS = "Thu Fri Sat Sun Mon Tue Wed".split()  # 1970-01-01 was a Thursday
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def civil(day):
    """(year, month, day) of a day since 1970."""
    era_day = day + 719468
    era = era_day // 146097
    doe = era_day - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1


def rfc5322_date(time):
    seconds = time // 1000000
    day, rest = divmod(seconds, 86400)
    year, month, date = civil(day)
    return "%s, %d %s %d %02d:%02d:%02d +0000" % (
        _DAYS[day % 7], date, _MONTHS[month - 1], year, rest // 3600, rest // 60 % 60, rest % 60)


def _wrap(text, width=72):
    """Long lines of words broken as a mail program does."""
    lines = []
    for line in text.split("\n"):
        while len(line) > width:
            cut = line.rfind(" ", 0, width + 1)
            if cut <= 0:
                break
            lines.append(line[:cut])
            line = line[cut + 1:]
        lines.append(line)
    return "\n".join(lines)


def _as_html(text):
    out = ["<html><body>"]
    for paragraph in text.strip("\n").split("\n\n"):
        lines = []
        for line in paragraph.split("\n"):
            parts = []
            for word in line.split(" "):
                safe = html.escape(word)
                if word.startswith(("http://", "https://")):
                    safe = '<a href="%s">%s</a>' % (safe, safe)
                parts.append(safe)
            lines.append(" ".join(parts))
        out.append("<p>" + "<br>\n".join(lines) + "</p>")
    return "\n".join(out + ["</body></html>", ""])


def _encode(text, encoding):
    """The lines of a body part, LF ends, and its Content-Transfer-Encoding."""
    raw = text.encode("utf-8")
    if encoding == "base64":
        return base64.encodebytes(raw).decode("ascii"), "base64"
    if encoding == "qp":
        return quopri.encodestring(raw).decode("ascii"), "quoted-printable"
    if any(b > 127 for b in raw):
        return text, "8bit"
    return text, "7bit"


def _part(text, subtype, encoding):
    body, name = _encode(_wrap(text) if subtype == "plain" else text, encoding)
    return ('Content-Type: text/%s; charset="utf-8"\n'
            "Content-Transfer-Encoding: %s\n\n%s" % (subtype, name, body))


def _attachment(name, size, key):
    raw = hashlib.shake_256(key.encode()).digest(size)
    body = base64.encodebytes(raw).decode("ascii")
    return ('Content-Type: application/octet-stream; name="%s"\n'
            "Content-Transfer-Encoding: base64\n"
            'Content-Disposition: attachment; filename="%s"\n\n%s' % (name, name, body))


def _multipart(kind, boundary, parts):
    out = 'Content-Type: multipart/%s; boundary="%s"\n\n' % (kind, boundary)
    for part in parts:
        out += "--%s\n%s\n" % (boundary, part.rstrip("\n"))
    return out + "--%s--\n" % boundary


class Message:
    """A template: header lines, a blank line, the text. Headers that it lacks are added."""

    ADDED = (("From", "{from}"), ("To", "{rcpt}"), ("Subject", "{words:4}"), ("Date", "{date}"),
             ("Message-ID", "<{id:16}@{helo}>"))

    def __init__(self, name, text, form="plain", encoding="7bit", attach=None, without=()):
        self.name, self.form, self.encoding, self.attach = name, form, encoding, attach
        head, _, body = text.partition("\n\n")
        lines = head.split("\n") if head.strip() else []
        if lines and ":" not in lines[0]:
            lines, body = [], text
        given = {line.split(":", 1)[0].lower() for line in lines}
        for header, value in self.ADDED:
            if header.lower() not in given and header.lower() not in without:
                lines.append("%s: %s" % (header, value))
        self.head = compile_text("\n".join(lines))
        self.body = compile_text(body.rstrip("\n") + "\n")

    def _content(self, text, form, encoding, rng):
        if form == "html":
            return _part(_as_html(text), "html", encoding)
        if form == "alternative":
            boundary = "=_" + words.label(rng) + str(words.below(rng, 10**8))
            return _multipart("alternative", boundary, [
                _part(text, "plain", encoding), _part(_as_html(text), "html", encoding)])
        return _part(text, "plain", encoding)

    def render(self, rng, values, form=None, encoding=None):
        """The message as bytes with CRLF ends, not dot-stuffed."""
        head = self.head(rng, values)
        content = self._content(self.body(rng, values), form or self.form,
                                encoding or self.encoding, rng)
        if self.attach:
            name, size = self.attach
            boundary = "=_" + words.label(rng) + str(words.below(rng, 10**8))
            key = "%s/%d" % (self.name, words.below(rng, 2**31))
            content = _multipart("mixed", boundary, [content, _attachment(name, size, key)])
        text = "%s\nMIME-Version: 1.0\n%s" % (head, content)
        return text.replace("\n", "\r\n").encode("utf-8")


def dot_stuff(data):
    if data.startswith(b"."):
        data = b"." + data
    return data.replace(b"\r\n.", b"\r\n..")
