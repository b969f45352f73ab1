/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What options and settings say beyond their form, before anything is opened or begun: outputs,
 * the filter, the key file, the user. Starting again mends none of it, so it is a matter of
 * usage.
 */
#ifndef APP_RUN_VERIFY_H
#define APP_RUN_VERIFY_H

#include "app/options.h"
#include "app/settings.h"

/* 1, or -1 after a message for each fault. */
int run_verify(const struct options *o, const struct settings *s);

#endif
