/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/smtp_guess.h"

#include <assert.h>
#include <ndpi/ndpi_api.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "capture/smtp_first_bytes.h"

#define LINE_BYTES 256
#define LOG_BYTES (LIMIT_GUESS_BYTES + 1024)
#define LINE_TEXT_BYTES 4 /* of a line's start that must be text */
#define ASKS_PER_SHARD 4  /* connections shown to libndpi at a time */

enum tunnel {
	TUNNEL_NONE,
	TUNNEL_HTTP,         /* until the empty line of the answer */
	TUNNEL_SOCKS_METHOD, /* SOCKS5 (RFC 1928): version and method */
	TUNNEL_SOCKS_AUTH,   /* RFC 1929: version and status */
	TUNNEL_SOCKS_REPLY,  /* version, reply, reserved, address type, first byte of the address */
	TUNNEL_SOCKS_REST,   /* the rest of address and port, or of a SOCKS4 answer */
};

struct entry { /* of the log; its bytes follow, then the next */
	uint64_t offset, missing;
	int64_t peer_acked;
	uint16_t len;
	uint8_t dir, kind;
};

struct line {
	uint8_t bytes[LINE_BYTES];
	uint16_t len;
	bool rest; /* the line has been told, or lacks its beginning: on to the next */
};

struct hold {
	uint64_t id;
	uint32_t flow;
	uint32_t next_free; /* index + 1 */
	uint32_t ask;       /* index + 1, 0 where libndpi does not have it */
	uint32_t seq[2];    /* shown to libndpi */
	uint16_t log_len, bytes;
	uint16_t last_entry; /* where it begins in the log; meaningful where log_len > 0 */
	uint8_t lines;
	uint8_t tunnel;       /* enum tunnel */
	uint16_t tunnel_left; /* bytes of this step */
	uint8_t tunnel_last;  /* the last byte seen in it */
	bool used, started, greeted[2];
	struct line line[2];
	_Alignas(8) uint8_t log[LOG_BYTES];
};

struct shard {
	uint32_t free_first, unused; /* index + 1; index */
	uint32_t asks;               /* bits of those in use */
};

struct smtp_guess {
	struct hold *holds;
	uint32_t per_shard;
	uint32_t first, count; /* shards */
	struct shard shards[CAPTURE_SHARDS];
	struct capture_stats *stats;
	struct ndpi_detection_module_struct
		*ndpi; /* made when it is first needed: it takes 40 ms */
	struct ndpi_flow_struct *asks;
};

/* What the bytes of a chunk came to. */
struct verdict {
	enum smtp_guess_answer answer;
	enum flow_dir server;
	bool server_known;
};

struct smtp_guess *smtp_guess_create(
	uint32_t holds, uint32_t first, uint32_t count, struct capture_stats *stats)
{
	struct smtp_guess *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->stats = stats;
	g->per_shard = holds;
	g->first = first;
	g->count = count;
	/* Not touched before use. */
	g->holds = calloc((size_t)holds * count, sizeof(*g->holds));
	g->asks = calloc((size_t)ASKS_PER_SHARD * count, sizeof(*g->asks));
	if (!g->holds || !g->asks) {
		smtp_guess_destroy(g);
		return NULL;
	}
	for (uint32_t i = 0; i < count; i++)
		g->shards[i].unused = i * holds;
	return g;
}

void smtp_guess_destroy(struct smtp_guess *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; g->ndpi && i < ASKS_PER_SHARD * g->count; i++)
		ndpi_free_flow_data(&g->asks[i]);
	if (g->ndpi)
		ndpi_exit_detection_module(g->ndpi);
	free(g->asks);
	free(g->holds);
	free(g);
}

uint64_t smtp_guess_bytes(const struct smtp_guess *g)
{
	return sizeof(*g) + g->count * (g->per_shard * (uint64_t)sizeof(*g->holds) +
					       ASKS_PER_SHARD * sizeof(*g->asks));
}

uint32_t smtp_guess_begin(struct smtp_guess *g, unsigned int shard, uint32_t flow, uint64_t id)
{
	uint32_t k = shard - g->first;
	struct shard *s = &g->shards[k];
	uint32_t i = s->free_first;

	if (i)
		s->free_first = g->holds[i - 1].next_free;
	else if (s->unused < (k + 1) * g->per_shard)
		i = ++s->unused;
	else
		return 0;
	memset(&g->holds[i - 1], 0, offsetof(struct hold, line));
	g->holds[i - 1].line[0].len = g->holds[i - 1].line[1].len = 0;
	g->holds[i - 1].line[0].rest = g->holds[i - 1].line[1].rest = false;
	g->holds[i - 1].used = true;
	g->holds[i - 1].flow = flow;
	g->holds[i - 1].id = id;
	return i;
}

