/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"
#include "store/store.h"

#define BRIEF_FILE "brief"
#define BRIEF_VERSION "2"

/* The fields in the order of the text, a line each. */
enum { VERSION, PID, OWNER, CREATED, CGROUP, STAMP, BUNDLE, N_FIELDS };

/* Of the state that the brief is of: after whatever was done to that one, it has to be read. */
struct stamp {
	char text[96];
};

static bool get_stamp(int fd, const char *state_file, struct stamp *ret)
{
	struct stat st;

	if (fstatat(fd, state_file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	snprintf(ret->text, sizeof(ret->text), "%ju:%jd:%jd.%09ld", (uintmax_t)st.st_ino, (intmax_t)st.st_size,
		 (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	return true;
}

/* Only where an inhabited cgroup says that init lives: it is ours alone, and all in it end with init. */
static const char *only_cgroup(const struct state *s)
{
	if (s->creating || !s->private_pidns || s->cgroup_paths.n != 1 || !str_empty(s->cgroup_paths.v[0].key) ||
	    !s->cgroup_owned || !str_starts(s->cgroup_owned, "unified"))
		return NULL;
	return s->cgroup_paths.v[0].value;
}

void store_write_brief(const struct store_dir *d, const struct state *s)
{
	const char *cgroup = only_cgroup(s);
	char text[PATH_MAX];
	struct stamp stamp;
	int n, lines = 0;

	if (!cgroup || !get_stamp(d->fd, STATE_FILE, &stamp))
		return;
	n = snprintf(text, sizeof(text), BRIEF_VERSION "\n%" PRId64 "\n%u\n%s\n%s\n%s\n%s", s->init_pid,
		     s->owner_uid, s->created, cgroup, stamp.text, s->bundle);
	if (n >= (int)sizeof(text))
		return;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	/* A path with a line break in it. */
	if (lines == N_FIELDS - 1 && symlinkat(text, d->fd, BRIEF_FILE) < 0)
		log_debug("%s/" BRIEF_FILE " is not written: %m", d->path);
}

static bool is_of_this_state(int rootfd, const char *id, const char *stamp)
{
	char path[NAME_MAX + sizeof("/" STATE_FILE)];
	struct stamp now;

	return snprintf(path, sizeof(path), "%s/" STATE_FILE, id) < (int)sizeof(path) &&
	       get_stamp(rootfd, path, &now) && str_eq(now.text, stamp);
}

bool store_read_brief(int rootfd, const char *id, struct store_brief *ret)
{
	char path[NAME_MAX + sizeof("/" BRIEF_FILE)], *field[N_FIELDS], *s = ret->text;
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/" BRIEF_FILE, id) >= (int)sizeof(path))
		return false;
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
	       ret->pid > 0 && parse_u32(field[OWNER], &ret->owner_uid) == 0 &&
	       is_of_this_state(rootfd, id, field[STAMP]);
}

bool store_entry_has_fifo(int rootfd, const char *id)
{
	char path[NAME_MAX + sizeof("/exec.fifo")];

	snprintf(path, sizeof(path), "%s/exec.fifo", id);
	return faccessat(rootfd, path, F_OK, 0) == 0;
}
