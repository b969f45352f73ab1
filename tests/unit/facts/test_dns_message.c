/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "facts/dns_message.h"
#include "tests/unit/facts/dns_build.h"

static struct record_builder builder;

static int setup(void **state)
{
	return record_builder_init(&builder) > 0 ? 0 : -1;
}

static int teardown(void **state)
{
	record_builder_finish(&builder);
	return 0;
}

/* From memory of exactly the size, so that a sanitizer sees any overread. */
static const struct dns_record *parse(const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct datagram d = {.time = 7, .packet = 9, .src_port = 53, .dst_port = 4000};
	const struct dns_record *r;

	assert_non_null(copy);
	memcpy(copy, p, len);
	d.src = addr_of("192.0.2.53");
	d.dst = addr_of("192.0.2.25");
	d.payload = span_of(copy, len);
	r = dns_message_parse(&d, 11, 3, &builder);
	free(copy);
	return r;
}

static const struct dns_answer *answer(const struct dns_record *r, uint32_t i)
{
	assert_true(i < r->answers.count);
	return (const struct dns_answer *)record_array(r, r->answers) + i;
}

static void assert_text(const struct dns_record *r, struct str_ref s, const char *expected)
{
	struct span got = record_str(r, s);

	assert_true(str_seen(s));
	if (!span_eq_str(got, expected))
		fail_msg("got %.*s, not %s", (int)got.len, (const char *)got.p, expected);
}

static void test_query(void **state)
{
	struct wire w;
	const struct dns_record *r;

	wire_begin(&w, 0x1234, QUERY, "Mail.Corp.EXAMPLE", DNS_AAAA);
	r = parse(w.p, w.len);
	assert_non_null(r);
	assert_int_equal(r->r.kind, RECORD_DNS);
	assert_int_equal(r->r.time, 7);
	assert_int_equal(r->r.packet, 9);
	assert_int_equal(r->r.flow, 11);
	assert_int_equal(r->r.number, 3);
	assert_int_equal(r->id, 0x1234);
	assert_int_equal(r->qtype, DNS_AAAA);
	assert_int_equal(r->src_port, 53);
	assert_int_equal(r->dst_port, 4000);
	assert_false(r->response);
	assert_false(r->malformed);
	assert_int_equal(r->answers.count, 0);
	assert_text(r, r->qname, "mail.corp.example");
}

static void all_types(struct wire *w)
{
	static const char txt[] = "\x05v=spf\x03"
				  "1 -";
	struct wire mx = {.len = 0}, soa = {.len = 0};

	wire_u16(&mx, 10);
	wire_name(&mx, "mx1.corp.example");
	wire_name(&soa, "ns1.corp.example");
	wire_name(&soa, "hostmaster.corp.example");
	wire_bytes(&soa, "\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1", 20);
	wire_begin(w, 1, ANSWER_RA, "corp.example", DNS_A);
	wire_addr(w, NULL, "192.0.2.1");
	wire_addr(w, "v6.corp.example", "2001:db8::1");
	wire_target(w, SECTION_ANSWER, NULL, DNS_CNAME, "web.corp.example");
	wire_target(w, SECTION_ANSWER, NULL, DNS_PTR, "Host.corp.example");
	wire_target(w, SECTION_ANSWER, NULL, DNS_NS, "ns1.corp.example");
	wire_answer(w, NULL, DNS_MX, mx.p, mx.len);
	wire_answer(w, NULL, DNS_TXT, txt, sizeof(txt) - 1);
	wire_answer(w, NULL, DNS_SOA, soa.p, soa.len);
	wire_answer(w, NULL, 99, "?", 1); /* not one of ours: left out */
}

static void test_all_types(void **state)
{
	struct wire w;
	const struct dns_record *r;
	struct addr v4 = addr_of("192.0.2.1"), v6 = addr_of("2001:db8::1");

	all_types(&w);
	r = parse(w.p, w.len);
	assert_non_null(r);
	assert_true(r->response);
	assert_true(r->ra);
	assert_false(r->aa);
	assert_false(r->malformed);
	assert_int_equal(r->answers.count, 8);
	assert_true(addr_eq(&answer(r, 0)->addr, &v4));
	assert_int_equal(answer(r, 0)->ttl, 300);
	assert_text(r, answer(r, 0)->owner, "corp.example");
	assert_true(addr_eq(&answer(r, 1)->addr, &v6));
	assert_text(r, answer(r, 1)->owner, "v6.corp.example");
	assert_text(r, answer(r, 2)->name, "web.corp.example");
	assert_text(r, answer(r, 3)->name, "host.corp.example");
	assert_text(r, answer(r, 4)->name, "ns1.corp.example");
	assert_text(r, answer(r, 5)->name, "mx1.corp.example");
	assert_text(r, answer(r, 6)->name, "v=spf1 -");
	assert_text(r, answer(r, 7)->name, "ns1.corp.example");
}

