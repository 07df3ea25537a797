/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"
#include "store/store.h"

#define BRIEF_FILE "brief"
#define BRIEF_VERSION "3"

/* The fields in the order of the text, a line each. From INODE on they are of the state that the brief is of:
 * after whatever was done to that one, it has to be read. */
enum { VERSION, PID, MARK, OWNER, CREATED, CGROUP, INODE, SIZE, CHANGED, CHANGED_NS, BUNDLE, N_FIELDS };

/* Not by printf(3): a long list has thousands of them. */
static void entry_path(char *ret, const char *id, const char *file)
{
	stpcpy(stpcpy(stpcpy(ret, id), "/"), file);
}

/* Only where an inhabited cgroup says that init lives: it is ours alone, and all in it end with init. */
static const char *only_cgroup(const struct state *s)
{
	if (s->creating || !s->private_pidns || s->cgroup_paths.n != 1 || !str_empty(s->cgroup_paths.v[0].key) ||
	    !s->cgroup_owned || !str_starts(s->cgroup_owned, "unified"))
		return NULL;
	return s->cgroup_paths.v[0].value;
}

void store_write_brief(const struct store_dir *d, const struct state *s, uint64_t mark)
{
	const char *cgroup = only_cgroup(s);
	char text[PATH_MAX];
	int n, lines = 0;
	struct stat st;

	if (!cgroup || fstatat(d->fd, STATE_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	n = snprintf(text, sizeof(text),
		     BRIEF_VERSION "\n%" PRId64 "\n%" PRIu64 "\n%u\n%s\n%s\n%ju\n%ju\n%ju\n%ju\n%s",
		     s->init_pid, mark, s->owner_uid, s->created, cgroup, (uintmax_t)st.st_ino,
		     (uintmax_t)st.st_size, (uintmax_t)st.st_ctim.tv_sec, (uintmax_t)st.st_ctim.tv_nsec, s->bundle);
	if (n >= (int)sizeof(text))
		return;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	/* A path with a line break in it. */
	if (lines == N_FIELDS - 1 && symlinkat(text, d->fd, BRIEF_FILE) < 0)
		log_debug("%s/" BRIEF_FILE " is not written: %m", d->path);
}

void store_drop_brief(const struct store_dir *d)
{
	if (unlinkat(d->fd, BRIEF_FILE, 0) < 0 && errno != ENOENT)
		log_debug("%s/" BRIEF_FILE " is not removed: %m", d->path);
}

static bool is_number(const char *field, uint64_t n)
{
	uint64_t v;

	return parse_u64(field, UINT64_MAX, &v) == 0 && v == n;
}

static bool is_of_this_state(int rootfd, const char *id, char *const *field)
{
	char path[NAME_MAX + sizeof("/" STATE_FILE)];
	struct stat st;

	entry_path(path, id, STATE_FILE);
	return fstatat(rootfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && is_number(field[INODE], st.st_ino) &&
	       is_number(field[SIZE], (uint64_t)st.st_size) &&
	       is_number(field[CHANGED], (uint64_t)st.st_ctim.tv_sec) &&
	       is_number(field[CHANGED_NS], (uint64_t)st.st_ctim.tv_nsec);
}

bool store_read_brief(int rootfd, const char *id, struct store_brief *ret)
{
	char path[NAME_MAX + sizeof("/" BRIEF_FILE)], *field[N_FIELDS], *s = ret->text;
	ssize_t n;

	if (strlen(id) > NAME_MAX)
		return false;
	entry_path(path, id, BRIEF_FILE);
	n = readlinkat(rootfd, path, ret->text, sizeof(ret->text));
	if (n < 0 || (size_t)n >= sizeof(ret->text))
		return false;
	ret->text[n] = '\0';
	for (size_t i = 0; i < N_FIELDS; i++) {
		field[i] = strsep(&s, "\n");
		if (!field[i])
			return false;
	}
	ret->created = field[CREATED];
	ret->cgroup = field[CGROUP];
	ret->bundle = field[BUNDLE];
	return !s && str_eq(field[VERSION], BRIEF_VERSION) && parse_i64(field[PID], &ret->pid) == 0 &&
	       ret->pid > 0 && parse_u64(field[MARK], UINT64_MAX, &ret->mark) == 0 && parse_u32(field[OWNER], &ret->owner_uid) == 0 &&
	       is_of_this_state(rootfd, id, field);
}

bool store_entry_has_fifo(int rootfd, const char *id)
{
	char path[NAME_MAX + sizeof("/exec.fifo")];

	if (strlen(id) > NAME_MAX)
		return false;
	entry_path(path, id, "exec.fifo");
	return faccessat(rootfd, path, F_OK, 0) == 0;
}
