/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "sec/label.h"
#include "sec/label_text.h"

/* Not by securityfs: podman unmounts all below /sys/kernel before it runs us for a user namespace. */
static bool enabled(struct procfs *proc)
{
	char text[8];

	(void)proc;
	return io_read_file(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", text, sizeof(text)) >= 0 &&
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

/* attr/apparmor is of Linux 5.1; attr/exec may be another LSM's when several are on. Which one is
 * found by opening: a write's ENOENT says that the profile is not loaded. */
static int open_exec(struct procfs *proc)
{
	int fd = procfs_openat(proc, "thread-self/attr/apparmor/exec", O_WRONLY);

	return fd == -ENOENT ? procfs_openat(proc, "thread-self/attr/exec", O_WRONLY) : fd;
}

static int apply_exec(struct procfs *proc, const char *label, struct err *e)
{
	char text[LABEL_MAX + 1];
	auto_fd fd = FD_NONE;
	int r;

	if (str_empty(label))
		return 0;
	r = label_apparmor_text(label, text, sizeof(text));
	if (r < 0)
		return err_sys(e, -r, "apparmor failed to apply profile %s", label);
	fd = open_exec(proc);
	r = fd < 0 ? fd : io_write_all(fd, text, strlen(text));
	/* No file, or nobody behind it that knows the word: AppArmor is off, and unconfined we are.
	 * (Not asked by enabled(): /sys is the container's by now.) */
	if ((r == -EINVAL || fd == -ENOENT) && label_apparmor_is_unconfined(label))
		return 0;
	if (fd < 0)
		return err_sys(e, -fd, "apparmor failed to apply profile %s: open attr/exec", label);
	if (r == -ENOENT)
		/* (The kernel's words as well: Docker makes its exit code, 127, of them.) */
		return err_make(e, ERR_CONFIG, ENOENT, "apparmor failed to apply profile: %s is not loaded: "
				"no such file or directory", label);
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
