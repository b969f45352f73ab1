/* SPDX-License-Identifier: Apache-2.0 */
/* heloscope.stats and heloscope.engine: counters by dotted names, built with jansson. */
#ifndef OUTPUT_COUNTER_LINE_H
#define OUTPUT_COUNTER_LINE_H

#include "output/event.h"

void counter_line_stats(const struct line *l, nstime time, nstime start,
	const struct stat_value *values, size_t count);
void counter_line_engine(const struct line *l, nstime time, nstime start, const char *action,
	const char *message, const struct stat_value *values, size_t count);

#endif
