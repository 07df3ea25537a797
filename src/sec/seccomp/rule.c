/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule of a profile means, whichever generator writes it. */
#include <errno.h>
#include <linux/seccomp.h>

#include "sec/seccomp/build.h"

uint32_t seccomp_full_action(uint32_t action, struct opt_u32 data)
{
	if (action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE)
		return action | ((data.set ? data.v : EPERM) & SECCOMP_RET_DATA);
	return action;
}

bool seccomp_shares_argument(const struct spec_seccomp_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1u << rule->args[i].index)
			return true;
		seen |= 1u << rule->args[i].index;
	}
	return false;
}
