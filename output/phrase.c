/* SPDX-License-Identifier: Apache-2.0 */
#include "output/phrase.h"

#include <inttypes.h>
#include <stdio.h>

char *phrase_number(uint64_t n, char buf[PHRASE_SIZE])
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
	return buf;
}

char *phrase_count(uint64_t n, const char *noun, char buf[PHRASE_SIZE])
{
	char number[PHRASE_SIZE];

	snprintf(buf, PHRASE_SIZE, "%s %s%s", phrase_number(n, number), noun, n == 1 ? "" : "s");
	return buf;
}

char *phrase_bytes(uint64_t n, char buf[PHRASE_SIZE])
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t unit = 1;
	size_t i = 0;

	while (n / unit >= 1000) {
		unit *= 1000;
		i++;
	}
	if (n / unit >= 10 || i == 0)
		snprintf(buf, PHRASE_SIZE, "%" PRIu64 " %s", n / unit, units[i]);
	else
		snprintf(buf, PHRASE_SIZE, "%" PRIu64 ".%" PRIu64 " %s", n / unit,
			n % unit / (unit / 10), units[i]);
	return buf;
}

char *phrase_duration(nstime t, char buf[PHRASE_SIZE])
{
	if (t < 10 * NS_PER_S)
		snprintf(buf, PHRASE_SIZE, "%" PRId64 " ms", t < 0 ? 0 : t / NS_PER_MS);
	else if (t < 2 * NS_PER_MIN)
		snprintf(buf, PHRASE_SIZE, "%" PRId64 " s", t / NS_PER_S);
	else if (t < 2 * NS_PER_HOUR)
		snprintf(buf, PHRASE_SIZE, "%" PRId64 " min", t / NS_PER_MIN);
	else if (t < 2 * NS_PER_DAY)
		snprintf(buf, PHRASE_SIZE, "%" PRId64 " h %" PRId64 " min", t / NS_PER_HOUR,
			t / NS_PER_MIN % 60);
	else
		snprintf(buf, PHRASE_SIZE, "%" PRId64 " d %" PRId64 " h", t / NS_PER_DAY,
			t / NS_PER_HOUR % 24);
	return buf;
}

char *phrase_time(nstime t, char buf[PHRASE_SIZE])
{
	char text[NSTIME_RFC3339_SIZE];

	nstime_rfc3339(t, text);
	snprintf(buf, PHRASE_SIZE, "%.10s %.8s", text, text + 11);
	return buf;
}
