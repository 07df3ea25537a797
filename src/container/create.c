/* SPDX-License-Identifier: Apache-2.0 */
#include "container/create.h"

#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path.h"
#include "base/timeline.h"
#include "container/destroy.h"
#include "container/filter_file.h"
#include "container/mounts.h"
#include "container/notify.h"
#include "container/small_ns.h"
#include "container/userns.h"
#include "ns/ns.h"
#include "oci/annotations.h"
#include "os/mark.h"
#include "os/mount_fd.h"
#include "os/pidfd.h"
#include "sched/sched.h"

/* ---- before anything exists ---- */

static int absolute_pid_file(struct creation *c, struct err *e)
{
	return store_absolute_pid_file(c->o->pid_file, &c->pid_file, e);
}

static int check_terminal(const struct creation *c, struct err *e)
{
	bool detached = c->wait_for_start || c->o->detach;
	bool terminal = c->bundle.spec.process->terminal;

	if (detached && terminal && str_empty(c->o->console_socket))
		return err_make(e, ERR_USAGE, EINVAL,
				"cannot allocate tty if runc will detach without setting console socket");
	if (!(detached && terminal) && !str_empty(c->o->console_socket))
		return err_make(e, ERR_USAGE, EINVAL,
				"cannot use console socket if runc will not detach or allocate tty");
	return 0;
}

/* A config without a process: init is made, and says at start that it has nothing to run. */
static char root_dir[] = "/";
static struct spec_process no_process = { .cwd = root_dir, .no_new_privileges = true };

static int load_config(struct creation *c, struct err *e)
{
	int r = bundle_load(&c->bundle, c->o->bundle, c->o->config, e);

	if (r < 0)
		return r;
	if (!c->bundle.spec.process && !c->wait_for_start)
		return err_make(e, ERR_CONFIG, EINVAL, "process property must not be empty");
	if (!c->bundle.spec.process)
		c->bundle.spec.process = &no_process;
	if (c->rt->euid != 0 && !spec_namespace_find(&c->bundle.spec.linux->namespaces, NS_USER))
		return err_make(e, ERR_CONFIG, EPERM, "rootless container requires user namespaces");
	return check_terminal(c, e);
}

/*
 * The kernel's rootfs is below every root. Where it is the host's (an initramfs that was not left), nothing can
 * pivot away from it, and the container must not come to be on top of it without a word.
 */
static bool root_may_be_rootfs(void)
{
	struct statfs fs;

	return statfs("/", &fs) < 0 || fs.f_type == RAMFS_MAGIC || fs.f_type == TMPFS_MAGIC;
}

/* Asked before the helper begins, which then need not wait for the answer. */
static bool host_lets_mounts_move(const struct creation *c)
{
	return ns_home_is_initial(&c->rt->home, &c->rt->proc) && script_may_delay_mounts(&c->launch.job.script) &&
	       os_mount_api() && !root_may_be_rootfs();
}

/* True: it can make the mount namespace, too. */
static bool begin_beside(struct creation *c)
{
	const struct script *s = &c->launch.job.script;
	auto_fd small_ns = host_lets_mounts_move(c) ? small_ns_open(c->rt->root, &c->rt->proc) : FD_NONE;
	struct beside_work w = {
		.network = s->late_kinds & KIND_BIT(NS_NETWORK), .small_ns = small_ns,
		.proc = procfs_dir(&c->rt->proc),
	};

	if (w.network || small_ns >= 0)
		c->launch.job.beside = beside_begin(&c->launch.arena, &w);
	return c->launch.job.beside && TAKE_FD(small_ns) >= 0;
}

static int prepare_launch(struct creation *c, struct err *e)
{
	const struct spec *s = &c->bundle.spec;
	const char *receiver = spec_annotation(&s->annotations, ANNOTATION_PIDFD_RECEIVER);
	struct launch_input in = {
		.spec = s, .process = s->process, .id = c->id,
		.console_socket = str_empty(c->o->console_socket) ? NULL : c->o->console_socket,
		.pidfd_socket = str_empty(c->o->pidfd_socket) ? receiver : c->o->pidfd_socket,
		.socket_dir = c->o->bundle ? c->bundle.path : NULL,
		.preserve_fds = c->o->preserve_fds, .listen_fds = true, .notify = notify_wanted(),
	};
	int r = launch_init(&c->launch, c->rt, &in, e);

	if (r < 0)
		return r;
	c->launch_made = true;
	c->launch.job.placement.stays = !is_about_to_end() || s->hooks.list[HOOK_POSTSTART].n || s->hooks.list[HOOK_POSTSTOP].n;
	/* Now: the network namespace takes as long as all that is left to be done before the clone, and more. */
	if (!c->bring && c->launch.job.script.late_kinds & KIND_BIT(NS_NETWORK))
		c->may_move = begin_beside(c);
	c->launch.job.bundle = c->bundle.path;
	c->launch.job.new_keyring = !c->o->no_new_keyring;
	c->launch.job.hook_state = (struct oci_state){
		.id = c->id, .bundle = c->bundle.path, .annotations = &s->annotations,
	};
	return userns_adopt_maps(&c->launch, &c->bundle.spec, e);
}

