/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The URLs of one message (detection 1.11): their hosts, by scheme and place, and the hashes of
 * full ones. Of fixed size; what is beyond a cap is counted and no more. The order of appearance
 * decides what is kept.
 */
#ifndef SMTP_DECODE_URL_LIST_H
#define SMTP_DECODE_URL_LIST_H

#include "base/limits.h"
#include "base/org_domain.h"
#include "base/record.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/url_ref.h"

struct url_list_host {
	uint16_t hash;
	uint16_t at; /* of its name in `names` */
	uint8_t len;
	uint8_t domain; /* where its org-domain begins in it; `len` where it has none */
};

struct url_list_row {
	uint16_t count; /* or more */
	uint8_t scheme, where, host, reserved;
};

struct url_list {
	struct org_domains *orgs; /* borrowed */
	uint32_t count, mismatches;
	uint16_t names_len;
	uint8_t hosts_len, rows_len, hashes_len, idns_len, anchors;
	bool capped;
	bool hosts_capped;
	int16_t shown; /* host of the first URL in visible text since it was set to -1 */
	struct url_list_host hosts[LIMIT_URL_HOSTS];
	struct url_list_row rows[LIMIT_URL_ROWS];
	uint64_t idns[LIMIT_URL_IDNS]; /* hashes of names as they are written */
	int8_t idn_hosts[LIMIT_URL_IDNS];
	uint64_t hashes[LIMIT_URL_HASHES];
	char names[LIMIT_URL_HOST_BYTES];
};

void url_list_init(struct url_list *l, struct org_domains *orgs);

/* Adds what `u` names. Returns the number of its host, or -1 where it has none or it is not kept;
 * of several addresses, that of the last. */
int url_list_add(struct url_list *l, const struct url_ref *u, enum url_where where);

/* The org-domain of a host by its number; empty where it has none. */
struct span url_list_domain(const struct url_list *l, int host);

/* Fills in url_count to url_set, and the trait. `gap`: text is missing. */
void url_list_fill(
	const struct url_list *l, bool gap, struct record_builder *b, struct message_record *m);

#endif
