/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pseudonym_key.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const char fixed_key[] = "heloscope: published key, pseudonyms are weak";

int pseudonym_key_load(const char *path, uint8_t ret_key[32], char error[512])
{
	uint8_t bytes[PSEUDONYM_KEY_MAX + 1];
	size_t len = sizeof(fixed_key) - 1;
	int ok;

	memcpy(bytes, fixed_key, len);
	if (path) {
		FILE *f = fopen(path, "rb");

		if (!f) {
			snprintf(error, 512, "cannot read the key file %s (privacy.hash_key_file): %s",
				path, strerror(errno));
			return -1;
		}
		len = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
		if (len < PSEUDONYM_KEY_MIN || len > PSEUDONYM_KEY_MAX) {
			snprintf(error, 512,
				"the key file %s (privacy.hash_key_file) must hold %d to %d bytes; "
				"make one with: head -c 32 /dev/urandom > %s",
				path, PSEUDONYM_KEY_MIN, PSEUDONYM_KEY_MAX, path);
			return -1;
		}
	}
	ok = EVP_Digest(bytes, len, ret_key, NULL, EVP_sha256(), NULL);
	explicit_bzero(bytes, sizeof(bytes));
	if (!ok) {
		snprintf(error, 512, "SHA-256 is not to be had from the crypto library");
		return -1;
	}
	return 1;
}
