# SPDX-License-Identifier: Apache-2.0
"""SMTP sessions played over a Flow: server profiles, client dialects, and the dialogue itself."""
import base64
import fnmatch
import hashlib

from . import words
from .mail import dot_stuff
from .tcp import CLIENT, SERVER

_ENHANCED = {
    "helo": "250 {server}", "mail": "250 2.1.0 Ok", "rcpt": "250 2.1.5 Ok",
    "data": "354 End data with <CR><LF>.<CR><LF>", "eod": "250 2.0.0 Ok: queued as {qid}",
    "bdat": "250 2.0.0 Ok: {size} bytes", "rset": "250 2.0.0 Ok", "quit": "221 2.0.0 Bye",
    "starttls": "220 2.0.0 Ready to start TLS", "auth": "235 2.7.0 Authentication successful",
    "auth_fail": "535 5.7.8 Error: authentication failed",
    "unknown": "550 5.1.1 <{to}>: Recipient address rejected: User unknown in local recipient table",
    "greylist": "450 4.2.0 <{to}>: Recipient address rejected: Greylisted, try again later",
    "timeout": "421 4.4.2 {server} Error: timeout exceeded", "noop": "250 2.0.0 Ok"}

PROFILES = {
    "postfix": dict(banner="220 {server} ESMTP Postfix",
                    keywords=["PIPELINING", "SIZE 52428800", "ENHANCEDSTATUSCODES", "8BITMIME",
                              "DSN", "SMTPUTF8", "CHUNKING"], replies=_ENHANCED),
    "exim": dict(banner="220 {server} ESMTP Exim 4.96 ready",
                 keywords=["SIZE 52428800", "8BITMIME", "PIPELINING", "CHUNKING", "HELP"],
                 replies=dict(_ENHANCED, helo="250 {server} Hello {helo} [{ip}]", mail="250 OK",
                              rcpt="250 Accepted", eod="250 OK id={qid}", rset="250 Reset OK",
                              data='354 Enter message, ending with "." on a line by itself',
                              quit="221 {server} closing connection",
                              unknown="550 Unrouteable address")),
    "bare": dict(banner="220 {server} SMTP", keywords=["SIZE 10485760"],
                 replies=dict(_ENHANCED, mail="250 Ok", rcpt="250 Ok", eod="250 Ok",
                              data="354 Go ahead", quit="221 Bye", rset="250 Ok")),
}


class Dialect:
    """How a client speaks (detection 5.3). `pipelining`: "never", "all" or "rcpt" (MAIL alone).
    `dot`: the final dot "with" the body, "apart", or with "quit" behind it.
    """

    def __init__(self, greet="EHLO", mail="MAIL FROM:<%s>", rcpt="RCPT TO:<%s>", params=(),
                 pipelining="never", dot="with", leave="quit", stack="linux", lower=False,
                 forced=False):
        self.greet, self.mail, self.rcpt, self.params = greet, mail, rcpt, params
        self.pipelining, self.dot, self.leave, self.stack = pipelining, dot, leave, stack
        self.lower, self.forced = lower, forced

    def verb(self, text):
        return text.lower() if self.lower else text


DIALECTS = {
    "plain": Dialect(),
    "postfix": Dialect(params=("SIZE",), pipelining="all", dot="quit"),
    "exim": Dialect(params=("SIZE",), pipelining="all", dot="quit"),
    "sendmail": Dialect(mail="MAIL From:<%s>", rcpt="RCPT To:<%s>", params=("SIZE",),
                        pipelining="all", stack="bsd"),
    "exchange": Dialect(params=("SIZE",), pipelining="all", stack="windows10"),
    "qmail": Dialect(greet="HELO", stack="bsd"),
    "smtplib": Dialect(greet="EHLO", mail="mail FROM:<%s>", rcpt="rcpt TO:<%s>", lower=True,
                       params=("SIZE",)),
    "nodemailer": Dialect(pipelining="all", dot="apart", leave="fin"),
    "php": Dialect(greet="HELO", mail="MAIL FROM: <%s>", rcpt="RCPT TO: <%s>"),
    # Made up after the habits of real bots: HELO, a space after the colon, no QUIT.
    "bot": Dialect(greet="HELO", mail="MAIL FROM: <%s>", rcpt="RCPT TO: <%s>", leave="fin",
                   stack="windows7"),
    "hasty": Dialect(mail="MAIL FROM: <%s> ", pipelining="all", leave="fin", stack="windows7",
                     forced=True),
}


