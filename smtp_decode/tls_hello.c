/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/tls_hello.h"

#define RANDOM_LENGTH 32

/* RFC 8446 4.1.3: the random of a HelloRetryRequest, SHA-256 of that word. */
static const uint8_t retry_random[RANDOM_LENGTH] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
	0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c,
	0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/* Takes `n` bytes off the front of `*s`. False where it is shorter. */
static bool take(struct span *s, size_t n, struct span *ret)
{
	if (s->len < n)
		return false;
	*ret = span_head(*s, n);
	*s = span_skip(*s, n);
	return true;
}

static bool take_number(struct span *s, size_t bytes, uint16_t *ret)
{
	struct span n;

	if (!take(s, bytes, &n))
		return false;
	*ret = bytes == 1 ? n.p[0] : tls_number(n, 0);
	return true;
}

/* A vector (RFC 8446 3.4) whose length stands in `bytes` bytes. */
static bool take_vector(struct span *s, size_t bytes, struct span *ret)
{
	uint16_t n;

	return take_number(s, bytes, &n) && take(s, n, ret);
}

/* A vector of two-byte numbers; one of another length counts as empty. */
static struct span numbers(struct span data, size_t length_bytes)
{
	struct span list;

	if (!take_vector(&data, length_bytes, &list) || list.len % 2 != 0)
		return span_of(NULL, 0);
	return list;
}

bool tls_extension_next(struct span *extensions, uint16_t *ret_type, struct span *ret_data)
{
	struct span s = *extensions, data;
	uint16_t type;

	if (!take_number(&s, 2, &type) || !take_vector(&s, 2, &data))
		return false;
	*extensions = s;
	*ret_type = type;
	*ret_data = data;
	return true;
}

/* RFC 6066 3: the first entry, where it is a host name. */
static struct span server_name(struct span data)
{
	struct span list, name;
	uint16_t type;

	if (take_vector(&data, 2, &list) && take_number(&list, 1, &type) && type == 0 &&
		take_vector(&list, 2, &name))
		return name;
	return span_of(NULL, 0);
}

/* RFC 7301 3.1 */
static struct span first_protocol(struct span data)
{
	struct span list, name;

	if (take_vector(&data, 2, &list) && take_vector(&list, 1, &name))
		return name;
	return span_of(NULL, 0);
}

/* The extensions block, which old hellos leave out. False where it is cut. */
static bool take_extensions(struct span *s, struct span *ret)
{
	*ret = span_of(NULL, 0);
	return s->len == 0 || take_vector(s, 2, ret);
}

int tls_client_hello_parse(struct span body, struct tls_client_hello *ret)
{
	struct tls_client_hello h = {0};
	struct span skipped, extensions, data;
	uint16_t type;

	if (!take_number(&body, 2, &h.version) || !take(&body, RANDOM_LENGTH, &skipped) ||
		!take_vector(&body, 1, &skipped) || !take_vector(&body, 2, &h.ciphers) ||
		h.ciphers.len % 2 != 0 || !take_vector(&body, 1, &skipped) ||
		!take_extensions(&body, &h.extensions))
		return -1;
	extensions = h.extensions;
	while (tls_extension_next(&extensions, &type, &data)) {
		switch (type) {
		case TLS_SERVER_NAME:
			h.names_server = true;
			h.server_name = server_name(data);
			break;
		case TLS_ALPN:
			h.protocol = first_protocol(data);
			break;
		case TLS_SUPPORTED_VERSIONS:
			h.versions = numbers(data, 1);
			break;
		case TLS_SIGNATURE_ALGORITHMS:
			h.signature_algorithms = numbers(data, 2);
			break;
		default:
			break;
		}
	}
	if (extensions.len > 0)
		return -1;
	*ret = h;
	return 1;
}

int tls_server_hello_parse(struct span body, struct tls_server_hello *ret)
{
	struct tls_server_hello h = {0};
	struct span random, skipped, extensions, data;
	uint16_t type;

	if (!take_number(&body, 2, &h.version) || !take(&body, RANDOM_LENGTH, &random) ||
		!take_vector(&body, 1, &skipped) || !take_number(&body, 2, &h.cipher) ||
		!take(&body, 1, &skipped) || !take_extensions(&body, &extensions))
		return -1;
	while (tls_extension_next(&extensions, &type, &data)) {
		if (type == TLS_SUPPORTED_VERSIONS && data.len == 2)
			h.version = tls_number(data, 0);
		else if (type == TLS_ALPN)
			h.protocol = first_protocol(data);
	}
	if (extensions.len > 0)
		return -1;
	h.retry = span_eq(random, span_of(retry_random, RANDOM_LENGTH));
	*ret = h;
	return 1;
}
