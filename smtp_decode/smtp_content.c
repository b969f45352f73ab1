/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_content.h"

#include "smtp_decode/smtp_doubt.h"

void smtp_content_begin(struct smtp_dialog *d, uint32_t number, const struct smtp_place *at)
{
	struct smtp_event e = smtp_dialog_client_event(SMTP_EVENT_CONTENT_BEGIN, at, at);

	/* DATA after BDAT is out of order; if a server takes it, it goes on with the message. */
	if (d->client.content_open)
		return;
	e.content.number = number;
	d->server.early_end = 0;
	d->client.content_open = true;
	d->client.content_gap = false;
	d->client.content_number = number;
	smtp_dialog_emit(d, &e);
}

void smtp_content_end(struct smtp_dialog *d, enum smtp_content_end end, const struct smtp_place *at)
{
	struct smtp_event e = smtp_dialog_client_event(SMTP_EVENT_CONTENT_END, at, at);

	if (!d->client.content_open)
		return;
	e.content.number = d->client.content_number;
	e.content.end = end;
	e.content.bare_lf = d->client.data.bare_lf;
	e.content.bare_cr = d->client.data.bare_cr;
	d->client.content_open = false;
	d->client.provisional = false;
	smtp_dialog_emit(d, &e);
}

void smtp_content_elsewhere(struct smtp_dialog *d, const struct smtp_place *at)
{
	struct smtp_event e = smtp_dialog_client_event(SMTP_EVENT_CONTENT_ELSEWHERE, at, at);

	e.content.number = d->client.content_number;
	smtp_dialog_emit(d, &e);
}

static void content_octets(struct smtp_dialog *d, const struct stream_chunk *c, struct span octets)
{
	struct smtp_place at = smtp_place_of(c, 0);
	struct smtp_event e = smtp_dialog_client_event(SMTP_EVENT_CONTENT, &at, &at);

	e.peer_acked = c->peer_acked;
	e.content.number = d->client.content_number;
	e.content.octets = octets;
	smtp_dialog_emit(d, &e);
}

void smtp_content_data(struct smtp_dialog *d, uint32_t number, const struct smtp_place *at)
{
	smtp_data_start(&d->client.data, d->client.lf_lines);
	d->client.doubt.over = d->client.doubt.answered = false;
	d->client.state = SMTP_CLIENT_DATA;
	smtp_content_begin(d, number, at);
}

void smtp_content_step_data(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_data *data = &d->client.data;
	uint32_t candidates = data->candidates;
	bool attempt = data->attempt;
	uint64_t before = data->at;
	struct span in = c->data, octets;
	enum smtp_data_result r = smtp_data_next(data, &in, &octets);
	struct smtp_place at;

	if (r == SMTP_DATA_RUN && octets.len > 0)
		content_octets(d, c, octets);
	smtp_chunk_skip(c, (size_t)(data->at - before));
	at = smtp_place_of(c, 0);
	if (candidates == 0 && data->candidates > 0)
		smtp_dialog_anomaly(d, FLOW_CLIENT, &at, SESSION_SMUGGLE_CANDIDATE);
	if (!attempt && data->attempt)
		smtp_dialog_anomaly(d, FLOW_CLIENT, &at, SESSION_SMUGGLE_ATTEMPT);
	if (r != SMTP_DATA_END) {
		if (data->candidates > candidates)
			smtp_doubt_begin(d, c);
		return;
	}
	if (!d->client.doubt.answered)
		smtp_dialog_push(d, SMTP_DATA, SMTP_REPLY_CONTENT, d->client.content_number,
			c->offset, c->peer_acked);
	d->client.doubt.answered = false;
	smtp_content_end(d, SMTP_CONTENT_COMPLETE, &at);
	d->client.state = SMTP_CLIENT_COMMAND;
}

void smtp_content_ended_by_server(
	struct smtp_dialog *d, int code, int64_t acked, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	bool lost = cl->content_gap;

	if (cl->state != SMTP_CLIENT_DATA || code < 200 || code / 100 == 3 || code == 421)
		return;
	if (acked >= 0 && (uint64_t)acked < cl->offset)
		return;
	if (!lost && !smtp_data_at_candidate(&cl->data))
		return;
	if (!lost)
		smtp_dialog_anomaly(d, FLOW_CLIENT, at, SESSION_ENDED_BY_SERVER);
	smtp_dialog_push(d, SMTP_DATA, SMTP_REPLY_CONTENT, cl->content_number, cl->offset, -1);
	smtp_content_end(d, SMTP_CONTENT_BY_SERVER, at);
	cl->state = lost ? SMTP_CLIENT_UNSURE : SMTP_CLIENT_COMMAND;
}

void smtp_content_chunk_end(struct smtp_dialog *d, const struct smtp_place *at)
{
	d->client.state = SMTP_CLIENT_COMMAND;
	if (d->client.last_chunk)
		smtp_content_end(d, SMTP_CONTENT_COMPLETE, at);
}

void smtp_content_step_chunk(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	size_t n = c->data.len < cl->chunk_left ? c->data.len : (size_t)cl->chunk_left;
	struct smtp_place at;

	content_octets(d, c, span_head(c->data, n));
	cl->chunk_left -= n;
	smtp_chunk_skip(c, n);
	at = smtp_place_of(c, 0);
	if (cl->chunk_left == 0)
		smtp_content_chunk_end(d, &at);
}
