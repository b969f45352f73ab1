/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/fanout.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

int fanout_join(pcap_t *p, uint16_t group)
{
	struct bpf_insn refuse = {BPF_RET | BPF_K, 0, 0, 0};
	struct bpf_program code = {1, &refuse};
	uint32_t mode = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG;
	uint32_t arg = group | mode << 16;

	if (pcap_setfilter(p, &code) < 0) {
		errno = EINVAL;
		return -1;
	}
	return setsockopt(pcap_fileno(p), SOL_PACKET, PACKET_FANOUT, &arg, sizeof(arg));
}
