/* SPDX-License-Identifier: Apache-2.0 */
/* What a check is called in ECS rule.*, in MITRE ATT&CK (detection 2.5), and in a few words. */
#ifndef OUTPUT_RULE_TABLE_H
#define OUTPUT_RULE_TABLE_H

#define RULE_TECHNIQUES 2

struct technique {
	const char *id, *name;         /* T1584, Compromise Infrastructure; id NULL: none */
	const char *sub_id, *sub_name; /* T1584.005, Botnet; NULL: none */
};

struct rule {
	const char *check; /* rule.id */
	const char *name;
	const char *brief;                                   /* a few words for a table */
	const struct technique *techniques[RULE_TECHNIQUES]; /* up to the first NULL */
};

/* NULL where the check is not in the table. */
const struct rule *rule_table_find(const char *check);

#endif
