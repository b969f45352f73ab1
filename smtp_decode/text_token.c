/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_token.h"

#include <assert.h>

#include "smtp_decode/text_fold.h"
#include "smtp_decode/text_mask.h"
#include "smtp_decode/text_span.h"
#include "smtp_decode/text_utf8.h"

#define WORD_CHARS_MAX 24 /* characters of a word; longer ones are left out */
#define ID_CHARS_MIN 5    /* characters of letters and digits that make an id */

/* A run of text, what was found out about its bytes, and its words so far. */
struct pass {
	struct text_sink *sink;
	const uint8_t *text;
	unsigned int flags;
	uint32_t count;    /* of `words`, which are not in the sink's digests yet */
	uint32_t unspaced; /* `count` behind the last character of a script without blanks */
	struct text_spans spans;
	uint64_t words[TEXT_TOKEN_RUN / 2 + 1];
};

void text_sink_break(struct text_sink *k)
{
	k->last = 0;
	k->before = 0;
}

static void flush(struct pass *p, unsigned int flags)
{
	if (p->unspaced != p->count)
		p->sink->before = 0;
	if (p->count == 0)
		return;
	p->sink->last = p->words[p->count - 1];
	for (uint32_t i = 0; i < p->sink->count; i++)
		text_digest_add(p->sink->to[i], p->words, p->count, flags);
	p->count = p->unspaced = 0;
}

static uint64_t last_word(const struct pass *p)
{
	return p->count ? p->words[p->count - 1] : p->sink->last;
}

static void push(struct pass *p, uint64_t word)
{
	p->words[p->count++] = word;
}

/* A word that stands for a class: several in a row are one. */
static void push_class(struct pass *p, uint64_t word)
{
	if (last_word(p) != word)
		push(p, word);
}

static bool is_name(const struct pass *p, uint64_t word)
{
	const struct text_sink *k = p->sink;
	uint64_t last = last_word(p);

	return k->names->filter >> (word & 63) & 1 &&
	       text_names_match(k->names, k->tables, word, last, last == TEXT_WORD_NAME);
}

static void push_word(struct pass *p, uint64_t word)
{
	if (is_name(p, word))
		push_class(p, TEXT_WORD_NAME);
	else
		push(p, word);
}

void text_token_add(struct text_sink *k, const char *word)
{
	uint64_t h = text_word_hash(word, strlen(word));

	text_sink_break(k);
	for (uint32_t i = 0; i < k->count; i++)
		text_digest_add(k->to[i], &h, 1, TEXT_WORD_HIDDEN);
}

