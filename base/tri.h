/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three-valued truth of a passive observer. Zeroed memory is TRI_UNKNOWN, and unknown never
 * counts against anybody.
 */
#ifndef BASE_TRI_H
#define BASE_TRI_H

#include <stdbool.h>

enum tri {
	TRI_UNKNOWN = 0,
	TRI_NO,
	TRI_YES,
};

static inline enum tri tri_of(bool b)
{
	return b ? TRI_YES : TRI_NO;
}

#endif
