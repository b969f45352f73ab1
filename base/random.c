/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include <time.h>
#include <unistd.h>

uint64_t random_word(void)
{
	struct timespec now;
	uint64_t word;

	if (getentropy(&word, sizeof(word)) == 0)
		return word;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
