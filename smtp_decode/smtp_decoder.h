/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMTP decoder: the two directions of a connection in, session and message records out.
 * RFC 5321, 1870, 2033, 2920, 3030, 3207, 4954. Wire data is never an error: whatever comes, it
 * goes on and resynchronises. Holds no body; a session's memory does not grow with its messages.
 */
#ifndef SMTP_DECODE_SMTP_DECODER_H
#define SMTP_DECODE_SMTP_DECODER_H

#include "base/flow.h"
#include "base/record.h"
#include "smtp_decode/session_client.h"

struct smtp_decoder;
struct smtp_session;

/* What each shard's sessions may take: cells of 64 bytes, in which those that are silent sleep
 * (session_room.h), one for each that is open; how many are awake; blocks of 4 KiB for lines, TLS
 * and the like, 0: any number. All zero: ample. */
struct smtp_decoder_room {
	uint32_t cells, awake, blocks;
	bool sleepy; /* each session sleeps after each packet: for tests */
};

struct smtp_decoder_config {
	/* Each record, in order; borrowed during the call. */
	void (*emit)(void *cookie, const struct record *r);
	void *cookie;
	bool want_recipients; /* list pseudonyms in message records */
	bool want_sha256;     /* of attachments; their fast digest is always there */
	/* Key of the pseudonyms of recipients and accounts (HMAC-SHA256, 48 bits shown). */
	uint8_t pseudonym_key[32];
	struct client_trust trust; /* whose word on the client is believed; lists borrowed */
	/* Messages decoded at a time with headers and text, in each shard; and how many shards its
	 * flows are of. 0: all. */
	uint32_t message_contexts, shards;
	struct smtp_decoder_room room;
};

struct smtp_decoder_stats {
	uint64_t sessions, messages;
	uint64_t messages_undecoded; /* no free message context: envelope and size only */
	uint64_t lines_capped, headers_capped, texts_capped, mime_capped, pending_capped;
	uint64_t charsets_unknown;
	uint64_t hellos_capped; /* of TLS, and servers' own certificates, that were cut */
	uint64_t records_full;
	uint64_t tls_sessions;	  /* told of: from the first byte, or by STARTTLS */
	uint64_t clients_claimed; /* words on another client that were not believed */
	uint64_t sessions_open, sessions_asleep; /* now; the latter are among the former */
	uint64_t sessions_packed;                /* how often one was sent to sleep */
	uint64_t sessions_cut; /* their beginnings were forgotten, for lack of room */
	uint64_t blocks_short; /* a line or handshake that was not looked at, for lack of room */
	uint64_t bytes;        /* what sessions take now, messages apart */
};

/* NULL where memory is short. */
struct smtp_decoder *smtp_decoder_create(const struct smtp_decoder_config *config);
void smtp_decoder_destroy(struct smtp_decoder *d);
struct smtp_decoder_stats smtp_decoder_get_stats(const struct smtp_decoder *d);

/* `f` is borrowed during each call; the same flow's facts as they stand at that time. NULL where
 * there is no room: the flow is then not decoded. */
struct smtp_session *smtp_session_open(struct smtp_decoder *d, const struct flow_info *f);
void smtp_session_chunk(
	struct smtp_session *s, const struct flow_info *f, const struct stream_chunk *c);
/* Should a session of this shard be given up before another is opened? */
bool smtp_decoder_crowded(const struct smtp_decoder *d, uint8_t shard);
/* Emits what is left, then the session record, and frees `s`. */
void smtp_session_end(
	struct smtp_session *s, const struct flow_info *f, const struct flow_ending *e);

#endif
