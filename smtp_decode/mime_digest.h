/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is measured of one attachment as it passes, cut anywhere: the size of its content, a fast
 * digest of its canonical encoded form and, where it is asked for, the SHA-256 of its content.
 *
 * The canonical form of base64 is its characters alone, so that the digest stays when lines are
 * wrapped anew; of everything else it is the content itself.
 */
#ifndef SMTP_DECODE_MIME_DIGEST_H
#define SMTP_DECODE_MIME_DIGEST_H

#include <openssl/evp.h>

#include "base/hash.h"
#include "base/span.h"
#include "smtp_decode/mime_entity.h"
#include "smtp_decode/transfer_base64.h"
#include "smtp_decode/transfer_qp.h"

#define MIME_SHA256_SIZE 32

struct mime_digest {
	XXH3_state_t state; /* 64-byte aligned, and so is what it lies in */
	EVP_MD_CTX *sha256; /* borrowed; NULL: none */
	enum mime_encoding encoding;
	uint64_t size; /* of the content; of base64, of its characters */
	struct transfer_base64 base64;
	struct transfer_qp qp;
};

struct mime_digest_result {
	uint64_t size;   /* of the content, decoded */
	uint64_t digest; /* XXH3-64 of the canonical form */
	bool has_sha256;
	uint8_t sha256[MIME_SHA256_SIZE];
};

/* `sha256` is a context of the caller's that is used until the end, or NULL. */
void mime_digest_begin(struct mime_digest *d, enum mime_encoding encoding, EVP_MD_CTX *sha256);
void mime_digest_feed(struct mime_digest *d, struct span data);
/* The content has ended, and nothing of it is missing. */
void mime_digest_end(struct mime_digest *d, struct mime_digest_result *ret);

#endif
