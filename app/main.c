/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_decoder.h"
#include "heuristics/judge.h"
#include "facts/dns_record.h"
#include "base/connect_record.h"
int main(void) { return 0; }
