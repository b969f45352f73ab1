/* SPDX-License-Identifier: Apache-2.0 */
#include "base/big.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void big_advise(void *p, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = ((uintptr_t)p + page - 1) & ~(uintptr_t)(page - 1);
	uintptr_t end = ((uintptr_t)p + size) & ~(uintptr_t)(page - 1);

	if (end > first)
		madvise((void *)first, end - first, MADV_HUGEPAGE);
}
