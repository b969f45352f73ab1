/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#include "smtp_decode/charset_pair.h"

#define IDLE_MAX 16
#define HZ_PIECE 16   /* bytes of HZ at a time, for the least room */
#define PAIR_PIECE 32 /* bytes that go through iconv where the table of pairs ends */
#define REPLACEMENT "\xef\xbf\xbd"
/* What iconv rejects is still to be skipped; but glibc's UHC has passed this pair then. */
#define PASSED "\xa2\xe8"

struct charset_conv {
	struct charset_conv *next;
	iconv_t cd;
	bool passes; /* stands behind the pair PASSED when it rejects it */
	char name[CHARSET_LABEL_MAX + 1];
};

enum label_kind {
	LABEL_UTF8,
	LABEL_SINGLE, /* one byte a character, ASCII below 0x80 */
	LABEL_ICONV,  /* known to iconv by another name */
	LABEL_HZ,
	LABEL_UTF16, /* its first bytes may tell their order */
	LABEL_UTF32,
};

/*
 * Labels that iconv does not know, or that stand for more than they say in real mail (as in the
 * WHATWG Encoding Standard, 4.2: Latin-1 is windows-1252, gb2312 is its superset), and all that a
 * table serves. Others go to iconv by their own name.
 */
static const struct label {
	const char *label;
	enum label_kind kind;
	const char *name;
} labels[] = {
	{"utf-8", LABEL_UTF8, NULL},
	{"utf8", LABEL_UTF8, NULL},
	{"us-ascii", LABEL_UTF8, NULL},
	{"ascii", LABEL_UTF8, NULL},
	{"iso-8859-1", LABEL_SINGLE, "CP1252"},
	{"iso8859-1", LABEL_SINGLE, "CP1252"},
	{"iso_8859-1", LABEL_SINGLE, "CP1252"},
	{"latin1", LABEL_SINGLE, "CP1252"},
	{"windows-1252", LABEL_SINGLE, "CP1252"},
	{"cp1252", LABEL_SINGLE, "CP1252"},
	{"iso-8859-2", LABEL_SINGLE, "ISO-8859-2"},
	{"iso-8859-3", LABEL_SINGLE, "ISO-8859-3"},
	{"iso-8859-4", LABEL_SINGLE, "ISO-8859-4"},
	{"iso-8859-5", LABEL_SINGLE, "ISO-8859-5"},
	{"iso-8859-6", LABEL_SINGLE, "ISO-8859-6"},
	{"iso-8859-7", LABEL_SINGLE, "ISO-8859-7"},
	{"iso-8859-8", LABEL_SINGLE, "ISO-8859-8"},
	{"iso-8859-8-i", LABEL_SINGLE, "ISO-8859-8"},
	{"iso-8859-9", LABEL_SINGLE, "CP1254"},
	{"iso-8859-10", LABEL_SINGLE, "ISO-8859-10"},
	{"iso-8859-13", LABEL_SINGLE, "ISO-8859-13"},
	{"iso-8859-14", LABEL_SINGLE, "ISO-8859-14"},
	{"iso-8859-15", LABEL_SINGLE, "ISO-8859-15"},
	{"iso-8859-16", LABEL_SINGLE, "ISO-8859-16"},
	{"windows-1250", LABEL_SINGLE, "CP1250"},
	{"windows-1251", LABEL_SINGLE, "CP1251"},
	{"windows-1253", LABEL_SINGLE, "CP1253"},
	{"windows-1254", LABEL_SINGLE, "CP1254"},
	{"windows-1255", LABEL_SINGLE, "CP1255"},
	{"windows-1256", LABEL_SINGLE, "CP1256"},
	{"windows-1257", LABEL_SINGLE, "CP1257"},
	{"windows-1258", LABEL_SINGLE, "CP1258"},
	{"windows-874", LABEL_SINGLE, "CP874"},
	{"koi8-r", LABEL_SINGLE, "KOI8-R"},
	{"koi8-u", LABEL_SINGLE, "KOI8-U"},
	{"tis-620", LABEL_SINGLE, "TIS-620"},
	{"macintosh", LABEL_SINGLE, "MACINTOSH"},
	{"gb2312", LABEL_ICONV, "GB18030"},
	{"gbk", LABEL_ICONV, "GB18030"},
	{"x-gbk", LABEL_ICONV, "GB18030"},
	{"hz-gb-2312", LABEL_HZ, "GB18030"},
	{"hz", LABEL_HZ, "GB18030"},
	{"x-sjis", LABEL_ICONV, "CP932"},
	{"shift_jis", LABEL_ICONV, "CP932"},
	{"ks_c_5601-1987", LABEL_ICONV, "UHC"},
	{"euc-kr", LABEL_ICONV, "UHC"},
	{"unicode-1-1-utf-7", LABEL_ICONV, "UTF-7"},
	{"utf-16", LABEL_UTF16, NULL},
	{"utf16", LABEL_UTF16, NULL},
	{"unicode", LABEL_UTF16, NULL},
	{"iso-10646-ucs-2", LABEL_UTF16, NULL},
	{"utf-32", LABEL_UTF32, NULL},
	{"utf32", LABEL_UTF32, NULL},
};
#define LABELS (sizeof(labels) / sizeof(labels[0]))

