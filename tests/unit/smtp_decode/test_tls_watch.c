/* SPDX-License-Identifier: Apache-2.0 */
/* Handshakes that OpenSSL makes, watched whole, byte by byte, and with every record cut in two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "smtp_decode/tls_watch.h"

#define MOST 65536
#define NAMES "DNS:mx1.corp.example,DNS:mx2.corp.example,IP:192.0.2.25"

/* What one side sent, and at which turn. */
struct turn {
	enum flow_dir dir;
	size_t len;
	uint8_t bytes[MOST];
};

struct handshake {
	size_t count;
	struct turn turns[16];
};

struct options {
	int version;
	const char *server_name;
	bool retry, refuses;
	int chain; /* further certificates that the server sends */
};

struct result {
	struct record_builder records;
	struct session_record *r;
};

static struct handshake played; /* large */
static const char *alternative_names = NAMES;

static X509 *certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *names =
		X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alternative_names);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_ASC, (const uint8_t *)"mx1.corp.example", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_add_ext(x, names, -1);
	X509_EXTENSION_free(names);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static int choose_protocol(SSL *ssl, const uint8_t **out, uint8_t *len, const uint8_t *in,
	unsigned int in_len, void *arg)
{
	return SSL_select_next_proto((uint8_t **)out, len, (const uint8_t *)"\x04smtp", 5, in,
		       in_len) == OPENSSL_NPN_NEGOTIATED
		       ? SSL_TLSEXT_ERR_OK
		       : SSL_TLSEXT_ERR_NOACK;
}

static SSL_CTX *server_context(const struct options *o)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = certificate(key);

	SSL_CTX_use_certificate(ctx, x);
	SSL_CTX_use_PrivateKey(ctx, key);
	for (int i = 0; i < o->chain; i++)
		assert_int_equal(SSL_CTX_add_extra_chain_cert(ctx, certificate(key)), 1);
	SSL_CTX_set_max_proto_version(ctx, o->version);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	if (o->retry) /* the client's first guess is another group */
		assert_int_equal(SSL_CTX_set1_groups_list(ctx, "P-384"), 1);
	X509_free(x);
	EVP_PKEY_free(key);
	return ctx;
}

/* What `ssl` has written since, as one turn. */
static bool collect(SSL *ssl, enum flow_dir dir, SSL *peer)
{
	struct turn *t = &played.turns[played.count];
	int n = BIO_read(SSL_get_wbio(ssl), t->bytes, MOST);

	if (n <= 0)
		return false;
	t->dir = dir;
	t->len = (size_t)n;
	BIO_write(SSL_get_rbio(peer), t->bytes, n);
	assert_true(++played.count < 16);
	return true;
}

static void attach(SSL *ssl)
{
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
}

static void play(const struct options *o)
{
	SSL_CTX *cctx = SSL_CTX_new(TLS_client_method()), *sctx = server_context(o);
	SSL *client = SSL_new(cctx), *server = SSL_new(sctx);
	char text[64];
	bool more = true;

	played.count = 0;
	attach(client);
	attach(server);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	SSL_set_alpn_protos(client, (const uint8_t *)"\x04smtp", 5);
	if (o->server_name)
		SSL_set_tlsext_host_name(client, o->server_name);
	if (o->refuses)
		SSL_set_verify(client, SSL_VERIFY_PEER, NULL);
	while (more) {
		SSL_do_handshake(client);
		more = collect(client, FLOW_CLIENT, server);
		SSL_do_handshake(server);
		more = collect(server, FLOW_SERVER, client) || more;
	}
	if (!o->refuses) {
		assert_int_equal(SSL_write(client, "EHLO client\r\n", 13), 13);
		collect(client, FLOW_CLIENT, server);
		assert_int_equal(SSL_read(server, text, sizeof(text)), 13);
		assert_int_equal(SSL_write(server, "250 mx1\r\n", 9), 9);
		collect(server, FLOW_SERVER, client);
	}
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(cctx);
	SSL_CTX_free(sctx);
}

