/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "sec/label.h"
#include "sec/label_text.h"

static bool enabled(struct procfs *proc)
{
	char text[8];

	(void)proc;
	return access("/sys/kernel/security/apparmor", F_OK) == 0 &&
	       io_read_file(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", text,
			    sizeof(text)) >= 0 &&
	       label_apparmor_says_enabled(text);
}

static int check(struct procfs *proc, const char *label, struct err *e)
{
	char text[LABEL_MAX + 1];

	if (str_empty(label))
		return 0;
	if (label_apparmor_text(label, text, sizeof(text)) < 0)
		return err_make(e, ERR_CONFIG, EINVAL,
				"process.apparmorProfile is not a profile's name");
	/* Where AppArmor is off everything is unconfined: that wish is granted. */
	if (!enabled(proc) && !label_apparmor_is_unconfined(label))
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
				"apparmor: config provided but apparmor not supported");
	return 0;
}

static int apply_exec(struct procfs *proc, const char *label, struct err *e)
{
	char text[LABEL_MAX + 1];
	int r;

	if (str_empty(label))
		return 0;
	r = label_apparmor_text(label, text, sizeof(text));
	if (r < 0)
		return err_sys(e, -r, "apparmor failed to apply profile %s", label);
	/* attr/apparmor is of Linux 5.1; attr/exec may be another LSM's when several are on. */
	r = procfs_write(proc, "thread-self/attr/apparmor/exec", text);
	if (r == -ENOENT)
		r = procfs_write(proc, "thread-self/attr/exec", text);
	/* Without AppArmor there is no such file, or it is another's: unconfined we are then. */
	if (r < 0 && label_apparmor_is_unconfined(label) && !enabled(proc))
		return 0;
	if (r == -ENOENT)
		return err_make(e, ERR_CONFIG, ENOENT,
				"apparmor failed to apply profile: %s is not loaded", label);
	if (r < 0)
		return err_sys(e, -r, "apparmor failed to apply profile %s", label);
	return 0;
}

const struct lsm_ops lsm_apparmor = {
	.name = "apparmor",
	.enabled = enabled,
	.check = check,
	.apply_exec = apply_exec,
};
