/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

char *path_clean(struct arena *a, const char *p)
{
	bool absolute = p[0] == '/';
	size_t len = strlen(p), out = 0, floor;
	char *r = arena_alloc(a, len + 2);

	if (!r)
		return NULL;
	if (absolute)
		r[out++] = '/';
	floor = out; /* ".." cannot climb above this */
	while (*p) {
		size_t n;

		while (*p == '/')
			p++;
		n = strcspn(p, "/");
		if (n == 0)
			break;
		if (n == 1 && p[0] == '.') {
			p += n;
			continue;
		}
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			if (out > floor) {
				while (out > floor && r[out - 1] != '/')
					out--;
				if (out > floor)
					out--;
			} else if (!absolute) {
				if (out > 0)
					r[out++] = '/';
				r[out++] = '.';
				r[out++] = '.';
				floor = out;
			}
			p += n;
			continue;
		}
		if (out > 0 && r[out - 1] != '/')
			r[out++] = '/';
		memcpy(r + out, p, n);
		out += n;
		p += n;
	}
	if (out == 0)
		r[out++] = '.';
	r[out] = '\0';
	return r;
}

char *path_join(struct arena *a, const char *dir, const char *p)
{
	char *joined = arena_printf(a, "%s/%s", dir, p);

	return joined ? path_clean(a, joined) : NULL;
}

bool path_is_below(const char *p, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1 && dir[0] == '/')
		return p[0] == '/';
	return strncmp(p, dir, n) == 0 && (p[n] == '\0' || p[n] == '/');
}

const char *path_base(const char *p)
{
	const char *slash = strrchr(p, '/');

	return slash && slash[1] ? slash + 1 : p;
}
