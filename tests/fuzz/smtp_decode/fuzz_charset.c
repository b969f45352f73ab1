/* SPDX-License-Identifier: Apache-2.0 */
/* A label, and after its line the text: it does not matter where that is cut; and in charsets of
 * two bytes it is what iconv alone makes of it, whole and in pieces. */
#include <stdlib.h>

#include "smtp_decode/charset.h"
#include "smtp_decode/charset_pair.h"
#include "tests/unit/smtp_decode/charset_plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 4096

static size_t decode(
	struct charsets *cs, struct span label, struct span in, size_t step, size_t room, char *out)
{
	struct charset_decoder d;
	size_t n = 0;

	charset_begin(&d, cs, label);
	while (in.len > 0) {
		struct span piece = span_head(in, step);

		in = span_skip(in, piece.len);
		while (piece.len > 0)
			n += charset_decode(&d, &piece, out + n, room);
	}
	return n + charset_finish(&d, out + n);
}

static void compare(struct charsets *cs, const char *name, struct span text)
{
	static char want[3 * TEXT_MAX + 64], got[3 * TEXT_MAX + 4096];
	iconv_t cd = iconv_open("UTF-8", name);
	size_t n, step = text.len > 0 ? 1 + text.p[0] % 40 : 1;

	if (cd == (iconv_t)-1)
		abort();
	n = charset_plain(cd, text, want);
	if (decode(cs, span_str(name), text, TEXT_MAX, 2048, got) != n || memcmp(got, want, n) != 0)
		abort();
	if (decode(cs, span_str(name), text, step, CHARSET_ROOM, got) != n ||
		memcmp(got, want, n) != 0)
		abort();
	iconv_close(cd);
}

static void compare_cuts(struct charsets *cs, struct span label, struct span text)
{
	static char whole[16 * TEXT_MAX], cut[16 * TEXT_MAX];
	static const size_t steps[] = {1, 2, 3, 7, 33};
	size_t n = decode(cs, label, text, TEXT_MAX, 2048, whole);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (decode(cs, label, text, steps[i], CHARSET_ROOM + i, cut) != n ||
			memcmp(cut, whole, n) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct charsets *cs;
	struct span in = span_of(data, size), label;
	const uint8_t *lf = size > 0 ? memchr(data, '\n', size) : NULL;

	if (!lf)
		return 0;
	if (!cs)
		cs = charsets_create();
	label = span_head(in, (size_t)(lf - data));
	in = span_head(span_skip(in, label.len + 1), TEXT_MAX);
	compare_cuts(cs, label, in);
	for (enum charset_pair_set set = 0; set < CHARSET_PAIR_SETS; set++)
		if (set != CHARSET_EUC_JISX0213) /* which keeps a state */
			compare(cs, charset_pair_name(set), in);
	return 0;
}
