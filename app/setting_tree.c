/* SPDX-License-Identifier: Apache-2.0 */
#include "app/setting_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/log.h"

void setting_error(struct setting_errors *e, const struct setting_origin *o, const char *fmt, ...)
{
	char text[512], line[768];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (o->line)
		n = snprintf(line, sizeof(line), "%s:%u:%u: %s", o->source, o->line, o->column, text);
	else
		n = snprintf(line, sizeof(line), "%s: %s", o->source, text);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	if (e->count == sizeof(e->lines) / sizeof(e->lines[0])) {
		e->more++;
		return;
	}
	e->lines[e->count++] = arena_strndup(e->arena, line, (size_t)n);
}

static struct setting_node *new_node(
	struct arena *a, enum setting_kind kind, const struct setting_origin *origin)
{
	struct setting_node *n = arena_alloc(a, sizeof(*n));

	if (!n)
		abort(); /* a configuration is at most 1 MiB: no memory for it is no memory at all */
	*n = (struct setting_node){.kind = kind, .origin = *origin};
	return n;
}

static struct setting_origin origin_of(const char *source, yaml_mark_t mark)
{
	return (struct setting_origin){
		source, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

struct reading {
	struct arena *a;
	const char *source;
	yaml_document_t *doc;
	struct setting_errors *errors;
};

static struct setting_node *convert(struct reading *r, int id, int depth);

static struct setting_node *convert_list(struct reading *r, yaml_node_t *y, int depth)
{
	struct setting_origin o = origin_of(r->source, y->start_mark);
	struct setting_node *n = new_node(r->a, SETTING_LIST, &o), **tail = &n->children;

	for (yaml_node_item_t *i = y->data.sequence.items.start; i < y->data.sequence.items.top; i++) {
		*tail = convert(r, *i, depth + 1);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
	}
	return n;
}

static struct setting_node *convert_map(struct reading *r, yaml_node_t *y, int depth)
{
	struct setting_origin o = origin_of(r->source, y->start_mark);
	struct setting_node *n = new_node(r->a, SETTING_MAP, &o), **tail = &n->children;

	for (yaml_node_pair_t *p = y->data.mapping.pairs.start; p < y->data.mapping.pairs.top; p++) {
		yaml_node_t *k = yaml_document_get_node(r->doc, p->key);
		struct setting_origin ko = origin_of(r->source, k->start_mark);
		const char *key;

		if (k->type != YAML_SCALAR_NODE) {
			setting_error(r->errors, &ko, "a key must be a plain name");
			return NULL;
		}
		key = arena_strndup(r->a, (char *)k->data.scalar.value, k->data.scalar.length);
		if (setting_child(n, key)) {
			setting_error(r->errors, &ko, "\"%s\" stands here a second time", key);
			return NULL;
		}
		*tail = convert(r, p->value, depth + 1);
		if (!*tail)
			return NULL;
		(*tail)->key = key;
		(*tail)->origin = ko;
		tail = &(*tail)->next;
	}
	return n;
}

/* An alias leads to a node that was seen before, so depth alone does not bound the work. */
static struct setting_node *convert(struct reading *r, int id, int depth)
{
	yaml_node_t *y = yaml_document_get_node(r->doc, id);
	struct setting_origin o = origin_of(r->source, y->start_mark);
	struct setting_node *n;

	if (depth > SETTING_DEPTH_MAX) {
		setting_error(r->errors, &o, "nested more than %d deep", SETTING_DEPTH_MAX);
		return NULL;
	}
	if (r->a->used > 16 * SETTING_FILE_MAX) {
		setting_error(r->errors, &o, "the document unfolds to more than fits (aliases?)");
		return NULL;
	}
	switch (y->type) {
	case YAML_SEQUENCE_NODE:
		return convert_list(r, y, depth);
	case YAML_MAPPING_NODE:
		return convert_map(r, y, depth);
	default:
		n = new_node(r->a, SETTING_SCALAR, &o);
		n->value = arena_strndup(r->a, (char *)y->data.scalar.value, y->data.scalar.length);
		return n;
	}
}

static struct setting_node *from_document(struct reading *r)
{
	yaml_node_t *root = yaml_document_get_root_node(r->doc);
	struct setting_origin o = {r->source, 0, 0};

	if (!root || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0))
		return new_node(r->a, SETTING_MAP, &o);
	if (root->type != YAML_MAPPING_NODE) {
		o = origin_of(r->source, root->start_mark);
		setting_error(r->errors, &o, "a configuration is a mapping (\"name: value\" lines)");
		return NULL;
	}
	return convert(r, (int)(root - r->doc->nodes.start) + 1, 0);
}

struct setting_node *setting_tree_read(
	struct arena *a, const char *source, struct span text, struct setting_errors *errors)
{
	struct setting_node *n = NULL;
	yaml_parser_t parser;
	yaml_document_t doc;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser, text.p ? text.p : (const uint8_t *)"", text.len);
	if (!yaml_parser_load(&parser, &doc)) {
		struct setting_origin o = origin_of(source, parser.problem_mark);

		setting_error(errors, &o, "no valid YAML: %s", parser.problem);
	} else {
		struct reading r = {a, source, &doc, errors};

		n = from_document(&r);
		yaml_document_delete(&doc);
	}
	yaml_parser_delete(&parser);
	return n;
}

