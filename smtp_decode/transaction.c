/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/transaction.h"

#include <stdlib.h>

#include "base/hash.h"

/* More is not kept on the list of free ones. */
#define TEXTS_KEPT 4096

struct transaction *transaction_take(struct transaction **list)
{
	struct transaction *t = *list;
	uint8_t *texts;
	uint32_t texts_size;

	if (t)
		*list = t->next;
	else if (!(t = calloc(1, sizeof(*t))))
		return NULL;
	texts = t->texts;
	texts_size = t->texts_size;
	memset(t, 0, sizeof(*t));
	t->texts = texts;
	t->texts_size = texts_size;
	t->declared_size = -1;
	t->code = -1;
	return t;
}

void transaction_give(struct transaction **list, struct transaction *t)
{
	if (t->texts_size > TEXTS_KEPT) {
		free(t->texts);
		t->texts = NULL;
		t->texts_size = 0;
	}
	t->next = *list;
	*list = t;
}

void transaction_list_free(struct transaction **list)
{
	while (*list) {
		struct transaction *t = *list;

		*list = t->next;
		free(t->texts);
		free(t);
	}
}

/* Room for `n` more bytes of texts? */
static bool reserve(struct transaction *t, size_t n)
{
	uint32_t size = t->texts_size ? t->texts_size : 256;
	uint8_t *p;

	while (size < t->texts_len + n)
		size *= 2;
	if (size == t->texts_size)
		return true;
	p = realloc(t->texts, size);
	if (!p)
		return false;
	t->texts = p;
	t->texts_size = size;
	return true;
}

static void pack_out(struct transaction *t, struct smtp_pack *pack)
{
	struct transaction *next = t->next;
	uint8_t *texts = t->texts;
	uint32_t texts_size = t->texts_size;

	t->next = next ? SMTP_PACKED : NULL;
	t->texts = NULL;
	t->texts_size = 0;
	smtp_pack_words(pack, t, NULL, sizeof(*t));
	smtp_pack_bytes(pack, texts, t->texts_len);
	t->next = next;
	t->texts = texts;
	t->texts_size = texts_size;
}

static struct transaction *unpack(struct transaction **list, struct smtp_pack *pack)
{
	struct transaction *t = pack->failed ? NULL : transaction_take(list);
	uint32_t texts_size, texts_len;
	uint8_t *texts;

	if (!t) {
		pack->failed = true;
		return NULL;
	}
	texts = t->texts;
	texts_size = t->texts_size;
	smtp_pack_words(pack, t, NULL, sizeof(*t));
	texts_len = t->texts_len;
	t->texts = texts;
	t->texts_size = texts_size;
	t->texts_len = 0;
	if (!reserve(t, texts_len)) {
		pack->failed = true;
		t->next = NULL;
		t->rcpts_kept = 0;
		return t;
	}
	t->texts_len = texts_len;
	smtp_pack_bytes(pack, t->texts, texts_len);
	return t;
}

struct transaction *transaction_pack(
	struct transaction **list, struct transaction *t, struct smtp_pack *pack)
{
	struct transaction *first = t ? SMTP_PACKED : NULL, **at = &first;

	while (t && pack->out) {
		struct transaction *next = t->next;

		pack_out(t, pack);
		transaction_give(list, t);
		t = next;
	}
	while (!pack->out && *at) {
		*at = unpack(list, pack);
		if (!*at)
			break;
		at = &(*at)->next;
	}
	return first;
}

/* ASCII case is of no account: a retry may change it. */
static uint64_t rcpt_hash(struct span mailbox)
{
	uint8_t low[LIMIT_MAILBOX];

	for (size_t i = 0; i < mailbox.len; i++) {
		uint8_t c = mailbox.p[i];

		low[i] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
	}
	return hash64(span_of(low, mailbox.len));
}

void transaction_add_rcpt(struct transaction *t, struct span mailbox, uint32_t number)
{
	mailbox = span_head(mailbox, LIMIT_MAILBOX);
	t->rcpts_attempted++;
	t->rcpts_hash += rcpt_hash(mailbox);
	if (t->rcpts_kept == LIMIT_RCPTS_KEPT || !reserve(t, mailbox.len))
		return;
	if (mailbox.len > 0)
		memcpy(t->texts + t->texts_len, mailbox.p, mailbox.len);
	t->rcpts[t->rcpts_kept++] = (struct transaction_rcpt){
		.off = t->texts_len, .number = number, .len = (uint16_t)mailbox.len};
	t->texts_len += (uint32_t)mailbox.len;
}

void transaction_refuse_rcpt(struct transaction *t, uint32_t number)
{
	t->rcpts_refused++;
	for (uint32_t i = 0; i < t->rcpts_kept; i++) {
		if (t->rcpts[i].number == number)
			t->rcpts[i].refused = true;
	}
}

void transaction_set_reply(struct transaction *t, const struct smtp_reply_event *r)
{
	struct span enhanced = span_head(r->enhanced, sizeof(t->enhanced));
	struct span text = span_head(r->text, sizeof(t->text));

	t->code = r->code;
	t->enhanced_len = (uint8_t)enhanced.len;
	t->text_len = (uint16_t)text.len;
	if (enhanced.len > 0)
		memcpy(t->enhanced, enhanced.p, enhanced.len);
	if (text.len > 0)
		memcpy(t->text, text.p, text.len);
}

struct span transaction_rcpt_text(const struct transaction *t, uint32_t i)
{
	return span_of(t->texts + t->rcpts[i].off, t->rcpts[i].len);
}
