/* SPDX-License-Identifier: Apache-2.0 */
#include "app/setting_value.h"

#include <string.h>

int setting_value_int(const char *text, int64_t *ret)
{
	bool minus = *text == '-';
	const char *p = text + (minus || *text == '+');
	int64_t v = 0;

	if (*p == '\0')
		return -1;
	for (; *p; p++) {
		if (*p < '0' || *p > '9' || v > (INT64_MAX - 9) / 10)
			return -1;
		v = v * 10 + (*p - '0');
	}
	*ret = minus ? -v : v;
	return 1;
}

int setting_value_size(const char *text, uint64_t bare_unit, uint64_t *ret)
{
	static const struct {
		const char *suffix;
		uint64_t factor;
	} units[] = {
		{"B", 1},
		{"K", 1 << 10},
		{"KB", 1 << 10},
		{"KiB", 1 << 10},
		{"M", 1 << 20},
		{"MB", 1 << 20},
		{"MiB", 1 << 20},
		{"G", 1 << 30},
		{"GB", 1 << 30},
		{"GiB", 1 << 30},
	};
	size_t digits = strspn(text, "0123456789");
	uint64_t factor = 0, v = 0;

	if (digits == 0 || digits > 15)
		return -1;
	for (size_t i = 0; i < digits; i++)
		v = v * 10 + (uint64_t)(text[i] - '0');
	if (text[digits] == '\0')
		factor = bare_unit;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcasecmp(text + digits, units[i].suffix) == 0)
			factor = units[i].factor;
	if (factor == 0 || v > UINT64_MAX / factor)
		return -1;
	*ret = v * factor;
	return 1;
}

int setting_value_bool(const char *text, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{"true", true},
		{"yes", true},
		{"on", true},
		{"false", false},
		{"no", false},
		{"off", false},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*ret = words[i].value;
			return 1;
		}
	}
	return -1;
}

int setting_value_cidr(const char *text, struct cidr *ret)
{
	return cidr_parse(span_str(text), ret);
}

int setting_value_domain(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > 253 || text[0] == '.' || text[0] == '-' || strstr(text, ".."))
		return -1;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '-' || c == '.' || c == '_'))
			return -1;
	}
	return 1;
}
