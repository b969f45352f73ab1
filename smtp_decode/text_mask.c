/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_mask.h"

#include <stdbool.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

void text_mask_block_plain(const uint8_t p[64], struct text_mask *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (int i = 0; i < 64; i++) {
		uint8_t c = p[i];
		uint64_t bit = 1ull << i;

		if (is_digit(c) || c >= 0x80)
			ret->odd |= bit;
		if ((c >= 'a' && c <= 'z') || (ret->odd & bit))
			ret->word |= bit;
		if (c == '-' || c == '_')
			ret->joiner |= bit;
		if (c == '@' || c == 1)
			ret->at |= bit;
		if (c == ':')
			ret->colon |= bit;
		if (c == '/')
			ret->slash |= bit;
		if (c == '.')
			ret->dot |= bit;
		if (c == 'w')
			ret->w |= bit;
	}
}

#ifdef __SSE2__

static uint64_t equal(const __m128i v[4], char c)
{
	__m128i k = _mm_set1_epi8(c);
	uint64_t m = 0;

	for (int i = 0; i < 4; i++)
		m |= (uint64_t)(uint16_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[i], k)) << (16 * i);
	return m;
}

/* Bytes from `first` on, `n` of them. */
static uint64_t within(const __m128i v[4], char first, char n)
{
	__m128i shift = _mm_set1_epi8((char)(-128 - first)),
		limit = _mm_set1_epi8((char)(-128 + n));
	uint64_t m = 0;

	for (int i = 0; i < 4; i++)
		m |= (uint64_t)(uint16_t)_mm_movemask_epi8(
			     _mm_cmplt_epi8(_mm_add_epi8(v[i], shift), limit))
		     << (16 * i);
	return m;
}

static uint64_t beyond_ascii(const __m128i v[4])
{
	uint64_t m = 0;

	for (int i = 0; i < 4; i++)
		m |= (uint64_t)(uint16_t)_mm_movemask_epi8(v[i]) << (16 * i);
	return m;
}

void text_mask_block(const uint8_t p[64], struct text_mask *ret)
{
	__m128i v[4];

	for (int i = 0; i < 4; i++)
		v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
	ret->odd = within(v, '0', 10) | beyond_ascii(v);
	ret->word = within(v, 'a', 26) | ret->odd;
	ret->joiner = equal(v, '-') | equal(v, '_');
	ret->at = equal(v, '@') | equal(v, 1);
	ret->colon = equal(v, ':');
	ret->slash = equal(v, '/');
	ret->dot = equal(v, '.');
	ret->w = equal(v, 'w');
}

#else

void text_mask_block(const uint8_t p[64], struct text_mask *ret)
{
	text_mask_block_plain(p, ret);
}

#endif
