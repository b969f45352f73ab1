/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An attack on heloscope: make_flood KIND PACKETS IN OUT
 *
 * After each packet of IN (Ethernet, as make_capture writes it) come PACKETS of the attack, at the
 * time of that packet. Where IN is "-", OUT holds PACKETS of the attack and nothing else, one a
 * microsecond, the last just before the time with which make_capture begins.
 *
 *   syn      SYNs, each of another connection
 *   one      a data segment and nothing before or after it, each of another connection
 *   endless  connections that are opened, greeted, and never end
 *   holes    connections that send what lies behind a hole, on and on
 *   collide  SYNs between addresses and ports that cancel each other out in a hash without a key
 *
 * and, with the seed that replays use and everybody knows:
 *
 *   slots    SYNs of connections that a table with that seed would have to put into one place
 *   sources  data segments of addresses that would fall into one place, too
 *   shard    SYNs of connections that are all in one shard
 *
 * All come from 100.0.0.0/8.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "capture/flow_hash.h"

#define CAPTURE_BEGIN_US 1767225600000000u /* make_capture's */
#define SERVER 0xc0000219u
#define ATTACKERS 0x64400000u
#define HOLE_FLOWS 20000u
#define HOLE_BYTES 1400
#define REPLAY_SEED 0
#define SLOT_BITS 0xfffu     /* of a flow's hash, that are zero in what `slots` sends */
#define SOURCE_BITS 0xff000u /* of an address's hash, in what `sources` sends */
#define CHOSEN_MAX 65536

struct flood {
	FILE *out;
	uint32_t sec, usec;
	uint64_t n; /* packets so far */
	/* Of the last kinds: connections by number, or addresses. */
	uint64_t chosen[CHOSEN_MAX];
	size_t chosen_count;
};

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

struct shape {
	uint32_t src, dst;
	uint16_t src_port, dst_port;
	uint32_t seq, ack;
	uint8_t flags;
	const char *payload;
	size_t len;
};

