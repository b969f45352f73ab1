/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a packet's index in the merged input back to its file and its frame number there, so that
 * an analyst can open what is spoken of. Kept as runs; an input that alternates too finely ends
 * the map, and later packets have no frame. One thread adds; another may look for what was added
 * before it heard of the packet.
 */
#ifndef APP_FRAME_MAP_H
#define APP_FRAME_MAP_H

#include <stdint.h>

#include "capture/packet_source.h"

struct frame_map;

#define FRAME_MAP_RUNS 262144

/* `source` names the files; borrowed. NULL where memory is short. */
struct frame_map *frame_map_create(const struct packet_source *source, size_t files);
void frame_map_destroy(struct frame_map *m);
/* Every packet, in order. */
void frame_map_add(struct frame_map *m, const struct packet *p);
/* The path, and the frame number from 1; NULL where the map does not reach. The signature is
 * that of emitter_config.frame. */
const char *frame_map_find(void *map, uint64_t packet, uint64_t *ret_frame);

#endif
