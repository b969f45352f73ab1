/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and times as people read them. Each returns `buf`. */
#ifndef OUTPUT_PHRASE_H
#define OUTPUT_PHRASE_H

#include "base/nstime.h"
#include "base/span.h"

#define PHRASE_SIZE 64

/* 12,345 */
char *phrase_number(uint64_t n, char buf[PHRASE_SIZE]);
/* "1 source", "12 sources" */
char *phrase_count(uint64_t n, const char *noun, char buf[PHRASE_SIZE]);
/* "950 B", "4.2 MB": powers of ten. */
char *phrase_bytes(uint64_t n, char buf[PHRASE_SIZE]);
/* "850 ms", "45 s", "12 min", "2 h 8 min", "3 d 4 h" */
char *phrase_duration(nstime t, char buf[PHRASE_SIZE]);
/* "2026-01-02 03:04:05", UTC */
char *phrase_time(nstime t, char buf[PHRASE_SIZE]);

#endif
