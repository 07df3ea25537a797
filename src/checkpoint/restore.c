/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/descriptors.h"
#include "checkpoint/restore.h"
#include "ns/ns.h"
#include "sec/keyring.h"

#define LOG_FILE  "restore.log"
#define LOG_LEVEL 4
/* In the state directory: where the rootfs is mounted for CRIU, which wants a mount point. */
#define CRIU_ROOT "criu-root"
#define CGROUPS_MAX (1u << 20) /* of /proc/PID/cgroup, a line for each hierarchy of the host */

/* ---- what the caller said ---- */

static int take_flags(struct restore *x, struct err *e)
{
	const struct strake_restore_options *o = x->o;
	const struct images in = { o->image_path, o->work_path, NULL };
	int r = image_dirs_find(&in, &x->dirs, e);

	x->opts = (struct criu_opts){
		.tcp_established = o->tcp_established, .tcp_close = o->tcp_close,
		.ext_unix_sk = o->ext_unix_sk, .shell_job = o->shell_job, .file_locks = o->file_locks,
		.lazy_pages = o->lazy_pages, .auto_dedup = o->auto_dedup,
		.evasive_devices = true, .rst_sibling = true, .manage_cgroups = true,
		.notify_scripts = true, .orphan_pts_master = true,
		.log_level = LOG_LEVEL, .log_file = LOG_FILE,
		.lsm_profile = o->lsm_profile, .lsm_mount_context = o->lsm_mount_context,
	};
	if (r == 0)
		r = empty_ns_parse(o->empty_ns, &x->opts.empty_ns, e);
	if (r == 0)
		r = cg_mode_parse(o->manage_cgroups, &x->opts.cg_mode, e);
	if (r == 0)
		r = network_lock_parse(o->network_lock, &x->opts.network_lock, e);
	if (r == 0)
		r = image_dirs_open(&in, &x->dirs, e);
	return r;
}

/* ---- what the container is ---- */

/* Mount points that the image lacks, made as create makes them: by the mounts themselves, which go
 * with the namespace of the child that makes them. */
static int make_mount_points(void *data, struct err *e)
{
	struct creation *c = data;
	int r = mount_rootfs_prepare(c->mounts, e);

	return r < 0 ? r : mount_all(c->mounts, &c->rt->proc, e);
}

static int list_mounts(struct restore *x, struct err *e)
{
	struct kv_list *list = &x->opts.ext_mnt;
	static char null[] = "/dev/null";
	struct key_value *v;
	int r = criu_in_own_mounts(make_mount_points, x->c, e);

	if (r < 0)
		return err_wrap(e, "create criu restore mountpoints");
	r = external_mounts(x->c->mounts, x->c->bundle.rootfs, true, &x->arena, list, e);
	if (r < 0)
		return r;
	/* For the masked files. */
	v = arena_array(&x->arena, list->n + 1, sizeof(*v));
	if (!v)
		return err_sys(e, ENOMEM, "listing the mounts");
	memcpy(v, list->v, list->n * sizeof(*v));
	v[list->n] = (struct key_value){ null, null };
	*list = (struct kv_list){ v, list->n + 1 };
	return 0;
}

/* CRIU gets descriptors of those that it knows by name, and enters the others by their paths. */
static int list_namespaces(struct restore *x, struct err *e)
{
	const struct spec_namespaces *ns = &x->c->bundle.spec.linux->namespaces;
	struct criu_inherits *in = &x->opts.inherit;
	struct kv_list *join = &x->opts.join_ns;

	in->v = arena_array(&x->arena, NS_KIND_MAX + 3, sizeof(*in->v));
	join->v = arena_array(&x->arena, ns->n + 1, sizeof(*join->v));
	if (!in->v || !join->v)
		return err_sys(e, ENOMEM, "listing the namespaces");
	for (size_t i = 0; i < ns->n; i++) {
		enum ns_kind kind = ns->v[i].kind;
		const char *key = external_ns_key(kind);

		if (!ns->v[i].path)
			continue;
		if (kind == NS_CGROUP)
			return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
					"a cgroup namespace by path cannot be restored");
		if (key) {
			in->v[in->n++] = (struct criu_inherit){ key, CRIU_FIRST_FD + x->n_ns_fds };
			x->ns_fds[x->n_ns_fds++] = x->c->launch.job.ns_fd[kind];
		} else {
			join->v[join->n++] = (struct key_value){
				(char *)(uintptr_t)ns_table[kind].link, ns->v[i].path,
			};
		}
	}
	return 0;
}

