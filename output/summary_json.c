/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json_writer.h"
#include "output/names.h"
#include "output/summary_data.h"

static void input(struct json_writer *w, const struct summary_input *in)
{
	json_writer_object(w, "input");
	json_writer_wire(w, "name", span_str(in->name));
	json_writer_uint(w, "packets", in->packets);
	json_writer_uint(w, "bytes", in->bytes);
	if (in->packets > 0) {
		json_writer_time(w, "first", in->first);
		json_writer_time(w, "last", in->last);
	}
	json_writer_end_object(w);
}

static void counts(struct json_writer *w, const struct summary_counts *c)
{
	json_writer_object(w, "sessions");
	json_writer_uint(w, "total", c->sessions);
	json_writer_uint(w, "one_sided", c->one_sided);
	json_writer_uint(w, "dark", c->dark);
	json_writer_uint(w, "gaps", c->gaps);
	json_writer_uint(w, "unproven", c->unproven);
	json_writer_end_object(w);
	json_writer_object(w, "messages");
	json_writer_uint(w, "total", c->messages);
	json_writer_uint(w, "accepted", c->accepted);
	json_writer_uint(w, "rejected", c->rejected);
	json_writer_uint(w, "incomplete", c->incomplete);
	json_writer_end_object(w);
	json_writer_object(w, "sources");
	json_writer_uint(w, "total", c->sources);
	json_writer_uint(w, "bot_like", c->verdicts[VERDICT_BOT_LIKE]);
	json_writer_uint(w, "suspect", c->verdicts[VERDICT_SUSPECT]);
	json_writer_uint(w, "clean", c->verdicts[VERDICT_CLEAN]);
	json_writer_uint(w, "no_verdict", c->no_verdict);
	json_writer_uint(w, "rdns_unknown", c->rdns_unknown);
	json_writer_end_object(w);
	json_writer_object(w, "alerts");
	json_writer_uint(w, "campaigns", c->campaigns);
	for (size_t i = 0; i < SUMMARY_PATTERNS; i++)
		json_writer_uint(w, summary_patterns[i], c->patterns[i]);
	json_writer_uint(w, "others", c->alerts);
	json_writer_end_object(w);
}

static void kept(struct json_writer *w, const char *key, const struct kept *k)
{
	if (k->len > 0)
		json_writer_wire(w, key, kept_span(k));
}

static void campaign(struct json_writer *w, const struct summary_campaign *c)
{
	json_writer_object(w, NULL);
	json_writer_hex(w, "id", c->id, sizeof(c->id));
	json_writer_word(w, "pattern", c->pattern ? c->pattern : "content");
	json_writer_word(w, "severity", names_severity(c->severity));
	json_writer_word(w, "state", c->closed ? "closed" : "open");
	json_writer_int(w, "score_db", c->score_db);
	json_writer_time(w, "first_seen", c->first_seen);
	json_writer_time(w, "last_seen", c->last_seen);
	json_writer_uint(w, "sources", c->counts.sources);
	json_writer_uint(w, "networks", c->counts.networks);
	json_writer_uint(w, "messages", c->counts.messages);
	json_writer_uint(w, "recipients", c->counts.recipients);
	kept(w, "subject", &c->subject);
	kept(w, "reason", &c->reason);
	json_writer_end_object(w);
}

static void source(struct json_writer *w, const struct summary_source *x)
{
	json_writer_object(w, NULL);
	json_writer_addr(w, "ip", &x->ip);
	kept(w, "rdns", &x->rdns);
	if (!x->no_verdict)
		json_writer_word(w, "verdict", names_verdict(x->verdict));
	json_writer_int(w, "score_db", x->score_db);
	json_writer_uint(w, "sessions", x->sessions);
	json_writer_uint(w, "messages", x->messages);
	kept(w, "helo", &x->helo);
	json_writer_uint(w, "helo_names", x->helo_names);
	if (x->hold_known)
		json_writer_int(w, "hold_median_ms", x->hold_median_ms);
	json_writer_array(w, "checks");
	for (size_t i = 0; i < x->check_count; i++)
		json_writer_word(w, NULL, x->checks[i]);
	json_writer_end_array(w);
	json_writer_end_object(w);
}

static void notices(struct json_writer *w, const struct summary_input *in)
{
	json_writer_object(w, "notices");
	for (size_t i = 0; i < in->notice_count; i++)
		json_writer_uint(w, in->notices[i].name, in->notices[i].value);
	json_writer_end_object(w);
}

void summary_print_json(const struct summary *s, const struct summary_input *in, FILE *f)
{
	const struct summary_source *worst[SUMMARY_TOP];
	size_t count = summary_worst(s, worst);
	struct json_writer w = {0};

	json_writer_object(&w, NULL);
	input(&w, in);
	counts(&w, &s->counts);
	json_writer_array(&w, "worst_campaigns");
	for (size_t i = 0; i < s->campaign_count; i++)
		campaign(&w, &s->campaigns[i]);
	json_writer_end_array(&w);
	json_writer_array(&w, "worst_sources");
	for (size_t i = 0; i < count; i++)
		source(&w, worst[i]);
	json_writer_end_array(&w);
	notices(&w, in);
	json_writer_end_object(&w);
	json_writer_newline(&w);
	if (!w.failed)
		fwrite(w.buf, 1, w.len, f);
	json_writer_finish(&w);
}
