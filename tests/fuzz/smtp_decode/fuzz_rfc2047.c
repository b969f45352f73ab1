/* SPDX-License-Identifier: Apache-2.0 */
/* Header texts: what is cut is the beginning of what is not. Dates and ids are read beside them. */
#include <stdlib.h>

#include "smtp_decode/header_date.h"
#include "smtp_decode/header_msgid.h"
#include "smtp_decode/mime_param.h"
#include "smtp_decode/rfc2047.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct charsets *cs;
	static char whole[ROOM], cut[ROOM];
	struct span text = span_of(data, size);
	size_t n, some;
	nstime t;

	if (!cs)
		cs = charsets_create();
	n = rfc2047_decode(cs, text, whole, sizeof(whole));
	for (size_t room = 0; room < 40; room += 7) {
		some = rfc2047_decode(cs, text, cut, room);
		if (some > room || some > n || memcmp(whole, cut, some) != 0)
			abort();
	}
	if (header_date_parse(text, &t) == 1 && t < 0)
		abort();
	header_msgid_is_valid(text);
	mime_param_get(text, "boundary", cut, 70);
	mime_param_token(text, cut, 70);
	return 0;
}
