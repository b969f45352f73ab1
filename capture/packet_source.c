/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/packet_source.h"

#include <pcap/pcap.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/capture_dir.h"
#include "capture/packet_filter.h"
#include "capture/packet_live.h"
#include "capture/packet_merge.h"

struct packet_source {
	char **names;
	bool *listed; /* by name: it was found in a folder */
	size_t count;
	struct packet_merge *merge;   /* either this */
	struct packet_live *live;     /* or this */
	struct packet_filter *filter; /* of files; live the kernel has it */
	volatile sig_atomic_t broken;
	nstime last_time;
	struct packet_source_stats stats;
};

/* Takes over `name`, which may be NULL. -1 where memory is short. */
static int add_name(struct packet_source *s, char *name, bool listed)
{
	char **names = realloc(s->names, (s->count + 1) * sizeof(*names));
	bool *flags;

	if (names)
		s->names = names;
	flags = names && name ? realloc(s->listed, (s->count + 1) * sizeof(*flags)) : NULL;
	if (!flags) {
		free(name);
		return -1;
	}
	s->listed = flags;
	s->listed[s->count] = listed;
	s->names[s->count++] = name;
	return 0;
}

static int add_folder(struct packet_source *s, const char *path, char error[512])
{
	struct capture_dir d;
	int rc = 0;

	if (capture_dir_list(path, &d, error) < 0)
		return -1;
	for (size_t i = 0; i < d.count && rc == 0; i++) {
		rc = add_name(s, d.paths[i], true);
		d.paths[i] = NULL;
	}
	s->stats.left_out += d.left_out;
	capture_dir_free(&d);
	if (rc < 0)
		snprintf(error, 512, "cannot open folder '%s': memory is short", path);
	return rc;
}

static int add_path(struct packet_source *s, const char *path, char error[512])
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_folder(s, path, error);
	if (add_name(s, strdup(path), false) == 0)
		return 0;
	snprintf(error, 512, "cannot open '%s': memory is short", path);
	return -1;
}

static struct packet_source *create(
	const char *const *names, size_t count, bool files, char error[512])
{
	struct packet_source *s = calloc(1, sizeof(*s));

	snprintf(error, 512, "cannot open the capture: memory is short");
	for (size_t i = 0; s && i < count; i++) {
		if ((files ? add_path(s, names[i], error)
			   : add_name(s, strdup(names[i]), false)) < 0) {
			packet_source_close(s);
			return NULL;
		}
	}
	return s;
}

/* Says at once where the filter is no good for what the files hold. */
static int set_filter(struct packet_source *s, const char *filter, char error[512])
{
	char why[256];

	s->filter = packet_filter_create(filter);
	if (!s->filter) {
		snprintf(error, 512, "cannot set the filter: memory is short");
		return -1;
	}
	for (size_t i = 0; i < s->count; i++) {
		int type = packet_merge_link_type(s->merge, i);

		if (packet_filter_check(s->filter, type < 0 ? DLT_EN10MB : type, why) < 0) {
			snprintf(error, 512, "bad filter '%.120s' for '%.100s': %s", filter,
				s->names[i], why);
			return -1;
		}
	}
	return 0;
}

static struct packet_merge *open_merge(const struct packet_source *s, char error[512])
{
	struct packet_merge_input *inputs = calloc(s->count ? s->count : 1, sizeof(*inputs));
	struct packet_merge *m = NULL;

	if (!inputs)
		snprintf(error, 512, "cannot open %zu capture files: memory is short", s->count);
	for (size_t i = 0; inputs && i < s->count; i++)
		inputs[i] = (struct packet_merge_input){s->names[i], s->listed[i]};
	if (inputs)
		m = packet_merge_open(inputs, s->count, error);
	free(inputs);
	return m;
}

