/* SPDX-License-Identifier: Apache-2.0 */
#include "app/setting_schema.h"

#include <stdlib.h>

#include "app/setting_value.h"
#include "base/log.h"
#include "heuristics/check.h"
#include "output/emitter.h"

static int valid_version(const char *text)
{
	return strcmp(text, "1") == 0 ? 1 : -1;
}

static int valid_bool(const char *text)
{
	bool b;

	return setting_value_bool(text, &b);
}

static int valid_sha256(const char *text)
{
	return strcmp(text, "auto") == 0 || valid_bool(text) == 1 ? 1 : -1;
}

static int valid_cidr(const char *text)
{
	struct cidr c;

	return setting_value_cidr(text, &c);
}

static int valid_memory(const char *text)
{
	uint64_t v;

	return setting_value_size(text, 1, &v) == 1 && v >= (uint64_t)64 << 20 &&
			v <= (uint64_t)64 << 30
		? 1
		: -1;
}

static int valid_buffer(const char *text)
{
	uint64_t v;

	return setting_value_size(text, 1024, &v) == 1 && v >= 65536 && v <= INT32_MAX ? 1 : -1;
}

static int valid_checksums(const char *text)
{
	return strcmp(text, "auto") == 0 || strcmp(text, "all") == 0 || strcmp(text, "none") == 0
		       ? 1
		       : -1;
}

static int valid_snaplen(const char *text)
{
	int64_t v;

	return setting_value_int(text, &v) == 1 && v >= 64 && v <= 262144 ? 1 : -1;
}

static int valid_output_type(const char *text)
{
	return strcmp(text, "file") == 0 || strcmp(text, "stdout") == 0 ? 1 : -1;
}

static int valid_format(const char *text)
{
	return strcmp(text, "ecs") == 0 ? 1 : -1;
}

static int valid_dataset(const char *text)
{
	unsigned int mask;
	struct span bad;

	return strchr(text, ',') || dataset_parse(span_str(text), &mask, &bad) != 0 ? -1 : 1;
}

#define CIDR_LIST(name, help)                                                                     \
	{                                                                                         \
		name, SETTING_TYPE_LIST, NULL, "", valid_cidr,                                    \
			"a network (192.0.2.0/24, 2001:db8::/32) or an address", help             \
	}

static const struct setting_schema sensor_fields[] = {
	{"name", SETTING_TYPE_SCALAR, NULL, "heloscope", NULL, NULL,
		"observer.name in every record"},
	{0},
};

static const struct setting_schema topology_fields[] = {
	CIDR_LIST("our_networks", "addresses inside; without them roles are guessed"),
	CIDR_LIST("our_mtas", "our servers that may send mail out"),
	{"our_domains", SETTING_TYPE_LIST, NULL, "", setting_value_domain, "a domain name",
		"domains we receive mail for"},
	CIDR_LIST("proxies", "load balancers in front of our servers"),
	CIDR_LIST("trusted_peers", "hosts whose XCLIENT, XFORWARD or PROXY is believed"),
	{0},
};

static const struct setting_schema dns_fields[] = {
	CIDR_LIST("trusted_resolvers", "whose answers are believed; empty: learned"),
	{0},
};

static const struct setting_schema attachments_fields[] = {
	{"sha256", SETTING_TYPE_SCALAR, NULL, "auto", valid_sha256, "auto, on or off",
		"of their content; auto: where the message dataset is written"},
	{0},
};

static const struct setting_schema privacy_fields[] = {
	{"hash_key_file", SETTING_TYPE_SCALAR, NULL, "", NULL, NULL,
		"32 to 1024 bytes that key the pseudonyms; empty: a fixed, weak key"},
	{0},
};

