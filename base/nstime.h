/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet time: nanoseconds since 1970-01-01 UTC, signed. All windows and timers run on it.
 */
#ifndef BASE_NSTIME_H
#define BASE_NSTIME_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t nstime;

#define NS_PER_US ((nstime)1000)
#define NS_PER_MS ((nstime)1000000)
#define NS_PER_S ((nstime)1000000000)
#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_HOUR (3600 * NS_PER_S)
#define NS_PER_DAY (24 * NS_PER_HOUR)
#define NSTIME_MAX INT64_MAX

/* Length of "2026-01-02T03:04:05.678901234Z" with its NUL. */
#define NSTIME_RFC3339_SIZE 31

/*
 * RFC 3339, UTC, nine decimals. Times before 1970 or past 9999 are clamped to those bounds (a
 * hostile capture can claim any). Returns `buf`.
 */
char *nstime_rfc3339(nstime t, char buf[NSTIME_RFC3339_SIZE]);

static inline int64_t nstime_to_ms(nstime t)
{
	return t / NS_PER_MS;
}

#endif
