/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for what is kept of silent sessions: a fixed number of cells of one cache line each,
 * reserved at once and touched as they are first used. What is longer than a cell lies in a chain
 * of them, so that any length fits and no room is lost between sizes.
 */
#ifndef SMTP_DECODE_SMTP_CELLS_H
#define SMTP_DECODE_SMTP_CELLS_H

#include <stdint.h>

#include "base/span.h"

#define SMTP_CELL_BYTES 64 /* of a cell */
#define SMTP_CELL_HOLDS 60 /* of a chain, in each */

struct smtp_cell;

/* All zero: none. */
struct smtp_cells {
	struct smtp_cell *cells;
	uint32_t count, taken;
	uint32_t fresh; /* never used: from here on */
	uint32_t free;  /* the first of a chain; index + 1, 0 none */
};

/* 0, or -1 where memory is short. */
int smtp_cells_init(struct smtp_cells *p, uint32_t count);
void smtp_cells_finish(struct smtp_cells *p);

static inline uint32_t smtp_cells_left(const struct smtp_cells *p)
{
	return p->count - p->taken;
}

/* A single cell, aligned to its size, of any content; NULL where there is none. */
void *smtp_cell_take(struct smtp_cells *p);
void smtp_cell_give(struct smtp_cells *p, void *cell);

/* How many hold `len` bytes. */
static inline uint32_t smtp_cells_for(size_t len)
{
	return (uint32_t)((len + SMTP_CELL_HOLDS - 1) / SMTP_CELL_HOLDS);
}

/* Copies `s` into a chain, 0 where it is empty. There must be room. */
uint32_t smtp_cells_write(struct smtp_cells *p, struct span s);
/* Copies the `len` bytes of a chain to `to`, and wipes and frees it. */
void smtp_cells_read(struct smtp_cells *p, uint32_t chain, uint8_t *to, size_t len);

#endif