uint32_t smtp_guess_oldest(const struct smtp_guess *g, unsigned int shard)
{
	const struct hold *oldest = NULL;
	uint32_t k = shard - g->first;

	for (uint32_t i = k * g->per_shard; i < (k + 1) * g->per_shard; i++) {
		if (g->holds[i].used && (!oldest || g->holds[i].id < oldest->id))
			oldest = &g->holds[i];
	}
	assert(oldest);
	return oldest->flow;
}

static void end_ask(struct smtp_guess *g, struct hold *h, uint32_t k)
{
	struct ndpi_flow_struct *ask;

	if (!h->ask)
		return;
	ask = &g->asks[h->ask - 1];
	ndpi_free_flow_data(ask);
	memset(ask, 0, sizeof(*ask));
	g->shards[k].asks &= ~(1u << ((h->ask - 1) % ASKS_PER_SHARD));
	h->ask = 0;
}

void smtp_guess_end(struct smtp_guess *g, uint32_t hold)
{
	struct hold *h = &g->holds[hold - 1];
	uint32_t k = (hold - 1) / g->per_shard;

	end_ask(g, h, k);
	h->used = false;
	h->next_free = g->shards[k].free_first;
	g->shards[k].free_first = hold;
}

/* ---- libndpi ---- */

static bool start_ndpi(struct smtp_guess *g)
{
	/* libndpi 4.2 fills tables of its own when it makes a module: one thread at a time. */
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	NDPI_PROTOCOL_BITMASK wanted;

	if (g->ndpi)
		return true;
	pthread_mutex_lock(&one_at_a_time);
	g->ndpi = ndpi_init_detection_module(ndpi_dont_load_tor_hosts | ndpi_dont_init_libgcrypt);
	if (g->ndpi) {
		NDPI_BITMASK_RESET(wanted);
		NDPI_BITMASK_ADD(wanted, NDPI_PROTOCOL_MAIL_SMTP);
		NDPI_BITMASK_ADD(wanted, NDPI_PROTOCOL_MAIL_SMTPS);
		ndpi_set_protocol_detection_bitmask2(g->ndpi, &wanted);
		ndpi_finalize_initialization(g->ndpi);
	}
	pthread_mutex_unlock(&one_at_a_time);
	return g->ndpi != NULL;
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* An IP header without checksum; returns its length. */
static size_t make_ip(uint8_t *p, const struct addr *from, const struct addr *to, size_t tcp_len)
{
	if (addr_is_v4(from) && addr_is_v4(to)) {
		memset(p, 0, 20);
		p[0] = 0x45;
		put16(p + 2, (uint32_t)(20 + tcp_len));
		p[8] = 64;
		p[9] = 6;
		memcpy(p + 12, from->b + 12, 4);
		memcpy(p + 16, to->b + 12, 4);
		return 20;
	}
	memset(p, 0, 8);
	p[0] = 0x60;
	put16(p + 4, (uint32_t)tcp_len);
	p[6] = 6;
	p[7] = 64;
	memcpy(p + 8, from->b, 16);
	memcpy(p + 24, to->b, 16);
	return 40;
}

/* A whole packet with `line` and a line end as payload, as libndpi wants it; its length. */
static size_t make_packet(
	uint8_t *p, const struct flow_info *f, struct hold *h, enum flow_dir dir, struct span line)
{
	bool client = dir == FLOW_CLIENT;
	size_t payload = line.len + 2;
	size_t ip = make_ip(p, client ? &f->client : &f->server, client ? &f->server : &f->client,
		20 + payload);
	uint8_t *tcp = p + ip;

	memset(tcp, 0, 20);
	put16(tcp, client ? f->client_port : f->server_port);
	put16(tcp + 2, client ? f->server_port : f->client_port);
	put32(tcp + 4, 1 + h->seq[dir]);
	put32(tcp + 8, 1 + h->seq[!dir]);
	tcp[12] = 0x50;
	tcp[13] = 0x18; /* PSH, ACK */
	put16(tcp + 14, 65535);
	if (line.len > 0)
		memcpy(tcp + 20, line.p, line.len);
	memcpy(tcp + 20 + line.len, "\r\n", 2);
	h->seq[dir] += (uint32_t)payload;
	return ip + 20 + payload;
}

static bool begin_ask(struct smtp_guess *g, struct hold *h, uint32_t k)
{
	for (uint32_t i = 0; i < ASKS_PER_SHARD; i++) {
		if (g->shards[k].asks & (1u << i))
			continue;
		g->shards[k].asks |= 1u << i;
		h->ask = k * ASKS_PER_SHARD + i + 1;
		return true;
	}
	g->stats->guess_capped++;
	return false;
}

static bool ndpi_says_smtp(struct smtp_guess *g, struct hold *h, const struct flow_info *f,
	enum flow_dir dir, struct span line, nstime time)
{
	uint32_t k = (uint32_t)(h - g->holds) / g->per_shard;
	uint8_t packet[40 + 20 + LINE_BYTES + 2];
	ndpi_protocol p;
	size_t len;

	if (!start_ndpi(g) || (!h->ask && !begin_ask(g, h, k)))
		return false;
	len = make_packet(packet, f, h, dir, line);
	g->stats->ndpi_asked++;
	p = ndpi_detection_process_packet(g->ndpi, &g->asks[h->ask - 1], packet,
		(unsigned short)len, time > 0 ? (uint64_t)nstime_to_ms(time) : 0);
	if (p.app_protocol != NDPI_PROTOCOL_MAIL_SMTP &&
		p.master_protocol != NDPI_PROTOCOL_MAIL_SMTP)
		return false;
	g->stats->ndpi_smtp++;
	return true;
}

/* ---- tunnels ---- */

/* What comes now is told anew, as if the connection began here. */
static void start_anew(struct hold *h)
{
	h->tunnel = TUNNEL_NONE;
	h->started = false;
	h->log_len = 0;
	h->lines = 0;
	h->greeted[0] = h->greeted[1] = false;
	for (int d = 0; d < 2; d++) {
		h->line[d].len = 0;
		h->line[d].rest = false;
	}
}

/* The next step of a SOCKS answer, after its byte `c`; -1 where it is none. */
static int next_socks_step(struct hold *h, uint8_t c)
{
	switch (h->tunnel) {
	case TUNNEL_SOCKS_METHOD:
		h->tunnel = c == 2 ? TUNNEL_SOCKS_AUTH : TUNNEL_SOCKS_REPLY;
		h->tunnel_left = c == 2 ? 2 : 5;
		return c == 0 || c == 2 ? 0 : -1;
	case TUNNEL_SOCKS_AUTH:
		h->tunnel = TUNNEL_SOCKS_REPLY;
		h->tunnel_left = 5;
		return c == 0 ? 0 : -1;
	case TUNNEL_SOCKS_REPLY:
		h->tunnel = TUNNEL_SOCKS_REST;
		h->tunnel_left = (uint16_t)(h->tunnel_last == 1   ? 3 + 2
					    : h->tunnel_last == 4 ? 15 + 2
								  : c + 2);
		return 0;
	default:
		start_anew(h);
		return 0;
	}
}

/* Lets the answer of a proxy pass. Returns the bytes that belong to it, -1 where it is none. */
static ptrdiff_t pass_tunnel(struct hold *h, struct span data)
{
	size_t i = 0;

	while (i < data.len && h->tunnel != TUNNEL_NONE) {
		uint8_t c = data.p[i++];

		if (h->tunnel == TUNNEL_HTTP) {
			if (c == '\n' && h->tunnel_last == '\n')
				start_anew(h);
			if (c != '\r')
				h->tunnel_last = c;
			continue;
		}
		if (--h->tunnel_left == 0 && next_socks_step(h, c) < 0)
			return -1;
		h->tunnel_last = c;
	}
	return (ptrdiff_t)i;
}

static bool enter_socks(struct hold *h, uint8_t version)
{
	if (version != 4 && version != 5)
		return false;
	h->tunnel = version == 5 ? TUNNEL_SOCKS_METHOD : TUNNEL_SOCKS_REST;
	h->tunnel_left = version == 5 ? 2 : 8;
	return true;
}

/* ---- lines ---- */

static struct verdict decide(enum smtp_guess_answer answer)
{
	return (struct verdict){.answer = answer};
}

static struct verdict decide_roles(enum flow_dir server)
{
	return (struct verdict){SMTP_GUESS_YES, server, true};
}

static enum flow_dir other(enum flow_dir dir)
{
	return dir == FLOW_CLIENT ? FLOW_SERVER : FLOW_CLIENT;
}

static struct verdict look_at_line(struct smtp_guess *g, struct hold *h, const struct flow_info *f,
	const struct stream_chunk *c, struct span line)
{
	switch (smtp_line_tell(line)) {
	case SMTP_LINE_SERVER:
		return decide_roles(c->dir);
	case SMTP_LINE_CLIENT:
		return decide_roles(other(c->dir));
	case SMTP_LINE_OK:
		if (h->greeted[c->dir])
			return decide_roles(c->dir);
		break;
	case SMTP_LINE_LIKELY_COMMAND:
		if (h->greeted[other(c->dir)])
			return decide_roles(other(c->dir));
		break;
	case SMTP_LINE_GREETING:
		h->greeted[c->dir] = true;
		if (smtp_line_continues(line))
			return decide(SMTP_GUESS_WAIT);
		break;
	case SMTP_LINE_NOT:
		return decide(SMTP_GUESS_NO);
	case SMTP_LINE_TUNNEL:
		if (c->dir != FLOW_CLIENT || h->started)
			return decide(SMTP_GUESS_NO);
		h->tunnel = TUNNEL_HTTP;
		h->tunnel_last = 0;
		return decide(SMTP_GUESS_WAIT);
	default:
		break;
	}
	h->started = true;
	if (ndpi_says_smtp(g, h, f, c->dir, line, c->time))
		return decide(SMTP_GUESS_YES);
	return decide(++h->lines < LIMIT_GUESS_PAYLOADS ? SMTP_GUESS_WAIT : SMTP_GUESS_NO);
}

static bool is_text(uint8_t c)
{
	return c == '\t' || c == '\r' || c == '\n' || (c >= 0x20 && c != 0x7f);
}

/* Takes the bytes of `data` up to a line end into the line; tells a line that is whole. Returns
 * how many bytes it took. */
static size_t take_line(struct smtp_guess *g, struct hold *h, const struct flow_info *f,
	const struct stream_chunk *c, struct span data, struct verdict *ret)
{
	struct line *l = &h->line[c->dir];
	ptrdiff_t lf = span_find(data, '\n');
	size_t len = lf < 0 ? data.len : (size_t)lf, copy = len;
	struct span line;

	*ret = decide(SMTP_GUESS_WAIT);
	if (copy > (size_t)(LINE_BYTES - l->len))
		copy = LINE_BYTES - l->len;
	if (!l->rest && copy > 0) {
		memcpy(l->bytes + l->len, data.p, copy);
		for (size_t i = l->len; i < l->len + copy && i < LINE_TEXT_BYTES; i++) {
			if (!is_text(l->bytes[i]))
				*ret = decide(SMTP_GUESS_NO);
		}
		l->len = (uint16_t)(l->len + copy);
	}
	if (ret->answer == SMTP_GUESS_WAIT && !l->rest && (lf >= 0 || l->len == LINE_BYTES)) {
		line = span_of(l->bytes, l->len);
		if (line.len > 0 && line.p[line.len - 1] == '\r')
			line.len--;
		*ret = look_at_line(g, h, f, c, line);
		l->rest = true;
	}
	if (lf >= 0) {
		l->len = 0;
		l->rest = false;
	}
	return lf < 0 ? data.len : len + 1;
}

/* Goes through a chunk's bytes; *ret_skip of them are a proxy's. */
static struct verdict look_at_data(struct smtp_guess *g, struct hold *h, const struct flow_info *f,
	const struct stream_chunk *c, uint32_t *ret_skip)
{
	struct span data = span_head(c->data, (size_t)(LIMIT_GUESS_BYTES - h->bytes));
	struct verdict v = decide(SMTP_GUESS_WAIT);

	h->bytes = (uint16_t)(h->bytes + data.len);
	if (c->offset == 0 && c->dir == FLOW_CLIENT && data.len > 0 && enter_socks(h, data.p[0])) {
		*ret_skip = (uint32_t)c->data.len;
		return v;
	}
	while (data.len > 0 && v.answer == SMTP_GUESS_WAIT) {
		if (h->tunnel != TUNNEL_NONE) {
			ptrdiff_t n =
				c->dir == FLOW_SERVER ? pass_tunnel(h, data) : (ptrdiff_t)data.len;

			if (n < 0)
				return decide(SMTP_GUESS_NO);
			data = span_skip(data, (size_t)n);
			*ret_skip = (uint32_t)(c->data.len - data.len);
		} else {
			data = span_skip(data, take_line(g, h, f, c, data, &v));
			if (h->tunnel != TUNNEL_NONE)
				*ret_skip = (uint32_t)(c->data.len - data.len);
		}
	}
	if (v.answer == SMTP_GUESS_WAIT && h->bytes == LIMIT_GUESS_BYTES) {
		g->stats->guess_capped++;
		v = decide(SMTP_GUESS_NO);
	}
	return v;
}

/* ---- the log ---- */

static bool log_chunk(struct hold *h, const struct stream_chunk *c, uint32_t skip)
{
	struct entry e = {
		.offset = c->offset + skip,
		.missing = c->missing,
		.peer_acked = c->peer_acked,
		.len = (uint16_t)(c->data.len - skip),
		.dir = (uint8_t)c->dir,
		.kind = (uint8_t)c->kind,
	};
	struct entry last;

	if (c->kind == CHUNK_DATA && e.len == 0)
		return true;
	if (h->log_len > 0 && c->kind == CHUNK_DATA) {
		memcpy(&last, h->log + h->last_entry, sizeof(last));
		if (last.kind == CHUNK_DATA && last.dir == e.dir &&
			last.peer_acked == e.peer_acked && last.offset + last.len == e.offset) {
			if ((size_t)(LOG_BYTES - h->log_len) < e.len)
				return false;
			last.len = (uint16_t)(last.len + e.len);
			memcpy(h->log + h->last_entry, &last, sizeof(last));
			memcpy(h->log + h->log_len, c->data.p + skip, e.len);
			h->log_len = (uint16_t)(h->log_len + e.len);
			return true;
		}
	}
	if ((size_t)(LOG_BYTES - h->log_len) < sizeof(e) + e.len)
		return false;
	h->last_entry = h->log_len;
	memcpy(h->log + h->log_len, &e, sizeof(e));
	if (e.len > 0)
		memcpy(h->log + h->log_len + sizeof(e), c->data.p + skip, e.len);
	h->log_len = (uint16_t)(h->log_len + sizeof(e) + e.len);
	return true;
}

struct smtp_guess_result smtp_guess_look(struct smtp_guess *g, uint32_t hold,
	const struct flow_info *f, const struct stream_chunk *c)
{
	struct hold *h = &g->holds[hold - 1];
	struct smtp_guess_result r = {SMTP_GUESS_WAIT, 0, false};
	struct verdict v = decide(SMTP_GUESS_WAIT);

	if (c->kind == CHUNK_DATA)
		v = look_at_data(g, h, f, c, &r.skip);
	else if (c->kind == CHUNK_GAP)
		h->line[c->dir].rest = true;
	if (v.server_known && v.server != FLOW_SERVER) {
		/* A handshake knows better: then it is no SMTP client that speaks like one. */
		if (!f->server_guessed)
			v = decide(SMTP_GUESS_NO);
		else
			r.roles_swapped = true;
	}
	if (v.answer == SMTP_GUESS_WAIT && !log_chunk(h, c, r.skip)) {
		g->stats->guess_capped++;
		v = decide(SMTP_GUESS_NO);
	}
	r.answer = v.answer;
	return r;
}

bool smtp_guess_replay(const struct smtp_guess *g, uint32_t hold, bool reversed,
	const struct stream_chunk *last, bool (*chunk)(void *cookie, const struct stream_chunk *c),
	void *cookie)
{
	const struct hold *h = &g->holds[hold - 1];
	uint32_t at = 0;

	while (at < h->log_len) {
		struct stream_chunk c = *last;
		struct entry e;

		memcpy(&e, h->log + at, sizeof(e));
		c.dir = reversed ? other((enum flow_dir)e.dir) : (enum flow_dir)e.dir;
		c.kind = (enum chunk_kind)e.kind;
		c.offset = e.offset;
		c.data = span_of(h->log + at + sizeof(e), e.len);
		c.missing = e.missing;
		c.peer_acked = e.peer_acked;
		if (!chunk(cookie, &c))
			return false;
		at += sizeof(e) + e.len;
	}
	return true;
}
