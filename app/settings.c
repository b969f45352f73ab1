/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree that was checked becomes canonical YAML, and libcyaml fills a struct of texts from
 * that; setting_value.h turns the texts into values, which cannot fail any more.
 */
#include "app/settings.h"

#include <assert.h>
#include <cyaml/cyaml.h>
#include <glob.h>
#include <stdlib.h>

#include "app/setting_schema.h"
#include "app/setting_value.h"
#include "base/log.h"
#include "heuristics/check.h"
#include "output/emitter.h"

#define LIST_MAX 100000 /* entries of one list */

/* Everything as text, in the shape of the canonical YAML. */
struct text_list {
	char **items;
	uint32_t count;
};

struct text_output {
	char *type, *path, *format;
	struct text_list datasets;
};

struct texts {
	char *version, *memory, *learning;
	struct {
		char *name;
	} sensor;
	struct {
		struct text_list our_networks, our_mtas, our_domains, proxies, trusted_peers;
	} topology;
	struct {
		struct text_list trusted_resolvers;
	} dns;
	struct {
		char *sha256;
	} attachments;
	struct {
		char *hash_key_file;
	} privacy;
	struct {
		char *filter, *snaplen, *buffer, *checksums;
	} capture;
	struct text_output *outputs;
	uint32_t output_count;
	int64_t checks[PARAM_COUNT]; /* every setting of every check */
};

struct settings_store {
	struct arena arena;
	char *canonical;
	size_t canonical_len;
	struct settings s;
};

static const cyaml_schema_value_t text_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

#define TEXT(name, type, member)                                                                 \
	CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER, type, member, 0, CYAML_UNLIMITED)
#define TEXTS(name, type, member)                                                                \
	{                                                                                        \
		.key = (name), .data_offset = offsetof(type, member.items),                       \
		.count_offset = offsetof(type, member.count), .count_size = sizeof(uint32_t),    \
		.value = {CYAML_VALUE_SEQUENCE(                                                  \
			CYAML_FLAG_POINTER, char *, &text_value, 0, LIST_MAX)},                  \
	}
#define SECTION(name, member, fields)                                                            \
	CYAML_FIELD_MAPPING(name, CYAML_FLAG_DEFAULT, struct texts, member, fields)

typedef __typeof__(((struct texts *)0)->sensor) sensor_texts;
typedef __typeof__(((struct texts *)0)->topology) topology_texts;
typedef __typeof__(((struct texts *)0)->dns) dns_texts;
typedef __typeof__(((struct texts *)0)->attachments) attachments_texts;
typedef __typeof__(((struct texts *)0)->privacy) privacy_texts;
typedef __typeof__(((struct texts *)0)->capture) capture_texts;

static const cyaml_schema_field_t sensor_schema[] = {TEXT("name", sensor_texts, name),
	CYAML_FIELD_END};
static const cyaml_schema_field_t topology_schema[] = {
	TEXTS("our_networks", topology_texts, our_networks),
	TEXTS("our_mtas", topology_texts, our_mtas),
	TEXTS("our_domains", topology_texts, our_domains),
	TEXTS("proxies", topology_texts, proxies),
	TEXTS("trusted_peers", topology_texts, trusted_peers),
	CYAML_FIELD_END,
};
static const cyaml_schema_field_t dns_schema[] = {
	TEXTS("trusted_resolvers", dns_texts, trusted_resolvers), CYAML_FIELD_END};
static const cyaml_schema_field_t attachments_schema[] = {
	TEXT("sha256", attachments_texts, sha256), CYAML_FIELD_END};
static const cyaml_schema_field_t privacy_schema[] = {
	TEXT("hash_key_file", privacy_texts, hash_key_file), CYAML_FIELD_END};
static const cyaml_schema_field_t capture_schema[] = {
	TEXT("filter", capture_texts, filter),
	TEXT("snaplen", capture_texts, snaplen),
	TEXT("buffer", capture_texts, buffer),
	TEXT("checksums", capture_texts, checksums),
	CYAML_FIELD_END,
};
static const cyaml_schema_field_t output_schema[] = {
	TEXT("type", struct text_output, type),
	TEXT("path", struct text_output, path),
	TEXT("format", struct text_output, format),
	TEXTS("datasets", struct text_output, datasets),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t output_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct text_output, output_schema)};

static const cyaml_schema_field_t fixed_schema[] = {
	TEXT("version", struct texts, version),
	SECTION("sensor", sensor, sensor_schema),
	SECTION("topology", topology, topology_schema),
	TEXT("memory", struct texts, memory),
	TEXT("learning", struct texts, learning),
	SECTION("dns", dns, dns_schema),
	SECTION("attachments", attachments, attachments_schema),
	SECTION("privacy", privacy, privacy_schema),
	SECTION("capture", capture, capture_schema),
	{
		.key = "outputs",
		.data_offset = offsetof(struct texts, outputs),
		.count_offset = offsetof(struct texts, output_count),
		.count_size = sizeof(uint32_t),
		.value = {CYAML_VALUE_SEQUENCE(
			CYAML_FLAG_POINTER, struct text_output, &output_value, 0, LIST_MAX)},
	},
};

