/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as lines "session.name = value" and "message[N].name = value", N from 1.
 */
#ifndef TESTS_DIALOGS_RECORD_DUMP_H
#define TESTS_DIALOGS_RECORD_DUMP_H

#include <stdio.h>

#include "base/record.h"

/* `n`: of the message, from 1. */
void record_dump(FILE *out, const struct record *r, unsigned int n);

#endif
