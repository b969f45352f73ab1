/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "facts/dns_message.h"
#include "facts/facts.h"
#include "tests/unit/facts/dns_build.h"

#define MX "192.0.2.25"
#define RESOLVER "192.0.2.53"
#define BOT "203.0.113.45"
#define BOT_ARPA "45.113.0.203.in-addr.arpa"
#define MEMORY (4 * 1024 * 1024)

static struct record_builder builder;
static nstime now;
static uint16_t next_id;
static struct facts_news news;

static int setup(void **state)
{
	now = 1000 * NS_PER_S;
	return record_builder_init(&builder) > 0 ? 0 : -1;
}

static int teardown(void **state)
{
	record_builder_finish(&builder);
	return 0;
}

static struct facts *create(const struct facts_config *config)
{
	struct facts_config c = config ? *config : (struct facts_config){0};
	struct facts *f;

	if (c.memory == 0)
		c.memory = MEMORY;
	f = facts_create(&c);
	assert_non_null(f);
	return f;
}

/* Without a topology, MX known as a mail host. */
static struct facts *create_learned(void)
{
	struct facts *f = create(NULL);
	struct addr mx = addr_of(MX);

	facts_mail_host(f, &mx);
	return f;
}

static int send_wire(struct facts *f, const char *src, uint16_t src_port, const char *dst,
	uint16_t dst_port, const struct wire *w)
{
	struct datagram d = {.time = now, .src_port = src_port, .dst_port = dst_port};
	const struct dns_record *r;

	d.src = addr_of(src);
	d.dst = addr_of(dst);
	d.payload = span_of(w->p, w->len);
	r = dns_message_parse(&d, 1, 0, &builder);
	assert_non_null(r);
	return facts_dns(f, r, &news);
}

static void ask(struct facts *f, const char *client, const char *server, const char *name,
	unsigned int type)
{
	struct wire w;

	wire_begin(&w, ++next_id, QUERY, name, type);
	assert_int_equal(send_wire(f, client, 4000, server, 53, &w), 0);
}

/* `w` answers the last question. */
static int answer(struct facts *f, const char *server, const char *client, struct wire *w)
{
	w->p[0] = (uint8_t)(next_id >> 8);
	w->p[1] = (uint8_t)next_id;
	return send_wire(f, server, 53, client, 4000, w);
}

/* MX asks RESOLVER, which answers with `target`: an address, a name, or NULL for nothing. */
static int look_up(struct facts *f, const char *name, unsigned int type, unsigned int flags,
	const char *target)
{
	struct wire w;

	ask(f, MX, RESOLVER, name, type);
	wire_begin(&w, 0, flags, name, type);
	if (target && type == DNS_PTR)
		wire_target(&w, SECTION_ANSWER, NULL, DNS_PTR, target);
	else if (target)
		wire_addr(&w, NULL, target);
	return answer(f, RESOLVER, MX, &w);
}

static struct ptr_fact ptr_of(struct facts *f, const char *text)
{
	struct addr a = addr_of(text);

	return facts_ptr(f, &a);
}

static enum tri resolves(struct facts *f, const char *name, const char *text)
{
	struct addr a = addr_of(text);

	return facts_resolves_to(f, span_str(name), &a);
}

static enum tri exists(struct facts *f, const char *name)
{
	return facts_name_exists(f, span_str(name));
}

