/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_block.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct free_block {
	struct free_block *next;
};

void smtp_blocks_init(struct smtp_blocks *p)
{
	*p = (struct smtp_blocks){0};
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

static void *take(struct smtp_blocks *p)
{
	struct smtp_blocks *list = p->list ? p->list : p;
	struct free_block *b = list->free;

	if (b)
		list->free = b->next;
	else
		b = malloc(SMTP_BLOCK_SIZE);
	if (b)
		p->taken++;
	return b;
}

static bool is_full(const struct smtp_blocks *p)
{
	return p->limit > 0 && p->taken >= p->limit;
}

void *smtp_block_take(struct smtp_blocks *p)
{
	if (is_full(p) && !(p->make_room && p->make_room(p->cookie))) {
		p->short_of++;
		return NULL;
	}
	return take(p);
}

void smtp_block_give(struct smtp_blocks *p, void *block)
{
	struct smtp_blocks *list = p->list ? p->list : p;
	struct free_block *b = block;

	if (!b)
		return;
	b->next = list->free;
	list->free = b;
	p->taken--;
}

static void pack_content(struct smtp_pack *pack, void *block, size_t n, bool sparse)
{
	size_t words = sparse ? n & ~(size_t)7 : 0;

	smtp_pack_words(pack, block, NULL, words);
	smtp_pack_bytes(pack, (uint8_t *)block + words, n - words);
}

void *smtp_block_pack(
	struct smtp_blocks *p, void *block, size_t n, bool sparse, struct smtp_pack *pack)
{
	if (!block)
		return NULL;
	if (pack->out) {
		pack_content(pack, block, n, sparse);
		explicit_bzero(block, n);
		smtp_block_give(p, block);
		return SMTP_PACKED;
	}
	block = pack->failed ? NULL : take(p);
	if (!block) {
		pack->failed = true;
		return NULL;
	}
	pack_content(pack, block, n, sparse);
	return block;
}