/* What stands in a message cut anywhere is what the whole message says, up to there. */
static void test_every_truncation(void **state)
{
	struct wire w;
	uint32_t had = 0;

	all_types(&w);
	for (size_t len = 0; len < w.len; len++) {
		const struct dns_record *r = parse(w.p, len);

		if (len < 12 + 14 + 4) {
			assert_null(r);
			continue;
		}
		assert_non_null(r);
		assert_true(r->malformed);
		assert_true(r->answers.count >= had && r->answers.count <= had + 1);
		had = r->answers.count;
	}
	assert_int_equal(had, 8);
}

/* Any byte replaced by any of these: no crash, and never more than the caps. */
static void test_every_byte(void **state)
{
	static const uint8_t values[] = {0, 1, 0x3f, 0x40, 0x80, 0xc0, 0xff};
	struct wire w;

	all_types(&w);
	for (size_t i = 0; i < w.len; i++) {
		for (size_t k = 0; k < sizeof(values); k++) {
			uint8_t was = w.p[i];
			const struct dns_record *r;

			w.p[i] = values[k];
			r = parse(w.p, w.len);
			w.p[i] = was;
			if (r)
				assert_true(r->answers.count <= LIMIT_DNS_ANSWERS);
		}
	}
}

static void test_no_dns(void **state)
{
	struct wire w;

	wire_begin(&w, 1, 0x2800, "corp.example", DNS_A); /* opcode UPDATE */
	assert_null(parse(w.p, w.len));
	wire_begin(&w, 1, QUERY, "corp.example", DNS_A);
	w.p[5] = 0; /* no question */
	assert_null(parse(w.p, w.len));
	w.p[5] = 2;
	assert_null(parse(w.p, w.len));
	w.p[5] = 1;
	w.p[w.len - 1] = 3; /* class CHAOS */
	assert_null(parse(w.p, w.len));
	assert_null(parse(w.p, 0));
}

/* The root, and labels that would read as something else. */
static void test_odd_names(void **state)
{
	struct wire w;
	const struct dns_record *r;

	wire_begin(&w, 1, QUERY, "", DNS_A);
	r = parse(w.p, w.len);
	assert_non_null(r);
	assert_text(r, r->qname, "");

	wire_begin(&w, 1, QUERY, "axb.cxd.example", DNS_A);
	w.p[12 + 2] = '.';
	w.p[12 + 6] = 0;
	r = parse(w.p, w.len);
	assert_non_null(r);
	assert_text(r, r->qname, "a\\046b.c\\000d.example");
}

static void fill_name(char *name, size_t labels, size_t label_len)
{
	for (size_t i = 0; i < labels; i++) {
		memset(name, 'a', label_len);
		name += label_len;
		*name++ = '.';
	}
	name[-1] = '\0';
}

static void test_name_limits(void **state)
{
	char name[300];
	struct wire w;

	fill_name(name, 3, 63);
	strcat(name, ".");
	memset(name + 192, 'b', 61);
	name[253] = '\0';
	wire_begin(&w, 1, QUERY, name, DNS_A); /* 255 octets on the wire */
	assert_non_null(parse(w.p, w.len));
	memset(name + 192, 'b', 62);
	name[254] = '\0';
	wire_begin(&w, 1, QUERY, name, DNS_A);
	assert_null(parse(w.p, w.len));
	fill_name(name, 1, 64); /* 64 is no label: 01 in its first bits is reserved */
	wire_begin(&w, 1, QUERY, name, DNS_A);
	assert_null(parse(w.p, w.len));
	fill_name(name, 1, 130);
	wire_begin(&w, 1, QUERY, name, DNS_A);
	assert_null(parse(w.p, w.len));
}

/* A CNAME whose target is the bytes given, 0xc0 0x.. among them. */
static const struct dns_record *with_target(const void *target, size_t len)
{
	struct wire w;

	wire_begin(&w, 1, ANSWER_RA, "a.example", DNS_CNAME);
	wire_answer(&w, NULL, DNS_CNAME, target, len);
	return parse(w.p, w.len);
}

static void test_compression(void **state)
{
	/* Header 12, name 11, type and class 4, then owner 2, fixed part 10: data at 39. */
	const struct dns_record *r = with_target("\1b\xc0\x0e", 4); /* to "example" */

	assert_int_equal(r->answers.count, 1);
	assert_text(r, answer(r, 0)->name, "b.example");
	assert_false(r->malformed);
	assert_int_equal(with_target("\xc0\x27", 2)->answers.count, 0);      /* to itself */
	assert_int_equal(with_target("\1b\xc0\x27", 4)->answers.count, 0);   /* a loop */
	assert_int_equal(with_target("\xc0\x2a\1b\0", 5)->answers.count, 0); /* forward */
	assert_int_equal(with_target("\xc3\xff", 2)->answers.count, 0);      /* outside */
	assert_true(with_target("\xc3\xff", 2)->malformed);
	assert_int_equal(with_target("\1b", 2)->answers.count, 0); /* runs past its data */
	assert_int_equal(with_target("\xc0", 1)->answers.count, 0);
	assert_int_equal(with_target("", 0)->answers.count, 0);
}

