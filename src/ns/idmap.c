/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "ns/ns.h"
#include "os/spawn.h"

/* The two maps differ in names alone. */
struct map_kind {
	const char *file;  /* below /proc/PID */
	const char *tool;
	const char *subid; /* where the tool looks up what is allowed */
};
static const struct map_kind uid_kind = { "uid_map", "newuidmap", "/etc/subuid" };
static const struct map_kind gid_kind = { "gid_map", "newgidmap", "/etc/subgid" };

#define TOOL_TIMEOUT_MS 10000

char *idmap_text(struct arena *a, const struct spec_idmaps *m)
{
	char *text = NULL;
	auto_str s;

	str_init(&s);
	for (size_t i = 0; i < m->n; i++)
		str_addf(&s, "%u %u %u\n", m->v[i].container_id, m->v[i].host_id, m->v[i].size);
	if (!str_failed(&s))
		text = arena_strdup(a, str_text(&s));
	return text;
}

bool idmap_to_host(const struct spec_idmaps *m, uint32_t id, uint32_t *ret)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct spec_idmap *row = &m->v[i];

		if (id >= row->container_id && id - row->container_id < row->size) {
			*ret = row->host_id + (id - row->container_id);
			return true;
		}
	}
	return false;
}

static int write_direct(struct procfs *proc, pid_t pid, const struct map_kind *k,
			const struct spec_idmaps *m, struct err *e)
{
	struct arena a;
	char path[64], *text;
	int r;

	arena_init(&a);
	snprintf(path, sizeof(path), "%d/%s", (int)pid, k->file);
	text = idmap_text(&a, m);
	r = text ? procfs_write(proc, path, text) : -ENOMEM;
	arena_fini(&a);
	/* One write of less than a page and at most 340 lines (4.15): the kernel says EINVAL. */
	return r < 0 ? err_sys(e, -r, "failed to update /proc/%s", path) : 0;
}

/* The tool's absolute path: the first of $PATH, or /usr/bin's when there is none (podman). */
static char *find_tool(struct arena *a, const char *name)
{
	const char *p = getenv("PATH");
	char *usual = arena_printf(a, "/usr/bin/%s", name);

	while (p && *p) {
		size_t n = strcspn(p, ":");
		char *path = *p == '/' ? arena_printf(a, "%.*s/%s", (int)n, p, name) : NULL;

		if (path && access(path, X_OK) == 0)
			return path;
		p += n + (p[n] == ':');
	}
	return usual;
}

/* newuidmap PID INSIDE OUTSIDE COUNT ... */
static char **tool_argv(struct arena *a, const struct map_kind *k, pid_t pid,
			const struct spec_idmaps *m)
{
	char **argv = arena_array(a, 3 + 3 * m->n, sizeof(*argv)), **p = argv;

	if (!argv)
		return NULL;
	*p++ = arena_strdup(a, k->tool);
	*p++ = arena_printf(a, "%d", (int)pid);
	for (size_t i = 0; i < m->n; i++) {
		*p++ = arena_printf(a, "%u", m->v[i].container_id);
		*p++ = arena_printf(a, "%u", m->v[i].host_id);
		*p++ = arena_printf(a, "%u", m->v[i].size);
	}
	for (char **q = argv; q < p; q++)
		if (!*q)
			return NULL;
	return argv;
}

static int run_tool(struct arena *a, pid_t pid, const struct map_kind *k,
		    const struct spec_idmaps *m, struct err *e)
{
	static char *const no_env[] = { NULL };
	char errors[512] = "";
	struct spawn s = {
		.path = find_tool(a, k->tool),
		.argv = tool_argv(a, k, pid, m),
		.envp = no_env,
		.timeout_ms = TOOL_TIMEOUT_MS,
		.err = errors,
		.err_size = sizeof(errors),
	};
	int status, r;

	if (!s.path || !s.argv)
		return err_sys(e, ENOMEM, "%s", k->tool);
	r = os_spawn(&s, &status, e);
	if (r == -ENOENT)
		return err_wrap(e, "%s is needed to map more than one's own id without privileges",
				k->tool);
	if (r < 0)
		return r;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	errors[strcspn(errors, "\n")] = '\0';
	return err_make(e, ERR_CHILD, EPERM, "%s %d failed: %s (see %s)", k->tool, (int)pid, errors,
			k->subid);
}

/* The kernel lets anybody map one id: the own one. */
static bool is_own_id(const struct spec_idmaps *m, uint32_t id)
{
	return m->n == 1 && m->v[0].size == 1 && m->v[0].host_id == id;
}

static int write_map(struct procfs *proc, const struct idmap_request *r, const struct map_kind *k,
		     const struct spec_idmaps *m, uint32_t own, struct err *e)
{
	struct arena a;
	int rc;

	if (m->n == 0)
		return 0;
	if (r->privileged || is_own_id(m, own))
		return write_direct(proc, r->pid, k, m, e);
	arena_init(&a);
	rc = run_tool(&a, r->pid, k, m, e);
	arena_fini(&a);
	return rc;
}

/*
 * Whoever could drop a group could get past a file that denies it something: without privileges
 * a gid_map is taken only once setgroups is gone for good (3.19, CVE-2014-8989). newgidmap(1)
 * decides for itself.
 */
static int deny_setgroups(struct procfs *proc, pid_t pid, struct err *e)
{
	char path[64];
	int r;

	snprintf(path, sizeof(path), "%d/setgroups", (int)pid);
	r = procfs_write(proc, path, "deny");
	return r < 0 ? err_sys(e, -r, "failed to write 'deny' to /proc/%s", path) : 0;
}

int idmap_write(struct procfs *proc, const struct idmap_request *r, struct err *e)
{
	int rc = write_map(proc, r, &uid_kind, r->uid, geteuid(), e);

	if (rc < 0)
		return rc;
	if (!r->privileged && is_own_id(r->gid, getegid())) {
		rc = deny_setgroups(proc, r->pid, e);
		if (rc < 0)
			return rc;
	}
	return write_map(proc, r, &gid_kind, r->gid, getegid(), e);
}
