/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/message_builder.h"

#include "smtp_decode/message_fill.h"
#include "smtp_decode/smtp_reply.h"
#include "smtp_decode/transaction.h"

void message_builder_init(
	struct message_builder *b, struct message_shared *shared, uint8_t shard)
{
	memset(b, 0, sizeof(*b));
	b->shared = shared;
	b->shard = shard;
}

void message_shared_finish(struct message_shared *s)
{
	transaction_list_free(&s->free);
}

/* ---- transactions ---- */

static struct message_content *take_context(struct message_builder *b)
{
	struct message_content *c = NULL;

	if (b->shared->contexts_taken[b->shard] < b->shared->contexts)
		c = message_content_create(b->shared->contents);
	if (c)
		b->shared->contexts_taken[b->shard]++;
	return c;
}

static void drop_content(struct message_builder *b, struct transaction *t)
{
	if (t->context)
		b->shared->contexts_taken[b->shard]--;
	message_content_destroy(t->context);
	t->context = NULL;
	t->content = t->gap = t->bare_lf = t->bare_cr = t->burl = false;
	t->size = 0;
}

static void discard(struct message_builder *b, struct transaction **t)
{
	if (!*t)
		return;
	drop_content(b, *t);
	transaction_give(&b->shared->free, *t);
	*t = NULL;
}

static void touch(struct transaction *t, const struct smtp_event *e)
{
	if (t->start == 0) {
		t->start = e->first.time;
		t->first_packet = e->first.packet;
	}
	t->last_packet = e->last.packet;
}

/* The open one, made where there is none: its MAIL was not seen, or not accepted. */
static struct transaction *need_open(
	struct message_builder *b, const struct smtp_event *e, uint32_t number)
{
	if (!b->open) {
		b->open = transaction_take(&b->shared->free);
		if (!b->open)
			return NULL;
		b->open->first_number = number;
	}
	touch(b->open, e);
	if (number > b->open->last_number)
		b->open->last_number = number;
	return b->open;
}

static bool owns(const struct transaction *t, uint32_t number)
{
	return t && number >= t->first_number && number <= t->last_number;
}

/* The one to which command `number` belongs, or NULL where it is gone. */
static struct transaction *find(struct message_builder *b, uint32_t number)
{
	struct transaction *t = b->awaiting;

	if (number == 0)
		return NULL;
	if (owns(b->open, number))
		return b->open;
	if (owns(b->suspended, number))
		return b->suspended;
	while (t && !owns(t, number))
		t = t->next;
	return t;
}

/* ---- the record ---- */

/* Emits the record of `t` and gives it back. */
static void emit(struct message_builder *b, struct transaction *t, const struct message_session *s)
{
	struct message_shared *shared = b->shared;
	struct message_record *m = record_begin(shared->records, RECORD_MESSAGE, sizeof(*m));

	if (t->early && !t->rejected) {
		t->rejected = true;
		b->rejected++;
	}
	message_fill(b, t, s, m);
	if (!t->context)
		shared->undecoded++;
	shared->messages++;
	shared->records_full += shared->records->full;
	discard(b, &t);
	shared->emit(shared->cookie, record_end(shared->records));
}

/* Takes `t` off the list of those that await a reply. False where it is not on it. */
static bool unlink_awaiting(struct message_builder *b, const struct transaction *t)
{
	struct transaction **at = &b->awaiting;

	while (*at && *at != t)
		at = &(*at)->next;
	if (!*at)
		return false;
	*at = t->next;
	return true;
}

static void emit_oldest(struct message_builder *b, const struct message_session *s)
{
	struct transaction *t = b->awaiting;

	b->awaiting = t->next;
	emit(b, t, s);
}

/* ---- content ---- */

static void count_attempt(struct message_builder *b, struct transaction *t)
{
	if (!t->attempted)
		b->attempted++;
	t->attempted = true;
}

