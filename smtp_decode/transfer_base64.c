/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/transfer_base64.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define PIECE 1024 /* bytes that go through both steps at a time */

/* A character's value with this bit; 0 is no character of the alphabet. */
#define VALID 0x40
#define OF(v) (VALID + (v))

/* clang-format off */
static const uint8_t values[256] = {
	['A'] =
	OF(0), OF(1), OF(2), OF(3), OF(4), OF(5), OF(6), OF(7), OF(8),
	OF(9), OF(10), OF(11), OF(12), OF(13), OF(14), OF(15), OF(16), OF(17),
	OF(18), OF(19), OF(20), OF(21), OF(22), OF(23), OF(24), OF(25),
	['a'] =
	OF(26), OF(27), OF(28), OF(29), OF(30), OF(31), OF(32), OF(33), OF(34),
	OF(35), OF(36), OF(37), OF(38), OF(39), OF(40), OF(41), OF(42), OF(43),
	OF(44), OF(45), OF(46), OF(47), OF(48), OF(49), OF(50), OF(51),
	['0'] =
	OF(52), OF(53), OF(54), OF(55), OF(56), OF(57), OF(58), OF(59), OF(60),
	OF(61),
	['+'] = OF(62),
	['/'] = OF(63),
};
/* clang-format on */

#ifdef __SSE2__
#define BLOCK 16

/* 0xff where `low` <= c < `low` + `count`. */
static inline __m128i in_range(__m128i c, char low, char count)
{
	__m128i d = _mm_sub_epi8(c, _mm_set1_epi8(low));

	return _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8((char)(count - 1))), d);
}

/* A bit for each byte of the block that is not of the alphabet. */
static inline unsigned int strangers(const uint8_t *p)
{
	__m128i c = _mm_loadu_si128((const __m128i *)p);
	__m128i letter = in_range(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 26);
	__m128i other = _mm_or_si128(
		in_range(c, '/', 11), _mm_cmpeq_epi8(c, _mm_set1_epi8('+'))); /* '/', digits */

	/* 0x20 makes no letter of what is none: '@' and '[' become '`' and '{'. */
	return (unsigned int)_mm_movemask_epi8(_mm_or_si128(letter, other)) ^ 0xffff;
}

/* The same for 32 bytes, in_range() written out. */
__attribute__((target("avx2"))) static inline unsigned int strangers_avx2(__m256i c)
{
	__m256i letter =
		_mm256_sub_epi8(_mm256_or_si256(c, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));
	__m256i other = _mm256_sub_epi8(c, _mm256_set1_epi8('/'));

	letter = _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(25)), letter);
	other = _mm256_cmpeq_epi8(_mm256_min_epu8(other, _mm256_set1_epi8(10)), other);
	other = _mm256_or_si256(other, _mm256_cmpeq_epi8(c, _mm256_set1_epi8('+')));
	return ~(unsigned int)_mm256_movemask_epi8(_mm256_or_si256(letter, other));
}

/* Passes over a line end at `*p`. False where something else stands there. */
static inline bool skip_line_end(const uint8_t **p, const uint8_t *end)
{
	if (end - *p < 2 || (*p)[0] != '\r' || (*p)[1] != '\n')
		return false;
	*p += 2;
	return true;
}

__attribute__((target("avx2"))) static size_t copy_avx2(
	const uint8_t **in, const uint8_t *end, uint8_t *out)
{
	const uint8_t *p = *in;
	uint8_t *o = out;

	while (end - p >= 32) {
		__m256i c = _mm256_loadu_si256((const __m256i *)p);
		unsigned int strange = strangers_avx2(c);
		unsigned int n = strange ? (unsigned int)__builtin_ctz(strange) : 32;

		_mm256_storeu_si256((__m256i *)o, c);
		o += n;
		p += n;
		if (strange && !skip_line_end(&p, end))
			break;
	}
	*in = p;
	return (size_t)(o - out);
}

