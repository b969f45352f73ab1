/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_records.h"

#include <stdlib.h>

#define T0 (INT64_C(1767323045) * NS_PER_S)
#define S(literal) ((struct span){(const uint8_t *)(literal), sizeof(literal) - 1})

static struct addr addr(const char *text)
{
	struct addr a;

	if (addr_parse(span_str(text), &a) != 1)
		abort();
	return a;
}

void samples_init(struct samples *s)
{
	if (record_builder_init(&s->session) != 1 || record_builder_init(&s->message) != 1)
		abort();
}

void samples_finish(struct samples *s)
{
	record_builder_finish(&s->session);
	record_builder_finish(&s->message);
}

/* `text`, or the noise in its stead. */
static struct span pick(const struct span *noise, struct span text)
{
	return noise ? *noise : text;
}

static struct flow_info flow(void)
{
	return (struct flow_info){
		.client = addr("198.51.100.23"),
		.server = addr("192.0.2.25"),
		.client_port = 49152,
		.server_port = 25,
		.vlan = {100, 7},
		.vlan_count = 2,
		.first_time = T0,
		.last_time = T0 + 4558901234,
		.first_packet = 100,
		.last_packet = 137,
		.packets = {21, 17},
		.bytes = {6120, 1432},
		.syn = {.seen = true, .ttl = 128, .window = 64240, .mss = 1460, .wscale = 8,
			.layout_len = 7, .layout = {2, 1, 3, 1, 1, 4, 30}},
	};
}

static void session_counts(struct session_record *r)
{
	r->helo_count = 2;
	r->banner_code = 220;
	r->starttls_offered = TRI_YES;
	r->starttls_used = r->implicit_tls = r->opaque = TRI_NO;
	r->auth_outcome = AUTH_FAILURE;
	r->auth_attempts = r->auth_failures = 1;
	r->client_spoke = r->server_spoke = TRI_YES;
	r->quit = r->early_talker = r->pipelining_violation = TRI_NO;
	r->commands = 11;
	r->messages_attempted = r->messages_accepted = 2;
	r->rcpts_attempted = r->rcpts_accepted = 2;
	r->replies_5xx = 1;
	r->banner_ms = 12;
	r->first_command_ms = 31;
	r->hold_ms = 180;
	r->idle_max_ms = 2100;
	r->duration_ms = 4558;
	r->flow.zero_window_ms[FLOW_SERVER] = 250;
	r->censored = r->one_sided = TRI_NO;
	r->complete = r->proven = TRI_YES;
	r->close = SESSION_CLOSE_RST;
	r->anomalies = SESSION_BARE_LF | SESSION_CLIENT_FIRST;
}

static void session_tls(
	struct record_builder *b, struct session_tls *t, const struct span *noise)
{
	static const uint16_t lengths[2][3] = {{69, 42, 51}, {34, 16384}};
	const struct str_ref names[2] = {record_add(b, pick(noise, S("mx1.example.net"))),
		record_add(b, pick(noise, S("*.example.net")))};

	t->version = 0x0303;
	t->cipher = 0xc02f;
	t->completed = TRI_YES;
	t->alert[FLOW_CLIENT] = 48;
	t->ja4 = record_add(b, S("t13d1812sp_85036bcba153_d41ae481755e"));
	t->server_name = record_add(b, pick(noise, S("mx1.example.net")));
	t->protocol = record_add(b, pick(noise, S("smtp")));
	t->names = record_add_array(b, names, sizeof(names[0]), 2);
	t->common_names = 1;
	t->lengths[FLOW_CLIENT] = record_add_array(b, lengths[0], sizeof(lengths[0][0]), 3);
	t->lengths[FLOW_SERVER] = record_add_array(b, lengths[1], sizeof(lengths[1][0]), 2);
}

