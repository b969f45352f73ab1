/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "smtp_decode/text_find.h"
#include "smtp_decode/text_mask.h"

static void check(const uint8_t p[64])
{
	struct text_mask a, b;

	text_mask_block(p, &a);
	text_mask_block_plain(p, &b);
	assert_memory_equal(&a, &b, sizeof(a));
}

/* Every byte in every place. */
static void test_blocks(void **state)
{
	uint8_t p[64];

	for (unsigned int c = 0; c < 256; c++) {
		memset(p, (int)c, sizeof(p));
		check(p);
		for (unsigned int i = 0; i < 64; i++) {
			memset(p, ' ', sizeof(p));
			p[i] = (uint8_t)c;
			check(p);
			p[i ^ 1] = (uint8_t)(c + i);
			check(p);
		}
	}
}

static void test_find(void **state)
{
	uint8_t p[80];

	for (size_t len = 0; len <= sizeof(p); len++) {
		memset(p, 'x', sizeof(p));
		assert_int_equal(text_find(span_of(p, len), 'a', 'b', 'c'), len);
		for (size_t i = 0; i < len; i++) {
			memset(p, 'x', sizeof(p));
			p[i] = "abc"[i % 3];
			if (i + 2 < len)
				p[i + 2] = 'a';
			assert_int_equal(text_find(span_of(p, len), 'a', 'b', 'c'), i);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
