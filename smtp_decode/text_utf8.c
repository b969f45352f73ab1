/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_utf8.h"

size_t text_utf8_get(const uint8_t *p, size_t len, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = text_utf8_len(p[0]);
	uint32_t cp;

	*ret = p[0];
	if (n == 1 || n > len)
		return 1;
	cp = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		cp = cp << 6 | (p[i] & 0x3f);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return 1;
	*ret = cp;
	return n;
}
