/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_wait.h"

#include "smtp_decode/smtp_client.h"
#include "smtp_decode/smtp_content.h"
#include "smtp_decode/smtp_doubt.h"

/* The reply to DATA will not tell, or not soon: are the held bytes a message? A message does not
 * begin with a command. */
static void infer(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;
	struct span held = smtp_hold_bytes(&cl->held);
	ptrdiff_t lf = span_find(held, '\n');
	struct stream_chunk first = {0};
	struct smtp_place at;

	if (!cl->wait_data || (lf >= 0 && smtp_command_certain(span_head(held, (size_t)lf)))) {
		cl->state = SMTP_CLIENT_COMMAND;
		return;
	}
	smtp_hold_first(&cl->held, &first);
	at = smtp_place_of(&first, 0);
	if (d->server.payload > 0)
		smtp_dialog_anomaly(d, FLOW_CLIENT, &at, SESSION_DATA_WITHOUT_354);
	smtp_content_data(d, cl->wait_number, &at);
	cl->provisional = true;
}

/* Need no more be waited for? No server is seen, its reply was lost, or said neither yes nor no;
 * or the client, whose next bytes ACK `acked`, took for it what is no reply to us. */
static bool may_infer(const struct smtp_dialog *d, int64_t acked)
{
	const struct smtp_pending *tail = smtp_ledger_tail(&d->ledger);

	if (d->server.payload == 0 || d->client.answered || (tail && tail->doubtful))
		return true;
	return tail && acked > tail->peer_acked && (uint64_t)acked > d->server.read;
}

static bool holds(const struct smtp_client *cl)
{
	return cl->state == SMTP_CLIENT_WAIT || cl->state == SMTP_CLIENT_DOUBT;
}

void smtp_wait_drain(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;
	struct stream_chunk c;

	while (!holds(cl) && smtp_hold_first(&cl->held, &c)) {
		size_t len = c.data.len;

		if (c.kind == CHUNK_GAP)
			smtp_client_gap(d, &c);
		while (c.data.len > 0 && !holds(cl))
			smtp_client_step(d, &c);
		smtp_hold_drop(&cl->held, d->blocks, len - c.data.len);
	}
}

static void infer_if_due(struct smtp_dialog *d, int64_t acked)
{
	struct smtp_client *cl = &d->client;

	while (cl->state == SMTP_CLIENT_WAIT && may_infer(d, acked) &&
		span_find(smtp_hold_bytes(&cl->held), '\n') >= 0) {
		infer(d);
		smtp_wait_drain(d);
	}
}

void smtp_wait_bytes(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;

	while (c->data.len > 0 && cl->state == SMTP_CLIENT_WAIT) {
		struct stream_chunk part = *c;

		part.data = span_head(c->data, smtp_hold_room(&cl->held));
		if (part.data.len > 0 && smtp_hold_put(&cl->held, d->blocks, &part)) {
			smtp_chunk_skip(c, part.data.len);
			infer_if_due(d, c->peer_acked);
		} else {
			infer(d);
			smtp_wait_drain(d);
		}
	}
}

void smtp_wait_gap(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;

	smtp_doubt_settle(d);
	while (cl->state == SMTP_CLIENT_WAIT) {
		if (smtp_hold_put(&cl->held, d->blocks, c))
			return;
		infer(d);
		smtp_wait_drain(d);
	}
	smtp_client_gap(d, c);
}

void smtp_wait_replied(
	struct smtp_dialog *d, const struct smtp_owner *o, int code, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	bool waits = cl->state == SMTP_CLIENT_WAIT && cl->wait_number == o->number;
	bool goes_on = cl->state == SMTP_CLIENT_DATA && cl->content_number == o->number;

	if (code / 100 == 3) {
		cl->provisional = false;
		if (waits)
			smtp_content_data(d, o->number, at);
	} else if (code >= 400) {
		cl->refused = waits || goes_on;
		if (waits)
			cl->state = SMTP_CLIENT_COMMAND;
		if (goes_on && cl->provisional) {
			smtp_content_end(d, SMTP_CONTENT_REFUSED, at);
			cl->state = SMTP_CLIENT_UNSURE;
		}
	} else if (waits) {
		cl->answered = true;
		infer_if_due(d, -1);
	}
	smtp_wait_drain(d);
}

void smtp_wait_xclient(struct smtp_dialog *d, const struct smtp_owner *o)
{
	struct smtp_client *cl = &d->client;

	if (cl->state != SMTP_CLIENT_WAIT || cl->wait_number != o->number)
		return;
	cl->state = SMTP_CLIENT_COMMAND;
	smtp_wait_drain(d);
}

void smtp_wait_finish(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;

	while (cl->state == SMTP_CLIENT_WAIT && !smtp_hold_empty(&cl->held) &&
		(!cl->wait_data || may_infer(d, -1))) {
		infer(d);
		smtp_wait_drain(d);
	}
}
