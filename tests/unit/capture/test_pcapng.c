/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pcap/dlt.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "capture/pcapng.h"
#include "capture_file.h"

static struct capture_file file, options, body;
static struct packet packet;

struct reader {
	FILE *stream;
	struct pcapng *r;
};

static struct reader open_reader(size_t len)
{
	struct reader o;
	const char *why;

	o.stream = fmemopen(file.b, len, "rb");
	assert_non_null(o.stream);
	o.r = pcapng_create(o.stream, &why);
	assert_non_null(o.r);
	return o;
}

static void close_reader(struct reader *o)
{
	pcapng_destroy(o->r);
	fclose(o->stream);
}

static void expect_packet(struct reader *o, const char *bytes, uint32_t wire_len, nstime time,
	int link_type, uint32_t interface)
{
	assert_int_equal(pcapng_next(o->r, &packet), 1);
	assert_true(span_eq_str(packet.bytes, bytes));
	assert_int_equal(packet.wire_len, wire_len);
	assert_int_equal(packet.time, time);
	assert_int_equal(packet.link_type, link_type);
	assert_int_equal(packet.interface, interface);
}

static void expect_end(struct reader *o, uint64_t damaged)
{
	assert_int_equal(pcapng_next(o->r, &packet), 0);
	assert_int_equal(pcapng_next(o->r, &packet), 0);
	assert_int_equal(pcapng_get_stats(o->r).damaged, damaged);
}

/* A section with two interfaces and a packet on each, in the byte order of the file. */
static void put_section(void)
{
	capture_file_section(&file);
	capture_file_interface(&file, 1, 0, NULL);
	capture_file_init(&options, file.big_endian);
	capture_file_option(&options, 2, "span0", 5);
	capture_file_option(&options, 9, "\x09", 1);
	capture_file_option(&options, 0, "", 0);
	capture_file_interface(&file, 101, 0, &options);
	capture_file_packet(&file, 0, 1000000123456, "first", 5, NULL);
	capture_file_init(&options, file.big_endian);
	capture_file_option(&options, 1, "a remark", 8);
	capture_file_option(&options, 0, "", 0);
	capture_file_packet(&file, 1, 1000000123456789000, "second", 600, &options);
}

static void expect_section(struct reader *o, uint32_t interfaces_before)
{
	expect_packet(o, "first", 5, 1000000123456000, DLT_EN10MB, interfaces_before);
	expect_packet(o, "second", 600, 1000000123456789000, DLT_RAW, interfaces_before + 1);
}

static void test_both_byte_orders(void **state)
{
	for (int big = 0; big < 2; big++) {
		struct reader o;

		capture_file_init(&file, big);
		put_section();
		o = open_reader(file.len);
		expect_section(&o, 0);
		expect_end(&o, 0);
		assert_int_equal(pcapng_get_stats(o.r).comments, 1);
		close_reader(&o);
	}
}

static void test_several_sections(void **state)
{
	struct reader o;

	capture_file_init(&file, false);
	put_section();
	file.big_endian = true;
	put_section();
	o = open_reader(file.len);
	expect_section(&o, 0);
	expect_section(&o, 2);
	expect_end(&o, 0);
	assert_int_equal(pcapng_get_stats(o.r).comments, 2);
	close_reader(&o);
}

static void test_simple_and_old_packets(void **state)
{
	struct reader o;

	capture_file_init(&file, true);
	capture_file_section(&file);
	capture_file_interface(&file, 1, 4, NULL);
	capture_file_packet(&file, 0, 2000000, "dated", 5, NULL);
	capture_file_init(&body, true);
	capture_file_put32(&body, 10);
	capture_file_put(&body, "simp", 4);
	capture_file_block(&file, 3, &body);
	capture_file_init(&body, true);
	capture_file_put16(&body, 0);
	capture_file_put16(&body, 7); /* drops */
	capture_file_put32(&body, 0);
	capture_file_put32(&body, 3000000);
	capture_file_put32(&body, 3);
	capture_file_put32(&body, 9);
	capture_file_put(&body, "old", 3);
	capture_file_block(&file, 2, &body);
	o = open_reader(file.len);
	expect_packet(&o, "dated", 5, 2 * NS_PER_S, DLT_EN10MB, 0);
	expect_packet(&o, "simp", 10, 2 * NS_PER_S, DLT_EN10MB, 0);
	expect_packet(&o, "old", 9, 3 * NS_PER_S, DLT_EN10MB, 0);
	expect_end(&o, 0);
	close_reader(&o);
}

