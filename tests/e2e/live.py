#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Live capture between network namespaces of its own: live.py HELOSCOPE

The demonstration's frames are sent over a veth pair at a bounded rate; heloscope watches the other
end, writes what it sees by -w, and must say of it what a replay of that file says. Needs root and
namespaces; skips where they are refused.
"""
import contextlib
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import runner

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "tests" / "pcaps" / "demo.pcap"
PACKETS_PER_SECOND = 20000
PATIENCE = 120
PROGRAM = None


def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True)


@contextlib.contextmanager
def span_port():
    """Two namespaces with a veth between them; the names of the sending and the watching one."""
    sender, watcher = "hs-tx-%d" % os.getpid(), "hs-rx-%d" % os.getpid()
    try:
        for name in (sender, watcher):
            ip("netns", "add", name)
            ip("netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
        ip("link", "add", "tx0", "netns", sender, "type", "veth", "peer", "name", "span0",
           "netns", watcher)
        # Room for what tunnels put around full packets.
        ip("-n", sender, "link", "set", "tx0", "up", "mtu", "9000")
        ip("-n", watcher, "link", "set", "span0", "up", "mtu", "9000")
        yield sender, watcher
    finally:
        for name in (sender, watcher):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def frames(path):
    data = path.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at + 16 <= len(data):
        caplen = struct.unpack_from(order + "I", data, at + 8)[0]
        yield data[at + 16:at + 16 + caplen]
        at += 16 + caplen


def send(interface, path, rate=PACKETS_PER_SECOND):
    """Run inside the sending namespace: live.py --send IFACE FILE [PACKETS A SECOND]"""
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((interface, 0))
    start = time.monotonic()
    for n, frame in enumerate(frames(pathlib.Path(path))):
        out.send(frame)
        if n % 100 == 0 or rate < 1000:
            time.sleep(max(0, start + n / rate - time.monotonic()))


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain for " + what)
        time.sleep(0.05)


def told(path):
    """What was said, less where and when it was said."""
    records = []
    for line in path.read_text().splitlines():
        r = json.loads(line)
        if r["event"]["dataset"] == "heloscope.engine":
            continue
        for e in r["heloscope"].get("alert", {}).get("exemplars", []):
            for key in ("pcap", "first_frame", "last_frame"):
                e.pop(key, None)
        for key in ("first_frame", "last_frame"):
            r["heloscope"].get("session", {}).get("capture", {}).pop(key, None)
        records.append((r["@timestamp"], r["event"]["id"], r["heloscope"]))
    return records


class Live(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tmp = pathlib.Path(folder.name)

    def watch(self, watcher, *more):
        """heloscope on span0 of `watcher`, once it says that it is watching. The process is
        heloscope itself: ip becomes what it is to run.
        """
        out = self.tmp / "live.json"
        p = subprocess.Popen(
            ["ip", "netns", "exec", watcher, PROGRAM, "-i", "span0", "-o", "ecs:%s" % out,
             "--datasets", "alert,source,engine", "--set", "learning=off", *map(str, more)],
            stderr=subprocess.PIPE)
        self.addCleanup(p.stderr.close)
        self.addCleanup(p.kill)
        wait_for(lambda: p.poll() is not None or (out.exists() and "started" in out.read_text()),
                 "heloscope to start")
        return p, out

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        error = process.stderr.read().decode()
        self.assertEqual(process.wait(PATIENCE), 0, error)
        return error

    def test_live_equals_replay(self):
        written = self.tmp / "seen.pcap"
        with span_port() as (sender, watcher):
            process, out = self.watch(watcher, "-w", written)
            subprocess.run(["ip", "netns", "exec", sender, sys.executable, __file__, "--send",
                            "tx0", DEMO], check=True, timeout=PATIENCE)
            time.sleep(0.5)
            error = self.stop(process)
        sent = sum(1 for _ in frames(DEMO))
        self.assertIn("%d packets received, 0 dropped" % sent, error)
        live = told(out)
        replay = self.tmp / "replay.json"
        subprocess.run([PROGRAM, "-r", written, "-o", "ecs:%s" % replay, "--datasets",
                        "alert,source", "-q"], check=True, timeout=PATIENCE)
        self.assertTrue(any("alert" in r[2] for r in live), "no alert at all")
        self.assertEqual(live, told(replay))

    def test_default_filter(self):
        """Tunnels, fragments and tags pass it; what it lets in is what a replay of it all sees."""
        wanted = 0
        with span_port() as (sender, watcher):
            process, out = self.watch(watcher, "--datasets", "session,engine")
            for name in ("encap-tunnels", "encap-fragments", "encap-ipv6", "real-postfix-smtplib"):
                capture = ROOT / "tests" / "pcaps" / (name + ".pcap")
                expected = capture.with_suffix(".expected.jsonl").read_text()
                wanted += expected.count('"dataset":"heloscope.session"')
                subprocess.run(["ip", "netns", "exec", sender, sys.executable, __file__, "--send",
                                "tx0", capture], check=True, timeout=PATIENCE)
                time.sleep(1.2)  # the ports come again
            self.stop(process)
        sessions = [json.loads(line) for line in out.read_text().splitlines()]
        sessions = [r for r in sessions if r["event"]["dataset"] == "heloscope.session"]
        self.assertEqual(len(sessions), wanted)
        for r in sessions:
            self.assertTrue(r["heloscope"]["session"]["capture"]["complete"])

    def test_default_datasets(self):
        """Without --datasets a live run says that it lives."""
        with span_port() as (_, watcher):
            p = subprocess.Popen(["ip", "netns", "exec", watcher, PROGRAM, "-i", "span0", "-q"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.addCleanup(p.kill)
            with p.stdout:
                first = json.loads(p.stdout.readline())
                p.send_signal(signal.SIGINT)
                self.assertEqual(p.wait(PATIENCE), 0)
        self.assertEqual((first["event"]["dataset"], first["event"]["action"]),
                         ("heloscope.engine", "started"))

    def test_hup_opens_the_file_anew(self):
        with span_port() as (_, watcher):
            process, out = self.watch(watcher)
            out.rename(self.tmp / "rotated.json")
            process.send_signal(signal.SIGHUP)
            process.send_signal(signal.SIGUSR1)
            wait_for(out.exists, "the new file")
            self.stop(process)
        self.assertIn("stopped", out.read_text())

    def test_a_trickle_delays_nothing(self):
        """Packets that are few, but never pause: what is said of them is written in time."""
        with span_port() as (sender, watcher):
            process, out = self.watch(watcher, "--datasets", "session,engine")
            began = time.monotonic()
            trickle = subprocess.Popen(["ip", "netns", "exec", sender, sys.executable, __file__,
                                        "--send", "tx0", DEMO, "25"])
            try:
                wait_for(lambda: '"heloscope.session"' in out.read_text(), "a session")
                self.assertLess(time.monotonic() - began, 15)
            finally:
                trickle.kill()
                trickle.wait()
            self.stop(process)

    def test_interface_that_vanishes(self):
        with span_port() as (_, watcher):
            process, _out = self.watch(watcher)
            ip("-n", watcher, "link", "del", "span0")
            self.assertEqual(process.wait(PATIENCE), 1)
            self.assertIn("span0", process.stderr.read().decode())

    def test_gives_up_capabilities(self):
        """What it took to open the interface is gone, the rest of root's is not."""
        with span_port() as (_, watcher):
            process, _out = self.watch(watcher)
            status = pathlib.Path("/proc/%d/status" % process.pid).read_text()
            for kind in ("CapEff", "CapPrm"):
                mask = int(status.split(kind + ":")[1].split()[0], 16)
                self.assertEqual(mask & (1 << 12 | 1 << 13), 0)  # CAP_NET_ADMIN, CAP_NET_RAW
                self.assertNotEqual(mask, 0)
            self.stop(process)

    def test_becomes_another_user(self):
        with span_port() as (_, watcher):
            os.chmod(self.tmp, 0o777)
            process, _out = self.watch(watcher, "-Z", "nobody")
            status = pathlib.Path("/proc/%d/status" % process.pid).read_text()
            self.assertRegex(status, r"Uid:\t65534\t65534\t65534\t65534")
            self.stop(process)


def namespaces_allowed():
    if os.geteuid() != 0:
        return "not root"
    try:
        with span_port():
            return None
    except (OSError, subprocess.CalledProcessError) as e:
        return "network namespaces are refused: %s" % e


def main():
    global PROGRAM
    if sys.argv[1] == "--send":
        send(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:]))
        return 0
    PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Live)
    reason = namespaces_allowed()
    if reason:
        return runner.skip(suite, "live capture is", reason)
    return runner.run(suite)


if __name__ == "__main__":
    sys.exit(main())
