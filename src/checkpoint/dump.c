/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/descriptors.h"
#include "checkpoint/freezer.h"
#include "checkpoint/options.h"
#include "checkpoint/swrk.h"
#include "container/config.h"
#include "container/destroy.h"
#include "container/mounts.h"
#include "ns/ns.h"
#include "os/safe_path.h"

#define LOG_FILE  "dump.log"
#define LOG_LEVEL 4

struct dump {
	struct opened c;
	const struct strake_checkpoint_options *o;
	struct spec spec;
	bool have_spec;
	struct arena arena;
	struct cgroup *cgroup; /* as create saw it: for the mount plan alone */
	struct mount_plan *mounts;
	struct image_dirs dirs;
	struct criu_opts opts;
	struct criu criu;
	int status_fd;         /* of the caller, until the page server is ready; FD_NONE */
};

/* ---- what the caller said ---- */

static int check_status(const struct dump *d, struct err *e)
{
	enum container_status s = d->c.status;

	if (s == STATUS_RUNNING || s == STATUS_PAUSED)
		return 0;
	return err_make(e, ERR_STATE, EINVAL, "Container cannot be checkpointed in %s state", status_name(s));
}

/* "address:port", "[::1]:port" */
static int parse_page_server(struct dump *d, struct err *e)
{
	const char *text = d->o->page_server, *colon;
	char *address;
	uint32_t port;
	size_t len;

	if (str_empty(text))
		return 0;
	colon = strrchr(text, ':');
	if (!colon || colon == text || !colon[1])
		return err_make(e, ERR_USAGE, EINVAL, "Use --page-server ADDRESS:PORT to specify page server");
	if (parse_u32(colon + 1, &port) < 0 || port == 0 || port > UINT16_MAX)
		return err_make(e, ERR_USAGE, EINVAL, "Invalid port number");
	len = (size_t)(colon - text);
	if (text[0] == '[' && colon[-1] == ']') {
		text++;
		len -= 2;
	} else if (memchr(text, ':', len)) {
		return err_make(e, ERR_USAGE, EINVAL, "Use --page-server ADDRESS:PORT to specify page server");
	}
	address = arena_strndup(&d->arena, text, len);
	if (!address)
		return err_sys(e, ENOMEM, "--page-server");
	d->opts.page_server = (struct criu_page_server){ address, port };
	return 0;
}

static int take_flags(struct dump *d, struct err *e)
{
	const struct strake_checkpoint_options *o = d->o;
	const struct images in = { o->image_path, o->work_path, o->parent_path };
	int r = image_dirs_make(&in, &d->dirs, e);

	d->opts = (struct criu_opts){
		.leave_running = o->leave_running, .tcp_established = o->tcp_established,
		.tcp_skip_in_flight = o->tcp_skip_in_flight, .link_remap = o->link_remap,
		.ext_unix_sk = o->ext_unix_sk, .shell_job = o->shell_job, .file_locks = o->file_locks,
		.lazy_pages = o->lazy_pages, .auto_dedup = o->auto_dedup,
		.manage_cgroups = true, .notify_scripts = true, .orphan_pts_master = true,
		.log_level = LOG_LEVEL, .log_file = LOG_FILE,
		.parent_img = str_empty(o->parent_path) ? NULL : o->parent_path,
		.track_mem = !str_empty(o->parent_path),
	};
	if (r == 0)
		r = parse_page_server(d, e);
	if (r == 0)
		r = empty_ns_parse(o->empty_ns, &d->opts.empty_ns, e);
	if (r == 0)
		r = cg_mode_parse(o->manage_cgroups, &d->opts.cg_mode, e);
	if (r == 0)
		r = network_lock_parse(o->network_lock, &d->opts.network_lock, e);
	if (r == 0)
		r = image_dirs_open(&in, &d->dirs, e);
	if (r < 0)
		return r;
	d->opts.images_dir_fd = (uint64_t)d->dirs.images_fd;
	d->opts.work_dir_fd = d->dirs.work_fd >= 0 ? (uint64_t)d->dirs.work_fd : 0;
	return 0;
}

static int check_status_fd(struct dump *d, struct err *e)
{
	int fd, flags;

	if (!d->o->lazy_pages || !d->o->status_fd)
		return 0;
	fd = *d->o->status_fd;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0)
		return err_sys(e, errno, "invalid --status-fd argument %d", fd);
	if ((flags & O_ACCMODE) == O_RDONLY)
		return err_make(e, ERR_USAGE, EBADF, "invalid --status-fd argument %d: not writable", fd);
	d->status_fd = fd;
	return 0;
}

