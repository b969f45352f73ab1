/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming another user once the devices are open (-Z). */
#ifndef APP_PRIVILEGES_H
#define APP_PRIVILEGES_H

/* Is there a user of that name? 1, or -1 with a sentence in `error`. */
int privileges_find(const char *user, char error[512]);

/*
 * Gives up root for `user` (name) for good: groups, gid, uid, and PR_SET_NO_NEW_PRIVS. 1, or -1
 * with a sentence in `error`.
 */
int privileges_drop(const char *user, char error[512]);

/*
 * Gives up what opening the devices took, CAP_NET_RAW and CAP_NET_ADMIN, for good; whatever else
 * this process may do, it still may. 1, or -1 with a sentence in `error`.
 */
int privileges_drop_capture(char error[512]);

#endif