struct charsets {
	uint16_t *tables[LABELS];
	uint16_t *pairs[CHARSET_PAIR_SETS];
	struct charset_conv *idle; /* the latest used first */
};

struct charsets *charsets_create(void)
{
	return calloc(1, sizeof(struct charsets));
}

static void conv_free(struct charset_conv *c)
{
	iconv_close(c->cd);
	free(c);
}

void charsets_destroy(struct charsets *cs)
{
	if (!cs)
		return;
	while (cs->idle) {
		struct charset_conv *next = cs->idle->next;

		conv_free(cs->idle);
		cs->idle = next;
	}
	for (size_t i = 0; i < LABELS; i++)
		free(cs->tables[i]);
	for (size_t i = 0; i < CHARSET_PAIR_SETS; i++)
		free(cs->pairs[i]);
	free(cs);
}

size_t charset_put_utf8(uint32_t cp, char *out)
{
	uint8_t *o = (uint8_t *)out;

	if (cp < 0x80) {
		o[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		o[0] = (uint8_t)(0xc0 | cp >> 6);
		o[1] = (uint8_t)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		o[0] = (uint8_t)(0xe0 | cp >> 12);
		o[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		o[2] = (uint8_t)(0x80 | (cp & 0x3f));
		return 3;
	}
	o[0] = (uint8_t)(0xf0 | cp >> 18);
	o[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
	o[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
	o[3] = (uint8_t)(0x80 | (cp & 0x3f));
	return 4;
}

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

/* The code points of the bytes 0x80 to 0xff, U+FFFD for those without one. */
static uint16_t *make_table(const char *name)
{
	iconv_t cd = iconv_open("UTF-16LE", name);
	uint16_t *t;

	if (cd == (iconv_t)-1)
		return NULL;
	t = malloc(128 * sizeof(*t));
	for (int i = 0; t && i < 128; i++) {
		char byte = (char)(0x80 + i), *in = &byte;
		uint8_t units[8];
		char *out = (char *)units;
		size_t in_len = 1, out_len = sizeof(units);

		/* Some hold a letter back, in case an accent follows: the second call asks. */
		if (iconv(cd, &in, &in_len, &out, &out_len) == (size_t)-1 ||
			iconv(cd, NULL, NULL, &out, &out_len) == (size_t)-1 ||
			out_len != sizeof(units) - 2) {
			iconv(cd, NULL, NULL, NULL, NULL);
			t[i] = 0xfffd;
		} else {
			t[i] = (uint16_t)(units[0] | units[1] << 8);
		}
	}
	iconv_close(cd);
	return t;
}

static bool passes_it(iconv_t cd)
{
	char pair[] = PASSED, out[8], *i = pair, *o = out;
	size_t in_len = 2, out_len = sizeof(out);
	bool passes = iconv(cd, &i, &in_len, &o, &out_len) == (size_t)-1 && in_len == 0;

	iconv(cd, NULL, NULL, NULL, NULL);
	return passes;
}

/* A converter from `name`, idle or new; NULL where iconv has none. */
static struct charset_conv *take_conv(struct charsets *cs, const char *name)
{
	struct charset_conv **at, *c;

	for (at = &cs->idle; (c = *at) != NULL; at = &c->next) {
		if (strcasecmp(c->name, name) == 0) {
			*at = c->next;
			iconv(c->cd, NULL, NULL, NULL, NULL);
			return c;
		}
	}
	c = malloc(sizeof(*c));
	if (!c)
		return NULL;
	c->cd = iconv_open("UTF-8", name);
	if (c->cd == (iconv_t)-1) {
		free(c);
		return NULL;
	}
	c->passes = passes_it(c->cd);
	strcpy(c->name, name);
	return c;
}

static void give_conv(struct charsets *cs, struct charset_conv *c)
{
	struct charset_conv **at;
	int n = 1;

	c->next = cs->idle;
	cs->idle = c;
	for (at = &cs->idle; *at; at = &(*at)->next, n++) {
		if (n == IDLE_MAX && (*at)->next) {
			conv_free((*at)->next);
			(*at)->next = NULL;
			return;
		}
	}
}

/* The table of pairs of the charset `name`, NULL where it has none. */
static uint16_t *find_pairs(struct charsets *cs, const char *name)
{
	int set = charset_pair_set(name);

	if (set < 0)
		return NULL;
	if (!cs->pairs[set])
		cs->pairs[set] = calloc(CHARSET_PAIR_SIZE, sizeof(cs->pairs[set][0]));
	return cs->pairs[set];
}

/* Does it look like the name of a charset? iconv takes options behind slashes. */
static bool is_name(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    (c && strchr("-_.:+", c))))
			return false;
	}
	return s.len >= 2 && s.len <= CHARSET_LABEL_MAX;
}

static const struct label *find_label(struct span label)
{
	for (size_t i = 0; i < LABELS; i++)
		if (span_ieq_str(label, labels[i].label))
			return &labels[i];
	return NULL;
}

void charset_begin(struct charset_decoder *d, struct charsets *cs, struct span label)
{
	const struct label *l = find_label(label);
	char name[CHARSET_LABEL_MAX + 1];

	*d = (struct charset_decoder){.cs = cs};
	if (l && l->kind == LABEL_UTF8)
		return;
	if (l && l->kind == LABEL_SINGLE) {
		uint16_t **table = &cs->tables[l - labels];

		if (!*table)
			*table = make_table(l->name);
		d->table = *table;
		d->kind = *table ? CHARSET_TABLE : CHARSET_IDENTITY;
		return;
	}
	if (l && (l->kind == LABEL_UTF16 || l->kind == LABEL_UTF32)) {
		d->kind = CHARSET_BOM;
		d->unit = l->kind == LABEL_UTF16 ? 2 : 4;
		return;
	}
	if (!l && !is_name(label))
		return;
	if (l) {
		strcpy(name, l->name);
	} else {
		memcpy(name, label.p, label.len);
		name[label.len] = '\0';
	}
	d->conv = take_conv(cs, name);
	if (!d->conv)
		return;
	d->kind = CHARSET_ICONV;
	if (l && l->kind == LABEL_HZ)
		d->kind = CHARSET_HZ;
	else if ((d->pairs = find_pairs(cs, name)) != NULL)
		d->kind = CHARSET_PAIRS;
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

	while (p < end && o <= room) {
		if (*p < 0x80)
			*o++ = (char)*p;
		else
			o += charset_put_utf8(table[*p - 0x80], o);
		p++;
	}
	*in = span_skip(*in, (size_t)(p - in->p));
	return (size_t)(o - out);
}

static void put_replacement(char **out, size_t *out_len)
{
	memcpy(*out, REPLACEMENT, 3);
	*out += 3;
	*out_len -= 3;
}

/* Puts U+FFFD in the place of the first byte of a broken character. */
static void replace_one(char **in, size_t *in_len, char **out, size_t *out_len)
{
	put_replacement(out, out_len);
	(*in)++;
	(*in_len)--;
}

static bool has_passed(const struct charset_conv *c, const char *start, const char *in)
{
	return c->passes && in - start >= 2 && memcmp(in - 2, PASSED, 2) == 0;
}

/*
 * Converts what it can of [in, in + in_len). False where it stopped for want of input or room.
 * errno tells which.
 */
static bool convert(struct charset_conv *c, char **in, size_t *in_len, char **out, size_t *out_len)
{
	while (*in_len > 0) {
		const char *start = *in;
		size_t result;

		if (*out_len < 3) {
			errno = E2BIG;
			return false;
		}
		*out_len -= 3; /* kept for U+FFFD, which cannot wait */
		result = iconv(c->cd, in, in_len, out, out_len);
		*out_len += 3;
		if (result != (size_t)-1)
			continue;
		if (errno != EILSEQ)
			return false;
		if (*in_len == 0 || has_passed(c, start, *in))
			put_replacement(out, out_len);
		else
			replace_one(in, in_len, out, out_len);
	}
	return true;
}

/* An incomplete character, with the bytes that follow it. */
static void decode_carry(struct charset_decoder *d, struct span *in, char **out, size_t *out_len)
{
	while (d->carry_len > 0 && in->len > 0 && *out_len >= 3 * CHARSET_CARRY + 8) {
		char *p = (char *)d->carry;
		size_t left;

		d->carry[d->carry_len++] = in->p[0];
		*in = span_skip(*in, 1);
		left = d->carry_len;
		if (!convert(d->conv, &p, &left, out, out_len) && left == CHARSET_CARRY)
			replace_one(&p, &left, out, out_len); /* it never ends */
		memmove(d->carry, p, left);
		d->carry_len = (uint8_t)left;
	}
}

static size_t decode_iconv(struct charset_decoder *d, struct span *in, char *out, size_t size)
{
	char *o = out, *p;
	size_t out_len = size, left;

	decode_carry(d, in, &o, &out_len);
	if (d->carry_len > 0 || in->len == 0)
		return (size_t)(o - out);
	p = (char *)(uintptr_t)in->p; /* iconv does not write there */
	left = in->len;
	if (!convert(d->conv, &p, &left, &o, &out_len) && errno != E2BIG) {
		if (left < CHARSET_CARRY) {
			memcpy(d->carry, p, left);
			d->carry_len = (uint8_t)left;
			left = 0;
		} else { /* wants more than any character has */
			p++;
			left--;
		}
	}
	*in = span_of(in->p + in->len - left, left);
	return (size_t)(o - out);
}

/* By the table of pairs; past what is none through iconv, to where it is between two characters. */
static size_t decode_pairs(struct charset_decoder *d, struct span *in, char *out, size_t size)
{
	size_t n = 0;

	for (;;) {
		struct span piece;
		size_t len;

		if (d->carry_len == 0)
			n += charset_pair_decode(d->pairs, d->conv->cd, in, out + n, size - n);
		if (in->len == 0 || size - n < CHARSET_ROOM)
			return n;
		piece = span_head(*in, PAIR_PIECE);
		len = piece.len;
		n += decode_iconv(d, &piece, out + n, size - n);
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
	 * the room that decode_carry() wants. */
	while (s.len > 0)
		n += decode_iconv(d, &s, out + n, size - n);
	*in = span_skip(*in, piece.len);
	return n;
}

/*
 * The first unit of UTF-16 or UTF-32. Its mark tells the order of bytes; where it is none, they are
 * little-endian, as most that lack it are. (A converter's own search for the mark does not survive
 * a first piece that is shorter than it.)
 */
static size_t decode_bom(struct charset_decoder *d, struct span *in, char *out, size_t size)
{
	uint8_t first[4], unit = d->unit;
	struct span s = span_of(first, unit);
	bool big, little;

	while (d->carry_len < unit && in->len > 0) {
		d->carry[d->carry_len++] = in->p[0];
		*in = span_skip(*in, 1);
	}
	if (d->carry_len < unit)
		return 0;
	memcpy(first, d->carry, sizeof(first));
	d->carry_len = 0;
	big = unit == 2 ? memcmp(first, "\xfe\xff", 2) == 0 : memcmp(first, "\0\0\xfe\xff", 4) == 0;
	little = unit == 2 ? memcmp(first, "\xff\xfe", 2) == 0
			   : memcmp(first, "\xff\xfe\0\0", 4) == 0;
	d->conv = take_conv(d->cs,
		unit == 2 ? (big ? "UTF-16BE" : "UTF-16LE") : (big ? "UTF-32BE" : "UTF-32LE"));
	d->kind = d->conv ? CHARSET_ICONV : CHARSET_IDENTITY;
	return big || little ? 0 : charset_decode(d, &s, out, size);
}

size_t charset_decode(struct charset_decoder *d, struct span *in, char *out, size_t size)
{
	switch (d->kind) {
	case CHARSET_TABLE:
		return decode_table(d->table, in, out, size);
	case CHARSET_PAIRS:
		return decode_pairs(d, in, out, size);
	case CHARSET_ICONV:
		return decode_iconv(d, in, out, size);
	case CHARSET_HZ:
		return decode_hz(d, in, out, size);
	case CHARSET_BOM:
		return decode_bom(d, in, out, size);
	case CHARSET_IDENTITY:
		break;
	}
	return decode_identity(in, out, size);
}

size_t charset_finish(struct charset_decoder *d, char *out)
{
	char *o = out;
	size_t room = CHARSET_REST - 3, n;

	/* Some hold a letter back, in case an accent follows. */
	if (d->conv && iconv(d->conv->cd, NULL, NULL, &o, &room) == (size_t)-1)
		o = out;
	n = (size_t)(o - out);
	if (d->carry_len > 0) {
		memcpy(o, REPLACEMENT, 3);
		n += 3;
	}
	if (d->conv)
		give_conv(d->cs, d->conv);
	*d = (struct charset_decoder){0};
	return n;
}
