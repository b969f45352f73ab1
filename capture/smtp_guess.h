/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a connection on an odd port SMTP? Its first chunks are held, and told by their lines
 * (smtp_first_bytes.h); lines that tell nothing are shown to libndpi as packets made up around
 * them, so that the answer does not depend on how the streams were cut. Given up after
 * LIMIT_GUESS_PAYLOADS such lines or LIMIT_GUESS_BYTES, or at the first bytes that are no text.
 *
 * What a client asks an HTTP (CONNECT) or SOCKS proxy for is let pass, with its answer; the guess
 * begins behind it.
 */
#ifndef CAPTURE_SMTP_GUESS_H
#define CAPTURE_SMTP_GUESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/flow.h"
#include "capture/capture.h"

struct smtp_guess;

enum smtp_guess_answer {
	SMTP_GUESS_WAIT, /* the chunk is held; more must come */
	SMTP_GUESS_YES,
	SMTP_GUESS_NO,
};

struct smtp_guess_result {
	enum smtp_guess_answer answer;
	uint32_t skip;      /* YES: bytes of the last chunk that lie before the SMTP in it */
	bool roles_swapped; /* YES: the server is the one that was thought to be the client */
};

/* `holds` connections at a time in each of the `count` shards from `first` on. NULL where memory
 * is short. */
struct smtp_guess *smtp_guess_create(
	uint32_t holds, uint32_t first, uint32_t count, struct capture_stats *stats);
void smtp_guess_destroy(struct smtp_guess *g);
uint64_t smtp_guess_bytes(const struct smtp_guess *g);

/* A hold for the flow of this index and id; 0 where the shard has none free. */
uint32_t smtp_guess_begin(struct smtp_guess *g, unsigned int shard, uint32_t flow, uint64_t id);
/* The index of the flow that has had its hold for longest. */
uint32_t smtp_guess_oldest(const struct smtp_guess *g, unsigned int shard);
void smtp_guess_end(struct smtp_guess *g, uint32_t hold);

/* Looks at the next chunk. WAIT holds it. */
struct smtp_guess_result smtp_guess_look(struct smtp_guess *g, uint32_t hold,
	const struct flow_info *f, const struct stream_chunk *c);

/* The chunks held, in order, `last` telling their time and packet; client and server swapped where
 * `reversed`. Stops where `chunk` returns false, and returns it. */
bool smtp_guess_replay(const struct smtp_guess *g, uint32_t hold, bool reversed,
	const struct stream_chunk *last, bool (*chunk)(void *cookie, const struct stream_chunk *c),
	void *cookie);

#endif
