/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "heuristics/hold_queue.h"

static struct message_record *record_of(uint32_t size, uint64_t packet)
{
	struct message_record *m = calloc(1, size);

	m->r.size = size;
	m->r.packet = packet;
	m->r.time = (nstime)packet * NS_PER_S;
	memset(m + 1, (int)packet & 255, size - sizeof(*m));
	return m;
}

static struct held_message *put(
	struct hold_queue *q, struct sender *s, uint32_t size, uint64_t packet)
{
	struct message_record *m = record_of(size, packet);
	struct held_message *h = hold_queue_put(q, m, s);

	free(m);
	return h;
}

static void test_order_and_deadline(void **state)
{
	struct hold_queue *q = hold_queue_create(1);
	struct sender s = {.digested = 0}, other = {.digested = 0};
	struct held_message *h[4];
	(void)state;

	assert_null(hold_queue_oldest(q));
	for (uint64_t i = 0; i < 4; i++)
		h[i] = put(q, i == 2 ? &other : &s, 1000, i);
	assert_int_equal(hold_queue_count(q), 4);
	assert_ptr_equal(hold_queue_oldest(q), h[0]);
	assert_true(h[1]->deadline == 11 * NS_PER_S);
	assert_int_equal(held_message_record(h[3])->r.packet, 3);
	assert_ptr_equal(s.held, h[0]);
	assert_ptr_equal(s.held->next, h[1]);
	assert_ptr_equal(s.held_last, h[3]);
	hold_queue_remove(q, h[1]);
	assert_ptr_equal(s.held->next, h[3]);
	assert_ptr_equal(hold_queue_oldest(q), h[0]);
	hold_queue_remove(q, h[0]);
	assert_ptr_equal(hold_queue_oldest(q), h[2]);
	hold_queue_orphan(&other);
	assert_null(other.held);
	hold_queue_remove(q, h[2]);
	hold_queue_remove(q, h[3]);
	assert_null(s.held);
	assert_null(s.held_last);
	assert_null(hold_queue_oldest(q));
	assert_int_equal(hold_queue_count(q), 0);
	hold_queue_destroy(q);
	hold_queue_destroy(NULL);
}

/* Many times round the ring with sizes that do not divide it: nothing is overwritten. */
static void test_round_the_ring(void **state)
{
	struct hold_queue *q = hold_queue_create(1);
	struct sender s = {.digested = 0};
	uint64_t next = 0, oldest = 0;
	(void)state;

	for (uint64_t i = 0; i < 20000; i++) {
		uint32_t size =
			(uint32_t)(sizeof(struct message_record) + 8 * (i * 7919 % 3000)) & ~7u;

		while (!put(q, &s, size, next)) {
			struct held_message *h = hold_queue_oldest(q);
			const struct message_record *m = held_message_record(h);
			const uint8_t *last = (const uint8_t *)m + m->r.size - 1;

			assert_int_equal(m->r.packet, oldest);
			if (m->r.size > sizeof(*m))
				assert_int_equal(*last, oldest & 255);
			oldest++;
			hold_queue_remove(q, h);
		}
		next++;
	}
	assert_int_equal(hold_queue_count(q), next - oldest);
	assert_true(next - oldest > 20);
	hold_queue_destroy(q);
}

static void test_largest_record(void **state)
{
	struct hold_queue *q = hold_queue_create(1);
	struct sender s = {.digested = 0};
	struct held_message *h;
	(void)state;

	for (uint64_t i = 0; i < 10; i++) {
		while (!(h = put(q, &s, RECORD_MAX, i)))
			hold_queue_remove(q, hold_queue_oldest(q));
		assert_int_equal(held_message_record(h)->r.packet, i);
	}
	hold_queue_destroy(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_deadline),
		cmocka_unit_test(test_round_the_ring),
		cmocka_unit_test(test_largest_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