/* Gives what was played in pieces of `piece` bytes; of side `lost` all behind `from` is lost. */
static void watch(struct result *res, size_t piece, int lost, size_t from)
{
	struct smtp_blocks blocks;
	struct tls_watch *w;
	size_t sent[2] = {0, 0};

	smtp_blocks_init(&blocks);
	w = tls_watch_create(&blocks);
	assert_non_null(w);
	for (size_t i = 0; i < played.count; i++) {
		const struct turn *t = &played.turns[i];
		struct span s = span_of(t->bytes, t->len);

		while (s.len > 0) {
			struct span now = span_head(s, piece);

			s = span_skip(s, now.len);
			sent[t->dir] += now.len;
			if ((int)t->dir == lost && sent[t->dir] > from)
				tls_watch_gap(w, t->dir);
			else
				tls_watch_bytes(w, t->dir, now);
		}
	}
	res->r = record_begin(&res->records, RECORD_SESSION, sizeof(*res->r));
	tls_watch_fill(w, false, &res->records, &res->r->tls);
	record_end(&res->records);
	tls_watch_destroy(w);
	smtp_blocks_finish(&blocks); /* asserts that all blocks are back */
}

static void check(const struct result *res, struct str_ref s, const char *want)
{
	assert_true(span_eq_str(record_str(res->r, s), want));
}

static void check_agreed(const struct result *res, const struct options *o)
{
	const struct session_tls *t = &res->r->tls;
	const struct str_ref *names = record_array(res->r, t->names);
	bool old = o->version < TLS1_3_VERSION;

	assert_int_equal(t->version, o->version);
	assert_int_equal(t->cipher, old ? 0xc02c : 0x1302);
	check(res, t->server_name, o->server_name ? o->server_name : "");
	check(res, t->protocol, old ? "smtp" : "");
	assert_int_equal(t->names.count, old ? 3 : 0);
	assert_int_equal(t->common_names, old ? 1 : 0);
	for (uint32_t i = 0; i < t->names.count; i++)
		check(res, names[i], i == 2 ? "mx2.corp.example" : "mx1.corp.example");
	assert_true(span_istarts(record_str(res->r, t->ja4), o->server_name ? "t13d" : "t13i"));
	assert_memory_equal(record_str(res->r, t->ja4).p + 8, "sp", 2);
}

static void check_all_cuts(const struct options *o)
{
	static const size_t pieces[] = {1, 2, 3, 5, 7, 100};
	struct result whole, cut;

	assert_int_equal(record_builder_init(&whole.records), 1);
	assert_int_equal(record_builder_init(&cut.records), 1);
	play(o);
	watch(&whole, MOST, -1, 0);
	check_agreed(&whole, o);
	assert_int_equal(whole.r->tls.completed, o->refuses ? TRI_NO : TRI_YES);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		watch(&cut, pieces[i], -1, 0);
		assert_int_equal(cut.r->r.size, whole.r->r.size);
		assert_memory_equal(cut.r, whole.r, whole.r->r.size);
	}
	record_builder_finish(&whole.records);
	record_builder_finish(&cut.records);
}

static void test_tls_1_2(void **state)
{
	check_all_cuts(&(struct options){TLS1_2_VERSION, "mx1.corp.example", false, false, 0});
	check_all_cuts(&(struct options){TLS1_2_VERSION, NULL, false, false, 0});
}

static void test_tls_1_3(void **state)
{
	check_all_cuts(&(struct options){TLS1_3_VERSION, "mx1.corp.example", false, false, 0});
	check_all_cuts(&(struct options){TLS1_3_VERSION, NULL, false, false, 0});
}

/* The server asks for another hello: the fingerprint is the first one's. */
static void test_retry(void **state)
{
	check_all_cuts(&(struct options){TLS1_3_VERSION, "mx1.corp.example", true, false, 0});
	assert_true(played.turns[1].len < 200); /* that is what it was */
}

/* The client does not like the certificate. It says so in clear, or in its first record. */
static void test_refused(void **state)
{
	struct result res;

	check_all_cuts(&(struct options){TLS1_3_VERSION, NULL, false, true, 0});
	check_all_cuts(&(struct options){TLS1_2_VERSION, NULL, false, true, 0});
	assert_int_equal(record_builder_init(&res.records), 1);
	watch(&res, MOST, -1, 0);
	assert_true(res.r->tls.alert[FLOW_CLIENT] > 0);
	assert_int_equal(res.r->tls.alert[FLOW_SERVER], 0);
	record_builder_finish(&res.records);
}

