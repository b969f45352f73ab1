/* SPDX-License-Identifier: Apache-2.0 */
/* An attachment, whole and in pieces, in each encoding: the digests are the same, and the content
 * is what the decoders make of it. The first byte tells the size of the pieces. */
#include <stdlib.h>

#include "smtp_decode/mime_digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mime_digest_result digest(
	enum mime_encoding encoding, struct span in, size_t step, EVP_MD_CTX *sha256)
{
	struct mime_digest_result r;
	struct mime_digest d;

	mime_digest_begin(&d, encoding, sha256);
	for (; in.len > 0; in = span_skip(in, step))
		mime_digest_feed(&d, span_head(in, step));
	mime_digest_end(&d, &r);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static EVP_MD_CTX *sha256;
	struct span in = span_of(data + 1, size - 1);

	if (size == 0)
		return 0;
	if (!sha256)
		sha256 = EVP_MD_CTX_new();
	for (int e = MIME_IDENTITY; e <= MIME_QP; e++) {
		struct mime_digest_result whole = digest(e, in, in.len + 1, sha256);
		struct mime_digest_result pieces = digest(e, in, data[0] % 100 + 1u, sha256);
		struct mime_digest_result fast = digest(e, in, in.len + 1, NULL);

		if (memcmp(&whole, &pieces, sizeof(whole)) != 0 || !whole.has_sha256 ||
			fast.digest != whole.digest || fast.size != whole.size)
			abort();
	}
	return 0;
}
