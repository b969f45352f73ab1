/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "base/limits.h"
#include "capture/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static volatile uint8_t sum; /* touches every byte that is said to be there */
	const char *why;
	struct pcapng *r;
	struct packet p;
	FILE *f;

	if (size == 0)
		return 0;
	f = fmemopen((void *)data, size, "rb");
	assert(f);
	r = pcapng_create(f, &why);
	assert(r || why);
	while (r && pcapng_next(r, &p) == 1) {
		assert(p.time >= 0 && p.time <= PACKET_TIME_MAX);
		assert(p.bytes.len <= p.wire_len && p.bytes.len <= size);
		for (size_t i = 0; i < p.bytes.len; i++)
			sum = (uint8_t)(sum + p.bytes.p[i]);
	}
	pcapng_destroy(r);
	fclose(f);
	return 0;
}
