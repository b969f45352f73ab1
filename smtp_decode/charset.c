/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset.h"

#include <assert.h>
#include <string.h>

#define HZ_PIECE 16   /* bytes of HZ at a time, for the least room */
#define PAIR_PIECE 32 /* bytes that go through iconv where the table of pairs ends */

static_assert(CHARSET_ICONV_ROOM < CHARSET_ROOM && CHARSET_2022_ROOM < CHARSET_ROOM, "room");

size_t charset_whole(const char *p, size_t len)
{
	size_t n = len;

	while (n > 0 && len - n < 4 && ((uint8_t)p[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (uint8_t)p[n - 1] >= 0xc0) {
		uint8_t lead = (uint8_t)p[n - 1];
		size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

		if (len - (n - 1) < want)
			return n - 1;
	}
	return len;
}

/* False where tables or converters cannot be had. */
static bool begin(struct charset_decoder *d, const struct charset_label *l)
{
	switch (l->kind) {
	case CHARSET_IDENTITY:
	case CHARSET_UTF7:
		return true;
	case CHARSET_TABLE:
		return (d->table = charset_store_table(d->cs, l)) != NULL;
	case CHARSET_PAIRS:
	case CHARSET_HZ:
		d->pairs = charset_store_pairs(d->cs, charset_pair_find(l->name));
		return d->pairs != NULL;
	case CHARSET_ICONV:
		return (d->conv = charset_store_take(d->cs, l->name)) != NULL;
	case CHARSET_2022_JP:
	case CHARSET_2022_KR:
	case CHARSET_2022_CN:
		charset_2022_init(&d->iso2022, l->kind);
		return true;
	case CHARSET_UTF16:
	case CHARSET_UTF16BE:
	case CHARSET_UTF16LE:
		charset_utf16_init(&d->utf16, 2, (enum charset_order)(l->kind - CHARSET_UTF16));
		return true;
	case CHARSET_UTF32:
	case CHARSET_UTF32BE:
	case CHARSET_UTF32LE:
		charset_utf16_init(&d->utf16, 4, (enum charset_order)(l->kind - CHARSET_UTF32));
		return true;
	}
	return false;
}

bool charset_begin(struct charset_decoder *d, struct charsets *cs, struct span label)
{
	struct charset_label l;

	*d = (struct charset_decoder){.cs = cs};
	if (label.len == 0)
		return true;
	if (!charset_label_find(&cs->labels, label, &l)) {
		cs->unknown++;
		return false;
	}
	d->kind = l.kind;
	if (!begin(d, &l))
		*d = (struct charset_decoder){.cs = cs};
	return true;
}

static size_t decode_identity(struct span *in, char *out, size_t size)
{
	size_t n = in->len < size ? in->len : size;

	if (n > 0)
		memcpy(out, in->p, n);
	*in = span_skip(*in, n);
	return n;
}

static size_t decode_table(const uint16_t *table, struct span *in, char *out, size_t size)
{
	const uint8_t *p = in->p, *end = p + in->len;
	char *o = out, *room = out + size - 3;

	for (; p < end && o <= room; p++)
		o += charset_put_utf8(table[*p], o);
	*in = span_skip(*in, (size_t)(p - in->p));
	return (size_t)(o - out);
}

/* By the table of pairs; past what is none through iconv, to where it is between two characters. */
static size_t decode_pairs(struct charset_decoder *d, struct span *in, char *out, size_t size)
{
	struct charset_conv *c = d->pairs->conv;
	size_t n = 0;

	for (;;) {
		struct span piece;
		size_t len;

		if (d->carry.len == 0)
			n += charset_pair_decode(d->pairs->table, c->cd, in, out + n, size - n);
		if (in->len == 0 || size - n < CHARSET_ICONV_ROOM)
			return n;
		piece = span_head(*in, PAIR_PIECE);
		len = piece.len;
		n += charset_iconv_decode(&d->carry, c, &piece, out + n, size - n);
		*in = span_skip(*in, len - piece.len);
	}
}

static size_t decode_hz(struct charset_decoder *d, struct span *in, char *out, size_t size)
{
	uint8_t gb[CHARSET_HZ_ROOM(HZ_PIECE)];
	struct span piece = span_head(*in, HZ_PIECE), s;
	size_t n = 0;

	s = span_of(gb, charset_hz_convert(&d->hz, piece, gb));
	/* With what is carried, some twenty bytes: whatever they are, three bytes for each leave
	 * the room that is wanted. */
	while (s.len > 0)
		n += decode_pairs(d, &s, out + n, size - n);
	*in = span_skip(*in, piece.len);
	return n;
}

size_t charset_decode(struct charset_decoder *d, struct span *in, char *out, size_t size)
{
	switch (d->kind) {
	case CHARSET_TABLE:
		return decode_table(d->table, in, out, size);
	case CHARSET_PAIRS:
		return decode_pairs(d, in, out, size);
	case CHARSET_HZ:
		return decode_hz(d, in, out, size);
	case CHARSET_ICONV:
		return charset_iconv_decode(&d->carry, d->conv, in, out, size);
	case CHARSET_2022_JP:
	case CHARSET_2022_KR:
	case CHARSET_2022_CN:
		return charset_2022_decode(&d->iso2022, d->cs, in, out, size);
	case CHARSET_UTF7:
		return charset_utf7_decode(&d->utf7, in, out, size);
	case CHARSET_UTF16:
	case CHARSET_UTF16BE:
	case CHARSET_UTF16LE:
	case CHARSET_UTF32:
	case CHARSET_UTF32BE:
	case CHARSET_UTF32LE:
		return charset_utf16_decode(&d->utf16, in, out, size);
	case CHARSET_IDENTITY:
		break;
	}
	return decode_identity(in, out, size);
}

static size_t finish(struct charset_decoder *d, char *out)
{
	switch (d->kind) {
	case CHARSET_PAIRS:
	case CHARSET_HZ:
		return charset_iconv_finish(&d->carry, d->pairs->conv, out);
	case CHARSET_ICONV:
		return charset_iconv_finish(&d->carry, d->conv, out);
	case CHARSET_2022_JP:
	case CHARSET_2022_KR:
	case CHARSET_2022_CN:
		return charset_2022_finish(&d->iso2022, out);
	case CHARSET_UTF7:
		return charset_utf7_finish(&d->utf7, out);
	case CHARSET_UTF16:
	case CHARSET_UTF16BE:
	case CHARSET_UTF16LE:
	case CHARSET_UTF32:
	case CHARSET_UTF32BE:
	case CHARSET_UTF32LE:
		return charset_utf16_finish(&d->utf16, out);
	case CHARSET_IDENTITY:
	case CHARSET_TABLE:
		break;
	}
	return 0;
}

size_t charset_finish(struct charset_decoder *d, char *out)
{
	size_t n = finish(d, out);

	if (d->kind == CHARSET_ICONV)
		charset_store_give(d->cs, d->conv);
	*d = (struct charset_decoder){0};
	return n;
}