/* ---- what the container is ---- */

static int describe_container(struct dump *d, struct err *e)
{
	const struct state *s = &d->c.state;
	int r = config_load(&d->c.dir, s->bundle, &d->spec, e);

	if (r < 0)
		return r;
	d->have_spec = true;
	d->opts.pid = (uint64_t)s->init_pid;
	d->opts.root = s->rootfs;
	d->opts.config_file = criu_config_file(&s->annotations);
	return 0;
}

/* A namespace that was there before the container stays out of the images. */
static int list_namespaces(struct dump *d, struct err *e)
{
	const struct spec_namespaces *ns = &d->spec.linux->namespaces;

	d->opts.external.v = arena_array(&d->arena, ns->n + 1, sizeof(char *));
	if (!d->opts.external.v)
		return err_sys(e, ENOMEM, "listing the namespaces");
	for (size_t i = 0; i < ns->n; i++) {
		const char *key = external_ns_key(ns->v[i].kind);
		struct stat st;
		char *text;

		if (!key || !ns->v[i].path)
			continue;
		if (stat(ns->v[i].path, &st) < 0)
			return err_sys(e, errno, "stat %s", ns->v[i].path);
		text = arena_printf(&d->arena, "%s[%lu]:%s", ns_table[ns->v[i].kind].link,
				    (unsigned long)st.st_ino, key);
		if (!text)
			return err_sys(e, ENOMEM, "listing the namespaces");
		d->opts.external.v[d->opts.external.n++] = text;
	}
	return 0;
}

