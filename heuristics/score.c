/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/score.h"

#include <stddef.h>

#define STEPS 64 /* of the decay table to a half-life */
/* After this nothing is left of any weight. */
#define HALF_LIVES_MAX 16

/* 65536 * 2^(-k/64), rounded. */
static const uint32_t decay_table[STEPS] = {65536, 64830, 64132, 63441, 62757, 62081, 61413, 60751,
	60097, 59449, 58809, 58176, 57549, 56929, 56316, 55709, 55109, 54515, 53928, 53347, 52773,
	52204, 51642, 51085, 50535, 49991, 49452, 48920, 48393, 47871, 47356, 46846, 46341, 45842,
	45348, 44859, 44376, 43898, 43425, 42958, 42495, 42037, 41584, 41136, 40693, 40255, 39821,
	39392, 38968, 38548, 38133, 37722, 37316, 36914, 36516, 36123, 35734, 35349, 34968, 34591,
	34219, 33850, 33486, 33125};

centidb score_decay(centidb weight, enum check_family f, nstime age)
{
	nstime half_life = check_family_half_life_h(f) * NS_PER_HOUR;
	int64_t steps;

	if (age <= 0)
		return weight;
	if (age >= HALF_LIVES_MAX * half_life)
		return 0;
	steps = age / (half_life / STEPS);
	return (centidb)((int64_t)weight * decay_table[steps % STEPS] >> (16 + steps / STEPS));
}

centidb score_weight(const struct evidence *e, const struct check_values *v)
{
	return (centidb)(v->v[e->item] * e->permille / 10);
}

bool score_decides(const struct evidence *e, const struct check_values *v)
{
	int64_t full = CENTIDB(check_setting_get(e->item)->value);

	return e->decisive && score_weight(e, v) * 2 >= full;
}

static enum check_family family_of(enum check_param item)
{
	return check_get(check_setting_get(item)->check)->family;
}

static centidb now_weight(const struct score_item *i, enum check_family f, nstime now)
{
	return i->centidb ? score_decay(i->centidb, f, now - i->time) : 0;
}

/* Where an item goes: its own place, or the weaker of the two. */
static struct score_item *place_for(
	struct score *s, enum check_family f, enum check_param item, nstime now)
{
	struct score_item *top = s->top[f];

	for (int i = 0; i < SCORE_TOP; i++)
		if (top[i].centidb && top[i].item == item)
			return &top[i];
	return now_weight(&top[1], f, now) <= now_weight(&top[0], f, now) ? &top[1] : &top[0];
}

void score_add(struct score *s, const struct evidence *e, const struct check_values *v)
{
	enum check_family f = family_of(e->item);
	centidb weight = score_weight(e, v);
	struct score_item *to = place_for(s, f, e->item, e->time);

	if (weight <= 0 || weight < now_weight(to, f, e->time))
		return;
	*to = (struct score_item){.time = e->time,
		.value = e->value,
		.centidb = (int16_t)weight,
		.item = (uint8_t)e->item,
		.apart = e->withdrawable};
}

void score_withdraw(struct score *s, enum check_param item)
{
	struct score_item *top = s->top[family_of(item)];

	for (int i = 0; i < SCORE_TOP; i++)
		if (top[i].centidb && top[i].item == item)
			top[i] = (struct score_item){0};
}

const struct score_item *score_find(const struct score *s, enum check_param item)
{
	const struct score_item *top = s->top[family_of(item)];

	for (int i = 0; i < SCORE_TOP; i++)
		if (top[i].centidb && top[i].item == item)
			return &top[i];
	return NULL;
}

static centidb family_sum(
	const struct score *s, enum check_family f, nstime now, enum score_part part)
{
	centidb a = now_weight(&s->top[f][0], f, now), b = now_weight(&s->top[f][1], f, now), sum;

	if (part == SCORE_OWN && f == FAMILY_CONTENT_SPREAD)
		return 0;
	if (part == SCORE_PLAIN && s->top[f][0].apart)
		a = 0;
	if (part == SCORE_PLAIN && s->top[f][1].apart)
		b = 0;
	sum = a > b ? a + b / 2 : b + a / 2;
	return sum < CENTIDB(check_family_cap(f)) ? sum : CENTIDB(check_family_cap(f));
}

centidb score_family(const struct score *s, enum check_family f, nstime now)
{
	return family_sum(s, f, now, SCORE_ALL);
}

centidb score_sum(const struct score *s, nstime now, enum score_part part)
{
	centidb sum = 0;

	for (int f = 0; f < FAMILY_COUNT; f++)
		sum += family_sum(s, f, now, part);
	return sum;
}

unsigned int score_families(const struct score *s, nstime now, enum score_part part)
{
	unsigned int n = 0;

	for (int f = 0; f < FAMILY_COUNT; f++)
		n += family_sum(s, f, now, part) >= SCORE_FAMILY;
	return n;
}

nstime score_falls_below(const struct score *s, enum score_part part, centidb level, nstime from)
{
	nstime low = from, high = from;

	if (score_sum(s, from, part) < level)
		return from;
	if (level <= 0)
		return NSTIME_MAX;
	for (int f = 0; f < FAMILY_COUNT; f++) /* when everything has decayed */
		for (int i = 0; i < SCORE_TOP; i++) {
			nstime gone = s->top[f][i].time +
				      HALF_LIVES_MAX * check_family_half_life_h(f) * NS_PER_HOUR;

			if (s->top[f][i].centidb && gone > high)
				high = gone;
		}
	while (high - low > 1) { /* the sum only falls: at `low` it is not below, at `high` it is */
		nstime mid = low + (high - low) / 2;

		if (score_sum(s, mid, part) < level)
			high = mid;
		else
			low = mid;
	}
	return high;
}

int score_db(centidb c)
{
	return c < 0 ? -((99 - c) / 100) : c / 100;
}

enum severity score_severity(centidb sum)
{
	return sum >= SCORE_CRITICAL ? SEVERITY_CRITICAL
	       : sum >= SCORE_HIGH   ? SEVERITY_HIGH
				     : SEVERITY_MEDIUM;
}