#define FIXED_FIELDS (sizeof(fixed_schema) / sizeof(fixed_schema[0]))

/* The checks' part of the schema follows their table, so it is put together here. */
static void add_check_fields(struct arena *a, cyaml_schema_field_t *ret_field)
{
	cyaml_schema_field_t *checks = arena_alloc(a, (CHECK_COUNT + 1) * sizeof(*checks));
	uint32_t n = 0;

	for (uint32_t p = 0, first = 0; p < PARAM_COUNT; first = p) {
		enum check_id check = check_setting_get((enum check_param)first)->check;
		cyaml_schema_field_t *fields = arena_alloc(a, (PARAM_COUNT + 1) * sizeof(*fields));

		for (; p < PARAM_COUNT && check_setting_get((enum check_param)p)->check == check; p++)
			fields[p - first] = (cyaml_schema_field_t){
				.key = check_setting_get((enum check_param)p)->name,
				.data_offset = p * (uint32_t)sizeof(int64_t),
				.value = {.type = CYAML_INT,
					.flags = CYAML_FLAG_DEFAULT,
					.data_size = sizeof(int64_t)},
			};
		fields[p - first] = (cyaml_schema_field_t){.key = NULL};
		checks[n++] = (cyaml_schema_field_t){
			.key = check_get(check)->id,
			.value = {.type = CYAML_MAPPING,
				.flags = CYAML_FLAG_DEFAULT,
				.data_size = sizeof(((struct texts *)0)->checks),
				.mapping = {.fields = fields}},
		};
	}
	checks[n] = (cyaml_schema_field_t){.key = NULL};
	*ret_field = (cyaml_schema_field_t){
		.key = "checks",
		.data_offset = offsetof(struct texts, checks),
		.value = {.type = CYAML_MAPPING,
			.flags = CYAML_FLAG_DEFAULT,
			.data_size = sizeof(((struct texts *)0)->checks),
			.mapping = {.fields = checks}},
	};
}

static struct cidr_list cidrs(struct arena *a, const struct text_list *l)
{
	struct cidr *items = arena_alloc(a, (l->count + 1) * sizeof(*items));

	for (uint32_t i = 0; i < l->count; i++)
		if (setting_value_cidr(l->items[i], &items[i]) != 1)
			abort(); /* it was checked */
	return (struct cidr_list){items, l->count};
}

static const char *text_or_null(struct arena *a, const char *text)
{
	return *text ? arena_strndup(a, text, strlen(text)) : NULL;
}

