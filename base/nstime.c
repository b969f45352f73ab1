/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nstime.h"

#define DAYS_TO_1970 719468 /* from 0000-03-01 */

/* Civil date of a day number since 1970, by Howard Hinnant's days algorithm (proleptic). */
static void civil(int64_t days, int *ret_y, int *ret_m, int *ret_d)
{
	int64_t z = days + DAYS_TO_1970;
	int64_t era = z / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int m = (int)(mp < 10 ? mp + 3 : mp - 9);

	*ret_d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*ret_m = m;
	*ret_y = (int)(yoe + era * 400 + (m <= 2));
}

static char *put(char *p, int64_t v, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		p[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + digits;
}

char *nstime_rfc3339(nstime t, char buf[NSTIME_RFC3339_SIZE])
{
	int64_t s, ns;
	int y, m, d;
	char *p = buf;

	if (t < 0)
		t = 0; /* INT64_MAX nanoseconds end in 2262, so there is no upper clamp to make */
	s = t / NS_PER_S;
	ns = t % NS_PER_S;
	civil(s / 86400, &y, &m, &d);
	s %= 86400;
	p = put(p, y, 4);
	*p++ = '-';
	p = put(p, m, 2);
	*p++ = '-';
	p = put(p, d, 2);
	*p++ = 'T';
	p = put(p, s / 3600, 2);
	*p++ = ':';
	p = put(p, s / 60 % 60, 2);
	*p++ = ':';
	p = put(p, s % 60, 2);
	*p++ = '.';
	p = put(p, ns, 9);
	*p++ = 'Z';
	*p = '\0';
	return buf;
}
