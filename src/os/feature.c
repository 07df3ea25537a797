/* SPDX-License-Identifier: Apache-2.0 */
#include "os/feature.h"

#include <errno.h>

static const char *const names[OS_FEATURE_MAX] = {
#define X(id, name) [OS_##id] = name,
	OS_FALLBACKS(X)
#undef X
};

static unsigned forced;

bool os_fallback_forced(enum os_feature f)
{
	return forced & (1u << f);
}

int os_fallback_force(const char *list)
{
	unsigned mask = 0;

	while (*list) {
		size_t n = strcspn(list, ","), i;

		for (i = 0; i < OS_FEATURE_MAX; i++)
			if (strlen(names[i]) == n && strncmp(names[i], list, n) == 0)
				break;
		if (i == OS_FEATURE_MAX)
			return -EINVAL;
		mask |= 1u << i;
		list += n + (list[n] == ',');
	}
	forced = mask;
	return 0;
}
