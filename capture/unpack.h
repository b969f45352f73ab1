/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed files as streams of what is in them: gzip (RFC 1952) and Zstandard (RFC 8878). */
#ifndef CAPTURE_UNPACK_H
#define CAPTURE_UNPACK_H

#include <stdint.h>
#include <stdio.h>

enum unpack_kind {
	UNPACK_NONE, /* not compressed in a way that is known */
	UNPACK_GZIP,
	UNPACK_ZSTD,
};

/* By the first four bytes of a file. */
enum unpack_kind unpack_kind_of(const uint8_t magic[4]);

/*
 * A stream that reads `packed` and closes it in the end. Members or frames that
 * follow each other are read as one. Where the compression is damaged, or ends early, reading
 * gives what there was and then fails with EBADMSG. NULL where memory is short; `packed` is then
 * still the caller's.
 */
FILE *unpack_open(FILE *packed, enum unpack_kind kind);

#endif
