/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS messages put together by hand, for the tests of this folder.
 */
#ifndef TESTS_DNS_BUILD_H
#define TESTS_DNS_BUILD_H

#include <assert.h>
#include <string.h>

#include "base/addr.h"
#include "facts/dns_record.h"

#define QUERY 0x0100
#define ANSWER_RA 0x8180
#define ANSWER_AA 0x8500
#define SERVFAIL 2
#define NXDOMAIN 3

struct wire {
	uint8_t p[8192];
	size_t len;
};

static inline void wire_bytes(struct wire *w, const void *p, size_t n)
{
	assert(w->len + n <= sizeof(w->p));
	memcpy(w->p + w->len, p, n);
	w->len += n;
}

static inline void wire_u8(struct wire *w, unsigned int v)
{
	uint8_t b = (uint8_t)v;

	wire_bytes(w, &b, 1);
}

static inline void wire_u16(struct wire *w, unsigned int v)
{
	wire_u8(w, v >> 8);
	wire_u8(w, v & 0xff);
}

static inline void wire_u32(struct wire *w, uint32_t v)
{
	wire_u16(w, v >> 16);
	wire_u16(w, v & 0xffff);
}

static inline void wire_name(struct wire *w, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		wire_u8(w, (unsigned int)n);
		wire_bytes(w, name, n);
		name += n + (name[n] == '.');
	}
	wire_u8(w, 0);
}

/* The header, counts zero, and one question. */
static inline void wire_begin(
	struct wire *w, unsigned int id, unsigned int flags, const char *qname, unsigned int qtype)
{
	w->len = 0;
	wire_u16(w, id);
	wire_u16(w, flags);
	wire_u16(w, 1);
	wire_u16(w, 0);
	wire_u32(w, 0);
	wire_name(w, qname);
	wire_u16(w, qtype);
	wire_u16(w, 1);
}

#define SECTION_ANSWER 6 /* where in the header the count stands */
#define SECTION_AUTHORITY 8

/* A record; `owner` NULL is a pointer to the question's name. */
static inline void wire_record(struct wire *w, unsigned int section, const char *owner,
	unsigned int type, uint32_t ttl, const void *data, size_t len)
{
	w->p[section + 1]++;
	if (owner)
		wire_name(w, owner);
	else
		wire_u16(w, 0xc00c);
	wire_u16(w, type);
	wire_u16(w, 1);
	wire_u32(w, ttl);
	wire_u16(w, (unsigned int)len);
	wire_bytes(w, data, len);
}

static inline void wire_answer(
	struct wire *w, const char *owner, unsigned int type, const void *data, size_t len)
{
	wire_record(w, SECTION_ANSWER, owner, type, 300, data, len);
}

/* CNAME, PTR, NS: the data is a name. */
static inline void wire_target(struct wire *w, unsigned int section, const char *owner,
	unsigned int type, const char *target)
{
	struct wire t = {.len = 0};

	wire_name(&t, target);
	wire_record(w, section, owner, type, 300, t.p, t.len);
}

static inline struct addr addr_of(const char *text)
{
	struct addr a;

	if (addr_parse(span_str(text), &a) < 0)
		abort();
	return a;
}

static inline void wire_addr(struct wire *w, const char *owner, const char *text)
{
	struct addr a = addr_of(text);

	if (addr_is_v4(&a))
		wire_answer(w, owner, DNS_A, a.b + 12, 4);
	else
		wire_answer(w, owner, DNS_AAAA, a.b, 16);
}

#endif
