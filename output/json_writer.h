/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An append-only writer of JSON into one growing buffer, for the records that come by tens of
 * thousands a second. It puts commas where they belong; nesting is the caller's. Strings are
 * escaped as jansson does it with JSON_ENSURE_ASCII: the output is ASCII.
 *
 * `key` is a literal that needs no escaping, or NULL for an element of an array. When memory runs
 * short `failed` is set and what is written is worthless until json_writer_reset().
 */
#ifndef OUTPUT_JSON_WRITER_H
#define OUTPUT_JSON_WRITER_H

#include "base/addr.h"
#include "base/nstime.h"
#include "base/span.h"

struct json_writer {
	char *buf;
	size_t len, cap;
	bool failed;
};

/* A zeroed struct is ready for use. */
void json_writer_finish(struct json_writer *w);
void json_writer_reset(struct json_writer *w);

/* Opens an object or array; the result goes to json_writer_drop_empty(). */
size_t json_writer_object(struct json_writer *w, const char *key);
size_t json_writer_array(struct json_writer *w, const char *key);
void json_writer_end_object(struct json_writer *w);
void json_writer_end_array(struct json_writer *w);
/* Ends the object that was opened at `mark`, or takes it back, key and all, where it is empty. */
void json_writer_drop_empty(struct json_writer *w, size_t mark);

/* Bytes from the wire, through wire_text.h. */
void json_writer_wire(struct json_writer *w, const char *key, struct span s);
/* Our own words: printable ASCII without quote or backslash. */
void json_writer_word(struct json_writer *w, const char *key, const char *word);
void json_writer_int(struct json_writer *w, const char *key, int64_t v);
void json_writer_uint(struct json_writer *w, const char *key, uint64_t v);
void json_writer_bool(struct json_writer *w, const char *key, bool v);
void json_writer_time(struct json_writer *w, const char *key, nstime t);
void json_writer_addr(struct json_writer *w, const char *key, const struct addr *a);
/* `len` bytes as lower-case hexadecimal digits. */
void json_writer_hex(struct json_writer *w, const char *key, const uint8_t *p, size_t len);
/* JSON text made elsewhere: the members of an object or, with a key, a value or its beginning. */
void json_writer_raw(struct json_writer *w, const char *key, const char *json, size_t len);

/* A string in pieces: begin, any of the puts, end. */
void json_writer_begin_string(struct json_writer *w, const char *key);
void json_writer_put_word(struct json_writer *w, const char *word);
void json_writer_put_wire(struct json_writer *w, struct span s);
void json_writer_put_int(struct json_writer *w, int64_t v);
void json_writer_put_uint(struct json_writer *w, uint64_t v);
void json_writer_put_addr(struct json_writer *w, const struct addr *a);
void json_writer_put_hex(struct json_writer *w, const uint8_t *p, size_t len);
/* 16 hexadecimal digits. */
void json_writer_put_hex64(struct json_writer *w, uint64_t v);
/* JSON text made elsewhere. */
void json_writer_put_raw(struct json_writer *w, const char *json, size_t len);
void json_writer_end_string(struct json_writer *w);

/* A newline behind the document. */
void json_writer_newline(struct json_writer *w);

#endif
