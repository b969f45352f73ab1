/* SPDX-License-Identifier: Apache-2.0 */
/* heloscope.session: one SMTP connection. What was not seen is absent. */
#ifndef OUTPUT_SESSION_LINE_H
#define OUTPUT_SESSION_LINE_H

#include "output/event.h"

void session_line(
	const struct line *l, const struct session_record *s, const struct session_judgement *j);

#endif