static void test_bad_data_is_skipped(void **state)
{
	struct wire w;
	const struct dns_record *r;

	wire_begin(&w, 1, ANSWER_RA, "a.example", DNS_A);
	wire_answer(&w, NULL, DNS_A, "abc", 3);
	wire_answer(&w, NULL, DNS_TXT, "\x05oops", 5);
	wire_addr(&w, NULL, "192.0.2.7");
	r = parse(w.p, w.len);
	assert_true(r->malformed);
	assert_int_equal(r->answers.count, 1);
	assert_int_equal(answer(r, 0)->addr.b[15], 7);
}

static void test_many_answers(void **state)
{
	struct wire w;
	const struct dns_record *r;

	for (unsigned int n = LIMIT_DNS_ANSWERS - 1; n <= LIMIT_DNS_ANSWERS + 2; n++) {
		wire_begin(&w, 1, ANSWER_RA, "a.example", DNS_A);
		for (unsigned int i = 0; i < n; i++)
			wire_addr(&w, NULL, "192.0.2.7");
		r = parse(w.p, w.len);
		assert_false(r->malformed);
		assert_int_equal(r->cut, n > LIMIT_DNS_ANSWERS);
		assert_int_equal(r->answers.count, n < LIMIT_DNS_ANSWERS ? n : LIMIT_DNS_ANSWERS);
	}
}

/* Long TXT records: joined up to the cap, left out beyond; the record never overflows. */
static void test_long_txt(void **state)
{
	static uint8_t data[16 * 256 + 256];
	static struct wire w;
	const struct dns_record *r;

	for (size_t i = 0; i < sizeof(data); i += 256)
		data[i] = 255;
	wire_begin(&w, 1, ANSWER_RA, "a.example", DNS_TXT);
	wire_answer(&w, NULL, DNS_TXT, data, 16 * 256);
	r = parse(w.p, w.len);
	assert_int_equal(r->answers.count, 1);
	assert_int_equal(answer(r, 0)->name.len, 16 * 255);
	wire_begin(&w, 1, ANSWER_RA, "a.example", DNS_TXT);
	wire_answer(&w, NULL, DNS_TXT, data, 17 * 256);
	r = parse(w.p, w.len);
	assert_int_equal(r->answers.count, 0);
	assert_true(r->malformed);
}

static void test_record_is_bounded(void **state)
{
	static uint8_t big[65535];
	struct wire w;
	const struct dns_record *r;
	size_t len;

	wire_begin(&w, 1, ANSWER_RA, "a.example", DNS_TXT);
	w.p[7] = 40;
	memcpy(big, w.p, w.len);
	len = w.len;
	/* One record, then the same again and again. */
	w.len = 0;
	wire_u16(&w, 0xc00c);
	wire_u16(&w, DNS_TXT);
	wire_u16(&w, 1);
	wire_u32(&w, 60);
	wire_u16(&w, 1600);
	while (len + w.len + 1600 <= sizeof(big)) {
		memcpy(big + len, w.p, w.len);
		len += w.len + 1600;
	}
	r = parse(big, len);
	assert_non_null(r);
	assert_true(r->r.size <= RECORD_MAX);
	assert_int_equal(r->answers.count, LIMIT_DNS_ANSWERS);
}

static void test_referral(void **state)
{
	struct wire w;

	wire_begin(&w, 1, 0x8000, "a.corp.example", DNS_A);
	wire_target(&w, SECTION_AUTHORITY, "corp.example", DNS_NS, "ns1.corp.example");
	assert_true(parse(w.p, w.len)->referral);
	wire_record(&w, SECTION_AUTHORITY, "corp.example", DNS_SOA, 300, "", 0);
	assert_false(parse(w.p, w.len)->referral);
	wire_begin(&w, 1, ANSWER_AA, "a.corp.example", DNS_A);
	assert_false(parse(w.p, w.len)->referral);
	wire_addr(&w, NULL, "192.0.2.7");
	wire_target(&w, SECTION_AUTHORITY, "corp.example", DNS_NS, "ns1.corp.example");
	assert_false(parse(w.p, w.len)->referral);
	assert_false(parse(w.p, w.len)->malformed);
	wire_begin(&w, 1, 0x8000, "a.corp.example", DNS_A);
	wire_target(&w, SECTION_AUTHORITY, "corp.example", DNS_NS, "ns1.corp.example");
	assert_true(parse(w.p, w.len - 1)->malformed);
	assert_false(parse(w.p, w.len - 1)->referral);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_all_types),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_no_dns),
		cmocka_unit_test(test_odd_names),
		cmocka_unit_test(test_name_limits),
		cmocka_unit_test(test_compression),
		cmocka_unit_test(test_bad_data_is_skipped),
		cmocka_unit_test(test_many_answers),
		cmocka_unit_test(test_long_txt),
		cmocka_unit_test(test_record_is_bounded),
		cmocka_unit_test(test_referral),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