const struct session_record *samples_session(struct samples *s, const struct span *noise)
{
	struct record_builder *b = &s->session;
	struct session_record *r = record_begin(b, RECORD_SESSION, sizeof(*r));
	struct session_helo helos[2] = {
		{.verb = HELO_VERB_EHLO, .count = 1}, {.verb = HELO_VERB_HELO, .count = 1}};

	r->r.time = T0 + 4558901234;
	r->flow = flow();
	r->peer = addr("203.0.113.80");
	r->peer_port = 40001;
	r->provenance = CLIENT_BY_XCLIENT;
	r->claimed = (struct client_end){addr("203.0.113.7"), 0, CLIENT_BY_PROXY, 0};
	r->claims = 1;
	session_counts(r);
	helos[0].arg = record_add(b, pick(noise, S("ylmf-pc")));
	helos[1].arg = record_add(b, pick(noise, S("[198.51.100.23]")));
	r->helos = record_add_array(b, helos, sizeof(helos[0]), 2);
	r->banner = record_add(b, pick(noise, S("220 mx1.example.net ESMTP")));
	r->auth_mechanism = record_add(b, pick(noise, S("LOGIN")));
	session_tls(b, &r->tls, noise);
	r->dialect = (struct session_dialect){
		.form = {'c', 'E', '-', 'w', 'U', '1', '1', '-', '-', '-', '2', '0', 'r', 'C'},
		.trace = {0x1f, 0x20, 0x33, 0x4e, 0x5d, 0x60},
		.header = {0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6},
	};
	r->sequence = record_add(b, S("E A M R D M R D"));
	return (const struct session_record *)record_end(b);
}

const struct session_record *samples_session_unseen(struct samples *s)
{
	struct session_record *r = record_begin(&s->session, RECORD_SESSION, sizeof(*r));

	r->r.time = T0;
	r->flow = (struct flow_info){
		.client = addr("2001:db8::1:25"),
		.server = addr("2001:db8:1::25"),
		.client_port = 2525,
		.server_port = 25,
		.midstream = true,
		.first_time = T0,
		.packets = {1, 0},
	};
	r->peer = r->flow.client;
	r->peer_port = r->flow.client_port;
	r->banner_code = -1;
	r->banner_ms = r->first_command_ms = r->hold_ms = r->idle_max_ms = r->duration_ms = -1;
	r->close = SESSION_CLOSE_EOF;
	return (const struct session_record *)record_end(&s->session);
}

static void message_texts(
	struct record_builder *b, struct message_record *m, const struct span *noise)
{
	const struct str_ref to[2] = {record_add(b, pick(noise, S("h:3f9a1c0d77e2@corp.example"))),
		record_add(b, pick(noise, S("h:0c7799e2af01@corp.example")))};
	const struct str_ref parameters[3] = {record_add(b, pick(noise, S("SIZE"))),
		record_add(b, pick(noise, S("BODY"))), record_add(b, pick(noise, S("X-TRACE")))};

	m->from = record_add(b, pick(noise, S("accounts@bank.example")));
	m->from_domain = record_add(b, pick(noise, S("bank.example")));
	m->to = m->header_to = record_add_array(b, to, sizeof(to[0]), 2);
	m->header_cc = record_add_array(b, to, sizeof(to[0]), 1);
	m->parameters = record_add_array(b, parameters, sizeof(parameters[0]), 3);
	m->reply_enhanced = record_add(b, pick(noise, S("2.0.0")));
	m->reply_text = record_add(b, pick(noise, S("Ok: queued as 4XyZ")));
	m->queue_id = record_add(b, pick(noise, S("4XyZ")));
	m->message_id = record_add(b, pick(noise, S("<20260102030402.1@ylmf-pc>")));
	m->subject = record_add(b, pick(noise, S("Your invoice \xe2\x82\xac 48813")));
	m->header_from = record_add(b, pick(noise, S("accounts@bank.example")));
	m->header_from_domain = record_add(b, pick(noise, S("bank.example")));
	m->header_sender = record_add(b, pick(noise, S("a9f1@ylmf-pc")));
	m->header_reply_to = record_add(b, pick(noise, S("pay@other.example")));
	m->content_type = record_add(b, pick(noise, S("multipart/mixed")));
	m->x_mailer = record_add(b, pick(noise, S("Mailer 3.0")));
	m->charset = record_add(b, pick(noise, S("utf-8")));
	m->dkim_domain = record_add(b, pick(noise, S("other.example")));
}

