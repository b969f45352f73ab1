/* SPDX-License-Identifier: Apache-2.0 */
/* The names of TLS cipher suites, as IANA's registry has them. */
#ifndef OUTPUT_TLS_CIPHER_H
#define OUTPUT_TLS_CIPHER_H

#include <stdint.h>

/* "TLS_AES_256_GCM_SHA384"; NULL where the suite is not in the table. */
const char *tls_cipher_name(uint16_t number);

#endif
