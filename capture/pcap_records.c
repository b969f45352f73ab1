/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/pcap_records.h"

#include <stdlib.h>
#include <unistd.h>

#define HEADER_BYTES 16
#define PACKET_MAX 262144 /* libpcap's limit of what makes sense */
#define READ_BYTES (128 * 1024)

struct pcap_records {
	struct pcap_records_config c;
	off_t read_to;  /* in the file */
	size_t at, end; /* what is left in `buffer` */
	bool failed;
	uint8_t buffer[HEADER_BYTES + PACKET_MAX + READ_BYTES];
};

struct pcap_records *pcap_records_create(const struct pcap_records_config *config)
{
	struct pcap_records *r = malloc(sizeof(*r));

	if (!r)
		return NULL;
	r->c = *config;
	r->read_to = config->start;
	r->at = r->end = 0;
	r->failed = false;
	return r;
}

void pcap_records_destroy(struct pcap_records *r)
{
	free(r);
}

/* Moves what is left to the front and reads on until there are `n` bytes; false where there are
 * fewer. */
static bool read_on(struct pcap_records *r, size_t n)
{
	memmove(r->buffer, r->buffer + r->at, r->end - r->at);
	r->end -= r->at;
	r->at = 0;
	while (r->end < n) {
		ssize_t got = pread(r->c.fd, r->buffer + r->end, READ_BYTES, r->read_to);

		if (got <= 0) {
			r->failed = got < 0;
			return false;
		}
		r->end += (size_t)got;
		r->read_to += got;
	}
	return true;
}

static bool has(struct pcap_records *r, size_t n)
{
	return r->end - r->at >= n || read_on(r, n);
}

int pcap_records_next(struct pcap_records *r, struct packet *ret)
{
	uint32_t h[4]; /* seconds, their fraction, bytes captured, bytes on the wire */

	if (!has(r, HEADER_BYTES))
		return r->failed || r->end > 0 ? -1 : 0;
	memcpy(h, r->buffer + r->at, HEADER_BYTES);
	if (h[2] > PACKET_MAX || !has(r, HEADER_BYTES + h[2]))
		return -1;
	ret->time = (nstime)h[0] * NS_PER_S + (r->c.nanoseconds ? h[1] : h[1] * UINT32_C(1000));
	ret->link_type = r->c.link_type;
	ret->bytes = span_head(span_of(r->buffer + r->at + HEADER_BYTES, h[2]), r->c.snaplen);
	ret->wire_len = h[3] > ret->bytes.len ? h[3] : (uint32_t)ret->bytes.len;
	ret->interface = 0;
	r->at += HEADER_BYTES + h[2];
	return 1;
}

uint64_t pcap_records_at(const struct pcap_records *r)
{
	return (uint64_t)r->read_to - (r->end - r->at);
}