static const struct setting_schema capture_fields[] = {
	{"filter", SETTING_TYPE_SCALAR, NULL, "", NULL, NULL,
		"libpcap expression; empty: live the mail ports and DNS, in a replay all"},
	{"snaplen", SETTING_TYPE_SCALAR, NULL, "262144", valid_snaplen, "a number from 64 to 262144",
		"bytes of a frame that are captured"},
	{"buffer", SETTING_TYPE_SCALAR, NULL, "64MiB", valid_buffer, "a size from 64KiB to 2047MiB",
		"ring of each interface"},
	{"checksums", SETTING_TYPE_SCALAR, NULL, "auto", valid_checksums, "auto, all or none",
		"which packets with a wrong one are dropped"},
	{0},
};

static const struct setting_schema output_fields[] = {
	{"type", SETTING_TYPE_SCALAR, NULL, NULL, valid_output_type, "\"file\" or \"stdout\"",
		"where it goes"},
	{"path", SETTING_TYPE_SCALAR, NULL, "", NULL, NULL, "of a file"},
	{"format", SETTING_TYPE_SCALAR, NULL, "ecs", valid_format, "\"ecs\"", "how it looks"},
	{"datasets", SETTING_TYPE_LIST, NULL, "", valid_dataset,
		"one of alert, source, campaign, session, message, stats, engine",
		"empty: those of --datasets"},
	{0},
};

static const struct setting_schema root_fields[] = {
	{"version", SETTING_TYPE_SCALAR, NULL, "1", valid_version, "1", "of this format"},
	{"sensor", SETTING_TYPE_MAP, sensor_fields, NULL, NULL, NULL, NULL},
	{"topology", SETTING_TYPE_MAP, topology_fields, NULL, NULL, NULL, NULL},
	{"memory", SETTING_TYPE_SCALAR, NULL, "1GiB", valid_memory, "a size from 64MiB to 64GiB",
		"of all tables together"},
	{"learning", SETTING_TYPE_SCALAR, NULL, "on", valid_bool, "on or off",
		"live: campaigns of the first 24 h are capped at low"},
	{"dns", SETTING_TYPE_MAP, dns_fields, NULL, NULL, NULL, NULL},
	{"attachments", SETTING_TYPE_MAP, attachments_fields, NULL, NULL, NULL, NULL},
	{"privacy", SETTING_TYPE_MAP, privacy_fields, NULL, NULL, NULL, NULL},
	{"capture", SETTING_TYPE_MAP, capture_fields, NULL, NULL, NULL, NULL},
	{"outputs", SETTING_TYPE_ITEMS, output_fields, NULL, NULL, NULL, NULL},
	{"checks", SETTING_TYPE_CHECKS, NULL, NULL, NULL, NULL, NULL},
	{0},
};

static const struct setting_schema root = {
	"", SETTING_TYPE_MAP, root_fields, NULL, NULL, NULL, NULL};

const struct setting_schema *setting_schema_root(void)
{
	return &root;
}