/* One measured, one cut off, one with the same content and nothing said of it, a message. */
static void message_files(
	struct record_builder *b, struct message_record *m, const struct span *noise)
{
	struct message_attachment files[4] = {
		{.complete = TRI_YES, .has_sha256 = true, .size = 68, .digest = 0x1f},
		{.complete = TRI_NO},
		{.complete = TRI_YES, .has_sha256 = true, .size = 9},
		{.complete = TRI_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(files[0].sha256); i++)
		files[0].sha256[i] = files[2].sha256[i] = (uint8_t)i;
	files[0].name = record_add(b, pick(noise, S("invoice \xe2\x82\xac.pdf.exe")));
	files[0].type = record_add(b, pick(noise, S("application/octet-stream")));
	files[1].name = record_add(b, pick(noise, S(".profile")));
	files[3].type = record_add(b, pick(noise, S("message/rfc822")));
	m->attachments = 5;
	m->files = record_add_array(b, files, sizeof(files[0]), 4);
}

/* One that says all, one that says nothing. */
static void message_hops(
	struct record_builder *b, struct message_record *m, const struct span *noise)
{
	struct message_hop hops[2] = {{.has_ip = true, .time = T0 - NS_PER_S}};

	hops[0].ip = addr("203.0.113.9");
	hops[0].from = record_add(b, pick(noise, S("ylmf-pc")));
	hops[0].by = record_add(b, pick(noise, S("mx1.example.net")));
	hops[0].with = record_add(b, pick(noise, S("ESMTP")));
	m->received = 2;
	m->hops = record_add_array(b, hops, sizeof(hops[0]), 2);
}

/* Each scheme and each place, with all that is said of a URL and with as little as may be. */
static void message_urls(
	struct record_builder *b, struct message_record *m, const struct span *noise)
{
	struct message_url urls[URL_IN_STYLE + 1];
	struct str_ref domains[2];

	for (uint8_t i = 0; i <= URL_IN_STYLE; i++) {
		urls[i] = (struct message_url){.count = 1u + i, .where = i};
		urls[i].scheme = i % (URL_MAILTO + 1);
	}
	urls[0].host = record_add(b, pick(noise, S("www.bank.example")));
	urls[0].domain = record_add(b, pick(noise, S("bank.example")));
	urls[1].host = record_add(b, pick(noise, S("192.0.2.80")));
	urls[2].host = record_add(b, pick(noise, S("pay.other.example")));
	urls[2].domain = record_add(b, pick(noise, S("other.example")));
	m->urls = record_add_array(b, urls, sizeof(urls[0]), URL_IN_STYLE + 1);
	domains[0] = record_add(b, pick(noise, S("bank.example")));
	domains[1] = record_add(b, pick(noise, S("other.example")));
	/* they are distinct, and so is no noise */
	m->url_domains = record_add_array(b, domains, sizeof(domains[0]), noise ? 1 : 2);
	m->url_count = 60;
	m->url_mismatches = 2;
}

const struct message_record *samples_message(struct samples *s, const struct span *noise)
{
	struct record_builder *b = &s->message;
	struct message_record *m = record_begin(b, RECORD_MESSAGE, sizeof(*m));

	m->r.time = T0 + 3 * NS_PER_S;
	m->client = addr("198.51.100.23");
	m->server = addr("192.0.2.25");
	m->client_port = 49152;
	m->peer = addr("203.0.113.80");
	m->peer_port = 40001;
	m->provenance = CLIENT_BY_XFORWARD;
	m->server_port = 25;
	m->depth = 1;
	m->session_start = T0;
	m->start = T0 + 2 * NS_PER_S;
	m->first_packet = 110;
	m->last_packet = 120;
	m->complete = m->accepted = TRI_YES;
	m->declared_size = 24000;
	m->body = MESSAGE_BODY_8BITMIME;
	m->rcpts = m->rcpts_attempted = 2;
	m->reply_code = 250;
	m->size = 24810;
	m->traits = MESSAGE_HEADER_SEEN | MESSAGE_URLS_CAPPED | MESSAGE_CHARSET_UNKNOWN |
		    MESSAGE_TEXT_CAPPED | MESSAGE_FILE_NAME_CAPPED;
	m->date_time = T0 - NS_PER_HOUR;
	m->digest.exact = 0x5c1d8f0e2a7b4c69;
	message_texts(b, m, noise);
	message_files(b, m, noise);
	message_urls(b, m, noise);
	message_hops(b, m, noise);
	return (const struct message_record *)record_end(b);
}

const struct message_record *samples_message_unseen(struct samples *s)
{
	struct message_record *m = record_begin(&s->message, RECORD_MESSAGE, sizeof(*m));

	m->r.time = m->start = m->session_start = T0;
	m->client = m->peer = addr("198.51.100.24");
	m->server = addr("192.0.2.25");
	m->client_port = m->peer_port = 49153;
	m->server_port = 25;
	m->depth = 3;
	m->declared_size = m->reply_code = -1;
	return (const struct message_record *)record_end(&s->message);
}

static void fill_members(struct member *m, const struct span *noise)
{
	m[0] = (struct member){addr("198.51.100.23"), pick(noise, S("ylmf-pc")),
		pick(noise, S("host-23.dyn.example")), 2, T0};
	m[1] = (struct member){addr("203.0.113.9"), {NULL, 0}, {NULL, 0}, 1, T0 + NS_PER_S};
	m[2] = (struct member){addr("2001:db8::9"), pick(noise, S("ylmf-pc")), {NULL, 0}, 1, T0};
}

struct alert samples_campaign_alert(const struct span *noise)
{
	static struct reason reasons[2], counter[1];
	static struct member members[3];
	static struct exemplar exemplars[2];
	static struct span unknowns[1];

