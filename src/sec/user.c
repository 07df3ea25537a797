/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "os/fd.h"
#include "os/safe_path.h"
#include "os/setid.h"

int user_parse(const char *s, uint32_t *ret_uid, uint32_t *ret_gid, bool *ret_has_gid,
	       struct err *e)
{
	const char *colon = strchr(s, ':');
	size_t len = colon ? (size_t)(colon - s) : strlen(s);
	uint32_t uid, gid = 0;
	char text[16];

	if (len >= sizeof(text))
		return err_make(e, ERR_USAGE, EINVAL, "parsing %s as int for uid failed: too long",
				s);
	memcpy(text, s, len);
	text[len] = '\0';
	if (parse_id(text, &uid) < 0)
		return err_make(
		    e, ERR_USAGE, EINVAL,
		    "parsing %s as int for uid failed: not a number from 0 to 4294967294",
		    *text ? text : "\"\"");
	if (colon && parse_id(colon + 1, &gid) < 0)
		return err_make(
		    e, ERR_USAGE, EINVAL,
		    "parsing %s as int for gid failed: not a number from 0 to 4294967294",
		    colon[1] ? colon + 1 : "\"\"");
	*ret_uid = uid;
	if (colon)
		*ret_gid = gid;
	*ret_has_gid = colon;
	return 0;
}

/* Linux 3.19 and later; a user namespace made without privilege has it at "deny". */
static bool setgroups_denied(struct procfs *proc)
{
	char text[16];

	return procfs_read(proc, "self/setgroups", text, sizeof(text)) >= 0 &&
	       str_starts(text, "deny");
}

int user_set_groups(const struct spec_user *u, struct procfs *proc, struct err *e)
{
	_Static_assert(sizeof(gid_t) == sizeof(*u->additional_gids), "the list is passed as it is");

	if (u->keep_groups)
		return 0;
	/* Also when the list is empty: the caller's groups are none of the container's business. */
	if (os_setgroups(u->n_additional_gids, u->additional_gids) == 0)
		return 0;
	if (errno != EPERM || !setgroups_denied(proc))
		return err_sys(e, errno, "setgroups");
	if (u->n_additional_gids == 0)
		return 0;
	return err_make(e, ERR_CONFIG, EPERM,
			"process.user.additionalGids: setgroups is denied in this user namespace");
}

int user_set_ids(const struct spec_user *u, struct err *e)
{
	if (os_setgid(u->gid) < 0) {
		if (errno == EINVAL)
			return err_make(e, ERR_CONFIG, EINVAL,
					"cannot setgid to unmapped gid %u in user namespace",
					u->gid);
		return err_sys(e, errno, "setresgid to %u", u->gid);
	}
	if (os_setuid(u->uid) < 0) {
		if (errno == EINVAL)
			return err_make(e, ERR_CONFIG, EINVAL,
					"cannot setuid to unmapped uid %u in user namespace",
					u->uid);
		return err_sys(e, errno, "setresuid to %u", u->uid);
	}
	return 0;
}

/* Ends the field at its colon and returns the next one, or NULL. */
static char *cut_field(char *s)
{
	char *colon = s ? strchr(s, ':') : NULL;

	if (!colon)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

/* name:password:uid:gid:gecos:home:shell -> home when the uid is the one. */
static const char *home_of_line(char *line, uint32_t uid)
{
	char *field = line;
	uint32_t id;

	for (int i = 0; i < 2; i++)
		field = cut_field(field);
	if (!field)
		return NULL;
	char *rest = cut_field(field);

	if (!rest || parse_id(field, &id) < 0 || id != uid)
		return NULL;
	for (int i = 0; i < 2; i++)
		rest = cut_field(rest);
	(void)cut_field(rest);
	return rest;
}

/* The file may be sparse, and a line of it have no end in any time. runc's limit, too. */
#define LINE_LENGTH_MAX (64 * 1024)

/* The line of uid in a part of the file; *rest is what follows the last whole line. cut: how much of a line that is too
 * long to be looked at came before. */
static const char *home_in(char *text, const char *end, uint32_t uid, size_t *cut, char **rest)
{
	const char *home = NULL;
	char *last;

	for (; !home && (last = memchr(text, '\n', (size_t)(end - text))); text = last + 1) {
		*last = '\0';
		home = *cut ? NULL : home_of_line(text, uid);
		*cut = 0;
	}
	*rest = text;
	return home;
}

int user_home(int root, uint32_t uid, char *buf, size_t size)
{
	/* The file is the image's: a FIFO must not hang us, a device must not be read. */
	auto_left_fd fd = safe_open(root, "etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	const char *home = NULL;
	size_t have = 0, cut = 0;
	char *rest;
	struct stat st;

	if (size < 2)
		return -ERANGE;
	for (bool more = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	     more && !home && cut < LINE_LENGTH_MAX; ) {
		ssize_t n = read(fd, buf + have, size - 1 - have);

		more = n > 0;
		have += more ? (size_t)n : 0;
		/* The last line may have no end. */
		if (!more)
			buf[have++] = '\n';
		home = home_in(buf, buf + have, uid, &cut, &rest);
		have -= (size_t)(rest - buf);
		if (have == size - 1) {
			cut += have;
			have = 0;
		}
		if (!home)
			memmove(buf, rest, have);
	}
	if (str_empty(home))
		home = "/";
	memmove(buf, home, strlen(home) + 1);
	return 0;
}

static bool is_dev_null(const struct stat *st)
{
	/* The type too: a pipe's st_rdev says nothing (CVE-2026-88265). */
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

int user_own_stdio(uint32_t uid, const bool done[3], struct err *e)
{
	for (int fd = 0; fd < 3; fd++) {
		struct stat st;

		if (done[fd])
			continue;
		if (fstat(fd, &st) < 0)
			return err_sys(e, errno, "fstat of descriptor %d", fd);
		if (st.st_uid == uid || is_dev_null(&st))
			continue;
		/* EPERM: the owner is not mapped; EROFS: a read-only /dev; EINVAL: uid is not. */
		if (fchown(fd, uid, (gid_t)-1) < 0 && errno != EPERM && errno != EROFS &&
		    errno != EINVAL)
			return err_sys(e, errno, "fchown of descriptor %d to uid %u", fd, uid);
	}
	return 0;
}
