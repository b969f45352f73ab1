/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void text_printf(struct text *t, const char *fmt, ...)
{
	size_t room = sizeof(t->buf) - t->len;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->buf + t->len, room, fmt, args);
	va_end(args);
	if (n > 0)
		t->len += (size_t)n < room ? (size_t)n : room - 1;
}

void text_append(struct text *t, struct span s)
{
	s = span_head(s, sizeof(t->buf) - 1 - t->len);
	if (s.len)
		memcpy(t->buf + t->len, s.p, s.len);
	t->len += s.len;
}

void text_name(struct text *t, struct span name)
{
	text_append(t, span_head(name, TEXT_NAME_MAX));
	if (name.len > TEXT_NAME_MAX)
		text_printf(t, "...");
}

void text_duration(struct text *t, nstime d)
{
	static const struct {
		nstime unit;
		const char *one, *many;
	} units[] = {{NS_PER_DAY, "day", "days"}, {NS_PER_HOUR, "hour", "hours"},
		{NS_PER_MIN, "minute", "minutes"}, {NS_PER_S, "second", "seconds"}};
	size_t i = 0;
	int64_t n;

	while (i < 3 && d < 2 * units[i].unit)
		i++;
	n = (d + units[i].unit / 2) / units[i].unit;
	text_printf(t, "%" PRId64 " %s", n, n == 1 ? units[i].one : units[i].many);
}
