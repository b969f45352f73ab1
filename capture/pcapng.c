/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block is type, length, body, length again; everything is padded to four bytes. Blocks that are
 * not understood are read past. Where a length cannot be right there is no way to find the next
 * block, and the file ends there; where only the body is wrong, the block is left out.
 */
#include "capture/pcapng.h"

#include <errno.h>
#include <pcap/dlt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define FIRST_ROOM 4096
#define BLOCK_OVERHEAD 12 /* type and both lengths */

enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_ENHANCED_PACKET = 6,
};

enum option_code {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,
};

struct interface {
	int link_type;
	uint32_t snaplen; /* 0: none */
	bool binary;      /* resolution of 2^-exponent seconds, else 10^-exponent */
	uint8_t exponent;
	int64_t offset; /* seconds */
};

struct pcapng {
	FILE *f;
	bool swapped; /* the section is in the other byte order */
	bool ended;
	nstime last_time;             /* for simple packets, which have none */
	struct interface *interfaces; /* of this section */
	uint32_t interface_count, interface_room, interfaces_before;
	struct pcapng_stats stats;
	uint8_t *block;
	size_t room; /* of it, up to LIMIT_PCAPNG_BLOCK */
};

static uint16_t get16(const struct pcapng *r, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return r->swapped ? __builtin_bswap16(v) : v;
}

static uint32_t get32(const struct pcapng *r, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return r->swapped ? __builtin_bswap32(v) : v;
}

static uint64_t get64(const struct pcapng *r, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return r->swapped ? __builtin_bswap64(v) : v;
}

static bool read_bytes(struct pcapng *r, void *to, size_t len)
{
	return fread_unlocked(to, 1, len, r->f) == len;
}

static bool skip_bytes(struct pcapng *r, uint64_t len)
{
	while (len > 0) {
		size_t n = len < r->room ? (size_t)len : r->room;

		if (!read_bytes(r, r->block, n))
			return false;
		len -= n;
	}
	return true;
}

static bool make_room(struct pcapng *r, size_t len)
{
	size_t room = r->room;
	uint8_t *p;

	if (len <= room)
		return true;
	if (len > LIMIT_PCAPNG_BLOCK)
		return false;
	while (room < len)
		room *= 2;
	p = realloc(r->block, room);
	if (!p)
		return false;
	r->block = p;
	r->room = room;
	return true;
}

/*
 * Reads `len` bytes, or past them where they are too many to hold: *ret is then empty. False where
 * the file ends before that.
 */
static bool read_body(struct pcapng *r, uint32_t len, struct span *ret)
{
	*ret = span_of(NULL, 0);
	if (!make_room(r, len))
		return skip_bytes(r, len);
	if (!read_bytes(r, r->block, len))
		return false;
	*ret = span_of(r->block, len);
	return true;
}

/* Ends the file here, because of damage; a signal that interrupts a read is none. */
static bool give_up(struct pcapng *r)
{
	r->stats.damaged += !(ferror(r->f) && errno == EINTR);
	r->ended = true;
	return false;
}

/* Calls `take` for each option in `s`, and counts the comments. */
static void read_options(struct pcapng *r, struct span s, struct interface *i,
	void (*take)(struct pcapng *r, struct interface *i, uint16_t code, struct span value))
{
	while (s.len >= 4) {
		uint16_t code = get16(r, s.p), len = get16(r, s.p + 2);

		if (code == OPTION_END || len > s.len - 4)
			return;
		if (code == OPTION_COMMENT)
			r->stats.comments++;
		else if (take)
			take(r, i, code, span_of(s.p + 4, len));
		s = span_skip(s, 4 + ((size_t)len + 3) / 4 * 4);
	}
}

/*
 * What follows the type of a section header: NULL, or what is wrong with it. The byte order is
 * learnt here, so that the length in front can only be read then.
 */
