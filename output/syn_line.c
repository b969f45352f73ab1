/* SPDX-License-Identifier: Apache-2.0 */
#include "output/syn_line.h"

void syn_line(struct json_writer *w, const struct flow_info *f)
{
	static const char *const kinds[] = {
		"eol", "nop", "mss", "ws", "sok", "sack", NULL, NULL, "ts"};
	const struct syn_traits *t = &f->syn;

	if (!t->seen)
		return;
	json_writer_begin_string(w, "syn");
	json_writer_put_word(w, addr_is_v4(&f->client) ? "4:" : "6:");
	json_writer_put_uint(w, t->ttl);
	json_writer_put_word(w, ":");
	if (t->mss > 0)
		json_writer_put_uint(w, t->mss);
	else
		json_writer_put_word(w, "*");
	json_writer_put_word(w, ":");
	json_writer_put_uint(w, t->window);
	json_writer_put_word(w, ",");
	if (t->wscale >= 0)
		json_writer_put_int(w, t->wscale);
	else
		json_writer_put_word(w, "*");
	json_writer_put_word(w, ":");
	for (unsigned int i = 0; i < t->layout_len && i < sizeof(t->layout); i++) {
		uint8_t k = t->layout[i];

		json_writer_put_word(w, i > 0 ? "," : "");
		if (k < sizeof(kinds) / sizeof(kinds[0]) && kinds[k]) {
			json_writer_put_word(w, kinds[k]);
		} else {
			json_writer_put_word(w, "?");
			json_writer_put_uint(w, k);
		}
	}
	json_writer_end_string(w);
}
