/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_iconv.h"

#include <errno.h>
#include <string.h>

#include "smtp_decode/charset_put.h"

#define REST 16
/* What iconv rejects is still to be skipped; but glibc's UHC has passed this pair then. */
#define PASSED "\xa2\xe8"

bool charset_iconv_passes(iconv_t cd)
{
	char pair[] = PASSED, out[8], *i = pair, *o = out;
	size_t in_len = 2, out_len = sizeof(out);
	bool passes = iconv(cd, &i, &in_len, &o, &out_len) == (size_t)-1 && in_len == 0;

	iconv(cd, NULL, NULL, NULL, NULL);
	return passes;
}

static void put_replacement(char **out, size_t *out_len)
{
	*out += charset_put_replacement(*out);
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

/* The incomplete character, with the bytes that follow it. */
static void decode_carry(struct charset_carry *k, struct charset_conv *c, struct span *in,
	char **out, size_t *out_len)
{
	while (k->len > 0 && in->len > 0 && *out_len >= CHARSET_ICONV_ROOM) {
		char *p = (char *)k->bytes;
		size_t left;

		k->bytes[k->len++] = in->p[0];
		*in = span_skip(*in, 1);
		left = k->len;
		if (!convert(c, &p, &left, out, out_len) && left == CHARSET_CARRY)
			replace_one(&p, &left, out, out_len); /* it never ends */
		memmove(k->bytes, p, left);
		k->len = (uint8_t)left;
	}
}

size_t charset_iconv_decode(
	struct charset_carry *k, struct charset_conv *c, struct span *in, char *out, size_t size)
{
	char *o = out, *p;
	size_t out_len = size, left;

	decode_carry(k, c, in, &o, &out_len);
	if (k->len > 0 || in->len == 0)
		return (size_t)(o - out);
	p = (char *)(uintptr_t)in->p; /* iconv does not write there */
	left = in->len;
	if (!convert(c, &p, &left, &o, &out_len) && errno != E2BIG) {
		if (left < CHARSET_CARRY) {
			memcpy(k->bytes, p, left);
			k->len = (uint8_t)left;
			left = 0;
		} else { /* wants more than any character has */
			p++;
			left--;
		}
	}
	*in = span_of(in->p + in->len - left, left);
	return (size_t)(o - out);
}

size_t charset_iconv_finish(struct charset_carry *k, struct charset_conv *c, char *out)
{
	char *o = out;
	size_t room = REST - 3, n;

	/* Some hold a letter back, in case an accent follows. */
	if (iconv(c->cd, NULL, NULL, &o, &room) == (size_t)-1)
		o = out;
	n = (size_t)(o - out);
	if (k->len > 0)
		n += charset_put_replacement(out + n);
	k->len = 0;
	return n;
}
