/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/role.h"

static struct addr ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(span_str(text), &a), 1);
	return a;
}

static struct role_result role(
	struct roles *r, const char *client, const char *server, uint16_t port, bool auth)
{
	struct addr c = ip(client), s = ip(server);

	return roles_of(r, &c, &s, port, auth);
}

static void greet(struct roles *r, const char *server, const char *client)
{
	struct addr c = ip(client), s = ip(server);

	roles_greeted(r, &s, &c);
}

static void test_by_port(void **state)
{
	struct topology t = {0};
	struct roles *r = roles_create(&t, 16, 1);

	assert_int_equal(role(r, "198.51.100.1", "192.0.2.25", 25, false).role, ROLE_INBOUND);
	assert_int_equal(role(r, "198.51.100.1", "192.0.2.25", 2525, false).role, ROLE_INBOUND);
	assert_int_equal(role(r, "198.51.100.1", "192.0.2.25", 587, false).role, ROLE_SUBMISSION);
	assert_int_equal(role(r, "198.51.100.1", "192.0.2.25", 465, false).role, ROLE_SUBMISSION);
	assert_int_equal(role(r, "198.51.100.1", "192.0.2.25", 25, true).role, ROLE_SUBMISSION);
	assert_string_equal(role(r, "198.51.100.1", "192.0.2.25", 25, false).direction, "inbound");
	roles_destroy(r);
}

static void test_guesses_ours(void **state)
{
	struct topology t = {0};
	struct roles *r = roles_create(&t, 16, 1);
	struct role_result g;

	greet(r, "192.0.2.25", "198.51.100.1");
	greet(r, "192.0.2.25", "198.51.100.2"); /* the same network */
	greet(r, "192.0.2.25", "203.0.113.1");
	assert_int_equal(role(r, "192.0.2.25", "203.0.113.9", 25, false).role, ROLE_INBOUND);
	greet(r, "192.0.2.25", "2001:db8::1");
	g = role(r, "192.0.2.25", "203.0.113.9", 25, false);
	assert_int_equal(g.role, ROLE_EGRESS);
	assert_string_equal(g.direction, "outbound");
	assert_false(role_counts_in_fanout(g));
	roles_destroy(r);
}

static void test_topology(void **state)
{
	struct cidr net, mta;
	struct topology t = {.our_networks = {&net, 1}, .our_mtas = {&mta, 1}};
	struct roles *r;

	cidr_parse(span_str("192.0.2.0/24"), &net);
	cidr_parse(span_str("192.0.2.25"), &mta);
	r = roles_create(&t, 16, 1);
	assert_int_equal(role(r, "198.51.100.1", "192.0.2.25", 25, false).role, ROLE_INBOUND);
	assert_int_equal(role(r, "192.0.2.25", "198.51.100.1", 25, false).role, ROLE_EGRESS);
	assert_true(role_counts_in_fanout(role(r, "192.0.2.25", "198.51.100.1", 25, false)));
	assert_int_equal(role(r, "192.0.2.77", "198.51.100.1", 25, false).role, ROLE_ROGUE);
	assert_int_equal(role(r, "192.0.2.77", "198.51.100.1", 587, false).role, ROLE_SUBMISSION);
	assert_int_equal(role(r, "192.0.2.77", "192.0.2.25", 587, false).role, ROLE_SUBMISSION);
	assert_int_equal(role(r, "192.0.2.77", "192.0.2.25", 25, false).role, ROLE_INTERNAL);
	assert_false(role_counts_in_fanout(role(r, "192.0.2.77", "192.0.2.25", 25, false)));
	assert_string_equal(
		role(r, "198.51.100.1", "203.0.113.1", 25, false).direction, "external");
	roles_destroy(r);
}

/* Networks without mail servers named: who greets the world is one. */
static void test_topology_without_mtas(void **state)
{
	struct cidr net;
	struct topology t = {.our_networks = {&net, 1}};
	struct roles *r;

	cidr_parse(span_str("192.0.2.0/24"), &net);
	r = roles_create(&t, 16, 1);
	greet(r, "192.0.2.25", "198.51.100.1");
	greet(r, "192.0.2.25", "203.0.113.1");
	greet(r, "192.0.2.25", "2001:db8::1");
	assert_int_equal(role(r, "192.0.2.25", "198.51.100.1", 25, false).role, ROLE_EGRESS);
	assert_int_equal(role(r, "192.0.2.77", "198.51.100.1", 25, false).role, ROLE_ROGUE);
	roles_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_port),
		cmocka_unit_test(test_guesses_ours),
		cmocka_unit_test(test_topology),
		cmocka_unit_test(test_topology_without_mtas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