static int choose_cgroup(struct creation *c, struct err *e)
{
	const struct spec_linux *l = c->bundle.spec.linux;
	struct cgroup_request req = {
		.manager = c->rt->cgroup_manager,
		.path = l->cgroups_path, .id = c->id, .rootless = ns_home_is_rootless(&c->rt->home, &c->rt->proc),
		.named_v1 = l->cgroup_v1_at != NULL, .subgroup = l->cgroup_subgroup, .delegate = l->cgroup_delegate != NULL,
		.resources = l->resources, .annotations = &c->bundle.spec.annotations,
		.proc = &c->rt->proc,
	};
	int r = cgroup_new(&req, &c->cgroup, e);

	if (r < 0)
		return r;
	c->launch.job.cgroup = c->cgroup;
	if (l->cgroup_subgroup && req.manager != CGROUP_SYSTEMD)
		log_warn("annotations: run.oci.systemd.subgroup has no effect without --systemd-cgroup");
	if (l->cgroup_delegate && !userns_user(&c->bundle.spec, &c->launch.job.delegate_uid))
		return err_make(e, ERR_CONFIG, EINVAL, "run.oci.delegate-cgroup: the user has no id on the host");
	c->launch.job.cgroup_chown = userns_cgroup_owner(&c->bundle.spec, &c->launch.job.cgroup_uid);
	return 0;
}

static void choose_namespace(struct creation *c)
{
	struct beside **beside = &c->launch.job.beside;
	enum beside_sysfs sysfs = BESIDE_NO_SYSFS;
	bool readonly;

	c->moves = (!*beside || c->may_move) && mount_plan_is_movable(c->mounts) && (*beside || begin_beside(c));

	if (c->moves && mount_plan_late_sysfs(c->mounts, &readonly))
		sysfs = readonly ? BESIDE_SYSFS_READONLY : BESIDE_SYSFS;
	if (*beside)
		beside_decide(*beside, c->moves, sysfs);
	if (c->moves)
		script_delay_mounts(&c->launch.job.script);
}

static int plan_mounts(struct creation *c, struct err *e)
{
	const struct spec *s = &c->bundle.spec;
	struct mounts_input in = {
		.spec = s, .bundle = c->bundle.path, .rootfs = c->bundle.rootfs, .cgroup = c->cgroup,
		.no_pivot = c->o->no_pivot, .terminal = s->process->terminal,
	};
	int r;

	if (c->launch.job.beside)
		beside_meet(c->launch.job.beside, &c->launch.job.placement, &c->rt->proc);
	if (notify_wanted()) {
		in.notify_dir = arena_printf(&c->state.arena, "%s/%s/notify", c->rt->root, c->id);
		if (!in.notify_dir)
			return err_sys(e, ENOMEM, "planning the mounts");
	}
	r = mounts_plan(&in, &c->mounts, e);
	c->launch.job.mounts = c->mounts;
	if (r == 0)
		script_expect_mounts(&c->launch.job.script, mount_plan_inside(c->mounts), mount_plan_late_idmaps(c->mounts));
	if (r == 0 && !c->bring)
		choose_namespace(c);
	return r;
}

/* ---- what exists, from the state directory on ---- */

static int write_config(struct creation *c, struct err *e)
{
	c->config_written = true;
	return store_write_config(&c->dir, c->bundle.text, c->bundle.text_len, e);
}

static int make_directory(struct creation *c, struct err *e)
{
	int r = store_create(c->rt->root, c->rt->euid, c->id, &c->dir, e);

	if (r < 0)
		return r;
	c->dir_made = true;
	r = describe_creation(c, e);
	if (r == 0) {
		c->state.cgroup_manager = (char *)(uintptr_t)cgroup_manager_name(c->rt->cgroup_manager);
		r = store_write_state(&c->dir, &c->state, e);
	}
	/* Else beside init, which nobody can exec into before that. */
	if (r == 0 && (!c->launch.job.script.side_by_side || c->state.needs_config))
		r = write_config(c, e);
	return r < 0 ? r : notify_make_dir(&c->dir, e);
}

