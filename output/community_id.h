/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Community ID, version 1, of a TCP flow: the same for both directions, and the same as Zeek,
 * Suricata and Wireshark give it (https://github.com/corelight/community-id-spec).
 */
#ifndef OUTPUT_COMMUNITY_ID_H
#define OUTPUT_COMMUNITY_ID_H

#include "base/addr.h"

/* "1:" and the 28 characters of a base64 SHA-1, with the NUL. */
#define COMMUNITY_ID_SIZE 31

/* `seed` must be that of the other tools; theirs is 0 where nothing else is said. Returns `buf`. */
char *community_id(const struct addr *client, uint16_t client_port, const struct addr *server,
	uint16_t server_port, uint16_t seed, char buf[COMMUNITY_ID_SIZE]);

#endif