class Server:
    """A mail host: its addresses, what it offers and what it answers."""

    def __init__(self, name, profile="postfix"):
        base = PROFILES[profile]
        self.name = name
        self.banner = base["banner"]
        self.keywords = list(base["keywords"])
        self.replies = dict(base["replies"])
        self.addresses, self.port = [], 25
        self.resolver, self.asker = None, None
        self.unknown, self.greylist = [], False
        self.think = (900, 4000)
        self.greet_delay = 0
        self.met = set()

    def offers(self, keyword):
        return any(k.split()[0] == keyword for k in self.keywords)


class Mail:
    """One message to be sent: envelope and bytes (a function, so that a refusal costs nothing)."""

    def __init__(self, sender, recipients, render):
        self.sender, self.recipients, self.render = sender, recipients, render


class Plan:
    """What a client does in one session."""

    helo = "localhost"
    dialect = DIALECTS["plain"]
    mails = ()
    hold = 0
    hold_after = "mail"  # or "helo", "banner": where the client falls silent
    close = None  # None: as the dialect leaves
    starttls = False
    bdat = 0
    auth = None  # (mechanism, user, password, succeeds)
    early = False
    think = (2000, 15000)
    answers = {}  # stage -> list of (share, text): instead of the server's


class Talk:
    """One session over one flow. Every turn moves `now`, the tap's time."""

    def __init__(self, flow, server, plan, address, rng, start):
        self.flow, self.server, self.plan, self.rng = flow, server, plan, rng
        self.address, self.now = address, start
        self.values = {"server": server.name, "helo": plan.helo, "ip": address, "to": "",
                       "qid": "", "size": 0}
        self.dns = []
        self.accepted = 0
        self.pipelining = False
        self.gone = False  # QUIT was sent and answered

    # Turns.

    def server_says(self, text, think=None):
        low, high = self.server.think
        self.now += low + int(self.rng.random() * (high - low)) if think is None else think
        self.now = self.flow.send(SERVER, text.encode("utf-8"), self.now)

    def client_says(self, data, think=None):
        low, high = self.plan.think
        pause = low + int(self.rng.random() * (high - low)) if think is None else think
        self.now = self.flow.send(CLIENT, data, self.now + self.flow.rtt + pause)

    def reply(self, stage):
        """The server's text for a stage, CRLF and all, and its first digit."""
        text = self.server.replies.get(stage, "250 Ok")
        for share, other in self.plan.answers.get(stage, ()):
            if self.rng.random() < share:
                text = other
                break
        text = text.format(**self.values)
        return text.replace("\\n", "\r\n") + "\r\n", text[0]

    def command(self, line, stage, think=None):
        self.client_says(line.encode("utf-8") + b"\r\n", think)
        text, digit = self.reply(stage)
        self.server_says(text)
        return digit

    # The dialogue.

    def run(self):
        """Plays the session. Returns the tap's time of its end."""
        plan, server = self.plan, self.server
        synack = self.now + 100
        self.now = self.flow.handshake(self.now)
        if plan.early:
            self.now = self.flow.send(CLIENT, self._greeting(plan.dialect.greet), self.now + 90)
        ready = self.now
        if server.asker:
            ready = max(ready, server.asker.greet(self.address, synack + 180, self.dns))
        self.now = max(ready, self.now) + server.greet_delay
        banner, digit = self._banner()
        self.server_says(banner)
        if digit != "2":
            return self._leave()
        if plan.hold and plan.hold_after == "banner":
            return self._leave()
        if not self._greet():
            return self._leave()
        if plan.hold and plan.hold_after == "helo":
            return self._leave()
        if plan.starttls and server.offers("STARTTLS"):
            return self._encrypted()
        if plan.auth and not self._auth():
            return self._leave()
        for mail in plan.mails:
            if not self._transaction(mail):
                break
        return self._leave()

    def _banner(self):
        text = self.server.banner
        for share, other in self.plan.answers.get("banner", ()):
            if self.rng.random() < share:
                text = other
                break
        text = text.format(**self.values)
        return text.replace("\\n", "\r\n") + "\r\n", text[0]

    def _greeting(self, verb):
        return ("%s %s" % (self.plan.dialect.verb(verb), self.plan.helo)).encode("utf-8") + b"\r\n"

    def _greet(self):
        """EHLO or HELO with its reply; after a refused EHLO, HELO."""
        plan, server = self.plan, self.server
        verb = plan.dialect.greet
        if not plan.early:
            self.client_says(self._greeting(verb))
        if server.asker:
            self.now = server.asker.check_helo(plan.helo, self.now + 120, self.dns)
        text, digit = self.reply("helo")
        if digit != "2":
            self.server_says(text)
            return False
        if verb == "EHLO":
            lines = [server.replies["helo"].format(**self.values)[4:]] + server.keywords
            text = "".join("250%s%s\r\n" % ("-" if i + 1 < len(lines) else " ", line)
                           for i, line in enumerate(lines))
            self.pipelining = server.offers("PIPELINING")
        self.server_says(text)
        return True

    def _auth(self):
        mechanism, user, password, succeeds = self.plan.auth
        stage = "auth" if succeeds else "auth_fail"
        encode = lambda s: base64.b64encode(s.encode()).decode()
        if mechanism == "plain":
            return self.command("AUTH PLAIN " + encode("\0%s\0%s" % (user, password)),
                                stage) == "2"
        self.client_says(b"AUTH LOGIN\r\n")
        self.server_says("334 VXNlcm5hbWU6\r\n")
        self.client_says(encode(user).encode() + b"\r\n")
        self.server_says("334 UGFzc3dvcmQ6\r\n")
        return self.command(encode(password), stage) == "2"

    def _rcpt_stage(self, mail, to):
        server = self.server
        user = to.partition("@")[0]
        if any(fnmatch.fnmatchcase(user, p) for p in server.unknown):
            return "unknown"
        if server.greylist:
            key = (self.address, mail.sender, to)
            if key not in server.met:
                server.met.add(key)
                return "greylist"
        return "rcpt"

    def _envelope(self, mail, size):
        d = self.plan.dialect
        line = d.mail % mail.sender
        if "SIZE" in d.params and self.server.offers("SIZE") and d.greet == "EHLO":
            line += d.verb(" SIZE=") + str(size)
        lines = [(line, "mail", "")]
        for to in mail.recipients:
            lines.append((d.rcpt % to, None, to))
        return lines

    def _answer(self, mail, stage, to):
        self.values["to"] = to
        return self.reply(stage or self._rcpt_stage(mail, to))

    def _transaction(self, mail):
        """MAIL to the final reply. Does the session go on?"""
        d = self.plan.dialect
        body = mail.render(self.now)
        lines = self._envelope(mail, len(body))
        if self.plan.bdat and self.server.offers("CHUNKING"):
            return self._bdat(mail, lines, body)
        together = d.forced or (self.pipelining and d.pipelining != "never")
        if together:
            goes = self._pipelined(mail, lines, d)
        else:
            goes = self._stepwise(mail, lines, d)
        if not goes:
            return False
        return self._body(body, mail is self.plan.mails[-1])

    def _stepwise(self, mail, lines, d):
        good = 0
        for line, stage, to in lines:
            self.client_says(line.encode("utf-8") + b"\r\n")
            text, digit = self._answer(mail, stage, to)
            self.server_says(text)
            if stage == "mail" and digit != "2":
                return False
            good += stage is None and digit == "2"
        if not good:
            return False
        return self.command(d.verb("DATA"), "data") == "3"

    def _pipelined(self, mail, lines, d):
        texts, good = [], 0
        if d.pipelining == "rcpt":
            self.client_says(lines[0][0].encode("utf-8") + b"\r\n")
            text, digit = self._answer(mail, "mail", "")
            self.server_says(text)
            if digit != "2":
                return False
            lines = lines[1:]
        batch = "".join(line + "\r\n" for line, _, _ in lines) + d.verb("DATA") + "\r\n"
        self.client_says(batch.encode("utf-8"))
        for _, stage, to in lines:
            text, digit = self._answer(mail, stage, to)
            texts.append(text)
            good += stage is None and digit == "2"
        text, digit = self.reply("data") if good else (
            "554 5.5.1 Error: no valid recipients\r\n", "5")
        self.server_says("".join(texts) + text)
        return digit == "3"

    def _queued(self, size):
        qid = "%X" % (0x4F0000000 + int(self.rng.random() * 2**35))
        self.values.update(qid=qid, size=size)

    def _body(self, body, last):
        d = self.plan.dialect
        with_quit = (d.dot == "quit" and last and self.pipelining and not self.plan.hold
                     and not self.plan.close)
        data = dot_stuff(body)
        if not data.endswith(b"\r\n"):
            data += b"\r\n"
        if d.dot == "apart":
            self.client_says(data)
            self.now = self.flow.send(CLIENT, b".\r\n", self.now + 150)
        else:
            self.client_says(data + (b".\r\nQUIT\r\n" if with_quit else b".\r\n"))
        self._queued(len(body))
        text, digit = self.reply("eod")
        if with_quit:
            text += self.reply("quit")[0]
            self.gone = True
        self.server_says(text, 8000 + int(self.rng.random() * 30000))
        self.accepted += digit == "2"
        return digit in "24"

    def _bdat(self, mail, lines, body):
        for line, stage, to in lines:
            self.client_says(line.encode("utf-8") + b"\r\n")
            text, digit = self._answer(mail, stage, to)
            self.server_says(text)
            if digit != "2":
                return False
        step = self.plan.bdat
        for at in range(0, len(body), step):
            chunk = body[at:at + step]
            last = at + step >= len(body)
            self.client_says(b"BDAT %d%s\r\n" % (len(chunk), b" LAST" if last else b"") + chunk)
            self._queued(len(chunk))
            text, digit = self.reply("eod" if last else "bdat")
            self.server_says(text)
        self.accepted += digit == "2"
        return True

    # The end.

    def _leave(self):
        plan, flow = self.plan, self.flow
        if self.gone:
            return flow.close(SERVER, self.now + 30)
        mode = plan.close or plan.dialect.leave
        if mode == "timeout":
            text, _ = self.reply("timeout")
            self.server_says(text, plan.hold)
            return flow.close(SERVER, self.now + 40)
        self.now += plan.hold
        if mode == "none":
            flow.leave(self.now + 1000000)
            return self.now
        if mode == "rst":
            return flow.reset(CLIENT, self.now + flow.rtt + 200)
        if mode == "fin":
            return flow.close(CLIENT, self.now + flow.rtt + 300)
        self.client_says(plan.dialect.verb("QUIT").encode() + b"\r\n")
        if mode == "nowait":
            return flow.close(CLIENT, self.now + 50)
        text, _ = self.reply("quit")
        self.server_says(text, 300)
        return flow.close(SERVER, self.now + 30)

    # TLS: the hello is in the clear, the rest opaque records of about the right size.

    def _opaque(self, kind, size):
        key = b"%d" % int(self.rng.random() * 2**53)
        return bytes((kind, 3, 3)) + size.to_bytes(2, "big") + hashlib.shake_256(key).digest(size)

    def _encrypted(self):
        self.command(self.plan.dialect.verb("STARTTLS"), "starttls")
        hello = client_hello(self.server.name, self.rng)
        self.client_says(hello)
        self.server_says_bytes(server_hello(hello, self.rng) + b"\x14\x03\x03\x00\x01\x01"
                               + self._opaque(23, 2700))
        self.client_says(b"\x14\x03\x03\x00\x01\x01" + self._opaque(23, 69))
        self.client_says(self._opaque(23, 40 + len(self.plan.helo)))
        self.server_says_bytes(self._opaque(23, 180))
        for mail in self.plan.mails:
            body = mail.render(self.now)
            self.client_says(self._opaque(23, 110))
            self.server_says_bytes(self._opaque(23, 90))
            for at in range(0, len(body), 16384):
                self.client_says(self._opaque(23, min(16384, len(body) - at) + 22))
            self.server_says_bytes(self._opaque(23, 70))
            self.accepted += 1
        self.now += self.plan.hold
        self.client_says(self._opaque(23, 28))
        self.server_says_bytes(self._opaque(23, 37))
        return self.flow.close(SERVER, self.now + 30)

    def server_says_bytes(self, data):
        self.now = self.flow.send(SERVER, data, self.now + 1200)


