/* SPDX-License-Identifier: Apache-2.0 */
/* The names in a server's certificate, where TLS 1.2 and earlier send it in clear. */
#ifndef SMTP_DECODE_TLS_CERTIFICATE_H
#define SMTP_DECODE_TLS_CERTIFICATE_H

#include <stdbool.h>

#include "base/span.h"

enum tls_name {
	TLS_NAME_COMMON,      /* CN of the subject */
	TLS_NAME_ALTERNATIVE, /* dNSName of subjectAltName (RFC 5280 4.2.1.6) */
};

/* A name, common names first, borrowed during the call. False: no more are wanted. */
typedef bool tls_certificate_name_fn(void *cookie, enum tls_name kind, struct span name);

/*
 * `body` is a Certificate message (RFC 5246 7.4.2) without its header, of which the end may lack.
 * Gives the names of the first certificate, the server's own. 1, 0 where it is not there whole, or
 * -1 where it cannot be read.
 */
int tls_certificate_names(struct span body, tls_certificate_name_fn *fn, void *cookie);

#endif
