/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session holds as few bytes, and back, without loss: a session that is silent is packed so
 * until its next packet. Most of it is as at the start or zero; only what differs is written.
 *
 * One function of each part describes it for both ways, which cannot come apart then: it is called
 * with `out` set to write the part and to free what it holds elsewhere, and with `out` not set to
 * take the same back. A pointer to what is held is replaced by SMTP_PACKED meanwhile.
 */
#ifndef SMTP_DECODE_SMTP_PACK_H
#define SMTP_DECODE_SMTP_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct smtp_pack {
	uint8_t *at, *end; /* of the bytes */
	bool out;          /* they are written */
	bool failed;       /* no room for them, or no memory for what they say */
};

#define SMTP_PACKED ((void *)1)
/* Bytes behind the end of what is read that may be looked at. */
#define SMTP_PACK_SLACK 8

/* `n` bytes, a multiple of 8, at a place aligned for uint64_t; `base` is what most of them are, or
 * NULL for zero. */
void smtp_pack_words(struct smtp_pack *p, void *words, const void *base, size_t n);
/* `n` bytes as they are. */
void smtp_pack_bytes(struct smtp_pack *p, void *bytes, size_t n);

#endif
