/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_data.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bytes behind a candidate within which a command makes it an attempt (detection 6.4). */
#define REACH 512

enum state {
	BOL,    /* the first byte of a line comes */
	DOT,    /* behind a dot that begins a line */
	DOT_CR, /* behind a dot and CR that do */
	CR,     /* behind CR */
	MID,
};

/* What came before the first byte of a line. */
enum start {
	BY_CRLF,
	BY_LF,
	BY_CR,
	BY_NUL, /* CR LF NUL */
};

void smtp_data_start(struct smtp_data *d, bool lf_lines)
{
	*d = (struct smtp_data){.state = BOL, .start = BY_CRLF, .lf_lines = lf_lines};
}

void smtp_data_gap(struct smtp_data *d)
{
	d->state = MID;
	d->collecting = false;
}

bool smtp_data_at_candidate(const struct smtp_data *d)
{
	/* ". CR CR LF" is one, too: its candidate ends before the line does. */
	return d->state == DOT_CR || (d->candidates > 0 && (d->state == BOL || d->state == CR) &&
					     d->at - d->candidate_end <= 2);
}

/* Is a dot here the client's stuffing or end mark, and no octet of the message? */
static bool holds(const struct smtp_data *d)
{
	return d->start == BY_CRLF || (d->start == BY_LF && d->lf_lines);
}

static void line_starts(struct smtp_data *d, enum start by)
{
	d->state = BOL;
	d->start = (uint8_t)by;
}

static void candidate(struct smtp_data *d, uint64_t end)
{
	if (d->candidates < UINT32_MAX)
		d->candidates++;
	d->candidate_end = end;
}

static bool is_smuggled_verb(struct span word)
{
	static const char *const verbs[] = {
		"MAIL FROM", "RCPT TO", "EHLO", "HELO", "RSET", "DATA", "BDAT"};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (span_istarts(word, verbs[i]))
			return true;
	}
	return false;
}

/* Looks at the first bytes of a line within reach of a candidate; they stay in the input. */
static void collect(struct smtp_data *d, struct span rest)
{
	bool ended = false;

	for (size_t i = 0; i < rest.len && d->word_len < SMTP_DATA_WORD && !ended; i++) {
		ended = rest.p[i] == '\r' || rest.p[i] == '\n';
		if (!ended)
			d->word[d->word_len++] = rest.p[i];
	}
	if (!ended && d->word_len < SMTP_DATA_WORD)
		return;
	d->attempt = d->attempt || is_smuggled_verb(span_of(d->word, d->word_len));
	d->collecting = false;
}

/* Behind the first byte of a line that is no dot. */
static void enter_line(struct smtp_data *d, uint64_t at)
{
	d->state = MID;
	d->collecting = d->candidates > 0 && at < d->candidate_end + REACH;
	d->word_len = 0;
}

/*
 * Bytes at the front of `s` that are whole ordinary lines and parts of such: every CR LF a pair, no
 * dot or NUL at the start of a line, and an end that is neither CR nor LF. A multiple of 64.
 */
#ifdef __SSE2__
#define BLOCK 64

static uint64_t equal(const uint8_t *p, char c)
{
	uint64_t mask = 0;

	for (int i = 0; i < BLOCK / 16; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + 16 * i));
		unsigned int m =
			(unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));

		mask |= (uint64_t)m << 16 * i;
	}
	return mask;
}

static size_t ordinary(struct span s)
{
	size_t n = 0;

	for (; n + BLOCK <= s.len; n += BLOCK) {
		const uint8_t *p = s.p + n;
		uint64_t cr = equal(p, '\r'), lf = equal(p, '\n'), ends = cr | lf;
		uint64_t starts = lf << 1;

		if (lf != cr << 1 || ends >> (BLOCK - 1))
			break;
		if (starts & (equal(p, '.') | equal(p, '\0')))
			break;
	}
	return n;
}
#else
static size_t ordinary(struct span s)
{
	return 0;
}
#endif

/* In a line: index behind what ends it, or behind all. */
static size_t scan_line(struct smtp_data *d, struct span in, size_t i)
{
	const uint8_t *lf, *cr;
	size_t end;

	if (d->collecting)
		collect(d, span_skip(in, i));
	if (d->candidates == 0)
		i += ordinary(span_skip(in, i));
	lf = memchr(in.p + i, '\n', in.len - i);
	end = lf ? (size_t)(lf - in.p) : in.len;
	cr = memchr(in.p + i, '\r', end - i);
	if (cr) {
		d->state = CR;
		return (size_t)(cr - in.p) + 1;
	}
	if (!lf)
		return in.len;
	d->bare_lf = true;
	line_starts(d, BY_LF);
	return end + 1;
}

/* One byte in a state other than MID and BOL with a dot. */
static void step(struct smtp_data *d, uint8_t c, uint64_t at)
{
	switch (d->state) {
	case CR:
		d->bare_cr = d->bare_cr || c != '\n';
		line_starts(d, c == '\n' ? BY_CRLF : BY_CR);
		break;
	case DOT:
		if (c == '\r') {
			d->state = DOT_CR;
		} else if (c == '\n') {
			candidate(d, at + 1);
			d->bare_lf = true;
			line_starts(d, BY_LF);
		} else {
			enter_line(d, at);
		}
		break;
	default: /* DOT_CR */
		candidate(d, c == '\n' ? at + 1 : at);
		d->bare_cr = d->bare_cr || c != '\n';
		line_starts(d, c == '\n' ? BY_CRLF : BY_CR);
		break;
	}
}

static bool ends(const struct smtp_data *d, uint8_t c)
{
	if (c != '\n' || !holds(d))
		return false;
	return d->state == DOT_CR || (d->state == DOT && d->start == BY_LF);
}

static enum smtp_data_result take(
	struct smtp_data *d, struct span *in, size_t n, enum smtp_data_result result)
{
	d->at += n;
	*in = span_skip(*in, n);
	return result;
}

enum smtp_data_result smtp_data_next(struct smtp_data *d, struct span *in, struct span *ret_run)
{
	size_t i = 0, run = 0; /* `run`: the first octet not yet handed on */
	uint32_t candidates = d->candidates;

	while (i < in->len && d->candidates == candidates) {
		uint8_t c = in->p[i];

		if (d->state == MID) {
			i = scan_line(d, *in, i);
		} else if (d->state == BOL && c == '.') {
			bool held = holds(d);

			d->state = DOT;
			if (held && i > run) {
				*ret_run = span_of(in->p + run, i - run);
				return take(d, in, i + 1, SMTP_DATA_RUN);
			}
			i++;
			run = held ? i : run;
		} else if (d->state == BOL && c == 0 && d->start == BY_CRLF) {
			d->start = BY_NUL;
			i++;
		} else if (d->state == BOL) {
			enter_line(d, d->at + i);
		} else if (ends(d, c)) {
			return take(d, in, i + 1, SMTP_DATA_END);
		} else if (d->state == DOT_CR && c != '\n' && holds(d)) {
			/* The dot was stuffed, its CR was not: hand that on first. */
			step(d, c, d->at + i);
			*ret_run = span_of("\r", 1);
			return take(d, in, i, SMTP_DATA_RUN);
		} else {
			bool consume = d->state == DOT ? c == '\r' || c == '\n' : c == '\n';
			bool withheld = d->state == DOT && c == '\r' && holds(d);

			step(d, c, d->at + i);
			i += consume;
			run = withheld ? i : run;
		}
	}
	*ret_run = span_of(in->p + run, i - run);
	return take(d, in, i, in->len > i || i > run ? SMTP_DATA_RUN : SMTP_DATA_MORE);
}