static const char *read_section(struct pcapng *r)
{
	uint8_t head[20]; /* length, magic, version, section length */
	uint32_t magic, len;
	struct span options;

	if (!read_bytes(r, head, sizeof(head)))
		return "it ends within its section header";
	memcpy(&magic, head + 4, 4);
	if (magic != BYTE_ORDER_MAGIC && magic != __builtin_bswap32(BYTE_ORDER_MAGIC))
		return "its byte order mark is damaged";
	r->swapped = magic != BYTE_ORDER_MAGIC;
	len = get32(r, head);
	if (len < 28 || len % 4)
		return "the length of its section header is damaged";
	if (get16(r, head + 8) != 1)
		return "it is of a version of pcapng that is not known";
	if (!read_body(r, len - 24, &options))
		return "it ends within its section header";
	if (options.len > 4)
		read_options(r, span_head(options, options.len - 4), NULL, NULL);
	r->interfaces_before += r->interface_count;
	r->interface_count = 0;
	return NULL;
}

struct pcapng *pcapng_create(FILE *f, const char **ret_why)
{
	struct pcapng *r = calloc(1, sizeof(*r));
	uint32_t type;

	*ret_why = "memory is short";
	if (!r)
		return NULL;
	r->f = f;
	r->room = FIRST_ROOM;
	r->block = malloc(r->room);
	if (!r->block)
		goto fail;
	*ret_why = "it is no pcapng file";
	if (!read_bytes(r, &type, 4) || type != PCAPNG_MAGIC)
		goto fail;
	*ret_why = read_section(r);
	if (*ret_why)
		goto fail;
	return r;
fail:
	pcapng_destroy(r);
	return NULL;
}

void pcapng_destroy(struct pcapng *r)
{
	if (!r)
		return;
	free(r->interfaces);
	free(r->block);
	free(r);
}

static void take_interface_option(
	struct pcapng *r, struct interface *i, uint16_t code, struct span value)
{
	if (code == OPTION_TSRESOL && value.len >= 1) {
		i->binary = value.p[0] & 0x80;
		i->exponent = value.p[0] & 0x7f;
	} else if (code == OPTION_TSOFFSET && value.len >= 8) {
		i->offset = (int64_t)get64(r, value.p);
	}
}

/* Values of the link type field that are not those of DLT_*. */
static int link_type_to_dlt(uint16_t type)
{
	static const struct {
		uint16_t type;
		int dlt;
	} other[] = {
		{100, DLT_ATM_RFC1483},
		{101, DLT_RAW},
		{102, DLT_SLIP_BSDOS},
		{103, DLT_PPP_BSDOS},
		{106, DLT_ATM_CLIP},
	};

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		if (other[i].type == type)
			return other[i].dlt;
	}
	return type;
}

/* False where memory is short or there are too many: packets of that interface are left out. */
static bool add_interface(struct pcapng *r, const struct interface *i)
{
	if (r->interface_count == r->interface_room) {
		uint32_t room = r->interface_room ? r->interface_room * 2 : 8;
		struct interface *p;

		if (room > LIMIT_PCAPNG_INTERFACES)
			return false;
		p = realloc(r->interfaces, room * sizeof(*p));
		if (!p)
			return false;
		r->interfaces = p;
		r->interface_room = room;
	}
	r->interfaces[r->interface_count++] = *i;
	return true;
}

static bool read_interface(struct pcapng *r, struct span body)
{
	struct interface i = {.exponent = 6};

	if (body.len < 8)
		return false;
	i.link_type = link_type_to_dlt(get16(r, body.p));
	i.snaplen = get32(r, body.p + 4);
	read_options(r, span_skip(body, 8), &i, take_interface_option);
	return add_interface(r, &i);
}

static nstime clamp_time(__int128 ns)
{
	return ns < 0 ? 0 : ns > PACKET_TIME_MAX ? PACKET_TIME_MAX : (nstime)ns;
}

static nstime to_nanoseconds(const struct interface *i, uint64_t stamp)
{
	__int128 ns = stamp;

	if (i->binary) {
		ns = ns * NS_PER_S >> i->exponent;
	} else {
		for (int e = i->exponent; e < 9 && ns <= PACKET_TIME_MAX; e++)
			ns *= 10;
		for (int e = i->exponent; e > 9 && ns > 0; e--)
			ns /= 10;
	}
	return clamp_time(ns + (__int128)i->offset * NS_PER_S);
}

