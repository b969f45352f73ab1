/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>

#include "output/names.h"
#include "output/phrase.h"
#include "output/rule_table.h"
#include "output/summary_data.h"
#include "output/text_table.h"
#include "output/wire_text.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MIN 60
#define COLUMNS_MAX 160
#define EVIDENCE_CAMPAIGNS 3
#define EVIDENCE_ALERTS 5
#define SENTENCE 2048

struct page {
	const struct summary *s;
	const struct summary_input *in;
	FILE *f;
	size_t width;
	bool colour;
};

/* Bytes of `text` that go on a line of `room`: up to a space, or one word that is longer. */
static size_t line_length(const char *text, size_t room)
{
	size_t len = strlen(text), at = room;

	if (len <= room)
		return len;
	while (at > 0 && text[at] != ' ')
		at--;
	return at > 0 ? at : strcspn(text, " ");
}

/* `text` in lines of the page's width; every line but the first is indented by two more. */
static void wrap(const struct page *p, size_t indent, enum text_style style, const char *text)
{
	char line[SENTENCE];
	bool first = true;

	do {
		size_t n = line_length(text, p->width > indent ? p->width - indent : 1);

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		fprintf(p->f, "%*s", (int)indent, "");
		text_table_styled(p->f, style, p->colour, line);
		fputc('\n', p->f);
		text += n + strspn(text + n, " ");
		indent += first ? 2 : 0;
		first = false;
	} while (*text);
}