static void test_forward_confirmed(void **state)
{
	struct facts *f = create_learned();
	struct addr bot = addr_of(BOT);
	struct ptr_fact p = ptr_of(f, BOT);

	assert_int_equal(p.present, TRI_UNKNOWN);
	assert_int_equal(p.confirmed, TRI_UNKNOWN);
	assert_int_equal(look_up(f, BOT_ARPA, DNS_PTR, ANSWER_RA, "Mail.Shop.example"), 1);
	assert_true(news.about_addr);
	assert_false(news.about_name);
	assert_true(addr_eq(&news.addr, &bot));
	p = ptr_of(f, BOT);
	assert_int_equal(p.present, TRI_YES);
	assert_int_equal(p.count, 1);
	assert_true(span_eq_str(p.names[0], "mail.shop.example"));
	assert_int_equal(p.confirmed, TRI_UNKNOWN);

	assert_int_equal(look_up(f, "mail.shop.example", DNS_AAAA, ANSWER_RA, NULL), 1);
	assert_int_equal(ptr_of(f, BOT).confirmed, TRI_UNKNOWN); /* the other family */
	assert_int_equal(look_up(f, "mail.shop.example", DNS_A, ANSWER_RA, BOT), 1);
	assert_true(news.about_name);
	assert_true(span_eq_str(news.name, "mail.shop.example"));
	p = ptr_of(f, BOT);
	assert_int_equal(p.confirmed, TRI_YES);
	assert_int_equal(p.confirmed_name, 0);
	assert_int_equal(resolves(f, "MAIL.shop.example.", BOT), TRI_YES);
	assert_int_equal(resolves(f, "mail.shop.example", "203.0.113.46"), TRI_NO);
	assert_int_equal(resolves(f, "mail.shop.example", "2001:db8::1"), TRI_NO);
	assert_int_equal(resolves(f, "other.shop.example", BOT), TRI_UNKNOWN);
	facts_destroy(f);
}

static void test_not_confirmed(void **state)
{
	struct facts *f = create_learned();
	struct wire w;

	ask(f, MX, RESOLVER, BOT_ARPA, DNS_PTR);
	wire_begin(&w, 0, ANSWER_RA, BOT_ARPA, DNS_PTR);
	wire_target(&w, SECTION_ANSWER, NULL, DNS_PTR, "a.example");
	wire_target(&w, SECTION_ANSWER, NULL, DNS_PTR, "b.example");
	assert_int_equal(answer(f, RESOLVER, MX, &w), 1);
	look_up(f, "a.example", DNS_A, ANSWER_RA | NXDOMAIN, NULL);
	assert_int_equal(ptr_of(f, BOT).confirmed, TRI_UNKNOWN);
	look_up(f, "b.example", DNS_A, ANSWER_RA, "203.0.113.99");
	assert_int_equal(ptr_of(f, BOT).confirmed, TRI_NO);
	look_up(f, "b.example", DNS_A, ANSWER_RA, BOT);
	assert_int_equal(ptr_of(f, BOT).confirmed, TRI_YES);
	assert_int_equal(ptr_of(f, BOT).confirmed_name, 1);
	facts_destroy(f);
}

/* A fifth name is not kept, so that all four failing proves nothing. */
static void test_many_ptr_names(void **state)
{
	struct facts *f = create_learned();
	char name[] = "a.example";
	struct wire w;

	ask(f, MX, RESOLVER, BOT_ARPA, DNS_PTR);
	wire_begin(&w, 0, ANSWER_RA, BOT_ARPA, DNS_PTR);
	for (int i = 0; i < 5; i++, name[0]++)
		wire_target(&w, SECTION_ANSWER, NULL, DNS_PTR, name);
	assert_int_equal(answer(f, RESOLVER, MX, &w), 1);
	assert_int_equal(ptr_of(f, BOT).count, FACTS_PTR_NAMES);
	for (name[0] = 'a'; name[0] <= 'd'; name[0]++)
		look_up(f, name, DNS_A, ANSWER_RA | NXDOMAIN, NULL);
	assert_int_equal(ptr_of(f, BOT).confirmed, TRI_UNKNOWN);
	facts_destroy(f);
}

