/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_summary.h"

#include <stdio.h>

#include "sample_records.h"

#define T0 (INT64_C(1767323045) * NS_PER_S)
#define S(literal) ((struct span){(const uint8_t *)(literal), sizeof(literal) - 1})
#define BOTS 24

static struct addr v4(uint8_t c, uint8_t d)
{
	const uint8_t b[4] = {203, 0, c, d};

	return addr_from_v4(b);
}

static void campaigns(struct summary *s)
{
	struct alert a = samples_campaign_alert(NULL);
	const struct reason reason = {"campaign_botnet", 22, 41, 8, "count",
		S("41 sources in 33 networks sent the same content, 88 % of them without any "
		  "identity of their own.")};
	struct campaign_report r = samples_campaign(NULL);

	a.reasons = &reason;
	a.reason_count = 1;
	a.severity = SEVERITY_HIGH;
	a.counts = (struct alert_counts){41, 33, 58, 58, 5};
	summary_alert(s, &a);
	r.counts = a.counts;
	r.last_seen = T0 + 97 * NS_PER_MIN;
	summary_campaign(s, &r);
	a.id[0] = 0x77;
	a.pattern = "spoofed_brand";
	a.severity = SEVERITY_MEDIUM;
	a.counts = (struct alert_counts){6, 5, 9, 9, 1};
	a.subject = S("\x1b[2J\xe2\x80\xae\xe6\x97\xa5\xe6\x9c\xac "
		      "Urgent: confirm your account \xe2\x82\xac today or lose it");
	a.exemplars = NULL;
	a.exemplar_count = 0;
	summary_alert(s, &a);
	r.subject = S("gone: withdrawn by later facts");
	a.id[0] = 0x78;
	summary_alert(s, &a);
	a.state = ALERT_CLOSE;
	a.close_reason = ALERT_CLOSE_RETRACTED;
	summary_alert(s, &a);
}

static void bots(struct summary *s)
{
	for (int i = 0; i < BOTS; i++) {
		char rdns[64];
		const struct reason reasons[3] = {{"rdns_class", 5, 1, 1, "bool", S("Dynamic.")},
			{"campaign_botnet", 30, 41, 8, "count", S("Member.")},
			{"helo_syntax", 9, 1, 1, "count", S("Bad HELO.")}};
		const struct card_helo helo = {
			i % 2 ? S("ylmf-pc") : S("\xff[203.0.113.9"), "single_label", 2};
		struct source_card c = {
			.ip = v4((uint8_t)(113 + i / 4), (uint8_t)(i * 9 + 4)),
			.verdict = VERDICT_BOT_LIKE,
			.score_db = 30 - i,
			.sessions = (uint64_t)(2 + i % 3),
			.messages = (uint64_t)(1 + i % 2),
			.helos = &helo,
			.helo_count = 1,
			.helo_names_total = i % 7 ? 1 : 6,
			.reasons = reasons,
			.reason_count = 3,
		};

		snprintf(rdns, sizeof(rdns), "host-%d-%d.dyn.pool.isp.example", i, i * 9 + 4);
		if (i % 5)
			c.rdns = span_str(rdns);
		summary_source(s, &c);
	}
}

/* Two that are in no campaign: bot-like by what they do themselves. */
static void flapping_and_holding(struct summary *s)
{
	const struct reason flaps = {"helo_changing", 12, 5, 4, "count", S("5 names in 1 h.")};
	const struct reason holds = {"hold_time", 10, 90000, 30000, "ms", S("Holds for 90 s.")};
	const struct card_helo helo = {S("mail.one.example"), "fqdn", 2};
	struct source_card c = {.ip = v4(113, 77),
		.verdict = VERDICT_BOT_LIKE,
		.score_db = 12,
		.sessions = 6,
		.messages = 6,
		.rdns = S("mail.one.example"),
		.helos = &helo,
		.helo_count = 1,
		.helo_names_total = 5,
		.reasons = &flaps,
		.reason_count = 1};

	summary_source(s, &c);
	c.ip = v4(113, 78);
	c.score_db = 10;
	c.messages = 0;
	c.helo_names_total = 1;
	c.reasons = &holds;
	summary_source(s, &c);
}

static void others(struct summary *s)
{
	struct alert a = samples_source_alert();
	const struct exemplar x = {
		v4(113, 77), v4(113, 25), v4(113, 77), 40000, 25, 40000, 500, 530, T0};
	struct source_card c = samples_card_unseen();

	a.state = ALERT_OPEN;
	a.close_reason = ALERT_CLOSE_NONE;
	a.score_db = 12;
	a.exemplars = &x;
	a.exemplar_count = 1;
	summary_alert(s, &a);
	summary_source(s, &c);
	c.no_verdict = false;
	c.verdict = VERDICT_SUSPECT;
	c.items[ITEM_HELO_FQDN].state = c.items[ITEM_IP_HAS_RDNS].state = ITEM_FAIL;
	c.ip.b[15] = 9;
	c.sessions = 12345;
	summary_source(s, &c);
	flapping_and_holding(s);
	c.verdict = VERDICT_CLEAN;
	for (int i = 0; i < 120; i++) {
		c.ip = v4(2, (uint8_t)i);
		summary_source(s, &c);
	}
}

void sample_summary_fill(struct summary *s)
{
	struct samples samples;

	samples_init(&samples);
	for (int i = 0; i < 1234; i++)
		summary_session(s, samples_session(&samples, NULL));
	for (int i = 0; i < 12; i++)
		summary_session(s, samples_session_unseen(&samples));
	for (int i = 0; i < 2000; i++)
		summary_message(s, samples_message(&samples, NULL));
	summary_message(s, samples_message_unseen(&samples));
	campaigns(s);
	bots(s);
	others(s);
	samples_finish(&samples);
}

struct summary_input sample_summary_input(void)
{
	static const struct stat_value notices[] = {{"packets cut short by the snap length", 12},
		{"alerts held back by the limiter", 1}};

	return (struct summary_input){
		.name = "day.pcap",
		.packets = 123456,
		.bytes = 45678901,
		.first = T0,
		.last = T0 + 128 * NS_PER_MIN,
		.notices = notices,
		.notice_count = 2,
		.frame = samples_frame,
	};
}
