/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_digest.h"

#include <string.h>

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

void text_digest_part(struct text_digest *d)
{
	d->parted = true;
	words_copy(&d->kept, &d->all);
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
