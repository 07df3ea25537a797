/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mount options and the plan. A line is a mount: destination|type|source|option|option...
 * The first line has a letter for each circumstance: u user namespace, m its maps, c cgroup
 * namespace, 2 cgroup v2, n notify socket, l label, p maps for each mount.
 */
#include <sys/mount.h>

#include "mount/plan.h"
#include "tests/fuzz/fuzz.h"

#define MOUNTS_MAX  16
#define OPTIONS_MAX 16

static char empty[] = "";

static char *field(char **line)
{
	char *s = *line ? strsep(line, "|") : NULL;

	return s ? s : empty;
}

/* "-" leaves the field out, as a config may. */
static char *maybe(char *s)
{
	return str_eq(s, "-") ? NULL : s;
}

/* No ".." and no "//": every later step takes it for clean. */
static void check_dest(const char *dest)
{
	MUST(dest && dest[0] == '/');
	for (const char *s = dest; *s; s++) {
		MUST(s[0] != '/' || s[1] != '/');
		MUST(strncmp(s, "/../", 4) != 0 && strcmp(s, "/..") != 0);
	}
}

static void check_options(const struct mount_options *o)
{
	const char *data = o->data, *one;
	size_t len, total = 0;

	MUST((o->set & o->clr) == 0);
	MUST(o->n_propagation <= MOUNT_MAX_PROPAGATION);
	MUST(!data || (*data && !strchr(data, '\n')));
	while (data && (one = mount_data_next(&data, &len)))
		total += len;
	MUST(!o->data || total <= strlen(o->data));
	(void)mount_attr_of(o->set);
}

static void check_plan(const struct mount_plan *p)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct mount_op *op = &p->ops[i];

		check_dest(op->dest);
		check_options(&op->opt);
		MUST(op->words);
		if (op->kind == MOUNT_OP_BIND)
			MUST(op->source && op->source[0] == '/' && op->opt.set & MS_BIND);
		if (op->kind == MOUNT_OP_FS)
			MUST(op->type && *op->type);
		MUST(!op->uid_map == !op->gid_map);
		if (op->instead)
			check_dest(op->instead->dest);
	}
}

static size_t read_mounts(char *text, struct spec_mount *m, char *options[][OPTIONS_MAX])
{
	size_t n = 0;
	char *line;

	while (n < MOUNTS_MAX && (line = strsep(&text, "\n"))) {
		m[n].destination = field(&line);
		m[n].type = maybe(field(&line));
		m[n].source = maybe(field(&line));
		m[n].options.v = options[n];
		while (line && m[n].options.n < OPTIONS_MAX)
			options[n][m[n].options.n++] = field(&line);
		n++;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mount_cgroup_hierarchy v1[] = {
		{ "cpu,cpuacct", "cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/c" },
		{ "systemd", "name=systemd", "/sys/fs/cgroup/systemd/c" },
		{ "unified", NULL, "/sys/fs/cgroup/unified/c" },
	};
	static const struct mount_cgroup_hierarchy v2[] = { { NULL, NULL, "/sys/fs/cgroup/c" } };
	static struct spec_idmap map[] = { { 0, 1000, 1 } };
	static const struct spec_idmaps one = { map, 1 }, none = { NULL, 0 };
	struct spec_mount m[MOUNTS_MAX] = { 0 };
	char *options[MOUNTS_MAX][OPTIONS_MAX];
	char *copy = text_of(data, size), *rest = copy, *how = strsep(&rest, "\n");
	struct spec_mounts mounts = { m, rest ? read_mounts(rest, m, options) : 0 };
	bool unified = strchr(how, '2');
	const struct spec_idmaps *maps = strchr(how, 'm') ? &one : &none;
	struct mount_input in = {
		.bundle = "/bundle", .rootfs = "/bundle/rootfs", .mounts = &mounts,
		.mount_label = strchr(how, 'l') ? "a:b:c:d" : NULL,
		.uid_mappings = maps, .gid_mappings = maps,
		.user_namespace = strchr(how, 'u'), .new_cgroup_namespace = strchr(how, 'c'),
		.cgroup_unified = unified, .cgroups = unified ? v2 : v1,
		.n_cgroups = unified ? ARRAY_SIZE(v2) : ARRAY_SIZE(v1),
		.notify_socket_dir = strchr(how, 'n') ? "/run/x" : NULL,
	};
	struct mount_plan *p = NULL;
	struct err e;

	for (size_t i = 0; strchr(how, 'p') && i < mounts.n; i++)
		m[i].uid_mappings = m[i].gid_mappings = one;
	if (mount_plan_new(&in, &p, &e) < 0)
		check_error(&e);
	else
		check_plan(p);
	mount_plan_free(p);
	free(copy);
	return 0;
}
