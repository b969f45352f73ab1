/* SPDX-License-Identifier: Apache-2.0 */
#include "app/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct passwd *find(const char *user, char error[512])
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(user);
	if (!pw)
		snprintf(error, 512, "cannot become %s (-Z): %s", user,
			errno ? strerror(errno) : "there is no such user; create it or name another");
	return pw;
}

int privileges_find(const char *user, char error[512])
{
	return find(user, error) ? 1 : -1;
}

int privileges_drop(const char *user, char error[512])
{
	const struct passwd *pw = find(user, error);

	if (!pw)
		return -1;
	if (initgroups(pw->pw_name, pw->pw_gid) != 0 || setgid(pw->pw_gid) != 0 ||
		setuid(pw->pw_uid) != 0) {
		snprintf(error, 512, "cannot become %s (-Z): %s; start as root, or without -Z", user,
			strerror(errno));
		return -1;
	}
	if (pw->pw_uid != 0 && setuid(0) == 0) {
		snprintf(error, 512, "cannot become %s (-Z): root could be had back", user);
		return -1;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		snprintf(error, 512, "cannot set no_new_privs: %s", strerror(errno));
		return -1;
	}
	return 1;
}

int privileges_drop_capture(char error[512])
{
	const uint32_t gone = 1u << CAP_NET_RAW | 1u << CAP_NET_ADMIN;
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2];

	if (syscall(SYS_capget, &head, sets) == 0) {
		sets[0].effective &= ~gone;
		sets[0].permitted &= ~gone;
		sets[0].inheritable &= ~gone;
		if (syscall(SYS_capset, &head, sets) == 0)
			return 1;
	}
	snprintf(error, 512, "cannot give up CAP_NET_RAW: %s", strerror(errno));
	return -1;
}
