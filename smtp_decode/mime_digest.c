/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/mime_digest.h"

#include <assert.h>

#define PIECE 4096 /* encoded bytes at a time */

void mime_digest_begin(struct mime_digest *d, enum mime_encoding encoding, EVP_MD_CTX *sha256)
{
	XXH3_64bits_reset(&d->state);
	d->encoding = encoding;
	d->size = 0;
	d->base64 = (struct transfer_base64){0};
	d->qp = (struct transfer_qp){0};
	/* Where the library refuses, there is none. */
	d->sha256 = sha256 && EVP_DigestInit_ex2(sha256, EVP_sha256(), NULL) == 1 ? sha256 : NULL;
}

static void hash_content(struct mime_digest *d, struct span content)
{
	if (d->sha256 && content.len > 0 &&
		EVP_DigestUpdate(d->sha256, content.p, content.len) != 1)
		d->sha256 = NULL;
}

static void put_content(struct mime_digest *d, struct span content)
{
	XXH3_64bits_update(&d->state, content.p, content.len);
	d->size += content.len;
	hash_content(d, content);
}

static void feed_base64(struct mime_digest *d, struct span piece)
{
	uint8_t chars[TRANSFER_BASE64_CHARS_ROOM(PIECE)], content[TRANSFER_BASE64_ROOM(PIECE)];
	size_t n = transfer_base64_chars(&d->base64, piece, chars);

	XXH3_64bits_update(&d->state, chars, n);
	d->size += n;
	if (!d->sha256)
		return;
	n = transfer_base64_bytes(&d->base64, span_of(chars, n), content);
	hash_content(d, span_of(content, n));
}

static void feed_qp(struct mime_digest *d, struct span piece)
{
	uint8_t content[TRANSFER_QP_ROOM(PIECE)];

	put_content(d, span_of(content, transfer_qp_decode(&d->qp, piece, content)));
}

void mime_digest_feed(struct mime_digest *d, struct span data)
{
	if (d->encoding == MIME_IDENTITY) {
		put_content(d, data);
		return;
	}
	for (; data.len > 0; data = span_skip(data, PIECE)) {
		if (d->encoding == MIME_BASE64)
			feed_base64(d, span_head(data, PIECE));
		else
			feed_qp(d, span_head(data, PIECE));
	}
}

void mime_digest_end(struct mime_digest *d, struct mime_digest_result *ret)
{
	uint8_t rest[4];
	size_t n;

	*ret = (struct mime_digest_result){0};
	if (d->encoding == MIME_BASE64) {
		n = transfer_base64_end(&d->base64, rest);
		hash_content(d, span_of(rest, n));
		d->size = d->size * 3 / 4; /* six bits a character, whole bytes count */
	} else if (d->encoding == MIME_QP) {
		n = transfer_qp_end(&d->qp, rest);
		put_content(d, span_of(rest, n));
	}
	ret->size = d->size;
	ret->digest = XXH3_64bits_digest(&d->state);
	ret->has_sha256 = d->sha256 && EVP_DigestFinal_ex(d->sha256, ret->sha256, NULL) == 1;
}