static nstime time_of(uint8_t resolution, int64_t offset, uint64_t stamp)
{
	struct reader o;
	nstime t;

	capture_file_init(&file, false);
	capture_file_section(&file);
	capture_file_init(&options, false);
	capture_file_option(&options, 9, &resolution, 1);
	capture_file_option(&options, 14, &offset, 8); /* tests run on little-endian machines */
	capture_file_interface(&file, 1, 0, &options);
	capture_file_packet(&file, 0, stamp, "x", 1, NULL);
	o = open_reader(file.len);
	assert_int_equal(pcapng_next(o.r, &packet), 1);
	t = packet.time;
	close_reader(&o);
	return t;
}

static void test_time_resolutions(void **state)
{
	assert_int_equal(time_of(0, 0, 17), 17 * NS_PER_S);
	assert_int_equal(time_of(3, 0, 17001), 17001 * NS_PER_MS);
	assert_int_equal(time_of(9, 0, 17), 17);
	assert_int_equal(time_of(12, 0, 17999), 17);
	assert_int_equal(time_of(0x80 | 1, 0, 3), 3 * NS_PER_S / 2);
	assert_int_equal(time_of(0x80 | 32, 0, 5ull << 31), 5 * NS_PER_S / 2);
	assert_int_equal(time_of(6, 1000, 5), 1000 * NS_PER_S + 5000);
	assert_int_equal(time_of(6, -1, 2000000), NS_PER_S);
	/* What no clock shows stays within bounds. */
	assert_int_equal(time_of(6, -1000, 5), 0);
	assert_int_equal(time_of(0, 0, UINT64_MAX), PACKET_TIME_MAX);
	assert_int_equal(time_of(6, INT64_MAX, UINT64_MAX), PACKET_TIME_MAX);
	assert_int_equal(time_of(6, INT64_MIN, 0), 0);
	assert_int_equal(time_of(127, 0, UINT64_MAX), 0);
	assert_int_equal(time_of(0xff, 0, UINT64_MAX), 0);
}

static void test_unknown_blocks_are_skipped(void **state)
{
	struct reader o;

	capture_file_init(&file, false);
	put_section();
	capture_file_init(&body, false);
	capture_file_put(&body, "whatever", 8);
	capture_file_block(&file, 0x80000bad, &body);
	body.len = 0;
	capture_file_block(&file, 5, &body);
	capture_file_packet(&file, 0, 1, "after", 5, NULL);
	o = open_reader(file.len);
	expect_section(&o, 0);
	expect_packet(&o, "after", 5, 1000, DLT_EN10MB, 0);
	expect_end(&o, 0);
	close_reader(&o);
}

/* A block that is wrong within its bounds is left out, the rest is read. */
static void test_damaged_bodies(void **state)
{
	struct reader o;

	capture_file_init(&file, false);
	put_section();
	capture_file_packet(&file, 2, 1, "no such interface", 17, NULL);
	capture_file_init(&body, false);
	for (int i = 0; i < 3; i++)
		capture_file_put32(&body, 0);
	capture_file_block(&file, 6, &body); /* shorter than its header */
	capture_file_put32(&body, 500);      /* more captured than there is */
	capture_file_put32(&body, 500);
	capture_file_block(&file, 6, &body);
	body.len = 4;
	capture_file_block(&file, 1, &body);
	capture_file_packet(&file, 0, 1, "after", 5, NULL);
	o = open_reader(file.len);
	expect_section(&o, 0);
	expect_packet(&o, "after", 5, 1000, DLT_EN10MB, 0);
	expect_end(&o, 4);
	close_reader(&o);
}

static void expect_end_after_section(size_t len, uint64_t damaged)
{
	struct reader o = open_reader(len);

	expect_section(&o, 0);
	expect_end(&o, damaged);
	close_reader(&o);
}

