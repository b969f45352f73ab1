/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "capture/ip_frag.h"

static struct ip_frag *frag;
static struct ip_frag_whole whole;
static uint8_t text[65536];

static int set_up(void **state)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7 + i / 251);
	frag = ip_frag_create(1);
	return frag ? 0 : -1;
}

static int tear_down(void **state)
{
	ip_frag_destroy(frag);
	return 0;
}

static int add_at(uint32_t id, nstime time, uint32_t offset, bool more, const void *p, size_t len)
{
	struct ip_frag_key key = {.id = id, .protocol = 6, .version = 4};
	struct ip_frag_piece piece = {time, offset, more, 6, span_of(p, len)};

	return ip_frag_add(frag, &key, &piece, &whole);
}

/* Bytes [from, to) of the text; `more` is false where they reach its end at `len`. */
static int add(uint32_t id, size_t from, size_t to, size_t len)
{
	return add_at(id, 0, (uint32_t)from, to < len, text + from, to - from);
}

static void expect_text(size_t len)
{
	assert_int_equal(whole.bytes.len, len);
	assert_memory_equal(whole.bytes.p, text, len);
	assert_int_equal(whole.protocol, 6);
}

static void test_any_order(void **state)
{
	static const int orders[][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	static const size_t cuts[] = {0, 1480, 2960, 3001};

	for (uint32_t k = 0; k < 6; k++) {
		for (int i = 0; i < 3; i++) {
			int piece = orders[k][i];

			assert_int_equal(add(k, cuts[piece], cuts[piece + 1], 3001), i == 2);
		}
		expect_text(3001);
	}
	assert_int_equal(ip_frag_get_stats(frag).datagrams, 6);
	assert_int_equal(ip_frag_get_stats(frag).fragments, 18);
	assert_int_equal(ip_frag_get_stats(frag).lost, 0);
}

/* Whatever the pieces, sizes and repetitions, the datagram is the same. */
static void test_random_pieces(void **state)
{
	unsigned int seed = 1;

	for (uint32_t round = 0; round < 300; round++) {
		size_t len = 16 + (size_t)rand_r(&seed) % 65500;
		int rc = 0;

		for (int i = 0; rc == 0 && i < 100000; i++) {
			size_t from = (size_t)rand_r(&seed) % len / 8 * 8;
			size_t to = from + 8 + (size_t)rand_r(&seed) % 3000 / 8 * 8;

			rc = add(round, from, to < len ? to : len, len);
		}
		assert_int_equal(rc, 1);
		expect_text(len);
	}
	assert_int_equal(ip_frag_get_stats(frag).overlap_bytes, 0);
}

static void test_first_copy_wins(void **state)
{
	uint8_t other[24];

	memset(other, 'X', sizeof(other));
	assert_int_equal(add(1, 8, 24, 40), 0);
	assert_int_equal(add_at(1, 0, 0, true, other, 24), 0); /* only its first 8 bytes are new */
	assert_int_equal(ip_frag_get_stats(frag).overlap_bytes, 16);
	assert_int_equal(add(1, 24, 40, 40), 1);
	assert_memory_equal(whole.bytes.p, other, 8);
	assert_memory_equal(whole.bytes.p + 8, text + 8, 32);
}

/* Pieces that lie within or beyond others in ways that once crashed receivers. */
static void test_impossible_pieces(void **state)
{
	assert_int_equal(add(1, 0, 36, 100), -1);                  /* no multiple of 8, yet more */
	assert_int_equal(add_at(1, 0, 0, true, text, 0), -1);      /* empty */
	assert_int_equal(add_at(1, 0, 65528, false, text, 8), -1); /* beyond the last byte of IP */
	assert_int_equal(add_at(1, 0, 65520, false, text, 100), -1);

	assert_int_equal(add(2, 0, 40, 100), 0);
	assert_int_equal(add_at(2, 0, 24, false, text, 4), -1); /* ends within what came */
	assert_int_equal(add(2, 40, 100, 100), 1);
	expect_text(100);

	assert_int_equal(add(3, 40, 100, 100), 0);
	assert_int_equal(add_at(3, 0, 40, false, text, 68), -1); /* another end */
	assert_int_equal(add_at(3, 0, 96, true, text, 8), -1);   /* beyond the end */
	assert_int_equal(add(3, 0, 40, 100), 1);
	expect_text(100);
	assert_int_equal(ip_frag_get_stats(frag).lost, 0);
}

static void test_the_first_fragment_names_the_protocol(void **state)
{
	struct ip_frag_key key = {.id = 9, .version = 6};
	struct ip_frag_piece first = {0, 0, true, 6, span_of(text, 8)};
	struct ip_frag_piece last = {0, 8, false, 17, span_of(text + 8, 3)};

	assert_int_equal(ip_frag_add(frag, &key, &first, &whole), 0);
	assert_int_equal(ip_frag_add(frag, &key, &last, &whole), 1);
	expect_text(11);
}

static void test_expiry(void **state)
{
	assert_int_equal(add_at(1, 0, 0, true, text, 8), 0);
	assert_int_equal(add_at(2, NS_PER_S, 0, true, text, 8), 0);
	assert_int_equal(add_at(1, 30 * NS_PER_S, 8, true, text + 8, 8), 0);
	/* Half a minute after its first fragment, whatever came in between. */
	assert_int_equal(add_at(1, 30 * NS_PER_S + 1, 16, false, text + 16, 8), 0);
	assert_int_equal(ip_frag_get_stats(frag).lost, 1);
	assert_int_equal(add_at(2, 31 * NS_PER_S, 8, false, text + 8, 8), 1);
	expect_text(16);
}

static void test_too_many_datagrams(void **state)
{
	for (uint32_t i = 0; i <= LIMIT_FRAG_DATAGRAMS; i++)
		assert_int_equal(add(i, 0, 8, 16), 0);
	assert_int_equal(ip_frag_get_stats(frag).lost, 1);
	assert_int_equal(add(1, 8, 16, 16), 1);
	assert_int_equal(add(0, 8, 16, 16), 0);
}

/* Each takes all the room a datagram can have; the oldest make way, never the one at hand. */
static void test_too_many_bytes(void **state)
{
	const uint32_t fit = LIMIT_FRAG_BYTES / 65536;

	for (uint32_t i = 0; i < fit; i++)
		assert_int_equal(add(i, 0, 64000, 65000), 0);
	assert_int_equal(ip_frag_get_stats(frag).lost, 0);
	for (uint32_t i = fit; i < 10 * fit; i++)
		assert_int_equal(add(i, 0, 64000, 65000), 0);
	assert_int_equal(ip_frag_get_stats(frag).lost, 9 * fit);
	assert_int_equal(add(10 * fit - 1, 64000, 65000, 65000), 1);
	expect_text(65000);
}

/* The oldest one needs a block when there is none: the next oldest makes way. */
static void test_the_one_at_hand_stays(void **state)
{
	const uint32_t fit = LIMIT_FRAG_BYTES / 65536;

	assert_int_equal(add(0, 0, 8, 65000), 0);
	for (uint32_t i = 1; i <= fit; i++)
		assert_int_equal(add(i, 0, i < fit ? 64000 : 63480, 65000), 0);
	assert_int_equal(ip_frag_get_stats(frag).lost, 0);
	assert_int_equal(add(0, 8, 65000, 65000), 1);
	expect_text(65000);
	assert_int_equal(ip_frag_get_stats(frag).lost, 1);
	assert_int_equal(add(1, 64000, 65000, 65000), 0);
	assert_int_equal(add(2, 64000, 65000, 65000), 1);
}

int main(void)
{
#define WITH_FRAG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_FRAG(test_any_order),
		WITH_FRAG(test_random_pieces),
		WITH_FRAG(test_first_copy_wins),
		WITH_FRAG(test_impossible_pieces),
		WITH_FRAG(test_the_first_fragment_names_the_protocol),
		WITH_FRAG(test_expiry),
		WITH_FRAG(test_too_many_datagrams),
		WITH_FRAG(test_too_many_bytes),
		WITH_FRAG(test_the_one_at_hand_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
