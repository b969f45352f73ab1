/* SPDX-License-Identifier: Apache-2.0 */
/* A clock and texts for the benches, the same on every run, put together in a buffer that grows.
 * Aborts where memory is short. */
#ifndef BENCH_BENCH_TEXT_H
#define BENCH_BENCH_TEXT_H

#include <stddef.h>
#include <time.h>

/* Processor time. */
static inline double bench_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* All zero is an empty one. */
struct bytes {
	char *p;
	size_t len, room;
};

void bench_text_add(struct bytes *b, const void *p, size_t n);
void bench_text_str(struct bytes *b, const char *s);
/* `bytes` of English-like text in lines; words are parted by `between`. */
void bench_text_words(struct bytes *b, size_t bytes, const char *between);
/* HTML as newsletters have it. */
void bench_text_html(struct bytes *b, size_t bytes);
/* `from` in base64, in lines of `line` characters; in quoted-printable. */
void bench_text_base64(struct bytes *b, const struct bytes *from, size_t line);
void bench_text_qp(struct bytes *b, const struct bytes *from);

#endif