/* Lengths of application data: what was written, and what the cipher adds. */
static void test_lengths(void **state)
{
	struct result res;
	const uint16_t *lengths;

	assert_int_equal(record_builder_init(&res.records), 1);
	play(&(struct options){TLS1_2_VERSION, NULL, false, false, 0});
	watch(&res, MOST, -1, 0);
	lengths = record_array(res.r, res.r->tls.lengths[FLOW_CLIENT]);
	assert_int_equal(res.r->tls.lengths[FLOW_CLIENT].count, 1);
	assert_int_equal(lengths[0], 13 + 24);
	lengths = record_array(res.r, res.r->tls.lengths[FLOW_SERVER]);
	assert_int_equal(res.r->tls.lengths[FLOW_SERVER].count, 1);
	assert_int_equal(lengths[0], 9 + 24);
	record_builder_finish(&res.records);
}

/* Wherever one side's bytes are lost: what was seen whole before it stands, the rest is unknown. */
static void test_gaps(void **state)
{
	struct result res;

	assert_int_equal(record_builder_init(&res.records), 1);
	play(&(struct options){TLS1_2_VERSION, "mx1.corp.example", false, false, 0});
	for (size_t from = 0; from < played.turns[0].len; from++) {
		watch(&res, 1, FLOW_CLIENT, from);
		assert_false(str_seen(res.r->tls.ja4));
		assert_false(str_seen(res.r->tls.server_name));
		assert_int_equal(res.r->tls.version, TLS1_2_VERSION);
	}
	watch(&res, 1, FLOW_CLIENT, played.turns[0].len);
	assert_true(str_seen(res.r->tls.ja4));
	for (size_t from = 0; from < played.turns[1].len; from += 3)
		watch(&res, 1, FLOW_SERVER, from);
	watch(&res, 1, FLOW_SERVER, 0);
	assert_int_equal(res.r->tls.version, 0);
	assert_int_equal(res.r->tls.names.count, 0);
	record_builder_finish(&res.records);
}

/* A hello in records of a few bytes each, with another message in front of it in its record. */
static void test_records(void **state)
{
	const struct turn *first = &played.turns[0];
	struct smtp_blocks blocks;
	struct session_tls seen = {0};
	struct result res;
	struct tls_watch *w;

	play(&(struct options){TLS1_2_VERSION, "mx1.corp.example", false, false, 0});
	smtp_blocks_init(&blocks);
	w = tls_watch_create(&blocks);
	for (size_t i = 5; i < first->len; i += 3) {
		uint8_t record[8] = {SMTP_TLS_HANDSHAKE, 3, 1, 0, 3};
		size_t n = first->len - i < 3 ? first->len - i : 3;

		record[4] = (uint8_t)n;
		memcpy(record + 5, first->bytes + i, n);
		tls_watch_bytes(w, FLOW_CLIENT, span_of(record, 5 + n));
	}
	assert_int_equal(record_builder_init(&res.records), 1);
	res.r = record_begin(&res.records, RECORD_SESSION, sizeof(*res.r));
	tls_watch_fill(w, false, &res.records, &seen);
	check(&res, seen.server_name, "mx1.corp.example");
	tls_watch_destroy(w);
	smtp_blocks_finish(&blocks);
	record_builder_finish(&res.records);
}

/* An alert in clear is two bytes long; what is longer says nothing, not at its end either. */
static void test_long_alert(void **state)
{
	static const uint8_t bytes[] = {SMTP_TLS_ALERT, 3, 1, 0, 4, 1, 1, 2, 48};
	struct smtp_blocks blocks;
	struct tls_watch *w;

	for (size_t piece = 1; piece <= sizeof(bytes); piece++) {
		smtp_blocks_init(&blocks);
		w = tls_watch_create(&blocks);
		for (size_t at = 0; at < sizeof(bytes); at += piece)
			tls_watch_bytes(w, FLOW_CLIENT,
				span_head(span_of(bytes + at, sizeof(bytes) - at), piece));
		assert_int_equal(w->sides[FLOW_CLIENT].description, 0);
		assert_false(w->sides[FLOW_CLIENT].fatal);
		tls_watch_destroy(w);
		smtp_blocks_finish(&blocks);
	}
}

