/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JA4, the published fingerprint of a TLS client by its hello: readable in front, then two
 * digests, "t13d1516h2_8daaf6152771_e5627efa2ab1".
 *
 *   t            over TCP
 *   13           the highest version offered: 13, 12, 11, 10, s3, s2, 00 for others
 *   d or i       it names the server (SNI), or not
 *   15           cipher suites, two digits, 99 at most; values of RFC 8701 are left out everywhere
 *   16           extensions, the same
 *   h2           first and last character of the first ALPN value; "00" without
 *   8daaf6152771 of SHA-256: the suites in hexadecimal, sorted, commas between
 *   e5627efa2ab1 of SHA-256: the extensions but server_name and ALPN, sorted, and behind "_" the
 *                signature algorithms in their order
 */
#ifndef SMTP_DECODE_TLS_JA4_H
#define SMTP_DECODE_TLS_JA4_H

#include "smtp_decode/tls_hello.h"

#define TLS_JA4_LENGTH 36

/* Writes the fingerprint, no NUL behind it. */
void tls_ja4(const struct tls_client_hello *h, char ret[TLS_JA4_LENGTH]);

#endif
