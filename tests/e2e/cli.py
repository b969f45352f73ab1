#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command line: modes, errors and exit statuses. cli.py HELOSCOPE"""
import gzip
import json
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

import runner

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "tests" / "pcaps" / "demo.pcap"
PROGRAM = None


def frames(data):
    at = 24
    while at < len(data):
        yield data[at:]
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]


def run(*args, stdin=None):
    return subprocess.run([PROGRAM, *map(str, args)], input=stdin, capture_output=True,
                          timeout=300, check=False)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.tmp = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def refused(self, status, words, *args, stdin=None):
        r = run(*args, stdin=stdin)
        error = r.stderr.decode()
        self.assertEqual(r.returncode, status, error)
        self.assertEqual(r.stdout, b"")
        for word in words:
            self.assertIn(word, error)
        return error

    # usage

    def test_no_arguments(self):
        self.refused(2, ["-r FILE", "-i IFACE"])

    def test_unknown_options(self):
        self.refused(2, ["--no-such", "heloscope -h"], "--no-such")
        self.refused(2, ["-x"], "-x")
        self.refused(2, ["-r"], "-r")

    def test_stray_word(self):
        self.refused(2, ["stray"], "-r", DEMO, "stray")

    def test_replay_and_live_exclude_each_other(self):
        self.refused(2, ["exclude"], "-r", DEMO, "-i", "lo")

    def test_bad_values(self):
        self.refused(2, ["--summary", "html"], "-r", DEMO, "--summary", "html")
        self.refused(2, ["--workers"], "-r", DEMO, "--workers", "none")
        self.refused(2, ["--datasets", "sesion"], "-r", DEMO, "--datasets", "alert,sesion")
        self.refused(2, ["-o", "xml"], "-r", DEMO, "-o", "xml:-")
        self.refused(2, ["--fail-on-alert"], "-r", DEMO, "--fail-on-alert=dire")
        self.refused(2, ["-B"], "-i", "lo", "-B", "12")

    def test_dns_sources(self):
        for good in ("off", "passive", "passive,passive"):
            self.assertEqual(run("-T", "--dns", good).returncode, 0, good)
        for bad in ("", "passive,", "off,passive", "sometimes"):
            self.refused(2, ["--dns", "off", "passive"], "-T", "--dns", bad)

    def test_help_and_version(self):
        r = run("-h")
        self.assertEqual(r.returncode, 0)
        for option in ("-r FILE", "-i IFACE", "--set", "--explain", "Exit status"):
            self.assertIn(option, r.stdout.decode())
        self.assertRegex(run("-V").stdout.decode(), r"^heloscope \d+\.\d+\.\d+\n$")

    def test_interfaces_are_listed(self):
        r = run("-D")
        self.assertEqual((r.returncode, r.stderr), (0, b""))
        self.assertIn("lo", r.stdout.decode().splitlines())

    # input

    def test_missing_file(self):
        self.refused(1, ["/no/such.pcap", "No such file"], "-r", "/no/such.pcap")

    def test_not_a_capture(self):
        for content in (b"", b"x", b"this is no capture at all, but a text\n" * 9):
            (self.tmp / "f").write_bytes(content)
            self.refused(1, [str(self.tmp / "f"), "capture"], "-r", self.tmp / "f")

    def test_folder_without_captures(self):
        self.refused(1, [str(self.tmp), "no capture file"], "-r", self.tmp)
        (self.tmp / "notes.txt").write_text("nothing here\n")
        (self.tmp / ".hidden.pcap").write_bytes(DEMO.read_bytes())
        (self.tmp / "deeper").mkdir()
        (self.tmp / "deeper" / "a.pcap").write_bytes(DEMO.read_bytes())
        self.refused(1, [str(self.tmp), "no capture file"], "-r", self.tmp)

    def split(self, sizes):
        """The demonstration in files of so many packets, whose names do not tell their order."""
        data = DEMO.read_bytes()
        at, files = 24, []
        for size in sizes:
            start = at
            for _ in range(size):
                if at < len(data):
                    at += 16 + struct.unpack_from("<I", data, at + 8)[0]
            files.append(data[:24] + data[start:at])
        files[-1] += data[at:]
        return files

    def test_folder(self):
        """Rotated captures, packed or not, more than are held open: the same as the one."""
        names = ["%02d.pcap" % (k * 37 % 60) for k in range(60)]
        files = self.split([60] * 60)
        for name, content in zip(names, files):
            (self.tmp / name).write_bytes(content)
        (self.tmp / names[7]).unlink()
        (self.tmp / "packed").write_bytes(gzip.compress(files[7]))
        (self.tmp / "capture.log").write_text("rotated\n")
        a = run("-r", DEMO, "--datasets", "source,session", "--summary", "none")
        b = run("-r", self.tmp, "--datasets", "source,session,stats", "--summary", "none")
        self.assertEqual((b.returncode, b.stderr), (0, b""))
        records = [[json.loads(line) for line in r.stdout.splitlines()] for r in (a, b)]
        stats = records[1].pop()["heloscope"]["stats"]
        self.assertEqual(stats["capture"]["files_left_out"], 1)
        paths = {r["log"]["file"]["path"] for r in records[1] if "log" in r}
        self.assertIn(str(self.tmp / "packed"), paths)

        def comparable(r):
            c = r["heloscope"].get("session", {}).get("capture", {})
            for key in ("first_frame", "last_frame"):
                c.pop(key, None)
            return r["event"]["id"], r["heloscope"]
        self.assertEqual([comparable(r) for r in records[0]], [comparable(r) for r in records[1]])

    def test_folder_with_damage(self):
        """One file is cut, one has no header behind its magic: both are named, the rest is read."""
        files = self.split([900] * 4)
        for k, content in enumerate(files):
            (self.tmp / ("%d.pcap" % k)).write_bytes(content)
        (self.tmp / "1.pcap").write_bytes(files[1][:-5])
        (self.tmp / "9.pcap").write_bytes(files[1][:9])
        r = run("-r", self.tmp, "--datasets", "source,stats", "--summary", "none")
        self.assertEqual(r.returncode, 0)
        error = r.stderr.decode().splitlines()
        self.assertEqual(len(error), 2, error)
        self.assertIn("1.pcap", error[0])
        self.assertIn("9.pcap", error[1])
        stats = json.loads(r.stdout.splitlines()[-1])["heloscope"]["stats"]
        self.assertEqual(stats["capture"]["damaged"], 2)
        self.assertEqual(stats["capture"]["packets"],
                         sum(1 for _ in frames(DEMO.read_bytes())) - 1)
        self.assertEqual(run("-r", self.tmp, "--strict", "-q").returncode, 4)

    def test_bad_filter(self):
        self.refused(2, ["filter", "-f", "prot tcp"], "-r", DEMO, "-f", "prot tcp")
        self.refused(2, ["filter", "-f", "prot tcp"], "-i", "lo", "-f", "prot tcp")
        # One that is good for another link type is not badly written.
        self.refused(1, ["filter", "wlan type"], "-r", DEMO, "-f", "wlan type mgt")

    def test_what_no_new_start_mends(self):
        self.refused(2, ["nosuchuser", "-Z"], "-r", DEMO, "-Z", "nosuchuser")
        self.refused(2, ["/no/key", "hash_key_file"],
                     "-r", DEMO, "--set", "privacy.hash_key_file=/no/key")

    def test_configuration_is_checked_beyond_its_form(self):
        path = self.config("outputs: [{type: file}]\ncapture: {filter: prot tcp}\n"
                           "privacy: {hash_key_file: /no/key}\n")
        error = self.refused(2, ["outputs", "capture.filter", "/no/key"], "-T", "-c", path)
        self.assertEqual(len(error.splitlines()), 3)

    def test_unknown_interface(self):
        self.refused(1, ["nosuch0"], "-i", "nosuch0")

    def test_stdin_equals_file(self):
        a = run("-r", DEMO, "--datasets", "source", "--summary", "none")
        b = run("-r", "-", "--datasets", "source", "--summary", "none",
                stdin=DEMO.read_bytes())
        self.assertEqual(a.returncode, 0)
        self.assertEqual(b.returncode, 0)
        strip = lambda text: [json.loads(line)["heloscope"] for line in text.splitlines()]
        self.assertTrue(a.stdout)
        self.assertEqual(strip(a.stdout), strip(b.stdout))

    def test_stop_while_a_pipe_is_quiet(self):
        """What has come by then is reported, and nothing is called damaged."""
        whole = DEMO.read_bytes()
        packed = zlib.compressobj(wbits=31)
        packed = packed.compress(whole[:400000]) + packed.flush(zlib.Z_SYNC_FLUSH)
        out = self.tmp / "out.json"
        for data in (whole[:400000], packed):
            out.unlink(missing_ok=True)
            p = subprocess.Popen([PROGRAM, "-r", "-", "--datasets", "source,stats", "-o",
                                  "ecs:%s" % out], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
            p.stdin.write(data)
            p.stdin.flush()
            time.sleep(1)
            p.send_signal(signal.SIGTERM)
            try:
                self.assertEqual(p.wait(10), 0)
                self.assertIn(b"sessions", p.stderr.read())
            finally:
                p.kill()
                p.stdin.close()
                p.stderr.close()
            records = [json.loads(line)["heloscope"] for line in out.read_text().splitlines()]
            self.assertTrue(any("source" in r for r in records))
            self.assertEqual(records[-1]["stats"]["capture"]["damaged"], 0)

    def test_write_tells_what_it_leaves_out(self):
        capture = ROOT / "tests" / "pcaps" / "encap-links.pcapng"
        r = run("-r", capture, "-w", self.tmp / "out.pcap", "--summary", "none")
        self.assertEqual(r.returncode, 0)
        self.assertRegex(r.stderr, rb"one link type only: [1-9]\d* packets of others")

    def test_what_was_left_out_is_counted(self):
        def counted(name):
            capture = ROOT / "tests" / "pcaps" / (name + ".pcap")
            r = run("-r", capture, "--datasets", "stats")
            return json.loads(r.stdout.splitlines()[-1])["heloscope"]["stats"], r.stderr
        stats, _ = counted("tcp-cases")
        self.assertEqual({k: stats["tcp"][k] for k in ("resets_ignored", "syns_ignored",
                                                       "out_of_window", "after_fin_bytes")},
                         {"resets_ignored": 3, "syns_ignored": 0, "out_of_window": 2,
                          "after_fin_bytes": 33})
        stats, said = counted("encap-lost-fragments")
        self.assertGreater(stats["capture"]["fragmented_pending"], 0)
        self.assertIn(b"not whole at the end", said)

    def test_truncated_input(self):
        whole = DEMO.read_bytes()
        (self.tmp / "cut.pcap").write_bytes(whole[:len(whole) // 2 + 7])
        r = run("-r", self.tmp / "cut.pcap", "--datasets", "source")
        self.assertEqual(r.returncode, 0)
        self.assertTrue(r.stdout)
        self.assertIn("damaged", r.stderr.decode().lower())
        r = run("-r", self.tmp / "cut.pcap", "--strict")
        self.assertEqual(r.returncode, 4)

    def test_fail_on_alert(self):
        self.assertEqual(run("-r", DEMO).returncode, 0)
        self.assertEqual(run("-r", DEMO, "--fail-on-alert").returncode, 3)
        self.assertEqual(run("-r", DEMO, "--fail-on-alert=critical").returncode, 0)

    # output

    def test_output_file_is_appended_to(self):
        out = self.tmp / "out.json"
        out.write_text("{}\n")
        r = run("-r", DEMO, "-o", "ecs:%s" % out, "--datasets", "alert,source")
        self.assertEqual((r.returncode, r.stdout), (0, b""))
        lines = out.read_text().splitlines()
        self.assertEqual(lines[0], "{}")
        self.assertGreater(len(lines), 2)
        for line in lines:
            json.loads(line)

    def test_output_that_cannot_be_written(self):
        self.refused(1, ["/no/dir/out.json"], "-r", DEMO, "-o", "ecs:/no/dir/out.json")
        r = run("-r", DEMO, "-o", "ecs:/dev/full", "--datasets", "source")
        self.assertEqual(r.returncode, 1)
        self.assertIn("/dev/full", r.stderr.decode())

    def test_quiet(self):
        r = run("-r", DEMO, "-q")
        self.assertEqual((r.returncode, r.stderr), (0, b""))

    def test_summary_json(self):
        r = run("-r", DEMO, "--summary", "json", "--progress", "none")
        json.loads(r.stderr.decode())

    def test_card(self):
        r = run("-r", DEMO, "--card", "203.0.113.200", "-q")
        card, = map(json.loads, r.stdout.splitlines())
        self.assertEqual((r.returncode, card["source"]["ip"]), (0, "203.0.113.200"))
        self.assertEqual(card["heloscope"]["source"]["verdict"], "bot-like")
        r = run("-r", DEMO, "--card", "192.0.2.99", "--summary", "none")
        self.assertEqual((r.returncode, r.stdout), (0, b""))
        self.assertIn("192.0.2.99", r.stderr.decode())
        self.refused(2, ["--card", "mx1"], "-r", DEMO, "--card", "mx1")

    def test_shadow(self):
        r = run("-r", DEMO, "--shadow", "--datasets", "alert,campaign,stats", "-q",
                "--fail-on-alert")
        stats, = map(json.loads, r.stdout.splitlines())
        self.assertEqual(r.returncode, 0)
        self.assertGreater(stats["heloscope"]["stats"]["alerts"]["total"], 0)

    def test_stats_are_of_the_capture(self):
        r = run("-r", DEMO, "--datasets", "stats,session,engine", "-q")
        records = [json.loads(line) for line in r.stdout.splitlines()]
        first = min(x["event"]["start"] for x in records if "session" in x["heloscope"])
        stats, engine = records[-2:]
        for record in (stats, engine):
            self.assertEqual(record["event"]["start"][:19], first[:19])
        counters = stats["heloscope"]["stats"]
        self.assertEqual(counters["uptime_s"], stats["event"]["duration"] // 10 ** 9)
        self.assertEqual(counters["capture"]["packets_received"], counters["capture"]["packets"])
        dark = sum(x["heloscope"]["session"]["starttls"].get("used", False) for x in records[:-2])
        self.assertGreater(dark, 0)
        self.assertEqual(counters["smtp"]["tls_sessions"], dark)

    def test_write_packets(self):
        out = self.tmp / "copy.pcap"
        first = run("-r", DEMO, "-w", out, "--datasets", "source", "-q")
        again = run("-r", out, "--datasets", "source", "-q")
        pick = lambda r: [json.loads(line)["heloscope"] for line in r.stdout.splitlines()]
        self.assertTrue(pick(first))
        self.assertEqual(pick(first), pick(again))

    # configuration

    def config(self, text):
        path = self.tmp / "heloscope.yaml"
        path.write_text(text)
        return path

    def test_suggested_topology(self):
        r = run("-r", DEMO, "--suggest-topology", "-q")
        self.assertEqual(r.returncode, 0, r.stderr)
        path = self.config(r.stdout.decode())
        self.assertEqual(run("-T", "-c", path).returncode, 0)
        dump = run("--dump-config", "-c", path).stdout.decode()
        for line in ('our_mtas: ["192.0.2.25", "2001:db8:25::25"]',
                     'our_networks: ["192.0.2.0/24", "2001:db8:25::/48"]',
                     'our_domains: ["corp.example"]'):
            self.assertIn(line, dump)
        self.assertEqual(run("-r", DEMO, "--suggest-topology", "-q", "--workers", "3").stdout,
                         r.stdout)

    def test_every_fault_has_its_place(self):
        path = self.config("version: 1\n"
                           "topology:\n"
                           "  our_networks: [192.0.2.0/24, 192.0.2.0/40]\n"
                           "  my_networks: []\n"
                           "memory: lots\n"
                           "checks:\n"
                           "  helo_changing: {no_such: 3}\n"
                           "  no_check: {}\n")
        error = self.refused(2, [], "-T", "-c", path)
        for place in (":3:32:", ":4:3:", ":5:1:", ":7:19:", ":8:3:"):
            self.assertIn(str(path) + place, error)
        self.assertEqual(len(error.splitlines()), 5)

    def test_bad_yaml(self):
        self.refused(2, [":2:"], "-T", "-c", self.config("a: [1,\nb: }\n"))
        self.refused(2, ["second time"], "-T", "-c", self.config("memory: 1GiB\nmemory: 1GiB\n"))
        self.refused(2, ["mapping"], "-T", "-c", self.config("- 1\n"))
        self.refused(2, ["/no/such.yaml"], "-T", "-c", "/no/such.yaml")

    def test_alias_bomb(self):
        bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for k, j in zip("bcdefghi", "abcdefgh"):
            bomb += "%s: &%s [%s]\n" % (k, k, ", ".join(["*" + j] * 9))
        self.refused(2, [], "-T", "-c", self.config(bomb))

    def test_set(self):
        self.refused(2, ["--set topology.ours"], "-T", "--set", "topology.ours=1")
        self.refused(2, ["--set memory"], "-T", "--set", "memory=1")
        self.refused(2, ["NAME.NAME=VALUE"], "-T", "--set", "memory")
        r = run("--dump-config", "--set", "topology.our_networks=192.0.2.0/24, 2001:db8::/32",
                "--set", "memory=256MiB")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn('our_networks: ["192.0.2.0/24", "2001:db8::/32"]', r.stdout.decode())
        self.assertIn('memory: "256MiB"', r.stdout.decode())

    def test_attachments(self):
        self.refused(2, ["sha256", "auto, on or off"], "-T", "--set", "attachments.sha256=md5")
        r = run("--dump-config", "--set", "attachments.sha256=off")
        self.assertIn('sha256: "off"', r.stdout.decode(), r.stderr)

    def test_dump_is_a_configuration(self):
        first = run("--dump-config", "--set", "topology.our_domains=corp.example")
        path = self.config(first.stdout.decode())
        self.assertEqual(run("-T", "-c", path).returncode, 0)
        again = run("--dump-config", "-c", path)
        self.assertEqual(first.stdout, again.stdout)

    def test_conf_d(self):
        path = self.config("memory: 1GiB\nsensor: {name: one}\n")
        (self.tmp / "conf.d").mkdir()
        (self.tmp / "conf.d" / "10.yaml").write_text("memory: 128MiB\n")
        (self.tmp / "conf.d" / "20.yaml").write_text("topology: {our_domains: [a.example]}\n")
        r = run("--dump-config", "-c", path)
        for line in ('memory: "128MiB"', 'name: "one"', 'our_domains: ["a.example"]'):
            self.assertIn(line, r.stdout.decode())
        (self.tmp / "conf.d" / "30.yaml").write_text("nonsense: 1\n")
        self.refused(2, ["30.yaml:1:1"], "-T", "-c", path)

    def test_numbers_are_decimal(self):
        r = run("--dump-config", "--set", "checks.hold_time.sessions=010")
        self.assertIn("sessions: 10\n", r.stdout.decode(), r.stderr)

    # help on checks

    def test_checks(self):
        listed = [line.split()[0] for line in run("--list-checks").stdout.decode().splitlines()]
        for check in ("helo_syntax", "helo_changing", "hold_time", "content_spread",
                      "campaign_botnet"):
            self.assertIn(check, listed)
        for check in listed:
            r = run("--explain", check)
            self.assertEqual(r.returncode, 0)
            self.assertGreater(len(r.stdout), 200, check)
        self.refused(2, ["nosuch", "--list-checks"], "--explain", "nosuch")

    def test_catalogue_is_current(self):
        written = subprocess.run([ROOT / "tests" / "support" / "check_catalogue.py", PROGRAM],
                                 capture_output=True, check=True).stdout.decode()
        self.assertEqual((ROOT / "docs" / "checks.md").read_text(), written,
                         "write it anew: tests/support/check_catalogue.py")

    def test_schema(self):
        schema = json.loads(run("--print-schema").stdout.decode())
        self.assertEqual(schema["$id"], "urn:heloscope:schema:event:1")


def main():
    global PROGRAM
    PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(CommandLine)
    return runner.run(suite)


if __name__ == "__main__":
    sys.exit(main())