static void content_begin(struct message_builder *b, const struct smtp_event *e)
{
	struct transaction *t = need_open(b, e, e->content.number);
	struct span rcpts[LIMIT_RCPTS_KEPT];

	if (!t)
		return;
	if (e->content.number == 0)
		b->attempted++;
	if (t->depth == 0)
		t->depth = ++b->depth;
	t->content = true;
	t->content_number = e->content.number;
	t->context = take_context(b);
	if (!t->context)
		return;
	for (uint32_t i = 0; i < t->rcpts_kept; i++)
		rcpts[i] = transaction_rcpt_text(t, i);
	message_content_reset(t->context, rcpts, t->rcpts_kept);
}

static void content_octets(struct message_builder *b, const struct smtp_event *e)
{
	struct transaction *t = b->open;

	if (!t)
		return;
	touch(t, e);
	t->size += e->content.octets.len;
	if (t->context)
		message_content_run(t->context, e->content.octets);
}

static void content_gap(struct message_builder *b, const struct smtp_event *e)
{
	struct transaction *t = b->open;

	if (!t || !t->content)
		return;
	t->gap = true;
	if (t->context)
		message_content_gap(t->context, e->gap.missing);
}

static void content_elsewhere(struct message_builder *b)
{
	struct transaction *t = b->open;

	if (!t || !t->content)
		return;
	t->burl = true;
	if (t->context)
		message_content_elsewhere(t->context);
}

static void await(struct message_builder *b, struct transaction *t, const struct message_session *s)
{
	struct transaction **at = &b->awaiting;
	uint32_t n = 0;

	for (; *at; at = &(*at)->next)
		n++;
	t->next = NULL;
	*at = t;
	if (n + 1 >= LIMIT_TRANSACTIONS)
		emit_oldest(b, s);
}

static void content_end(
	struct message_builder *b, const struct smtp_event *e, const struct message_session *s)
{
	struct transaction *t = b->open;
	bool cut = e->content.end == SMTP_CONTENT_CUT;

	if (!t || !t->content)
		return;
	if (e->content.end == SMTP_CONTENT_REFUSED) {
		drop_content(b, t);
		return;
	}
	touch(t, e);
	t->end = (uint8_t)e->content.end;
	t->bare_lf = e->content.bare_lf;
	t->bare_cr = e->content.bare_cr;
	if (t->context)
		message_content_end(t->context, !cut);
	b->open = NULL;
	if (cut && t->size == 0 && !t->gap)
		discard(b, &t);
	else if (cut || t->settled || s->flow->packets[FLOW_SERVER] == 0)
		emit(b, t, s);
	else
		await(b, t, s);
}

/* ---- commands ---- */

static void on_mail(struct message_builder *b, const struct smtp_event *e)
{
	struct smtp_path path = smtp_path_parse(SMTP_MAIL, e->command.cmd.args);
	struct span mailbox = span_head(path.mailbox, LIMIT_MAILBOX);
	struct transaction *t;

	discard(b, &b->suspended);
	b->suspended = b->open;
	b->open = NULL;
	t = need_open(b, e, e->command.number);
	if (!t)
		return;
	t->depth = ++b->depth;
	t->mail_seen = true;
	t->null = path.null;
	t->declared_size = smtp_param_size(path.params);
	envelope_params_add(&t->params, &path);
	t->from_len = (uint16_t)mailbox.len;
	if (mailbox.len > 0)
		memcpy(t->from, mailbox.p, mailbox.len);
}

static void on_rcpt(struct message_builder *b, const struct smtp_event *e)
{
	struct smtp_path path = smtp_path_parse(SMTP_RCPT, e->command.cmd.args);
	struct transaction *t = need_open(b, e, e->command.number);

	b->rcpts_attempted++;
	redact_add(&b->redactor, path.mailbox);
	if (!t)
		return;
	transaction_add_rcpt(t, path.mailbox, e->command.number);
	envelope_params_add(&t->params, &path);
}

