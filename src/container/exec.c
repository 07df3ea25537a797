/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/timeline.h"
#include "container/build.h"
#include "container/config.h"
#include "container/exec_process.h"
#include "container/foreground.h"
#include "container/opened.h"
#include "ns/ns.h"
#include "os/pidfd.h"

struct exec {
	struct opened c;
	const struct strake_exec_options *o;
	struct spec spec;
	bool have_spec;
	char *config; /* its text */
	size_t config_len;
	struct arena arena;
	struct spec_process *process;
	struct launch launch;
	bool have_launch;
	struct chain_result child;
	char *pid_file;
};

static int check_status(const struct exec *x, struct err *e)
{
	switch (x->c.status) {
	case STATUS_STOPPED:
		return err_make(e, ERR_STATE, ESRCH, "cannot exec in a stopped container");
	case STATUS_CREATING:
		return err_make(e, ERR_STATE, EBUSY, "cannot exec in a container that is being created");
	case STATUS_PAUSED:
		if (!x->o->ignore_paused)
			return err_make(e, ERR_STATE, EBUSY, "cannot exec in a paused container (use "
							     "--ignore-paused to override)");
		return 0;
	default:
		return 0;
	}
}

static int check_terminal(const struct exec *x, struct err *e)
{
	bool socket = !str_empty(x->o->console_socket);

	if (x->o->detach && x->process->terminal && !socket)
		return err_make(e, ERR_USAGE, EINVAL,
				"cannot allocate tty if runc will detach without setting console socket");
	if (socket && !(x->o->detach && x->process->terminal))
		return err_make(e, ERR_USAGE, EINVAL,
				"cannot use console socket if runc will not detach or allocate tty");
	return 0;
}

/* runc's rules: a path alone is for all hierarchies, so it stands alone. */
static int check_cgroups(struct exec *x, struct err *e)
{
	const char *const *list = x->o->cgroups;

	for (size_t i = 0; list && list[i]; i++) {
		const char *colon = strchr(list[i], ':');

		if (colon == list[i])
			return err_make(e, ERR_USAGE, EINVAL,
					"invalid --cgroup argument: %s (empty <controller> prefix)", list[i]);
		if (!colon && (i > 0 || list[1]))
			return err_make(e, ERR_USAGE, EINVAL,
					"invalid --cgroup argument: %s (missing <controller>: prefix)", list[i]);
	}
	return 0;
}

/* A namespace that the config does not ask for: a restored process may have one for its clocks. */
static int follow_state(struct exec *x, struct err *e)
{
	const struct ns_info *time = &ns_table[NS_TIME];
	struct spec_namespaces *ns = &x->spec.linux->namespaces;
	struct spec_namespace *v;

	for (size_t i = 0; i < x->c.state.namespaces.n; i++) {
		if (!str_eq(x->c.state.namespaces.v[i].key, time->key) || spec_namespace_find(ns, NS_TIME))
			continue;
		v = arena_array(&x->spec.arena, ns->n + 1, sizeof(*v));
		if (!v)
			return err_sys(e, ENOMEM, "listing the namespaces");
		if (ns->n)
			memcpy(v, ns->v, ns->n * sizeof(*v));
		v[ns->n] = (struct spec_namespace){ .kind = NS_TIME };
		*ns = (struct spec_namespaces){ v, ns->n + 1 };
	}
	return 0;
}

static int load(struct exec *x, struct err *e)
{
	int r = config_load_text(&x->c.dir, x->c.state.bundle, &x->spec, &x->config, &x->config_len, e);

	if (r < 0)
		return r;
	x->have_spec = true;
	r = follow_state(x, e);
	if (r < 0)
		return r;
	r = exec_process_build(&x->arena, &x->spec, x->o, &x->process, e);
	return r < 0 ? r : check_terminal(x, e);
}

/* What the pidfd does not lead to: a container without a mount namespace has its root all the same.
 * Without pidfds (Linux 5.3) a descriptor for each namespace. */
static int open_targets(struct exec *x, struct err *e)
{
	const struct spec_namespaces *ns = &x->spec.linux->namespaces;

	if (x->launch.job.target_pidfd >= 0 && spec_namespace_find(ns, NS_MOUNT))
		return 0;
	for (size_t i = 0; x->launch.job.target_pidfd < 0 && i < ns->n; i++) {
		enum ns_kind kind = ns->v[i].kind;
		int fd = procfs_open_ns(&x->c.rt->proc, (pid_t)x->c.state.init_pid, ns_table[kind].link);

		/* An init that is ending has left its namespaces before it is a zombie. */
		if (fd == -ENOENT || fd == -ESRCH)
			return err_make(e, ERR_STATE, ESRCH, "container not running");
		if (fd < 0)
			return err_sys(e, -fd, "open the container's %s namespace", ns_table[kind].name);
		x->launch.job.ns_fd[kind] = fd;
	}
	if (!spec_namespace_find(ns, NS_MOUNT)) {
		int fd = procfs_open_root(&x->c.rt->proc, (pid_t)x->c.state.init_pid);

		if (fd < 0)
			return err_sys(e, -fd, "open the container's root");
		x->launch.job.root_fd = fd;
	}
	/* They were opened by number: was it the container's to the end? */
	return opened_check_alive(&x->c, e);
}

