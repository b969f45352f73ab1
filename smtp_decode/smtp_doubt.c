/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_doubt.h"

#include "smtp_decode/smtp_content.h"
#include "smtp_decode/smtp_wait.h"

static bool in_doubt(const struct smtp_dialog *d)
{
	return d->client.state == SMTP_CLIENT_DOUBT;
}

void smtp_doubt_begin(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;

	if (cl->doubt.over || cl->content_gap || cl->provisional || d->server.lmtp ||
		d->server.payload == 0)
		return;
	cl->doubt.from = c->offset;
	cl->doubt.answered = false;
	cl->state = SMTP_CLIENT_DOUBT;
}

/* The content as the standard has it, read on over the held bytes. Offset behind its end, 0 where
 * that is not among them. */
static uint64_t standard_end(const struct smtp_dialog *d, struct smtp_data *ret_data)
{
	struct span held = smtp_hold_bytes(&d->client.held), rest = held, run;

	*ret_data = d->client.data;
	while (rest.len > 0) {
		if (smtp_data_next(ret_data, &rest, &run) == SMTP_DATA_END)
			return d->client.doubt.from + (held.len - rest.len);
	}
	return 0;
}

void smtp_doubt_settle(struct smtp_dialog *d)
{
	if (!in_doubt(d))
		return;
	d->client.doubt.over = true;
	d->client.state = SMTP_CLIENT_DATA;
	smtp_wait_drain(d);
}

void smtp_doubt_closed(struct smtp_dialog *d, int64_t acked)
{
	const struct smtp_doubt *q = &d->client.doubt;

	if (q->answered && acked >= 0 && (uint64_t)acked > q->reply_at)
		smtp_doubt_settle(d);
}

void smtp_doubt_bytes(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;

	while (c->data.len > 0 && in_doubt(d)) {
		struct stream_chunk part = *c;

		/* Its sender has seen the reply, and goes on as if all were well. */
		smtp_doubt_closed(d, c->peer_acked);
		if (!in_doubt(d))
			return;
		part.data = span_head(c->data, smtp_hold_room(&cl->held));
		if (part.data.len > 0 && smtp_hold_put(&cl->held, d->blocks, &part))
			smtp_chunk_skip(c, part.data.len);
		else
			smtp_doubt_settle(d);
	}
}

/* The first line of `s`, as far as it is there. */
static struct span first_line(struct span s)
{
	ptrdiff_t lf = span_find(s, '\n');

	return lf < 0 ? s : span_head(s, (size_t)lf);
}

/* May `code` be the answer to `line`? */
static bool fits(int code, struct span line)
{
	if (smtp_command_parse(line).verb == SMTP_QUIT)
		return code == 221;
	return smtp_command_certain(line) ? code != 221 : code >= 500;
}

/* A second reply, where one was due by the standard if the client had sent more behind its end. */
static bool is_one_too_many(const struct smtp_dialog *d, int code, int64_t acked)
{
	struct span held = smtp_hold_bytes(&d->client.held), behind;
	struct smtp_data data;
	uint64_t end = standard_end(d, &data);

	behind = span_skip(held, (size_t)(end - d->client.doubt.from));
	if (behind.len == 0 || (acked >= 0 && (uint64_t)acked <= end))
		return true;
	return fits(code, first_line(held)) && !fits(code, first_line(behind));
}