static void test_absent_ptr(void **state)
{
	struct facts *f = create_learned();
	struct wire w;

	assert_int_equal(look_up(f, BOT_ARPA, DNS_PTR, ANSWER_RA | SERVFAIL, NULL), 0);
	assert_int_equal(ptr_of(f, BOT).present, TRI_UNKNOWN);
	assert_int_equal(look_up(f, BOT_ARPA, DNS_PTR, ANSWER_RA | NXDOMAIN, NULL), 1);
	assert_int_equal(ptr_of(f, BOT).present, TRI_NO);
	assert_int_equal(ptr_of(f, BOT).count, 0);
	assert_int_equal(ptr_of(f, BOT).confirmed, TRI_NO);
	assert_int_equal(look_up(f, BOT_ARPA, DNS_PTR, ANSWER_RA, "a.example"), 1);
	assert_int_equal(ptr_of(f, BOT).present, TRI_YES);
	assert_int_equal(look_up(f, BOT_ARPA, DNS_PTR, ANSWER_RA, NULL), 1); /* NODATA */
	assert_int_equal(ptr_of(f, BOT).present, TRI_NO);
	assert_int_equal(look_up(f, BOT_ARPA, DNS_PTR, ANSWER_RA, ""), 1); /* the root */
	assert_int_equal(ptr_of(f, BOT).present, TRI_NO);

	/* A referral and a truncated answer are no NODATA. */
	ask(f, MX, RESOLVER, "46.113.0.203.in-addr.arpa", DNS_PTR);
	wire_begin(&w, 0, ANSWER_RA, "46.113.0.203.in-addr.arpa", DNS_PTR);
	wire_target(&w, SECTION_AUTHORITY, "113.0.203.in-addr.arpa", DNS_NS, "ns.isp.example");
	assert_int_equal(answer(f, RESOLVER, MX, &w), 0);
	assert_int_equal(
		look_up(f, "46.113.0.203.in-addr.arpa", DNS_PTR, ANSWER_RA | 0x0200, NULL), 0);
	assert_int_equal(ptr_of(f, "203.0.113.46").present, TRI_UNKNOWN);
	facts_destroy(f);
}

static void test_ipv6_ptr(void **state)
{
	struct facts *f = create_learned();

	assert_int_equal(look_up(f,
				 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
				 ".ip6.arpa",
				 DNS_PTR, ANSWER_RA, "v6.example"),
		1);
	look_up(f, "v6.example", DNS_A, ANSWER_RA | NXDOMAIN, NULL);
	assert_int_equal(ptr_of(f, "2001:db8::1").confirmed, TRI_NO);
	look_up(f, "v6.example", DNS_AAAA, ANSWER_RA, "2001:db8::1");
	assert_int_equal(ptr_of(f, "2001:db8::1").confirmed, TRI_YES);
	facts_destroy(f);
}

/* An IPv4-mapped address in an AAAA record makes no IPv4 address of the name. */
static void test_mapped_address(void **state)
{
	static const uint8_t mapped[16] = {[10] = 0xff, 0xff, 203, 0, 113, 45};
	struct facts *f = create_learned();
	struct wire w;

	ask(f, MX, RESOLVER, "a.example", DNS_AAAA);
	wire_begin(&w, 0, ANSWER_RA, "a.example", DNS_AAAA);
	wire_answer(&w, NULL, DNS_AAAA, mapped, sizeof(mapped));
	assert_int_equal(answer(f, RESOLVER, MX, &w), 0);
	assert_int_equal(resolves(f, "a.example", BOT), TRI_UNKNOWN);
	assert_int_equal(exists(f, "a.example"), TRI_UNKNOWN);
	facts_destroy(f);
}

/* A and AAAA are joined, in either order, before a name is said not to exist. */
static void test_exists(void **state)
{
	struct facts *f = create_learned();

	assert_int_equal(exists(f, "a.example"), TRI_UNKNOWN);
	look_up(f, "a.example", DNS_A, ANSWER_RA, NULL);
	assert_int_equal(exists(f, "a.example"), TRI_UNKNOWN);
	look_up(f, "a.example", DNS_AAAA, ANSWER_RA | SERVFAIL, NULL);
	assert_int_equal(exists(f, "a.example"), TRI_UNKNOWN);
	look_up(f, "a.example", DNS_AAAA, ANSWER_RA, NULL);
	assert_int_equal(exists(f, "a.example"), TRI_NO);
	look_up(f, "b.example", DNS_AAAA, ANSWER_RA, NULL);
	assert_int_equal(exists(f, "b.example"), TRI_UNKNOWN);
	look_up(f, "b.example", DNS_A, ANSWER_RA, BOT);
	assert_int_equal(exists(f, "b.example"), TRI_YES);
	look_up(f, "c.example", DNS_AAAA, ANSWER_RA | NXDOMAIN, NULL);
	assert_int_equal(exists(f, "C.example."), TRI_NO);
	look_up(f, "c.example", DNS_AAAA, ANSWER_RA, "2001:db8::1");
	assert_int_equal(exists(f, "c.example"), TRI_YES);
	assert_int_equal(look_up(f, "d.example", DNS_MX, ANSWER_RA | NXDOMAIN, NULL), 1);
	assert_int_equal(exists(f, "d.example"), TRI_NO);
	assert_int_equal(look_up(f, "e.example", DNS_MX, ANSWER_RA, NULL), 0);
	assert_int_equal(look_up(f, "e.example", DNS_TXT, ANSWER_RA | NXDOMAIN, NULL), 0);
	assert_int_equal(exists(f, "e.example"), TRI_UNKNOWN);
	facts_destroy(f);
}

