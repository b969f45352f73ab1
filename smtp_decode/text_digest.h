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

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "smtp_decode/message_record.h"

#define TEXT_DIGEST_EDGE 512    /* words at each end */
#define TEXT_DIGEST_MIN_WORDS 8 /* a shorter text has no digest */
#define TEXT_DIGEST_MIN_KEPT 24 /* and a third of all: then what is kept counts */

struct text_words {
	uint64_t exact;                  /* of all words */
	uint64_t seen;                   /* of the visible words */
	uint64_t head;                   /* `seen` as it was behind the first TEXT_DIGEST_EDGE */
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

/* The hash of a word's bytes. */
static inline uint64_t text_word_hash(const void *p, size_t len)
{
	return XXH3_64bits(p, len);
}

void text_digest_init(struct text_digest *d);
/* A copy that goes its own way. */
void text_digest_copy(struct text_digest *to, const struct text_digest *from);
/* For the first word that is stripped. */
void text_digest_part(struct text_digest *d);

static inline uint64_t text_digest_chain(uint64_t h, uint64_t word)
{
	return ((h << 23 | h >> 41) + word) * 0x9e3779b97f4a7c15u;
}

static inline void text_words_add(struct text_words *w, uint64_t word, bool visible)
{
	w->exact = text_digest_chain(w->exact, word);
	w->count++;
	if (!visible)
		return;
	w->seen = text_digest_chain(w->seen, word);
	w->last[w->visible++ % TEXT_DIGEST_EDGE] = (uint32_t)word;
	if (w->visible == TEXT_DIGEST_EDGE)
		w->head = w->seen;
}

static inline void text_digest_add(struct text_digest *d, uint64_t word, unsigned int flags)
{
	if (__builtin_expect((flags & TEXT_WORD_STRIPPED) && !d->parted, 0))
		text_digest_part(d);
	text_words_add(&d->all, word, !(flags & TEXT_WORD_HIDDEN));
	if (d->parted && !(flags & TEXT_WORD_STRIPPED))
		text_words_add(&d->kept, word, !(flags & TEXT_WORD_HIDDEN));
}

/* The digest so far; `text_bytes` is left as it is. */
void text_digest_result(const struct text_digest *d, struct content_digest *ret);

#endif
