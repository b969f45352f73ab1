/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libpcap itself costs: a callback that adds up lengths, nothing else. The unit in which the
 * benches state heloscope's time.
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

struct totals {
	uint64_t packets, bytes;
};

static void count(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct totals *t = (struct totals *)user;

	t->packets++;
	t->bytes += h->caplen;
}

int main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	struct totals t = {0, 0};
	pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;

	if (!p) {
		fprintf(stderr, "usage: null_loop CAPTURE\n");
		return 2;
	}
	pcap_loop(p, 0, count, (u_char *)&t);
	pcap_close(p);
	printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", t.packets, t.bytes);
	return 0;
}
