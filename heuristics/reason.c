/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/reason.h"

#include <inttypes.h>
#include <stdlib.h>

#include "heuristics/checks.h"
#include "heuristics/helo_class.h"
#include "heuristics/source_names.h"
#include "heuristics/text.h"

#define NAMES_SHOWN 3

struct writer_context {
	struct judge *j;
	struct source *s;
	const struct score_item *item;
};

typedef void (*writer)(const struct writer_context *c, struct text *t);

static struct span name_of(const struct writer_context *c, const struct helo_use *use)
{
	return string_store_get(c->j->strings, use->text);
}

static const char *sessions(uint32_t n)
{
	return n == 1 ? "session" : "sessions";
}

static struct span rdns_of(const struct writer_context *c)
{
	return string_store_get(c->j->strings, c->s->rdns.name);
}

/* The name of most sessions whose class has this weight, or NULL. */
static const struct helo_use *use_of_item(const struct writer_context *c)
{
	const struct helo_use *best = NULL;
	size_t count;
	const struct helo_use *use = source_names(c->j->sources, c->s, &count);

	for (size_t i = 0; i < count; i++) {
		enum check_param item;

		if (helo_class_item(use[i].class, &item) && item == c->item->item &&
			(!best || use[i].sessions > best->sessions))
			best = &use[i];
	}
	return best;
}

static const char *what_class_is(enum helo_class class)
{
	static const char *const phrases[HELO_CLASS_COUNT] = {
		[HELO_EMPTY] = "no name at all",
		[HELO_KNOWN_BAD] = "a name that only bots are known to use",
		[HELO_OWN_NAME] = "our own name",
		[HELO_BARE_IPV4] = "a bare IP address",
		[HELO_BARE_IPV6] = "a bare IP address",
		[HELO_LITERAL_OK] = "its address",
		[HELO_LITERAL_PRIVATE] = "a private address",
		[HELO_LITERAL_WRONG] = "an address that is not its own",
		[HELO_ILLEGAL_CHARS] = "what no host name looks like",
		[HELO_LOCALHOST] = "the name that every machine has for itself",
		[HELO_WINDOWS_DEFAULT] = "a name that Windows gives to a new machine",
		[HELO_SINGLE_LABEL] = "a name without a domain",
		[HELO_PRIVATE_TLD] = "a name of a private network",
		[HELO_UNRESOLVED_FQDN] = "a name that DNS does not know",
		[HELO_GENERIC_FQDN] = "an access provider's generic name",
		[HELO_FQDN] = "a host name",
	};

	return phrases[class];
}

static void write_helo_syntax(const struct writer_context *c, struct text *t)
{
	const struct helo_use *use = use_of_item(c);

	if (!use) {
		text_printf(t, "greeted with no proper host name in %" PRIu32 " %s", c->item->value,
			sessions(c->item->value));
		return;
	}
	text_printf(t, "greeted with %s", what_class_is(use->class));
	if (use->class != HELO_EMPTY) {
		text_printf(t, ", ");
		text_name(t, name_of(c, use));
		text_printf(t, ",");
	}
	text_printf(t, " in %" PRIu32 " %s", use->sessions, sessions(use->sessions));
}

/* The names outside the dominant org-domain that lie in the window: a few of them by name. */
static void write_names(const struct writer_context *c, struct text *t, nstime window,
	uint32_t dominant, nstime *ret_span)
{
	size_t count, shown = 0;
	const struct helo_use *use = source_names(c->j->sources, c->s, &count);
	nstime first = c->item->time;

	for (size_t i = 0; i < count; i++) {
		if ((dominant && use[i].org == dominant) || use[i].last > c->item->time ||
			c->item->time - use[i].last > window)
			continue;
		if (use[i].last < first)
			first = use[i].last;
		if (shown++ >= NAMES_SHOWN)
			continue;
		text_printf(t, "%s", shown == 1 ? "" : ", ");
		text_name(t, name_of(c, &use[i]));
	}
	if (shown > NAMES_SHOWN)
		text_printf(t, ", ...");
	*ret_span = c->item->time - first;
}

static bool has_item(const struct writer_context *c, enum check_param item)
{
	const struct source_score *sc = source_score_find(c->j, c->s);

	return sc && score_find(&sc->score, item);
}