struct packet_source *packet_source_open_files(
	const char *const *paths, size_t count, const char *filter, char error[512])
{
	struct packet_source *s = create(paths, count, true, error);

	if (!s)
		return NULL;
	s->merge = open_merge(s, error);
	if (!s->merge || (filter && set_filter(s, filter, error) < 0)) {
		packet_source_close(s);
		return NULL;
	}
	return s;
}

struct packet_source *packet_source_open_live(const char *const *interfaces, size_t count,
	const char *filter, const struct live_options *options, char error[512])
{
	struct packet_source *s = create(interfaces, count, false, error);

	if (!s)
		return NULL;
	s->live = packet_live_open((const char *const *)s->names, count, filter, options, error);
	if (!s->live) {
		packet_source_close(s);
		return NULL;
	}
	return s;
}

void packet_source_close(struct packet_source *s)
{
	if (!s)
		return;
	packet_merge_close(s->merge);
	packet_live_close(s->live);
	packet_filter_destroy(s->filter);
	for (size_t i = 0; i < s->count; i++)
		free(s->names[i]);
	free(s->names);
	free(s->listed);
	free(s);
}

/* Filters after the merge, so that an index is the packet's number in the input. */
static int next_of_files(struct packet_source *s, struct packet *ret)
{
	while (!s->broken) {
		if (packet_merge_next(s->merge, ret) != 1)
			return 0;
		if (!s->filter || packet_filter_matches(s->filter, ret))
			return 1;
	}
	return 0;
}

static int next_of_live(struct packet_source *s, struct packet *ret)
{
	int rc = packet_live_next(s->live, ret);

	if (rc != 1)
		return rc;
	ret->index = s->stats.packets;
	if (ret->time < s->last_time) {
		ret->time = s->last_time;
		s->stats.clock_steps_back++;
	}
	s->last_time = ret->time;
	return 1;
}

int packet_source_next(struct packet_source *s, struct packet *ret)
{
	int rc = s->live ? next_of_live(s, ret) : next_of_files(s, ret);

	if (rc == 1) {
		s->stats.packets++;
		s->stats.bytes += ret->bytes.len;
		s->stats.truncated += ret->bytes.len < ret->wire_len;
	}
	return rc;
}

const char *packet_source_error(const struct packet_source *s)
{
	return s->live ? packet_live_error(s->live) : "";
}

void packet_source_break(struct packet_source *s)
{
	s->broken = 1;
	if (s->live)
		packet_live_break(s->live);
}

struct packet_source_stats packet_source_get_stats(struct packet_source *s)
{
	struct packet_source_stats r = s->stats;

	if (s->live) {
		struct packet_live_stats l = packet_live_get_stats(s->live);

		r.received = l.received;
		r.dropped = l.dropped;
		r.if_dropped = l.if_dropped;
	} else {
		struct packet_merge_stats m = packet_merge_get_stats(s->merge);

		r.received = r.packets;
		r.damaged = m.damaged;
		r.comments = m.comments;
		r.clock_steps_back = m.clock_steps_back;
		r.file_bytes_read = m.bytes_read;
		r.file_bytes_total = m.bytes_total;
	}
	return r;
}

size_t packet_source_count(const struct packet_source *s)
{
	return s->count;
}

uint64_t packet_source_damage(
	const struct packet_source *s, uint64_t file_index, const char **ret_why)
{
	*ret_why = NULL;
	return s->merge ? packet_merge_damage(s->merge, file_index, ret_why) : 0;
}

const char *packet_source_name(const struct packet_source *s, uint64_t file_index)
{
	return file_index < s->count ? s->names[file_index] : "";
}

int packet_source_list_devices(FILE *f, char error[512])
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_if_t *all;

	if (pcap_findalldevs(&all, why) < 0) {
		snprintf(error, 512, "cannot list the interfaces: %s", why);
		return -1;
	}
	for (const pcap_if_t *i = all; i; i = i->next)
		fprintf(f, "%s\n", i->name);
	pcap_freealldevs(all);
	return 0;
}
