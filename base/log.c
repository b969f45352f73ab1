/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level shown = LOG_LEVEL_WARNING;

void log_set_level(enum log_level level)
{
	shown = level;
}

__attribute__((format(printf, 2, 0))) static void emit(
	enum log_level level, const char *fmt, va_list ap)
{
	char line[1024];

	if (level > shown)
		return;
	vsnprintf(line, sizeof(line), fmt, ap);
	fprintf(stderr, "heloscope: %s\n", line);
}

#define DEFINE_LOG(name, level)         \
	void name(const char *fmt, ...) \
	{                               \
		va_list ap;             \
                                        \
		va_start(ap, fmt);      \
		emit(level, fmt, ap);   \
		va_end(ap);             \
	}

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warning, LOG_LEVEL_WARNING)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)

char *log_safe(struct span s, char *buf, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	if (size == 0)
		return buf;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];
		size_t need = c < 0x20 || c >= 0x7f || c == '\\' ? 4 : 1;

		if (n + need + (i + 1 < s.len ? 3 : 0) >= size) {
			for (int k = 0; k < 3 && n + 1 < size; k++)
				buf[n++] = '.';
			break;
		}
		if (need == 1) {
			buf[n++] = (char)c;
			continue;
		}
		buf[n++] = '\\';
		buf[n++] = 'x';
		buf[n++] = hex[c >> 4];
		buf[n++] = hex[c & 15];
	}
	buf[n] = '\0';
	return buf;
}
