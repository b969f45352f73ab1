/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/packet_writer.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SNAPLEN 262144

struct packet_writer {
	FILE *file; /* until the first packet tells the link type */
	pcap_t *dead;
	pcap_dumper_t *dumper;
	int link_type;
	uint64_t left_out;
	bool failed;
};

struct packet_writer *packet_writer_open(const char *path, char error[512])
{
	struct packet_writer *w = calloc(1, sizeof(*w));

	if (!w) {
		snprintf(error, 512, "cannot write %s: out of memory", path);
		return NULL;
	}
	w->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
	if (!w->file) {
		snprintf(error, 512, "cannot write %s: %s", path, strerror(errno));
		free(w);
		return NULL;
	}
	return w;
}

static void start(struct packet_writer *w, int link_type)
{
	w->link_type = link_type;
	w->dead = pcap_open_dead_with_tstamp_precision(
		link_type, FILE_SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
	if (w->dead)
		w->dumper = pcap_dump_fopen(w->dead, w->file);
	if (!w->dumper)
		w->failed = true;
	else
		w->file = NULL; /* the dumper closes it */
}

void packet_writer_write(struct packet_writer *w, const struct packet *p)
{
	struct pcap_pkthdr h = {
		.ts = {.tv_sec = p->time / NS_PER_S, .tv_usec = p->time % NS_PER_S},
		.caplen = (bpf_u_int32)p->bytes.len,
		.len = p->wire_len,
	};

	if (!w->dumper && !w->failed)
		start(w, p->link_type);
	if (w->failed)
		return;
	if (p->link_type != w->link_type) {
		w->left_out++;
		return;
	}
	pcap_dump((u_char *)w->dumper, &h, p->bytes.p);
}

uint64_t packet_writer_left_out(const struct packet_writer *w)
{
	return w->left_out;
}

int packet_writer_close(struct packet_writer *w)
{
	int ok;

	if (!w)
		return 1;
	if (!w->dumper && !w->failed)
		start(w, DLT_EN10MB); /* an empty capture is a capture too */
	if (w->dumper) {
		if (pcap_dump_flush(w->dumper) != 0 || ferror(pcap_dump_file(w->dumper)))
			w->failed = true;
		pcap_dump_close(w->dumper);
	}
	if (w->dead)
		pcap_close(w->dead);
	if (w->file && w->file != stdout)
		fclose(w->file);
	ok = w->failed ? -1 : 1;
	free(w);
	return ok;
}