/* A hello over the cap is unknown, and counted. */
static void test_capped(void **state)
{
	static uint8_t bytes[5 + 4 + LIMIT_TLS_HANDSHAKE + 1];
	struct smtp_blocks blocks;
	struct tls_watch *w;

	smtp_blocks_init(&blocks);
	w = tls_watch_create(&blocks);
	memcpy(bytes,
		(uint8_t[]){0x16, 3, 1, (sizeof(bytes) - 5) >> 8, (sizeof(bytes) - 5) & 255, 1, 0,
			(sizeof(bytes) - 9) >> 8, (sizeof(bytes) - 9) & 255},
		9);
	tls_watch_bytes(w, FLOW_CLIENT, span_of(bytes, sizeof(bytes)));
	assert_int_equal(w->capped, 1);
	assert_false(w->ja4_seen);
	assert_true(w->sides[FLOW_CLIENT].done);
	tls_watch_destroy(w);
	smtp_blocks_finish(&blocks);
}

/* What is played, as far as its first `turns`. */
static struct tls_watch *watch_turns(struct smtp_blocks *blocks, size_t turns)
{
	struct tls_watch *w;

	smtp_blocks_init(blocks);
	w = tls_watch_create(blocks);
	for (size_t i = 0; i < turns; i++)
		tls_watch_bytes(w, played.turns[i].dir,
			span_of(played.turns[i].bytes, played.turns[i].len));
	return w;
}

static uint8_t completed_after(size_t turns, bool whole)
{
	struct smtp_blocks blocks;
	struct tls_watch *w = watch_turns(&blocks, turns);
	struct record_builder records;
	struct session_tls seen = {0};

	assert_int_equal(record_builder_init(&records), 1);
	record_begin(&records, RECORD_SESSION, sizeof(struct session_record));
	tls_watch_fill(w, whole, &records, &seen);
	record_builder_finish(&records);
	tls_watch_destroy(w);
	smtp_blocks_finish(&blocks);
	return seen.completed;
}

/* A handshake that is cut short is not known to be complete, and where its connection ended there
 * it is not. */
static void test_cut_short(void **state)
{
	static const struct options o[] = {{TLS1_2_VERSION, "mx1.corp.example", false, false, 0},
		{TLS1_3_VERSION, NULL, false, false, 0}, {TLS1_3_VERSION, NULL, true, false, 0}};

	for (size_t i = 0; i < sizeof(o) / sizeof(o[0]); i++) {
		size_t turns = 0;

		play(&o[i]);
		while (completed_after(turns, false) == TRI_UNKNOWN) {
			assert_int_equal(completed_after(turns, true), TRI_NO);
			turns++;
		}
		/* the hellos (a retry has two more), the client's Finished, the older server's */
		assert_int_equal(
			turns, o[i].version == TLS1_2_VERSION || o[i].retry ? 4 + o[i].retry : 3);
		for (; turns <= played.count; turns++)
			assert_int_equal(completed_after(turns, true), TRI_YES);
	}
}

/* `capped` and the names of a server with certificates like these. */
static void check_capped(const char *names, int chain, uint32_t capped, size_t count)
{
	struct smtp_blocks blocks;
	struct tls_watch *w;

	alternative_names = names;
	play(&(struct options){TLS1_2_VERSION, "mx1.corp.example", false, false, chain});
	alternative_names = NAMES;
	w = watch_turns(&blocks, played.count);
	assert_int_equal(w->names_count, count);
	assert_int_equal(w->capped, capped);
	tls_watch_destroy(w);
	smtp_blocks_finish(&blocks);
}

/* Names of a certificate beyond the cap are counted as what was not looked at, and so is one that
 * is too long; a chain is not, where the server's own was read. */
static void test_certificates(void **state)
{
	static char many[300 * 24];
	char *p = many;

	for (int i = 0; i < 300; i++) {
		p += sprintf(p, "%sDNS:h%d.corp.example", i ? "," : "", i);
		if (i == 29)
			check_capped(many, 0, 1, LIMIT_TLS_NAMES);
	}
	check_capped(many, 0, 1, 0);
	check_capped(NAMES, 20, 0, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls_1_2),
		cmocka_unit_test(test_tls_1_3),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_long_alert),
		cmocka_unit_test(test_capped),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
