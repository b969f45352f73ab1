# SPDX-License-Identifier: Apache-2.0
"""Plays a scenario: every client's sessions in order of time, into a capture and a truth table."""
import heapq

from . import dns, smtp, words
from .frames import Endpoint, PcapWriter
from .mail import dot_stuff, rfc5322_date
from .tcp import STACKS, Flow, Wire

_FLUSH_EVERY = 500  # sessions between writes


class Client:
    """One host of a block, drawn once; its sessions draw from the same source."""

    def __init__(self, run, block, index):
        scenario = run.scenario
        self.run, self.block, self.index = run, block, index
        self.rng = rng = words.source(scenario.seed, block.name, index)
        self.offset = int(rng.random() * block.over) if block.over else 0
        self.address = block.addresses.give(index, "%s/%s" % (scenario.seed, block.name))
        self.dialect = smtp.DIALECTS[block.dialect.draw(rng)]
        self.stack = block.stack.draw(rng) if block.stack else self.dialect.stack
        self.rtt = block.rtt.draw(rng)
        self.port = 1024 + words.below(rng, 40000)
        self.sessions = block.sessions.draw(rng)
        hops = 8 + words.below(rng, 12)
        self.endpoint = Endpoint(self.address, ttl=STACKS[self.stack].ttl - hops)
        self.values = self._values()
        self._name()
        self.helo = None if block.changing_helo else block.helo.draw(rng, self.values)
        if block.helo_resolves and self.helo:
            run.world.add_address(self.helo, self.address)
        self.truth = {"kind": block.truth or block.name, "rdns": self.values["rdns_text"],
                      "helo": [], "sessions": 0, "messages": 0}

    def _values(self):
        rng, ip = self.rng, self.address
        octets = ip.split(".")
        return {
            "i": self.index + 1, "ip": ip, "dash": ip.replace(".", "-").replace(":", "-"),
            "rev": ".".join(reversed(octets)),
            "hex": "".join("%02x" % int(o) for o in octets) if len(octets) == 4 else "",
            "domain": words.organisation(self.block.first_org + self.index),
            "isp": words.pick(rng, words.ISP) + ".example", "town": words.pick(rng, words.TOWN),
            "anydomain": lambda: words.organisation(words.below(rng, 1400)),
            "server": self.block.server,
            "server_domain": self.block.server.split(".", 1)[-1],
            "s": 0, "m": 0}

    def _name(self):
        """Draws the reverse name and tells the world."""
        block, world, values = self.block, self.run.world, self.values
        name = block.rdns.draw(self.rng, values)
        arpa = dns.arpa(self.address)
        values["rdns_text"] = None if name in ("none", "nodata", "servfail") else name
        values["rdns"] = name if values["rdns_text"] else words.organisation(
            block.first_org + self.index)
        if name == "nodata":
            world.names.add(arpa)
        elif name == "servfail":
            world.broken.add(arpa)
        elif name != "none":
            world.add(arpa, dns.PTR, name)
            if block.forward == "yes":
                world.add_address(name, self.address)
            elif block.forward != "no":
                world.add_address(name, block.forward)

    def _mail(self):
        """One message: envelope drawn now, text when it is sent."""
        block, rng, values = self.block, self.rng, dict(self.values)
        first, last = words.pick(rng, words.FIRST), words.pick(rng, words.LAST)
        values.update(first=first.capitalize(), last=last.capitalize(),
                      user="%s.%s" % (first, last), helo=self.helo)
        recipients = []
        for _ in range(block.recipients.draw(rng)):
            first, last = words.pick(rng, words.FIRST), words.pick(rng, words.LAST)
            values.update(rcptuser="%s.%s" % (first, last))
            to = block.to.draw(rng, values) if block.to else \
                "%s@%s" % (values["rcptuser"], values["server_domain"])
            if not recipients:
                values.update(name=first.capitalize(), surname=last.capitalize(), rcpt=to)
            if to not in recipients:
                recipients.append(to)
        sender = block.__dict__["from"].draw(rng, values)
        values["from"] = sender
        template = self.run.scenario.messages.get(block.message.draw(rng))
        form = block.form.draw(rng) if block.form else None
        encoding = block.encoding.draw(rng) if block.encoding else None

        def render(now):
            values["date"] = rfc5322_date(now)
            return template.render(rng, values, form, encoding)
        return smtp.Mail("" if sender == "null" else sender, recipients, render)

    def _plan(self):
        block, rng, plan = self.block, self.rng, smtp.Plan()
        plan.helo = self.helo
        plan.dialect = self.dialect
        plan.hold, plan.hold_after = block.hold.draw(rng), block.hold_after
        plan.close = block.close.draw(rng) if block.close else None
        plan.starttls = block.starttls.draw(rng) == "yes"
        plan.early = block.early.draw(rng) == "yes"
        plan.bdat, plan.auth, plan.think = block.bdat, block.auth, block.think
        plan.answers = block.answers
        if block.message:
            plan.mails = [self._numbered_mail(m) for m in range(block.messages.draw(rng))]
        return plan

    def _numbered_mail(self, number):
        self.values["m"] = number + 1
        return self._mail()

    def _written_message(self, name, now):
        values = dict(self.values, date=rfc5322_date(now), helo=self.helo, rcpt="", name="",
                      first="", last="", user="")
        values["from"] = ""
        return dot_stuff(self.run.scenario.messages[name].render(self.rng, values)) + b".\r\n"

    def _flow(self, endpoint, port):
        block = self.block
        wire = Wire(block.segment.draw(self.rng), block.loss, block.reorder, block.duplicate,
                    block.drop)
        vlans = self.run.scenario.vlans if block.vlan is None else block.vlan
        return Flow(self.endpoint, endpoint, self.port, port, self.stack, self.rtt, self.rng,
                    wire, vlans)

    def session(self, number, start):
        """Plays session `number`. Returns its packets and the time of its end."""
        block, run = self.block, self.run
        self.port = 1024 + (self.port - 1024 + 1) % 60000
        self.values["s"] = number + 1
        if block.changing_helo:
            self.helo = block.changing_helo.draw(self.rng, self.values)
        server = run.scenario.servers[block.server]
        endpoint = run.endpoint(server, self.endpoint.v6)
        flow = self._flow(endpoint, block.port or server.port)
        self.truth["sessions"] += 1
        connect = block.connect.draw(self.rng)
        if connect != "answered":
            end = flow.refuse(start) if connect == "refused" else flow.handshake(start, False)
            return flow.out, end
        if block.dialogue:
            end = smtp.play(flow, run.scenario.dialogues[block.dialogue], self._written_message,
                            flow.handshake(start) + 500)
            return self._seen(flow, []), end
        talk = smtp.Talk(flow, server, self._plan(), self.address, self.rng, start)
        end = talk.run()
        self.truth["messages"] += talk.accepted
        if self.helo not in self.truth["helo"]:
            self.truth["helo"].append(self.helo)
        run.messages += talk.accepted
        return self._seen(flow, talk.dns), end

    def _seen(self, flow, extra):
        """What the tap shows of the flow."""
        frames = sorted(flow.out, key=lambda f: f[0])
        if self.block.midstream:
            frames = frames[3:]
        if self.block.sides != "both":
            link = flow.paths[self.block.sides == "server"].link
            frames = [f for f in frames if f[1].startswith(link)]
        return frames + extra

    def next_start(self, start, end):
        block = self.block
        if block.every:
            return start + block.every.draw(self.rng)
        return end + block.pause.draw(self.rng)


