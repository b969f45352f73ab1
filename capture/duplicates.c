/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/duplicates.h"

#include "base/hash.h"
#include "capture/flow_hash.h"

static_assert((DUPLICATES_SETS & (DUPLICATES_SETS - 1)) == 0, "chosen by bits of the key");

void duplicates_prefetch(const struct duplicates *d, uint64_t hash, uint64_t fingerprint)
{
	uint64_t key = hash_mix(hash, fingerprint);

	__builtin_prefetch(d->entries[flow_hash_shard(hash)][key % DUPLICATES_SETS]);
}

bool duplicates_seen(struct duplicates *d, uint64_t hash, uint64_t fingerprint, nstime time)
{
	uint64_t key = hash_mix(hash, fingerprint);
	struct duplicates_entry *set = d->entries[flow_hash_shard(hash)][key % DUPLICATES_SETS];
	struct duplicates_entry *oldest = set;

	for (int i = 0; i < DUPLICATES_WAYS; i++) {
		if (set[i].key == key && time - set[i].time <= DUPLICATES_WINDOW) {
			d->copies++;
			return true;
		}
		if (set[i].time < oldest->time)
			oldest = &set[i];
	}
	*oldest = (struct duplicates_entry){key, time};
	return false;
}
