/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "output/community_id.h"

static struct addr addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(span_str(text), &a), 1);
	return a;
}

/* The first two are of the specification's baseline; all agree with tshark 4.0. */
static const struct {
	const char *client;
	uint16_t client_port;
	const char *server;
	uint16_t server_port;
	const char *id;
} vectors[] = {
	{"128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{"2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25,
		"1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{"198.51.100.23", 49152, "192.0.2.25", 25, "1:iIFNwZ1jwsbSZM8Uqj0tqrc0R1E="},
};

static void test_vectors_in_both_directions(void **state)
{
	char id[COMMUNITY_ID_SIZE];

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct addr c = addr(vectors[i].client), s = addr(vectors[i].server);

		assert_string_equal(
			community_id(&c, vectors[i].client_port, &s, vectors[i].server_port, 0, id),
			vectors[i].id);
		assert_string_equal(
			community_id(&s, vectors[i].server_port, &c, vectors[i].client_port, 0, id),
			vectors[i].id);
	}
}

/* Between two ports of one address the ports alone give the order. */
static void test_same_address(void **state)
{
	struct addr a = addr("192.0.2.1");
	char there[COMMUNITY_ID_SIZE], back[COMMUNITY_ID_SIZE];

	community_id(&a, 40000, &a, 25, 0, there);
	community_id(&a, 25, &a, 40000, 0, back);
	assert_string_equal(there, back);
}

static void test_seed_counts(void **state)
{
	struct addr c = addr("198.51.100.23"), s = addr("192.0.2.25");
	char plain[COMMUNITY_ID_SIZE], seeded[COMMUNITY_ID_SIZE];

	community_id(&c, 49152, &s, 25, 0, plain);
	community_id(&c, 49152, &s, 25, 1, seeded);
	assert_string_not_equal(plain, seeded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_in_both_directions),
		cmocka_unit_test(test_same_address),
		cmocka_unit_test(test_seed_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
