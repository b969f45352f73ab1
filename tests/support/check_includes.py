#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the includes to the table of ARCHITECTURE.md: check_includes.py ROOT"""
import pathlib
import re
import sys

# folder -> the project's folders it may include; "*" allows all
FOLDERS = {
    "base": {"base"},
    "capture": {"base", "capture"},
    "smtp_decode": {"base", "smtp_decode"},
    "facts": {"base", "facts"},
    "heuristics": {"base", "smtp_decode", "facts", "heuristics"},
    "output": {"base", "smtp_decode", "heuristics", "output"},
    "app": {"*"},
}
# What output and heuristics may see of their neighbours: types, not insides.
ONLY = {
    ("output", "heuristics"): {"heuristics/alert.h", "heuristics/check.h"},
    ("output", "smtp_decode"): {"smtp_decode/session_record.h", "smtp_decode/message_record.h"},
    ("heuristics", "smtp_decode"): {"smtp_decode/session_record.h",
                                    "smtp_decode/message_record.h"},
}
# library header -> the folders that may name it
LIBRARIES = {
    r"pcap(/|\.h)": {"capture"},
    r"ndpi": {"capture"},
    r"jansson\.h": {"output"},
    r"openssl/": {"smtp_decode", "output", "app"},
    r"libpsl\.h": {"base"},
    r"idn2\.h": {"smtp_decode"},
    r"xxhash\.h": {"base"},
    r"iconv\.h": {"smtp_decode"},
    r"(cyaml|yaml)": {"app"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.M)


def faults(root):
    for folder, allowed in FOLDERS.items():
        for path in sorted((root / folder).rglob("*.[ch]")):
            for name in INCLUDE.findall(path.read_text()):
                where = "%s includes %s" % (path.relative_to(root), name)
                target = name.split("/")[0]
                if target in FOLDERS:
                    if "*" not in allowed and target not in allowed:
                        yield where
                    elif name not in ONLY.get((folder, target), {name}):
                        yield where + " (an inside)"
                    continue
                for library, folders in LIBRARIES.items():
                    if re.match(library, name) and folder not in folders:
                        yield where


def main():
    root = pathlib.Path(sys.argv[1])
    bad = list(faults(root))
    for line in bad:
        print(line)
    # The test must be able to see anything at all.
    assert any((root / "app").glob("*.c")), "no sources below %s" % root
    return 1 if bad else 0


sys.exit(main())