class Run:
    """One scenario being played into `out`, a binary file."""

    def __init__(self, scenario, out):
        self.scenario = scenario
        self.world = dns.World()
        self.writer = PcapWriter(out)
        self.sessions = self.messages = 0
        self.truth = {}
        self.endpoints = {}
        for name, rtype, value in scenario.facts:
            if rtype == "servfail":
                self.world.broken.add(name.lower())
            else:
                self.world.add(name, getattr(dns, rtype), value)
        for number, server in enumerate(scenario.servers.values()):
            self._place(server, number)

    def _place(self, server, number):
        mac = bytes((2, 0, 0x5E, 0, 1, number + 1))
        for address in server.addresses:
            endpoint = Endpoint(address, mac=mac)
            self.endpoints[server.name, endpoint.v6] = endpoint
            self.world.add_address(server.name, address)
            self.world.add(dns.arpa(address), dns.PTR, server.name)
        if server.resolver:
            host = self.endpoints.get((server.name, False)) or \
                self.endpoints[server.name, True]
            server.asker = dns.Asker(self.world, host, server.resolver,
                                     words.source(self.scenario.seed, "dns", server.name),
                                     self.scenario.vlans)

    def endpoint(self, server, v6):
        found = self.endpoints.get((server.name, v6))
        if not found:
            raise ValueError("server %s has no %s address" % (server.name,
                                                              "IPv6" if v6 else "IPv4"))
        return found

    def _first_starts(self):
        """(time, block, client, session) of every client's first session."""
        for number, block in enumerate(self.scenario.blocks):
            base = self.scenario.start + block.at
            for index in range(block.count):
                rng = words.source(self.scenario.seed, block.name, index)
                offset = int(rng.random() * block.over) if block.over else 0
                yield base + offset, number, index, 0

    def play(self):
        blocks = self.scenario.blocks
        due = list(self._first_starts())
        heapq.heapify(due)
        clients = {}
        while due:
            start, number, index, session = heapq.heappop(due)
            client = clients.pop((number, index), None) or Client(self, blocks[number], index)
            frames, end = client.session(session, start)
            self.writer.add(frames)
            self.sessions += 1
            if session + 1 < client.sessions:
                clients[number, index] = client
                heapq.heappush(due, (client.next_start(start, end), number, index, session + 1))
            else:
                self._tell(client)
            if self.sessions % _FLUSH_EVERY == 0 and due:
                self.writer.flush(due[0][0])
        self.writer.flush()

    def _tell(self, client):
        known = self.truth.get(client.address)
        if known is None:
            self.truth[client.address] = client.truth
            return
        known["sessions"] += client.truth["sessions"]
        known["messages"] += client.truth["messages"]
        known["helo"] += [h for h in client.truth["helo"] if h not in known["helo"]]
        if client.truth["kind"] not in known["kind"].split("+"):
            known["kind"] += "+" + client.truth["kind"]

    def ground_truth(self):
        kinds = {}
        for address, entry in self.truth.items():
            kinds.setdefault(entry["kind"], []).append(address)
        return {"kinds": {k: sorted(v) for k, v in kinds.items()}, "sources": self.truth,
                "sessions": self.sessions, "messages": self.messages,
                "packets": self.writer.written}