static int plan_mounts(struct dump *d, struct err *e)
{
	const struct state *s = &d->c.state;
	struct cgroup_request req = {
		.path = d->spec.linux->cgroups_path, .id = s->id, .rootless = s->rootless,
		.named_v1 = d->spec.linux->cgroup_v1_at != NULL,
		.subgroup = d->spec.linux->cgroup_subgroup,
		.resources = d->spec.linux->resources, .annotations = &s->annotations,
		.proc = &d->c.rt->proc,
	};
	struct mounts_input in = {
		.spec = &d->spec, .bundle = s->bundle, .rootfs = s->rootfs,
		.terminal = d->spec.process && d->spec.process->terminal,
	};
	int r;

	if (cgroup_manager_parse(s->cgroup_manager, &req.manager) < 0)
		return err_make(e, ERR_CONFIG, EINVAL, "unknown cgroup manager %s", s->cgroup_manager);
	r = cgroup_new(&req, &d->cgroup, e);
	if (r < 0)
		return r;
	in.cgroup = d->cgroup;
	if (faccessat(d->c.dir.fd, "notify", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		in.notify_dir = arena_printf(&d->arena, "%s/notify", d->c.dir.path);
	return mounts_plan(&in, &d->mounts, e);
}

/* The files that are covered by a device of the container come back from the host's. */
static int add_masked_files(struct dump *d, struct err *e)
{
	const struct strv *masked = &d->spec.linux->masked_paths;
	struct kv_list *list = &d->opts.ext_mnt;
	struct key_value *v = arena_array(&d->arena, list->n + masked->n + 1, sizeof(*v));
	auto_fd root = procfs_open_root(&d->c.rt->proc, (pid_t)d->c.state.init_pid);
	static char null[] = "/dev/null";

	if (root < 0)
		return err_sys(e, -root, "open the container's root");
	if (!v)
		return err_sys(e, ENOMEM, "listing the mounts");
	if (list->n)
		memcpy(v, list->v, list->n * sizeof(*v));
	list->v = v;
	for (size_t i = 0; i < masked->n; i++) {
		char *place = path_clean(&d->arena, masked->v[i]);
		/* A link of the container's leads nowhere outside of it. */
		auto_fd fd = place ? safe_open(root, place, O_PATH, 0) : FD_NONE;
		struct stat st;

		if (!place)
			return err_sys(e, ENOMEM, "listing the mounts");
		if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
			list->v[list->n++] = (struct key_value){ place, null };
	}
	return 0;
}

static int list_mounts(struct dump *d, struct err *e)
{
	int r = plan_mounts(d, e);

	if (r == 0)
		r = external_mounts(d->mounts, d->c.state.rootfs, false, &d->arena, &d->opts.ext_mnt, e);
	return r < 0 ? r : add_masked_files(d, e);
}

/* ---- CRIU ---- */

static int on_notify(void *data, const struct criu_response *r, int *fd, struct err *e)
{
	struct dump *d = data;

	(void)fd;
	(void)e;
	if (!str_eq(r->script, "status-ready") || d->status_fd < 0)
		return 0;
	if (write(d->status_fd, "", 1) < 0)
		log_warn("can't write \\0 to status fd: %s", err_strerror(errno));
	fd_close(TAKE_FD(d->status_fd));
	return 0;
}

static int ask(struct dump *d, struct err *e)
{
	const struct criu_request req = {
		.type = d->o->pre_dump ? CRIU_PRE_DUMP : CRIU_DUMP, .opts = &d->opts,
	};
	struct criu_response resp;
	int status = 0, r;

	r = criu_call(&d->criu, &req, on_notify, d, &resp, e);
	if (r == 0)
		r = criu_end(&d->criu, &status);
	if (r < 0)
		return err_is_set(e) ? r : err_sys(e, -r, "wait for CRIU");
	/* After a pre-dump it waits for the next one, and takes our going for a failure. */
	if (status != 0 && !d->o->pre_dump)
		return err_make(e, ERR_CHILD, EIO, "criu failed: %s %d",
				WIFSIGNALED(status) ? "signal" : "exit status",
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return 0;
}

static int start_criu(struct dump *d, struct err *e)
{
	const struct criu_start start = { .own_stdio = false };
	int r = criu_start(&d->criu, &start, e);

	if (r == 0 && (d->o->pre_dump || d->o->lazy_pages))
		r = criu_check_features(&d->criu, d->o->pre_dump, d->o->lazy_pages, e);
	if (r == 0 && d->o->lazy_pages)
		r = criu_check_lazy_pipe(e);
	return r;
}

/* A pre-dump is of memory alone. */
static int describe_rest(struct dump *d, struct err *e)
{
	int r = d->o->pre_dump ? 0 : list_mounts(d, e);

	if (r < 0 || d->o->pre_dump)
		return r;
	return descriptors_write(d->dirs.images_fd, &d->c.state.external_descriptors, e);
}

static bool is_stuck(void *data)
{
	struct dump *d = data;

	return freezer_help_criu(&d->c, &d->criu);
}

static int dump(struct dump *d, struct err *e)
{
	enum container_status before = d->c.status;
	int r;

	d->opts.freeze_cgroup = freezer_for_criu(&d->c);
	if (d->opts.freeze_cgroup && !cgroup_host_is_unified()) {
		d->criu.is_stuck = is_stuck;
		d->criu.stuck = "a process of the container was stopped and frozen, and does not halt for it";
		d->criu.data = d;
	}
	r = ask(d, e);
	criu_end(&d->criu, NULL);
	if (r < 0)
		warn_of_log(d->dirs.log, LOG_FILE);
	if (r < 0 || d->o->leave_running || d->o->pre_dump)
		freezer_as_before(&d->c, before);
	return r;
}

/* Its processes are gone: what delete would do. The images are there, so nothing of it is a failure. */
static int finish(struct dump *d, struct err *e)
{
	char text[ERR_TEXT_MAX];
	struct err why;

	(void)e;
	if (d->o->leave_running || d->o->pre_dump)
		return 0;
	err_init(&why);
	if (opened_refresh(&d->c, &why) < 0 || destroy_container(&d->c, &why) < 0) {
		err_format(&why, text, sizeof(text));
		log_warn("%s", text);
	}
	return 0;
}

static void fini(struct dump *d)
{
	criu_end(&d->criu, NULL);
	mount_plan_free(d->mounts);
	cgroup_free(d->cgroup);
	if (d->have_spec)
		spec_fini(&d->spec);
	image_dirs_close(&d->dirs);
	arena_fini(&d->arena);
	opened_fini(&d->c);
}

int container_checkpoint(struct runtime *rt, const char *id, const struct strake_checkpoint_options *o,
			 struct err *e)
{
	static int (*const acts[])(struct dump *, struct err *) = {
		take_flags, check_status_fd, describe_container, list_namespaces, start_criu,
		describe_rest, dump, finish,
	};
	struct dump d = {
		.o = o, .dirs = IMAGE_DIRS_NONE, .criu = CRIU_NONE, .status_fd = FD_NONE,
	};
	int r;

	if (ns_home_is_rootless(&rt->home, &rt->proc))
		log_warn("%s checkpoint is untested with rootless containers", rt->program);
	r = opened_init(&d.c, rt, id, OPEN_LOCKED, e);
	if (r < 0)
		return r;
	arena_init(&d.arena);
	r = check_status(&d, e);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(acts); i++)
		r = acts[i](&d, e);
	fini(&d);
	return r;
}
