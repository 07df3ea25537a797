/* SPDX-License-Identifier: Apache-2.0 */
#include "mount/options.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mount.h>

#include "mount/mount.h"
#include "os/mount_fd.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* Linux 5.10 */
#endif
#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif

enum option_kind { SET, CLEAR, REC_SET, REC_CLEAR, PROPAGATION, NOTHING, COPYUP, LINKS, IDMAP,
		   RIDMAP };

/*
 * Every option of runtime-spec 1.3, and crun's for symlinks, sorted. "relatime" of the recursive
 * kind is a field of its own whose value is 0; clearing any atime option leads back to it. "rsync"
 * and the like are crun's: the kernel keeps these flags by file system, so they are the plain ones.
 */
#define MOUNT_OPTIONS(X)                                             \
	X("async", CLEAR, MS_SYNCHRONOUS)                            \
	X("atime", CLEAR, MS_NOATIME)                                \
	X("bind", SET, MS_BIND)                                      \
	X("copy-symlink", LINKS, MOUNT_COPY_SYMLINK)                 \
	X("defaults", NOTHING, 0)                                    \
	X("dest-nofollow", LINKS, MOUNT_DEST_NOFOLLOW)               \
	X("dev", CLEAR, MS_NODEV)                                    \
	X("diratime", CLEAR, MS_NODIRATIME)                          \
	X("dirsync", SET, MS_DIRSYNC)                                \
	X("exec", CLEAR, MS_NOEXEC)                                  \
	X("idmap", IDMAP, 0)                                         \
	X("iversion", SET, MS_I_VERSION)                             \
	X("lazytime", SET, MS_LAZYTIME)                              \
	X("loud", CLEAR, MS_SILENT)                                  \
	X("mand", SET, MS_MANDLOCK)                                  \
	X("noatime", SET, MS_NOATIME)                                \
	X("nodev", SET, MS_NODEV)                                    \
	X("nodiratime", SET, MS_NODIRATIME)                          \
	X("noexec", SET, MS_NOEXEC)                                  \
	X("noiversion", CLEAR, MS_I_VERSION)                         \
	X("nolazytime", CLEAR, MS_LAZYTIME)                          \
	X("nomand", CLEAR, MS_MANDLOCK)                              \
	X("norelatime", CLEAR, MS_RELATIME)                          \
	X("nostrictatime", CLEAR, MS_STRICTATIME)                    \
	X("nosuid", SET, MS_NOSUID)                                  \
	X("nosymfollow", SET, MS_NOSYMFOLLOW)                        \
	X("private", PROPAGATION, MS_PRIVATE)                        \
	X("rasync", CLEAR, MS_SYNCHRONOUS)                           \
	X("ratime", REC_CLEAR, OS_MOUNT_ATTR_NOATIME)                \
	X("rbind", SET, MS_BIND | MS_REC)                            \
	X("rdev", REC_CLEAR, OS_MOUNT_ATTR_NODEV)                    \
	X("rdiratime", REC_CLEAR, OS_MOUNT_ATTR_NODIRATIME)          \
	X("rdirsync", SET, MS_DIRSYNC)                               \
	X("relatime", SET, MS_RELATIME)                              \
	X("remount", SET, MS_REMOUNT)                                \
	X("rexec", REC_CLEAR, OS_MOUNT_ATTR_NOEXEC)                  \
	X("ridmap", RIDMAP, 0)                                       \
	X("rmand", SET, MS_MANDLOCK)                                 \
	X("rnoatime", REC_SET, OS_MOUNT_ATTR_NOATIME)                \
	X("rnodev", REC_SET, OS_MOUNT_ATTR_NODEV)                    \
	X("rnodiratime", REC_SET, OS_MOUNT_ATTR_NODIRATIME)          \
	X("rnoexec", REC_SET, OS_MOUNT_ATTR_NOEXEC)                  \
	X("rnomand", CLEAR, MS_MANDLOCK)                             \
	X("rnorelatime", REC_CLEAR, OS_MOUNT_ATTR__ATIME)            \
	X("rnostrictatime", REC_CLEAR, OS_MOUNT_ATTR_STRICTATIME)    \
	X("rnosuid", REC_SET, OS_MOUNT_ATTR_NOSUID)                  \
	X("rnosymfollow", REC_SET, OS_MOUNT_ATTR_NOSYMFOLLOW)        \
	X("ro", SET, MS_RDONLY)                                      \
	X("rprivate", PROPAGATION, MS_PRIVATE | MS_REC)              \
	X("rrelatime", REC_CLEAR, OS_MOUNT_ATTR__ATIME)              \
	X("rro", REC_SET, OS_MOUNT_ATTR_RDONLY)                      \
	X("rrw", REC_CLEAR, OS_MOUNT_ATTR_RDONLY)                    \
	X("rshared", PROPAGATION, MS_SHARED | MS_REC)                \
	X("rslave", PROPAGATION, MS_SLAVE | MS_REC)                  \
	X("rstrictatime", REC_SET, OS_MOUNT_ATTR_STRICTATIME)        \
	X("rsuid", REC_CLEAR, OS_MOUNT_ATTR_NOSUID)                  \
	X("rsymfollow", REC_CLEAR, OS_MOUNT_ATTR_NOSYMFOLLOW)        \
	X("rsync", SET, MS_SYNCHRONOUS)                              \
	X("runbindable", PROPAGATION, MS_UNBINDABLE | MS_REC)        \
	X("rw", CLEAR, MS_RDONLY)                                    \
	X("shared", PROPAGATION, MS_SHARED)                          \
	X("silent", SET, MS_SILENT)                                  \
	X("slave", PROPAGATION, MS_SLAVE)                            \
	X("src-nofollow", LINKS, MOUNT_SRC_NOFOLLOW)                 \
	X("strictatime", SET, MS_STRICTATIME)                        \
	X("suid", CLEAR, MS_NOSUID)                                  \
	X("symfollow", CLEAR, MS_NOSYMFOLLOW)                        \
	X("sync", SET, MS_SYNCHRONOUS)                               \
	X("tmpcopyup", COPYUP, 0)                                    \
	X("unbindable", PROPAGATION, MS_UNBINDABLE)

