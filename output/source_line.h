/* SPDX-License-Identifier: Apache-2.0 */
/* heloscope.source: the sender card. All 22 items of the checklist stand on it. */
#ifndef OUTPUT_SOURCE_LINE_H
#define OUTPUT_SOURCE_LINE_H

#include "output/event.h"

void source_line(const struct line *l, const struct source_card *c);

#endif
