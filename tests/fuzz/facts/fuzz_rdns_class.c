/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is 16 bytes of address and a name. Case and a trailing dot must not matter, and a name
 * that spells its own address must be found to.
 */
#include <stdio.h>
#include <stdlib.h>

#include "facts/embedded_addr.h"
#include "facts/rdns_class.h"

static void demand(bool promise)
{
	if (!promise)
		abort();
}

static void check_own_name(struct org_domains *o, const struct addr *a)
{
	const uint8_t *v4 = a->b + 12;
	char name[128];
	int n = snprintf(
		name, sizeof(name), "x%u-%u-%u-%u.isp.example", v4[3], v4[2], v4[1], v4[0]);

	if (!addr_is_v4(a))
		return;
	demand(rdns_classify(o, span_of(name, (size_t)n), a) == RDNS_GENERIC);
	n = snprintf(
		name, sizeof(name), "x-%02x%02x%02x%02x.isp.example", v4[0], v4[1], v4[2], v4[3]);
	demand(embedded_addr(span_of(name, (size_t)n), a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct org_domains *o;
	struct addr a = {{0}};
	enum rdns_class c;
	char other[253];
	size_t len;

	if (!o)
		o = org_domains_create(NULL, 16);
	if (!o || size < sizeof(a))
		return 0;
	memcpy(a.b, data, sizeof(a));
	data += sizeof(a);
	size -= sizeof(a);
	c = rdns_classify(o, span_of(data, size), &a);
	demand(c != RDNS_NONE && rdns_class_name(c) != NULL);
	check_own_name(o, &a);
	if (size == 0 || size >= sizeof(other) || data[size - 1] == '.')
		return 0;
	for (len = 0; len < size; len++)
		other[len] =
			(char)(data[len] >= 'a' && data[len] <= 'z' ? data[len] - 32 : data[len]);
	other[len++] = '.';
	demand(rdns_classify(o, span_of(other, len), &a) == c);
	return 0;
}
