/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of one size for what a session must hold for a while: a line that is not complete, bytes
 * whose meaning hangs on a reply to come. A free list, so that there is no allocation a line.
 */
#ifndef SMTP_DECODE_SMTP_BLOCK_H
#define SMTP_DECODE_SMTP_BLOCK_H

#include <stdint.h>

#include "base/limits.h"

#define SMTP_BLOCK_SIZE LIMIT_LINE

struct smtp_blocks {
	void *free;
	uint64_t taken; /* now */
};

void smtp_blocks_init(struct smtp_blocks *p);
/* Frees the blocks on the list; all must have been given back. */
void smtp_blocks_finish(struct smtp_blocks *p);

/* SMTP_BLOCK_SIZE bytes aligned for any type; NULL where memory is short. */
void *smtp_block_take(struct smtp_blocks *p);
/* Accepts NULL. */
void smtp_block_give(struct smtp_blocks *p, void *block);

#endif