static void wrapf(const struct page *p, size_t indent, enum text_style style, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void wrapf(const struct page *p, size_t indent, enum text_style style, const char *fmt, ...)
{
	char text[SENTENCE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	wrap(p, indent, style, text);
}

static void heading(const struct page *p, const char *text)
{
	fputc('\n', p->f);
	text_table_styled(p->f, TEXT_BOLD, p->colour, text);
	fputc('\n', p->f);
}

static enum text_style severity_style(enum severity s)
{
	return s >= SEVERITY_HIGH ? TEXT_BAD : s >= SEVERITY_MEDIUM ? TEXT_WARN : TEXT_PLAIN;
}

static enum text_style verdict_style(enum verdict v)
{
	return v == VERDICT_BOT_LIKE ? TEXT_BAD : v == VERDICT_SUSPECT ? TEXT_WARN : TEXT_PLAIN;
}

/* The input: what it was, how much, over what time. A day is named once. */
static void print_input(const struct page *p)
{
	char name[256], packets[PHRASE_SIZE], bytes[PHRASE_SIZE];
	char first[PHRASE_SIZE], last[PHRASE_SIZE], length[PHRASE_SIZE];
	const struct summary_input *in = p->in;
	size_t day = strlen("2026-01-02 ");

	wire_text_ascii(span_str(in->name), sizeof(name) - 1, name);
	if (in->packets == 0) {
		wrapf(p, 0, TEXT_PLAIN, "%s: no packets.", name);
		return;
	}
	phrase_time(in->first, first);
	phrase_time(in->last, last);
	wrapf(p, 0, TEXT_PLAIN, "%s: %s, %s, %s to %s UTC (%s)", name,
		phrase_count(in->packets, "packet", packets), phrase_bytes(in->bytes, bytes), first,
		last + (strncmp(first, last, day) == 0 ? day : 0),
		phrase_duration(in->last - in->first, length));
}

/* "3 campaigns (1 botnet, 2 snowshoe)" */
static void campaigns_phrase(const struct summary_counts *c, char *out, size_t size)
{
	char count[PHRASE_SIZE], number[PHRASE_SIZE];
	const char *between = " (";
	size_t n = (size_t)snprintf(out, size, "%s", phrase_count(c->campaigns, "campaign", count));

	for (size_t i = 0; i < SUMMARY_PATTERNS; i++) {
		if (c->patterns[i] == 0)
			continue;
		n += (size_t)snprintf(out + n, size - n, "%s%s %s", between,
			phrase_number(c->patterns[i], number), names_pattern(summary_patterns[i]));
		between = ", ";
	}
	snprintf(out + n, size - n, ")");
}

static void print_answer(const struct page *p)
{
	const struct summary_counts *c = &p->s->counts;
	uint64_t bots = c->verdicts[VERDICT_BOT_LIKE];
	char campaigns[256], sources[PHRASE_SIZE];

	if (c->sessions == 0) {
		wrap(p, 0, TEXT_BOLD, "No SMTP session was seen.");
		return;
	}
	phrase_count(bots, "bot-like source", sources);
	if (c->campaigns == 0 && bots == 0) {
		wrap(p, 0, TEXT_BOLD, "No campaign and no bot-like source was found.");
	} else if (c->campaigns == 0) {
		wrapf(p, 0, TEXT_BOLD, "%s; no campaign.", sources);
	} else {
		campaigns_phrase(c, campaigns, sizeof(campaigns));
		wrapf(p, 0, TEXT_BOLD, "%s; %s.", campaigns, bots ? sources : "no bot-like source");
	}
}

static void print_totals(const struct page *p)
{
	const struct summary_counts *c = &p->s->counts;
	char a[PHRASE_SIZE], b[PHRASE_SIZE], d[PHRASE_SIZE], e[PHRASE_SIZE], g[PHRASE_SIZE];

	if (c->sources > 0)
		wrapf(p, 0, TEXT_PLAIN, "%s: %s bot-like, %s suspect, %s clean%s%s%s.",
			phrase_count(c->sources, "source", a),
			phrase_number(c->verdicts[VERDICT_BOT_LIKE], b),
			phrase_number(c->verdicts[VERDICT_SUSPECT], d),
			phrase_number(c->verdicts[VERDICT_CLEAN], e), c->no_verdict ? ", " : "",
			c->no_verdict ? phrase_number(c->no_verdict, g) : "",
			c->no_verdict ? " without a verdict (proxy suspected)" : "");
	if (c->sessions > 0)
		wrapf(p, 0, TEXT_PLAIN, "%s, %s: %s accepted, %s refused, %s of unseen outcome.",
			phrase_count(c->sessions, "session", a),
			phrase_count(c->messages, "message", b), phrase_number(c->accepted, d),
			phrase_number(c->rejected, e),
			phrase_number(c->messages - c->accepted - c->rejected, g));
}

static void print_campaigns(const struct page *p)
{
	static const struct text_column columns[] = {
		{.title = "severity"},
		{.title = "pattern"},
		{.title = "sources", .right = true},
		{.title = "networks", .right = true, .drop = 2},
		{.title = "messages", .right = true},
		{.title = "first seen", .drop = 3},
		{.title = "lasting", .right = true, .drop = 4},
		{.title = "subject", .min = 12, .prose = true},
	};
	struct text_table *t;
	char text[PHRASE_SIZE];

	if (p->s->campaign_count == 0)
		return;
	t = text_table_create(columns, sizeof(columns) / sizeof(columns[0]));
	if (!t)
		return;
	for (size_t i = 0; i < p->s->campaign_count; i++) {
		const struct summary_campaign *c = &p->s->campaigns[i];

		text_table_row(t);
		text_table_cellf(t, severity_style(c->severity), "%s", names_severity(c->severity));
		text_table_cellf(t, TEXT_PLAIN, "%s", names_pattern(c->pattern));
		text_table_cellf(t, TEXT_PLAIN, "%s", phrase_number(c->counts.sources, text));
		text_table_cellf(t, TEXT_PLAIN, "%s", phrase_number(c->counts.networks, text));
		text_table_cellf(t, TEXT_PLAIN, "%s", phrase_number(c->counts.messages, text));
		text_table_cellf(t, TEXT_PLAIN, "%s", phrase_time(c->first_seen, text));
		text_table_cellf(
			t, TEXT_PLAIN, "%s", phrase_duration(c->last_seen - c->first_seen, text));
		text_table_cell(t, TEXT_PLAIN, kept_span(&c->subject));
	}
	heading(p, "Campaigns");
	text_table_print(t, p->f, p->width, p->colour);
	text_table_destroy(t);
	if (p->s->counts.campaigns > p->s->campaign_count)
		fprintf(p->f, "  and %s more\n",
			phrase_number(p->s->counts.campaigns - p->s->campaign_count, text));
}

/* The reasons in a few words; of a source without any, the items it fails. */
static void why(const struct summary_source *x, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < x->check_count && n < size; i++) {
		const struct rule *r = rule_table_find(x->checks[i]);

		n += (size_t)snprintf(
			out + n, size - n, "%s%s", i ? ", " : "", r ? r->brief : x->checks[i]);
	}
	for (int i = 0; x->check_count == 0 && i < ITEM_COUNT && n < size; i++)
		if (x->failed_items >> i & 1)
			n += (size_t)snprintf(out + n, size - n, "%s%s.%s", n ? ", " : "",
				names_item_group((enum check_item)i),
				names_item((enum check_item)i));
}

/* The name it used most, and how many more. */
static void helo_cell(struct text_table *t, const struct summary_source *x)
{
	uint8_t text[TEXT_TABLE_CELL];
	struct span name = span_head(kept_span(&x->helo), TEXT_TABLE_CELL / 2);
	int n = 0;

	if (name.len > 0)
		memcpy(text, name.p, name.len);
	if (x->helo_names > 1)
		n = snprintf((char *)text + name.len, TEXT_TABLE_CELL / 2, " +%" PRIu64,
			x->helo_names - 1);
	text_table_cell(t, TEXT_PLAIN, span_of(text, name.len + (size_t)n));
}

static void source_row(struct text_table *t, const struct summary_source *x)
{
	char text[ADDR_STRLEN + PHRASE_SIZE], reasons[TEXT_TABLE_CELL];
	enum text_style style = x->no_verdict ? TEXT_WARN : verdict_style(x->verdict);

	text_table_row(t);
	text_table_cellf(t, style, "%s", x->no_verdict ? "(proxy)" : names_verdict(x->verdict));
	text_table_cellf(t, TEXT_PLAIN, "%+d", x->score_db);
	text_table_cellf(t, TEXT_PLAIN, "%s", addr_format(&x->ip, text));
	text_table_cell(t, TEXT_PLAIN, kept_span(&x->rdns));
	text_table_cellf(t, TEXT_PLAIN, "%s", phrase_number(x->sessions, text));
	text_table_cellf(t, TEXT_PLAIN, "%s", phrase_number(x->messages, text));
	helo_cell(t, x);
	why(x, reasons, sizeof(reasons));
	text_table_cell(t, TEXT_PLAIN, span_str(reasons));
}

static void print_sources(const struct page *p)
{
	static const struct text_column columns[] = {
		{.title = "verdict"},
		{.title = "dB", .right = true},
		{.title = "source"},
		{.title = "reverse DNS", .min = 20, .drop = 3},
		{.title = "sess", .right = true, .drop = 1},
		{.title = "msgs", .right = true},
		{.title = "HELO", .min = 12, .drop = 2},
		{.title = "why", .min = 20},
	};
	const struct summary_counts *c = &p->s->counts;
	uint64_t all = c->verdicts[VERDICT_BOT_LIKE] + c->verdicts[VERDICT_SUSPECT] + c->no_verdict;
	const struct summary_source *worst[SUMMARY_TOP];
	size_t count = summary_worst(p->s, worst);
	struct text_table *t;
	char text[PHRASE_SIZE];

	if (count == 0)
		return;
	t = text_table_create(columns, sizeof(columns) / sizeof(columns[0]));
	if (!t)
		return;
	for (size_t i = 0; i < count; i++)
		source_row(t, worst[i]);
	heading(p, "Worst sources");
	text_table_print(t, p->f, p->width, p->colour);
	text_table_destroy(t);
	if (all > count)
		fprintf(p->f, "  and %s more (--datasets source lists all)\n",
			phrase_number(all - count, text));
}

/* `path` as one word of a shell. */
static void print_shell_word(const struct page *p, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._/+:@%,=-";
	char text[4096 + 1];

	if (path[0] != '-' && path[strspn(path, plain)] == '\0') {
		fputs(path, p->f);
		return;
	}
	wire_text_ascii(span_str(path), sizeof(text) - 1, text);
	fputs(path[0] == '-' ? "./" : "", p->f);
	fputc('\'', p->f);
	for (const char *c = text; *c; c++)
		fputs(*c == '\'' ? "'\\''" : (const char[]){*c, '\0'}, p->f);
	fputc('\'', p->f);
}

/* The command that shows the packets, on one line so that it can be copied. */
static void print_command(const struct page *p, const struct exemplar *x)
{
	uint64_t first = 0, last = 0;
	const char *path, *last_path;

	if (!p->in->frame)
		return;
	path = p->in->frame(p->in->cookie, x->first_packet, &first);
	last_path = p->in->frame(p->in->cookie, x->last_packet, &last);
	if (!path || first == 0)
		return;
	if (!last_path || strcmp(path, last_path) != 0 || last < first)
		last = first;
	fputs("    tshark -r ", p->f);
	print_shell_word(p, path);
	fprintf(p->f, " -Y 'frame.number in {%" PRIu64 "..%" PRIu64 "}'\n", first, last);
}

static void print_evidence(const struct page *p)
{
	const struct summary *s = p->s;
	char reason[WIRE_TEXT_MAX(SUMMARY_KEPT) + 1], ip[ADDR_STRLEN];

	if (s->campaign_count + s->alert_count == 0)
		return;
	heading(p, "Evidence");
	for (size_t i = 0; i < s->campaign_count && i < EVIDENCE_CAMPAIGNS; i++) {
		const struct summary_campaign *c = &s->campaigns[i];

		wire_text_ascii(kept_span(&c->reason), sizeof(reason) - 1, reason);
		wrapf(p, 2, TEXT_PLAIN, "%s campaign: %s", names_pattern(c->pattern), reason);
		if (c->has_exemplar)
			print_command(p, &c->exemplar);
	}
	for (size_t i = 0; i < s->alert_count && i < EVIDENCE_ALERTS; i++) {
		const struct summary_alert *a = &s->alerts[i];

		wire_text_ascii(kept_span(&a->reason), sizeof(reason) - 1, reason);
		wrapf(p, 2, TEXT_PLAIN, "%s %s: %s", names_alert_type(a->type),
			a->has_ip ? addr_format(&a->ip, ip) : "alert", reason);
		if (a->has_exemplar)
			print_command(p, &a->exemplar);
	}
}

static void share(const struct page *p, uint64_t n, uint64_t of, const char *sentence)
{
	char a[PHRASE_SIZE], b[PHRASE_SIZE];

	if (n > 0)
		wrapf(p, 2, TEXT_PLAIN, "%s of %s %s", phrase_number(n, a), phrase_number(of, b),
			sentence);
}

static void print_visibility(const struct page *p)
{
	const struct summary_counts *c = &p->s->counts;
	char text[PHRASE_SIZE], name[128];

	heading(p, "What was not visible");
	share(p, c->one_sided, c->sessions, "sessions showed one direction only.");
	share(p, c->dark, c->sessions,
		"sessions went dark inside TLS: what came after it was not seen.");
	share(p, c->gaps, c->sessions, "sessions have lost bytes.");
	share(p, c->unproven, c->sessions,
		"sessions are not acknowledged by the other side: they are no evidence.");
	share(p, c->incomplete, c->messages, "messages were seen in part.");
	share(p, c->rdns_unknown, c->sources,
		"sources have unknown reverse DNS, which counts for nobody and against nobody: a "
		"tap that sees the resolver's answers would tell.");
	for (size_t i = 0; i < p->in->notice_count; i++) {
		wire_text_ascii(span_str(p->in->notices[i].name), sizeof(name) - 1, name);
		wrapf(p, 2, TEXT_PLAIN, "%s: %s", name,
			phrase_number(p->in->notices[i].value, text));
	}
	if (c->one_sided + c->dark + c->gaps + c->unproven + c->incomplete + c->rdns_unknown +
			p->in->notice_count ==
		0)
		wrap(p, 2, TEXT_PLAIN, "Nothing was missing.");
}

static size_t page_width(int columns)
{
	if (columns <= 0)
		return COLUMNS_DEFAULT;
	if (columns < COLUMNS_MIN)
		return COLUMNS_MIN;
	return columns > COLUMNS_MAX ? COLUMNS_MAX : (size_t)columns;
}

void summary_print_text(
	const struct summary *s, const struct summary_input *in, FILE *f, int columns, bool colour)
{
	const struct page p = {s, in, f, page_width(columns), colour};
	/* What a terminal can show is a matter of its locale; of this thread only, and only here,
	 * since elsewhere a locale would change how bytes are compared. */
	locale_t theirs = columns > 0 ? newlocale(LC_CTYPE_MASK, "", (locale_t)0) : (locale_t)0;
	locale_t ours = theirs ? uselocale(theirs) : (locale_t)0;

	print_input(&p);
	print_answer(&p);
	print_totals(&p);
	print_campaigns(&p);
	print_sources(&p);
	print_evidence(&p);
	if (s->counts.sessions > 0 || in->notice_count > 0)
		print_visibility(&p);
	if (theirs) {
		uselocale(ours);
		freelocale(theirs);
	}
}