/* The server took the candidate for the end: what is held are commands. */
static void take_commands(struct smtp_dialog *d, int code, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	struct smtp_doubt *q = &cl->doubt;
	struct span held = smtp_hold_bytes(&cl->held);
	struct smtp_data data;
	struct stream_chunk c;

	q->hiding = true;
	q->attempt = cl->data.attempt;
	q->hidden_end = standard_end(d, &data);
	q->hidden_acked = (int64_t)(q->answered ? q->reply_at : at->offset);
	q->hidden_first = q->hidden_last = 0;
	q->code = q->answered ? q->code : code;
	if (!q->answered)
		smtp_dialog_push(d, SMTP_DATA, SMTP_REPLY_CONTENT, cl->content_number, q->from, -1);
	q->answered = false;
	smtp_dialog_anomaly(d, FLOW_CLIENT, at, SESSION_ENDED_BY_SERVER);
	smtp_content_end(d, SMTP_CONTENT_BY_SERVER, at);
	cl->state = SMTP_CLIENT_COMMAND;
	/* The end of ". CR CR LF" is no line of its own. */
	if (held.len > 1 && held.p[0] == '\r' && held.p[1] == '\n') {
		for (size_t n = 2; n > 0; n--) {
			smtp_hold_first(&cl->held, &c);
			smtp_hold_drop(&cl->held, d->blocks, 1);
		}
	}
	smtp_wait_drain(d);
}

enum smtp_doubt_reply smtp_doubt_replied(
	struct smtp_dialog *d, int code, int64_t acked, const struct smtp_place *at)
{
	struct smtp_doubt *q = &d->client.doubt;
	struct span held = smtp_hold_bytes(&d->client.held);
	struct smtp_data data;
	uint64_t end;

	if (!in_doubt(d) || code < 200 || code / 100 == 3 || code == 421)
		return SMTP_DOUBT_NONE;
	if (q->answered) {
		if (is_one_too_many(d, code, acked))
			take_commands(d, code, at);
		else
			smtp_doubt_settle(d);
		return SMTP_DOUBT_COMMANDS;
	}
	if (acked >= 0 && (uint64_t)acked < q->from)
		return SMTP_DOUBT_NONE;
	end = standard_end(d, &data);
	if (end > 0 && (acked < 0 || (uint64_t)acked >= end)) {
		q->answered = true;
		q->reply_at = at->offset;
		q->code = code;
		return SMTP_DOUBT_OPEN;
	}
	/* A server may break off a message that it does not like. */
	if (code >= 400 && held.len > 0 && !smtp_command_certain(first_line(held)))
		return SMTP_DOUBT_NONE;
	take_commands(d, code, at);
	return SMTP_DOUBT_COMMANDS;
}

bool smtp_doubt_awaits(const struct smtp_dialog *d)
{
	struct smtp_data data;

	return in_doubt(d) && !d->client.doubt.answered && standard_end(d, &data) > 0;
}

/* The verbs that smuggle a message (detection 6.4). A client that takes LF for a line end may well
 * say QUIT behind its message without waiting. */
static bool smuggles(enum smtp_verb verb)
{
	switch (verb) {
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_MAIL:
	case SMTP_RCPT:
	case SMTP_DATA:
	case SMTP_BDAT:
	case SMTP_RSET:
		return true;
	default:
		return false;
	}
}

bool smtp_doubt_hidden(struct smtp_dialog *d, enum smtp_verb verb, uint32_t number,
	const struct smtp_text_line *line)
{
	struct smtp_doubt *q = &d->client.doubt;

	if (!q->hiding)
		return false;
	q->hiding = line->peer_acked >= 0 && line->peer_acked <= q->hidden_acked &&
		    (q->hidden_end == 0 || line->first.offset < q->hidden_end);
	if (!q->hiding || !smuggles(verb))
		return false;
	if (!q->attempt)
		smtp_dialog_anomaly(d, FLOW_CLIENT, &line->first, SESSION_SMUGGLE_ATTEMPT);
	q->attempt = true;
	if (q->hidden_first == 0)
		q->hidden_first = number;
	q->hidden_last = number;
	return true;
}

void smtp_doubt_answered(
	struct smtp_dialog *d, uint32_t number, int code, const struct smtp_place *at)
{
	struct smtp_doubt *q = &d->client.doubt;

	if (number == 0 || number > q->hidden_last || number < q->hidden_first)
		return;
	if (q->code / 100 == 2 || code == 354)
		smtp_dialog_anomaly(d, FLOW_CLIENT, at, SESSION_SMUGGLE_SUCCESS);
}
