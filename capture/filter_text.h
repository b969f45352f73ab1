/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filter expressions that mean the same with and without VLAN tags. To libpcap "port 25" is the
 * port of an untagged frame, and the word "vlan" shifts all that stands behind it by a tag: so the
 * plain part goes first, then one part a tag.
 */
#ifndef CAPTURE_FILTER_TEXT_H
#define CAPTURE_FILTER_TEXT_H

/*
 * Mail ports, DNS, and what may hold them: later IP fragments, IPv6 behind extension headers, and
 * the tunnels and labels that decapsulation reads. Up to two tags, on links that have them. To be
 * freed; NULL where memory is short.
 */
char *filter_text_default(int link_type);

/*
 * `expression` for frames with up to two tags, too: unless it speaks of tags or labels itself, or
 * the link has none, when it stays as it is. To be freed; NULL where memory is short.
 */
char *filter_text_tagged(const char *expression, int link_type);

#endif
