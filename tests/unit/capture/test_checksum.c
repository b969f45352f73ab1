/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pcap/dlt.h>

#include "capture/checksum.h"
#include "capture/decap.h"
#include "frame.h"

/* Word by word, as RFC 1071 says it. */
static uint16_t plain_sum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)sum);
}

static void test_sum(void **state)
{
	static uint8_t bytes[3000];
	uint32_t x = 1;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(x >> 24);
	}
	for (size_t at = 0; at < 8; at++)
		for (size_t len = 0; len < 200; len++)
			assert_int_equal(checksum_sum(span_of(bytes + at, len)),
				plain_sum(bytes + at, len));
	assert_int_equal(checksum_sum(span_of(bytes, 3000)), plain_sum(bytes, 3000));
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = 0xff;
	for (size_t len = 2; len < 200; len++)
		assert_int_equal(checksum_sum(span_of(bytes, len)), plain_sum(bytes, len));
}

static struct frame frame;

static void store(size_t at, uint16_t sum)
{
	uint16_t made = (uint16_t)~sum;

	memcpy(frame.room + frame.start + at, &made, sizeof(made));
}

/* A segment in IPv4 with right checksums. */
static void build(const char *payload)
{
	const uint8_t *ip;
	size_t len;

	frame_init(&frame, payload);
	frame_tcp(&frame, 1000, 1, 0x18, "");
	len = frame_len(&frame);
	frame_ipv4(&frame, 6);
	ip = frame.room + frame.start;
	store(10, plain_sum(ip, 20));
	store(36, checksum_add(checksum_add(plain_sum(ip + 12, 8), htons((uint16_t)(6 + len))),
			  plain_sum(ip + 20, len)));
}

static enum checksum_verdict verdict(enum checksum_mode mode, size_t cut, enum decap_kind want)
{
	static struct frame before;
	struct decap *d = decap_create(1);
	struct packet p = frame_packet(&frame, DLT_RAW);
	struct decap_result r;

	before = frame;
	build("EHLO a");
	decap_set_checksums(d, mode);
	for (int i = 0; i < 100; i++) { /* wrong ones are few */
		struct packet right = frame_packet(&frame, DLT_RAW);

		decap_packet(d, &right, &r);
	}
	frame = before;
	p.bytes.len -= cut;
	assert_int_equal(decap_packet(d, &p, &r), want);
	decap_destroy(d);
	if (want == DECAP_NOTHING)
		assert_int_equal(r.cause, DECAP_BAD_CHECKSUM);
	return want == DECAP_TCP ? (enum checksum_verdict)r.segment.checksum : CHECKSUM_UNKNOWN;
}

static void flip(size_t at)
{
	frame.room[frame.start + at] ^= 0x40;
}

static void test_verdicts(void **state)
{
	for (size_t len = 0; len < 9; len++) {
		build("EHLO a.b" + len);
		assert_int_equal(verdict(CHECKSUM_AUTO, 0, DECAP_TCP), CHECKSUM_RIGHT);
		verdict(CHECKSUM_ALL, 0, DECAP_TCP);
		assert_int_equal(verdict(CHECKSUM_NONE, 0, DECAP_TCP), CHECKSUM_UNKNOWN);
		/* Any bit of header, pseudo-header or payload. */
		for (size_t at = 20; at < frame_len(&frame); at++) {
			if (at == 32) /* the header's length */
				continue;
			flip(at);
			assert_int_equal(verdict(CHECKSUM_AUTO, 0, DECAP_TCP), CHECKSUM_WRONG);
			verdict(CHECKSUM_ALL, 0, DECAP_NOTHING);
			flip(at);
		}
		flip(13); /* an address, in both checksums */
		assert_int_equal(verdict(CHECKSUM_AUTO, 0, DECAP_TCP), CHECKSUM_WRONG);
		verdict(CHECKSUM_ALL, 0, DECAP_NOTHING);
	}
	build("EHLO a");
	flip(8); /* the IP header alone */
	assert_int_equal(verdict(CHECKSUM_AUTO, 0, DECAP_TCP), CHECKSUM_WRONG);
	verdict(CHECKSUM_ALL, 0, DECAP_NOTHING);
	verdict(CHECKSUM_NONE, 0, DECAP_TCP);
}

/* What was cut off cannot be checked. */
static void test_cut(void **state)
{
	build("EHLO a");
	flip(40);
	assert_int_equal(verdict(CHECKSUM_AUTO, 1, DECAP_TCP), CHECKSUM_UNKNOWN);
	verdict(CHECKSUM_ALL, 1, DECAP_TCP);
}

/* Where payloads have wrong ones all the time, that is the capture's doing; a segment without is
 * no other. */
static void test_all_wrong(void **state)
{
	struct decap *d = decap_create(1);
	struct decap_result r;

	decap_set_checksums(d, CHECKSUM_AUTO);
	for (int i = 0; i < 200; i++) {
		struct packet p;

		build(i % 2 ? "EHLO a" : "");
		flip(28);
		p = frame_packet(&frame, DLT_RAW);
		assert_int_equal(decap_packet(d, &p, &r), DECAP_TCP);
		assert_int_equal(r.segment.checksum, CHECKSUM_UNMADE);
	}
	decap_destroy(d);
}

static void test_unmade(void **state)
{
	const uint8_t *ip;

	build("EHLO a");
	ip = frame.room + frame.start;
	store(36, (uint16_t)~checksum_add(plain_sum(ip + 12, 8), htons(6 + 26)));
	assert_int_equal(verdict(CHECKSUM_AUTO, 0, DECAP_TCP), CHECKSUM_UNMADE);
	verdict(CHECKSUM_ALL, 0, DECAP_NOTHING);
	store(36, (uint16_t)~checksum_add(plain_sum(ip + 12, 8), htons(6)));
	assert_int_equal(verdict(CHECKSUM_AUTO, 0, DECAP_TCP), CHECKSUM_UNMADE);
	build("EHLO a");
	store(10, 0xffff); /* the IP header's left to the card, the segment's right */
	assert_int_equal(verdict(CHECKSUM_AUTO, 0, DECAP_TCP), CHECKSUM_RIGHT);
}

/* Wrong ones are believed to be forged while they are few. */
static void test_few(void **state)
{
	struct decap *d = decap_create(1);
	struct decap_result r;
	int believed = 0;

	decap_set_checksums(d, CHECKSUM_AUTO);
	build("EHLO a");
	for (int i = 0; i < 200; i++) {
		struct packet p = frame_packet(&frame, DLT_RAW);
		bool wrong = i == 98 || i == 99 || i >= 196;

		frame.room[frame.start + 41] = wrong ? 'e' : 'H';
		decap_packet(d, &p, &r);
		assert_int_equal(r.segment.checksum == CHECKSUM_RIGHT, !wrong);
		believed += r.segment.checksum == CHECKSUM_WRONG;
		assert_true(r.segment.checksum != CHECKSUM_WRONG || i == 99 || i == 196);
	}
	assert_int_equal(believed, 2);
	decap_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_all_wrong),
		cmocka_unit_test(test_unmade),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
