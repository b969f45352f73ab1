/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_digest.h"

uint64_t text_word_hash(const void *p, size_t len)
{
	uint8_t padded[32] = {0};

	if (len == 0)
		return 0;
	if (len > 16)
		return XXH3_64bits(p, len);
	memcpy(padded, p, len);
	return text_word_hash_padded(padded, len);
}

static void words_init(struct text_words *w)
{
	w->exact = w->seen = w->head = 0;
	w->count = w->visible = 0; /* and nothing of the ring is read */
}

static void words_copy(struct text_words *to, const struct text_words *from)
{
	uint32_t n = from->visible < TEXT_DIGEST_EDGE ? from->visible : TEXT_DIGEST_EDGE;

	to->exact = from->exact;
	to->seen = from->seen;
	to->head = from->head;
	to->count = from->count;
	to->visible = from->visible;
	memcpy(to->last, from->last, n * sizeof(to->last[0]));
}

void text_digest_init(struct text_digest *d)
{
	d->parted = false;
	words_init(&d->all);
}

void text_digest_copy(struct text_digest *to, const struct text_digest *from)
{
	to->parted = from->parted;
	words_copy(&to->all, &from->all);
	if (from->parted)
		words_copy(&to->kept, &from->kept);
}

/* Up to where the ring has its TEXT_DIGEST_EDGE words for the first time; returns `seen` there. */
static uint64_t add_visible(struct text_words *w, const uint64_t *words, size_t n, uint64_t seen)
{
	uint32_t at = w->visible;

	for (size_t i = 0; i < n; i++) {
		seen = text_digest_chain(seen, words[i]);
		w->last[at++ % TEXT_DIGEST_EDGE] = (uint32_t)words[i];
	}
	w->visible = at;
	return seen;
}

void text_words_add(struct text_words *w, const uint64_t *words, size_t n, bool visible)
{
	bool all_visible = w->visible == w->count;
	uint64_t seen = all_visible ? w->exact : w->seen, exact = w->exact;

	if (visible) {
		size_t room = w->visible < TEXT_DIGEST_EDGE ? TEXT_DIGEST_EDGE - w->visible : 0;
		size_t first = n < room ? n : room;

		seen = add_visible(w, words, first, seen);
		if (first == room && room > 0)
			w->head = seen;
		seen = add_visible(w, words + first, n - first, seen);
	}
	if (visible && all_visible) {
		exact = seen;
	} else {
		for (size_t i = 0; i < n; i++)
			exact = text_digest_chain(exact, words[i]);
	}
	w->exact = exact;
	w->seen = seen;
	w->count += (uint32_t)n;
}

void text_digest_add(struct text_digest *d, const uint64_t *words, size_t n, unsigned int flags)
{
	bool visible = !(flags & TEXT_WORD_HIDDEN), stripped = flags & TEXT_WORD_STRIPPED;

	if (stripped && !d->parted) { /* the first that is */
		d->parted = true;
		words_copy(&d->kept, &d->all);
	}
	text_words_add(&d->all, words, n, visible);
	if (d->parted && !stripped)
		text_words_add(&d->kept, words, n, visible);
}

/* 0 stands for no digest. */
static uint64_t never_zero(uint64_t h)
{
	return h ? h : 1;
}

static uint64_t edges_of(const struct text_words *w)
{
	uint64_t h;
	uint32_t at = w->visible % TEXT_DIGEST_EDGE;

	if (w->visible <= TEXT_DIGEST_EDGE)
		return hash_mix(w->seen, w->visible);
	h = w->head;
	for (uint32_t i = 0; i < TEXT_DIGEST_EDGE; i++)
		h = text_digest_chain(h, w->last[(at + i) % TEXT_DIGEST_EDGE]);
	return hash_mix(h, TEXT_DIGEST_EDGE);
}

void text_digest_result(const struct text_digest *d, struct content_digest *ret)
{
	const struct text_words *w = &d->all;

	if (d->parted && d->kept.count >= TEXT_DIGEST_MIN_KEPT && d->kept.count * 3 >= w->count)
		w = &d->kept;
	ret->words = w->count;
	ret->exact = 0;
	ret->edges = 0;
	if (w->count >= TEXT_DIGEST_MIN_WORDS)
		ret->exact = never_zero(hash_mix(w->exact, w->count));
	if (w->visible >= TEXT_DIGEST_MIN_WORDS)
		ret->edges = never_zero(edges_of(w));
}
