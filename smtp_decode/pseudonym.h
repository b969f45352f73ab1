/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudonyms of recipients and accounts: HMAC-SHA256 (RFC 2104) under a site's key, so that the
 * same person has the same pseudonym everywhere at that site and nobody else can tell who it is.
 */
#ifndef SMTP_DECODE_PSEUDONYM_H
#define SMTP_DECODE_PSEUDONYM_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define PSEUDONYM_KEY_SIZE 32

/* Length of "h:3f9a1c0d77e2"; it is not terminated. */
#define PSEUDONYM_LEN 14

struct pseudonyms;

/* NULL where memory is short. One thread at a time may use it. */
struct pseudonyms *pseudonyms_create(const uint8_t key[PSEUDONYM_KEY_SIZE]);
void pseudonyms_destroy(struct pseudonyms *p);

/* The pseudonym of a local part, ASCII case ignored: "h:" and 48 bits in hex. */
void pseudonym_local(struct pseudonyms *p, struct span local, char ret[PSEUDONYM_LEN]);

/*
 * The pseudonym of an address: that of its local part, "@" and the domain in lower case, cut to
 * `size`. Without a domain the local pseudonym alone. Returns the length.
 */
size_t pseudonym_address(struct pseudonyms *p, struct span addr, char *buf, size_t size);

/* 64 bits that stand for the account `user`, ASCII case ignored; never 0. Not comparable with the
 * pseudonym of a recipient of the same name. */
uint64_t pseudonym_account(struct pseudonyms *p, struct span user);

#endif
