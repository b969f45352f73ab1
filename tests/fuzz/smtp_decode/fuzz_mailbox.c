/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "smtp_decode/mailbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct span s, const void *p, size_t len)
{
	if (s.len > 0 && (s.p < (const uint8_t *)p || s.p + s.len > (const uint8_t *)p + len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span list = span_of(data, size);
	struct mailbox m = mailbox_split(list);
	struct mailbox_item item;
	char buf[LIMIT_MAILBOX];

	check_inside(m.local, data, size);
	check_inside(m.domain, data, size);
	check_inside(mailbox_origin_domain(list, buf), buf, sizeof(buf));
	check_inside(mailbox_domain(list, buf), buf, sizeof(buf));
	while (list.len > 0) {
		size_t before = list.len;

		if (mailbox_next(&list, &item) == 0)
			break;
		if (list.len >= before)
			abort();
		check_inside(item.name, data, size);
		check_inside(item.addr, item.buf, sizeof(item.buf));
	}
	return 0;
}
