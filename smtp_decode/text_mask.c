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
		if (c == '@' || c == '/' || c == '.' || c == 1)
			ret->mark |= bit;
	}
}

#ifdef __SSE2__

static uint64_t bits_of(__m128i v, int i)
{
	return (uint64_t)(uint16_t)_mm_movemask_epi8(v) << (16 * i);
}

static __m128i either(__m128i v, char a, char b)
{
	return _mm_or_si128(
		_mm_cmpeq_epi8(v, _mm_set1_epi8(a)), _mm_cmpeq_epi8(v, _mm_set1_epi8(b)));
}

/* Bytes from `first` on, `n` of them. */
static __m128i within(__m128i v, char first, char n)
{
	__m128i from_least = _mm_add_epi8(v, _mm_set1_epi8((char)(-128 - first)));

	return _mm_cmplt_epi8(from_least, _mm_set1_epi8((char)(-128 + n)));
}

void text_mask_block(const uint8_t p[64], struct text_mask *ret)
{
	struct text_mask m = {0};

	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		/* movemask takes the top bit: what is beyond ASCII has it already */
		__m128i odd = _mm_or_si128(within(v, '0', 10), v);

		m.odd |= bits_of(odd, i);
		m.word |= bits_of(_mm_or_si128(within(v, 'a', 26), odd), i);
		m.joiner |= bits_of(either(v, '-', '_'), i);
		m.mark |= bits_of(_mm_or_si128(either(v, '@', 1), either(v, '/', '.')), i);
	}
	*ret = m;
}

#else

void text_mask_block(const uint8_t p[64], struct text_mask *ret)
{
	text_mask_block_plain(p, ret);
}

#endif
