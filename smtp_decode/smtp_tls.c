/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_tls.h"

/* An alert of TLS 1.3: two bytes, the inner type and a tag of 16 in application data. */
#define ALERT_LENGTH 19

static bool is_header(const uint8_t header[5])
{
	return header[0] >= 0x14 && header[0] <= 0x18 && header[1] == 3;
}

int smtp_tls_next(struct smtp_tls *t, struct span *in, struct span *ret_fragment)
{
	*ret_fragment = span_head(*in, t->left);
	if (t->left > 0) {
		*in = span_skip(*in, ret_fragment->len);
		t->left -= (uint32_t)ret_fragment->len;
		return 0;
	}
	while (in->len > 0) {
		t->header[t->have++] = in->p[0];
		*in = span_skip(*in, 1);
		if (t->have < sizeof(t->header))
			continue;
		t->have = 0;
		t->left = (uint32_t)t->header[3] << 8 | t->header[4];
		t->lost = !is_header(t->header);
		return 1;
	}
	return 0;
}

bool smtp_tls_is_alert(const struct smtp_tls *t)
{
	return t->header[0] == SMTP_TLS_ALERT ||
	       (t->header[0] == SMTP_TLS_APPLICATION_DATA && t->left <= ALERT_LENGTH);
}

bool smtp_tls_turn(struct smtp_tls *t, struct span bytes)
{
	struct span fragment;
	bool turn = false;

	while (bytes.len > 0 && !t->lost) {
		if (smtp_tls_next(t, &bytes, &fragment) == 1)
			turn = turn || t->lost || !smtp_tls_is_alert(t);
	}
	return turn || (t->lost && bytes.len > 0);
}
