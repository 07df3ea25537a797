/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan by mount(2) on descriptors. A new mount has no descriptor here: its target is opened
 * again and must be at the same place and on another mount than before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"
#include "mount/plan.h"
#include "os/mount_fd.h"
#include "os/mount_old.h"

#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000 /* Linux 5.10 */
#endif
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

#define DATA_MAX 4096 /* one page, mount(2)'s limit */

static int change(struct mount_plan *p, int mount, unsigned long flags)
{
	struct os_mount m = { .source_fd = FD_NONE, .target_fd = mount, .flags = flags };

	return os_mount_old(p->proc, &m);
}

static int set_propagation(struct mount_plan *p, const struct mount_op *op, int mount,
			   struct err *e)
{
	size_t i;

	for (i = 0; i < op->opt.n_propagation; i++) {
		int r = change(p, mount, op->opt.propagation[i]);

		if (r < 0)
			return err_sys(e, -r, "change mount propagation");
	}
	return 0;
}

static int set_recursive(const struct mount_op *op, int mount, struct err *e)
{
	struct os_mount_attr attr = { .set = op->opt.rec_set, .clr = op->opt.rec_clr };
	int r;

	if (!attr.set && !attr.clr)
		return 0;
	r = os_mount_setattr(mount, &attr, true);
	if (r == -ENOSYS)
		return err_make(e, ERR_UNSUPPORTED, ENOSYS, "recursive mount options need "
				"mount_setattr(2), Linux 5.12");
	return r < 0 ? err_sys(e, -r, "set recursive mount options") : 0;
}

