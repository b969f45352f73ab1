/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_block.h"

#include <assert.h>
#include <stdlib.h>

struct free_block {
	struct free_block *next;
};

void smtp_blocks_init(struct smtp_blocks *p)
{
	p->free = NULL;
	p->taken = 0;
}

void smtp_blocks_finish(struct smtp_blocks *p)
{
	assert(p->taken == 0);
	while (p->free) {
		struct free_block *b = p->free;

		p->free = b->next;
		free(b);
	}
}

void *smtp_block_take(struct smtp_blocks *p)
{
	struct free_block *b = p->free;

	if (b)
		p->free = b->next;
	else
		b = malloc(SMTP_BLOCK_SIZE);
	if (b)
		p->taken++;
	return b;
}

void smtp_block_give(struct smtp_blocks *p, void *block)
{
	struct free_block *b = block;

	if (!b)
		return;
	b->next = p->free;
	p->free = b;
	p->taken--;
}
