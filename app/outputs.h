/* SPDX-License-Identifier: Apache-2.0 */
/* The outputs of a run: -o, else those of the configuration, else stdout. */
#ifndef APP_OUTPUTS_H
#define APP_OUTPUTS_H

#include "app/options.h"
#include "app/settings.h"
#include "output/emitter.h"

struct outputs;

/* Are datasets and targets well-formed? Opens nothing. 1, or -1 after a message for each. */
int outputs_verify(const struct options *o, const struct settings *s);
/* Of what was verified. 1; -1 after a message on stderr where one cannot be written. */
int outputs_open(const struct options *o, const struct settings *s, struct outputs **ret);
/* Writes out what is buffered. 1, or -1 where some output lost lines (reported). */
int outputs_close(struct outputs *o);

const struct line_sink *outputs_sinks(const struct outputs *o, size_t *ret_count);
void outputs_flush(struct outputs *o);
/* HUP: files are opened anew by their names. */
void outputs_reopen(struct outputs *o);
/* Once a second, live: a file that was moved away is opened anew. */
void outputs_check_moved(struct outputs *o);
/* Lines and bytes lost to errors so far. */
uint64_t outputs_lost(const struct outputs *o);

#endif
