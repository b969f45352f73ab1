/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_tls.h"

#define ALERT 0x15
#define APPLICATION_DATA 0x17

/* An alert of TLS 1.3: two bytes, the inner type and a tag of 16 in application data. */
#define ALERT_LENGTH 19

static bool is_alert(const uint8_t header[5])
{
	uint32_t len = (uint32_t)header[3] << 8 | header[4];

	return header[0] == ALERT || (header[0] == APPLICATION_DATA && len <= ALERT_LENGTH);
}

static bool is_header(const uint8_t header[5])
{
	return header[0] >= 0x14 && header[0] <= 0x18 && header[1] == 3;
}

bool smtp_tls_turn(struct smtp_tls *t, struct span bytes)
{
	bool turn = false;

	while (bytes.len > 0 && !t->lost) {
		size_t n = bytes.len < t->left ? bytes.len : t->left;

		if (n > 0) {
			bytes = span_skip(bytes, n);
			t->left -= (uint32_t)n;
			continue;
		}
		t->header[t->have++] = bytes.p[0];
		bytes = span_skip(bytes, 1);
		if (t->have < sizeof(t->header))
			continue;
		t->have = 0;
		t->left = (uint32_t)t->header[3] << 8 | t->header[4];
		t->lost = !is_header(t->header);
		turn = turn || t->lost || !is_alert(t->header);
	}
	return turn || (t->lost && bytes.len > 0);
}
