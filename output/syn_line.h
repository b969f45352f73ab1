/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's SYN in one string, much as p0f writes it: IP version, TTL, MSS, window and its
 * shift, the kinds of options in their order: "4:64:1460:64240,7:mss,sok,ts,nop,ws". "*" stands
 * for an option that was not there, "?30" for a kind without a name here.
 */
#ifndef OUTPUT_SYN_LINE_H
#define OUTPUT_SYN_LINE_H

#include "base/flow.h"
#include "output/json_writer.h"

/* `syn` in the open object; nothing where no SYN was seen. */
void syn_line(struct json_writer *w, const struct flow_info *f);

#endif