int mount_current_flags(int fd, unsigned long *ret)
{
	static const struct {
		unsigned long st, ms;
	} pairs[] = {
		{ ST_RDONLY, MS_RDONLY }, { ST_NOSUID, MS_NOSUID }, { ST_NODEV, MS_NODEV },
		{ ST_NOEXEC, MS_NOEXEC }, { ST_NOATIME, MS_NOATIME },
		{ ST_NODIRATIME, MS_NODIRATIME }, { ST_RELATIME, MS_RELATIME },
		{ ST_NOSYMFOLLOW, MS_NOSYMFOLLOW },
	};
	struct statvfs fs;
	unsigned long ms = 0;
	size_t i;

	if (fstatvfs(fd, &fs) < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		if (fs.f_flag & pairs[i].st)
			ms |= pairs[i].ms;
	/* Strictatime is the absence of the other two. */
	if (!(ms & (MS_NOATIME | MS_RELATIME)))
		ms |= MS_STRICTATIME;
	*ret = ms;
	return 0;
}

int mount_bind_atime(int mount, unsigned long clr, unsigned long *set)
{
	unsigned long have;
	int r;

	if (!(clr & MOUNT_WEAK_CLEAR) || mount_has_atime(*set))
		return 0;
	r = mount_current_flags(mount, &have);
	if (r == 0 && (have & clr & MOUNT_WEAK_CLEAR))
		*set |= mount_clear_atime(have, clr);
	return r;
}

/* As in exec_fd.c: those asked for and no others; locked ones are kept, but not against a wish. */
static int set_bind_flags(struct mount_plan *p, const struct mount_op *op, int mount, struct err *e)
{
	unsigned long set = op->opt.set & ~(unsigned long)(MS_BIND | MS_REC), with_atime = set, have;
	int r;

	if (!set && !op->opt.clr)
		return 0;
	r = mount_bind_atime(mount, op->opt.clr, &with_atime);
	if (r == 0)
		r = change(p, mount, with_atime | MS_BIND | MS_REMOUNT);
	if (r == -EPERM && with_atime != set)
		r = change(p, mount, set | MS_BIND | MS_REMOUNT);
	if (r != -EPERM)
		return r < 0 ? err_sys(e, -r, "set mount flags") : 0;
	r = mount_current_flags(mount, &have);
	if (r == 0)
		r = mount_keep_locked(have, set, op->opt.clr & ~MOUNT_WEAK_CLEAR, &set);
	if (r == -EPERM)
		return err_sys(e, EPERM, MOUNT_LOCKED_WORDS);
	if (r == 0)
		r = change(p, mount, set | MS_BIND | MS_REMOUNT);
	return r < 0 ? err_sys(e, -r, "set mount flags") : 0;
}

static int open_source(const struct mount_op *op, int at, int *ret_fd, struct err *e)
{
	int how = op->opt.links & MOUNT_SRC_NOFOLLOW ? O_NOFOLLOW : 0;
	int fd = at < 0 ? open(op->source, O_PATH | O_CLOEXEC | how) : fcntl(at, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return err_sys(e, errno, "open the source %s", op->source);
	*ret_fd = fd;
	return 0;
}

static int exec_bind(struct mount_plan *p, const struct mount_op *op, bool configured, int *source,
		     const struct mount_target *t, struct err *e)
{
	struct os_mount m = {
		.source_fd = *source, .target_fd = t->fd,
		.flags = MS_BIND | (op->opt.set & MS_REC),
	};
	auto_fd mount = FD_NONE;
	int r = os_mount_old(p->proc, &m);

	(void)configured; /* only a detached tree can be, and there is none without the new calls */
	if (r < 0)
		return err_sys(e, -r, "bind %s on %s", op->source, t->path);
	mount = mount_target_reopen(p, t);
	if (mount < 0)
		return err_sys(e, -mount, "open %s again", t->path);
	r = set_propagation(p, op, mount, e);
	if (r == 0)
		r = set_bind_flags(p, op, mount, e);
	if (r == 0)
		r = set_recursive(op, mount, e);
	if (r < 0)
		return r;
	fd_close(*source);
	*source = TAKE_FD(mount);
	return 0;
}

static int make_data(const struct mount_op *op, const struct mount_target *t, char *buf,
		     size_t size)
{
	const char *data = op->opt.data ? op->opt.data : "";
	char mode[16] = "", context[DATA_MAX] = "";
	int n;

	if (t->existed && mount_fs_takes_mode(op))
		snprintf(mode, sizeof(mode), "mode=%04o,", (unsigned)t->mode);
	if (op->label && !op->label_on_root) {
		n = snprintf(context, sizeof(context), "%s%s=\"%s\"", *data ? "," : "",
			     op->label_kind, op->label);
		if (n < 0 || (size_t)n >= sizeof(context))
			return -E2BIG;
	}
	n = snprintf(buf, size, "%s%s%s", mode, data, context);
	if (n < 0 || (size_t)n >= size)
		return -E2BIG;
	/* "mode=0755," alone. */
	if (n > 0 && buf[n - 1] == ',')
		buf[n - 1] = '\0';
	return 0;
}

static int exec_fs(struct mount_plan *p, const struct mount_op *op, const struct mount_target *t,
		   int *ret_mount, struct err *e)
{
	char data[DATA_MAX];
	struct os_mount m = {
		.source_fd = FD_NONE, .target_fd = t->fd, .type = op->type, .data = data,
		.source = op->source ? op->source : op->type,
		.flags = op->opt.set,
	};
	auto_fd mount = FD_NONE;
	int r = make_data(op, t, data, sizeof(data));

	if (r == 0)
		r = os_mount_old(p->proc, &m);
	if (r < 0)
		return err_sys(e, -r, "mount %s%s%s%s", op->type, *data ? " (" : "", data,
			       *data ? ")" : "");
	mount = mount_target_reopen(p, t);
	if (mount < 0)
		return err_sys(e, -mount, "open %s again", t->path);
	r = set_propagation(p, op, mount, e);
	if (r == 0)
		r = set_recursive(op, mount, e);
	if (r < 0)
		return r;
	if (ret_mount)
		*ret_mount = TAKE_FD(mount);
	return 0;
}

/* Attributes back to flags: only the ones that plans add. */
static unsigned long flags_of(uint64_t attr)
{
	return (attr & OS_MOUNT_ATTR_RDONLY ? MS_RDONLY : 0) |
	       (attr & OS_MOUNT_ATTR_NOSUID ? MS_NOSUID : 0) |
	       (attr & OS_MOUNT_ATTR_NODEV ? MS_NODEV : 0) |
	       (attr & OS_MOUNT_ATTR_NOEXEC ? MS_NOEXEC : 0);
}

static int exec_add_attr(struct mount_plan *p, int mount, uint64_t attr)
{
	unsigned long have;
	int r = mount_current_flags(mount, &have);

	return r < 0 ? r : change(p, mount, MS_BIND | MS_REMOUNT | have | flags_of(attr));
}

static int exec_bind_fd(struct mount_plan *p, int source, const struct mount_target *t,
			bool recursive, uint64_t attr)
{
	struct os_mount m = {
		.source_fd = source,
		.target_fd = t->fd,
		.flags = MS_BIND | (recursive ? MS_REC : 0),
	};
	auto_fd mount = FD_NONE;
	int r = os_mount_old(p->proc, &m);

	if (r < 0 || !attr)
		return r;
	mount = mount_target_reopen(p, t);
	return mount < 0 ? mount : exec_add_attr(p, mount, attr);
}

const struct mount_executor mount_exec_old = {
	.open_source = open_source,
	.bind = exec_bind,
	.fs = exec_fs,
	.bind_fd = exec_bind_fd,
	.add_attr = exec_add_attr,
};