static void on_command(struct message_builder *b, const struct smtp_event *e)
{
	struct transaction *t;

	switch (e->command.cmd.verb) {
	case SMTP_MAIL:
		on_mail(b, e);
		break;
	case SMTP_RCPT:
		on_rcpt(b, e);
		break;
	case SMTP_DATA:
		b->attempted++;
		need_open(b, e, e->command.number);
		break;
	case SMTP_BDAT:
		t = need_open(b, e, e->command.number);
		if (t) {
			t->bdat = true;
			count_attempt(b, t);
		}
		break;
	case SMTP_BURL:
		t = need_open(b, e, e->command.number);
		if (t)
			count_attempt(b, t);
		break;
	case SMTP_RSET:
		discard(b, &b->suspended);
		discard(b, &b->open);
		break;
	default:
		break;
	}
	if (e->command.hidden && b->open)
		b->open->smuggled = true;
}

/* ---- replies ---- */

/* MAIL in the middle of a transaction was refused: the one before it goes on. */
static void resume(struct message_builder *b)
{
	struct transaction *t = b->suspended, *refused = b->open;

	b->suspended = NULL;
	t->last_number = refused->last_number;
	for (uint32_t i = 0; i < refused->rcpts_kept; i++)
		transaction_add_rcpt(
			t, transaction_rcpt_text(refused, i), refused->rcpts[i].number);
	t->rcpts_attempted += refused->rcpts_attempted - refused->rcpts_kept;
	discard(b, &b->open);
	b->open = t;
}

static void on_mail_reply(struct message_builder *b, const struct smtp_reply_event *r)
{
	if (!b->suspended || !owns(b->open, r->number))
		return;
	if (r->code / 100 == 2)
		discard(b, &b->suspended);
	else if (!b->open->content)
		resume(b);
}

static void on_rcpt_reply(struct message_builder *b, const struct smtp_reply_event *r)
{
	struct transaction *t = find(b, r->number);

	if (r->code / 100 == 2)
		b->rcpts_accepted++;
	if (r->code < 400)
		return;
	b->rcpts_rejected++;
	if (smtp_reply_unknown_user(r->code, r->enhanced, r->text))
		b->rcpts_unknown_user++;
	if (t)
		transaction_refuse_rcpt(t, r->number);
}

/* The first refusal of a chunk settles how the message fares; the record waits for its end. */
static void on_chunk_refused(struct message_builder *b, const struct smtp_reply_event *r)
{
	struct transaction *t = find(b, r->number);

	if (!t || t->rejected)
		return;
	t->rejected = true;
	transaction_set_reply(t, r);
	b->rejected++;
}

/* What was taken for its content, before this reply was seen, was none. */
static void on_data_refused(struct message_builder *b, const struct smtp_reply_event *r)
{
	struct transaction *t = find(b, r->number);

	b->rejected++;
	if (t && unlink_awaiting(b, t))
		discard(b, &t);
}

/* HELO in the middle of a transaction resets it, if it is accepted (RFC 5321 4.1.4). */
static void on_helo_reply(struct message_builder *b, const struct smtp_reply_event *r)
{
	if (r->code / 100 != 2 || !b->open || b->open->first_number > r->number || b->open->content)
		return;
	discard(b, &b->suspended);
	discard(b, &b->open);
}

static void on_command_reply(struct message_builder *b, const struct smtp_reply_event *r)
{
	switch (r->verb) {
	case SMTP_MAIL:
		on_mail_reply(b, r);
		break;
	case SMTP_RCPT:
		on_rcpt_reply(b, r);
		break;
	case SMTP_DATA:
		if (r->code >= 400)
			on_data_refused(b, r);
		break;
	case SMTP_BDAT:
	case SMTP_BURL:
		if (r->code >= 400)
			on_chunk_refused(b, r);
		break;
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_LHLO:
		on_helo_reply(b, r);
		break;
	default:
		break;
	}
}

/* A reply to end of data. Of the several of LMTP (RFC 2033 4.2) the first that says yes counts, or
 * else the first. */
static void on_content_reply(
	struct message_builder *b, const struct smtp_event *e, const struct message_session *s)
{
	const struct smtp_reply_event *r = &e->reply;
	struct transaction *t = r->number ? find(b, r->number) : NULL;

