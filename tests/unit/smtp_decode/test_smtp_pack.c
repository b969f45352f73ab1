/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "smtp_decode/smtp_cells.h"
#include "smtp_decode/smtp_pack.h"

#define WORDS 3000
#define ROOM (WORDS * 10)

static uint64_t rng = 88172645463325252u;

static uint64_t next(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* Mostly zero, small, or near what is there. */
static uint64_t any_word(uint64_t base)
{
	switch (next() % 8) {
	case 0:
		return next();
	case 1:
		return next() & 0xff;
	case 2:
		return base ^ (next() & 0xffff00);
	case 3:
		return ~0ull;
	case 4:
		return next() << 56;
	case 5:
		return 0;
	default:
		return base;
	}
}

static void check(const uint64_t *words, const uint64_t *base, size_t n, size_t most)
{
	static uint8_t bytes[ROOM + SMTP_PACK_SLACK + 80];
	static uint64_t before[WORDS], after[WORDS];
	struct smtp_pack out = {.at = bytes, .end = bytes + sizeof(bytes), .out = true};
	struct smtp_pack in = {.at = bytes};

	memcpy(before, words, n * sizeof(*words));
	smtp_pack_words(&out, before, base, n * sizeof(*words));
	assert_false(out.failed);
	assert_memory_equal(before, words, n * sizeof(*words));
	in.end = out.at;
	assert_true((size_t)(out.at - bytes) <= most);
	memset(after, 0x55, sizeof(after));
	smtp_pack_words(&in, after, base, n * sizeof(*words));
	assert_ptr_equal(in.at, out.at);
	assert_memory_equal(after, words, n * sizeof(*words));
}

static void test_any_words_come_back(void **state)
{
	static uint64_t words[WORDS], base[WORDS];

	for (int round = 0; round < 2000; round++) {
		size_t n = next() % (round % 10 ? 40 : WORDS);
		uint64_t sparse = next() % 30;

		for (size_t i = 0; i < n; i++) {
			base[i] = next() % 4 ? 0 : next() % 2 ? ~0ull : next();
			words[i] = next() % (sparse + 1) ? base[i] : any_word(base[i]);
		}
		check(words, base, n, ROOM);
		check(words, NULL, n, ROOM);
	}
}

static void test_what_is_as_at_the_start_takes_nothing(void **state)
{
	static uint64_t words[WORDS];

	memset(words, 0xff, sizeof(words));
	check(words, words, WORDS, 4);
	memset(words, 0, sizeof(words));
	check(words, NULL, WORDS, 4);
}

static void test_no_room_is_told(void **state)
{
	uint64_t words[WORDS];
	uint8_t bytes[512];
	struct smtp_pack p = {.at = bytes, .end = bytes + sizeof(bytes), .out = true};

	for (size_t i = 0; i < WORDS; i++)
		words[i] = next();
	smtp_pack_words(&p, words, NULL, sizeof(words));
	assert_true(p.failed && p.at <= p.end);
	p = (struct smtp_pack){.at = bytes, .end = bytes + sizeof(bytes), .out = true};
	smtp_pack_bytes(&p, words, sizeof(bytes) + 1);
	assert_true(p.failed);
}

static void test_cells_hold_any_length(void **state)
{
	struct smtp_cells c;
	uint8_t bytes[1000], back[1000];

	assert_int_equal(smtp_cells_init(&c, 20), 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)next();
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		uint32_t chain = smtp_cells_write(&c, span_of(bytes, n));

		assert_int_equal(smtp_cells_left(&c), 20 - smtp_cells_for(n));
		smtp_cells_read(&c, chain, back, n);
		assert_memory_equal(back, bytes, n);
		assert_int_equal(smtp_cells_left(&c), 20);
	}
	smtp_cells_finish(&c);
}

static void test_cells_end(void **state)
{
	struct smtp_cells c;
	void *cell[3];

	assert_int_equal(smtp_cells_init(&c, 3), 0);
	for (int i = 0; i < 3; i++) {
		cell[i] = smtp_cell_take(&c);
		assert_non_null(cell[i]);
		assert_int_equal((uintptr_t)cell[i] % SMTP_CELL_BYTES, 0);
	}
	assert_null(smtp_cell_take(&c));
	smtp_cell_give(&c, cell[1]);
	assert_ptr_equal(smtp_cell_take(&c), cell[1]);
	smtp_cells_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_words_come_back),
		cmocka_unit_test(test_what_is_as_at_the_start_takes_nothing),
		cmocka_unit_test(test_no_room_is_told),
		cmocka_unit_test(test_cells_hold_any_length),
		cmocka_unit_test(test_cells_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
