/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/decap.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "capture/decap_walk.h"
#include "capture/ip_frag.h"

struct decap {
	uint64_t seed;
	enum checksum_mode checksums;
	uint64_t checked, wrong; /* segments with payload */
	struct ip_frag *fragments;
	struct decap_stats stats;
};

static const struct decap_row decap_headers[HEADER_COUNT] = {
	[HEADER_ETHERNET] = {.step = decap_ethernet, .least = 14},
	[HEADER_ETHERTYPE] = {.step = decap_ethertype, .least = 2},
	[HEADER_VLAN] = {.step = decap_vlan, .least = 4},
	[HEADER_LLC] = {.step = decap_llc, .least = 3},
	[HEADER_SLL] = {.step = decap_sll, .least = 16},
	[HEADER_SLL2] = {.step = decap_sll2, .least = 20},
	[HEADER_NULL] = {.step = decap_null, .least = 4},
	[HEADER_RAW] = {.step = decap_raw, .least = 1},
	[HEADER_NFLOG] = {.step = decap_nflog, .least = 4},
	[HEADER_CISCO_HDLC] = {.least = 2, .next = HEADER_ETHERTYPE}, /* address, control */
	[HEADER_PPP_SERIAL] = {.step = decap_ppp_serial, .least = 1},
	[HEADER_PPP] = {.step = decap_ppp, .least = 1},
	[HEADER_PPPOE] = {.step = decap_pppoe, .least = 6},
	[HEADER_PBB] = {.least = 4, .next = HEADER_ETHERNET},   /* 802.1ah service tag */
	[HEADER_ETAG] = {.least = 6, .next = HEADER_ETHERTYPE}, /* 802.1BR */
	[HEADER_VNTAG] = {.least = 4, .next = HEADER_ETHERTYPE},
	[HEADER_MPLS] = {.step = decap_mpls, .least = 4},
	[HEADER_IPV4] = {.step = decap_ipv4, .least = 20},
	[HEADER_IPV6] = {.step = decap_ipv6, .least = 40},
	[HEADER_IPV6_OPTIONS] = {.step = decap_ipv6_options, .least = 8},
	[HEADER_IPV6_ROUTING] = {.step = decap_ipv6_routing, .least = 8},
	[HEADER_IPV6_FRAGMENT] = {.step = decap_ipv6_fragment, .least = 8},
	[HEADER_AH] = {.step = decap_ah, .least = 12},
	[HEADER_TCP] = {.step = decap_tcp, .least = 20},
	[HEADER_UDP] = {.step = decap_udp, .least = 8},
	[HEADER_GRE] = {.step = decap_gre, .least = 4},
	[HEADER_ERSPAN2] = {.step = decap_erspan2, .least = 8},
	[HEADER_ERSPAN3] = {.step = decap_erspan3, .least = 12},
	[HEADER_VXLAN] = {.step = decap_vxlan, .least = 8},
	[HEADER_VXLAN_GPE] = {.step = decap_vxlan_gpe, .least = 8},
	[HEADER_GENEVE] = {.step = decap_geneve, .least = 8},
};

struct decap *decap_create(uint64_t seed)
{
	struct decap *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->seed = seed;
	d->checksums = CHECKSUM_NONE;
	d->fragments = ip_frag_create(seed);
	if (!d->fragments) {
		free(d);
		return NULL;
	}
	return d;
}

void decap_destroy(struct decap *d)
{
	if (!d)
		return;
	ip_frag_destroy(d->fragments);
	free(d);
}

void decap_set_checksums(struct decap *d, enum checksum_mode mode)
{
	d->checksums = mode;
}

enum decap_header decap_fragment(
	struct decap_walk *w, const struct ip_frag_key *key, struct ip_frag_piece *piece)
{
	struct ip_frag_whole whole;
	int rc;

