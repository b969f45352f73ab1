/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the table of checks. Numbers named in the texts are the defaults. */
#include "heuristics/check.h"

#define ITEMS(...)              \
	.items = {__VA_ARGS__}, \
	.item_count = sizeof((enum check_item[]){__VA_ARGS__}) / sizeof(enum check_item)

/* clang-format off */
static const struct check table[CHECK_COUNT] = {
	[CHECK_HELO_SYNTAX] = {
		.id = "helo_syntax",
		.family = FAMILY_HELO_SYNTAX,
		.unit = "count",
		.title = "the greeting is no name that a mail server has",
		.decisive =
			"A bad greeting (an address without brackets, our own name, a name "
			"that only bots use, a foreign or private literal, localhost, "
			"illegal characters) when the client's reverse DNS is known to be "
			"none, dynamic or generic, no message of it shows an identity, and "
			"the greeting is no mere localhost or illegal name, or was used in 3 "
			"sessions. Medium.",
		.measure =
			"The argument of each HELO and EHLO, classed by syntax, the client's "
			"address, our own names and what DNS was seen to say: empty, "
			"known_bad, own_name, bare_ipv4, bare_ipv6, literal_ok, "
			"literal_private, literal_wrong, illegal_chars, localhost, "
			"windows_default, single_label, private_tld, unresolved_fqdn, "
			"generic_fqdn, fqdn. The first that fits is taken.",
		.fires =
			"Once is enough; a repeat of the same mistake adds nothing. In "
			"submission sessions it weighs a fifth. Bad greetings in 3 inbound "
			"sessions, or in all where there are fewer, make a source at least "
			"suspect.",
		.false_positives =
			"Mail programs and libraries on submission ports (127.0.0.1, "
			"localhost, the machine's short name), printers and scanners, home "
			"machines that greet as localhost.localdomain, Exchange servers with "
			"a .local name.",
		.advice =
			"If the machine is yours, give its mail server its public host name "
			"(Postfix smtp_helo_name, Exim primary_hostname). If not, most "
			"receivers refuse or grey-list such greetings.",
		.sources =
			"RFC 5321 4.1.1.1, 4.1.3, 4.1.4, 2.3.5. SpamAssassin "
			"FSL_HELO_BARE_IP, HELO_LOCALHOST; rspamd HELO_BAREIP, HELO_BADIP. "
			"Weights measured on the SpamAssassin public corpus.",
		ITEMS(ITEM_HELO_FQDN, ITEM_HELO_NOT_BARE_IP),
	},
	[CHECK_HELO_CHANGING] = {
		.id = "helo_changing",
		.family = FAMILY_HELO_BEHAVIOUR,
		.unit = "count",
		.title = "one address greets with ever new names",
		.decisive = "4 names in 1 hour. Medium.",
		.measure =
			"Distinct HELO names of an address, in lower case without a trailing "
			"dot, over 5 minutes, 1 hour and 24 hours. Names under the address's "
			"dominant org-domain are left out: the one with most sessions among "
			"those that have two names or more and are the reverse DNS's "
			"org-domain or resolve to the address.",
		.fires =
			"3 names in 5 minutes, 4 in 1 hour or 6 in 24 hours. Never for a NAT "
			"pool: 4 names or more, each in 3 sessions that are not all "
			"consecutive, and none of them new in the later half of the "
			"sessions.",
		.false_positives =
			"Several mail servers behind one address, cloud egress, hosting "
			"customers in one IPv6 /64. A stable set is taken for a NAT pool "
			"once its names have come back.",
		.advice =
			"Infected machines behind one address show here too: look at the "
			"names. If the address is your NAT, let only your mail servers use "
			"port 25.",
		.sources =
			"T. Finch, Rate-limiting HELO names with Exim, 2009; the helo_cache "
			"patch for Exim 4.62. RFC 5321 4.1.1.1.",
		ITEMS(ITEM_HELO_CONSISTENT),
	},
	[CHECK_HELO_SHARED] = {
		.id = "helo_shared",
		.family = FAMILY_HELO_BEHAVIOUR,
		.unit = "count",
		.title = "many unrelated addresses greet with one name",
		.measure =
			"Addresses and networks that greeted with the same name in 24 hours, "
			"and for each whether the name leads to it, or shares its reverse "
			"DNS's org-domain.",
		.fires =
			"5 addresses in 3 networks, when reverse DNS is known for them and "
			"80 % have nothing to do with the name.",
		.false_positives =
			"Large providers whose servers greet with one service name (their "
			"reverse DNS has the same org-domain, and they are left out), "
			"appliances with a factory name.",
		.advice =
			"A name used by many unrelated addresses is a mark of one bot "
			"program: search for it in the session records.",
		.sources = "T. Finch, 2009 (the complement of his limit). Reports of ylmf-pc.",
	},
	[CHECK_HELO_RDNS] = {
		.id = "helo_rdns",
		.family = FAMILY_HELO_BEHAVIOUR,
		.unit = "bool",
		.title = "greeting and reverse DNS have nothing in common",
		.measure =
			"The relation of each greeting to the client's reverse DNS: exact, "
			"same_org, forward_ok (the name resolves to the client), mismatch, "
			"or nx (the name does not exist).",
		.fires =
			"A mismatch with a confirmed reverse DNS; more when the greeting is "
			"the name of a large mailbox provider. Exact and same_org speak for "
			"the source. Never without the DNS answers it needs.",
		.false_positives =
			"Servers whose reverse DNS is their provider's, small offices, "
			"appliances. A mismatch alone never makes an alert.",
		.advice =
			"Have the provider set the reverse DNS to the name the server greets "
			"with.",
		.sources =
			"RFC 5321 4.1.4 (a server must not refuse for this alone), RFC 1912 "
			"2.1. Weights measured on the SpamAssassin public corpus.",
		ITEMS(ITEM_HELO_MATCHES_RDNS),
	},
	[CHECK_RDNS_CLASS] = {
		.id = "rdns_class",
		.family = FAMILY_RDNS,
		.unit = "bool",
		.title = "no reverse DNS, or that of an access line",
		.measure =
			"Whether the address has a PTR record, whether that name leads back "
			"to it, and what it looks like: dynamic, static_generic, generic or "
			"named, by the words in it and the address embedded in it.",
		.fires =
			"None, dynamic, generic, or not leading back. A chosen name that "
			"leads back speaks for the source. Never without the answer: with no "
			"DNS on the tap it stays unknown.",
		.false_positives =
			"Small offices on business lines, new virtual machines, IPv6 hosts "
			"without reverse DNS.",
		.advice =
			"Large receivers refuse such addresses whatever they send. Mail from "
			"there belongs through the provider's relay.",
		.sources =
			"RFC 1912 2.1, RFC 7372 3.3. SpamAssassin RDNS_NONE, RDNS_DYNAMIC; "
			"rspamd hfilter. Weights measured on the SpamAssassin public corpus.",
		ITEMS(ITEM_IP_HAS_RDNS, ITEM_IP_RDNS_NOT_DYNAMIC),
	},
	[CHECK_CONTENT_SPREAD] = {
		.id = "content_spread",
		.family = FAMILY_CONTENT_SPREAD,
		.unit = "count",
		.title = "what it sends comes from many addresses",
		.measure =
			"For each content that an address sends: how many addresses send it, "
			"and with how many From org-domains, once the messages of recognised "
			"pools (a mail provider's own servers) are left out.",
		.fires =
			"It fails the card at 10 addresses, or at 5 addresses with 3 From "
			"org-domains. It weighs nothing by itself: that one text comes from "
			"many addresses is normal; the campaign patterns look at who stands "
			"behind them.",
		.false_positives =
			"Notices that the same software sends from many sites, chain "
			"letters.",
		.advice =
			"Compare the members' HELO and reverse DNS in the campaign alert, if "
			"there is one.",
		.sources =
			"Xie et al., Spamming Botnets: Signatures and Characteristics "
			"(AutoRE), SIGCOMM 2008.",
		ITEMS(ITEM_IP_CONTENT_ON_FEW_IPS, ITEM_CONTENT_NOT_SHARED),
	},
	[CHECK_SYNCHRONY] = {
		.id = "synchrony",
		.family = FAMILY_SYNCHRONY,
		.unit = "count",
		.title = "many addresses send one content at one moment",
		.measure =
			"The most addresses that sent one content within 60 seconds, pools "
			"left out, against what its mean rate over its life would bring by "
			"chance; and pairs of addresses that started within 2 seconds.",
		.fires =
			"5 addresses of 4 networks in 60 seconds where chance would bring "
			"that less than once in 10,000, or 3 such pairs.",
		.false_positives = "Pools of mail providers (left out), notices with a fixed hour.",
		.advice = "It points to one command that started them all. See the campaign.",
		.sources =
			"Gu et al., BotSniffer, NDSS 2008. A scan statistic with a Poisson "
			"tail.",
		ITEMS(ITEM_SENDING_NOT_SYNCHRONISED),
	},
	[CHECK_HOLD_TIME] = {
		.id = "hold_time",
		.family = FAMILY_SESSION,
		.unit = "ms",
		.title = "connections are held open, not closed",
		.measure =
			"Per session the time from the server's last reply before the end to "
			"the end: QUIT, a close or reset by either side, or an unsolicited "
			"421. The lower median over an address's sessions; a session that "
			"ended by silence or with the capture counts with what was seen of "
			"it.",
		.fires = "A median over 30 seconds in 5 sessions or more. Fewer say nothing.",
		.false_positives =
			"Mail servers that keep connections for reuse (Sendmail's connection "
			"cache, Exchange), monitoring probes. A server that takes nothing: the "
			"reason says in how many sessions its receive window was closed, "
			"timing.zero_window_ms of a session for how long.",
		.advice =
			"Held connections use up a receiver's slots. Lower the connection "
			"cache time of the sending server.",
		.sources = "RFC 5321 4.1.1.10, 4.5.3.2.7.",
		ITEMS(ITEM_SENDING_CLOSES_PROMPTLY),
	},
	[CHECK_ENVELOPE_FROM] = {
		.id = "envelope_from",
		.family = FAMILY_IDENTITY,
		.unit = "count",
		.title = "envelope senders of many organisations",
		.measure =
			"Distinct org-domains of MAIL FROM (VERP, SRS and BATV undone) of an "
			"address in an hour, and whether they are, or share a word of six "
			"letters with, its reverse DNS or greeting.",
		.fires =
			"10 org-domains in 1 hour, none related, and 80 % of the messages "
			"known to pass neither SPF nor DKIM. While neither is evaluated it "
			"cannot fire.",
		.false_positives = "Mail providers, hosters, forwarders, university gateways.",
		.advice =
			"Look whether a web application on the host sends with invented "
			"senders.",
		.sources = "RFC 5321 4.1.1.2, RFC 7208 2.4.",
		ITEMS(ITEM_HEADER_ENVELOPE_FROM_CONSISTENT, ITEM_HEADER_ENVELOPE_FROM_LIKE_RDNS),
	},
	[CHECK_MESSAGE_ID] = {
		.id = "message_id",
		.family = FAMILY_MESSAGE_FORM,
		.unit = "permille",
		.title = "messages come without a valid Message-ID",
		.measure =
			"Share of an address's inbound messages, of those whose header was "
			"seen, that have no Message-ID or one that RFC 5322 does not allow.",
		.fires =
			"A tenth of its messages or more. Not on submission, where the "
			"server adds the field.",
		.false_positives = "Devices and scripts that leave the field out.",
		.advice = "Let the sending program write a Message-ID with its own domain.",
		.sources = "RFC 5322 3.6.4. SpamAssassin MISSING_MID.",
		ITEMS(ITEM_HEADER_MESSAGE_ID),
	},
	[CHECK_CAMPAIGN_BOTNET] = {
		.id = "campaign_botnet",
		.family = FAMILY_CONTENT_SPREAD,
		.unit = "count",
		.title = "one content from many hosts without an identity",
		.decisive =
			"The pattern itself. Medium; high from 50 addresses or 100 "
			"recipients; critical with one of our own servers among them.",
		.measure =
			"For each content, over 1 hour and 24 hours, once pools are left "
			"out: addresses, networks, messages an address, the share of "
			"messages that no identity stands behind, and the share from "
			"addresses whose reverse DNS is none, dynamic, generic or "
			"unconfirmed.",
		.fires =
			"8 addresses in 6 networks, at most 5 messages each in the median, "
			"and 70 % without an identity or 70 % from such addresses.",
		.false_positives =
			"Notices of many small sites without DNS records on the tap; where "
			"each site is told by its own name it counts as independent servers "
			"and opens at low.",
		.advice =
			"Block the listed members; the queue ids in the campaign record find "
			"the accepted copies. Members of your own networks are infected or "
			"misused.",
		.sources =
			"Xie et al., AutoRE, SIGCOMM 2008; Zhuang et al., Characterizing "
			"Botnets from Email Spam Records, LEET 2008; Pitsillidis et al., "
			"Judo, NDSS 2010.",
		ITEMS(ITEM_CONTENT_NOT_THINLY_SPREAD, ITEM_HOST_NOT_INFECTED),
	},
	[CHECK_CAMPAIGN_SNOWSHOE] = {
		.id = "campaign_snowshoe",
		.family = FAMILY_CONTENT_SPREAD,
		.unit = "count",
		.title = "one content spread thinly over many identities",
		.decisive = "The pattern itself. Severity as for campaign_botnet.",
		.measure =
			"As campaign_botnet, with the number of distinct identities (shown "
			"or claimed) and the share of the largest.",
		.fires =
			"10 addresses in 4 networks, or 8 neighbours inside one /22 (IPv6 "
			"/48), at most 5 messages each in the median, 5 identities, none "
			"with half of the messages, within 24 hours of the third address; "
			"less than 70 % without an identity.",
		.false_positives =
			"Software notices from customers' own servers, told apart as "
			"independent servers.",
		.advice =
			"Block by the content's links and by the address blocks listed; new "
			"domains will follow.",
		.sources =
			"Spamhaus on snowshoe spam and its CSS list; van der Toorn et al., "
			"Melting the Snow, NOMS 2018.",
		ITEMS(ITEM_CONTENT_NOT_THINLY_SPREAD),
	},
	[CHECK_CAMPAIGN_SPOOFED_BRAND] = {
		.id = "campaign_spoofed_brand",
		.family = FAMILY_CONTENT_SPREAD,
		.unit = "count",
		.title = "many hosts send one content in a brand's name",
		.decisive = "The pattern itself. Severity as for campaign_botnet.",
		.measure =
			"As campaign_botnet, with the share of messages that carry one From "
			"org-domain and the share that fails DMARC.",
		.fires =
			"5 addresses in 4 networks, one From org-domain in 80 %, DMARC "
			"failing in 80 %, half without an identity. While DMARC is not "
			"evaluated it cannot fire.",
		.false_positives = "A brand whose servers are missing from its own SPF record.",
		.advice = "Refuse by DMARC policy; tell the brand.",
		.sources = "RFC 9989 (DMARC).",
		ITEMS(ITEM_CONTENT_NOT_THINLY_SPREAD),
	},
	[CHECK_CAMPAIGN_LOW_AND_SLOW] = {
		.id = "campaign_low_and_slow",
		.family = FAMILY_CONTENT_SPREAD,
		.unit = "count",
		.title = "one content from very many hosts, over a day",
		.decisive = "The pattern itself. Severity as for campaign_botnet.",
		.measure = "As campaign_botnet, over 24 hours only.",
		.fires =
			"20 addresses in 6 networks, none with more than 3 messages, and 10 "
			"identities or 70 % without one.",
		.false_positives =
			"Notices of popular software, told apart as independent servers or "
			"as a template that was there on earlier days.",
		.advice = "As for campaign_botnet; limits by address will not see it.",
		.sources = "Spamhaus on snowshoe spam; Xie et al., AutoRE, SIGCOMM 2008.",
		ITEMS(ITEM_CONTENT_NOT_THINLY_SPREAD),
	},
	[CHECK_DKIM_REPLAY] = {
		.id = "dkim_replay",
		.family = FAMILY_IDENTITY,
		.unit = "count",
		.title = "one signed message comes from many addresses",
		.measure =
			"Addresses that send the same DKIM signature (b=), and the share of "
			"recipients that To and Cc do not name.",
		.fires =
			"10 addresses and 80 % of recipients unnamed. While DKIM is not "
			"evaluated it cannot fire.",
		.false_positives = "Forwarders, with few recipients each.",
		.advice =
			"The signing provider can revoke the key or expire its signatures "
			"(x=).",
		.sources = "RFC 6376 8.6; RFC 6376 3.5 on x=.",
	},
	[CHECK_PROXY_SUSPECTED] = {
		.id = "proxy_suspected",
		.family = FAMILY_DIALECT,
		.unit = "permille",
		.title = "one address hides many clients: a proxy?",
		.decisive =
			"A sensor alert (low): what the address sends is not its own, and "
			"its card has no verdict.",
		.measure =
			"The share of all sessions that one address has, and how many "
			"org-domains it greets with that recur.",
		.fires =
			"30 % of 200 sessions or more, with 20 org-domains each in 2 "
			"sessions.",
		.false_positives = "None known; a proxy is meant.",
		.advice =
			"Name it in topology.proxies and have it send the PROXY protocol, or "
			"put the tap in front of it.",
		.sources = "HAProxy's PROXY protocol specification.",
	},
	[CHECK_ROGUE_EGRESS] = {
		.id = "rogue_egress",
		.family = FAMILY_AUTH_ABUSE,
		.unit = "count",
		.title = "a host of ours that is no mail server sends mail",
		.decisive = "High.",
		.measure =
			"Connection attempts from an address of topology.our_networks that "
			"is not in our_mtas to port 25 of addresses outside, answered or "
			"not: a bot behind a firewall shows SYNs only.",
		.fires = "5 connections to 3 distinct addresses in 10 minutes.",
		.false_positives = "A mail server missing from topology.our_mtas, monitoring.",
		.advice =
			"Take the host off the network and look for malware. Close port 25 "
			"for all but your mail servers.",
		.sources =
			"Duan et al., SPOT: Detecting Spam Zombies, INFOCOM 2009; M3AAWG on "
			"managing port 25.",
		ITEMS(ITEM_HOST_NOT_INFECTED),
	},
	[CHECK_FEED_ONE_SIDED] = {
		.id = "feed_one_sided",
		.family = FAMILY_SESSION,
		.unit = "permille",
		.title = "the tap shows one direction only",
		.decisive =
			"A sensor alert (low), once: it says nothing of any source.",
		.measure =
			"Of the latest 100 sessions with payload, how many showed bytes of "
			"both directions.",
		.fires =
			"Fewer than a tenth. While that is so, sessions that nobody "
			"acknowledged count too, but none of them decides by itself. It is "
			"told again where half of them had shown both in between.",
		.false_positives = "A flood of forged packets on a tap that sees little mail.",
		.advice =
			"Let the mirror copy both directions of its port, or give each link "
			"of the tap an -i of its own. With routes that differ by direction, "
			"put the tap next to the mail server.",
		.sources = "The rule that a flow is evidence only if the other side answered it.",
	},
	[CHECK_CAPTURE_LOSS] = {
		.id = "capture_loss",
		.family = FAMILY_SESSION,
		.unit = "permille",
		.title = "the tap loses packets",
		.decisive =
			"A sensor alert (low), once: it says nothing of any source.",
		.measure =
			"Bytes that the receiver acknowledged but the tap did not show, in a "
			"direction of which it showed others, as a share of all bytes, over "
			"100 sessions with payload each time.",
		.fires =
			"1 % lost, and 5 sessions or more that lost some. It is told again "
			"where 100 sessions lost less in between.",
		.false_positives = "Links that share the load, of which one is not watched.",
		.advice =
			"The counters packets_dropped and packets_if_dropped tell whether the "
			"sensor itself is too slow: enlarge -B, narrow -f. If they are 0, the "
			"mirror port is oversubscribed.",
		.sources = "RFC 9293 3.4: an acknowledgment covers what was received.",
	},
};
/* clang-format on */

const struct check *check_get(enum check_id id)
{
	return &table[id];
}