static void test_must_match_question(void **state)
{
	struct facts *f = create_learned();
	struct wire w;

	wire_begin(&w, 0, ANSWER_RA, "a.example", DNS_A);
	wire_addr(&w, NULL, BOT);
	assert_int_equal(answer(f, RESOLVER, MX, &w), 0); /* never asked */

	ask(f, MX, RESOLVER, "a.example", DNS_A);
	next_id++;
	assert_int_equal(answer(f, RESOLVER, MX, &w), 0); /* wrong id */
	next_id--;
	assert_int_equal(answer(f, "192.0.2.54", MX, &w), 0);
	assert_int_equal(answer(f, RESOLVER, "192.0.2.26", &w), 0);
	assert_int_equal(send_wire(f, RESOLVER, 53, MX, 4001, &w), 0); /* wrong port */
	wire_begin(&w, 0, ANSWER_RA, "b.example", DNS_A);
	wire_addr(&w, NULL, BOT);
	assert_int_equal(answer(f, RESOLVER, MX, &w), 0);
	wire_begin(&w, 0, ANSWER_RA, "a.example", DNS_AAAA);
	assert_int_equal(answer(f, RESOLVER, MX, &w), 0);
	assert_int_equal(exists(f, "a.example"), TRI_UNKNOWN);
	assert_int_equal(exists(f, "b.example"), TRI_UNKNOWN);

	wire_begin(&w, 0, ANSWER_RA, "a.example", DNS_A);
	wire_addr(&w, NULL, BOT);
	assert_int_equal(answer(f, RESOLVER, MX, &w), 1);
	wire_begin(&w, 0, ANSWER_RA, "a.example", DNS_A);
	wire_addr(&w, NULL, "203.0.113.66");
	assert_int_equal(answer(f, RESOLVER, MX, &w), 0); /* the first answer counts */
	assert_int_equal(resolves(f, "a.example", "203.0.113.66"), TRI_NO);

	ask(f, MX, RESOLVER, "late.example", DNS_A);
	now += 31 * NS_PER_S;
	wire_begin(&w, 0, ANSWER_RA, "late.example", DNS_A);
	assert_int_equal(answer(f, RESOLVER, MX, &w), 0);
	assert_int_equal(facts_get_stats(f).answers_believed, 1);
	assert_int_equal(facts_get_stats(f).answers_refused, 9);
	facts_destroy(f);
}

/* The owner must be the question, or be reached from it by CNAME, in any order of records. */
static void test_owner(void **state)
{
	struct facts *f = create_learned();
	struct wire w;

	ask(f, MX, RESOLVER, "a.example", DNS_A);
	wire_begin(&w, 0, ANSWER_RA, "a.example", DNS_A);
	wire_addr(&w, "victim.example", BOT);
	answer(f, RESOLVER, MX, &w);
	assert_int_equal(resolves(f, "victim.example", BOT), TRI_UNKNOWN);
	assert_int_equal(resolves(f, "a.example", BOT), TRI_NO);

	ask(f, MX, RESOLVER, "b.example", DNS_A);
	wire_begin(&w, 0, ANSWER_RA, "b.example", DNS_A);
	wire_addr(&w, "d.example", BOT);
	wire_target(&w, SECTION_ANSWER, "c.example", DNS_CNAME, "d.example");
	wire_target(&w, SECTION_ANSWER, NULL, DNS_CNAME, "c.example");
	assert_int_equal(answer(f, RESOLVER, MX, &w), 1);
	assert_int_equal(resolves(f, "b.example", BOT), TRI_YES);

	ask(f, MX, RESOLVER, "loop.example", DNS_A);
	wire_begin(&w, 0, ANSWER_RA, "loop.example", DNS_A);
	wire_target(&w, SECTION_ANSWER, NULL, DNS_CNAME, "loop.example");
	wire_addr(&w, NULL, BOT);
	answer(f, RESOLVER, MX, &w);
	assert_int_equal(resolves(f, "loop.example", BOT), TRI_YES);
	facts_destroy(f);
}

