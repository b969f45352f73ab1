/* SPDX-License-Identifier: Apache-2.0 */
/* Any way of cutting, repeating and shuffling gives the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stream_fixture.h"

struct piece {
	struct segment seg;
	enum flow_dir dir;
	uint32_t at; /* its place after the shuffle */
};

static int by_place(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* A dialogue of random turns; each turn's segments acknowledge all of the turns before. */
static size_t make_dialogue(struct fixture *f, struct piece *pieces, size_t room, const char *bytes,
	size_t turns, size_t sent[2])
{
	size_t count = 0;

	for (size_t turn = 0; turn < turns; turn++) {
		enum flow_dir dir = turn % 2 ? C : S;
		size_t len = 1 + (size_t)random() % 900, end = sent[dir] + len;

		while (sent[dir] < end) {
			size_t cut =
				random() % 3 ? 1 + (size_t)random() % 7 : (size_t)random() % 300;

			if (cut == 0 || cut > end - sent[dir])
				cut = end - sent[dir];
			assert_true(count + 2 < room);
			for (int copies = random() % 8 ? 1 : 2; copies > 0; copies--) {
				struct piece *p = &pieces[count];

				p->dir = dir;
				p->seg = talk_segment(&f->talk, dir, 0, (int64_t)sent[dir],
					(int64_t)sent[!dir], "");
				p->seg.payload = span_of(bytes + sent[dir], cut);
				p->seg.payload_len = (uint32_t)cut;
				p->at = (uint32_t)(count * 4 + (size_t)random() % 40);
				count++;
			}
			sent[dir] += cut;
		}
	}
	return count;
}

static void test_any_segmentation(void **state)
{
	struct fixture *f = *state;
	static char bytes[60000];
	static struct piece pieces[8000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i * 7 % 26);
	for (unsigned int seed = 1; seed <= 60; seed++) {
		size_t sent[2] = {0, 0}, count;

		srandom(seed);
		fixture_tear_down(state);
		fixture_set_up(state);
		f = *state;
		shake_hands(f);
		count = make_dialogue(f, pieces, 8000, bytes, 24, sent);
		qsort(pieces, count, sizeof(pieces[0]), by_place);
		for (size_t i = 0; i < count; i++) {
			pieces[i].seg.time = FLOW_LOG_START + (nstime)i * 1000;
			take(f, pieces[i].dir, &pieces[i].seg);
		}
		for (int d = 0; d < 2; d++) {
			assert_int_equal(f->log.stream_len[d], sent[d]);
			assert_memory_equal(f->log.stream[d], bytes, sent[d]);
		}
		assert_int_equal(f->stats.gaps, 0);
		assert_int_equal(f->stats.overlap_bytes, 0);
		assert_int_equal(reorder_pool_held(f->pool), 0);
	}
}

/* Whoever reads the chunks sees every turn whole before the next one begins. */
static bool turns_alternate(void *cookie, const struct stream_chunk *c)
{
	size_t *seen = cookie;

	assert_true(c->peer_acked < 0 || (size_t)c->peer_acked <= seen[!c->dir]);
	seen[c->dir] += c->data.len;
	return true;
}

static void test_order_of_directions(void **state)
{
	struct fixture *f = *state;
	static char bytes[60000];
	static struct piece pieces[8000];

	for (unsigned int seed = 1; seed <= 30; seed++) {
		size_t sent[2] = {0, 0}, seen[2] = {0, 0}, count;

		srandom(seed);
		fixture_tear_down(state);
		fixture_set_up(state);
		f = *state;
		f->x.chunk = turns_alternate;
		f->x.cookie = seen;
		shake_hands(f);
		count = make_dialogue(f, pieces, 8000, bytes, 24, sent);
		qsort(pieces, count, sizeof(pieces[0]), by_place);
		for (size_t i = 0; i < count; i++) {
			pieces[i].seg.time = FLOW_LOG_START + (nstime)i * 1000;
			take(f, pieces[i].dir, &pieces[i].seg);
		}
		assert_int_equal(seen[C], sent[C]);
		assert_int_equal(seen[S], sent[S]);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_any_segmentation),
		TEST(test_order_of_directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
