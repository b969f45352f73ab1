/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which charset a label means (RFC 2045, IANA's register, WHATWG Encoding 4.2): only these are
 * decoded, so that a mail chooses no converter of the system by itself. All that glibc's iconv
 * lists are there, by all of their names, but
 *
 *   ISO-2022-CN-EXT        never seen in mail; its converter is known for CVE-2024-2961
 *   IBM 930, 933, 935, 937, 939, 1364, 1371, 1388, 1390, 1399
 *                          EBCDIC of two bytes with shifts: of hosts, not of mail; their
 *                          converters are known for crashes and endless loops (CVE-2014-6040,
 *                          CVE-2020-27618)
 *   UTF-7-IMAP             names of mailboxes (RFC 3501 5.1.3), no text
 *   TSCII                  what its converter makes of broken input hangs on where that is cut
 *   WCHAR_T, OSF...        names that only programs and the OSF's register use
 *   us, uk, de, fr, ...    countries: a mail that gives one as its charset names no charset by it
 *   x-user-defined         the reader's choice
 *
 * Labels are compared by their letters and digits, case ignored: "ISO_8859-1", "iso8859-1". "x-"
 * and "cs" in front, and what stands for a number of a code page (cp, ibm, windows, win, dos, ms)
 * make no difference where the label means nothing as it stands.
 */
#ifndef SMTP_DECODE_CHARSET_LABEL_H
#define SMTP_DECODE_CHARSET_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define CHARSET_LABEL_MAX 40
#define CHARSET_LABEL_SLOTS 1024
#define CHARSET_NAME_MAX 20 /* of iconv's names */

enum charset_kind {
	CHARSET_IDENTITY, /* UTF-8, US-ASCII: as it is, unchecked */
	CHARSET_TABLE,    /* a byte a character */
	CHARSET_PAIRS,    /* two bytes, mostly (charset_pair.h) */
	CHARSET_ICONV,
	CHARSET_HZ,      /* as GB 18030 */
	CHARSET_2022_JP, /* these: charset_2022.h */
	CHARSET_2022_KR,
	CHARSET_2022_CN,
	CHARSET_UTF7,
	CHARSET_UTF16, /* its first bytes may tell their order */
	CHARSET_UTF16BE,
	CHARSET_UTF16LE,
	CHARSET_UTF32,
	CHARSET_UTF32BE,
	CHARSET_UTF32LE,
};

struct charset_label {
	enum charset_kind kind;
	uint16_t number;                 /* of the charset, < charset_label_count() */
	char name[CHARSET_NAME_MAX + 1]; /* iconv's; empty where that is not asked */
};

/* Where labels lie in the table (charset_label_table.h). */
struct charset_labels {
	struct {
		uint16_t row; /* its number and 1; 0: empty */
		uint8_t off, len;
	} slots[CHARSET_LABEL_SLOTS];
};

void charset_labels_init(struct charset_labels *l);

size_t charset_label_count(void);

/* False where the label means no charset that is decoded. */
bool charset_label_find(
	const struct charset_labels *l, struct span label, struct charset_label *ret);

#endif
