/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/checksum.h"

#define SHORT 128

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

/* For short ones, which are most: the carry goes round. */
static uint64_t sum_pairs(const uint8_t *p, size_t pairs)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < pairs; i++) {
		uint64_t w;

		memcpy(&w, p + i * sizeof(w), sizeof(w));
		sum += w;
		sum += sum < w;
	}
	return sum;
}

uint16_t checksum_sum(struct span s)
{
	size_t done = s.len < SHORT ? s.len & ~(size_t)7 : s.len & ~(size_t)3;
	uint64_t sum = s.len < SHORT ? sum_pairs(s.p, done / 8) : sum_words(s.p, done / 4);
	uint64_t last = 0;

	if (s.len > done)
		memcpy(&last, s.p + done, s.len - done);
	return checksum_add(checksum_fold(sum), checksum_fold(last));
}
