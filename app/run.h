/* SPDX-License-Identifier: Apache-2.0 */
/* A replay or a live run, from open devices to the last word. */
#ifndef APP_RUN_H
#define APP_RUN_H

#include "app/options.h"
#include "app/settings.h"

/* Returns the exit status (options.h). Everything that fails is reported on stderr. */
int run_capture(const struct options *o, const struct settings *s);

#endif
