/* SPDX-License-Identifier: Apache-2.0 */
/* The fourth character of a dialect (dialect.h): the argument of HELO, by its form alone. */
#ifndef SMTP_DECODE_DIALECT_HELO_H
#define SMTP_DECODE_DIALECT_HELO_H

#include "base/addr.h"

/* `arg` as sent; `client` is the address that sent it. */
char dialect_helo(struct span arg, const struct addr *client);

#endif
