/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/tls_certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* certificate_list and the first entry of it, each behind a length of three bytes. False where that
 * is cut. */
static bool first_certificate(struct span body, struct span *ret)
{
	struct span s = span_skip(body, 3);
	size_t n;

	if (s.len < 3)
		return false;
	n = (size_t)s.p[0] << 16 | (size_t)s.p[1] << 8 | s.p[2];
	s = span_skip(s, 3);
	*ret = span_head(s, n);
	return n <= s.len;
}

static bool give_common(X509 *x, tls_certificate_name_fn *fn, void *cookie)
{
	const X509_NAME *subject = X509_get_subject_name(x);
	bool more = true;

	for (int at = -1; more;) {
		unsigned char *text = NULL;
		int n;

		at = X509_NAME_get_index_by_NID(subject, NID_commonName, at);
		if (at < 0)
			break;
		n = ASN1_STRING_to_UTF8(
			&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
		if (n > 0)
			more = fn(cookie, TLS_NAME_COMMON, span_of(text, (size_t)n));
		OPENSSL_free(text);
	}
	return more;
}

static void give_alternative(X509 *x, tls_certificate_name_fn *fn, void *cookie)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	bool more = true;

	for (int i = 0; more && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS && ASN1_STRING_length(name->d.dNSName) > 0)
			more = fn(cookie, TLS_NAME_ALTERNATIVE,
				span_of(ASN1_STRING_get0_data(name->d.dNSName),
					(size_t)ASN1_STRING_length(name->d.dNSName)));
	}
	GENERAL_NAMES_free(names);
}

int tls_certificate_names(struct span body, tls_certificate_name_fn *fn, void *cookie)
{
	const unsigned char *p;
	struct span der;
	X509 *x = NULL;

	if (!first_certificate(body, &der))
		return 0;
	p = der.p;
	if (der.len > 0)
		x = d2i_X509(NULL, &p, (long)der.len);
	if (x && give_common(x, fn, cookie))
		give_alternative(x, fn, cookie);
	X509_free(x);
	ERR_clear_error(); /* what was wrong with it is of no interest */
	return x ? 1 : -1;
}
