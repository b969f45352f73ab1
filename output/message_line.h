/* SPDX-License-Identifier: Apache-2.0 */
/* heloscope.message: one mail transaction whose content was seen. What was not seen is absent. */
#ifndef OUTPUT_MESSAGE_LINE_H
#define OUTPUT_MESSAGE_LINE_H

#include "output/event.h"

void message_line(
	const struct line *l, const struct message_record *m, const struct message_judgement *j);

#endif