/* The pipes that the process had are replaced by ours. On a terminal it had none of them: they were
 * those of its create. */
static int list_descriptors(struct restore *x, struct err *e)
{
	struct criu_inherits *in = &x->opts.inherit;
	struct strv list;
	int r = descriptors_read(x->dirs.images_fd, x->dirs.images, &x->arena, &list, e);

	if (r < 0 || x->c->bundle.spec.process->terminal)
		return r;
	for (size_t i = 0; i < list.n && i < 3; i++)
		if (strstr(list.v[i], "pipe:"))
			in->v[in->n++] = (struct criu_inherit){ list.v[i], i };
	return 0;
}

/* Every controller of /proc/PID/cgroup, and where the process is in its hierarchy. */
static int list_cgroups(struct restore *x, char *text, struct err *e)
{
	struct kv_list *roots = &x->opts.cg_root;
	size_t max = 1;
	char *line;

	for (const char *s = text; *s; s++)
		max += *s == '\n' || *s == ',';
	roots->v = arena_array(&x->arena, max, sizeof(*roots->v));
	if (!roots->v)
		return err_sys(e, ENOMEM, "listing the cgroups");
	while ((line = strsep(&text, "\n"))) {
		char *controllers, *name;

		strsep(&line, ":");
		controllers = strsep(&line, ":");
		while (line && (name = strsep(&controllers, ",")))
			roots->v[roots->n++] = (struct key_value){ name, line };
	}
	return 0;
}

/* Whatever CRIU makes of the images' cgroups, it makes it where the container is now: so does CRIU
 * itself stand. */
static int enter_cgroup(struct restore *x, struct err *e)
{
	const struct spec_linux *l = x->c->bundle.spec.linux;
	auto_fd fd = FD_NONE;
	auto_free char *text = NULL;
	char path[32], *copy;
	size_t len;
	int r = cgroup_join(x->c->cgroup, x->criu.pid, false, e);

	if (r == 0)
		r = cgroup_apply_devices(x->c->cgroup, l->resources, e);
	/* With a namespace the images know where below its root the processes were. */
	if (r == 0 && l->cgroup_delegate && !spec_namespace_find(&l->namespaces, NS_CGROUP))
		r = cgroup_delegate(x->c->cgroup, l->cgroup_delegate, x->criu.pid,
				    x->c->launch.job.delegate_uid, e);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%d/cgroup", (int)x->criu.pid);
	fd = procfs_openat(&x->c->rt->proc, path, O_RDONLY);
	r = fd < 0 ? fd : io_read_alloc(fd, CGROUPS_MAX, &text, &len);
	copy = r < 0 ? NULL : arena_strdup(&x->arena, text);
	if (!copy)
		return err_sys(e, r < 0 ? -r : ENOMEM, "read /proc/%s", path);
	return list_cgroups(x, copy, e);
}

/* ---- CRIU ---- */

/* In the child. The rootfs is mounted where nobody else sees it, so that nothing is left of it
 * whoever is killed; the keyring is the one that exec joins later. */
