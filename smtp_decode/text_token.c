/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_token.h"

#include <assert.h>

#include "smtp_decode/text_fold.h"
#include "smtp_decode/text_mask.h"
#include "smtp_decode/text_span.h"
#include "smtp_decode/text_utf8.h"

#define WORD_CHARS_MAX 24 /* characters of a word; longer ones are left out */
#define ID_CHARS_MIN 5    /* characters of letters and digits that make an id */

/* A run of text and what was found out about its bytes. */
struct pass {
	struct text_sink *sink;
	const uint8_t *text;
	unsigned int flags;
	struct text_spans spans;
};

void text_sink_break(struct text_sink *k)
{
	k->last = 0;
	k->before = 0;
}

static inline void push(struct text_sink *k, uint64_t word, unsigned int flags)
{
	k->last = word;
	for (uint32_t i = 0; i < k->count; i++)
		text_digest_add(k->to[i], word, flags);
}

/* A word that stands for a class: several in a row are one. */
static void push_class(struct text_sink *k, uint64_t word, unsigned int flags)
{
	k->before = 0;
	if (k->last != word)
		push(k, word, flags);
}

static bool is_name(struct text_sink *k, uint64_t word)
{
	return k->names->filter >> (word & 63) & 1 &&
	       text_names_match(k->names, k->tables, word, k->last, k->last == TEXT_WORD_NAME);
}

static inline void push_word(struct text_sink *k, uint64_t word, unsigned int flags)
{
	k->before = 0;
	if (__builtin_expect(k->names->filter >> (word & 63) & 1, 0) && is_name(k, word)) {
		push_class(k, TEXT_WORD_NAME, flags);
		return;
	}
	push(k, word, flags);
}

void text_token_add(struct text_sink *k, const char *word)
{
	k->before = 0;
	push(k, text_word_hash(word, strlen(word)), TEXT_WORD_HIDDEN);
}

/* A character of a script without blanks. */
static void push_unspaced(struct text_sink *k, uint32_t cp, unsigned int flags)
{
	uint32_t pair[2] = {k->before, cp};

	push(k, text_word_hash(pair, sizeof(pair)), flags);
	k->before = cp;
}

/* What a word consists of. */
struct makeup {
	uint32_t digits, latin, beyond; /* characters */
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static struct makeup makeup_of(struct span w)
{
	struct makeup m = {0};

	for (size_t i = 0; i < w.len; i++) {
		if (is_digit(w.p[i]))
			m.digits++;
		else if (w.p[i] < 0x80)
			m.latin++;
		else if ((w.p[i] & 0xc0) != 0x80)
			m.beyond++;
	}
	return m;
}

static bool is_mixed(struct makeup m)
{
	return m.digits > 0 && m.latin + m.beyond > 0;
}

/* A short word of letters and digits, whose numbers are all taken for one ("2nd", "10th"). */
static void push_short_mixed(struct text_sink *k, struct span w, unsigned int flags)
{
	uint8_t buf[ID_CHARS_MIN * 4];
	size_t n = 0;

	for (size_t i = 0; i < w.len && n < sizeof(buf); i++)
		if (!is_digit(w.p[i]) || i == 0 || !is_digit(w.p[i - 1]))
			buf[n++] = is_digit(w.p[i]) ? '0' : w.p[i];
	push_word(k, text_word_hash(buf, n), flags);
}

/* Letters beyond ASCII made Latin where they stand among Latin ones and look like them. */
static struct span unmask(struct span w, uint8_t buf[WORD_CHARS_MAX * 4])
{
	size_t n = 0;

