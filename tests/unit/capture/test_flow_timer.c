/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture/flow_timer.h"
#include "flow_log.h"

#define FLOWS 500

static const nstime timeouts[FLOW_TIMEOUTS] = {
	60 * NS_PER_S, 3000 * NS_PER_S, 10 * NS_PER_S, NS_PER_MS};

struct fixture {
	struct flow_table *table;
	struct flow_timers timers;
	uint64_t packet;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->table = flow_table_create(FLOWS * 64, 0, CAPTURE_SHARDS);
	assert_int_equal(flow_timers_init(&f->timers, f->table, timeouts), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	flow_timers_finish(&f->timers);
	flow_table_destroy(f->table);
	free(f);
	return 0;
}

static struct flow *start(struct fixture *f, nstime time, enum flow_timeout timeout)
{
	struct talk t = talk_make(&time, &f->packet, (uint16_t)(1024 + f->packet), 25);
	struct segment seg;
	struct flow *flow;

	time -= NS_PER_MS;
	seg = talk_segment(&t, FLOW_CLIENT, 0, 0, 0, "");
	flow = flow_table_insert(f->table, talk_hash(&seg, 1), &seg);
	flow->info.id = flow->info.last_packet = seg.packet;
	flow->timeout = (uint8_t)timeout;
	flow_timers_start(&f->timers, flow);
	return flow;
}

static void touch(struct fixture *f, struct flow *flow, nstime time)
{
	flow->info.last_time = time;
	flow->info.last_packet = f->packet++;
}

static void test_strictly_before(void **state)
{
	struct fixture *f = *state;
	struct flow *a = start(f, 0, FLOW_TIMEOUT_OTHER);

	assert_false(flow_timers_due(&f->timers, 0));
	assert_null(flow_timers_pop(&f->timers, 60 * NS_PER_S));
	assert_false(flow_timers_due(&f->timers, 60 * NS_PER_S));
	assert_true(flow_timers_due(&f->timers, 60 * NS_PER_S + 1));
	assert_ptr_equal(flow_timers_pop(&f->timers, 60 * NS_PER_S + 1), a);
	assert_null(flow_timers_pop(&f->timers, NSTIME_MAX));
	assert_false(flow_timers_due(&f->timers, NSTIME_MAX));
}

static void test_sooner(void **state)
{
	struct fixture *f = *state;
	struct flow *a = start(f, 0, FLOW_TIMEOUT_SMTP), *b = start(f, 1, FLOW_TIMEOUT_OTHER);

	a->timeout = FLOW_TIMEOUT_HALF_CLOSED;
	flow_timers_sooner(&f->timers, a);
	assert_ptr_equal(flow_timers_pop(&f->timers, 11 * NS_PER_S), a);
	b->timeout = FLOW_TIMEOUT_HALF_CLOSED_ONE; /* due within the bucket that is open */
	touch(f, b, 11 * NS_PER_S);
	flow_timers_sooner(&f->timers, b);
	assert_null(flow_timers_pop(&f->timers, 11 * NS_PER_S + NS_PER_MS));
	assert_ptr_equal(flow_timers_pop(&f->timers, 11 * NS_PER_S + NS_PER_MS + 1), b);
}

static void test_stop(void **state)
{
	struct fixture *f = *state;
	struct flow *a = start(f, 0, FLOW_TIMEOUT_OTHER), *b = start(f, 0, FLOW_TIMEOUT_OTHER),
		    *c = start(f, 0, FLOW_TIMEOUT_HALF_CLOSED_ONE);

	flow_timers_stop(&f->timers, a);
	flow_timers_stop(&f->timers, c);
	assert_ptr_equal(flow_timers_pop(&f->timers, NSTIME_MAX), b);
	assert_null(flow_timers_pop(&f->timers, NSTIME_MAX));
}

/* Of the same deadline the one whose last packet came first, also where that changed late. */
static void test_tie(void **state)
{
	struct fixture *f = *state;
	struct flow *a = start(f, 0, FLOW_TIMEOUT_HALF_CLOSED_ONE),
		    *b = start(f, 0, FLOW_TIMEOUT_HALF_CLOSED_ONE);

	touch(f, a, 0);
	assert_ptr_equal(flow_timers_pop(&f->timers, NS_PER_S), b);
	assert_ptr_equal(flow_timers_pop(&f->timers, NS_PER_S), a);
}

/* Negative times, times beyond the wheel, and jumps over all of it. */
static void test_far(void **state)
{
	struct fixture *f = *state;
	struct flow *a = start(f, -5000 * NS_PER_S, FLOW_TIMEOUT_SMTP), *b;

	touch(f, a, -4000 * NS_PER_S);
	assert_null(flow_timers_pop(&f->timers, -3500 * NS_PER_S));
	assert_null(flow_timers_pop(&f->timers, -1000 * NS_PER_S));
	assert_ptr_equal(flow_timers_pop(&f->timers, -1000 * NS_PER_S + 1), a);
	b = start(f, NSTIME_MAX - 1, FLOW_TIMEOUT_OTHER);
	assert_int_equal(flow_timers_deadline(&f->timers, b), NSTIME_MAX);
	assert_null(flow_timers_pop(&f->timers, NSTIME_MAX));
}

/* Random starts, packets, ends and advances against a search through all flows. */
static void test_random(void **state)
{
	struct fixture *f = *state;
	struct flow *flows[FLOWS] = {0};
	nstime now = 0;

	srandom(5);
	for (int round = 0; round < 20000; round++) {
		int i = (int)(random() % FLOWS);
		int step = (int)(random() % 100);

		now += step < 90 ? random() % NS_PER_S : random() % (200 * NS_PER_S) / 8;
		for (;;) {
			struct flow *due = NULL, *got;
			int at = 0;

			for (int k = 0; k < FLOWS; k++) {
				struct flow *x = flows[k];
				nstime d = x ? flow_timers_deadline(&f->timers, x) : 0;
				nstime best = due ? flow_timers_deadline(&f->timers, due) : 0;

				if (x && d < now &&
					(!due || d < best ||
						(d == best && x->info.last_packet <
								      due->info.last_packet))) {
					due = x;
					at = k;
				}
			}
			assert_true(!due || flow_timers_due(&f->timers, now));
			got = flow_timers_pop(&f->timers, now);
			assert_ptr_equal(got, due);
			if (!got)
				break;
			flow_table_remove(f->table, got);
			flows[at] = NULL;
		}
		if (!flows[i] && f->packet < 60000) {
			flows[i] = start(f, now, (enum flow_timeout)(random() % FLOW_TIMEOUTS));
		} else if (flows[i] && random() % 4 == 0) {
			flows[i]->timeout = (uint8_t)(random() % FLOW_TIMEOUTS);
			flow_timers_sooner(&f->timers, flows[i]);
		} else if (flows[i] && random() % 4 == 0) {
			flow_timers_stop(&f->timers, flows[i]);
			flow_table_remove(f->table, flows[i]);
			flows[i] = NULL;
		} else if (flows[i]) {
			touch(f, flows[i], now);
		}
	}
	flow_timers_stop_all(&f->timers);
	for (;;) {
		struct flow *first = NULL;
		int at = 0;

		for (int k = 0; k < FLOWS; k++) {
			if (flows[k] &&
				(!first || flows[k]->info.last_packet < first->info.last_packet)) {
				first = flows[k];
				at = k;
			}
		}
		assert_ptr_equal(flow_timers_pop_last(&f->timers), first);
		if (!first)
			break;
		flow_table_remove(f->table, first);
		flows[at] = NULL;
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_strictly_before),
		TEST(test_sooner),
		TEST(test_stop),
		TEST(test_tie),
		TEST(test_far),
		TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