/* The window that decides names names; beside it the others only count. */
static void write_helo_changing(const struct writer_context *c, struct text *t)
{
	nstime window = c->item->item == PARAM_CHANGING_DB_5MIN ? 5 * NS_PER_MIN
			: c->item->item == PARAM_CHANGING_DB_1H ? NS_PER_HOUR
								: NS_PER_DAY;
	uint32_t dominant = helo_changing_dominant(c->j, c->s, false);
	struct text names = {.len = 0};
	nstime span;

	text_printf(t, "greeted with %" PRIu32 " different names ", c->item->value);
	if (c->item->item != PARAM_CHANGING_DB_1H && has_item(c, PARAM_CHANGING_DB_1H)) {
		text_printf(t, "within ");
		text_duration(t, window);
		return;
	}
	write_names(c, &names, window, dominant, &span);
	text_printf(t, "in ");
	text_duration(t, span > NS_PER_S ? span : NS_PER_S);
	text_printf(t, " (");
	text_append(t, text_span(&names));
	text_printf(t, ")");
	if (dominant)
		text_printf(t, ", beside those of its own domain");
	else if (string_store_has(c->j->strings, c->s->rdns.name))
		text_printf(t, ", none under its reverse-DNS domain");
}

static void write_helo_shared(const struct writer_context *c, struct text *t)
{
	const struct helo_use *use = source_name_latest(c->j->sources, c->s);

	text_printf(t, "greets as ");
	text_name(t, use ? name_of(c, use) : span_str("others do"));
	text_printf(t,
		", like %" PRIu32 " addresses in 24 hours that have nothing to do with that name",
		c->item->value);
}

static void write_helo_rdns(const struct writer_context *c, struct text *t)
{
	const struct helo_use *use = source_name_latest(c->j->sources, c->s);
	struct span rdns = rdns_of(c);

	text_printf(t, "greeted as ");
	text_name(t, use ? name_of(c, use) : span_of(NULL, 0));
	if (c->item->item == PARAM_HELO_RDNS_FREEMAIL_DB)
		text_printf(t, ", the name of a large mailbox provider,");
	if (!rdns.p) {
		text_printf(t, " from an address that this name does not lead to");
		return;
	}
	text_printf(t, " from an address whose reverse DNS is ");
	text_name(t, rdns);
}

static void write_rdns(const struct writer_context *c, struct text *t)
{
	if (c->item->item == PARAM_RDNS_NONE_DB) {
		text_printf(t, "the address has no reverse DNS");
		return;
	}
	text_printf(t, "its reverse DNS, ");
	text_name(t, rdns_of(c));
	text_printf(t, "%s",
		c->item->item == PARAM_RDNS_DYNAMIC_DB   ? ", is that of a dynamic access line"
		: c->item->item == PARAM_RDNS_GENERIC_DB ? ", is made from the address"
							 : ", does not lead back to it");
}

static void write_hold_time(const struct writer_context *c, struct text *t)
{
	text_printf(t, "held its connections open for ");
	text_duration(t, c->item->value * NS_PER_MS);
	text_printf(t, " after the last reply (median of %" PRIu32 " sessions", c->s->hold_count);
	if (c->s->blocked > 0)
		text_printf(t, "; in %u the server's receive window was closed for a time",
			c->s->blocked);
	text_printf(t, ")");
}

static void write_envelope_from(const struct writer_context *c, struct text *t)
{
	text_printf(t,
		"sent for %" PRIu32 " organisations in an hour, none related to its reverse DNS",
		c->item->value);
}

static void write_message_id(const struct writer_context *c, struct text *t)
{
	bool missing = c->item->item == PARAM_MESSAGE_ID_MISSING_DB;

	text_printf(t, "%" PRIu32 " of %" PRIu32 " messages have %s",
		missing ? c->s->id_missing : c->s->id_invalid, c->s->header_seen,
		missing ? "no Message-ID" : "a Message-ID that is not valid");
}

static const char *pattern_of(enum check_param item)
{
	switch (item) {
	case PARAM_BOTNET_MEMBER_DB:
		return "a botnet";
	case PARAM_SNOWSHOE_MEMBER_DB:
		return "a snowshoe";
	case PARAM_BRAND_MEMBER_DB:
		return "a spoofed-brand";
	default:
		return "a low-and-slow";
	}
}