static const struct option {
	const char *name;
	enum option_kind kind;
	unsigned long value;
} table[] = {
#define X(n, k, v) { n, k, v },
	MOUNT_OPTIONS(X)
#undef X
};

const char *const mount_option_names[] = {
#define X(n, k, v) n,
	MOUNT_OPTIONS(X)
#undef X
	NULL,
};

static int by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct option *)row)->name);
}

#define ATIME_ENUM ((unsigned long)(MS_NOATIME | MS_RELATIME | MS_STRICTATIME))

static void set_flag(struct mount_options *o, unsigned long v)
{
	/* These three are values of one field. */
	if (v & ATIME_ENUM)
		o->set &= ~ATIME_ENUM;
	o->set |= v;
	o->clr &= ~v;
}

static void set_recursive(struct mount_options *o, uint64_t v, bool clear)
{
	if (v & OS_MOUNT_ATTR__ATIME) {
		/* mount_setattr(2): to change the field all of it must be in attr_clr. */
		o->rec_clr |= OS_MOUNT_ATTR__ATIME;
		o->rec_set &= ~(uint64_t)OS_MOUNT_ATTR__ATIME;
		if (!clear)
			o->rec_set |= v;
		return;
	}
	if (clear) {
		o->rec_clr |= v;
		o->rec_set &= ~v;
	} else {
		o->rec_set |= v;
		o->rec_clr &= ~v;
	}
}

static const struct option *find(const char *name)
{
	return bsearch(name, table, ARRAY_SIZE(table), sizeof(table[0]), by_name);
}

/* "idmap=..." and "ridmap=...": the option, and what is behind the sign. */
static const struct option *find_with_value(const char *name, const char **ret_value)
{
	bool recursive = *name == 'r';

	if (!str_starts(name + recursive, "idmap="))
		return NULL;
	*ret_value = name + recursive + strlen("idmap=");
	return find(recursive ? "ridmap" : "idmap");
}