static int prepare_child(void *data, struct err *e)
{
	struct restore *x = data;
	struct creation *c = x->c;
	int r = criu_own_mounts(e);

	if (r < 0)
		return r;
	if (mount(c->bundle.rootfs, x->root, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(e, errno, "bind the rootfs %s for CRIU", c->bundle.rootfs);
	if (c->o->no_new_keyring)
		return 0;
	r = keyring_join(c->id, c->launch.job.selinux, &c->rt->proc, e);
	return r < 0 ? r : keyring_let_search(r, ns_home_is_initial(&c->rt->home, &c->rt->proc), &c->rt->proc, e);
}

static int start_criu(struct restore *x, struct err *e)
{
	const struct criu_start start = {
		.own_stdio = !x->c->bundle.spec.process->terminal,
		.fds = x->ns_fds, .n_fds = x->n_ns_fds, .prepare = prepare_child, .data = x,
	};

	x->root = arena_printf(&x->arena, "%s/" CRIU_ROOT, x->c->dir.path);
	if (!x->root)
		return err_sys(e, ENOMEM, "starting CRIU");
	if (mkdirat(x->c->dir.fd, CRIU_ROOT, 0755) < 0)
		return err_sys(e, errno, "mkdir %s", x->root);
	x->opts.root = x->root;
	x->opts.config_file = criu_config_file(&x->c->bundle.spec.annotations);
	return criu_start(&x->criu, &start, e);
}

static int give_directories(struct restore *x, struct err *e)
{
	auto_fd root = procfs_open_root(&x->c->rt->proc, x->criu.pid);
	int r;

	if (root < 0)
		return err_sys(e, -root, "open CRIU's root");
	r = image_dirs_open_in(&x->dirs, root, e);
	if (r < 0)
		return r;
	x->opts.images_dir_fd = (uint64_t)x->dirs.images_fd;
	x->opts.work_dir_fd = x->dirs.work_fd >= 0 ? (uint64_t)x->dirs.work_fd : 0;
	return 0;
}

static int ask(struct restore *x, struct err *e)
{
	const struct criu_request req = { .type = CRIU_RESTORE, .opts = &x->opts };
	struct criu_response resp;
	int status = 0, r;

	x->criu.is_stuck = restore_is_stuck;
	x->criu.stuck = "the process that it restored is dead, and it traces what is left";
	x->criu.data = x;
	r = criu_call(&x->criu, &req, restore_on_notify, x, &resp, e);
	if (r < 0) {
		criu_end(&x->criu, NULL);
		warn_of_log(x->dirs.log, LOG_FILE);
		return r;
	}
	r = criu_end(&x->criu, &status);
	if (r < 0)
		return err_sys(e, -r, "wait for CRIU");
	if (status != 0)
		return err_make(e, ERR_CHILD, EIO, "criu failed: %s %d",
				WIFSIGNALED(status) ? "signal" : "exit status",
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (x->c->init.pid <= 0)
		return err_make(e, ERR_PROTOCOL, EBADMSG, "CRIU did not name the restored process");
	return 0;
}

/* creation_how.bring */
static int bring(struct creation *c, struct err *e)
{
	static int (*const acts[])(struct restore *, struct err *) = {
		list_namespaces, list_descriptors, list_mounts, start_criu, enter_cgroup,
		give_directories, ask,
	};
	struct restore *x = c->bring_data;
	int r = 0;

	x->c = c;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(acts); i++)
		r = acts[i](x, e);
	criu_end(&x->criu, NULL);
	unlinkat(c->dir.fd, CRIU_ROOT, AT_REMOVEDIR);
	return r;
}

int container_restore(struct runtime *rt, const char *id, const struct strake_restore_options *o,
		      int *ret_exit, struct err *e)
{
	const struct strake_create_options base = {
		.size = sizeof(base), .bundle = o->bundle, .console_socket = o->console_socket,
		.pid_file = o->pid_file, .no_new_keyring = o->no_new_keyring,
		.detach = o->detach, .no_subreaper = o->no_subreaper,
	};
	struct restore x = { .o = o, .dirs = IMAGE_DIRS_NONE, .criu = CRIU_NONE };
	const struct creation_how how = { .o = &base, .bring = bring, .data = &x };
	int r;

	if (ns_home_is_rootless(&rt->home, &rt->proc))
		log_warn("%s checkpoint is untested with rootless containers", rt->program);
	arena_init(&x.arena);
	r = take_flags(&x, e);
	if (r == 0)
		r = creation_run(rt, id, &how, ret_exit, e);
	image_dirs_close(&x.dirs);
	arena_fini(&x.arena);
	return r;
}