/* create leaves this to start: there is nobody to listen meanwhile. What is restored has told long
 * ago that it is ready. */
static int make_notify_socket(struct creation *c, struct err *e)
{
	return c->wait_for_start || c->bring ? 0 : notify_bind(&c->dir, &c->notify, e);
}

/* Beside init, which opens it when all is set up; before its pid is known to others, who would take it for running. */
static int make_fifo(struct creation *c, struct err *e)
{
	const struct spec_linux *l = c->bundle.spec.linux;
	uint32_t uid = 0, gid = 0;

	if (c->launch.job.fifo_dir < 0)
		return 0;
	if (!idmap_to_host(&l->uid_mappings, 0, &uid))
		uid = c->dir.owner;
	if (!idmap_to_host(&l->gid_mappings, 0, &gid))
		gid = getegid();
	return store_make_fifo(&c->dir, uid, gid, e);
}

static int make_cgroup(struct creation *c, struct err *e)
{
	int r = cgroup_create(c->cgroup, c->bundle.spec.linux->resources, e);

	if (r < 0)
		return err_wrap(e, "unable to apply cgroup configuration");
	c->cgroup_made = true;
	/* Which directories are ours is known only now. */
	return cgroup_save(c->cgroup, &c->state.arena, &c->state.cgroup_paths, &c->state.cgroup_owned, e);
}

int creation_on_pid(struct creation *c, pid_t pid, int pidfd, struct err *e)
{
	char letter;
	int cpu, r = procfs_pid_stat(&c->rt->proc, pid, &letter, &c->state.init_start, &cpu);

	if (r < 0)
		return err_sys(e, -r, "reading the start time of init");
	/* Ready to run, and not running. */
	if (!c->bring && c->launch.job.script.side_by_side && letter == 'R')
		os_step_aside(&c->launch.job.placement, &c->rt->proc, cpu, 2 + beside_is_at_work(c->launch.job.beside));
	c->started = true;
	c->state.init_pid = pid;
	r = describe_process(&c->state, pid, e);
	if (r == 0)
		r = store_write_state(&c->dir, &c->state, e);
	if (r == 0 && !c->config_written)
		r = write_config(c, e);
	return r < 0 ? r : launch_send_pidfd(&c->launch, pidfd, e);
}

static int on_pid(void *data, pid_t pid, int pidfd, struct err *e)
{
	struct creation *c = data;
	int r = make_fifo(c, e);

	if (r == 0)
		r = creation_on_pid(c, pid, pidfd, e);
	return r < 0 ? r : launch_fill_slot(&c->launch, e);
}

static int on_tty(void *data, int master, struct err *e)
{
	return launch_on_tty(&((struct creation *)data)->launch, master, e);
}

/* As it will be read once there is something to exec into: with the profile, of which runc's exec makes its filter, it
 * is long. */
static int prepare_state(struct creation *c, struct err *e)
{
	struct state done = c->state; /* until it is published it is being created */
	int r;

	done.creating = false;
	done.seccomp = c->bundle.spec.linux->seccomp;
	r = store_prepare_state(&c->dir, &done, e);
	c->state_prepared = r == 0;
	return r;
}

/* What init does not wait for. */
static int meanwhile(void *data, struct err *e)
{
	struct creation *c = data;
	const struct spec_seccomp *f = c->bundle.spec.linux->seccomp;

	if (f && !f->bpf_data)
		filter_file_write(&c->dir, c->bundle.text, c->bundle.text_len, &c->launch.job.seccomp);
	return prepare_state(c, e);
}

static int bring_init(struct creation *c, struct err *e)
{
	struct chain_job *job = &c->launch.job;
	int r = mount_plan_open_sources(c->mounts, e);

	if (r < 0)
		/* What init could not do, in the words it would have had. */
		return err_wrap(e, "unable to start container process: error during container init");
	if (c->bring)
		return c->bring(c, e);
	if (c->moves)
		mount_plan_move(c->mounts, &c->rt->proc, (pid_t)c->state.creator_pid);
	job->lock = c->dir.lock;
	if (c->wait_for_start) {
		job->fifo_dir = c->dir.fd;
		job->mark = os_mark();
	}
	job->on_pid = on_pid;
	job->on_tty = on_tty;
	job->meanwhile = meanwhile;
	job->data = c;
	r = chain_start(job, &c->init, e);
	return r < 0 ? err_wrap(e, "unable to start container process") : 0;
}

