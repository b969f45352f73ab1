/* SPDX-License-Identifier: Apache-2.0 */
#include "output/tls_line.h"

#include <stdio.h>

#include "output/tls_cipher.h"

static void seen(
	struct json_writer *w, const char *key, const struct session_record *s, struct str_ref r)
{
	if (str_seen(r))
		json_writer_wire(w, key, record_str(s, r));
}

static void lengths(
	struct json_writer *w, const char *key, const struct session_record *s, struct array_ref a)
{
	const uint16_t *all = record_array(s, a);

	if (a.count == 0)
		return;
	json_writer_array(w, key);
	for (uint32_t i = 0; i < a.count; i++)
		json_writer_uint(w, NULL, all[i]);
	json_writer_end_array(w);
}

void tls_line_session(struct json_writer *w, const struct session_record *s)
{
	const struct session_tls *t = &s->tls;
	size_t mark = json_writer_object(w, "tls"), inner;

	seen(w, "ja4", s, t->ja4);
	if (t->completed != TRI_UNKNOWN)
		json_writer_bool(w, "completed", t->completed == TRI_YES);
	inner = json_writer_object(w, "alerts");
	if (t->alert[FLOW_CLIENT] > 0)
		json_writer_int(w, "client", t->alert[FLOW_CLIENT]);
	if (t->alert[FLOW_SERVER] > 0)
		json_writer_int(w, "server", t->alert[FLOW_SERVER]);
	json_writer_drop_empty(w, inner);
	inner = json_writer_object(w, "record_lengths");
	lengths(w, "client", s, t->lengths[FLOW_CLIENT]);
	lengths(w, "server", s, t->lengths[FLOW_SERVER]);
	json_writer_drop_empty(w, inner);
	json_writer_drop_empty(w, mark);
}

/* Version and cipher suite; one without a name is written as its number. */
static void agreed(struct json_writer *w, const struct session_tls *t)
{
	const char *cipher = tls_cipher_name(t->cipher);
	char number[8];

	if (t->version > 0x0300 && t->version <= 0x0304) {
		snprintf(number, sizeof(number), "1.%d", (t->version & 0xff) - 1);
		json_writer_word(w, "version", number);
		json_writer_word(w, "version_protocol", "tls");
	} else if (t->version == 0x0300) {
		json_writer_word(w, "version", "3.0");
		json_writer_word(w, "version_protocol", "ssl");
	}
	snprintf(number, sizeof(number), "0x%04X", t->cipher);
	json_writer_word(w, "cipher", cipher ? cipher : number);
}

static void names(struct json_writer *w, const char *key, const struct session_record *s,
	uint32_t from, uint32_t to)
{
	const struct str_ref *all = record_array(s, s->tls.names);

	if (from == to)
		return;
	json_writer_array(w, key);
	for (uint32_t i = from; i < to; i++)
		json_writer_wire(w, NULL, record_str(s, all[i]));
	json_writer_end_array(w);
}

static void certificate(struct json_writer *w, const struct session_record *s)
{
	size_t mark;

	json_writer_object(w, "server");
	json_writer_object(w, "x509");
	mark = json_writer_object(w, "subject");
	names(w, "common_name", s, 0, s->tls.common_names);
	json_writer_drop_empty(w, mark);
	names(w, "alternative_names", s, s->tls.common_names, s->tls.names.count);
	json_writer_end_object(w);
	json_writer_end_object(w);
}

void tls_line(struct json_writer *w, const struct session_record *s)
{
	bool yes = s->starttls_used == TRI_YES || s->implicit_tls == TRI_YES;
	size_t mark;

	if (!yes && (s->starttls_used == TRI_UNKNOWN || s->implicit_tls == TRI_UNKNOWN))
		return;
	mark = json_writer_object(w, "tls");
	if (!yes || s->tls.completed != TRI_UNKNOWN)
		json_writer_bool(w, "established", yes && s->tls.completed == TRI_YES);
	if (s->tls.version != 0)
		agreed(w, &s->tls);
	seen(w, "next_protocol", s, s->tls.protocol);
	if (str_seen(s->tls.server_name)) {
		json_writer_object(w, "client");
		seen(w, "server_name", s, s->tls.server_name);
		json_writer_end_object(w);
	}
	if (s->tls.names.count > 0)
		certificate(w, s);
	json_writer_drop_empty(w, mark);
}
