/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/checksum.h"

/* Words of 32 bits into 64: no carry is lost, and the compiler may take several at a time. */
static uint64_t sum_words(const uint8_t *p, size_t words)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < words; i++) {
		uint32_t w;

		memcpy(&w, p + i * sizeof(w), sizeof(w));
		sum += w;
	}
	return sum;
}

uint16_t checksum_sum(struct span s)
{
	size_t words = s.len / 4, rest = s.len % 4;
	uint64_t sum = sum_words(s.p, words);
	uint32_t last = 0;

	if (rest > 0)
		memcpy(&last, s.p + words * 4, rest);
	sum += last;
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}
