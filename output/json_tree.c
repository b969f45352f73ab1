/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json_tree.h"

#include <stdlib.h>

#include "output/wire_text.h"

json_t *json_tree_wire(struct span s)
{
	char stack[512], *text = stack;
	json_t *j;

	if (WIRE_TEXT_MAX(s.len) > sizeof(stack)) {
		text = malloc(WIRE_TEXT_MAX(s.len));
		if (!text)
			return NULL;
	}
	j = json_stringn(text, wire_text_utf8(s, text));
	if (text != stack)
		free(text);
	return j;
}

json_t *json_tree_time(nstime t)
{
	char text[NSTIME_RFC3339_SIZE];

	return json_string(nstime_rfc3339(t, text));
}

json_t *json_tree_addr(const struct addr *a)
{
	char text[ADDR_STRLEN];

	return json_string(addr_format(a, text));
}

json_t *json_tree_hex(const uint8_t *p, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	char text[64];
	size_t n = 0;

	for (size_t i = 0; i < len && n + 2 <= sizeof(text); i++) {
		text[n++] = hex[p[i] >> 4];
		text[n++] = hex[p[i] & 15];
	}
	return json_stringn(text, n);
}

json_t *json_tree_hex64(uint64_t v)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(v >> (56 - 8 * i));
	return json_tree_hex(b, sizeof(b));
}

void json_tree_set_path(json_t *root, const char *path, uint64_t v)
{
	const char *dot;
	json_t *at = root;

	while ((dot = strchr(path, '.')) != NULL) {
		json_t *next = json_object_getn(at, path, (size_t)(dot - path));

		if (!next) {
			next = json_object();
			if (json_object_setn_new(at, path, (size_t)(dot - path), next) != 0)
				return;
		}
		at = next;
		path = dot + 1;
	}
	json_object_set_new(at, path, json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v));
}

static int append(const char *p, size_t n, void *cookie)
{
	struct json_writer *w = cookie;

	json_writer_put_raw(w, p, n);
	return w->failed ? -1 : 0;
}

void json_tree_write(struct json_writer *w, const char *key, json_t *tree)
{
	json_writer_raw(w, key, "", 0);
	if (!tree || json_dump_callback(tree, append, w, JSON_COMPACT | JSON_ENSURE_ASCII) != 0)
		w->failed = true;
	json_decref(tree);
}