def sized(width, data):
    return len(data).to_bytes(width, "big") + data


def extension(kind, data):
    return kind.to_bytes(2, "big") + sized(2, data)


def server_hello(client, rng):
    """The answer to client_hello(): TLS 1.3, TLS_AES_256_GCM_SHA384 (RFC 8446 4.1.3)."""
    session = client[43:76]
    draw = hashlib.shake_256(b"%d" % int(rng.random() * 2**53)).digest(64)
    extensions = extension(43, b"\x03\x04") + extension(51, b"\0\x1d" + sized(2, draw[32:]))
    body = b"\x03\x03" + draw[:32] + session + b"\x13\x02\0" + sized(2, extensions)
    return b"\x16\x03\x03" + sized(2, b"\x02" + sized(3, body))


def client_hello(name, rng):
    """A TLS 1.3 ClientHello as OpenSSL 3 sends it, with `name` as SNI (RFC 8446 4.1.2)."""
    draw = hashlib.shake_256(b"%d" % int(rng.random() * 2**53)).digest(96)
    suites = bytes.fromhex("130213031301c02cc030009fcca9cca8ccaac02bc02f009ec024c028006bc023c027"
                           "0067c00ac0140039c009c0130033009d009c003d003c0035002f00ff")
    extensions = (
        extension(0, sized(2, b"\0" + sized(2, name.encode("ascii", "replace"))))
        + extension(11, b"\x03\0\x01\x02") + extension(10, sized(2, bytes.fromhex("001d0017001e00190018")))
        + extension(35, b"") + extension(22, b"") + extension(23, b"")
        + extension(13, sized(2, bytes.fromhex("040305030603080708080809080a080b080408050806040105010601")))
        + extension(43, sized(1, bytes.fromhex("03040303"))) + extension(45, b"\x01\x01")
        + extension(51, sized(2, b"\0\x1d" + sized(2, draw[64:96]))))
    body = b"\x03\x03" + draw[:32] + sized(1, draw[32:64]) + sized(2, suites) + b"\x01\0" \
        + sized(2, extensions)
    return b"\x16\x03\x01" + sized(2, b"\x01" + sized(3, body))


def play(flow, lines, message, now):
    """
    A dialogue written out: (kind, value) in order. "client" and "server" write bytes, "wait" is in
    microseconds, "message" writes a template's message as the client, "fin" and "rst" name a side.
    """
    for kind, value in lines:
        if kind == "wait":
            now += value
        elif kind in ("client", "message"):
            data = message(value, now) if kind == "message" else value
            now = flow.send(CLIENT, data, now + flow.rtt + 2000)
        elif kind == "server":
            now = flow.send(SERVER, value, now + 1500)
        elif kind == "fin":
            return flow.close(value, now + (flow.rtt if value == CLIENT else 0) + 100)
        elif kind == "rst":
            return flow.reset(value, now + (flow.rtt if value == CLIENT else 0) + 100)
    flow.leave(now + 1000000)
    return now


__all__ = ["DIALECTS", "PROFILES", "Dialect", "Mail", "Plan", "Server", "Talk", "play", "words"]
