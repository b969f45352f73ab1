/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS of both sides: two bytes of length, of which the highest bit says that the server sends, then
 * so many bytes. What is seen must be the same in single bytes. The hello and certificate parsers
 * also get the input as it is.
 */
#include <stdlib.h>

#include "smtp_decode/tls_certificate.h"
#include "smtp_decode/tls_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct record_builder whole, single;

static void watch(struct record_builder *b, struct span in, bool bytes)
{
	struct session_record *r = record_begin(b, RECORD_SESSION, sizeof(*r));
	struct smtp_blocks blocks;
	struct tls_watch *w;

	smtp_blocks_init(&blocks);
	w = tls_watch_create(&blocks);
	if (!w)
		abort();
	while (in.len > 2) {
		enum flow_dir dir = in.p[0] & 0x80 ? FLOW_SERVER : FLOW_CLIENT;
		size_t n = (size_t)(in.p[0] & 0x7f) << 8 | in.p[1];
		struct span now = span_head(span_skip(in, 2), n);

		in = span_skip(in, 2 + now.len);
		if (n == 0x7fff)
			tls_watch_gap(w, dir);
		while (now.len > 0) {
			n = bytes ? 1 : now.len;
			tls_watch_bytes(w, dir, span_head(now, n));
			now = span_skip(now, n);
		}
	}
	tls_watch_fill(w, in.len > 0 && in.p[0] & 1, b, &r->tls);
	record_end(b);
	tls_watch_destroy(w);
	smtp_blocks_finish(&blocks);
}

static bool on_name(void *cookie, enum tls_name kind, struct span name)
{
	if (name.len == 0)
		abort();
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct tls_client_hello client;
	struct tls_server_hello server;
	char ja4[TLS_JA4_LENGTH];

	if (!whole.block && (record_builder_init(&whole) < 0 || record_builder_init(&single) < 0))
		abort();
	watch(&whole, in, false);
	watch(&single, in, true);
	if (whole.len != single.len || memcmp(whole.block, single.block, whole.len) != 0)
		abort();
	in = span_head(in, LIMIT_TLS_HANDSHAKE);
	if (tls_client_hello_parse(in, &client) == 1)
		tls_ja4(&client, ja4);
	tls_server_hello_parse(in, &server);
	tls_certificate_names(in, on_name, NULL);
	return 0;
}