int creation_make(struct creation *c, struct runtime *rt, const char *id, const struct creation_how *how,
		  struct err *e)
{
	static const struct {
		const char *name;
		int (*act)(struct creation *, struct err *);
	} acts[] = {
		/* nothing exists yet */
		{ "finding the pid file", absolute_pid_file },
		{ "reading and checking the config", load_config },
		{ "environment, labels, seccomp program", prepare_launch },
		{ "choosing the cgroup", choose_cgroup },
		{ "planning the mounts", plan_mounts },
		/* the state is on disk before the cgroup and before the first clone */
		{ "writing the state", make_directory },
		{ "making the notify socket", make_notify_socket },
		{ "making the cgroup", make_cgroup },
		{ "starting init", bring_init },
	};
	int r = store_check_id(id, e);

	*c = (struct creation){
		.rt = rt, .id = id, .o = how->o, .wait_for_start = how->wait_for_start,
		.bring = how->bring, .bring_data = how->data,
		.dir = STORE_DIR_NONE, .notify = FD_NONE, .init = { .pidfd = FD_NONE },
	};
	state_init(&c->state);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(acts); i++) {
		TIMELINE(acts[i].name);
		r = acts[i].act(c, e);
	}
	if (r < 0) {
		bundle_locate(&c->bundle, e);
		creation_undo(c);
	}
	return r;
}

int creation_publish(struct creation *c, struct err *e)
{
	int r = c->state_prepared ? 0 : prepare_state(c, e);

	c->state.creating = false;
	if (r == 0)
		r = store_publish_state(&c->dir, e);
	/* What `run` waits for is listed less often than it is made. */
	if (r == 0 && c->wait_for_start)
		store_write_brief(&c->dir, &c->state, c->launch.job.mark);
	return r;
}

int creation_write_pid_file(struct creation *c, struct err *e)
{
	return c->pid_file ? store_write_pid_file(c->pid_file, c->init.pid, e) : 0;
}

static void report_undo(const char *what, const struct err *e)
{
	char text[ERR_TEXT_MAX];

	err_format(e, text, sizeof(text));
	log_warn("undoing a failed create: %s: %s", what, text);
}

/* What was held for the start; also room for the descriptors that undoing needs. */
static void release_launch(struct creation *c)
{
	fd_close(TAKE_FD(c->init.pidfd));
	fd_close(TAKE_FD(c->notify));
	mount_plan_free(TAKE_PTR(c->mounts));
	if (c->launch_made)
		launch_fini(&c->launch);
	c->launch_made = false;
}

void creation_undo(struct creation *c)
{
	const struct spec_linux *l = c->bundle.loaded ? c->bundle.spec.linux : NULL;
	struct err e;
	int status;

	if (c->init.pid > 0) {
		kill(c->init.pid, SIGKILL); /* our child, not yet waited for */
		os_wait_child(c->init.pid, &status);
		c->init.pid = 0;
	}
	release_launch(c);
	if (c->cgroup_made && destroy_cgroup(c->cgroup, true, &e) < 0)
		report_undo("cgroup", &e);
	cgroup_free(TAKE_PTR(c->cgroup));
	if (c->started && l && l->intel_rdt && intelrdt_remove(l->intel_rdt, c->id, &e) < 0)
		report_undo("intelRdt", &e);
	if (c->started)
		run_poststop(&c->bundle.spec, &c->state);
	if (c->dir_made && store_remove(&c->dir, &e) < 0)
		report_undo("state directory", &e);
	c->dir_made = c->cgroup_made = c->started = false;
}

void creation_fini(struct creation *c)
{
	/* Processes, which nothing else ends: the helper, and the agent of a manager. */
	beside_finish(TAKE_PTR(c->launch.job.beside));
	cgroup_rest(c->cgroup);
	if (is_about_to_end())
		return;
	release_launch(c);
	cgroup_free(c->cgroup);
	state_fini(&c->state);
	store_dir_close(&c->dir);
	bundle_fini(&c->bundle);
	free(c->pid_file);
}

int container_create(struct runtime *rt, const char *id, const struct strake_create_options *o,
		     struct err *e)
{
	const struct creation_how how = { .o = o, .wait_for_start = true };
	struct creation c;
	int r = creation_make(&c, rt, id, &how, e);

	if (r == 0) {
		r = creation_publish(&c, e);
		if (r == 0)
			r = creation_write_pid_file(&c, e);
		if (r < 0)
			creation_undo(&c);
	}
	creation_fini(&c);
	return r;
}
