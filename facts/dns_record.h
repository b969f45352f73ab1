/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One DNS message seen on the tap (RFC 1035), a query or a response, as far as it can tell a name
 * or an address: A, AAAA, PTR, CNAME, MX, TXT, SOA.
 */
#ifndef FACTS_DNS_RECORD_H
#define FACTS_DNS_RECORD_H

#include "base/addr.h"
#include "base/record.h"

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
};

struct dns_answer {
	struct str_ref owner; /* lower case, no trailing dot */
	struct str_ref name;  /* PTR, CNAME, MX: the target; TXT: the joined strings */
	struct addr addr;     /* A, AAAA */
	uint16_t type;
	uint16_t reserved;
	uint32_t ttl;
};

struct dns_record {
	struct record r;
	struct addr src, dst; /* of the packet */
	uint16_t src_port, dst_port;
	uint16_t id, qtype;
	uint8_t response, rcode, aa, ra, tc;
	uint8_t malformed; /* names or counts ran out of the message; what stands was before that */
	/* No answer, and the authority section names servers but no SOA: the answer is to be had
	 * there, so this is no NODATA (RFC 2308 2.2). */
	uint8_t referral;
	uint8_t cut;              /* there were more answers than are listed */
	struct str_ref qname;     /* lower case, no trailing dot */
	struct array_ref answers; /* struct dns_answer, answer section only, LIMIT_DNS_ANSWERS */
};

#endif
