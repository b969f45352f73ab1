/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/flow_roles.h"

#include <string.h>

#include "capture/capture.h"
#include "capture/smtp_first_bytes.h"

static const uint16_t default_ports[] = {25, 465, 587, 2525};

void flow_ports_init(struct flow_ports *p, const uint16_t *ports, size_t count)
{
	if (!ports) {
		ports = default_ports;
		count = sizeof(default_ports) / sizeof(default_ports[0]);
	}
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < count; i++)
		p->mail[ports[i] / 64] |= (uint64_t)1 << (ports[i] % 64);
}

static void swap_u32(uint32_t pair[2])
{
	uint32_t first = pair[0];

	pair[0] = pair[1];
	pair[1] = first;
}

static void swap_u64(uint64_t pair[2])
{
	uint64_t first = pair[0];

	pair[0] = pair[1];
	pair[1] = first;
}

void flow_roles_swap(struct flow *f)
{
	struct flow_info *i = &f->info;
	struct addr a = i->client;
	uint16_t port = i->client_port;
	bool acked = i->acked[0], checksums = f->checksums[0];

	i->client = i->server;
	i->client_port = i->server_port;
	i->server = a;
	i->server_port = port;
	swap_u64(i->packets);
	swap_u64(i->bytes);
	swap_u64(i->payload);
	swap_u64(i->missing);
	swap_u32(i->overlap);
	swap_u32(i->zero_window_ms);
	i->acked[0] = i->acked[1];
	i->acked[1] = acked;
	f->checksums[0] = f->checksums[1];
	f->checksums[1] = checksums;
	f->first_fin = !f->first_fin;
	tcp_stream_reverse(&f->stream);
}

bool flow_roles_look_swapped(const struct flow_ports *p, const struct flow_info *i)
{
	bool client = flow_ports_mail(p, i->client_port),
	     server = flow_ports_mail(p, i->server_port);

	if (client != server)
		return client;
	return i->client_port < i->server_port;
}

void flow_roles_protocol(const struct flow_ports *p, struct flow *f)
{
	f->guess = false;
	if (flow_ports_mail(p, f->info.server_port))
		f->protocol = FLOW_SMTP;
	else if (f->info.server_port == CAPTURE_DNS_PORT)
		f->protocol = FLOW_DNS;
	else
		f->guess = true;
}

int flow_roles_speaker(struct span data)
{
	ptrdiff_t lf = span_find(data, '\n');
	struct span line = lf < 0 ? data : span_head(data, (size_t)lf);

	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	switch (smtp_line_tell(span_head(line, 256))) {
	case SMTP_LINE_REPLY:
	case SMTP_LINE_GREETING:
	case SMTP_LINE_OK:
	case SMTP_LINE_SERVER:
		return FLOW_SERVER;
	case SMTP_LINE_COMMAND:
	case SMTP_LINE_LIKELY_COMMAND:
	case SMTP_LINE_CLIENT:
		return FLOW_CLIENT;
	default:
		return -1;
	}
}