/* Lengths that cannot be right end the file. */
static void test_damaged_lengths(void **state)
{
	size_t whole;

	capture_file_init(&file, false);
	put_section();
	whole = file.len;
	for (uint32_t len = 0; len < 12; len++) {
		file.len = whole;
		capture_file_put32(&file, 6);
		capture_file_put32(&file, len);
		capture_file_packet(&file, 0, 1, "after", 5, NULL);
		expect_end_after_section(file.len, 1);
	}
	file.len = whole;
	capture_file_packet(&file, 0, 1, "both lengths differ", 19, NULL);
	file.b[file.len - 4]++;
	expect_end_after_section(file.len, 1);
	file.len = whole;
	capture_file_put32(&file, 0x0a0d0d0a);
	capture_file_put32(&file, 28);
	capture_file_put32(&file, 0x12345678);
	for (int i = 0; i < 4; i++)
		capture_file_put32(&file, 0);
	expect_end_after_section(file.len, 1);
}

static void test_cut_at_every_byte(void **state)
{
	size_t whole, with_one_more;

	capture_file_init(&file, true);
	put_section();
	whole = file.len;
	capture_file_packet(&file, 0, 1, "last", 4, NULL);
	with_one_more = file.len;
	for (size_t len = whole; len < with_one_more; len++)
		expect_end_after_section(len, len > whole);
}

/* A block longer than what is held is read past, not into memory. */
static void test_long_block(void **state)
{
	const uint32_t len = LIMIT_PCAPNG_BLOCK * 2 + 12;
	FILE *f = tmpfile();
	struct pcapng *r;
	const char *why;

	assert_non_null(f);
	capture_file_init(&file, false);
	put_section();
	capture_file_put32(&file, 6);
	capture_file_put32(&file, len);
	assert_int_equal(fwrite(file.b, 1, file.len, f), file.len);
	for (uint32_t i = 0; i < len - 8; i++)
		putc(0, f);
	capture_file_init(&file, false);
	capture_file_packet(&file, 0, 1, "after", 5, NULL);
	assert_int_equal(fwrite(file.b, 1, file.len, f), file.len);
	rewind(f);
	r = pcapng_create(f, &why);
	assert_non_null(r);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pcapng_next(r, &packet), 1);
	assert_true(span_eq_str(packet.bytes, "after"));
	assert_int_equal(pcapng_next(r, &packet), 0);
	assert_int_equal(pcapng_get_stats(r).damaged, 1);
	pcapng_destroy(r);
	fclose(f);
}

static void test_no_section_header(void **state)
{
	const char *why;
	FILE *f;

	capture_file_init(&file, false);
	capture_file_section(&file);
	for (size_t len = 1; len < file.len; len++) {
		f = fmemopen(file.b, len, "rb");
		assert_null(pcapng_create(f, &why));
		assert_non_null(why);
		fclose(f);
	}
	file.b[12] = 2; /* version 2 */
	f = fmemopen(file.b, file.len, "rb");
	assert_null(pcapng_create(f, &why));
	assert_string_equal(why, "it is of a version of pcapng that is not known");
	fclose(f);
}

static void test_interface_cap(void **state)
{
	struct reader o;

	capture_file_init(&file, false);
	capture_file_section(&file);
	while (file.len + 200 < sizeof(file.b))
		capture_file_interface(&file, 1, 0, NULL);
	capture_file_packet(&file, 3000, 1, "late", 4, NULL);
	o = open_reader(file.len);
	expect_packet(&o, "late", 4, 1000, DLT_EN10MB, 3000);
	expect_end(&o, 0);
	close_reader(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_byte_orders),
		cmocka_unit_test(test_several_sections),
		cmocka_unit_test(test_simple_and_old_packets),
		cmocka_unit_test(test_time_resolutions),
		cmocka_unit_test(test_unknown_blocks_are_skipped),
		cmocka_unit_test(test_damaged_bodies),
		cmocka_unit_test(test_damaged_lengths),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_long_block),
		cmocka_unit_test(test_no_section_header),
		cmocka_unit_test(test_interface_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