static int prepare_launch(struct exec *x, struct err *e)
{
	struct launch_input in = {
		.spec = &x->spec, .process = x->process, .id = x->c.state.id,
		.console_socket = str_empty(x->o->console_socket) ? NULL : x->o->console_socket,
		.pidfd_socket = str_empty(x->o->pidfd_socket) ? NULL : x->o->pidfd_socket,
		.preserve_fds = x->o->preserve_fds, .is_exec = true,
		.dir = &x->c.dir, .config = x->config, .config_len = x->config_len,
	};
	struct chain_job *job = &x->launch.job;
	int r = launch_init(&x->launch, x->c.rt, &in, e);

	if (r < 0)
		return r;
	x->have_launch = true;
	r = opened_pidfd(&x->c, &job->target_pidfd, e);
	if (r == 0)
		r = opened_cgroup(&x->c, e);
	if (r == 0)
		r = open_targets(x, e);
	if (r < 0)
		return r;
	job->target_pid = (pid_t)x->c.state.init_pid;
	job->cgroup = x->c.cgroup;
	job->sub_cgroups = x->o->cgroups;
	job->new_keyring = x->c.state.keyring;
	job->hook_state = (struct oci_state){
		.id = x->c.state.id, .bundle = x->c.state.bundle, .pid = x->c.state.init_pid,
		.annotations = &x->c.state.annotations,
	};
	return 0;
}

static int on_pid(void *data, pid_t pid, int pidfd, struct err *e)
{
	struct launch *l = &((struct exec *)data)->launch;
	int r = launch_send_pidfd(l, pidfd, e);

	(void)pid;
	return r < 0 ? r : launch_fill_slot(l, e);
}

static int on_tty(void *data, int master, struct err *e)
{
	return launch_on_tty(&((struct exec *)data)->launch, master, e);
}

static int absolute_pid_file(struct exec *x, struct err *e)
{
	return store_absolute_pid_file(x->o->pid_file, &x->pid_file, e);
}

static void end_child(struct exec *x)
{
	int status;

	if (x->child.pidfd < 0 || os_pidfd_send_signal(x->child.pidfd, SIGKILL) < 0)
		kill(x->child.pid, SIGKILL);
	os_wait_child(x->child.pid, &status);
}

static int start(struct exec *x, struct err *e)
{
	int r;

	x->launch.job.on_pid = on_pid;
	x->launch.job.on_tty = on_tty;
	x->launch.job.data = x;
	r = chain_start(&x->launch.job, &x->child, e);
	if (r < 0)
		return err_wrap(e, "unable to start container process");
	/* Only now: conmon takes the file's absence for "exec failed". */
	r = x->pid_file ? store_write_pid_file(x->pid_file, x->child.pid, e) : 0;
	if (r < 0)
		end_child(x);
	return r;
}

static void fini(struct exec *x)
{
	fd_close(TAKE_FD(x->child.pidfd));
	if (x->have_launch)
		launch_fini(&x->launch);
	if (x->have_spec)
		spec_fini(&x->spec);
	arena_fini(&x->arena);
	free(x->config);
	free(x->pid_file);
	opened_fini(&x->c);
}

int container_exec(struct runtime *rt, const char *id, const struct strake_exec_options *o,
		   int *ret_exit, struct err *e)
{
	static const struct {
		const char *name;
		int (*act)(struct exec *, struct err *);
	} acts[] = {
		{ "finding the pid file", absolute_pid_file },
		{ "checking --cgroup", check_cgroups },
		{ "reading the config", load },
		{ "environment, labels, seccomp program", prepare_launch },
		{ "starting the process", start },
	};
	struct exec x = { .o = o, .child = { .pidfd = FD_NONE } };
	struct foreground f = { .signals = FD_NONE };
	int r = opened_init(&x.c, rt, id, OPEN_TO_ENTER, e);

	if (r < 0)
		return r;
	arena_init(&x.arena);
	r = check_status(&x, e);
	if (r == 0 && !o->detach)
		r = foreground_init(&f, true, e); /* what it leaves behind is the container's */
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(acts); i++) {
		TIMELINE(acts[i].name);
		r = acts[i].act(&x, e);
	}
	*ret_exit = 0;
	cgroup_rest(x.c.cgroup);
	if (r == 0 && !o->detach)
		r = foreground_wait(&f, x.child.pid, x.child.pidfd, TAKE_FD(x.launch.tty), ret_exit, e);
	if (r == 0 && is_about_to_end())
		return 0;
	fini(&x);
	foreground_fini(&f);
	return r;
}
