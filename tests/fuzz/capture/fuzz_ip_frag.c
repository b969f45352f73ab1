/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is pieces of eight datagrams: one byte of which datagram, whether more follow and how
 * much time went by, two of offset, one of length in units of eight, one of bytes less. What is
 * held when an input ends has expired when the next begins.
 */
#include <assert.h>
#include <string.h>

#include "capture/ip_frag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t content[256 * 8];
	static volatile uint8_t sum; /* touches every byte that is said to be there */
	static struct ip_frag *f;
	static nstime now;

	if (!f)
		f = ip_frag_create(1);
	assert(f);
	now += NS_PER_MIN;
	for (; size >= 5; data += 5, size -= 5) {
		struct ip_frag_key key = {.id = data[0] & 7, .version = 4};
		struct ip_frag_piece piece = {.more = data[0] & 8, .protocol = data[0]};
		struct ip_frag_whole whole;
		size_t less = data[4] & 7;

		now += (data[0] >> 4) * NS_PER_S;
		piece.time = now;
		piece.offset = ((uint32_t)data[1] << 8 | data[2]) % 8192 * 8;
		piece.bytes = span_of(content, data[3] * 8u > less ? data[3] * 8u - less : 0);
		if (ip_frag_add(f, &key, &piece, &whole) != 1)
			continue;
		assert(whole.bytes.len > 0 && whole.bytes.len < 65536);
		for (size_t i = 0; i < whole.bytes.len; i++)
			sum = (uint8_t)(sum + whole.bytes.p[i]);
	}
	return 0;
}