	if (w->at.len < w->wire)
		return decap_stop(w, DECAP_CUT);
	piece->time = w->p->time;
	piece->bytes = w->at;
	rc = ip_frag_add(w->d->fragments, key, piece, &whole);
	if (rc != 1)
		return decap_stop(w, rc == 0 ? DECAP_FRAGMENT : DECAP_FRAGMENT_LOST);
	w->ip_len = w->ip_len - w->wire + (uint32_t)whole.bytes.len;
	w->at = whole.bytes;
	w->wire = (uint32_t)whole.bytes.len;
	return decap_by_protocol(w, whole.protocol);
}

static enum decap_header walk(struct decap_walk *w, enum decap_header next)
{
	for (int depth = 0; next > HEADER_STOP; depth++) {
		const struct decap_row *row = &decap_headers[next];

		if (depth == LIMIT_DECAP_DEPTH)
			return decap_stop(w, DECAP_TOO_DEEP);
		if (!decap_has(w, row->least))
			return HEADER_STOP;
		next = row->step ? row->step(w) : decap_past(w, row->least, row->next);
	}
	return next;
}

#define WRONG_CHECKED 100
#define WRONG_ONE_IN 50

/*
 * Forged segments are few. Where many are wrong that is due to the capture (text was made
 * unreadable in it, addresses were changed), and they are taken as they are. Only those with
 * payload are counted; what they show holds for the others, too.
 */
static void judge_checksum(struct decap *d, struct segment *s)
{
	bool counts = s->payload_len > 0;

	if (s->checksum == CHECKSUM_UNKNOWN)
		return;
	d->checked += counts;
	if (s->checksum != CHECKSUM_WRONG)
		return;
	d->wrong += counts;
	if (d->checked < WRONG_CHECKED || d->wrong * WRONG_ONE_IN > d->checked)
		s->checksum = CHECKSUM_UNMADE;
	else
		s->fingerprint ^= 1; /* it must not make the right one a copy of it */
}

static void count(struct decap_stats *s, const struct decap_walk *w)
{
	const struct decap_result *r = w->ret;

	s->packets++;
	s->ip += w->ip_headers > 0;
	s->tunnelled += w->ip_headers > 1;
	s->truncated += w->cut || w->p->bytes.len < w->p->wire_len;
	s->tcp += r->kind == DECAP_TCP;
	s->udp += r->kind == DECAP_UDP;
	if (r->kind == DECAP_NOTHING)
		s->nothing[r->cause]++;
}

enum decap_kind decap_packet(struct decap *d, const struct packet *p, struct decap_result *ret)
{
	struct decap_walk w;

	w.d = d;
	w.seed = d->seed;
	w.checksums = d->checksums;
	w.p = p;
	w.ret = ret;
	w.at = p->bytes;
	w.wire = p->wire_len;
	w.cause = DECAP_UNKNOWN_LINK;
	w.bounded = w.cut = false;
	w.vlan_count = 0;
	w.ip_headers = 0;
	if (walk(&w, decap_by_link_type(p->link_type)) == HEADER_STOP) {
		ret->kind = DECAP_NOTHING;
		ret->cause = w.cause;
	}
	if (ret->kind == DECAP_TCP)
		judge_checksum(d, &ret->segment);
	ret->tunnel.depth = w.ip_headers > 0 ? (uint8_t)(w.ip_headers - 1) : 0;
	if (ret->kind == DECAP_TCP && ret->tunnel.depth > 0)
		ret->segment.tunnel = &ret->tunnel;
	count(&d->stats, &w);
	return ret->kind;
}

struct decap_stats decap_get_stats(const struct decap *d)
{
	struct ip_frag_stats f = ip_frag_get_stats(d->fragments);
	struct decap_stats s = d->stats;

	s.fragments = f.fragments;
	s.datagrams = f.datagrams;
	s.overlap_bytes = f.overlap_bytes;
	s.datagrams_lost = f.lost;
	s.datagrams_pending = f.pending;
	return s;
}

size_t decap_bytes(const struct decap *d)
{
	return sizeof(*d) + ip_frag_bytes(d->fragments);
}
