/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/smtp_proxy.h"

static void test_lines(void **state)
{
	static const struct {
		const char *args;
		bool bare_lf;
		enum smtp_proxy_kind kind;
		const char *addr;
		unsigned int port;
	} rows[] = {
		{"TCP4 203.0.113.9 198.51.100.25 51000 25", false, SMTP_PROXY_NAMES, "203.0.113.9",
			51000},
		{"TCP6 2001:db8::9 2001:db8::25 0 65535", false, SMTP_PROXY_NAMES, "2001:db8::9",
			0},
		{"TCP6 203.0.113.9 198.51.100.25 1 2", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP6 2001:db8::9 198.51.100.25 1 2", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 ::ffff:203.0.113.9 198.51.100.25 1 2", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP6 ::ffff:203.0.113.9 2001:db8::25 1 2", false, SMTP_PROXY_NAMES, "203.0.113.9",
			1},
		{"UNKNOWN", false, SMTP_PROXY_LOCAL, NULL, 0},
		{"UNKNOWN ffff:f...f:ffff 65535 65535", false, SMTP_PROXY_LOCAL, NULL, 0},
		{"TCP4 203.0.113.9 198.51.100.25 51000 25", true, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 203.0.113.9  198.51.100.25 51000 25", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 203.0.113.9 198.51.100.25 51000 25 x", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 203.0.113.9 198.51.100.25 51000", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 203.0.113.9 198.51.100.25 65536 25", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 203.0.113.9 198.51.100.25 051000 25", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 203.0.113.9 198.51.100.25 +5100 25", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 2001:db8::9 2001:db8::25 51000 25", false, SMTP_PROXY_BAD, NULL, 0},
		{"TCP4 203.0.113.900 198.51.100.25 51000 25", false, SMTP_PROXY_BAD, NULL, 0},
		{"UDP4 203.0.113.9 198.51.100.25 51000 25", false, SMTP_PROXY_BAD, NULL, 0},
		{"tcp4 203.0.113.9 198.51.100.25 51000 25", false, SMTP_PROXY_BAD, NULL, 0},
		{"", false, SMTP_PROXY_BAD, NULL, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smtp_proxy_client r =
			smtp_proxy_line(span_str(rows[i].args), rows[i].bare_lf);
		char text[ADDR_STRLEN];

		assert_int_equal(r.kind, rows[i].kind);
		if (r.kind != SMTP_PROXY_NAMES)
			continue;
		assert_string_equal(addr_format(&r.addr, text), rows[i].addr);
		assert_int_equal(r.port, rows[i].port);
	}
}

#define V4 "\xcb\0\x71\x09\xc6\x33\x64\x19\xc7\x38\0\x19"
#define V6                                           \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09" \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x25" \
	"\xc7\x38\0\x19"
#define ROW(bytes) bytes, sizeof(bytes) - 1

struct header_row {
	uint8_t version, family;
	const char *bytes;
	size_t len;
	enum smtp_proxy_kind kind;
	const char *addr;
};

static const struct header_row header_rows[] = {
	{0x21, 0x11, ROW(V4), SMTP_PROXY_NAMES, "203.0.113.9"},
	{0x21, 0x12, ROW(V4), SMTP_PROXY_NAMES, "203.0.113.9"},
	{0x21, 0x21, ROW(V6), SMTP_PROXY_NAMES, "2001:db8::9"},
	{0x21, 0x22, ROW(V6), SMTP_PROXY_NAMES, "2001:db8::9"},
	{0x20, 0x11, ROW(V4), SMTP_PROXY_LOCAL, NULL},
	{0x20, 0x00, ROW(""), SMTP_PROXY_LOCAL, NULL},
	{0x20, 0x11, ROW("xy"), SMTP_PROXY_LOCAL, NULL}, /* LOCAL: addresses are passed over */
	{0x21, 0x00, ROW(""), SMTP_PROXY_LOCAL, NULL},
	{0x21, 0x00, ROW("\x04\0\2ab"), SMTP_PROXY_LOCAL, NULL},
	{0x11, 0x11, ROW(V4), SMTP_PROXY_BAD, NULL},
	{0x22, 0x11, ROW(V4), SMTP_PROXY_BAD, NULL},
	{0x21, 0x41, ROW(V4), SMTP_PROXY_BAD, NULL},
	{0x21, 0x11, ROW("\xcb\0\x71\x09"), SMTP_PROXY_BAD, NULL},
	{0x21, 0x31, ROW("/run/x"), SMTP_PROXY_BAD, NULL},
	/* TLVs: ALPN, NOOP and UNIQUE_ID; one that is cut; one that claims too much */
	{0x21, 0x11, ROW(V4 "\1\0\4smtp\4\0\0\5\0\2id"), SMTP_PROXY_NAMES, "203.0.113.9"},
	{0x21, 0x11, ROW(V4 "\1\0\4smt"), SMTP_PROXY_BAD, NULL},
	{0x21, 0x11, ROW(V4 "\1\0"), SMTP_PROXY_BAD, NULL},
	{0x21, 0x11,
		ROW(V4 "\1\xff\xff"
		       "abc"),
		SMTP_PROXY_BAD, NULL},
	/* The checksum over this very header, then a wrong one, one of the wrong size, two. */
	{0x21, 0x11, ROW(V4 "\3\0\4\xf3\x60\xc8\x61"), SMTP_PROXY_NAMES, "203.0.113.9"},
	{0x21, 0x11, ROW(V4 "\3\0\4\xf3\x60\xc8\x60"), SMTP_PROXY_BAD, NULL},
	{0x21, 0x11, ROW(V4 "\3\0\3\xf3\x60\xc8"), SMTP_PROXY_BAD, NULL},
	{0x21, 0x11, ROW(V4 "\3\0\4\xf3\x60\xc8\x61\3\0\4\xf3\x60\xc8\x61"), SMTP_PROXY_BAD, NULL},
};

static struct smtp_proxy_client read_header(const struct header_row *row, size_t piece)
{
	uint8_t header[SMTP_PROXY_HEADER];
	struct span rest = span_of(row->bytes, row->len);
	struct smtp_proxy p;

	memcpy(header, SMTP_PROXY_SIGNATURE, 12);
	header[12] = row->version;
	header[13] = row->family;
	header[14] = (uint8_t)(row->len >> 8);
	header[15] = (uint8_t)row->len;
	smtp_proxy_start(&p, header);
	while (rest.len > 0) {
		size_t n = smtp_proxy_bytes(&p, span_head(rest, piece));

		assert_true(n > 0);
		rest = span_skip(rest, n);
	}
	assert_int_equal(p.left, 0);
	return smtp_proxy_end(&p);
}

static void test_headers(void **state)
{
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < sizeof(header_rows) / sizeof(header_rows[0]); i++) {
		for (size_t piece = 1; piece <= header_rows[i].len + 1; piece++) {
			struct smtp_proxy_client r = read_header(&header_rows[i], piece);

			if (r.kind != header_rows[i].kind)
				fail_msg("row %zu is %d", i, (int)r.kind);
			if (r.kind == SMTP_PROXY_NAMES) {
				assert_string_equal(
					addr_format(&r.addr, text), header_rows[i].addr);
				assert_int_equal(r.port, 51000);
			}
		}
	}
}

/* UNIX addresses take 216 bytes; what is behind the header is not taken; a gap spoils it. */
static void test_lengths(void **state)
{
	static const uint8_t unix_header[] = SMTP_PROXY_SIGNATURE "\x21\x31\0\xdb";
	static const uint8_t v4_header[] = SMTP_PROXY_SIGNATURE "\x21\x11\0\x0c";
	uint8_t bytes[300] = {0};
	struct smtp_proxy p;

	bytes[216] = 4; /* a NOOP behind them */
	smtp_proxy_start(&p, unix_header);
	assert_int_equal(smtp_proxy_bytes(&p, span_of(bytes, sizeof(bytes))), 219);
	assert_int_equal(smtp_proxy_bytes(&p, span_of(bytes, sizeof(bytes))), 0);
	assert_int_equal(smtp_proxy_end(&p).kind, SMTP_PROXY_LOCAL);

	smtp_proxy_start(&p, v4_header);
	assert_int_equal(smtp_proxy_bytes(&p, span_of(V4, 3)), 3);
	smtp_proxy_gap(&p, 5);
	assert_int_equal(smtp_proxy_bytes(&p, span_of(V4, 12)), 4);
	assert_int_equal(smtp_proxy_end(&p).kind, SMTP_PROXY_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
