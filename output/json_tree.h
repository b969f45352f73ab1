/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jansson, for records that are rare or whose shape comes from outside (alerts, counters). The
 * texts go through wire_text.h, and a finished tree into the writer's line.
 */
#ifndef OUTPUT_JSON_TREE_H
#define OUTPUT_JSON_TREE_H

#include <jansson.h>

#include "output/json_writer.h"

/* `s` as a JSON string; NULL where memory is short. */
json_t *json_tree_wire(struct span s);
json_t *json_tree_time(nstime t);
json_t *json_tree_addr(const struct addr *a);
json_t *json_tree_hex(const uint8_t *p, size_t len);
json_t *json_tree_hex64(uint64_t v);
/* Sets a number at a dotted name, making the objects on the way. */
void json_tree_set_path(json_t *root, const char *path, uint64_t v);

/* Writes `tree` as the value of `key`, and lets go of it. A NULL tree fails the writer. */
void json_tree_write(struct json_writer *w, const char *key, json_t *tree);

#endif
