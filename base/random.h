/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word that nobody can guess, another at each call: the secret of a table. It may place things
 * in memory; nothing that is written may depend on it.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

uint64_t random_word(void);

#endif