static void fill_domains(struct arena *a, const struct text_list *l, struct topology *t)
{
	const char **names = arena_alloc(a, (l->count + 1) * sizeof(*names));

	for (uint32_t i = 0; i < l->count; i++) {
		char *name = arena_strndup(a, l->items[i], strlen(l->items[i]));
		size_t len = strlen(name);

		for (char *p = name; *p; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p += 'a' - 'A';
		if (len && name[len - 1] == '.')
			name[len - 1] = '\0';
		names[i] = name;
	}
	t->our_domains = names;
	t->our_domain_count = l->count;
}

static void fill_outputs(struct arena *a, const struct texts *t, struct settings *s)
{
	struct setting_output *out = arena_alloc(a, (t->output_count + 1) * sizeof(*out));

	for (uint32_t i = 0; i < t->output_count; i++) {
		const struct text_output *o = &t->outputs[i];

		out[i] = (struct setting_output){text_or_null(a, o->type), text_or_null(a, o->path),
			text_or_null(a, o->format), 0};
		for (uint32_t k = 0; k < o->datasets.count; k++) {
			unsigned int mask = 0;
			struct span bad;

			if (dataset_parse(span_str(o->datasets.items[k]), &mask, &bad) != 0)
				abort(); /* it was checked */
			out[i].datasets |= mask;
		}
	}
	s->outputs = out;
	s->output_count = t->output_count;
}

static void fill_overrides(struct arena *a, const struct texts *t, struct settings *s)
{
	struct check_override *o = arena_alloc(a, PARAM_COUNT * sizeof(*o));

	for (int p = 0; p < PARAM_COUNT; p++) {
		const struct check_setting *set = check_setting_get((enum check_param)p);

		o[p] = (struct check_override){check_get(set->check)->id, set->name, t->checks[p]};
	}
	s->overrides = o;
	s->override_count = PARAM_COUNT;
}

static enum setting_sha256 sha256_of(const char *text)
{
	bool on;

	if (setting_value_bool(text, &on) != 1)
		return SETTING_SHA256_AUTO;
	return on ? SETTING_SHA256_ON : SETTING_SHA256_OFF;
}

static enum checksum_mode checksums_of(const char *text)
{
	return strcmp(text, "all") == 0	   ? CHECKSUM_ALL
	       : strcmp(text, "none") == 0 ? CHECKSUM_NONE
					   : CHECKSUM_AUTO;
}

static void fill(struct arena *a, const struct texts *t, struct settings *s)
{
	int64_t snaplen = 0;
	uint64_t buffer = 0;

	if (setting_value_size(t->memory, 1, &s->memory) != 1 ||
		setting_value_bool(t->learning, &s->learning) != 1 ||
		setting_value_int(t->capture.snaplen, &snaplen) != 1 ||
		setting_value_size(t->capture.buffer, 1024, &buffer) != 1)
		abort(); /* they were checked */
	s->snaplen = (int)snaplen;
	s->buffer_bytes = (int)buffer;
	s->sensor_name = arena_strndup(a, t->sensor.name, strlen(t->sensor.name));
	s->topology.our_networks = cidrs(a, &t->topology.our_networks);
	s->topology.our_mtas = cidrs(a, &t->topology.our_mtas);
	s->topology.proxies = cidrs(a, &t->topology.proxies);
	s->topology.trusted_peers = cidrs(a, &t->topology.trusted_peers);
	fill_domains(a, &t->topology.our_domains, &s->topology);
	s->trusted_resolvers = cidrs(a, &t->dns.trusted_resolvers);
	s->attachments_sha256 = sha256_of(t->attachments.sha256);
	s->hash_key_file = text_or_null(a, t->privacy.hash_key_file);
	s->checksums = checksums_of(t->capture.checksums);
	s->filter = text_or_null(a, t->capture.filter);
	fill_outputs(a, t, s);
	fill_overrides(a, t, s);
}

static int load_canonical(struct settings_store *store)
{
	static const cyaml_config_t config = {
		.mem_fn = cyaml_mem, .flags = CYAML_CFG_NO_ALIAS, .log_level = CYAML_LOG_ERROR};
	cyaml_schema_field_t fields[FIXED_FIELDS + 2];
	cyaml_schema_value_t top = {.type = CYAML_MAPPING,
		.flags = CYAML_FLAG_POINTER,
		.data_size = sizeof(struct texts),
		.mapping = {.fields = fields}};
	struct texts *t = NULL;
	cyaml_err_t err;

	memcpy(fields, fixed_schema, sizeof(fixed_schema));
	add_check_fields(&store->arena, &fields[FIXED_FIELDS]);
	fields[FIXED_FIELDS + 1] = (cyaml_schema_field_t){.key = NULL};
	err = cyaml_load_data((const uint8_t *)store->canonical, store->canonical_len, &config,
		&top, (cyaml_data_t **)&t, NULL);
	if (err != CYAML_OK) {
		log_error("cannot load the settings: %s", cyaml_strerror(err));
		return -1;
	}
	fill(&store->arena, t, &store->s);
	cyaml_free(&config, &top, t, 0);
	return 1;
}

/* conf.d beside the configuration file; a directory that is not there is no fault. */
static struct setting_node *read_conf_d(struct arena *a, const char *file,
	struct setting_node *tree, struct setting_errors *errors)
{
	const char *slash = strrchr(file, '/');
	char pattern[4096];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%.*sconf.d/*.yaml",
		slash ? (int)(slash - file + 1) : 0, file);
	if (glob(pattern, 0, NULL, &g) == 0)
		for (size_t i = 0; i < g.gl_pathc; i++) {
			const char *path = arena_strndup(a, g.gl_pathv[i], strlen(g.gl_pathv[i]));

			tree = setting_tree_merge(tree, setting_tree_read_file(a, path, errors));
		}
	globfree(&g);
	return tree;
}

static int report(const struct setting_errors *e)
{
	for (size_t i = 0; i < e->count; i++)
		log_error("%s", e->lines[i]);
	if (e->more)
		log_error("and %zu more faults", e->more);
	return e->count ? -1 : 1;
}

static int write_canonical(struct settings_store *store, const struct setting_node *tree)
{
	FILE *f = open_memstream(&store->canonical, &store->canonical_len);

	if (!f)
		return -1;
	setting_schema_write(tree, f);
	return fclose(f) == 0 ? 1 : -1;
}

int settings_load(const char *file, const char *const *assignments, size_t assignment_count,
	struct settings_store **ret_store)
{
	struct settings_store *store = calloc(1, sizeof(*store));
	struct setting_errors errors = {0};
	struct setting_node *tree = NULL;

	if (!store)
		return -1;
	arena_init(&store->arena);
	errors.arena = &store->arena;
	if (file) {
		tree = setting_tree_read_file(&store->arena, file, &errors);
		tree = read_conf_d(&store->arena, file, tree, &errors);
	}
	for (size_t i = 0; i < assignment_count; i++)
		tree = setting_tree_merge(
			tree, setting_tree_assign(&store->arena, assignments[i], &errors));
	setting_schema_check(tree, &errors);
	if (report(&errors) != 1 || write_canonical(store, tree) != 1 || load_canonical(store) != 1) {
		settings_destroy(store);
		return -1;
	}
	*ret_store = store;
	return 1;
}

void settings_destroy(struct settings_store *s)
{
	if (!s)
		return;
	free(s->canonical);
	arena_finish(&s->arena);
	free(s);
}

const struct settings *settings_get(const struct settings_store *s)
{
	return &s->s;
}

void settings_dump(const struct settings_store *s, FILE *f)
{
	fwrite(s->canonical, 1, s->canonical_len, f);
}
