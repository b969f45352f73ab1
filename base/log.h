/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics on stderr. Libraries count, app/ logs: only app/ includes this. One line a call,
 * "heloscope: " in front. Bytes from the wire go through log_safe() first.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/span.h"

enum log_level {
	LOG_LEVEL_ERROR = 0,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* What is shown from now on; the default is LOG_LEVEL_WARNING. */
void log_set_level(enum log_level level);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * `s` with every byte that is not printable ASCII, and the backslash, as \xHH, cut to fit `size`
 * (a cut ends in "..."). Always terminated where size > 0. Returns `buf`.
 */
char *log_safe(struct span s, char *buf, size_t size);

#endif
