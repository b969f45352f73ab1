/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large pages for large tables: who looks up at random places would else miss the TLB, and fault
 * once for every 4 KiB.
 */
#ifndef BASE_BIG_H
#define BASE_BIG_H

#include <stddef.h>

/* Asks the system for large pages for what lies whole within; it may have none. */
void big_advise(void *p, size_t size);

#endif