static int apply(struct mount_options *o, const struct option *opt, struct err *e)
{
	switch (opt->kind) {
	case SET:
		set_flag(o, opt->value);
		break;
	case CLEAR:
		o->set &= ~opt->value;
		o->clr |= opt->value;
		break;
	case REC_SET:
	case REC_CLEAR:
		set_recursive(o, opt->value, opt->kind == REC_CLEAR);
		break;
	case PROPAGATION:
		if (o->n_propagation == MOUNT_MAX_PROPAGATION)
			return err_make(e, ERR_CONFIG, EINVAL, "more than %d propagation options",
					MOUNT_MAX_PROPAGATION);
		o->propagation[o->n_propagation++] = opt->value;
		break;
	case COPYUP:
		o->copyup = true;
		break;
	case LINKS:
		o->links |= (unsigned)opt->value;
		break;
	case RIDMAP:
	case IDMAP:
		o->idmap = true;
		o->idmap_recursive = opt->kind == RIDMAP;
		break;
	case NOTHING:
		break;
	}
	return 0;
}

static void note_option(struct mount_options *o, const struct option *opt, const char *value,
			size_t i)
{
	if (opt->kind == LINKS)
		o->links_at = i;
	if (opt->kind != IDMAP && opt->kind != RIDMAP)
		return;
	o->idmap_text = value;
	o->idmap_at = i;
}

int mount_options_parse(struct arena *a, const struct strv *names, struct mount_options *ret,
			struct err *e)
{
	struct mount_options o = { 0 };
	char *data = NULL;
	size_t i;

	for (i = 0; i < names->n; i++) {
		const char *name = names->v[i];
		const char *value = NULL;
		const struct option *opt = find(name);
		int r;

		if (!opt)
			opt = find_with_value(name, &value);
		if (opt) {
			r = apply(&o, opt, e);
			if (r < 0)
				return r;
			note_option(&o, opt, value, i);
			continue;
		}
		if (strpbrk(name, "\n\r"))
			return err_make(e, ERR_CONFIG, EINVAL, "options[%zu]: a line break", i);
		if (!*name)
			continue;
		data = data ? arena_printf(a, "%s,%s", data, name) : arena_strdup(a, name);
		if (!data)
			return err_sys(e, ENOMEM, "mount options");
	}
	o.data = data;
	*ret = o;
	return 0;
}

const char *mount_data_next(const char **p, size_t *ret_len)
{
	const char *start, *s;
	bool quoted = false;

	while (**p == ',')
		++*p;
	start = *p;
	if (!*start)
		return NULL;
	for (s = start; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		if (*s == ',' && !quoted && !(s[1] >= '0' && s[1] <= '9'))
			break;
	}
	*p = s;
	*ret_len = (size_t)(s - start);
	return start;
}

uint64_t mount_attr_of(unsigned long ms)
{
	static const struct {
		unsigned long ms;
		uint64_t attr;
	} pairs[] = {
		{ MS_RDONLY, OS_MOUNT_ATTR_RDONLY },
		{ MS_NOSUID, OS_MOUNT_ATTR_NOSUID },
		{ MS_NODEV, OS_MOUNT_ATTR_NODEV },
		{ MS_NOEXEC, OS_MOUNT_ATTR_NOEXEC },
		{ MS_NODIRATIME, OS_MOUNT_ATTR_NODIRATIME },
		{ MS_NOSYMFOLLOW, OS_MOUNT_ATTR_NOSYMFOLLOW },
		{ MS_NOATIME, OS_MOUNT_ATTR_NOATIME },
		{ MS_STRICTATIME, OS_MOUNT_ATTR_STRICTATIME },
	};
	uint64_t attr = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		if (ms & pairs[i].ms)
			attr |= pairs[i].attr;
	return attr;
}

bool mount_has_atime(unsigned long ms)
{
	return ms & (ATIME_ENUM | MS_NODIRATIME);
}

unsigned long mount_clear_atime(unsigned long have, unsigned long clr)
{
	unsigned long kept = have & (ATIME_ENUM | MS_NODIRATIME) & ~clr;

	return kept & ATIME_ENUM ? kept : kept | MS_RELATIME;
}

int mount_keep_locked(unsigned long have, unsigned long set, unsigned long clr, unsigned long *ret)
{
	if (have & clr & (MOUNT_LOCKABLE_SIMPLE | MOUNT_LOCKABLE_ATIME))
		return -EPERM;
	if (mount_has_atime(set) &&
	    (set & MOUNT_LOCKABLE_ATIME) != (have & MOUNT_LOCKABLE_ATIME))
		return -EPERM;
	*ret = set | (have & (MOUNT_LOCKABLE_SIMPLE | MOUNT_LOCKABLE_ATIME));
	return 0;
}
