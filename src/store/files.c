/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "oci/load.h"
#include "store/store.h"

#define CONFIG_FILE "config.json"
#define RESOURCES_FILE "resources.json"
#define FILTER_FILE "seccomp.bpf"

#define STATE_MAX SPEC_MAX_BYTES /* the config's, too, though a state has its annotations twice */

static int write_file(const struct store_dir *d, const char *name, const char *text, size_t len,
		      struct err *e)
{
	int r = io_replace_file(d->fd, name, text, len, 0600);

	return r < 0 ? err_sys(e, -r, "write %s/%s", d->path, name) : 0;
}

/* -ENOENT comes back without an error set; what is there must be a plain file of ours. */
static int open_file(const struct store_dir *d, const char *name, int *ret, size_t *ret_size,
		     struct err *e)
{
	/* O_NONBLOCK: a FIFO in its place must not hang us before it is found out. */
	auto_fd fd = openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return err_sys(e, errno, "open %s/%s", d->path, name);
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat %s/%s", d->path, name);
	if (!S_ISREG(st.st_mode) || st.st_uid != d->owner)
		return err_make(e, ERR_SYS, EPERM,
				"%s/%s is not a regular file of user %u: operation not permitted",
				d->path, name, (unsigned)d->owner);
	*ret_size = (size_t)st.st_size;
	*ret = TAKE_FD(fd);
	return 0;
}

int store_prepare_state(const struct store_dir *d, const struct state *s, struct err *e)
{
	auto_str text;
	int r;

	str_init(&text);
	r = state_emit(s, &text, e);
	if (r < 0)
		return r;
	if (text.len > STATE_MAX) /* nobody could read it again */
		return err_make(e, ERR_CONFIG, EFBIG, "write %s/" STATE_FILE ": the state has more than %u MiB (annotations, seccomp rules)",
				d->path, STATE_MAX >> 20);
	r = io_prepare_file(d->fd, STATE_FILE, str_text(&text), text.len, 0600);
	return r < 0 ? err_sys(e, -r, "write %s/" STATE_FILE, d->path) : 0;
}

int store_publish_state(const struct store_dir *d, struct err *e)
{
	int r = io_publish_file(d->fd, STATE_FILE);

	return r < 0 ? err_sys(e, -r, "write %s/" STATE_FILE, d->path) : 0;
}

int store_write_state(const struct store_dir *d, const struct state *s, struct err *e)
{
	int r = store_prepare_state(d, s, e);

	return r < 0 ? r : store_publish_state(d, e);
}

/* *ret is NULL when there is no such file. */
static int read_file(const struct store_dir *d, const char *name, char **ret, size_t *ret_len,
		     struct err *e)
{
	auto_fd fd = FD_NONE;
	size_t size;
	int r;

	err_init(e);
	r = open_file(d, name, &fd, &size, e);
	if (r < 0 && err_is_set(e))
		return r;
	if (r < 0) {
		*ret = NULL;
		*ret_len = 0;
		return 0;
	}
	r = io_read_sized(fd, size, STATE_MAX, ret, ret_len);
	return r < 0 ? err_sys(e, -r, "read %s/%s", d->path, name) : 0;
}

int store_read_state_text(const struct store_dir *d, char **ret, size_t *ret_len, struct err *e)
{
	int r = read_file(d, STATE_FILE, ret, ret_len, e);

	if (r == 0 && !*ret)
		return err_make(e, ERR_NOT_FOUND, ENOENT, "container does not exist");
	return r;
}

int store_read_state(const struct store_dir *d, struct state *s, struct err *e)
{
	auto_free char *text = NULL, *path = NULL;
	size_t len;
	int r = store_read_state_text(d, &text, &len, e);

	if (r < 0)
		return r;
	if (asprintf(&path, "%s/%s", d->path, STATE_FILE) < 0) {
		path = NULL;
		return err_sys(e, ENOMEM, "read %s/%s", d->path, STATE_FILE);
	}
	return state_parse(s, path, text, len, e);
}

int store_write_config(const struct store_dir *d, const char *text, size_t len, struct err *e)
{
	/* While the state says "creating" only delete looks for it, and takes half of it for none. */
	int r = io_create_file(d->fd, CONFIG_FILE, text, len, 0600);

	return r < 0 ? err_sys(e, -r, "write %s/%s", d->path, CONFIG_FILE) : 0;
}

int store_read_config(const struct store_dir *d, char **ret, size_t *ret_len, struct err *e)
{
	return read_file(d, CONFIG_FILE, ret, ret_len, e);
}

int store_write_filter(const struct store_dir *d, const char *data, size_t len, struct err *e)
{
	int r = io_create_file(d->fd, FILTER_FILE, data, len, 0600);

	return r < 0 ? err_sys(e, -r, "write %s/%s", d->path, FILTER_FILE) : 0;
}

int store_read_filter(const struct store_dir *d, char **ret, size_t *ret_len, struct err *e)
{
	return read_file(d, FILTER_FILE, ret, ret_len, e);
}

int store_write_resources(const struct store_dir *d, const char *text, size_t len, struct err *e)
{
	return write_file(d, RESOURCES_FILE, text, len, e);
}

int store_read_resources(const struct store_dir *d, char **ret, size_t *ret_len, struct err *e)
{
	return read_file(d, RESOURCES_FILE, ret, ret_len, e);
}
