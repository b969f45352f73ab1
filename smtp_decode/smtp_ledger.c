/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_ledger.h"

#define BLOCK_ENTRIES (SMTP_BLOCK_SIZE / sizeof(struct smtp_pending))
#define MOST (LIMIT_PENDING_COMMANDS < BLOCK_ENTRIES ? LIMIT_PENDING_COMMANDS : BLOCK_ENTRIES)

void smtp_ledger_init(struct smtp_ledger *l)
{
	l->entries = l->few;
	l->size = SMTP_LEDGER_INLINE;
	l->first = l->count = 0;
	l->overflow = 0;
}

static void use_inline(struct smtp_ledger *l, struct smtp_blocks *pool)
{
	if (l->entries != l->few)
		smtp_block_give(pool, l->entries);
	smtp_ledger_init(l);
}

void smtp_ledger_finish(struct smtp_ledger *l, struct smtp_blocks *pool)
{
	use_inline(l, pool);
}

static struct smtp_pending *entry(const struct smtp_ledger *l, uint16_t i)
{
	return &l->entries[(l->first + i) % l->size];
}

/* Moves to a block. False where it lies in one, or memory is short. */
static bool grow(struct smtp_ledger *l, struct smtp_blocks *pool)
{
	struct smtp_pending *b;

	if (l->entries != l->few || !(b = smtp_block_take(pool)))
		return false;
	for (uint16_t i = 0; i < l->count; i++)
		b[i] = *entry(l, i);
	l->entries = b;
	l->size = MOST;
	l->first = 0;
	return true;
}

static void unpack(struct smtp_ledger *l, struct smtp_blocks *pool, struct smtp_pack *pack)
{
	struct smtp_pending *b = NULL;

	l->entries = l->few;
	l->size = SMTP_LEDGER_INLINE;
	if (l->count > SMTP_LEDGER_INLINE) {
		b = smtp_block_pack(pool, SMTP_PACKED, 0, false, pack);
		if (!b) {
			l->count = 0;
			return;
		}
		l->entries = b;
		l->size = MOST;
	}
	for (uint16_t i = 0; i < l->count; i++)
		smtp_pack_words(pack, &l->entries[i], NULL, sizeof(struct smtp_pending));
}

void smtp_ledger_pack(struct smtp_ledger *l, struct smtp_blocks *pool, struct smtp_pack *pack)
{
	if (!pack->out) {
		unpack(l, pool, pack);
		return;
	}
	for (uint16_t i = 0; i < l->count; i++)
		smtp_pack_words(pack, entry(l, i), NULL, sizeof(struct smtp_pending));
	if (l->entries != l->few)
		smtp_block_give(pool, l->entries);
	memset(l->few, 0, sizeof(l->few));
	l->entries = NULL;
	l->size = SMTP_LEDGER_INLINE;
	l->first = 0;
}

/* May `p` go into the run `run`? */
static bool continues(const struct smtp_pending *run, const struct smtp_pending *p)
{
	uint32_t next = run->role == SMTP_REPLY_COMMAND ? run->number + run->count : run->number;

	return run->verb == p->verb && run->role == p->role && p->number == next &&
	       run->doubtful == p->doubtful && run->count < UINT32_MAX &&
	       (p->verb == SMTP_RCPT || p->verb == SMTP_NOOP || p->verb == SMTP_UNKNOWN);
}

bool smtp_ledger_push(struct smtp_ledger *l, struct smtp_blocks *pool, const struct smtp_pending *p)
{
	struct smtp_pending *last = l->count > 0 ? entry(l, l->count - 1) : NULL;

	if (l->overflow > 0) {
		l->overflow++;
		return false;
	}
	if (last && continues(last, p)) {
		last->count++;
		return true;
	}
	if (l->count == l->size && !grow(l, pool)) {
		l->overflow++;
		return false;
	}
	l->count++;
	*entry(l, l->count - 1) = *p;
	return true;
}

const struct smtp_pending *smtp_ledger_head(const struct smtp_ledger *l)
{
	return l->count > 0 ? entry(l, 0) : NULL;
}

const struct smtp_pending *smtp_ledger_tail(const struct smtp_ledger *l)
{
	return l->count > 0 && l->overflow == 0 ? entry(l, l->count - 1) : NULL;
}

static void drop_entry(struct smtp_ledger *l, struct smtp_blocks *pool)
{
	l->first = (uint16_t)((l->first + 1) % l->size);
	l->count--;
	if (l->count == 0 && l->overflow == 0)
		use_inline(l, pool);
}

void smtp_ledger_pop(struct smtp_ledger *l, struct smtp_blocks *pool)
{
	struct smtp_pending *p;

	if (l->count == 0) {
		if (l->overflow > 0 && --l->overflow == 0)
			use_inline(l, pool);
		return;
	}
	p = entry(l, 0);
	if (p->count > 1) {
		p->count--;
		if (p->role == SMTP_REPLY_COMMAND)
			p->number++;
	} else {
		drop_entry(l, pool);
	}
}

bool smtp_ledger_seek(struct smtp_ledger *l, struct smtp_blocks *pool, enum smtp_verb verb)
{
	uint16_t at = 0;

	while (at < l->count && entry(l, at)->verb != verb)
		at++;
	if (at == l->count)
		return false;
	for (; at > 0; at--)
		drop_entry(l, pool);
	return true;
}

void smtp_ledger_doubt(struct smtp_ledger *l, uint64_t end)
{
	for (uint16_t i = 0; i < l->count; i++) {
		struct smtp_pending *p = entry(l, i);

		if (p->peer_acked < 0 || (uint64_t)p->peer_acked < end)
			p->doubtful = true;
	}
}

void smtp_ledger_settle(struct smtp_ledger *l, struct smtp_blocks *pool, int64_t acked)
{
	uint16_t at = 0;

	while (at < l->count && entry(l, at)->doubtful)
		at++;
	if (at == l->count || acked < 0 || entry(l, at)->end > (uint64_t)acked)
		return;
	for (; at > 0; at--)
		drop_entry(l, pool);
}