static void emit(struct flood *f, const struct shape *s)
{
	static const uint8_t eth[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
	uint8_t h[16 + 14 + 40] = {0};
	uint8_t *ip = h + 16 + 14, *tcp = ip + 20;
	uint32_t frame = 54 + (uint32_t)s->len;

	memcpy(h, &f->sec, 4);
	memcpy(h + 4, &f->usec, 4);
	memcpy(h + 8, &frame, 4);
	memcpy(h + 12, &frame, 4);
	memcpy(h + 16, eth, sizeof(eth));
	ip[0] = 0x45;
	put16(ip + 2, 40 + (unsigned int)s->len);
	put16(ip + 4, (unsigned int)f->n);
	ip[8] = 60;
	ip[9] = 6;
	put32(ip + 12, s->src);
	put32(ip + 16, s->dst);
	put16(tcp, s->src_port);
	put16(tcp + 2, s->dst_port);
	put32(tcp + 4, s->seq);
	put32(tcp + 8, s->ack);
	tcp[12] = 0x50;
	tcp[13] = s->flags;
	put16(tcp + 14, 64240);
	fwrite(h, 1, sizeof(h), f->out);
	fwrite(s->payload, 1, s->len, f->out);
}

/* The endpoints of attacking connection `i`. */
static struct shape to_server(uint64_t i)
{
	return (struct shape){.src = ATTACKERS + (uint32_t)(i & 0x3fffff),
		.dst = SERVER,
		.src_port = (uint16_t)(1024 + (i >> 22) % 64000),
		.dst_port = 25,
		.seq = (uint32_t)i * 2654435761u,
		.payload = ""};
}

static struct shape answer(struct shape s)
{
	struct shape a = s;

	a.src = s.dst;
	a.dst = s.src;
	a.src_port = s.dst_port;
	a.dst_port = s.src_port;
	a.seq = 1000;
	a.ack = s.seq + 1;
	return a;
}

static void syn(struct flood *f)
{
	struct shape s = to_server(f->n);

	s.flags = 0x02;
	emit(f, &s);
}

static void one(struct flood *f)
{
	struct shape s = to_server(f->n);

	s.flags = 0x18;
	s.ack = 1;
	s.payload = "MAIL FROM:<a@a.example>\r\n";
	s.len = strlen(s.payload);
	emit(f, &s);
}

static void handshake(struct flood *f, struct shape s, unsigned int step)
{
	struct shape a = answer(s);

	switch (step) {
	case 0:
		s.flags = 0x02;
		emit(f, &s);
		break;
	case 1:
		a.flags = 0x12;
		emit(f, &a);
		break;
	case 2:
		s.flags = 0x10;
		s.seq++;
		s.ack = a.seq + 1;
		emit(f, &s);
		break;
	default:
		a.flags = 0x18;
		a.seq++;
		a.payload = "220 mx.example ESMTP\r\n";
		a.len = strlen(a.payload);
		emit(f, &a);
		break;
	}
}

static void endless(struct flood *f)
{
	handshake(f, to_server(f->n / 4), (unsigned int)(f->n % 4));
}

static void holes(struct flood *f)
{
	static char bytes[HOLE_BYTES];
	struct shape s = to_server(f->n % HOLE_FLOWS);
	uint64_t round = f->n / HOLE_FLOWS;

	if (round < 4) {
		handshake(f, s, (unsigned int)round);
		return;
	}
	memset(bytes, 'x', sizeof(bytes));
	s.flags = 0x18;
	s.seq += 2 + (uint32_t)(round - 3) * 2 * HOLE_BYTES;
	s.ack = 1001;
	s.payload = bytes;
	s.len = sizeof(bytes);
	emit(f, &s);
}

static void collide(struct flood *f)
{
	struct shape s = to_server(f->n);

	s.dst = s.src ^ 0x5a5a5a5a;
	s.src_port = (uint16_t)(25 ^ 0x1234);
	s.flags = 0x02;
	emit(f, &s);
}

static struct addr mapped(uint32_t v4)
{
	struct addr a = {.b = {[10] = 0xff, [11] = 0xff}};

	put32(a.b + 12, v4);
	return a;
}

static bool in_one_slot(uint64_t hash)
{
	return (hash & SLOT_BITS) == 0;
}

static bool in_one_shard(uint64_t hash)
{
	return flow_hash_shard(hash) == 0;
}

static void choose_flows(struct flood *f, bool (*fits)(uint64_t hash))
{
	struct addr server = mapped(SERVER);

	for (uint64_t i = 0; f->chosen_count < CHOSEN_MAX; i++) {
		struct shape s = to_server(i);
		struct addr client = mapped(s.src);

		if (fits(flow_hash(&client, s.src_port, &server, s.dst_port, REPLAY_SEED)))
			f->chosen[f->chosen_count++] = i;
	}
}

static void choose_slots(struct flood *f)
{
	choose_flows(f, in_one_slot);
}

static void choose_shard(struct flood *f)
{
	choose_flows(f, in_one_shard);
}

static void chosen_syn(struct flood *f)
{
	struct shape s = to_server(f->chosen[f->n % f->chosen_count]);

	s.flags = 0x02;
	emit(f, &s);
}

static void choose_sources(struct flood *f)
{
	for (uint32_t v4 = 100u << 24; v4 < 101u << 24 && f->chosen_count < CHOSEN_MAX; v4++) {
		struct addr a = mapped(v4);

		if ((hash64_seed(&a, sizeof(a), REPLAY_SEED) & SOURCE_BITS) == 0)
			f->chosen[f->chosen_count++] = v4;
	}
}

static void sources(struct flood *f)
{
	struct shape s = to_server(0);

	s.src = (uint32_t)f->chosen[f->n % f->chosen_count];
	s.src_port = (uint16_t)(1024 + f->n / f->chosen_count % 64000);
	s.flags = 0x18;
	s.ack = 1;
	s.payload = "MAIL FROM:<a@a.example>\r\n";
	s.len = strlen(s.payload);
	emit(f, &s);
}

static const struct {
	const char *name;
	void (*emit)(struct flood *f);
	void (*choose)(struct flood *f);
} kinds[] = {{"syn", syn, NULL}, {"one", one, NULL}, {"endless", endless, NULL},
	{"holes", holes, NULL}, {"collide", collide, NULL},
	{"slots", chosen_syn, choose_slots}, {"sources", sources, choose_sources},
	{"shard", chosen_syn, choose_shard}};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool copy_packet(FILE *in, struct flood *f)
{
	static uint8_t bytes[65536];
	uint32_t h[4];

	if (fread(h, sizeof(h), 1, in) != 1 || h[2] > sizeof(bytes) ||
		fread(bytes, 1, h[2], in) != h[2])
		return false;
	f->sec = h[0];
	f->usec = h[1];
	fwrite(h, sizeof(h), 1, f->out);
	fwrite(bytes, 1, h[2], f->out);
	return true;
}

static int between(FILE *in, struct flood *f, size_t kind, unsigned long packets)
{
	uint8_t header[24];

	if (fread(header, sizeof(header), 1, in) != 1)
		return -1;
	fwrite(header, sizeof(header), 1, f->out);
	while (copy_packet(in, f)) {
		for (unsigned long i = 0; i < packets; i++, f->n++)
			kinds[kind].emit(f);
	}
	return 1;
}

static void alone(struct flood *f, size_t kind, unsigned long packets)
{
	static const uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1};

	fwrite(header, sizeof(header), 1, f->out);
	for (; f->n < packets; f->n++) {
		uint64_t us = CAPTURE_BEGIN_US - packets + f->n;

		f->sec = (uint32_t)(us / 1000000);
		f->usec = (uint32_t)(us % 1000000);
		kinds[kind].emit(f);
	}
}

int main(int argc, char **argv)
{
	static struct flood f;
	unsigned long packets;
	size_t kind = 0;
	FILE *in = NULL;

	while (argc == 5 && kind < KINDS && strcmp(argv[1], kinds[kind].name) != 0)
		kind++;
	if (argc != 5 || kind == KINDS) {
		fprintf(stderr, "usage: make_flood syn|one|endless|holes|collide|slots|"
				"sources|shard PACKETS IN|- OUT\n");
		return 2;
	}
	packets = strtoul(argv[2], NULL, 10);
	f.out = fopen(argv[4], "wb");
	if (!f.out) {
		perror(argv[4]);
		return 1;
	}
	setvbuf(f.out, NULL, _IOFBF, 1 << 20);
	if (kinds[kind].choose)
		kinds[kind].choose(&f);
	if (strcmp(argv[3], "-") == 0) {
		alone(&f, kind, packets);
	} else {
		in = fopen(argv[3], "rb");
		if (!in || between(in, &f, kind, packets) != 1) {
			perror(argv[3]);
			return 1;
		}
		fclose(in);
	}
	return fclose(f.out) == 0 ? 0 : 1;
}
