/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a normalised text: what is kept of a stream of word hashes (contract 4.7).
 *
 * Two versions of the text are followed, since only its end tells which one counts: all of it, and
 * what is kept without quotes and footers. They part at the first word that is stripped. Nothing
 * but hashes of words comes in, so that other digests of the same words can stand beside these.
 */
#ifndef SMTP_DECODE_TEXT_DIGEST_H
#define SMTP_DECODE_TEXT_DIGEST_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "smtp_decode/message_record.h"

#define TEXT_DIGEST_EDGE 512    /* words at each end */
#define TEXT_DIGEST_MIN_WORDS 8 /* a shorter text has no digest */
#define TEXT_DIGEST_MIN_KEPT 24 /* and a third of all: then what is kept counts */

struct text_words {
	uint64_t exact;                  /* of all words */
	uint64_t seen;                   /* of the visible words */
	uint64_t head;                   /* of the first TEXT_DIGEST_EDGE visible words */
	uint32_t count;                  /* words */
	uint32_t visible;                /* of them */
	uint32_t last[TEXT_DIGEST_EDGE]; /* the latest visible, in a ring */
};

struct text_digest {
	bool parted;
	struct text_words all;
	struct text_words kept; /* only where they have parted */
};

enum text_word_flag {
	TEXT_WORD_HIDDEN = 1,   /* not visible: the host of a link */
	TEXT_WORD_STRIPPED = 2, /* in a quote or a footer */
};

/* Eight bytes at `p`, as a little-endian number. */
static inline uint64_t text_word_load(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline uint64_t text_word_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 m =
		(unsigned __int128)(a ^ 0x8ebc6af09c88c6e3u) * (b ^ 0x589965cc75374cc3u);

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

#define TEXT_WORD_PAD 15 /* bytes behind a word that text_word_hash_padded() may read */

/*
 * The hash of a word's bytes, of which there is one at least; TEXT_WORD_PAD bytes behind the word must be
 * readable and do not matter. Most words are short, and cost one multiplication.
 */
static inline uint64_t text_word_hash_padded(const void *p, size_t len)
{
	if (__builtin_expect(len <= 8, 1))
		return text_word_fold(text_word_load(p) & ~0ull >> (64 - 8 * len), len);
	if (__builtin_expect(len <= 16, 1))
		return text_word_fold(text_word_load(p),
			(text_word_load((const uint8_t *)p + 8) & ~0ull >> (128 - 8 * len)) +
				(uint64_t)len);
	return XXH3_64bits(p, len);
}

/* The same hash of bytes with nothing behind them; of none it is 0. */
uint64_t text_word_hash(const void *p, size_t len);

void text_digest_init(struct text_digest *d);
/* A copy that goes its own way. */
void text_digest_copy(struct text_digest *to, const struct text_digest *from);
static inline uint64_t text_digest_chain(uint64_t h, uint64_t word)
{
	return ((h << 23 | h >> 41) + word) * 0x9e3779b97f4a7c15u;
}

/* Adds `n` words, all visible or none. */
void text_words_add(struct text_words *w, const uint64_t *words, size_t n, bool visible);

/* Adds `n` words; `flags` (enum text_word_flag) are those of each. */
void text_digest_add(struct text_digest *d, const uint64_t *words, size_t n, unsigned int flags);

/* The digest so far; `text_bytes` is left as it is. */
void text_digest_result(const struct text_digest *d, struct content_digest *ret);

#endif
