/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/url_idna.h"

#include <idn2.h>

size_t url_idna(struct span host, char out[URL_IDNA_MAX])
{
	char name[URL_IDNA_MAX * 4 + 1], *a_labels = NULL;
	size_t len = 0;

	if (host.len == 0 || host.len >= sizeof(name) || memchr(host.p, '\0', host.len))
		return 0;
	memcpy(name, host.p, host.len);
	name[host.len] = '\0';
	if (idn2_to_ascii_8z(name, &a_labels, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return 0;
	len = strlen(a_labels);
	if (len > URL_IDNA_MAX)
		len = 0;
	memcpy(out, a_labels, len);
	idn2_free(a_labels);
	return len;
}
