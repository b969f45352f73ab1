/* SPDX-License-Identifier: Apache-2.0 */
/* memchr() for one of three bytes. */
#ifndef SMTP_DECODE_TEXT_FIND_H
#define SMTP_DECODE_TEXT_FIND_H

#include "base/span.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Index of the first byte of `s` that is `a`, `b` or `c`; s.len where there is none. */
static inline size_t text_find(struct span s, char a, char b, char c)
{
	size_t i = 0;

#ifdef __SSE2__
	const __m128i ka = _mm_set1_epi8(a), kb = _mm_set1_epi8(b), kc = _mm_set1_epi8(c);

	for (; i + 16 <= s.len; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
		__m128i m = _mm_or_si128(_mm_cmpeq_epi8(v, ka),
			_mm_or_si128(_mm_cmpeq_epi8(v, kb), _mm_cmpeq_epi8(v, kc)));
		int bits = _mm_movemask_epi8(m);

		if (bits)
			return i + (size_t)__builtin_ctz((unsigned int)bits);
	}
#endif
	while (i < s.len && s.p[i] != (uint8_t)a && s.p[i] != (uint8_t)b && s.p[i] != (uint8_t)c)
		i++;
	return i;
}

#endif