static void test_who_is_trusted(void **state)
{
	struct cidr ours = {.base = addr_of("192.0.2.0"), .bits = 24};
	struct cidr only = {.base = addr_of("198.51.100.53"), .bits = 32};
	struct addr stranger = addr_of("203.0.113.7");
	struct facts *f =
		create(&(struct facts_config){.our_networks = &ours, .our_network_count = 1});
	struct wire w;

	/* A topology: what our hosts ask counts, what strangers ask does not. */
	facts_mail_host(f, &stranger);
	ask(f, "203.0.113.7", "203.0.113.53", "a.example", DNS_A);
	wire_begin(&w, 0, ANSWER_RA, "a.example", DNS_A);
	wire_addr(&w, NULL, BOT);
	assert_int_equal(answer(f, "203.0.113.53", "203.0.113.7", &w), 0);
	assert_int_equal(look_up(f, "a.example", DNS_A, ANSWER_RA, BOT), 1);
	assert_int_equal(look_up(f, "b.example", DNS_A, ANSWER_AA, BOT), 1);
	assert_int_equal(look_up(f, "c.example", DNS_A, 0x8000, BOT), 0);
	/* A stranger who asks our resolver gets a resolver's answer. */
	ask(f, "203.0.113.7", RESOLVER, "d.example", DNS_A);
	wire_begin(&w, 0, ANSWER_RA, "d.example", DNS_A);
	assert_int_equal(answer(f, RESOLVER, "203.0.113.7", &w), 1);
	ask(f, "203.0.113.7", RESOLVER, "e.example", DNS_A);
	wire_begin(&w, 0, ANSWER_AA, "e.example", DNS_A);
	assert_int_equal(answer(f, RESOLVER, "203.0.113.7", &w), 0);
	facts_destroy(f);

	/* Resolvers by configuration: no others are learned. */
	f = create(&(struct facts_config){.our_networks = &ours,
		.our_network_count = 1,
		.trusted_resolvers = &only,
		.trusted_resolver_count = 1});
	assert_int_equal(look_up(f, "a.example", DNS_A, ANSWER_RA, BOT), 0);
	assert_int_equal(look_up(f, "a.example", DNS_A, ANSWER_AA, BOT), 1);
	ask(f, MX, "198.51.100.53", "b.example", DNS_A);
	wire_begin(&w, 0, ANSWER_RA, "b.example", DNS_A);
	wire_addr(&w, NULL, BOT);
	assert_int_equal(answer(f, "198.51.100.53", MX, &w), 1);
	facts_destroy(f);
}

/* Without a topology, what a host asked before it is seen to be a mail host counts afterwards. */
static void test_mail_host_known_late(void **state)
{
	struct addr mx = addr_of(MX), other = addr_of("192.0.2.77");
	struct facts *f = create(NULL);

	assert_int_equal(look_up(f, "old.example", DNS_A, ANSWER_RA, BOT), 0);
	now += 16 * NS_PER_MIN;
	assert_int_equal(look_up(f, BOT_ARPA, DNS_PTR, ANSWER_RA, "a.example"), 0);
	assert_int_equal(look_up(f, "a.example", DNS_A, ANSWER_AA, BOT), 0);
	assert_int_equal(look_up(f, "b.example", DNS_A, 0x8000, BOT), 0);
	facts_mail_host(f, &other);
	assert_int_equal(ptr_of(f, BOT).present, TRI_UNKNOWN);
	facts_mail_host(f, &mx);
	assert_int_equal(ptr_of(f, BOT).present, TRI_YES);
	assert_int_equal(ptr_of(f, BOT).confirmed, TRI_YES);
	assert_int_equal(exists(f, "b.example"), TRI_UNKNOWN);
	assert_int_equal(exists(f, "old.example"), TRI_UNKNOWN);
	assert_int_equal(facts_get_stats(f).answers_believed, 2);
	assert_int_equal(facts_get_stats(f).answers_refused, 2);
	assert_int_equal(look_up(f, "c.example", DNS_A, ANSWER_RA, BOT), 1);
	facts_destroy(f);
}

