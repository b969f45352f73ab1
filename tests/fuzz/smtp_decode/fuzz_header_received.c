/* SPDX-License-Identifier: Apache-2.0 */
/* A Received field: what it says lies within it, and the address is a token of it. */
#include <stdlib.h>

#include "smtp_decode/header_received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct span s, const uint8_t *p, size_t len)
{
	if (s.len > 0 && (s.p < p || s.p + s.len > p + len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header_received r;

	header_received_parse(span_of(data, size), &r);
	check_inside(r.from, data, size);
	check_inside(r.by, data, size);
	check_inside(r.with, data, size);
	if (r.has_ip && r.from.len == 0 && !memmem(data, size, "(", 1))
		abort();
	return 0;
}