struct setting_node *setting_tree_read_file(
	struct arena *a, const char *path, struct setting_errors *errors)
{
	struct setting_origin o = {path, 0, 0};
	struct setting_node *n = NULL;
	FILE *f = fopen(path, "rb");
	char *text;
	size_t len;

	if (!f) {
		setting_error(errors, &o, "cannot read the configuration: %s", strerror(errno));
		return NULL;
	}
	text = malloc(SETTING_FILE_MAX + 1);
	if (!text)
		abort();
	len = fread(text, 1, SETTING_FILE_MAX + 1, f);
	if (ferror(f))
		setting_error(errors, &o, "cannot read the configuration: %s", strerror(errno));
	else if (len > SETTING_FILE_MAX)
		setting_error(errors, &o, "a configuration of more than 1 MiB is refused");
	else
		n = setting_tree_read(a, path, span_of(text, len), errors);
	free(text);
	fclose(f);
	return n;
}

struct setting_node *setting_tree_assign(
	struct arena *a, const char *assignment, struct setting_errors *errors)
{
	const char *equals = strchr(assignment, '=');
	size_t name_len = equals ? (size_t)(equals - assignment) : strlen(assignment);
	char shown[96], *source = arena_alloc(a, sizeof(shown) + 8);
	struct setting_origin o = {source, 0, 0};
	struct setting_node *root, *at;
	int depth = 0;

	log_safe(span_of(assignment, name_len), shown, sizeof(shown));
	snprintf(source, sizeof(shown) + 8, "--set %s", shown);
	if (!equals || name_len == 0) {
		setting_error(errors, &o, "takes a name and a value: --set NAME.NAME=VALUE");
		return NULL;
	}
	root = at = new_node(a, SETTING_MAP, &o);
	for (const char *p = assignment;;) {
		size_t n = strcspn(p, ".=");

		if (n == 0 || ++depth > SETTING_DEPTH_MAX) {
			setting_error(errors, &o, "is no dotted name");
			return NULL;
		}
		at->children = new_node(a, p[n] == '.' ? SETTING_MAP : SETTING_SCALAR, &o);
		at = at->children;
		at->key = arena_strndup(a, p, n);
		p += n + 1;
		if (at->kind == SETTING_SCALAR)
			break;
	}
	at->value = arena_strndup(a, equals + 1, strlen(equals + 1));
	return root;
}

const struct setting_node *setting_child(const struct setting_node *map, const char *key)
{
	if (!map || map->kind != SETTING_MAP)
		return NULL;
	for (const struct setting_node *c = map->children; c; c = c->next)
		if (c->key && strcmp(c->key, key) == 0)
			return c;
	return NULL;
}

struct setting_node *setting_tree_merge(struct setting_node *under, struct setting_node *over)
{
	struct setting_node *next;

	if (!under || !over)
		return over ? over : under;
	if (under->kind != SETTING_MAP || over->kind != SETTING_MAP)
		return over;
	for (struct setting_node *c = over->children; c; c = next) {
		struct setting_node **slot = &under->children;

		next = c->next;
		while (*slot && strcmp((*slot)->key, c->key) != 0)
			slot = &(*slot)->next;
		if (*slot) {
			struct setting_node *rest = (*slot)->next;

			*slot = setting_tree_merge(*slot, c);
			(*slot)->next = rest;
		} else {
			c->next = NULL;
			*slot = c;
		}
	}
	return under;
}
