/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_sniff.h"

#include <assert.h>

#include "smtp_decode/smtp_client.h"
#include "smtp_decode/smtp_content.h"

/* Moves one byte of `c` to those looked at. */
static struct span look(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;

	assert(cl->sniff_len < SMTP_SNIFF);
	if (cl->sniff_len == 0)
		cl->sniffed = *c;
	cl->sniff[cl->sniff_len++] = c->data.p[0];
	smtp_chunk_skip(c, 1);
	return span_of(cl->sniff, cl->sniff_len);
}

/* None of them comes behind a whole DATA command, so that nothing is left over. */
void smtp_sniff_settle(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;
	uint8_t bytes[SMTP_SNIFF];
	struct stream_chunk c = cl->sniffed;

	memcpy(bytes, cl->sniff, cl->sniff_len);
	c.data = span_of(bytes, cl->sniff_len);
	explicit_bzero(cl->sniff, sizeof(cl->sniff));
	cl->sniff_len = 0;
	while (c.data.len > 0 && cl->state != SMTP_CLIENT_WAIT)
		smtp_client_step(d, &c);
	explicit_bzero(bytes, sizeof(bytes));
}

void smtp_sniff_start(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	struct span s = look(d, c);
	size_t sig = s.len < 12 ? s.len : 12;

	if (s.p[0] == 0x16 && s.len == 1)
		return;
	if (s.p[0] == 0x16 && s.p[1] == 0x03) {
		cl->hello = cl->sniffed;
		cl->state = SMTP_CLIENT_TLS;
	} else if (cl->sniffed.offset == 0 && memcmp(s.p, SMTP_PROXY_SIGNATURE, sig) == 0) {
		if (s.len < SMTP_PROXY_HEADER)
			return;
		smtp_proxy_start(&cl->proxy, s.p);
		cl->sniff_len = 0;
		cl->state = SMTP_CLIENT_PROXY;
		smtp_client_proxy_end(d, &(struct smtp_place){c->time, c->packet, c->offset});
		return;
	} else {
		cl->state = d->midstream && cl->sniffed.offset == 0 ? SMTP_CLIENT_UNSURE
								    : SMTP_CLIENT_COMMAND;
		if (s.p[0] < 0x20 && s.p[0] != '\r' && s.p[0] != '\n' && s.p[0] != '\t')
			smtp_dialog_anomaly(d, FLOW_CLIENT,
				&(struct smtp_place){c->time, c->packet, 0}, SESSION_NOT_SMTP);
	}
	smtp_sniff_settle(d);
}

void smtp_sniff_refused(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_place at = smtp_place_of(c, 0);
	enum smtp_prefix p = smtp_command_prefix(look(d, c));

	if (p == SMTP_PREFIX_MORE)
		return;
	if (p == SMTP_PREFIX_YES) {
		d->client.chunk_left = 0;
		if (d->client.last_chunk)
			smtp_content_end(d, SMTP_CONTENT_CUT, &at);
		d->client.state = SMTP_CLIENT_COMMAND;
	} else {
		d->client.state = SMTP_CLIENT_CHUNK;
	}
	smtp_sniff_settle(d);
}

void smtp_sniff_auth(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	enum smtp_prefix p = SMTP_PREFIX_NO;

	if (!cl->auth_asked)
		p = smtp_command_prefix(look(d, c));
	if (p == SMTP_PREFIX_MORE)
		return;
	cl->state = p == SMTP_PREFIX_YES ? SMTP_CLIENT_COMMAND : SMTP_CLIENT_AUTH_LINE;
	smtp_sniff_settle(d);
}