static size_t copy_sse2(const uint8_t **in, const uint8_t *end, uint8_t *out)
{
	const uint8_t *p = *in;
	uint8_t *o = out;

	while (end - p >= BLOCK) {
		unsigned int strange = strangers(p);
		unsigned int n = strange ? (unsigned int)__builtin_ctz(strange) : BLOCK;

		_mm_storeu_si128((__m128i *)o, _mm_loadu_si128((const __m128i *)p));
		o += n;
		p += n;
		if (strange && !skip_line_end(&p, end))
			break;
	}
	*in = p;
	return (size_t)(o - out);
}

/* Copies what is of the alphabet, until less than a block is left or something else but a line end
 * comes. Moves *in on; returns the bytes written. */
static size_t copy_blocks(const uint8_t **in, const uint8_t *end, uint8_t *out)
{
	return __builtin_cpu_supports("avx2") ? copy_avx2(in, end, out) : copy_sse2(in, end, out);
}

/* The values of 16 characters of the alphabet. */
static inline __m128i values_of(__m128i c)
{
	__m128i upper = in_range(c, 'A', 26), lower = in_range(c, 'a', 26);
	__m128i digit = in_range(c, '0', 10), slash = _mm_cmpeq_epi8(c, _mm_set1_epi8('/'));
	__m128i plus = _mm_cmpeq_epi8(c, _mm_set1_epi8('+'));
	__m128i shift = _mm_or_si128(_mm_and_si128(upper, _mm_set1_epi8(0 - 'A')),
		_mm_and_si128(lower, _mm_set1_epi8(26 - 'a')));

	shift = _mm_or_si128(shift, _mm_and_si128(digit, _mm_set1_epi8(52 - '0')));
	shift = _mm_or_si128(shift, _mm_and_si128(plus, _mm_set1_epi8(62 - '+')));
	shift = _mm_or_si128(shift, _mm_and_si128(slash, _mm_set1_epi8(63 - '/')));
	return _mm_add_epi8(c, shift);
}

/* 6 bytes out of two quanta, the first in the low half; 8 are written. */
static inline void put_two(uint64_t quanta, uint8_t *out)
{
	uint64_t v = __builtin_bswap64(quanta << 40 | quanta >> 32 << 16);

	memcpy(out, &v, 8);
}

/*
 * The same, 32 characters at a time: what is to be added is looked up by the high half of a
 * character ('/' alone needs less than '+'), values are joined by multiplication, and their bytes
 * put in order. Writes 32 bytes for each 24.
 */
__attribute__((target("avx2"))) static size_t decode_avx2(const uint8_t *p, size_t n, uint8_t *out)
{
	const __m256i shift = _mm256_broadcastsi128_si256(_mm_setr_epi8(
		0, 0, 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0));
	const __m256i order = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
	const __m256i pack = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
	const __m256i less = _mm256_set1_epi8(63 - '/' - (62 - '+'));
	size_t i = 0;

	for (; i + 32 <= n; i += 32, out += 24) {
		__m256i c = _mm256_loadu_si256((const __m256i *)(p + i));
		__m256i high = _mm256_and_si256(_mm256_srli_epi16(c, 4), _mm256_set1_epi8(0x0f));
		__m256i slash = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('/'));
		__m256i v = _mm256_add_epi8(c, _mm256_shuffle_epi8(shift, high));
		__m256i twelve, q;

		v = _mm256_add_epi8(v, _mm256_and_si256(slash, less));
		twelve = _mm256_maddubs_epi16(v, _mm256_set1_epi16(1 << 8 | 1 << 6));
		q = _mm256_madd_epi16(twelve, _mm256_set1_epi32(1 << 16 | 1 << 12));
		q = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(q, order), pack);
		_mm256_storeu_si256((__m256i *)out, q);
	}
	return i;
}

