/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_cells.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

struct smtp_cell {
	uint32_t next; /* of a chain; index + 1, 0 for the last */
	uint8_t bytes[SMTP_CELL_HOLDS];
};

_Static_assert(sizeof(struct smtp_cell) == SMTP_CELL_BYTES, "a cell is one cache line");

int smtp_cells_init(struct smtp_cells *p, uint32_t count)
{
	void *m = mmap(NULL, (size_t)count * SMTP_CELL_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*p = (struct smtp_cells){0};
	if (m == MAP_FAILED)
		return -1;
	p->cells = m;
	p->count = count;
	return 0;
}

void smtp_cells_finish(struct smtp_cells *p)
{
	if (p->cells)
		munmap(p->cells, (size_t)p->count * SMTP_CELL_BYTES);
	*p = (struct smtp_cells){0};
}

void *smtp_cell_take(struct smtp_cells *p)
{
	struct smtp_cell *c;

	if (p->free) {
		c = &p->cells[p->free - 1];
		p->free = c->next;
	} else if (p->fresh < p->count) {
		c = &p->cells[p->fresh++];
	} else {
		return NULL;
	}
	p->taken++;
	return c;
}

void smtp_cell_give(struct smtp_cells *p, void *cell)
{
	struct smtp_cell *c = cell;

	c->next = p->free;
	p->free = (uint32_t)(c - p->cells) + 1;
	p->taken--;
}

uint32_t smtp_cells_write(struct smtp_cells *p, struct span s)
{
	uint32_t first = 0, *link = &first;

	while (s.len > 0) {
		struct smtp_cell *c = smtp_cell_take(p);
		struct span part = span_head(s, SMTP_CELL_HOLDS);

		assert(c);
		memcpy(c->bytes, part.p, part.len);
		*link = (uint32_t)(c - p->cells) + 1;
		link = &c->next;
		s = span_skip(s, part.len);
	}
	*link = 0;
	return first;
}

void smtp_cells_read(struct smtp_cells *p, uint32_t chain, uint8_t *to, size_t len)
{
	while (chain) {
		struct smtp_cell *c = &p->cells[chain - 1];
		size_t n = len < SMTP_CELL_HOLDS ? len : SMTP_CELL_HOLDS;

		memcpy(to, c->bytes, n);
		explicit_bzero(c->bytes, n);
		to += n;
		len -= n;
		chain = c->next;
		smtp_cell_give(p, c);
	}
}
