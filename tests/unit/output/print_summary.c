/* SPDX-License-Identifier: Apache-2.0 */
/* print_summary COLUMNS [colour]: the sample summary, to be looked at and to renew its goldens. */
#include <stdlib.h>

#include "sample_summary.h"

int main(int argc, char **argv)
{
	struct summary *s = summary_create();
	struct summary_input in = sample_summary_input();

	if (!s || argc < 2)
		return 1;
	sample_summary_fill(s);
	summary_print_text(s, &in, stdout, atoi(argv[1]), argc > 2);
	summary_destroy(s);
	return 0;
}
