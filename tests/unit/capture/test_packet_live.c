/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live capture in a network namespace of the test's own, so that nothing else is heard and nothing
 * of the machine is touched. Skipped where that is not permitted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/packet_source.h"
#include "frame.h"

#define SKIPPED 77

static struct packet packet;
static char error[512];

static int sender_on(const char *interface)
{
	struct sockaddr_ll a = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void send_frame(int fd, const char *text, uint16_t port)
{
	static struct frame f;

	frame_init(&f, text);
	frame_udp(&f, 1000, port);
	frame_ipv4(&f, 17);
	frame_ethernet(&f, 0x0800);
	assert_int_equal(send(fd, f.room + f.start, frame_len(&f), 0), frame_len(&f));
}

static struct packet_source *open_on(const char *const *names, size_t count, const char *filter)
{
	struct packet_source *s = packet_source_open_live(names, count, filter, NULL, error);

	if (!s)
		fail_msg("%s", error);
	return s;
}

/* The next packet; 0 where nothing came for two seconds. */
static int next_packet(struct packet_source *s)
{
	int rc = 2;

	for (int i = 0; rc == 2 && i < 20; i++)
		rc = packet_source_next(s, &packet);
	return rc == 2 ? 0 : rc;
}

static void expect_silence(struct packet_source *s)
{
	for (int i = 0; i < 4; i++)
		assert_int_equal(packet_source_next(s, &packet), 2);
}

static void expect_text(const char *text)
{
	struct span s = packet.bytes;

	assert_true(s.len >= 42 + strlen(text));
	assert_memory_equal(s.p + 42, text, strlen(text));
}

static void test_one_interface(void **state)
{
	const char *name = "v0";
	struct packet_source *s = open_on(&name, 1, "udp port 25");
	int fd = sender_on("v1");
	struct packet_source_stats stats;

	expect_silence(s);
	for (int i = 0; i < 100; i++) {
		send_frame(fd, "wanted", 25);
		send_frame(fd, "other", 26);
	}
	for (uint64_t i = 0; i < 100; i++) {
		assert_int_equal(next_packet(s), 1);
		expect_text("wanted");
		assert_int_equal(packet.index, i);
		assert_true(packet.time > 1600000000 * NS_PER_S);
	}
	expect_silence(s);
	stats = packet_source_get_stats(s);
	assert_int_equal(stats.packets, 100);
	assert_int_equal(stats.packets + stats.dropped, stats.received);
	assert_int_equal(stats.truncated, 0);
	packet_source_break(s);
	assert_int_equal(packet_source_next(s, &packet), 0);
	packet_source_close(s);
	close(fd);
}

/* What is sent into either end is heard at both, in the order of time. */
static void test_two_interfaces(void **state)
{
	const char *names[2] = {"v0", "v1"};
	struct packet_source *s = open_on(names, 2, "udp");
	int fds[2] = {sender_on("v0"), sender_on("v1")};
	uint64_t heard[2] = {0, 0};
	int last = -1;

	expect_silence(s);
	for (int i = 0; i < 200; i++) {
		char text[8];

		snprintf(text, sizeof(text), "%04d", i);
		send_frame(fds[i % 2], text, 25);
		usleep(i % 50 ? 0 : 30000); /* some into the next block of the kernel */
	}
	for (int k = 0; k < 400; k++) {
		char text[5] = "";
		int i;

		assert_int_equal(next_packet(s), 1);
		assert_int_equal(packet.bytes.len, 46);
		memcpy(text, packet.bytes.p + 42, 4);
		i = atoi(text);
		assert_true(i >= last);
		last = i;
		heard[packet.file_index]++;
	}
	assert_int_equal(heard[0], 200);
	assert_int_equal(heard[1], 200);
	expect_silence(s);
	assert_int_equal(packet_source_get_stats(s).clock_steps_back, 0);
	packet_source_close(s);
	close(fds[0]);
	close(fds[1]);
}

static void test_bad_filter(void **state)
{
	const char *name = "v0";

	assert_null(packet_source_open_live(&name, 1, "udp prot 25", NULL, error));
	assert_non_null(strstr(error, "bad filter 'udp prot 25' for 'v0'"));
}

static void test_interface_is_down(void **state)
{
	const char *name = "down0";

	assert_int_equal(system("ip link add down0 type veth peer name down1"), 0);
	assert_null(packet_source_open_live(&name, 1, NULL, NULL, error));
	assert_non_null(strstr(error, "ip link set down0 up"));
}

static void test_no_such_interface(void **state)
{
	const char *name = "none0";

	assert_null(packet_source_open_live(&name, 1, NULL, NULL, error));
	assert_non_null(strstr(error, "there is no such interface; -D lists them"));
}

static void test_list(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_int_equal(packet_source_list_devices(f, error), 0);
	fclose(f);
	assert_non_null(strstr(text, "v0\n"));
	assert_non_null(strstr(text, "v1\n"));
	free(text);
}

/* Two members of a group, each with a share: everything is heard once. */
static void test_fanout(void **state)
{
	const char *name = "v0";
	struct live_options options = {.fanout_group = 7};
	struct packet_source *member[2];
	uint64_t heard[2] = {0, 0};
	bool seen[200] = {false};
	int fd = sender_on("v1");

	for (int i = 0; i < 2; i++) {
		member[i] = packet_source_open_live(&name, 1, "udp", &options, error);
		if (!member[i])
			fail_msg("%s", error);
	}
	for (uint16_t i = 0; i < 200; i++)
		send_frame(fd, "shared", (uint16_t)(2000 + i));
	for (int i = 0; i < 2; i++) {
		while (next_packet(member[i]) == 1) {
			int port = packet.bytes.p[36] << 8 | packet.bytes.p[37];

			assert_in_range(port, 2000, 2199);
			assert_false(seen[port - 2000]);
			seen[port - 2000] = true;
			heard[i]++;
		}
	}
	assert_int_equal(heard[0] + heard[1], 200);
	assert_true(heard[0] > 20 && heard[1] > 20);
	options.fanout_group = 65536;
	assert_null(packet_source_open_live(&name, 1, "udp", &options, error));
	assert_non_null(strstr(error, "above 65535"));
	for (int i = 0; i < 2; i++)
		packet_source_close(member[i]);
	close(fd);
}

/* Last, since it takes the interfaces away. */
static void test_interface_vanishes(void **state)
{
	const char *names[2] = {"v0", "lo"};

	for (size_t count = 1; count <= 2; count++) {
		struct packet_source *s = open_on(names, count, NULL);

		assert_int_equal(system("ip link del v0"), 0);
		while (next_packet(s) == 1)
			;
		assert_int_equal(packet_source_next(s, &packet), -1);
		assert_non_null(strstr(packet_source_error(s), "capture on 'v0' ended: "));
		packet_source_close(s);
		assert_int_equal(system("ip link add v0 type veth peer name v1 && "
					"ip link set v0 up && ip link set v1 up"),
			0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_interface),
		cmocka_unit_test(test_two_interfaces),
		cmocka_unit_test(test_bad_filter),
		cmocka_unit_test(test_interface_is_down),
		cmocka_unit_test(test_no_such_interface),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_fanout),
		cmocka_unit_test(test_interface_vanishes),
	};

	if (unshare(CLONE_NEWNET) < 0 ||
		system("sysctl -qw net.ipv6.conf.default.disable_ipv6=1; ip link set lo up && "
		       "ip link add v0 type veth peer name v1 && ip link set v0 up && "
		       "ip link set v1 up") != 0) {
		fprintf(stderr, "no network namespace can be made here: skipped\n");
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
