/* SPDX-License-Identifier: Apache-2.0 */
#include "output/text_table.h"

#include <stdarg.h>
#include <stdlib.h>

#include "output/wire_text.h"

#define INDENT 2
#define GAP 2

struct cell {
	enum text_style style;
	size_t len;
	uint8_t text[TEXT_TABLE_CELL];
};

struct text_table {
	const struct text_column *columns;
	size_t column_count, row_count, cell_count; /* cell_count: of the last row */
	struct cell cells[TEXT_TABLE_ROWS][TEXT_TABLE_COLUMNS];
};

/* How wide each column is printed; 0: not at all. */
struct layout {
	size_t width[TEXT_TABLE_COLUMNS];
};

struct text_table *text_table_create(const struct text_column *columns, size_t count)
{
	struct text_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->columns = columns;
	t->column_count = count;
	return t;
}

void text_table_destroy(struct text_table *t)
{
	free(t);
}

bool text_table_row(struct text_table *t)
{
	if (t->row_count == TEXT_TABLE_ROWS)
		return false;
	t->row_count++;
	t->cell_count = 0;
	return true;
}

void text_table_cell(struct text_table *t, enum text_style style, struct span text)
{
	struct cell *c = &t->cells[t->row_count - 1][t->cell_count++];

	c->style = style;
	c->len = text.len < sizeof(c->text) ? text.len : sizeof(c->text);
	if (c->len > 0)
		memcpy(c->text, text.p, c->len);
}

void text_table_cellf(struct text_table *t, enum text_style style, const char *fmt, ...)
{
	char text[TEXT_TABLE_CELL];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_table_cell(t, style, span_str(text));
}

/* Bytes that a cell of `width` columns may take. */
#define RENDERED_MAX (WIRE_TEXT_MAX(TEXT_TABLE_CELL) + 1)

/* Writes the cell to `out`, and returns how many columns it takes: at most `width`. */
static size_t render(const struct text_table *t, size_t column, const struct cell *c, size_t width,
	char out[RENDERED_MAX])
{
	struct span text = span_of(c->text, c->len);

	if (width > RENDERED_MAX - 1)
		width = RENDERED_MAX - 1;
	return t->columns[column].prose ? wire_text_prose(text, width, out)
					: wire_text_ascii(text, width, out);
}

static size_t natural_width(const struct text_table *t, size_t column)
{
	char text[RENDERED_MAX];
	size_t width = strlen(t->columns[column].title);

	for (size_t r = 0; r < t->row_count; r++) {
		size_t n = render(t, column, &t->cells[r][column], RENDERED_MAX, text);

		width = n > width ? n : width;
	}
	return width;
}

static size_t total_width(const struct text_table *t, const struct layout *l)
{
	size_t sum = INDENT;
	bool first = true;

	for (size_t c = 0; c < t->column_count; c++) {
		if (l->width[c] == 0)
			continue;
		sum += l->width[c] + (first ? 0 : GAP);
		first = false;
	}
	return sum;
}

/* Takes one character from the widest column that may still give; false where none may. */
static bool shrink(const struct text_table *t, struct layout *l)
{
	size_t widest = t->column_count;

	for (size_t c = 0; c < t->column_count; c++) {
		if (t->columns[c].min == 0 || l->width[c] <= t->columns[c].min)
			continue;
		if (widest == t->column_count || l->width[c] > l->width[widest])
			widest = c;
	}
	if (widest == t->column_count)
		return false;
	l->width[widest]--;
	return true;
}

/* Leaves a column out; false where none may be. */
static bool drop(const struct text_table *t, struct layout *l)
{
	size_t victim = t->column_count;

	for (size_t c = 0; c < t->column_count; c++) {
		if (t->columns[c].drop == 0 || l->width[c] == 0)
			continue;
		if (victim == t->column_count || t->columns[c].drop > t->columns[victim].drop)
			victim = c;
	}
	if (victim == t->column_count)
		return false;
	l->width[victim] = 0;
	return true;
}

static struct layout fit(const struct text_table *t, size_t width)
{
	struct layout natural = {{0}}, l;

	for (size_t c = 0; c < t->column_count; c++)
		natural.width[c] = natural_width(t, c);
	do {
		l = natural;
		while (total_width(t, &l) > width && shrink(t, &l))
			;
	} while (total_width(t, &l) > width && drop(t, &natural));
	return l;
}

void text_table_styled(FILE *f, enum text_style style, bool colour, const char *text)
{
	static const char *const codes[] = {
		[TEXT_PLAIN] = "", [TEXT_BOLD] = "1", [TEXT_BAD] = "31", [TEXT_WARN] = "33"};

	if (colour && style != TEXT_PLAIN)
		fprintf(f, "\x1b[%sm%s\x1b[0m", codes[style], text);
	else
		fputs(text, f);
}

/* One line; `row` NULL: the titles. Nothing trails. */
static void print_line(const struct text_table *t, const struct layout *l, const struct cell *row,
	FILE *f, bool colour)
{
	char text[RENDERED_MAX];
	size_t pending = INDENT; /* spaces before the next text */

	for (size_t c = 0; c < t->column_count; c++) {
		size_t width = l->width[c], n;

		if (width == 0)
			continue;
		n = row ? render(t, c, &row[c], width, text)
			: wire_text_ascii(span_str(t->columns[c].title), width, text);
		if (t->columns[c].right)
			pending += width - n;
		if (n > 0) {
			fprintf(f, "%*s", (int)pending, "");
			text_table_styled(f, row ? row[c].style : TEXT_BOLD, colour, text);
			pending = 0;
		}
		pending += GAP + (t->columns[c].right ? 0 : width - n);
	}
	fputc('\n', f);
}

void text_table_print(const struct text_table *t, FILE *f, size_t width, bool colour)
{
	struct layout l = fit(t, width);

	print_line(t, &l, NULL, f, colour);
	for (size_t r = 0; r < t->row_count; r++)
		print_line(t, &l, t->cells[r], f, colour);
}
