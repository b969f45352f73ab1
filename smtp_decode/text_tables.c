/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_tables.h"

#include <stdlib.h>

#include "smtp_decode/text_fold.h"
#include "smtp_decode/text_names.h"
#include "smtp_decode/text_tag.h"

struct text_tables *text_tables_create(void)
{
	struct text_tables *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	text_fold_fill(t);
	text_tag_fill(t);
	text_names_fill(t);
	return t;
}

void text_tables_destroy(struct text_tables *t)
{
	free(t);
}