static void write_member(const struct writer_context *c, struct text *t)
{
	text_printf(t, "part of %s campaign: %" PRIu32 " addresses sent the same content",
		pattern_of(c->item->item), c->item->value);
}

static void write_rogue(const struct writer_context *c, struct text *t)
{
	text_printf(t,
		"opened %" PRIu32
		" connections to port 25 outside within 10 minutes, and is no mail server of ours",
		c->item->value);
}

/* An item's threshold (a setting, or 1), unit, and sentence. */
static const struct row {
	enum check_param item;
	enum check_param limit; /* PARAM_COUNT: once is enough */
	const char *unit;
	writer write;
} rows[] = {
	{PARAM_HELO_OWN_NAME_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_KNOWN_BAD_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_BARE_IP_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_LITERAL_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_ILLEGAL_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_EMPTY_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_LOCALHOST_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_WINDOWS_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_PRIVATE_TLD_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_GENERIC_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_SINGLE_LABEL_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_HELO_UNRESOLVED_DB, PARAM_COUNT, "count", write_helo_syntax},
	{PARAM_CHANGING_DB_5MIN, PARAM_CHANGING_NAMES_5MIN, "count", write_helo_changing},
	{PARAM_CHANGING_DB_1H, PARAM_CHANGING_NAMES_1H, "count", write_helo_changing},
	{PARAM_CHANGING_DB_24H, PARAM_CHANGING_NAMES_24H, "count", write_helo_changing},
	{PARAM_SHARED_DB, PARAM_SHARED_IPS, "count", write_helo_shared},
	{PARAM_HELO_RDNS_MISMATCH_DB, PARAM_COUNT, "count", write_helo_rdns},
	{PARAM_HELO_RDNS_FREEMAIL_DB, PARAM_COUNT, "count", write_helo_rdns},
	{PARAM_RDNS_NONE_DB, PARAM_COUNT, "bool", write_rdns},
	{PARAM_RDNS_UNCONFIRMED_DB, PARAM_COUNT, "bool", write_rdns},
	{PARAM_RDNS_GENERIC_DB, PARAM_COUNT, "bool", write_rdns},
	{PARAM_RDNS_DYNAMIC_DB, PARAM_COUNT, "bool", write_rdns},
	{PARAM_HOLD_DB, PARAM_HOLD_MEDIAN_MS, "ms", write_hold_time},
	{PARAM_ENVELOPE_DB, PARAM_ENVELOPE_ORGS_1H, "count", write_envelope_from},
	{PARAM_MESSAGE_ID_MISSING_DB, PARAM_MESSAGE_ID_BAD_PERMILLE, "permille", write_message_id},
	{PARAM_MESSAGE_ID_INVALID_DB, PARAM_MESSAGE_ID_BAD_PERMILLE, "permille", write_message_id},
	{PARAM_BOTNET_MEMBER_DB, PARAM_BOTNET_IPS, "count", write_member},
	{PARAM_SNOWSHOE_MEMBER_DB, PARAM_SNOWSHOE_IPS, "count", write_member},
	{PARAM_BRAND_MEMBER_DB, PARAM_BRAND_IPS, "count", write_member},
	{PARAM_LOW_SLOW_MEMBER_DB, PARAM_LOW_SLOW_IPS, "count", write_member},
	{PARAM_ROGUE_DB, PARAM_ROGUE_CONNECTIONS, "count", write_rogue},
};

static const struct row *row_of(enum check_param item)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].item == item)
			return &rows[i];
	return NULL;
}

/* A campaign has grown since the source became a member. */
static void take_campaign_size(struct judge *j, const struct source *s, struct score_item *item)
{
	struct campaign_standing st;

	if (check_get(check_setting_get(item->item)->check)->family != FAMILY_CONTENT_SPREAD)
		return;
	campaigns_standing(j->campaigns, &s->key, s->messages, &st);
	if (st.member && st.pattern == check_setting_get(item->item)->check &&
		st.campaign_ips > item->value)
		item->value = st.campaign_ips;
}

static bool write_reason(
	struct judge *j, struct source *s, struct score_item item, struct reason *ret)
{
	struct writer_context c = {j, s, &item};
	const struct row *row = row_of(item.item);
	struct text t = {.len = 0};

