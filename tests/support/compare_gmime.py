#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""smtp_decode/ beside GMime on real mails: texts of leaves in UTF-8, attachments and their SHA-256.

    compare_gmime.py DUMP_MAIL DUMP_GMIME CORPUS.tar.xz [--show N]

Every mail of the archive is read by both. What differs must belong to a class of CLASSES, each of
which says what must be so in the mail for the two to part, and why ours is meant. Anything else
fails. Exit status 77 where the archive is not there.
"""
import argparse
import collections
import os
import re
import subprocess
import sys
import tarfile
import tempfile

LISTED = 16  # LIMIT_ATTACHMENTS

Text = collections.namedtuple("Text", "kind utf8 raw charset", defaults=(b"", "-"))
File = collections.namedtuple("File", "type size sha256 name")
Mail = collections.namedtuple("Mail", "texts files")


def unhex(word):
    return b"" if word == "-" else bytes.fromhex(word)


def dump(tool, paths):
    """The leaves of each mail."""
    out = subprocess.run([tool], input="\n".join(paths).encode(), stdout=subprocess.PIPE,
                         check=True).stdout
    mails = []
    for line in out.decode().splitlines():
        key, *words = line.split(" ")
        if key == "file":
            mails.append(Mail([], []))
        elif key in ("plain", "html"):
            words = [unhex(w) for w in words[:2]] + words[2:]
            mails[-1].texts.append(Text(key, *words))
        elif key == "attachment":
            mails[-1].files.append(File(words[0], int(words[1]), words[2], unhex(words[3])))
        elif key == "message":
            mails[-1].files.append(None)
    return mails


def windows_1252(ours, theirs, _mail):
    """Text that says it is Latin-1: bytes 0x80 to 0x9f are the windows-1252 marks that they are
    in real mail, GMime makes control characters of them."""
    if theirs.charset.lower() not in ("iso-8859-1", "latin1"):
        return False
    return ours.utf8.decode() == "".join(
        bytes([b]).decode("cp1252", "replace") for b in theirs.raw)


def no_ascii(ours, theirs, _mail):
    """Text that says it is ASCII and is not: we leave the bytes as they are, for the reader of
    words takes them for Latin-1 where they are no UTF-8; GMime drops them."""
    return (theirs.charset.lower() == "us-ascii" and ours.utf8 == theirs.raw and
            bytes(b for b in ours.utf8 if b < 0x80) == theirs.utf8)


def broken_characters(ours, theirs, _mail):
    """Bytes that are no character of the charset: U+FFFD for us, GMime passes them over, each
    in its way."""
    codec = {"ks_c_5601-1987": "cp949"}.get(theirs.charset.lower(), theirs.charset)
    try:
        theirs.raw.decode(codec)
        return False
    except UnicodeDecodeError:
        return "\ufffd" in ours.utf8.decode()


def with_nul(ours, theirs, _mail):
    """A text with a NUL in it: GMime hands it on as a C string, which ends there."""
    return b"\0" in ours.utf8 and ours.utf8.split(b"\0")[0] == theirs.utf8


def equals_signs(ours, theirs, mail):
    """Rows of '=' in quoted-printable: each may begin an escape or a soft line break for us (RFC
    2045 6.7), GMime takes them in pairs as they stand."""
    return (re.search(rb"==(\r\n|3D)", mail) is not None and
            re.sub(rb"[=\r\n]", b"", ours.utf8) == re.sub(rb"[=\r\n]|3D", b"", theirs.utf8))


TEXT_CLASSES = (with_nul, windows_1252, no_ascii, broken_characters, equals_signs)


def more_than_listed(ours, theirs, _mail):
    """We list the first LIMIT_ATTACHMENTS."""
    return len(ours.files) == LISTED and theirs.files[:LISTED] == ours.files


def short_quantum(ours, theirs, mail):
    """Base64 that ends without its pad: we take the byte or two that its last characters hold,
    GMime drops them."""
    if [f and (f.type, f.name) for f in ours.files] != [f and (f.type, f.name)
                                                       for f in theirs.files]:
        return False
    short = [len(re.sub(rb"\s", b"", m)) % 4 > 1
             for m in re.findall(rb"\r\n\r\n((?:[A-Za-z0-9+/]{4,}\r\n)+)\s*--", mail)]
    differ = [(a, b) for a, b in zip(ours.files, theirs.files) if a != b]
    return sum(short) >= len(differ) and all(0 < a.size - b.size < 3 for a, b in differ)


FILE_CLASSES = (more_than_listed, short_quantum)


def compare(ours, theirs, mail):
    """Yields a class, or None and what differs."""
    if [t.kind for t in ours.texts] != [t.kind for t in theirs.texts]:
        yield None, [t.kind for t in ours.texts], [t.kind for t in theirs.texts]
        return
    for a, b in zip(ours.texts, theirs.texts):
        if a.utf8 != b.utf8:
            yield next((c for c in TEXT_CLASSES if c(a, b, mail)), None), a, b
    if ours.files != theirs.files:
        yield (next((c for c in FILE_CLASSES if c(ours, theirs, mail)), None), ours.files,
               theirs.files)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dump_mail")
    parser.add_argument("dump_gmime")
    parser.add_argument("corpus")
    parser.add_argument("--show", type=int, default=3)
    args = parser.parse_args()
    if not os.path.exists(args.corpus):
        print(f"no corpus of mails at {args.corpus}: nothing to compare")
        return 77
    counts, unexplained = collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(args.corpus) as archive:
            archive.extractall(folder)
        paths = sorted(os.path.join(d, f) for d, _, files in os.walk(folder) for f in files
                       if f.endswith(".txt"))
        mails = []
        for path in paths:  # as it is on the wire
            with open(path, "rb") as f:
                mails.append(re.sub(rb"\r?\n", b"\r\n", f.read()))
            with open(path, "wb") as f:
                f.write(mails[-1])
        ours, theirs = dump(args.dump_mail, paths), dump(args.dump_gmime, paths)
    for path, mail, a, b in zip(paths, mails, ours, theirs):
        counts["texts"] += len(b.texts)
        counts["attachments and messages"] += len(b.files)
        for found, *what in compare(a, b, mail):
            if found:
                counts[found.__name__] += 1
            else:
                unexplained.append((os.path.basename(path), what))
    print(f"{len(paths)} mails")
    for name, count in counts.items():
        print(f"{count:6} {name}")
    print(f"{len(unexplained):6} unexplained")
    for name, what in unexplained[:args.show]:
        print(f"    {name}")
        for side in what:
            print(f"        {str(side)[:300]}")
    return 1 if unexplained or len(ours) != len(paths) or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
