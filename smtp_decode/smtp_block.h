/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of one size for what a session must hold for a while: a line that is not complete, bytes
 * whose meaning hangs on a reply to come. A free list, so that there is no allocation a line.
 */
#ifndef SMTP_DECODE_SMTP_BLOCK_H
#define SMTP_DECODE_SMTP_BLOCK_H

#include <stdint.h>

#include "base/limits.h"
#include "smtp_decode/smtp_pack.h"

#define SMTP_BLOCK_SIZE LIMIT_LINE

/* All zero: no cap, and a list of its own. */
struct smtp_blocks {
	void *free;
	uint32_t taken; /* now */
	uint32_t limit; /* as many may be taken at a time; 0: any number */
	uint64_t short_of; /* how often none was to be had */
	/* Asked where the cap is reached: has one been given back? May be NULL. */
	bool (*make_room)(void *cookie);
	void *cookie;
	struct smtp_blocks *list; /* whose free list is used; NULL: its own */
};

void smtp_blocks_init(struct smtp_blocks *p);
/* Frees the blocks on the list; all must have been given back. */
void smtp_blocks_finish(struct smtp_blocks *p);

/* SMTP_BLOCK_SIZE bytes aligned for any type; NULL where there is no room. */
void *smtp_block_take(struct smtp_blocks *p);
/* Accepts NULL. */
void smtp_block_give(struct smtp_blocks *p, void *block);

/*
 * Packs the first `n` bytes of a block, wipes them and gives it back; or takes a block, whatever
 * the cap, and unpacks them. `sparse`: most of them are zero. Returns what the pointer to it is then.
 * NULL stays NULL.
 */
void *smtp_block_pack(
	struct smtp_blocks *p, void *block, size_t n, bool sparse, struct smtp_pack *pack);

#endif