	reasons[0] = (struct reason){"helo_syntax", 9, 3, 1, "count", pick(noise, S("Bad HELO."))};
	reasons[1] = (struct reason){"campaign_botnet", 22, 12, 8, "count",
		pick(noise, S("12 sources in 9 networks sent the same content."))};
	counter[0] = (struct reason){"envelope_from", -3, 0, 1, "bool", pick(noise, S("Steady."))};
	fill_members(members, noise);
	unknowns[0] = pick(noise, S("Reverse DNS of 4 of 12 sources was not seen."));
	exemplars[0] = (struct exemplar){
		addr("198.51.100.23"), addr("192.0.2.25"), addr("203.0.113.80"), 49152, 25, 40001,
		100, 137, T0};
	exemplars[1] = (struct exemplar){addr("203.0.113.9"), addr("192.0.2.25"),
		addr("203.0.113.9"), 49152, 25, 49152, 138, 170, T0};
	return (struct alert){
		.type = ALERT_CAMPAIGN,
		.state = ALERT_OPEN,
		.severity = SEVERITY_MEDIUM,
		.id = {0x9f, 0x2c, 0x01},
		.score_db = 27,
		.pattern = "botnet",
		.cluster_id = 0x7f3c9a10b2d4e6f8,
		.subject = pick(noise, S("Your invoice 48813")),
		.time = T0 + 60 * NS_PER_S,
		.first_seen = T0,
		.last_seen = T0 + 60 * NS_PER_S,
		.reasons = reasons,
		.reason_count = 2,
		.counter = counter,
		.counter_count = 1,
		.unknowns = unknowns,
		.unknown_count = 1,
		.counts = {12, 9, 14, 14, 2},
		.members = members,
		.member_count = 3,
		.members_left = 9,
		.exemplars = exemplars,
		.exemplar_count = 2,
	};
}

struct alert samples_source_alert(void)
{
	static struct reason reasons[1];

	reasons[0] = (struct reason){"helo_changing", 12, 5, 4, "count",
		S("5 HELO names in 1 h, outside of one domain.")};
	return (struct alert){
		.type = ALERT_SOURCE,
		.state = ALERT_CLOSE,
		.close_reason = ALERT_CLOSE_DECAYED,
		.severity = SEVERITY_MEDIUM,
		.id = {0x11, 0x22},
		.score_db = -4,
		.revision = 3,
		.time = T0 + 2 * NS_PER_HOUR,
		.first_seen = T0,
		.last_seen = T0 + NS_PER_HOUR,
		.has_ip = true,
		.ip = addr("203.0.113.77"),
		.helo = S("mail.one.example"),
		.rdns = S("mail.one.example"),
		.reasons = reasons,
		.reason_count = 1,
		.counts = {1, 1, 6, 6, 0},
	};
}

struct source_card samples_card(const struct span *noise)
{
	static struct card_helo helos[2];
	static struct reason reasons[1];
	struct source_card c = {
		.ip = addr("198.51.100.23"),
		.verdict = VERDICT_BOT_LIKE,
		.score_db = 23,
		.first_seen = T0,
		.last_seen = T0 + NS_PER_HOUR,
		.sessions = 5,
		.messages = 4,
		.recipients = 4,
		.role = "inbound",
		.rdns = pick(noise, S("host-23.dyn.example")),
		.rdns_class = "dynamic",
		.helos = helos,
		.helo_count = 2,
		.helo_names_total = 2,
		.hold_known = true,
		.hold_median_ms = 180,
		.hold_p95_ms = 900,
		.hold_max_ms = 900,
		.reasons = reasons,
		.reason_count = 1,
	};

