/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/pseudonym.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "smtp_decode/mailbox.h"

#define MAC_SIZE 32
#define PIECE 256

struct pseudonyms {
	EVP_MAC_CTX *mac; /* keyed once; each use starts it again with that key */
};

struct pseudonyms *pseudonyms_create(const uint8_t key[PSEUDONYM_KEY_SIZE])
{
	char sha256[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_end(),
	};
	struct pseudonyms *p = calloc(1, sizeof(*p));
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	if (!p || !hmac)
		goto fail;
	p->mac = EVP_MAC_CTX_new(hmac);
	if (!p->mac || EVP_MAC_init(p->mac, key, PSEUDONYM_KEY_SIZE, params) != 1)
		goto fail;
	EVP_MAC_free(hmac);
	return p;
fail:
	EVP_MAC_free(hmac);
	pseudonyms_destroy(p);
	return NULL;
}

void pseudonyms_destroy(struct pseudonyms *p)
{
	if (!p)
		return;
	EVP_MAC_CTX_free(p->mac);
	free(p);
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* HMAC of `kind` (which keeps kinds of names apart) and `s` in lower case. */
static void mac_lower(struct pseudonyms *p, struct span kind, struct span s, uint8_t ret[MAC_SIZE])
{
	uint8_t piece[PIECE];
	size_t len;
	bool ok = EVP_MAC_init(p->mac, NULL, 0, NULL) == 1 &&
		  EVP_MAC_update(p->mac, kind.p, kind.len) == 1;

	while (s.len > 0) {
		size_t n = s.len < PIECE ? s.len : PIECE;

		for (size_t i = 0; i < n; i++)
			piece[i] = lower(s.p[i]);
		ok = ok && EVP_MAC_update(p->mac, piece, n) == 1;
		s = span_skip(s, n);
	}
	/* Where the library fails, all names share one pseudonym: no name must show instead. */
	if (!ok || EVP_MAC_final(p->mac, ret, &len, MAC_SIZE) != 1)
		memset(ret, 0, MAC_SIZE);
}

void pseudonym_local(struct pseudonyms *p, struct span local, char ret[PSEUDONYM_LEN])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t mac[MAC_SIZE];

	mac_lower(p, span_of(NULL, 0), local, mac);
	ret[0] = 'h';
	ret[1] = ':';
	for (int i = 0; i < 6; i++) {
		ret[2 + 2 * i] = hex[mac[i] >> 4];
		ret[3 + 2 * i] = hex[mac[i] & 15];
	}
}

size_t pseudonym_address(struct pseudonyms *p, struct span addr, char *buf, size_t size)
{
	struct mailbox m = mailbox_split(addr);
	char local[PSEUDONYM_LEN];
	size_t len = size < PSEUDONYM_LEN ? size : PSEUDONYM_LEN;

	pseudonym_local(p, mailbox_unquoted(m.local), local);
	memcpy(buf, local, len);
	if (m.domain.len == 0 || len == size)
		return len;
	buf[len++] = '@';
	for (size_t i = 0; i < m.domain.len && len < size; i++)
		buf[len++] = (char)lower(m.domain.p[i]);
	return len;
}

uint64_t pseudonym_account(struct pseudonyms *p, struct span user)
{
	uint8_t mac[MAC_SIZE];
	uint64_t h = 0;

	mac_lower(p, span_of("account", sizeof("account")), user, mac);
	for (int i = 0; i < 8; i++)
		h = h << 8 | mac[i];
	return h ? h : 1;
}
