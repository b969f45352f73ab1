/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/tls_ja4.h"

#include <openssl/sha.h>
#include <stdlib.h>

#include "base/limits.h"

#define MOST (LIMIT_TLS_HANDSHAKE / 2) /* numbers that a hello has room for */
#define SHOWN 12                       /* hexadecimal digits of a digest */

struct list {
	size_t count;
	uint16_t numbers[MOST];
};

/* Numbers in hexadecimal, commas between. */
struct text {
	size_t len;
	char bytes[2 * 5 * MOST];
};

static const char digits[] = "0123456789abcdef";

static void add(struct list *l, uint16_t n)
{
	if (!tls_is_grease(n) && l->count < MOST)
		l->numbers[l->count++] = n;
}

static void add_all(struct list *l, struct span numbers)
{
	l->count = 0;
	for (size_t i = 0; i < numbers.len / 2; i++)
		add(l, tls_number(numbers, i));
}

static int ascending(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static void put_list(struct text *t, const struct list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		if (i > 0)
			t->bytes[t->len++] = ',';
		for (int shift = 12; shift >= 0; shift -= 4)
			t->bytes[t->len++] = digits[l->numbers[i] >> shift & 15];
	}
}

static void put_digest(const struct text *t, char ret[SHOWN])
{
	uint8_t sum[SHA256_DIGEST_LENGTH];

	memset(ret, '0', SHOWN);
	if (t->len == 0)
		return;
	SHA256((const uint8_t *)t->bytes, t->len, sum);
	for (size_t i = 0; i < SHOWN; i++)
		ret[i] = digits[sum[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

static void put_count(size_t n, char ret[2])
{
	n = n < 99 ? n : 99;
	ret[0] = (char)('0' + n / 10);
	ret[1] = (char)('0' + n % 10);
}

static void put_version(const struct tls_client_hello *h, struct list *scratch, char ret[2])
{
	static const struct {
		uint16_t version;
		char text[3];
	} rows[] = {{0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"}, {0x0300, "s3"},
		{0x0002, "s2"}};
	uint16_t highest = h->version;

	add_all(scratch, h->versions);
	for (size_t i = 0; i < scratch->count; i++) {
		if (i == 0 || scratch->numbers[i] > highest)
			highest = scratch->numbers[i];
	}
	memcpy(ret, "00", 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].version == highest)
			memcpy(ret, rows[i].text, 2);
	}
}

static bool is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Where an end of the value is no letter or digit, the ends of its hexadecimal form stand for it.
 */
static void put_protocol(struct span alpn, char ret[2])
{
	uint8_t first, last;

	memcpy(ret, "00", 2);
	if (alpn.len == 0)
		return;
	first = alpn.p[0];
	last = alpn.p[alpn.len - 1];
	if (is_alphanumeric(first) && is_alphanumeric(last)) {
		ret[0] = (char)first;
		ret[1] = (char)last;
	} else {
		ret[0] = digits[first >> 4];
		ret[1] = digits[last & 15];
	}
}

/* All extensions count; the digest leaves out those that hang on whom the client talks to. */
static size_t list_extensions(struct span extensions, struct list *l)
{
	struct span data;
	uint16_t type;
	size_t count = 0;

	l->count = 0;
	while (tls_extension_next(&extensions, &type, &data)) {
		count += !tls_is_grease(type);
		if (type != TLS_SERVER_NAME && type != TLS_ALPN)
			add(l, type);
	}
	return count;
}

void tls_ja4(const struct tls_client_hello *h, char ret[TLS_JA4_LENGTH])
{
	struct list l;
	struct text t = {.len = 0};

	ret[0] = 't';
	put_version(h, &l, ret + 1);
	ret[3] = h->names_server ? 'd' : 'i';
	add_all(&l, h->ciphers);
	put_count(l.count, ret + 4);
	qsort(l.numbers, l.count, sizeof(l.numbers[0]), ascending);
	put_list(&t, &l);
	ret[10] = '_';
	put_digest(&t, ret + 11);

	t.len = 0;
	put_count(list_extensions(h->extensions, &l), ret + 6);
	put_protocol(h->protocol, ret + 8);
	qsort(l.numbers, l.count, sizeof(l.numbers[0]), ascending);
	put_list(&t, &l);
	add_all(&l, h->signature_algorithms);
	if (t.len > 0 && l.count > 0) {
		t.bytes[t.len++] = '_';
		put_list(&t, &l);
	}
	ret[23] = '_';
	put_digest(&t, ret + 24);
}
