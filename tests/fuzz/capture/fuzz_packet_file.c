/* SPDX-License-Identifier: Apache-2.0 */
/* Files on disk, of whatever kind; a pcap file says what libpcap says of it. */
#include <assert.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/packet_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(struct packet_file *f, pcap_t *reference)
{
	struct pcap_pkthdr *h;
	const uint8_t *bytes;
	struct packet p;
	int rc;

	while ((rc = pcap_next_ex(reference, &h, &bytes)) == 1) {
		assert(packet_file_next(f, &p) == 1);
		assert(p.bytes.len == h->caplen && p.wire_len >= h->caplen);
		assert(h->caplen == 0 || memcmp(p.bytes.p, bytes, h->caplen) == 0);
	}
	assert(packet_file_next(f, &p) == 0);
	assert(packet_file_get_stats(f).damaged == (rc == PCAP_ERROR));
}

static void read_through(struct packet_file *f)
{
	static volatile uint8_t sum; /* touches every byte that is said to be there */
	struct packet p;

	while (packet_file_next(f, &p) == 1) {
		for (size_t i = 0; i < p.bytes.len; i++)
			sum = (uint8_t)(sum + p.bytes.p[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64], why[PCAP_ERRBUF_SIZE], error[512];
	int fd = memfd_create("capture", MFD_CLOEXEC);
	struct packet_file *f;
	pcap_t *reference;

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	f = packet_file_open(path, error);
	reference = f && packet_file_link_type(f) >= 0
			    ? pcap_open_offline_with_tstamp_precision(
				      path, PCAP_TSTAMP_PRECISION_NANO, why)
			    : NULL;
	if (reference)
		compare(f, reference);
	else if (f)
		read_through(f);
	if (reference)
		pcap_close(reference);
	packet_file_close(f);
	close(fd);
	return 0;
}