	helos[0] = (struct card_helo){pick(noise, S("ylmf-pc")), "single_label", 4};
	helos[1] = (struct card_helo){pick(noise, S("[198.51.100.23]")), "literal_ok", 1};
	reasons[0] = (struct reason){
		"helo_syntax", 9, 4, 1, "count", pick(noise, S("4 sessions with a bad HELO."))};
	for (int i = 0; i < ITEM_COUNT; i++)
		c.items[i] = (struct item_result){.state = (enum item_state)(i % 3),
			.value = i,
			.threshold = 4,
			.unit = "count"};
	c.items[ITEM_URL_NOT_INFECTED].why = "no list is loaded";
	return c;
}

struct source_card samples_card_unseen(void)
{
	return (struct source_card){
		.ip = addr("2001:db8:0:7::1"),
		.network = addr("2001:db8:0:7::"),
		.no_verdict = true,
		.score_db = -20,
		.first_seen = T0,
		.last_seen = T0,
	};
}

struct campaign_report samples_campaign(const struct span *noise)
{
	static struct member members[3];
	static struct span ids[2];

	fill_members(members, noise);
	ids[0] = pick(noise, S("4XyZ"));
	ids[1] = pick(noise, S("4XyA"));
	return (struct campaign_report){
		.id = {0x9f, 0x2c, 0x01},
		.pattern = "botnet",
		.severity = SEVERITY_HIGH,
		.score_db = 27,
		.cluster_id = 0x7f3c9a10b2d4e6f8,
		.subject = pick(noise, S("Your invoice 48813")),
		.first_seen = T0,
		.last_seen = T0 + NS_PER_HOUR,
		.counts = {12, 9, 14, 14, 2},
		.members = members,
		.member_count = 3,
		.queue_ids = ids,
		.queue_id_count = 2,
		.message_ids = ids,
		.message_id_count = 2,
	};
}

const char *samples_frame(void *cookie, uint64_t packet, uint64_t *ret_frame)
{
	*ret_frame = packet + 1;
	return "day.pcap";
}

static void emit(struct samples *s, struct emitter *e, const struct span *noise)
{
	const struct session_judgement sj = {.direction = "inbound"};
	const struct message_judgement mj = {
		.cluster_id = 0x7f3c9a10b2d4e6f8, .direction = "inbound"};
	const struct alert a = samples_campaign_alert(noise);
	const struct source_card card = samples_card(noise);
	const struct campaign_report campaign = samples_campaign(noise);

	emitter_session(e, samples_session(s, noise), &sj);
	emitter_message(e, samples_message(s, noise), &mj);
	emitter_alert(e, &a);
	emitter_source(e, &card);
	emitter_campaign(e, &campaign);
}

void samples_emit_noise(struct samples *s, struct emitter *e, struct span noise)
{
	emit(s, e, &noise);
}

void samples_emit_all(struct samples *s, struct emitter *e)
{
	static const struct stat_value values[] = {{"tcp.flows_total", 90122},
		{"smtp.sessions", 88010}, {"tcp.reassembly_gaps", 3}, {"uptime_s", UINT64_MAX}};
	const struct session_judgement sj = {.direction = NULL};
	const struct message_judgement mj = {.direction = NULL};
	const struct source_card card = samples_card_unseen();
	struct alert a = samples_campaign_alert(NULL);

	emit(s, e, NULL);
	emitter_session(e, samples_session_unseen(s), &sj);
	emitter_message(e, samples_message_unseen(s), &mj);
	emitter_source(e, &card);
	a.state = ALERT_UPDATE;
	a.revision = 1;
	a.member_count = a.exemplar_count = 0;
	emitter_alert(e, &a);
	a.severity_rose = true;
	a.severity = SEVERITY_HIGH;
	a.revision = 2;
	emitter_alert(e, &a);
	a = samples_source_alert();
	emitter_alert(e, &a);
	emitter_stats(e, T0 + NS_PER_HOUR, T0, values, 4);
	emitter_engine(e, T0, T0, "started", "heloscope has started", NULL, 0);
}
