/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/label_text.h"

#include <errno.h>
#include <stdio.h>

static int check_text(const char *s)
{
	if (str_empty(s))
		return -EINVAL;
	if (strlen(s) > LABEL_MAX)
		return -ENAMETOOLONG;
	/* A newline would end the kernel's reading, and what was meant as one label be another. */
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return -EINVAL;
	return 0;
}

int label_apparmor_text(const char *profile, char *buf, size_t size)
{
	int r = check_text(profile);

	if (r < 0)
		return r;
	return snprintf(buf, size, "exec %s", profile) < (int)size ? 0 : -ENAMETOOLONG;
}

bool label_apparmor_is_unconfined(const char *profile)
{
	return str_eq(profile, "unconfined");
}

bool label_apparmor_says_enabled(const char *parameter)
{
	return parameter[0] == 'Y';
}

int label_selinux_check_text(const char *label)
{
	int colons = 0, r = check_text(label);

	if (r < 0)
		return r;
	for (; *label; label++)
		colons += *label == ':';
	return colons >= 2 ? 0 : -EINVAL;
}