	if (r->number == 0 && b->awaiting && b->awaiting->content_number == 0)
		t = b->awaiting;
	if (!t)
		return;
	t->last_packet = e->last.packet;
	if (t->code < 0 || t->early || (t->code / 100 != 2 && r->code / 100 == 2 && !t->rejected))
		transaction_set_reply(t, r);
	t->early = false;
	if (r->left > 0)
		return;
	t->settled = true;
	if (!t->rejected) {
		t->rejected = t->code >= 400;
		b->accepted += t->code / 100 == 2;
		b->rejected += t->rejected;
	}
	if (!unlink_awaiting(b, t))
		return;
	if (t->burl && t->size == 0 && t->rejected) /* nobody saw a message */
		discard(b, &t);
	else
		emit(b, t, s);
}

/* A server may say no while the message still comes, and close, or wait for its end in silence:
 * that is how the message fared, unless another reply follows. */
static void on_early_reply(struct message_builder *b, const struct smtp_reply_event *r)
{
	struct transaction *t = b->open;

	/* What is said when the client has left in the middle answers nothing. */
	if (!t || !t->content || t->code >= 0 || b->closed)
		return;
	if (r->code < 400 || t->early_others || (t->gap && r->code != 421)) {
		t->early_others = true;
		return;
	}
	transaction_set_reply(t, r);
	t->early = true;
}

void message_builder_event(
	struct message_builder *b, const struct smtp_event *e, const struct message_session *s)
{
	switch (e->kind) {
	case SMTP_EVENT_COMMAND:
		on_command(b, e);
		break;
	case SMTP_EVENT_REPLY:
		if (e->reply.role == SMTP_REPLY_COMMAND)
			on_command_reply(b, &e->reply);
		else if (e->reply.role == SMTP_REPLY_CONTENT)
			on_content_reply(b, e, s);
		else if (e->reply.role != SMTP_REPLY_AUTH)
			on_early_reply(b, &e->reply);
		break;
	case SMTP_EVENT_CONTENT_BEGIN:
		content_begin(b, e);
		break;
	case SMTP_EVENT_CONTENT:
		content_octets(b, e);
		break;
	case SMTP_EVENT_CONTENT_ELSEWHERE:
		content_elsewhere(b);
		break;
	case SMTP_EVENT_CONTENT_END:
		content_end(b, e, s);
		break;
	case SMTP_EVENT_CLOSE:
		b->closed = b->closed || e->dir == FLOW_CLIENT;
		break;
	case SMTP_EVENT_GAP:
		if (e->dir == FLOW_CLIENT && e->gap.in_content)
			content_gap(b, e);
		break;
	default:
		break;
	}
}

void message_builder_restart(struct message_builder *b, const struct message_session *s)
{
	struct redactor redactor = b->redactor;
	struct message_shared *shared = b->shared;

	message_builder_finish(b, s);
	message_builder_init(b, shared, b->shard);
	b->redactor = redactor;
}

bool message_builder_packs(const struct message_builder *b)
{
	const struct transaction *t = b->awaiting;

	while (t && !transaction_is_bound(t))
		t = t->next;
	return !t && !(b->open && transaction_is_bound(b->open)) &&
	       !(b->suspended && transaction_is_bound(b->suspended));
}

void message_builder_pack(struct message_builder *b, struct smtp_pack *pack)
{
	struct transaction **list = &b->shared->free;

	b->open = transaction_pack(list, b->open, pack);
	b->suspended = transaction_pack(list, b->suspended, pack);
	b->awaiting = transaction_pack(list, b->awaiting, pack);
}

void message_builder_drop(struct message_builder *b)
{
	while (b->awaiting) {
		struct transaction *t = b->awaiting;

		b->awaiting = t->next;
		discard(b, &t);
	}
	discard(b, &b->open);
	discard(b, &b->suspended);
}

void message_builder_finish(struct message_builder *b, const struct message_session *s)
{
	while (b->awaiting)
		emit_oldest(b, s);
	message_builder_drop(b);
}