/* Whole blocks of characters; returns the characters taken. */
static size_t decode_blocks(const uint8_t *p, size_t n, uint8_t *out)
{
	size_t i = __builtin_cpu_supports("avx2") ? decode_avx2(p, n, out) : 0;

	out += i / 4 * 3;
	for (; i + BLOCK <= n; i += BLOCK, out += BLOCK / 4 * 3) {
		__m128i v = values_of(_mm_loadu_si128((const __m128i *)(p + i)));
		/* pairs to 12 bits, pairs of those to 24 */
		__m128i twelve =
			_mm_or_si128(_mm_slli_epi16(_mm_and_si128(v, _mm_set1_epi16(0xff)), 6),
				_mm_srli_epi16(v, 8));
		__m128i q = _mm_madd_epi16(twelve, _mm_set1_epi32(1 << 16 | 1 << 12));

		put_two((uint64_t)_mm_cvtsi128_si64(q), out);
		put_two((uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(q, q)), out + 6);
	}
	return i;
}
#else
static size_t copy_blocks(const uint8_t **in, const uint8_t *end, uint8_t *out)
{
	return 0;
}

static size_t decode_blocks(const uint8_t *p, size_t n, uint8_t *out)
{
	return 0;
}
#endif

size_t transfer_base64_chars(struct transfer_base64 *t, struct span in, uint8_t *out)
{
	const uint8_t *p = in.p, *end = p + in.len;
	uint8_t *o = out;

	while (p < end && !t->ended) {
		o += copy_blocks(&p, end, o);
		if (p == end)
			break;
		if (values[*p] & VALID)
			*o++ = *p;
		else if (*p == '=' && ((t->strained + (size_t)(o - out)) & 3) >= 2)
			t->ended = true;
		p++;
	}
	t->strained = (uint8_t)((t->strained + (size_t)(o - out)) & 3);
	return (size_t)(o - out);
}

/* One character more. */
static uint8_t *put_char(struct transfer_base64 *t, uint8_t c, uint8_t *o)
{
	t->bits = t->bits << 6 | (values[c] - VALID);
	if (++t->held < 4)
		return o;
	*o++ = (uint8_t)(t->bits >> 16);
	*o++ = (uint8_t)(t->bits >> 8);
	*o++ = (uint8_t)t->bits;
	t->bits = 0;
	t->held = 0;
	return o;
}

size_t transfer_base64_bytes(struct transfer_base64 *t, struct span chars, uint8_t *out)
{
	const uint8_t *p = chars.p, *end = p + chars.len;
	uint8_t *o = out;
	size_t n;

	while (t->held > 0 && p < end)
		o = put_char(t, *p++, o);
	n = decode_blocks(p, (size_t)(end - p), o);
	o += n / 4 * 3;
	p += n;
	while (p < end)
		o = put_char(t, *p++, o);
	return (size_t)(o - out);
}

/* Writes what a short quantum holds. */
static size_t flush(struct transfer_base64 *t, uint8_t *out)
{
	size_t n = t->held > 1 ? t->held - 1u : 0;

	if (n > 0)
		out[0] = (uint8_t)(t->held == 2 ? t->bits >> 4 : t->bits >> 10);
	if (n > 1)
		out[1] = (uint8_t)(t->bits >> 2);
	t->bits = 0;
	t->held = 0;
	return n;
}

size_t transfer_base64_end(struct transfer_base64 *t, uint8_t *out)
{
	size_t n = flush(t, out);

	*t = (struct transfer_base64){0};
	return n;
}

size_t transfer_base64_decode(struct transfer_base64 *t, struct span in, uint8_t *out)
{
	uint8_t chars[TRANSFER_BASE64_CHARS_ROOM(PIECE)];
	uint8_t *o = out;

	while (in.len > 0 && !t->ended) {
		struct span piece = span_head(in, PIECE);
		size_t n = transfer_base64_chars(t, piece, chars);

		o += transfer_base64_bytes(t, span_of(chars, n), o);
		in = span_skip(in, piece.len);
	}
	if (t->ended)
		o += flush(t, o);
	return (size_t)(o - out);
}
