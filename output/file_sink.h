/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines to a file or to standard output. Whole lines only: they are gathered and written in
 * batches, and a line that the disk took in part is finished before any other. What cannot be
 * written is dropped and counted; nothing here blocks for longer than the descriptor does.
 *
 * A file is opened O_APPEND and made with mode 0640. For logrotate: file_sink_reopen() on SIGHUP,
 * and whenever file_sink_moved() says that the path is no longer the file that is open.
 */
#ifndef OUTPUT_FILE_SINK_H
#define OUTPUT_FILE_SINK_H

#include "output/emitter.h"

struct file_sink;

struct file_sink_stats {
	uint64_t lines, bytes; /* written, or waiting in the batch */
	uint64_t lines_dropped;
	int error; /* errno of the last write that failed; 0 since one succeeded */
};

/* `path`, or "-" for standard output. NULL with errno set. */
struct file_sink *file_sink_create(const char *path);
/* Writes what waits, and closes a file. 0, or -1 with errno where lines were lost by it. */
int file_sink_destroy(struct file_sink *s);

/* As line_sink.write; the cookie is the sink. */
void file_sink_write(void *sink, const char *line, size_t len);
/* Writes what waits. 0, or -1 with errno: it waits on. */
int file_sink_flush(struct file_sink *s);

/* Is the path gone, or another file? Never for standard output. */
bool file_sink_moved(const struct file_sink *s);
/* Writes what waits, then opens the path anew. -1 with errno: the old file stays. */
int file_sink_reopen(struct file_sink *s);

struct file_sink_stats file_sink_get_stats(const struct file_sink *s);

#endif