	if (!row)
		return false;
	take_campaign_size(j, s, &item);
	row->write(&c, &t);
	*ret = (struct reason){.check = check_get(check_setting_get(item.item)->check)->id,
		.db = (item.centidb + CENTIDB(1) / 2) / CENTIDB(1), /* to the nearest */
		.value = item.value,
		.threshold = row->limit == PARAM_COUNT ? 1 : j->values.v[row->limit],
		.unit = row->unit,
		.text = arena_copy(&j->texts, text_span(&t))};
	return true;
}

static int compare_items(const void *a, const void *b)
{
	const struct score_item *x = *(const struct score_item *const *)a;
	const struct score_item *y = *(const struct score_item *const *)b;

	return x->centidb != y->centidb ? y->centidb - x->centidb : x->item - y->item;
}

size_t reasons_for(struct judge *j, struct source *s, struct reason *ret)
{
	const struct source_score *sc = source_score_find(j, s);
	const struct score_item *items[FAMILY_COUNT * SCORE_TOP];
	size_t n = 0, written = 0;

	if (!sc)
		return 0;
	for (int f = 0; f < FAMILY_COUNT; f++)
		for (int i = 0; i < SCORE_TOP; i++)
			if (sc->score.top[f][i].centidb)
				items[n++] = &sc->score.top[f][i];
	qsort(items, n, sizeof(items[0]), compare_items);
	for (size_t i = 0; i < n && written < LIMIT_REASONS; i++)
		written += write_reason(j, s, *items[i], &ret[written]);
	return written;
}

static void write_counter(struct judge *j, const struct source *s, enum check_param item,
	const char *before, const char *after, struct reason *ret)
{
	struct text t = {.len = 0};

	text_printf(&t, "%s", before);
	text_name(&t, string_store_get(j->strings, s->rdns.name));
	text_printf(&t, "%s", after);
	*ret = (struct reason){.check = check_get(check_setting_get(item)->check)->id,
		.db = (int)j->values.v[item],
		.value = 1,
		.threshold = 1,
		.unit = "bool",
		.text = arena_copy(&j->texts, text_span(&t))};
}

size_t reasons_against(struct judge *j, struct source *s, struct reason *ret)
{
	static const struct {
		enum source_counter bit;
		enum check_param item;
		const char *before, *after;
	} texts[] = {
		{COUNTER_HELO_EXACT, PARAM_HELO_RDNS_EXACT_DB, "greets with its reverse-DNS name, ",
			""},
		{COUNTER_HELO_SAME_ORG, PARAM_HELO_RDNS_SAME_ORG_DB,
			"greets under the domain of its reverse DNS, ", ""},
		{COUNTER_RDNS_NAMED, PARAM_RDNS_NAMED_DB, "its reverse DNS, ",
			", is a chosen name that leads back to it"},
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (s->counter & texts[i].bit)
			write_counter(
				j, s, texts[i].item, texts[i].before, texts[i].after, &ret[n++]);
	return n;
}

size_t reasons_unknown(struct judge *j, const struct source *s, struct span *ret)
{
	size_t n = 0;

	if (s->rdns.class == RDNS_UNKNOWN && !j->facts)
		ret[n++] = span_str("reverse DNS not looked at: DNS is switched off");
	else if (s->rdns.class == RDNS_UNKNOWN && facts_get_stats(j->facts).answers_believed == 0)
		ret[n++] = span_str("reverse DNS not seen: no DNS answers on this tap");
	else if (s->rdns.class == RDNS_UNKNOWN)
		ret[n++] = span_str("reverse DNS not seen: nobody on this tap looked it up");
	else if (s->rdns.class != RDNS_NONE && s->rdns.confirmed == TRI_UNKNOWN)
		ret[n++] = span_str("whether the reverse DNS leads back was not seen");
	if (s->greeted == 0)
		ret[n++] = span_str("no greeting was seen");
	if (!(s->bits & SOURCE_VERIFIED) && s->sessions > 0)
		ret[n++] = span_str("only one direction of its connections was seen");
	if (s->messages == 0)
		ret[n++] = span_str("no message of it was seen");
	return n;
}
