/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the input has been given out: written by one thread, read by those whose queue is empty.
 * A pair of words under a sequence number, odd while they are being written. A reader does not wait
 * for the writer, who wakes it when all is written.
 */
#ifndef APP_WATERMARK_H
#define APP_WATERMARK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/nstime.h"

struct watermark {
	atomic_uint_fast64_t sequence;
	atomic_int_fast64_t time; /* of the last packet */
	atomic_uint_fast64_t packet;
};

/* Zeroed memory says that nothing was given out. */
static inline void watermark_set(struct watermark *w, nstime time, uint64_t packet)
{
	uint64_t sequence = atomic_load_explicit(&w->sequence, memory_order_relaxed);

	atomic_store(&w->sequence, sequence + 1);
	atomic_store(&w->time, time);
	atomic_store(&w->packet, packet);
	atomic_store(&w->sequence, sequence + 2);
}

/* False: nothing was given out yet, or it is just being written. */
static inline bool watermark_get(const struct watermark *w, nstime *ret_time, uint64_t *ret_packet)
{
	uint64_t sequence = atomic_load(&w->sequence);
	nstime time = atomic_load(&w->time);
	uint64_t packet = atomic_load(&w->packet);

	if (sequence == 0 || (sequence & 1) || atomic_load(&w->sequence) != sequence)
		return false;
	*ret_time = time;
	*ret_packet = packet;
	return true;
}

#endif
