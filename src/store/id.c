/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/parse.h"
#include "store/store.h"

#define ID_MAX 1024

static bool id_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '+' || c == '-' || c == '.';
}

/* The id becomes one component of a path: nothing that could be more, or less, than a name. */
int store_check_id(const char *id, struct err *e)
{
	size_t n;

	if (str_empty(id))
		return err_make(e, ERR_USAGE, EINVAL, "container id cannot be empty");
	for (n = 0; n <= ID_MAX && id_char(id[n]); n++)
		;
	if (n > ID_MAX || id[n] || str_eq(id, ".") || str_eq(id, ".."))
		return err_make(e, ERR_USAGE, EINVAL, "invalid container ID format");
	return 0;
}

/* The initial user namespace is the one that maps everything onto itself. */
static bool in_user_namespace(void)
{
	char map[4096];
	unsigned long long v[3];
	int r = io_read_file(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map));

	if (r < 0)
		return r == -EFBIG; /* more than its one line */
	if (parse_numbers(map, v, ARRAY_SIZE(v)) < 0)
		return true; /* not mapped yet */
	return v[0] != 0 || v[1] != 0 || v[2] != UINT32_MAX;
}

/* Root with a login session of its own must find the same containers as root without one. */
static bool honour_xdg(void)
{
	if (geteuid() != 0)
		return true;
	return in_user_namespace() && !str_eq(getenv("USER"), "root");
}

int store_default_root(struct arena *a, const char *name, char **ret, struct err *e)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	char *root;

	if (!str_empty(xdg) && honour_xdg())
		root = arena_printf(a, "%s/%s", xdg, name);
	else
		root = arena_printf(a, "/run/%s", name);
	if (!root)
		return err_sys(e, ENOMEM, "state directory");
	*ret = root;
	return 0;
}
