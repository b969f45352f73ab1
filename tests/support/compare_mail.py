#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""smtp_decode/ beside Python's email package on real mails.

    compare_mail.py DUMP_MAIL CORPUS.tar.xz [--show N]

Reads every mail of the archive with both and prints, for each thing compared, how many agree; with
--show also the first N that do not. Fails where agreement falls below what it is known to be (the
rest was looked at one by one: see LEAST). Exit status 77 where the archive is not there.
"""
import argparse
import collections
import email
import email.header
import email.utils
import os
import re
import subprocess
import sys
import tarfile
import tempfile

# In a thousand. What is missing was looked at: comments behind Message-IDs, which are dropped here;
# Date zones like "+-0500", which Python takes for UTC; message/delivery-status, which Python takes
# for texts; base64 that lacks its pad and "==3D" in quoted-printable, which Python does not decode;
# four addresses whose display name is an address itself ("a@b.cz <a@b.cz>"), which the Pythons that
# parse addresses strictly refuse.
LEAST = {"message_id": 997, "subject": 999, "header_from": 998, "header_reply_to": 999,
         "date_time": 997, "texts": 998, "received": 999}


def dump(tool, paths):
    """A dictionary for each mail, with its texts as a list."""
    out = subprocess.run([tool], input="\n".join(paths).encode(), stdout=subprocess.PIPE,
                         check=True).stdout
    mails = []
    for line in out.decode().splitlines():
        key, _, value = line.partition(" ")
        if key == "file":
            mails.append({"texts": []})
        elif key in ("plain", "html"):
            mails[-1]["texts"].append((key, bytes.fromhex(value)))
        elif re.fullmatch(r"message_id|subject|header_\w+|date|content_type|charset", key):
            mails[-1][key] = bytes.fromhex(value)
        elif key in ("exact", "file", "attachment", "message", "url"):
            mails[-1][key] = value
        else:
            mails[-1][key] = int(value)
    return mails


def decoded(text):
    """A header's text with its encoded words decoded, as bytes."""
    text = re.sub(r"\r?\n", "", text)
    out = b""
    for part, charset in email.header.decode_header(text):
        if isinstance(part, str):
            part = part.encode("utf-8", "surrogateescape")
        if charset in (None, "unknown-8bit"):
            part = plain(part)
        elif charset and charset not in ("unknown-8bit", "us-ascii", "utf-8"):
            try:
                part = part.decode(alias(charset), "replace").encode()
            except LookupError:
                pass
        out += part
    return out.strip()


def plain(part):
    """Bytes beyond ASCII that are no UTF-8 are windows-1252 where they stand like accents."""
    try:
        part.decode()
    except UnicodeDecodeError:
        if not re.search(rb"[\x80-\xff]{3}", part):
            return part.decode("cp1252", "replace").encode()
    return part


def alias(charset):
    """What smtp_decode/ takes a label for (charset.c)."""
    charset = charset.lower()
    return {"iso-8859-1": "cp1252", "latin1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
            "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-8859-9": "cp1254",
            "shift_jis": "cp932"}.get(charset, charset)


def text_of(part):
    """A leaf's text in UTF-8."""
    raw = part.get_payload(decode=True) or b""
    charset = part.get_content_charset() or ""
    if charset in ("", "us-ascii", "utf-8", "utf8", "ascii"):
        return raw
    try:
        return raw.decode(alias(charset), "replace").encode()
    except (LookupError, UnicodeError):
        return raw


def raw(message, name):
    """The first field of that name as it stands, bytes that are no ASCII as surrogates."""
    return next((v for k, v in message.raw_items() if k.lower() == name.lower()), None)


def first_address(value):
    """The addr-spec of the first mailbox of a field."""
    pairs = email.utils.getaddresses([re.sub(r"\r?\n", "", value)])
    with_domain = [a for _, a in pairs if "@" in a]
    return (with_domain + [a for _, a in pairs] + [""])[0].encode("utf-8", "surrogateescape")


def reference(data):
    """The same dictionary by Python."""
    message = email.message_from_bytes(data)
    mail = {"texts": [], "received": len(message.get_all("Received", []))}
    for key, name in (("message_id", "Message-ID"), ("subject", "Subject")):
        if raw(message, name) is not None:
            mail[key] = decoded(raw(message, name))
    for key, name in (("header_from", "From"), ("header_reply_to", "Reply-To")):
        if raw(message, name) is not None:
            mail[key] = first_address(raw(message, name))
    try:
        when = email.utils.parsedate_to_datetime(raw(message, "Date")).timestamp()
        mail["date_time"] = max(int(when), 0)
    except (TypeError, ValueError, IndexError, OverflowError):
        mail["date_time"] = 0
    for part in message.walk():
        if part.is_multipart() or (part is not message and
                                   part.get_content_disposition() == "attachment"):
            continue
        if part.get_content_type() in ("text/plain", "text/html"):
            mail["texts"].append((part.get_content_subtype(), text_of(part)))
    return mail


def same(key, ours, theirs):
    """Blanks and characters that were replaced are not compared."""
    if key == "texts":
        return len(ours) == len(theirs) and all(
            a == c and same("text", b, d) for (a, b), (c, d) in zip(ours, theirs))
    if isinstance(ours, bytes) and isinstance(theirs, bytes):
        ours, theirs = (re.sub(rb"\s+|\xef\xbf\xbd", b"", x) for x in (ours, theirs))
        if key == "subject":
            ours, theirs = ours[:200], theirs[:200]
    return ours == theirs


def main():
    """Compares the mails of an archive."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dump_mail")
    parser.add_argument("corpus")
    parser.add_argument("--show", type=int, default=0)
    args = parser.parse_args()
    if not os.path.exists(args.corpus):
        print("no corpus")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(args.corpus) as archive:
            archive.extractall(folder)
        paths = sorted(os.path.join(d, f) for d, _, files in os.walk(folder) for f in files
                       if f.endswith(".txt"))
        for path in paths:  # as it is on the wire
            with open(path, "rb") as f:
                data = re.sub(rb"\r?\n", b"\r\n", f.read())
            with open(path, "wb") as f:
                f.write(data)
        ours = dump(args.dump_mail, paths)
        agree, differ = collections.Counter(), collections.defaultdict(list)
        for path, mail in zip(paths, ours):
            with open(path, "rb") as f:
                theirs = reference(f.read())
            for key in LEAST:
                if same(key, mail.get(key), theirs.get(key)):
                    agree[key] += 1
                else:
                    differ[key].append((os.path.basename(path), mail.get(key), theirs.get(key)))
    failed = False
    for key, least in LEAST.items():
        permille = agree[key] * 1000 // len(paths)
        failed |= permille < least
        print(f"{key:16} {agree[key]:6} of {len(paths)} agree{'' if permille >= least else ' !'}")
        for name, a, b in differ[key][:args.show]:
            print(f"    {name}\n        {str(a)[:300]}\n        {str(b)[:300]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
