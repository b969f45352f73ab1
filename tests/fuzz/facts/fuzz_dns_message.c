/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is DNS over TCP as the server sends it, cut into chunks by its first byte; each message
 * is also asked for first, so that the facts are stored and looked up. A record must keep its
 * promises whatever the bytes say.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "facts/dns_message.h"
#include "facts/facts.h"

struct run {
	struct facts *facts;
	struct record_builder *question;
	unsigned int count;
};

static void demand(bool promise)
{
	if (!promise)
		abort();
}

static void check_text(const struct dns_record *r, struct str_ref s)
{
	demand(s.off == 0 || (s.off <= r->r.size && s.len <= r->r.size - s.off));
	for (uint32_t i = 0; i < s.len; i++) {
		uint8_t c = record_str(r, s).p[i];

		demand(c > ' ' && c < 0x7f && !(c >= 'A' && c <= 'Z'));
	}
}

static void check_record(const struct dns_record *r)
{
	const struct dns_answer *answers = record_array(r, r->answers);

	demand(r->r.size <= RECORD_MAX && r->r.size % 8 == 0);
	demand(r->answers.count <= LIMIT_DNS_ANSWERS);
	check_text(r, r->qname);
	for (uint32_t i = 0; i < r->answers.count; i++) {
		check_text(r, answers[i].owner);
		if (answers[i].type != DNS_TXT)
			check_text(r, answers[i].name);
	}
}

/* The question that `r` answers, as if it had been seen. */
static void ask(struct run *run, const struct dns_record *r)
{
	struct dns_record *q = record_begin(run->question, RECORD_DNS, sizeof(*q));

	q->r.time = r->r.time;
	q->src = r->dst;
	q->dst = r->src;
	q->src_port = r->dst_port;
	q->dst_port = r->src_port;
	q->id = r->id;
	q->qtype = r->qtype;
	q->qname = record_add(run->question, record_str(r, r->qname));
	facts_dns(run->facts, (const struct dns_record *)record_end(run->question), NULL);
}

static void on_record(void *cookie, const struct record *record)
{
	const struct dns_record *r = (const struct dns_record *)record;
	struct run *run = cookie;
	struct facts_news news = {0};
	struct ptr_fact p;

	check_record(r);
	if (!r->response)
		return;
	ask(run, r);
	if (facts_dns(run->facts, r, &news) > 0) {
		demand(news.about_addr != news.about_name);
		p = facts_ptr(run->facts, &news.addr);
		demand(!news.about_addr || p.present != TRI_UNKNOWN);
		demand((p.present == TRI_YES) == (p.count > 0));
		demand(p.count <= FACTS_PTR_NAMES && (p.count == 0 || p.confirmed_name < p.count));
		if (news.about_name && news.name.len > 0)
			facts_name_exists(run->facts, news.name);
	}
	if (++run->count == 3)
		facts_mail_host(run->facts, &r->dst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t client[4] = {192, 0, 2, 25}, server[4] = {192, 0, 2, 53};
	struct facts_config config = {.memory = 64 * 1024};
	struct flow_info flow = {.id = 1, .client_port = 4000, .server_port = 53};
	static struct record_builder b, question;
	struct run run = {.facts = facts_create(&config), .question = &question};
	struct dns_room room = {.bytes = size % 2 ? 200 : 1 << 20};
	struct dns_stream *s = dns_stream_create(&room);
	size_t step = size > 0 ? data[0] + 1u : 1;

	flow.client = addr_from_v4(client);
	flow.server = addr_from_v4(server);
	if (!b.block && (record_builder_init(&b) < 0 || record_builder_init(&question) < 0))
		abort();
	demand(run.facts && s);
	for (size_t i = 1; i < size; i += step) {
		struct stream_chunk c = {.dir = FLOW_SERVER, .kind = CHUNK_DATA, .packet = i};

		c.time = (nstime)i;
		c.data = span_of(data + i, step < size - i ? step : size - i);
		dns_stream_chunk(s, &flow, &c, &b, on_record, &run);
	}
	dns_stream_destroy(s);
	demand(room.bytes == (size % 2 ? 200 : 1 << 20));
	facts_destroy(run.facts);
	return 0;
}
