/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/filter_text.h"

#include <ctype.h>
#include <pcap/dlt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORTS "tcp port 25 or tcp port 465 or tcp port 587 or tcp port 2525 or port 53"
#define FRAGMENTS "(ip[6:2] & 0x1fff != 0 and (ip proto 6 or ip proto 17)) or ip6 proto 44"
/* Hop-by-hop, routing, AH, destination options; a port behind them is out of a filter's reach. */
#define EXTENSIONS "ip6 proto 0 or ip6 proto 43 or ip6 proto 51 or ip6 proto 60 or ip proto 51"
/* IP in IP, GRE with all that it holds, MPLS in IP; VXLAN, VXLAN-GPE, Geneve. */
#define TUNNELS                                                                                    \
	"ip proto 4 or ip proto 41 or ip proto 47 or ip proto 137 or "                             \
	"ip6 proto 4 or ip6 proto 41 or ip6 proto 47 or ip6 proto 137 or "                         \
	"udp dst port 4789 or udp dst port 4790 or udp dst port 8472 or udp dst port 6081"
#define IP_PART PORTS " or " FRAGMENTS " or " EXTENSIONS " or " TUNNELS
/* MPLS and PPPoE sessions. */
#define ETHERNET_PART "ether proto 0x8847 or ether proto 0x8848 or ether proto 0x8864"

static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* Does `word` stand in `text`, not as a part of another word? */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)) != NULL; at += len)
		if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[len]))
			return true;
	return false;
}

char *filter_text_tagged(const char *expression, int link_type)
{
	static const char *const shifting[] = {"vlan", "mpls", "pppoes", "geneve"};
	bool as_it_is = link_type != DLT_EN10MB || expression[strspn(expression, " \t\n")] == '\0';
	char *text;

	for (size_t i = 0; i < sizeof(shifting) / sizeof(shifting[0]); i++)
		as_it_is = as_it_is || has_word(expression, shifting[i]);
	if (as_it_is)
		return strdup(expression);
	/* The second "vlan" stands behind the first, and means the second tag. */
	if (asprintf(&text, "(%s) or (vlan and (%s)) or (vlan and (%s))", expression, expression,
		    expression) < 0)
		return NULL;
	return text;
}

char *filter_text_default(int link_type)
{
	return filter_text_tagged(
		link_type == DLT_EN10MB ? IP_PART " or " ETHERNET_PART : IP_PART, link_type);
}
