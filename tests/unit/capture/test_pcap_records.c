/* SPDX-License-Identifier: Apache-2.0 */
/* What our own reader says of a pcap file is what libpcap says of it, whole or damaged. */
#include <pcap/pcap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/packet_file.h"
#include "tests/unit/capture/capture_file.h"

#define MICROSECONDS 0xa1b2c3d4
#define NANOSECONDS 0xa1b23c4d
#define KUZNETZOV 0xa1b2cd34
#define ETHERNET 1
#define FILE_HEADER 24

static char path[] = "/tmp/pcap_records.XXXXXX";

static void compare_packet(
	const struct packet *p, const struct pcap_pkthdr *h, const uint8_t *bytes, int link_type)
{
	assert_int_equal(p->time,
		(nstime)(uint32_t)h->ts.tv_sec * NS_PER_S + (nstime)(uint32_t)h->ts.tv_usec);
	assert_int_equal(p->bytes.len, h->caplen);
	if (h->caplen > 0)
		assert_memory_equal(p->bytes.p, bytes, h->caplen);
	assert_int_equal(p->wire_len, h->len > h->caplen ? h->len : h->caplen);
	assert_int_equal(p->link_type, link_type);
	assert_int_equal(p->interface, 0);
}

/* Returns how many packets there were. */
static unsigned int compare(const void *file, size_t len)
{
	char why[PCAP_ERRBUF_SIZE], error[512];
	FILE *out = fopen(path, "wb");
	struct packet_file *f;
	struct pcap_pkthdr *h;
	const uint8_t *bytes;
	struct packet p;
	unsigned int count = 0;
	pcap_t *reference;
	int rc;

	assert_non_null(out);
	assert_int_equal(fwrite(file, 1, len, out), len);
	fclose(out);
	f = packet_file_open(path, error);
	reference = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, why);
	assert_int_equal(f != NULL, reference != NULL);
	if (!f)
		return 0;
	while ((rc = pcap_next_ex(reference, &h, &bytes)) == 1) {
		assert_int_equal(packet_file_next(f, &p), 1);
		compare_packet(&p, h, bytes, pcap_datalink(reference));
		count++;
	}
	assert_int_equal(packet_file_next(f, &p), 0);
	assert_int_equal(packet_file_next(f, &p), 0);
	assert_int_equal(packet_file_get_stats(f).damaged, rc == PCAP_ERROR);
	if (rc != PCAP_ERROR)
		assert_int_equal(packet_file_get_stats(f).bytes_read, len);
	pcap_close(reference);
	packet_file_close(f);
	return count;
}

static struct capture_file file;

static void build(bool big_endian, uint32_t magic, uint32_t link_type)
{
	capture_file_init(&file, big_endian);
	capture_file_pcap(&file, magic, link_type);
	capture_file_record(&file, 1750000000, 999999, "one packet", 10);
	capture_file_record(&file, 0xfffffffe, 4294968, "", 60);
	capture_file_record(&file, 1750000001, 999999999, "and another", 4);
}

static void test_kinds(void **state)
{
	static const uint32_t magics[] = {MICROSECONDS, NANOSECONDS, KUZNETZOV};
	static const uint32_t links[] = {ETHERNET, 101, 113, 276, 0, 147};

	for (size_t m = 0; m < 3; m++) {
		for (size_t l = 0; l < sizeof(links) / sizeof(links[0]); l++) {
			for (int big = 0; big < 2; big++) {
				build(big, magics[m], links[l]);
				assert_true(
					compare(file.b, file.len) == 3 || magics[m] == KUZNETZOV);
			}
		}
	}
}

static void test_cut_anywhere(void **state)
{
	build(false, MICROSECONDS, ETHERNET);
	for (size_t len = 0; len < file.len; len++)
		compare(file.b, len);
}

/* Any field of the headers of file and record with any value that might matter. */
static void test_other_values(void **state)
{
	static const uint32_t values[] = {
		0, 1, 9, 10, 11, 26, 27, 262144, 262145, 0x7fffffff, 0x80000000, 0xffffffff};

	for (size_t at = 4; at < FILE_HEADER + 16; at += 2) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			build(false, NANOSECONDS, ETHERNET);
			memcpy(file.b + at, &values[i], 4);
			compare(file.b, file.len);
		}
	}
}

/* Records that lie across any piece that is read at once, to the longest there may be. */
static void test_long_file(void **state)
{
	static const uint32_t lengths[] = {0, 1, 60, 1514, 9000, 65535, 131056, 262144};
	size_t len = 0, room = 16 << 20;
	uint8_t *all = malloc(room);
	unsigned int records = 0;
	uint32_t x = 1;

	assert_non_null(all);
	capture_file_init(&file, false);
	capture_file_pcap(&file, NANOSECONDS, ETHERNET);
	memcpy(all, file.b, file.len);
	len = file.len;
	while (len + 16 + 262144 < room) {
		uint32_t n = lengths[(x = x * 1664525 + 1013904223) >> 29];
		uint32_t header[4] = {1750000000 + records, x % 1000000000, n, n + x % 3};

		memcpy(all + len, header, 16);
		for (uint32_t i = 0; i < n; i++)
			all[len + 16 + i] = (uint8_t)(x >> 8 ^ i * 7);
		len += 16 + n;
		records++;
	}
	assert_int_equal(compare(all, len), records);
	compare(all, len - 1);
	free(all);
}

static int make_path(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_other_values),
		cmocka_unit_test(test_long_file),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
