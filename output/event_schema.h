/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON Schema of what heloscope emits, schema/heloscope-event-1.schema.json, as text. */
#ifndef OUTPUT_EVENT_SCHEMA_H
#define OUTPUT_EVENT_SCHEMA_H

extern const char event_schema[];

#endif