/* A mail host that resolves by itself, and a delegation by alias (RFC 2317). */
static void test_classless_delegation(void **state)
{
	struct facts *f = create_learned();
	struct wire w;

	ask(f, MX, "203.0.113.1", BOT_ARPA, DNS_PTR);
	wire_begin(&w, 0, ANSWER_AA, BOT_ARPA, DNS_PTR);
	wire_target(&w, SECTION_ANSWER, NULL, DNS_CNAME, "45.40/29.113.0.203.in-addr.arpa");
	assert_int_equal(answer(f, "203.0.113.1", MX, &w), 0);
	assert_int_equal(ptr_of(f, BOT).present, TRI_UNKNOWN);
	ask(f, MX, "203.0.113.2", "45.40/29.113.0.203.in-addr.arpa", DNS_PTR);
	wire_begin(&w, 0, ANSWER_AA, "45.40/29.113.0.203.in-addr.arpa", DNS_PTR);
	wire_target(&w, SECTION_ANSWER, NULL, DNS_PTR, "mail.shop.example");
	assert_int_equal(answer(f, "203.0.113.2", MX, &w), 1);
	assert_true(news.about_addr);
	assert_true(span_eq_str(ptr_of(f, BOT).names[0], "mail.shop.example"));

	/* From a resolver the whole chain comes at once, and an empty end is the end. */
	ask(f, MX, RESOLVER, BOT_ARPA, DNS_PTR);
	wire_begin(&w, 0, ANSWER_RA, BOT_ARPA, DNS_PTR);
	wire_target(&w, SECTION_ANSWER, NULL, DNS_CNAME, "45.40/29.113.0.203.in-addr.arpa");
	assert_int_equal(answer(f, RESOLVER, MX, &w), 1);
	assert_int_equal(ptr_of(f, BOT).present, TRI_NO);
	/* A PTR record of no address is about nobody. */
	assert_int_equal(look_up(f, "x.example", DNS_PTR, ANSWER_RA, "y.example"), 0);
	facts_destroy(f);
}

static void pass(struct facts *f, nstime by)
{
	now += by;
	ask(f, MX, RESOLVER, "clock.example", DNS_A);
}

static void test_life(void **state)
{
	struct facts *f = create_learned();
	struct wire w;
	struct addr bot = addr_of(BOT);

	look_up(f, "day.example", DNS_A, ANSWER_RA, BOT); /* TTL 300 s */
	ask(f, MX, RESOLVER, "week.example", DNS_A);
	wire_begin(&w, 0, ANSWER_RA, "week.example", DNS_A);
	wire_record(&w, SECTION_ANSWER, NULL, DNS_A, UINT32_MAX, bot.b + 12, 4);
	answer(f, RESOLVER, MX, &w);
	look_up(f, BOT_ARPA, DNS_PTR, ANSWER_RA | NXDOMAIN, NULL);
	look_up(f, "gone.example", DNS_A, ANSWER_RA | NXDOMAIN, NULL);
	pass(f, NS_PER_DAY);
	assert_int_equal(resolves(f, "day.example", BOT), TRI_YES);
	assert_int_equal(resolves(f, "day.example", MX), TRI_NO);
	assert_int_equal(exists(f, "gone.example"), TRI_NO);
	assert_int_equal(ptr_of(f, BOT).present, TRI_NO);
	pass(f, 1);
	assert_int_equal(resolves(f, "day.example", BOT), TRI_UNKNOWN);
	assert_int_equal(resolves(f, "day.example", MX), TRI_UNKNOWN);
	assert_int_equal(exists(f, "day.example"), TRI_UNKNOWN);
	assert_int_equal(exists(f, "gone.example"), TRI_UNKNOWN);
	assert_int_equal(ptr_of(f, BOT).present, TRI_UNKNOWN);
	pass(f, 6 * NS_PER_DAY - 1);
	assert_int_equal(resolves(f, "week.example", BOT), TRI_YES);
	pass(f, 1);
	assert_int_equal(resolves(f, "week.example", BOT), TRI_UNKNOWN);
	facts_destroy(f);
}

