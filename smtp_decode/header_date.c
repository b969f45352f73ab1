/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/header_date.h"

#include <stdbool.h>

/* Skips blanks and comments. */
static struct span skip_cfws(struct span s)
{
	size_t depth = 0, i;

	for (i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (depth == 0 && !memchr(" \t\r\n", c, 4))
			break;
	}
	return span_skip(s, i);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* A number of `min` to `max` digits. 1 or -1; `*s` moves behind it. */
static int number(struct span *s, size_t min, size_t max, int *ret)
{
	struct span t = skip_cfws(*s);
	size_t n = 0;
	int v = 0;

	while (n < t.len && n < max && is_digit(t.p[n]))
		v = v * 10 + (t.p[n++] - '0');
	if (n < min || (n < t.len && is_digit(t.p[n])))
		return -1;
	*s = span_skip(t, n);
	*ret = v;
	return 1;
}

/* The byte `c`, blanks and comments in front of it skipped. */
static int literal(struct span *s, uint8_t c)
{
	struct span t = skip_cfws(*s);

	if (t.len == 0 || t.p[0] != c)
		return -1;
	*s = span_skip(t, 1);
	return 1;
}

static struct span letters(struct span *s)
{
	struct span t = skip_cfws(*s);
	size_t n = 0;

	while (n < t.len && (t.p[n] | 0x20) >= 'a' && (t.p[n] | 0x20) <= 'z')
		n++;
	*s = span_skip(t, n);
	return span_head(t, n);
}

static int month(struct span *s, int *ret)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	struct span name = letters(s);

	for (int i = 0; name.len >= 3 && i < 12; i++) {
		if (span_ieq(span_head(name, 3), span_of(names + 3 * i, 3))) {
			*ret = i + 1;
			return 1;
		}
	}
	return -1;
}

/* Offset from UTC in minutes; what is not known counts as UTC (RFC 5322 4.3). */
static int zone(struct span s, int *ret)
{
	static const struct {
		char name[4];
		int minutes;
	} names[] = {
		{"EST", -300},
		{"EDT", -240},
		{"CST", -360},
		{"CDT", -300},
		{"MST", -420},
		{"MDT", -360},
		{"PST", -480},
		{"PDT", -420},
		{"CET", 60},
		{"BST", 60},
		{"EET", 120},
		{"MSK", 180},
	};
	struct span name;
	int hhmm, sign = 1;

	*ret = 0;
	if (literal(&s, '-') == 1)
		sign = -1;
	else if (literal(&s, '+') != 1)
		sign = 0;
	if (sign != 0) {
		if (number(&s, 4, 4, &hhmm) != 1 || hhmm % 100 > 59)
			return -1;
		*ret = sign * (hhmm / 100 * 60 + hhmm % 100);
		return 1;
	}
	name = letters(&s);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_ieq_str(name, names[i].name))
			*ret = names[i].minutes;
	return 1;
}

/* Days from 1970-01-01 to a civil date (proleptic Gregorian). */
static int64_t days_from_civil(int y, int m, int d)
{
	int64_t year = m <= 2 ? y - 1 : y;
	int64_t era = year / 400, yoe = year % 400;
	int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int days_in_month(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[m - 1] + (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
}

/* "hh:mm[:ss]" in seconds; a leap second counts as the one before. */
static int time_of_day(struct span *s, int *ret)
{
	int h, m, sec = 0;

	if (number(s, 1, 2, &h) != 1 || literal(s, ':') != 1 || number(s, 1, 2, &m) != 1)
		return -1;
	if (literal(s, ':') == 1 && number(s, 1, 2, &sec) != 1)
		return -1;
	if (h > 23 || m > 59 || sec > 60)
		return -1;
	*ret = h * 3600 + m * 60 + (sec == 60 ? 59 : sec);
	return 1;
}

int header_date_parse(struct span body, nstime *ret)
{
	struct span s = body;
	int y, m, d, tod, offset;
	size_t y_len;
	int64_t t;

	letters(&s);
	literal(&s, ',');
	if (number(&s, 1, 2, &d) != 1)
		return -1;
	literal(&s, '-');
	if (month(&s, &m) != 1)
		return -1;
	literal(&s, '-');
	y_len = skip_cfws(s).len;
	if (number(&s, 2, 4, &y) != 1)
		return -1;
	y_len -= s.len;
	if (y_len == 2)
		y += y < 50 ? 2000 : 1900;
	else if (y_len == 3)
		y += 1900;
	if (time_of_day(&s, &tod) != 1 || zone(s, &offset) != 1)
		return -1;
	if (y < 1970 || y > 2261 || d < 1 || d > days_in_month(y, m))
		return -1;
	t = days_from_civil(y, m, d) * 86400 + tod - offset * 60;
	if (t < 0)
		return -1;
	*ret = t * NS_PER_S;
	return 1;
}
