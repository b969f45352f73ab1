/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/topology_guess.h"

struct fixture {
	struct topology_guess *g;
	struct record_builder b;
};

static struct addr addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(span_str(text), &a), 1);
	return a;
}

static void greeted(struct fixture *f, const char *server, const char *client, int code)
{
	struct session_record *s = record_begin(&f->b, RECORD_SESSION, sizeof(*s));

	s->flow.server = addr(server);
	s->flow.client = addr(client);
	s->banner_code = code;
	s->proven = TRI_YES;
	topology_guess_session(f->g, s);
}

static void delivered(struct fixture *f, const char *server, const char *client, const char *to,
	enum tri accepted, enum tri authenticated)
{
	struct message_record *m = record_begin(&f->b, RECORD_MESSAGE, sizeof(*m));
	struct str_ref name = record_add(&f->b, span_str(to));

	m->to = record_add_array(&f->b, &name, sizeof(name), 1);
	m->server = addr(server);
	m->client = addr(client);
	m->accepted = accepted;
	m->authenticated = authenticated;
	topology_guess_message(f->g, m);
}

/* The lines that are no comments. */
static void expect(struct fixture *f, const char *want)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(topology_guess_print(f->g, out), 0);
	fclose(out);
	assert_non_null(strstr(text, "topology:\n"));
	assert_string_equal(strstr(text, "topology:\n"), want);
	free(text);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->g = topology_guess_create();
	*state = f;
	return f->g && record_builder_init(&f->b) == 1 ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	topology_guess_destroy(f->g);
	record_builder_finish(&f->b);
	free(f);
	return 0;
}

static const char *const clients[] = {"198.51.100.7", "203.0.113.7", "2001:db8:9::7"};

static void test_three_networks(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		greeted(f, "192.0.2.25", clients[i], 220);
		greeted(f, "2001:db8:1:2::25", clients[i], 220);
		delivered(f, "192.0.2.25", clients[i], "h:0123456789ab@Corp.example", TRI_YES,
			TRI_NO);
		delivered(f, "192.0.2.25", clients[i], "h:0123456789ab@b.example", TRI_YES, TRI_NO);
		/* Another host's, which nobody else greets. */
		delivered(f, "192.0.2.99", clients[i], "h:0123456789ab@else.example", TRI_YES,
			TRI_NO);
	}
	expect(f, "topology:\n"
		  "  our_mtas: [\"192.0.2.25\", \"2001:db8:1:2::25\"]\n"
		  "  our_domains: [\"b.example\", \"corp.example\"]\n"
		  "  our_networks: [\"192.0.2.0/24\", \"2001:db8:1::/48\"]\n");
}

static void test_near_misses(void **state)
{
	static const char *const near[] = {"198.51.100.7", "203.0.113.7", "203.0.113.8"};
	struct fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		greeted(f, "192.0.2.25", clients[i], 220);
		greeted(f, "192.0.2.26", near[i], 220); /* of two networks */
		greeted(f, "192.0.2.27", clients[i], 554);
		delivered(f, "192.0.2.25", near[i], "h:0123456789ab@near.example", TRI_YES, TRI_NO);
		delivered(f, "192.0.2.25", clients[i], "h:0123456789ab@no.example", TRI_NO, TRI_NO);
		delivered(f, "192.0.2.25", clients[i], "h:0123456789ab@auth.example", TRI_YES,
			TRI_YES);
		delivered(
			f, "192.0.2.25", clients[i], "h:0123456789ab@[192.0.2.1]", TRI_YES, TRI_NO);
		delivered(f, "192.0.2.25", clients[i], "postmaster", TRI_YES, TRI_NO);
		delivered(f, "192.0.2.25", clients[i], "h:0123456789ab@", TRI_YES, TRI_NO);
	}
	expect(f, "topology:\n"
		  "  our_mtas: [\"192.0.2.25\"]\n"
		  "  our_domains: []\n"
		  "  our_networks: [\"192.0.2.0/24\"]\n");
}

static void test_networks_once(void **state)
{
	struct fixture *f = *state;

	expect(f, "topology:\n  our_mtas: []\n  our_domains: []\n  our_networks: []\n");
	for (size_t i = 0; i < 3; i++) {
		greeted(f, "192.0.2.25", clients[i], 220);
		greeted(f, "192.0.2.26", clients[i], 220);
	}
	expect(f, "topology:\n"
		  "  our_mtas: [\"192.0.2.25\", \"192.0.2.26\"]\n"
		  "  our_domains: []\n"
		  "  our_networks: [\"192.0.2.0/24\"]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_three_networks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_near_misses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_networks_once, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
