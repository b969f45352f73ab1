/* SPDX-License-Identifier: Apache-2.0 */
/* The key of recipients' and accounts' pseudonyms. */
#ifndef APP_PSEUDONYM_KEY_H
#define APP_PSEUDONYM_KEY_H

#include <stdint.h>

#define PSEUDONYM_KEY_MIN 32
#define PSEUDONYM_KEY_MAX 1024

/*
 * SHA-256 of the file's bytes (32 to 1024 of them), or a fixed, published key where `path` is
 * NULL: a replay then says the same everywhere, and anybody can undo the pseudonyms by a list of
 * names. 1, or -1 with a sentence in `error`.
 */
int pseudonym_key_load(const char *path, uint8_t ret_key[32], char error[512]);

#endif
