/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks of a connection on an odd port: a byte of length with the direction in its top bit, then
 * the bytes. What is replayed must be what was given. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "capture/smtp_guess.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct replayed {
	const uint8_t *bytes[2]; /* of each direction, from its start */
	uint64_t end[2];
};

static uint8_t given[2][1 << 16];

static bool on_chunk(void *cookie, const struct stream_chunk *c)
{
	struct replayed *r = cookie;

	assert(c->kind == CHUNK_DATA && c->data.len > 0);
	assert(c->offset >= r->end[c->dir]);
	assert(memcmp(given[c->dir] + c->offset, c->data.p, c->data.len) == 0);
	r->end[c->dir] = c->offset + c->data.len;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct capture_stats stats;
	static struct smtp_guess *guess; /* libndpi takes 40 ms to start: one for all inputs */
	struct flow_info flow = {.client_port = 40000, .server_port = 8025};
	struct stream_chunk c = {.kind = CHUNK_DATA};
	struct smtp_guess_result result = {SMTP_GUESS_WAIT, 0, false};
	struct replayed replayed = {{NULL, NULL}, {0, 0}};
	uint64_t offsets[2] = {0, 0};
	uint32_t hold;

	if (!guess)
		guess = smtp_guess_create(1, 0, CAPTURE_SHARDS, &stats);
	assert(guess);
	if (size > 0 && data[0] & 1)
		flow.server_guessed = true;
	hold = smtp_guess_begin(guess, 0, 0, 1);
	assert(hold && !smtp_guess_begin(guess, 0, 1, 2) && smtp_guess_oldest(guess, 0) == 0);
	while (size > 0 && result.answer == SMTP_GUESS_WAIT) {
		size_t len = data[0] & 0x7f;

		c.dir = data[0] & 0x80 ? FLOW_SERVER : FLOW_CLIENT;
		data++;
		size--;
		if (len > size)
			len = size;
		if (len == 0)
			continue;
		c.offset = offsets[c.dir];
		c.data = span_of(data, len);
		assert(c.offset + len <= sizeof(given[0]));
		memcpy(given[c.dir] + c.offset, data, len);
		result = smtp_guess_look(guess, hold, &flow, &c);
		assert(result.skip <= len);
		offsets[c.dir] += len;
		data += len;
		size -= len;
	}
	assert(offsets[0] + offsets[1] <= LIMIT_GUESS_BYTES + 0x7f);
	smtp_guess_replay(guess, hold, false, &c, on_chunk, &replayed);
	smtp_guess_end(guess, hold);
	return 0;
}
