/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A borrowed run of bytes. A span never owns; whoever needs the bytes beyond the call copies
 * them into memory of its own (base/arena.h, base/record.h).
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct span {
	const uint8_t *p;
	size_t len;
};

static inline struct span span_of(const void *p, size_t len)
{
	return (struct span){(const uint8_t *)p, len};
}

static inline struct span span_str(const char *s)
{
	return (struct span){(const uint8_t *)s, s ? strlen(s) : 0};
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline bool span_ieq(struct span a, struct span b)
{
	return a.len == b.len &&
		(a.len == 0 || strncasecmp((const char *)a.p, (const char *)b.p, a.len) == 0);
}

static inline bool span_eq_str(struct span a, const char *s)
{
	return span_eq(a, span_str(s));
}

static inline bool span_ieq_str(struct span a, const char *s)
{
	return span_ieq(a, span_str(s));
}

/* Does `a` begin with `s`, ASCII case ignored? */
static inline bool span_istarts(struct span a, const char *s)
{
	size_t n = strlen(s);

	return a.len >= n && strncasecmp((const char *)a.p, s, n) == 0;
}

/* `a` without its first `n` bytes (all of it where it is shorter). */
static inline struct span span_skip(struct span a, size_t n)
{
	if (n > a.len)
		n = a.len;
	return span_of(a.p ? a.p + n : NULL, a.len - n);
}

/* The first `n` bytes of `a` (all of it where it is shorter). */
static inline struct span span_head(struct span a, size_t n)
{
	return span_of(a.p, n < a.len ? n : a.len);
}

/* `a` without spaces and tabs at both ends. */
static inline struct span span_trim(struct span a)
{
	while (a.len > 0 && (a.p[0] == ' ' || a.p[0] == '\t'))
		a = span_skip(a, 1);
	while (a.len > 0 && (a.p[a.len - 1] == ' ' || a.p[a.len - 1] == '\t'))
		a.len--;
	return a;
}

/* Index of the first byte `c`, or -1. */
static inline ptrdiff_t span_find(struct span a, int c)
{
	const uint8_t *q = a.len ? memchr(a.p, c, a.len) : NULL;

	return q ? q - a.p : -1;
}

/* Of its last. */
static inline ptrdiff_t span_find_last(struct span a, int c)
{
	const uint8_t *q = a.p && a.len ? memrchr(a.p, c, a.len) : NULL;

	return q ? q - a.p : -1;
}

#endif