static const struct setting_schema *field_of(const struct setting_schema *s, const char *name)
{
	for (const struct setting_schema *f = s->fields; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* A text of the configuration, fit to be shown. */
static const char *shown(const char *text, char buf[80])
{
	return log_safe(span_str(text), buf, 80);
}

static void unknown_key(
	const struct setting_schema *s, const struct setting_node *n, struct setting_errors *errors)
{
	char names[256] = "", buf[80];
	size_t len = 0;

	for (const struct setting_schema *f = s->fields; f->name && len < sizeof(names); f++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
			f == s->fields ? "" : ", ", f->name);
	setting_error(errors, &n->origin, "there is no setting \"%s\" here; there are: %s",
		shown(n->key, buf), names);
}

static void verify_text(const struct setting_schema *s, const struct setting_origin *o,
	const char *text, struct setting_errors *errors)
{
	char buf[80];

	if (s->valid && s->valid(text) != 1)
		setting_error(errors, o, "%s: \"%s\" is not %s", s->name, shown(text, buf),
			s->wants);
}

/* The next item of a comma-separated text, trimmed; NULL at the end. */
static char *next_item(char **rest)
{
	char *item;

	while ((item = strsep(rest, ",")) != NULL) {
		item += strspn(item, " ");
		for (size_t n = strlen(item); n > 0 && item[n - 1] == ' '; n--)
			item[n - 1] = '\0';
		if (*item)
			return item;
	}
	return NULL;
}

/* Calls `each` for the texts of a list, which may be written as one scalar with commas. */
static void list_each(const struct setting_node *n,
	void (*each)(void *cookie, const struct setting_origin *o, const char *text), void *cookie)
{
	if (n->kind == SETTING_SCALAR) {
		char *copy = strdup(n->value), *rest = copy, *item;

		while (copy && (item = next_item(&rest)) != NULL)
			each(cookie, &n->origin, item);
		free(copy);
		return;
	}
	for (const struct setting_node *c = n->children; c; c = c->next)
		each(cookie, &c->origin, c->value);
}

struct checking {
	const struct setting_schema *s;
	struct setting_errors *errors;
};

static void verify_item(void *cookie, const struct setting_origin *o, const char *text)
{
	struct checking *c = cookie;

	verify_text(c->s, o, text, c->errors);
}

static void verify_list(const struct setting_schema *s, const struct setting_node *n,
	struct setting_errors *errors)
{
	struct checking c = {s, errors};

	if (n->kind == SETTING_MAP) {
		setting_error(errors, &n->origin, "%s is a list", s->name);
		return;
	}
	for (const struct setting_node *i = n->children; i; i = i->next) {
		if (i->kind != SETTING_SCALAR) {
			setting_error(errors, &i->origin, "%s is a list of plain values", s->name);
			return;
		}
	}
	list_each(n, verify_item, &c);
}

static void verify_setting(const struct check *check, const struct setting_node *n,
	struct setting_errors *errors)
{
	const struct check_setting *set =
		check_setting_find(span_str(check->id), span_str(n->key));
	char buf[80];
	int64_t v;

	if (!set) {
		setting_error(errors, &n->origin,
			"the check %s has no setting \"%s\"; heloscope --explain %s lists them",
			check->id, shown(n->key, buf), check->id);
		return;
	}
	if (n->kind != SETTING_SCALAR || setting_value_int(n->value, &v) != 1 || v < set->min ||
		v > set->max)
		setting_error(errors, &n->origin,
			"checks.%s.%s is a whole number from %lld to %lld (%s)", check->id,
			set->name, (long long)set->min, (long long)set->max, set->unit);
}

static void verify_checks(const struct setting_node *n, struct setting_errors *errors)
{
	char buf[80];

	if (n->kind != SETTING_MAP) {
		setting_error(errors, &n->origin, "checks is a mapping of checks to their settings");
		return;
	}
	for (const struct setting_node *c = n->children; c; c = c->next) {
		const struct check *check = check_find(span_str(c->key));

		if (!check) {
			setting_error(errors, &c->origin,
				"there is no check \"%s\"; heloscope --list-checks lists them",
				shown(c->key, buf));
			continue;
		}
		if (c->kind != SETTING_MAP) {
			setting_error(errors, &c->origin, "%s is a mapping of settings", check->id);
			continue;
		}
		for (const struct setting_node *s = c->children; s; s = s->next)
			verify_setting(check, s, errors);
	}
}

static void verify_map(const struct setting_schema *s, const struct setting_node *n,
	struct setting_errors *errors);

static void verify_field(const struct setting_schema *s, const struct setting_node *n,
	struct setting_errors *errors)
{
	switch (s->type) {
	case SETTING_TYPE_MAP:
		verify_map(s, n, errors);
		break;
	case SETTING_TYPE_SCALAR:
		if (n->kind != SETTING_SCALAR)
			setting_error(errors, &n->origin, "%s is a single value", s->name);
		else
			verify_text(s, &n->origin, n->value, errors);
		break;
	case SETTING_TYPE_LIST:
		verify_list(s, n, errors);
		break;
	case SETTING_TYPE_ITEMS:
		if (n->kind != SETTING_LIST) {
			setting_error(errors, &n->origin, "%s is a list of mappings", s->name);
			break;
		}
		for (const struct setting_node *i = n->children; i; i = i->next)
			verify_map(s, i, errors);
		break;
	case SETTING_TYPE_CHECKS:
		verify_checks(n, errors);
		break;
	}
}

static void verify_map(const struct setting_schema *s, const struct setting_node *n,
	struct setting_errors *errors)
{
	if (n->kind != SETTING_MAP) {
		setting_error(errors, &n->origin, "%s is a mapping (\"name: value\" lines)",
			s->name);
		return;
	}
	for (const struct setting_node *c = n->children; c; c = c->next) {
		const struct setting_schema *f = field_of(s, c->key);

		if (f)
			verify_field(f, c, errors);
		else
			unknown_key(s, c, errors);
	}
	for (const struct setting_schema *f = s->fields; f->name; f++)
		if (f->type == SETTING_TYPE_SCALAR && !f->fallback && !setting_child(n, f->name))
			setting_error(errors, &n->origin, "%s needs a \"%s\"", s->name, f->name);
}

void setting_schema_check(const struct setting_node *tree, struct setting_errors *errors)
{
	if (tree)
		verify_map(&root, tree, errors);
}

/* A double-quoted YAML scalar (YAML 1.1 5.7): always right, whatever the text. */
static void write_text(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(f, "\\x%02x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

struct writing {
	FILE *f;
	int items;
};

static void write_item(void *cookie, const struct setting_origin *o, const char *text)
{
	struct writing *w = cookie;

	fputs(w->items++ ? ", " : "", w->f);
	write_text(w->f, text);
}

/* The settings of one check stand together in their table. */
static void write_checks(const struct setting_node *n, FILE *f)
{
	for (int p = 0; p < PARAM_COUNT; p++) {
		const struct check_setting *s = check_setting_get((enum check_param)p);
		const char *id = check_get(s->check)->id;
		const struct setting_node *given = setting_child(setting_child(n, id), s->name);
		int64_t v = s->value;

		if (p == 0 || check_setting_get((enum check_param)(p - 1))->check != s->check)
			fprintf(f, "  %s:\n", id);
		if (given)
			setting_value_int(given->value, &v);
		fprintf(f, "    %s: %lld\n", s->name, (long long)v);
	}
}

static void write_map(
	const struct setting_schema *s, const struct setting_node *n, FILE *f, int indent);

static void write_field(
	const struct setting_schema *s, const struct setting_node *n, FILE *f, int indent)
{
	struct writing w = {f, 0};

	fprintf(f, "%s:", s->name);
	switch (s->type) {
	case SETTING_TYPE_MAP:
		fputc('\n', f);
		write_map(s, n, f, indent + 2);
		break;
	case SETTING_TYPE_SCALAR:
		fputc(' ', f);
		write_text(f, n ? n->value : s->fallback);
		fputc('\n', f);
		break;
	case SETTING_TYPE_LIST:
		fputs(" [", f);
		if (n)
			list_each(n, write_item, &w);
		fputs("]\n", f);
		break;
	case SETTING_TYPE_ITEMS:
		if (!n || !n->children) {
			fputs(" []\n", f);
			break;
		}
		fputc('\n', f);
		for (const struct setting_node *i = n->children; i; i = i->next) {
			fprintf(f, "%*s-\n", indent + 2, "");
			write_map(s, i, f, indent + 4);
		}
		break;
	case SETTING_TYPE_CHECKS:
		fputc('\n', f);
		write_checks(n, f);
		break;
	}
}

static void write_map(
	const struct setting_schema *s, const struct setting_node *n, FILE *f, int indent)
{
	for (const struct setting_schema *field = s->fields; field->name; field++) {
		fprintf(f, "%*s", indent, "");
		write_field(field, setting_child(n, field->name), f, indent);
	}
}

void setting_schema_write(const struct setting_node *tree, FILE *f)
{
	write_map(&root, tree, f, 0);
}