/* A character of a script without blanks. */
static void push_unspaced(struct pass *p, uint32_t cp)
{
	if (p->unspaced != p->count) /* another word came between */
		p->sink->before = 0;
	push(p, text_word_fold(p->sink->before, cp));
	p->sink->before = cp;
	p->unspaced = p->count;
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
static void push_short_mixed(struct pass *p, struct span w)
{
	uint8_t buf[ID_CHARS_MIN * 4];
	size_t n = 0;

	for (size_t i = 0; i < w.len && n < sizeof(buf); i++)
		if (!is_digit(w.p[i]) || i == 0 || !is_digit(w.p[i - 1]))
			buf[n++] = is_digit(w.p[i]) ? '0' : w.p[i];
	push_word(p, text_word_hash(buf, n));
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
static void push_plain_word(struct pass *p, struct span w)
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
		push_word(p, h);
	else if (is_name(p, h))
		push_class(p, TEXT_WORD_NAME);
	else if (!is_mixed(m))
		push_class(p, TEXT_WORD_NUMBER);
	else if (chars < ID_CHARS_MIN)
		push_short_mixed(p, w);
}

/* The character at the start of `w`, which is folded text and so no broken UTF-8; most beyond
 * U+07FF have three bytes. Returns its length. */
static inline size_t get_char(struct span w, uint32_t *ret)
{
	if (w.len < 3 || w.p[0] < 0xe0 || w.p[0] >= 0xf0)
		return text_utf8_get(w.p, w.len, ret);
	*ret = (uint32_t)(w.p[0] & 15) << 12 | (uint32_t)(w.p[1] & 63) << 6 | (w.p[2] & 63);
	return 3;
}

/* Length of the start of `w` that is of scripts with blanks. */
static size_t spaced_len(struct span w)
{
	size_t i = 0;

	while (i < w.len) {
		uint32_t cp;
		size_t n = 1;

		if (w.p[i] >= 0xe0) {
			n = get_char(span_skip(w, i), &cp);
			if (text_fold_is_unspaced(cp))
				break;
		}
		i += n;
	}
	return i;
}

/* The Han characters and kana at the start of `w`, most of what is written without blanks. Returns
 * their length. */
static size_t push_han(struct pass *p, struct span w)
{
	uint32_t before = p->unspaced == p->count ? p->sink->before : 0, count = p->count;
	size_t i = 0;

	for (; w.len - i >= 3 && w.p[i] >= 0xe3 && w.p[i] <= 0xe9; i += 3) {
		uint32_t cp;

		get_char(span_skip(w, i), &cp);
		if (cp < 0x3041 || (cp > 0x30ff && cp < 0x4e00))
			break;
		p->words[count++] = text_word_fold(before, cp);
		before = cp;
	}
	if (i > 0) {
		p->sink->before = before;
		p->count = p->unspaced = count;
	}
	return i;
}

static void push_any_word(struct pass *p, struct span w)
{
	while (w.len > 0) {
		size_t n = push_han(p, w);
		uint32_t cp;

		w = span_skip(w, n);
		if (w.len == 0)
			break;
		n = spaced_len(w);
		if (n > 0) {
			push_plain_word(p, span_head(w, n));
		} else {
			n = get_char(w, &cp);
			push_unspaced(p, cp);
		}
		w = span_skip(w, n);
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
static void push_joined(struct pass *p, struct span w)
{
	struct span rest = w;

	while (rest.len > 0) {
		struct span piece = next_piece(&rest);

		if (is_mixed(makeup_of(piece)))
			return;
	}
	rest = w;
	while (rest.len > 0)
		push_any_word(p, next_piece(&rest));
}

static void push_span(struct pass *p, size_t at)
{
	const struct text_span *s = text_spans_next(&p->spans, at);

	if (!s->hidden) {
		push(p, s->word);
		return;
	}
	flush(p, p->flags);
	push(p, s->word);
	flush(p, p->flags | TEXT_WORD_HIDDEN);
}

/* What is more than a word of ASCII letters, in [start, end). */
static __attribute__((noinline)) void take_odd(struct pass *p, size_t start, size_t end)
{
	struct span w = span_of(p->text + start, end - start);

	if (text_spans_planted(&p->spans, start))
		push_span(p, start);
	else if (w.len >= 64 || text_spans_bits(p->spans.joiner, start) << (64 - w.len))
		push_joined(p, w);
	else
		push_any_word(p, w);
}

/* What may be a name, or is too long to be a word. */
static __attribute__((noinline)) void take_rare(struct pass *p, uint64_t word, size_t len)
{
	if (len <= WORD_CHARS_MAX)
		push_word(p, word);
}

/* The word, or joined words, in [start, end); `out` is the end of p->words, and so is the result.
 */
static inline uint64_t *take_run(
	struct pass *p, size_t start, size_t end, bool odd, uint64_t filter, uint64_t *out)
{
	size_t len = end - start;
	uint64_t word;

	if (__builtin_expect(odd, 0)) {
		p->count = (uint32_t)(out - p->words);
		take_odd(p, start, end);
		return p->words + p->count;
	}
	word = text_word_hash_padded(p->text + start, len);
	if (__builtin_expect((filter >> (word & 63) & 1) || len > WORD_CHARS_MAX, 0)) {
		p->count = (uint32_t)(out - p->words);
		take_rare(p, word, len);
		return p->words + p->count;
	}
	*out++ = word;
	return out;
}

/* All words of the run, of which `blocks` blocks were read. */
static void take_words(struct pass *p, size_t blocks, size_t len)
{
	uint64_t filter = p->sink->names->filter, *out = p->words;
	struct text_edges e = {0};
	size_t start = 0;
	bool open = false;

	for (size_t b = 0; b < blocks; b++) {
		const size_t base = b * 64;

		text_spans_edges(&p->spans, b, &e);
		while (e.ends) {
			size_t end = (size_t)__builtin_ctzll(e.ends);

			if (!open) {
				start = base + (size_t)__builtin_ctzll(e.starts);
				e.starts &= e.starts - 1;
			}
			open = false;
			e.ends &= e.ends - 1;
			out = take_run(p, start, base + end, e.odd >> end & 1, filter, out);
		}
		if (e.starts) {
			start = base + (size_t)__builtin_ctzll(e.starts);
			open = true;
		}
	}
	if (open)
		out = take_run(p, start, len, e.carry, filter, out);
	p->count = (uint32_t)(out - p->words);
}

void text_token_run(struct text_sink *k, const uint8_t *text, size_t len, unsigned int flags)
{
	struct pass p;

	assert(len <= TEXT_TOKEN_RUN);
	p.sink = k;
	p.text = text;
	p.flags = flags;
	p.count = p.unspaced = 0;
	text_spans_find(&p.spans, text, len);
	take_words(&p, (len + 63) / 64, len);
	flush(&p, flags);
}
