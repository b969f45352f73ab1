/* SPDX-License-Identifier: Apache-2.0 */
/* What a session record says of TLS. */
#ifndef OUTPUT_TLS_LINE_H
#define OUTPUT_TLS_LINE_H

#include "output/json_writer.h"
#include "smtp_decode/session_record.h"

/* `tls` of ECS; nothing where it is not known whether there was TLS. `established` only where it is
 * known whether the handshake came to its end (tls_watch.h). */
void tls_line(struct json_writer *w, const struct session_record *s);
/* What has no place in ECS: `tls` in the open object; nothing where there is nothing to say. */
void tls_line_session(struct json_writer *w, const struct session_record *s);

#endif