/* Rotating answers add up; what overflows the list makes NO impossible, never YES wrong. */
static void test_rotating_addresses(void **state)
{
	struct facts *f = create_learned();
	char text[ADDR_STRLEN];

	for (int i = 1; i <= 10; i++) {
		snprintf(text, sizeof(text), "198.51.100.%d", i);
		look_up(f, "pool.example", DNS_A, ANSWER_RA, text);
	}
	assert_int_equal(resolves(f, "pool.example", "198.51.100.1"), TRI_YES);
	assert_int_equal(resolves(f, "pool.example", "198.51.100.10"), TRI_YES);
	assert_int_equal(resolves(f, "pool.example", "198.51.100.11"), TRI_NO);
	look_up(f, "pool.example", DNS_A, ANSWER_RA, "198.51.100.11");
	assert_int_equal(resolves(f, "pool.example", "198.51.100.11"), TRI_YES);
	assert_int_equal(resolves(f, "pool.example", "198.51.100.1"), TRI_UNKNOWN);
	look_up(f, "pool.example", DNS_A, ANSWER_RA, NULL);
	assert_int_equal(resolves(f, "pool.example", "198.51.100.11"), TRI_NO);
	facts_destroy(f);
}

/* More answers than a message's cap: what is listed holds, what is not is unknown. */
static void test_cut_answer(void **state)
{
	struct facts *f = create_learned();
	struct wire w;

	ask(f, MX, RESOLVER, "a.example", DNS_A);
	wire_begin(&w, 0, ANSWER_RA, "a.example", DNS_A);
	for (int i = 0; i < 33; i++)
		wire_addr(&w, NULL, BOT);
	assert_int_equal(answer(f, RESOLVER, MX, &w), 1);
	assert_int_equal(resolves(f, "a.example", BOT), TRI_YES);
	assert_int_equal(resolves(f, "a.example", MX), TRI_UNKNOWN);
	facts_destroy(f);
}

static void test_bounded(void **state)
{
	struct facts *f = create_learned();
	struct facts_stats s;
	char name[64];

	for (int i = 0; i < 30000; i++) {
		snprintf(name, sizeof(name), "%d.%d.0.10.in-addr.arpa", i & 255, i >> 8 & 255);
		look_up(f, name, DNS_PTR, ANSWER_RA, "a.example");
		snprintf(name, sizeof(name), "n%d.example", i);
		look_up(f, name, DNS_A, ANSWER_RA, BOT);
	}
	s = facts_get_stats(f);
	assert_true(s.evicted > 0);
	assert_true(s.entries + s.evicted == 60000);
	assert_true(s.bytes <= MEMORY);
	assert_true(s.bytes >= MEMORY / 4 * 3);
	assert_int_equal(resolves(f, "n29999.example", BOT), TRI_YES);
	assert_int_equal(resolves(f, "n1.example", BOT), TRI_UNKNOWN);
	facts_destroy(f);
	facts_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forward_confirmed),
		cmocka_unit_test(test_not_confirmed),
		cmocka_unit_test(test_many_ptr_names),
		cmocka_unit_test(test_absent_ptr),
		cmocka_unit_test(test_ipv6_ptr),
		cmocka_unit_test(test_mapped_address),
		cmocka_unit_test(test_exists),
		cmocka_unit_test(test_must_match_question),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_who_is_trusted),
		cmocka_unit_test(test_mail_host_known_late),
		cmocka_unit_test(test_classless_delegation),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_rotating_addresses),
		cmocka_unit_test(test_cut_answer),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
