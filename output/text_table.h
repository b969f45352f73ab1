/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small table for a terminal: columns as wide as what stands in them, shrunk or left out where
 * the line is too narrow. Cells hold bytes from the wire; they are escaped as they are printed.
 */
#ifndef OUTPUT_TEXT_TABLE_H
#define OUTPUT_TEXT_TABLE_H

#include <stdio.h>

#include "base/span.h"

#define TEXT_TABLE_ROWS 20
#define TEXT_TABLE_COLUMNS 8
#define TEXT_TABLE_CELL 160

enum text_style {
	TEXT_PLAIN,
	TEXT_BOLD,
	TEXT_BAD,  /* red */
	TEXT_WARN, /* yellow */
};

struct text_column {
	const char *title;
	bool right;        /* numbers */
	bool prose;        /* may show what wire_text_prose() lets through */
	unsigned int min;  /* it may be cut to so many characters; 0: never cut */
	unsigned int drop; /* left out where the line is too narrow, the highest first; 0: never */
};

struct text_table;

/* NULL where memory is short. `columns` is borrowed. */
struct text_table *text_table_create(const struct text_column *columns, size_t count);
void text_table_destroy(struct text_table *t);

/* Opens the next row; false where the table is full. */
bool text_table_row(struct text_table *t);
/* The next cell of that row. */
void text_table_cell(struct text_table *t, enum text_style style, struct span text);
void text_table_cellf(struct text_table *t, enum text_style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints title and rows, each line indented by two and at most `width` characters long. */
void text_table_print(const struct text_table *t, FILE *f, size_t width, bool colour);

/* Prints `text` in that style. */
void text_table_styled(FILE *f, enum text_style style, bool colour, const char *text);

#endif