/* Packet blocks: what the walk over their differing headers leaves. */
struct packet_fields {
	uint32_t interface, captured, wire;
	uint64_t stamp;
	size_t data_at;
};

static bool read_packet_header(
	struct pcapng *r, uint32_t type, struct span body, struct packet_fields *ret)
{
	const uint8_t *p = body.p;

	if (type == BLOCK_SIMPLE_PACKET) {
		if (body.len < 4)
			return false;
		ret->interface = 0;
		ret->wire = get32(r, p);
		ret->captured = ret->wire < body.len - 4 ? ret->wire : (uint32_t)body.len - 4;
		ret->data_at = 4;
		return true;
	}
	if (body.len < 20)
		return false;
	ret->interface = type == BLOCK_PACKET ? get16(r, p) : get32(r, p);
	ret->stamp = (uint64_t)get32(r, p + 4) << 32 | get32(r, p + 8);
	ret->captured = get32(r, p + 12);
	ret->wire = get32(r, p + 16);
	ret->data_at = 20;
	return ret->captured <= body.len - 20;
}

static bool read_packet(struct pcapng *r, uint32_t type, struct span body, struct packet *ret)
{
	struct packet_fields f = {0};
	const struct interface *i;

	if (!read_packet_header(r, type, body, &f) || f.interface >= r->interface_count)
		return false;
	i = &r->interfaces[f.interface];
	if (type == BLOCK_SIMPLE_PACKET) {
		if (i->snaplen && f.captured > i->snaplen)
			f.captured = i->snaplen;
	} else {
		r->last_time = to_nanoseconds(i, f.stamp);
		read_options(r, span_skip(body, f.data_at + ((size_t)f.captured + 3) / 4 * 4), NULL,
			NULL);
	}
	ret->time = r->last_time;
	ret->link_type = i->link_type;
	ret->bytes = span_of(body.p + f.data_at, f.captured);
	ret->wire_len = f.wire > f.captured ? f.wire : f.captured;
	ret->interface = r->interfaces_before + f.interface;
	return true;
}

/*
 * The next block that is neither a section header nor to be skipped. False at the end.
 */
static bool read_block(struct pcapng *r, uint32_t *ret_type, struct span *ret_body)
{
	uint8_t head[8];
	size_t n;
	uint32_t type, len;

	n = fread_unlocked(head, 1, 4, r->f);
	if (n == 0 && !ferror(r->f)) {
		r->ended = true;
		return false;
	}
	memcpy(&type, head, 4);
	if (n == 4 && type == PCAPNG_MAGIC) {
		*ret_type = PCAPNG_MAGIC;
		return read_section(r) == NULL || give_up(r);
	}
	if (n < 4 || !read_bytes(r, head + 4, 4))
		return give_up(r);
	*ret_type = get32(r, head);
	len = get32(r, head + 4);
	if (len < BLOCK_OVERHEAD || len % 4)
		return give_up(r);
	if (!read_body(r, len - 8, ret_body))
		return give_up(r);
	if (ret_body->len == 0)
		return true;
	ret_body->len -= 4;
	return get32(r, ret_body->p + ret_body->len) == len || give_up(r);
}

int pcapng_next(struct pcapng *r, struct packet *ret)
{
	uint32_t type;
	struct span body;

	while (!r->ended && read_block(r, &type, &body)) {
		switch (type) {
		case BLOCK_INTERFACE:
			r->stats.damaged += !read_interface(r, body);
			break;
		case BLOCK_PACKET:
		case BLOCK_SIMPLE_PACKET:
		case BLOCK_ENHANCED_PACKET:
			if (read_packet(r, type, body, ret))
				return 1;
			r->stats.damaged++;
			break;
		}
	}
	return 0;
}

struct pcapng_stats pcapng_get_stats(const struct pcapng *r)
{
	return r->stats;
}
