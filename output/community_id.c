/* SPDX-License-Identifier: Apache-2.0 */
#include "output/community_id.h"

#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

struct end {
	const uint8_t *addr;
	uint8_t port[2];
};

static uint8_t *put(uint8_t *p, const void *bytes, size_t n)
{
	memcpy(p, bytes, n);
	return p + n;
}

static struct end end_of(const struct addr *a, uint16_t port, bool v4)
{
	return (struct end){v4 ? a->b + 12 : a->b, {(uint8_t)(port >> 8), (uint8_t)(port & 0xff)}};
}

char *community_id(const struct addr *client, uint16_t client_port, const struct addr *server,
	uint16_t server_port, uint16_t seed, char buf[COMMUNITY_ID_SIZE])
{
	bool v4 = addr_is_v4(client) && addr_is_v4(server);
	size_t n = v4 ? 4 : 16;
	struct end lo = end_of(client, client_port, v4), hi = end_of(server, server_port, v4);
	const uint8_t seed_bytes[2] = {(uint8_t)(seed >> 8), (uint8_t)(seed & 0xff)};
	const uint8_t proto[2] = {IPPROTO_TCP, 0};
	uint8_t tuple[2 + 16 + 16 + 2 + 2 + 2], digest[SHA_DIGEST_LENGTH], *p = tuple;
	int order = memcmp(lo.addr, hi.addr, n);

	if (order > 0 || (order == 0 && memcmp(lo.port, hi.port, 2) > 0)) {
		struct end t = lo;

		lo = hi;
		hi = t;
	}
	p = put(p, seed_bytes, 2);
	p = put(p, lo.addr, n);
	p = put(p, hi.addr, n);
	p = put(p, proto, 2);
	p = put(p, lo.port, 2);
	p = put(p, hi.port, 2);
	SHA1(tuple, (size_t)(p - tuple), digest);
	buf[0] = '1';
	buf[1] = ':';
	EVP_EncodeBlock((unsigned char *)buf + 2, digest, SHA_DIGEST_LENGTH);
	return buf;
}
