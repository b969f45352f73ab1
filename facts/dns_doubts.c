/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/dns_doubts.h"

#include <stdlib.h>

#define SLOT_BYTES 512
#define SLOTS_MAX 4096

union slot {
	struct dns_record r; /* size 0: free */
	uint64_t bytes[SLOT_BYTES / sizeof(uint64_t)];
};

struct dns_doubts {
	union slot *slots;
	uint32_t count, next;
};

struct dns_doubts *dns_doubts_create(uint64_t memory)
{
	struct dns_doubts *d = calloc(1, sizeof(*d));
	uint64_t count = memory / sizeof(union slot);

	if (!d)
		return NULL;
	d->count = (uint32_t)(count < 1 ? 1 : count > SLOTS_MAX ? SLOTS_MAX : count);
	d->slots = calloc(d->count, sizeof(*d->slots));
	if (!d->slots) {
		free(d);
		return NULL;
	}
	return d;
}

void dns_doubts_destroy(struct dns_doubts *d)
{
	if (!d)
		return;
	free(d->slots);
	free(d);
}

void dns_doubts_keep(struct dns_doubts *d, const struct dns_record *r)
{
	if (r->r.size > sizeof(union slot))
		return;
	memcpy(&d->slots[d->next], r, r->r.size);
	d->next = (d->next + 1) % d->count;
}

void dns_doubts_visit(struct dns_doubts *d, nstime now,
	bool (*visit)(void *cookie, const struct dns_record *r), void *cookie)
{
	for (uint32_t i = 0; i < d->count; i++) {
		union slot *s = &d->slots[(d->next + i) % d->count];

		if (s->r.r.size == 0 || now - s->r.r.time > DNS_DOUBTS_LIFE)
			continue;
		if (visit(cookie, &s->r))
			s->r.r.size = 0;
	}
}

uint64_t dns_doubts_bytes(const struct dns_doubts *d)
{
	return sizeof(*d) + d->count * sizeof(*d->slots);
}
