/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/decap.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "capture/decap_walk.h"
#include "capture/ip_frag.h"

struct decap {
	struct ip_frag *fragments;
	struct decap_stats stats;
};

static const struct decap_row decap_headers[HEADER_COUNT] = {
	[HEADER_ETHERNET] = {decap_ethernet, 14},
	[HEADER_ETHERTYPE] = {decap_ethertype, 2},
	[HEADER_VLAN] = {decap_vlan, 4},
	[HEADER_LLC] = {decap_llc, 3},
	[HEADER_SLL] = {decap_sll, 16},
	[HEADER_SLL2] = {decap_sll2, 20},
	[HEADER_NULL] = {decap_null, 4},
	[HEADER_RAW] = {decap_raw, 1},
	[HEADER_NFLOG] = {decap_nflog, 4},
	[HEADER_CISCO_HDLC] = {NULL, 2, HEADER_ETHERTYPE}, /* address, control */
	[HEADER_PPP_SERIAL] = {decap_ppp_serial, 1},
	[HEADER_PPP] = {decap_ppp, 1},
	[HEADER_PPPOE] = {decap_pppoe, 6},
	[HEADER_PBB] = {NULL, 4, HEADER_ETHERNET},   /* 802.1ah service tag */
	[HEADER_ETAG] = {NULL, 6, HEADER_ETHERTYPE}, /* 802.1BR */
	[HEADER_VNTAG] = {NULL, 4, HEADER_ETHERTYPE},
	[HEADER_MPLS] = {decap_mpls, 4},
	[HEADER_IPV4] = {decap_ipv4, 20},
	[HEADER_IPV6] = {decap_ipv6, 40},
	[HEADER_IPV6_OPTIONS] = {decap_ipv6_options, 8},
	[HEADER_IPV6_FRAGMENT] = {decap_ipv6_fragment, 8},
	[HEADER_AH] = {decap_ah, 12},
	[HEADER_TCP] = {decap_tcp, 20},
	[HEADER_UDP] = {decap_udp, 8},
	[HEADER_GRE] = {decap_gre, 4},
	[HEADER_ERSPAN2] = {decap_erspan2, 8},
	[HEADER_ERSPAN3] = {decap_erspan3, 12},
	[HEADER_VXLAN] = {decap_vxlan, 8},
	[HEADER_VXLAN_GPE] = {decap_vxlan_gpe, 8},
	[HEADER_GENEVE] = {decap_geneve, 8},
};

struct decap *decap_create(uint64_t seed)
{
	struct decap *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
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

static void count(struct decap_stats *s, const struct decap_walk *w)
{
	const struct decap_result *r = w->ret;

	s->packets++;
	s->ip += w->ip_headers > 0;
	s->tunnelled += w->ip_headers > 1;
	s->truncated += w->p->bytes.len < w->p->wire_len;
	s->tcp += r->kind == DECAP_TCP;
	s->udp += r->kind == DECAP_UDP;
	if (r->kind == DECAP_NOTHING)
		s->nothing[r->cause]++;
}

enum decap_kind decap_packet(struct decap *d, const struct packet *p, struct decap_result *ret)
{
	struct decap_walk w;

	w.d = d;
	w.p = p;
	w.ret = ret;
	w.at = p->bytes;
	w.wire = p->wire_len;
	w.cause = DECAP_UNKNOWN_LINK;
	w.trimmed = false;
	w.vlan_count = 0;
	w.ip_headers = 0;
	if (walk(&w, decap_by_link_type(p->link_type)) == HEADER_STOP) {
		ret->kind = DECAP_NOTHING;
		ret->cause = w.cause;
	}
	ret->tunnels = w.ip_headers > 0 ? (uint8_t)(w.ip_headers - 1) : 0;
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
	return s;
}

size_t decap_bytes(const struct decap *d)
{
	return sizeof(*d) + ip_frag_bytes(d->fragments);
}
