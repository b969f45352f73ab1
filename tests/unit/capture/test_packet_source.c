/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pcap/dlt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "capture/packet_source.h"
#include "capture_file.h"
#include "frame.h"

#define MICRO 0xa1b2c3d4u
#define NANO 0xa1b23c4du

static char folder[] = "/tmp/heloscope-test-XXXXXX";
static struct capture_file file;
static struct packet packet;
static char error[512];

static const char *path_of(const char *name)
{
	static char path[16][64];
	static unsigned int turn;
	char *p = path[turn++ % 16];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static int make_folder(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static struct packet_source *open_one(const char *name, const char *filter)
{
	const char *path = path_of(name);

	return packet_source_open_files(&path, 1, filter, error);
}

static struct packet_source *open_written(const char *name)
{
	struct packet_source *s;

	capture_file_write(&file, path_of(name));
	s = open_one(name, NULL);
	if (!s)
		fail_msg("%s", error);
	return s;
}

static void expect_packet(struct packet_source *s, const char *bytes, nstime time, uint64_t index)
{
	assert_int_equal(packet_source_next(s, &packet), 1);
	assert_true(span_eq_str(packet.bytes, bytes));
	assert_int_equal(packet.time, time);
	assert_int_equal(packet.index, index);
}

static void expect_end(struct packet_source *s, uint64_t damaged)
{
	assert_int_equal(packet_source_next(s, &packet), 0);
	assert_int_equal(packet_source_get_stats(s).damaged, damaged);
	packet_source_close(s);
}

static void test_pcap(void **state)
{
	static const uint32_t magics[] = {MICRO, NANO};

	for (int i = 0; i < 4; i++) {
		struct packet_source *s;
		nstime unit = i / 2 ? 1 : NS_PER_US;

		capture_file_init(&file, i % 2);
		capture_file_pcap(&file, magics[i / 2], 1);
		capture_file_record(&file, 1000, 1, "one", 3);
		capture_file_record(&file, 4000000000, 2, "two", 900);
		s = open_written("plain.pcap");
		expect_packet(s, "one", 1000 * NS_PER_S + unit, 0);
		assert_int_equal(packet.link_type, DLT_EN10MB);
		assert_int_equal(packet.file_index, 0);
		expect_packet(s, "two", 4000000000 * NS_PER_S + 2 * unit, 1);
		assert_int_equal(packet.wire_len, 900);
		assert_int_equal(packet_source_get_stats(s).packets, 2);
		assert_int_equal(packet_source_get_stats(s).bytes, 6);
		assert_int_equal(packet_source_get_stats(s).truncated, 1);
		assert_int_equal(packet_source_get_stats(s).file_bytes_total, file.len);
		assert_string_equal(packet_source_name(s, 0), path_of("plain.pcap"));
		expect_end(s, 0);
	}
}

static void test_pcapng(void **state)
{
	struct packet_source *s;

	capture_file_init(&file, true);
	capture_file_section(&file);
	capture_file_interface(&file, 1, 0, NULL);
	capture_file_interface(&file, 101, 0, NULL);
	capture_file_packet(&file, 1, 5, "one", 3, NULL);
	capture_file_packet(&file, 0, 4, "two", 3, NULL);
	s = open_written("mixed.pcapng");
	expect_packet(s, "one", 5000, 0);
	assert_int_equal(packet.link_type, DLT_RAW);
	assert_int_equal(packet.interface, 1);
	expect_packet(s, "two", 5000, 1);
	assert_int_equal(packet.link_type, DLT_EN10MB);
	assert_int_equal(packet_source_get_stats(s).clock_steps_back, 1);
	expect_end(s, 0);
}

static void test_damaged_tail(void **state)
{
	struct packet_source *s;
	size_t whole;

	capture_file_init(&file, false);
	capture_file_pcap(&file, MICRO, 1);
	capture_file_record(&file, 1, 0, "one", 3);
	whole = file.len;
	capture_file_record(&file, 2, 0, "two", 3);
	for (size_t len = file.len - 1; len >= whole; len--) {
		file.len = len;
		s = open_written("cut.pcap");
		expect_packet(s, "one", NS_PER_S, 0);
		expect_end(s, len > whole);
	}
	capture_file_record(&file, 2, 0, "two", 3);
	file.b[whole + 11] = 0x7f; /* a captured length of two thousand million */
	s = open_written("cut.pcap");
	expect_packet(s, "one", NS_PER_S, 0);
	expect_end(s, 1);
}

static void expect_error(const char *name, const char *sentence)
{
	assert_null(open_one(name, NULL));
	if (!strstr(error, sentence))
		fail_msg("'%s' lacks '%s'", error, sentence);
	assert_non_null(strstr(error, name));
}

static void write_text(const char *name, const char *text)
{
	capture_file_init(&file, false);
	capture_file_put(&file, text, strlen(text));
	capture_file_write(&file, path_of(name));
}

static void test_errors(void **state)
{
	expect_error("no-such-file", "No such file or directory");
	assert_int_equal(mkdir(path_of("bare"), 0700), 0);
	expect_error("bare", "no capture file");
	write_text("empty", "");
	expect_error("empty", "is empty");
	write_text("short", "abc");
	expect_error("short", "ends within its first four bytes");
	write_text("letter", "Dear reader");
	expect_error("letter", "begins with 44 65 61 72");
	write_text("archive", "PK\x03\x04 and more");
	expect_error("archive", "a zip archive");
	write_text("half", "\xd4\xc3\xb2\xa1\x02");
	expect_error("half", "cannot read capture file");
	write_text("half-ng", "\x0a\x0d\x0d\x0a\x1c");
	expect_error("half-ng", "ends within its section header");
}

static void write_merge_input(
	const char *name, uint32_t magic, const char *letters, const uint32_t *times)
{
	capture_file_init(&file, false);
	capture_file_pcap(&file, magic, 1);
	for (size_t i = 0; letters[i]; i++) {
		char text[2] = {letters[i], '\0'};

		capture_file_record(&file, times[i], 0, text, 1);
	}
	capture_file_write(&file, path_of(name));
}

static void test_merge(void **state)
{
	const char *paths[3] = {path_of("a"), path_of("b"), path_of("c")};
	const char *expected = "bacdBCAe";
	const uint32_t times[] = {1, 2, 2, 3, 5, 5, 9, 10};
	const uint64_t files[] = {1, 0, 2, 2, 1, 2, 0, 2};
	struct packet_source *s;

	write_merge_input("a", MICRO, "aA", (const uint32_t[]){2, 9});
	write_merge_input("b", NANO, "bB", (const uint32_t[]){1, 5});
	write_merge_input("c", MICRO, "cdCe", (const uint32_t[]){2, 3, 5, 10});
	s = packet_source_open_files(paths, 3, NULL, error);
	assert_non_null(s);
	for (size_t i = 0; expected[i]; i++) {
		char text[2] = {expected[i], '\0'};

		expect_packet(s, text, times[i] * NS_PER_S, i);
		assert_int_equal(packet.file_index, files[i]);
	}
	expect_end(s, 0);
}

static void test_merge_keeps_the_order_of_a_file(void **state)
{
	const char *paths[2] = {path_of("a"), path_of("b")};
	struct packet_source *s;

	write_merge_input("a", MICRO, "aA", (const uint32_t[]){5, 1});
	write_merge_input("b", MICRO, "b", (const uint32_t[]){3});
	s = packet_source_open_files(paths, 2, NULL, error);
	assert_non_null(s);
	expect_packet(s, "b", 3 * NS_PER_S, 0);
	expect_packet(s, "a", 5 * NS_PER_S, 1);
	expect_packet(s, "A", 5 * NS_PER_S, 2);
	assert_int_equal(packet_source_get_stats(s).clock_steps_back, 1);
	expect_end(s, 0);
}

/* More files than are kept open, named against the order of their times, with one empty. */
static void test_merge_of_many(void **state)
{
	enum { MANY = 100 };
	static char names[MANY][64];
	const char *paths[MANY];
	struct packet_source *s;

	for (uint32_t i = 0; i < MANY; i++) {
		char name[16];

		snprintf(name, sizeof(name), "many-%u", i);
		snprintf(names[i], sizeof(names[i]), "%s", path_of(name));
		paths[i] = names[i];
		write_merge_input(name, MICRO, i == 50 ? "" : "xy",
			(const uint32_t[]){1000 - 2 * i, 1001 - 2 * i});
	}
	s = packet_source_open_files(paths, MANY, NULL, error);
	assert_non_null(s);
	for (uint32_t k = 0, n = 0; k < MANY; k++) {
		uint32_t i = MANY - 1 - k;

		if (i == 50)
			continue;
		expect_packet(s, "x", (1000 - 2 * i) * NS_PER_S, n++);
		assert_int_equal(packet.file_index, i);
		expect_packet(s, "y", (1001 - 2 * i) * NS_PER_S, n++);
	}
	expect_end(s, 0);
}

static void put_frame(uint32_t second, uint8_t protocol, bool ethernet)
{
	static struct frame f;

	frame_init(&f, "mail");
	if (protocol == 6)
		frame_tcp(&f, 1, 1, 0x10, "");
	else
		frame_udp(&f, 1000, 53);
	frame_ipv4(&f, protocol);
	if (ethernet)
		frame_ethernet(&f, 0x0800);
	capture_file_init(&file, false);
	capture_file_pcap(&file, MICRO, ethernet ? 1 : 101);
	for (uint32_t i = 0; i < 2; i++) {
		capture_file_put32(&file, second + i);
		capture_file_put32(&file, 0);
		capture_file_put32(&file, (uint32_t)frame_len(&f));
		capture_file_put32(&file, (uint32_t)frame_len(&f));
		capture_file_put(&file, f.room + f.start, frame_len(&f));
	}
}

static void test_filter(void **state)
{
	const char *paths[3] = {path_of("tcp"), path_of("udp"), path_of("raw")};
	struct packet_source *s;

	put_frame(10, 6, true);
	capture_file_write(&file, paths[0]);
	put_frame(10, 17, true);
	capture_file_write(&file, paths[1]);
	put_frame(10, 6, false);
	capture_file_write(&file, paths[2]);
	s = packet_source_open_files(paths, 3, "tcp port 25", error);
	assert_non_null(s);
	/* What the filter leaves out is numbered all the same. */
	for (uint64_t i = 0; i < 6; i++) {
		if (i % 3 == 1)
			continue;
		assert_int_equal(packet_source_next(s, &packet), 1);
		assert_int_equal(packet.index, i);
		assert_int_equal(packet.file_index, i % 3);
	}
	assert_int_equal(packet_source_get_stats(s).packets, 4);
	expect_end(s, 0);

	assert_null(packet_source_open_files(paths, 3, "tcp prot 25", error));
	assert_non_null(strstr(error, "bad filter 'tcp prot 25'"));
	assert_null(packet_source_open_files(paths, 3, "ether host 02:00:00:00:00:01", error));
	assert_non_null(strstr(error, "raw"));
}

static void test_break(void **state)
{
	struct packet_source *s;

	write_merge_input("a", MICRO, "abc", (const uint32_t[]){1, 2, 3});
	s = open_one("a", NULL);
	assert_non_null(s);
	assert_int_equal(packet_source_next(s, &packet), 1);
	packet_source_break(s);
	expect_end(s, 0);
}

static void read_standard_input(void)
{
	const char *dash = "-";
	struct packet_source *s;
	int pipe_ends[2];

	assert_int_equal(pipe(pipe_ends), 0);
	assert_int_equal(write(pipe_ends[1], file.b, file.len), file.len);
	close(pipe_ends[1]);
	clearerr(stdin);
	assert_int_equal(dup2(pipe_ends[0], 0), 0);
	close(pipe_ends[0]);
	s = packet_source_open_files(&dash, 1, NULL, error);
	if (!s)
		fail_msg("%s", error);
	expect_packet(s, "one", NS_PER_S, 0);
	assert_int_equal(packet_source_get_stats(s).file_bytes_total, 0);
	expect_end(s, 0);
}

/* From a pipe, where nothing can be looked at twice. */
static void test_standard_input(void **state)
{
	capture_file_init(&file, false);
	capture_file_pcap(&file, MICRO, 1);
	capture_file_record(&file, 1, 0, "one", 3);
	read_standard_input();
	capture_file_init(&file, false);
	capture_file_section(&file);
	capture_file_interface(&file, 1, 0, NULL);
	capture_file_packet(&file, 0, 1000000, "one", 3, NULL);
	read_standard_input();
}

static void write_gzip(const char *name, size_t len)
{
	gzFile f = gzopen(path_of(name), "wb");

	assert_non_null(f);
	assert_int_equal(gzwrite(f, file.b, (unsigned int)len), len);
	assert_int_equal(gzclose(f), Z_OK);
}

static void test_compressed(void **state)
{
	struct packet_source *s;
	struct stat st;

	capture_file_init(&file, false);
	capture_file_pcap(&file, MICRO, 1);
	capture_file_record(&file, 1, 0, "one", 3);
	write_gzip("pcap.gz", file.len);
	s = open_one("pcap.gz", NULL);
	assert_non_null(s);
	expect_packet(s, "one", NS_PER_S, 0);
	assert_int_equal(stat(path_of("pcap.gz"), &st), 0);
	assert_int_equal(packet_source_get_stats(s).file_bytes_total, st.st_size);
	expect_end(s, 0);

	capture_file_init(&file, false);
	capture_file_section(&file);
	capture_file_interface(&file, 1, 0, NULL);
	capture_file_packet(&file, 0, 1000000, "one", 3, NULL);
	write_gzip("pcapng.gz", file.len);
	assert_int_equal(stat(path_of("pcapng.gz"), &st), 0);
	s = open_one("pcapng.gz", NULL);
	assert_non_null(s);
	expect_packet(s, "one", NS_PER_S, 0);
	expect_end(s, 0);
	/* Without the check sum at its end. */
	assert_int_equal(truncate(path_of("pcapng.gz"), st.st_size - 8), 0);
	s = open_one("pcapng.gz", NULL);
	assert_non_null(s);
	expect_packet(s, "one", NS_PER_S, 0);
	expect_end(s, 1);

	write_text("bad.gz", "\x1f\x8b\x08 and no more of it");
	expect_error("bad.gz", "its compression is damaged");
	capture_file_init(&file, false);
	capture_file_put(&file, "letter", 6);
	write_gzip("letter.gz", file.len);
	expect_error("letter.gz", "not a capture file");
}

static void test_no_such_interface(void **state)
{
	const char *name = "no-such-if0";

	assert_null(packet_source_open_live(&name, 1, NULL, NULL, error));
	assert_non_null(strstr(error, "cannot capture on 'no-such-if0'"));
	assert_true(strstr(error, "-D lists them") || strstr(error, "setcap cap_net_raw+ep"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pcap),
		cmocka_unit_test(test_pcapng),
		cmocka_unit_test(test_damaged_tail),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_keeps_the_order_of_a_file),
		cmocka_unit_test(test_merge_of_many),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_break),
		cmocka_unit_test(test_standard_input),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_no_such_interface),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