	for (size_t i = 0; i < w.len;) {
		uint32_t cp;
		size_t len = text_utf8_get(w.p + i, w.len - i, &cp);
		char c = len > 1 ? text_fold_lookalike(cp) : 0;

		if (c) {
			buf[n++] = (uint8_t)c;
		} else {
			memcpy(buf + n, w.p + i, len);
			n += len;
		}
		i += len;
	}
	return span_of(buf, n);
}

/* A word without joiners and of spaced scripts. */
static void push_plain_word(struct text_sink *k, struct span w, unsigned int flags)
{
	struct makeup m = makeup_of(w);
	uint32_t chars = m.digits + m.latin + m.beyond;
	uint8_t buf[WORD_CHARS_MAX * 4];
	uint64_t h;

	if (chars > WORD_CHARS_MAX)
		return;
	if (m.beyond > 0 && m.latin > 0)
		w = unmask(w, buf);
	h = text_word_hash(w.p, w.len);
	if (m.digits == 0)
		push_word(k, h, flags);
	else if (is_name(k, h))
		push_class(k, TEXT_WORD_NAME, flags);
	else if (!is_mixed(m))
		push_class(k, TEXT_WORD_NUMBER, flags);
	else if (chars < ID_CHARS_MIN)
		push_short_mixed(k, w, flags);
}

/* Length of the longest start of `w` that is all of scripts without blanks, or all of others. */
static size_t script_run(struct span w, bool *ret_unspaced)
{
	size_t i = 0;

	while (i < w.len) {
		uint32_t cp;
		size_t n = text_utf8_get(w.p + i, w.len - i, &cp);
		bool unspaced = n > 1 && text_fold_is_unspaced(cp);

		if (i == 0)
			*ret_unspaced = unspaced;
		else if (unspaced != *ret_unspaced)
			break;
		i += n;
	}
	return i;
}

static void push_any_word(struct text_sink *k, struct span w, unsigned int flags)
{
	while (w.len > 0) {
		bool unspaced = false;
		size_t n = script_run(w, &unspaced);
		struct span run = span_head(w, n);

		w = span_skip(w, n);
		if (!unspaced) {
			push_plain_word(k, run, flags);
			continue;
		}
		while (run.len > 0) {
			uint32_t cp;

			run = span_skip(run, text_utf8_get(run.p, run.len, &cp));
			push_unspaced(k, cp, flags);
		}
	}
}

/* The first piece of `*w` between joiners; `*w` moves behind its joiner. */
static struct span next_piece(struct span *w)
{
	size_t i = 0;
	struct span piece;

	while (i < w->len && w->p[i] != '-' && w->p[i] != '_')
		i++;
	piece = span_head(*w, i);
	*w = span_skip(*w, i + 1);
	return piece;
}

/* Words with '-' or '_' between. With letters and digits mixed in one of them it is an id. */
static void push_joined(struct text_sink *k, struct span w, unsigned int flags)
{
	struct span rest = w;

	while (rest.len > 0) {
		struct span piece = next_piece(&rest);

		if (is_mixed(makeup_of(piece)))
			return;
	}
	rest = w;
	while (rest.len > 0)
		push_any_word(k, next_piece(&rest), flags);
}

static void push_span(struct pass *p, size_t at)
{
	const struct text_span *s = text_spans_next(&p->spans, at);

	p->sink->before = 0;
	push(p->sink, s->word, p->flags | (s->hidden ? TEXT_WORD_HIDDEN : 0));
}

/* The word, or joined words, in [start, end). */
static void take_run(struct pass *p, size_t start, size_t end)
{
	struct span w = span_of(p->text + start, end - start);
	uint64_t bits = end - start < 64 ? (1ull << (end - start)) - 1 : ~0ull;
	uint64_t odd = text_spans_bits(p->spans.odd, start) & bits;
	uint64_t joiner = text_spans_bits(p->spans.joiner, start) & bits;

	if (__builtin_expect(w.len <= WORD_CHARS_MAX && !(odd | joiner), 1))
		push_word(p->sink, text_word_hash(w.p, w.len), p->flags);
	else if (text_spans_planted(&p->spans, start))
		push_span(p, start);
	else if (joiner || w.len > 64)
		push_joined(p->sink, w, p->flags);
	else if (odd)
		push_any_word(p->sink, w, p->flags);
}

void text_token_run(struct text_sink *k, const uint8_t *text, size_t len, unsigned int flags)
{
	struct pass p = {.sink = k, .text = text, .flags = flags};
	size_t blocks = (len + 63) / 64, start = 0;
	bool open = false;

	assert(len <= TEXT_TOKEN_RUN);
	text_spans_find(&p.spans, text, len);
	for (size_t b = 0; b < blocks; b++) {
		uint64_t edges = text_spans_edges(&p.spans, b);

		while (edges) {
			size_t at = b * 64 + (size_t)__builtin_ctzll(edges);

			edges &= edges - 1;
			if (open)
				take_run(&p, start, at);
			else
				start = at;
			open = !open;
		}
	}
	if (open)
		take_run(&p, start, len);
}
