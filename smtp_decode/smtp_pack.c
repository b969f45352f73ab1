/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_pack.h"

#include <assert.h>
#include <string.h>

/*
 * Words come in groups of eight. A group is a byte that says which of them differ from the base;
 * a run of groups of which none does is a zero and their number. Of a word that differs, a byte
 * says how many of its low bytes are zero and how many follow; those are written, lowest first: of
 * the difference, or of the word itself where that is shorter.
 */
#define GROUP 8
#define RUN 255
#define ITSELF 0x80

/* The most that a group takes. */
#define GROUP_MAX (1 + GROUP * 9)

static uint64_t word_at(const uint64_t *words, size_t i)
{
	return words ? words[i] : 0;
}

/* `w` is not zero. */
static unsigned int zeros_below(uint64_t w)
{
	return (unsigned int)__builtin_ctzll(w) / 8;
}

static unsigned int bytes_of(uint64_t w)
{
	return 8 - zeros_below(w) - (unsigned int)__builtin_clzll(w) / 8;
}

static void put_word(struct smtp_pack *p, uint64_t w, uint64_t base)
{
	uint64_t differs = w ^ base;
	bool itself = base != 0 && w != 0 && bytes_of(w) < bytes_of(differs);
	unsigned int low, n;

	if (!itself)
		w = differs;
	low = zeros_below(w);
	n = bytes_of(w);
	*p->at++ = (uint8_t)((itself ? ITSELF : 0) | low << 4 | n);
	w >>= low * 8;
	memcpy(p->at, &w, sizeof(w));
	p->at += n;
}

static uint64_t get_word(struct smtp_pack *p, uint64_t base)
{
	unsigned int low = *p->at >> 4 & 7, n = *p->at & 15;
	bool itself = *p->at & ITSELF;
	uint64_t w;

	p->at++;
	memcpy(&w, p->at, sizeof(w));
	p->at += n;
	if (n < 8)
		w &= (1ull << n * 8) - 1;
	w <<= low * 8;
	return itself ? w : w ^ base;
}

static void put_run(struct smtp_pack *p, unsigned int groups)
{
	if (groups == 0)
		return;
	*p->at++ = 0;
	*p->at++ = (uint8_t)groups;
}

static void put_words(struct smtp_pack *p, const uint64_t *words, const uint64_t *base, size_t n)
{
	unsigned int run = 0;

	for (size_t i = 0; i < n; i += GROUP) {
		size_t count = n - i < GROUP ? n - i : GROUP;
		unsigned int mask = 0;

		if ((size_t)(p->end - p->at) < GROUP_MAX + SMTP_PACK_SLACK) {
			p->failed = true;
			return;
		}
		for (size_t k = 0; k < count; k++)
			mask |= (unsigned int)(words[i + k] != word_at(base, i + k)) << k;
		if (mask == 0 && ++run < RUN)
			continue;
		put_run(p, run);
		run = 0;
		if (mask == 0)
			continue;
		*p->at++ = (uint8_t)mask;
		for (; mask; mask &= mask - 1)
			put_word(p, words[i + (size_t)__builtin_ctz(mask)],
				word_at(base, i + (size_t)__builtin_ctz(mask)));
	}
	put_run(p, run);
}

static void get_words(struct smtp_pack *p, uint64_t *words, const uint64_t *base, size_t n)
{
	if (base)
		memcpy(words, base, n * sizeof(*words));
	else
		memset(words, 0, n * sizeof(*words));
	for (size_t i = 0; i < n;) {
		unsigned int mask = *p->at++;

		if (mask == 0) {
			i += (size_t)*p->at++ * GROUP;
			continue;
		}
		for (; mask; mask &= mask - 1) {
			uint64_t *w = &words[i + (size_t)__builtin_ctz(mask)];

			*w = get_word(p, *w);
		}
		i += GROUP;
	}
}

void smtp_pack_words(struct smtp_pack *p, void *words, const void *base, size_t n)
{
	assert(n % sizeof(uint64_t) == 0);
	if (p->failed || n == 0)
		return;
	if (p->out)
		put_words(p, words, base, n / sizeof(uint64_t));
	else
		get_words(p, words, base, n / sizeof(uint64_t));
}

void smtp_pack_bytes(struct smtp_pack *p, void *bytes, size_t n)
{
	if (p->failed || n == 0)
		return;
	if ((size_t)(p->end - p->at) < n) {
		assert(p->out);
		p->failed = true;
		return;
	}
	if (p->out)
		memcpy(p->at, bytes, n);
	else
		memcpy(bytes, p->at, n);
	p->at += n;
}
