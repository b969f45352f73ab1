/* SPDX-License-Identifier: Apache-2.0 */
#include "app/signals.h"

#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t stop, reopen, stats;
static struct packet_source *source_to_break;

static void on_signal(int sig)
{
	if (sig == SIGHUP) {
		reopen = 1;
	} else if (sig == SIGUSR1) {
		stats = 1;
	} else {
		if (stop)
			_exit(128 + sig);
		stop = 1;
		packet_source_break(source_to_break);
	}
}

void signals_install(struct packet_source *source)
{
	static const struct {
		int sig, flags;
	} handled[] = {
		/* A read from a pipe that is quiet must not go on. */
		{SIGINT, 0},
		{SIGTERM, 0},
		{SIGHUP, SA_RESTART},
		{SIGUSR1, SA_RESTART},
	};
	struct sigaction act = {.sa_handler = on_signal};

	source_to_break = source;
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
		act.sa_flags = handled[i].flags;
		sigaction(handled[i].sig, &act, NULL);
	}
	act.sa_handler = SIG_IGN; /* a reader that went away is an error of write() */
	sigaction(SIGPIPE, &act, NULL);
}

bool signals_stop(void)
{
	return stop != 0;
}

static bool take(volatile sig_atomic_t *flag)
{
	bool was = *flag != 0;

	*flag = 0;
	return was;
}

bool signals_take_reopen(void)
{
	return take(&reopen);
}

bool signals_take_stats(void)
{
	return take(&stats);
}
