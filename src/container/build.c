/* SPDX-License-Identifier: Apache-2.0 */
#include "container/build.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/timeline.h"
#include "container/filter_file.h"
#include "container/notify.h"
#include "hooks/hooks.h"
#include "ns/ns.h"
#include "oci/annotations.h"
#include "os/cap.h"
#include "os/pidfd.h"
#include "proc/fds.h"
#include "sec/label.h"
#include "term/term.h"

static bool is_privileged(void)
{
	struct os_caps caps;

	return os_cap_get(&caps) == 0 && (caps.effective >> CAP_SYS_ADMIN & 1);
}

/* ---- environment ---- */

static size_t name_len(const char *entry)
{
	return strcspn(entry, "=");
}

/* Is the variable set again further on? Then the later one counts, as in runc. */
static bool is_repeated(const struct strv *env, size_t i)
{
	size_t n = name_len(env->v[i]);

	for (size_t k = i + 1; k < env->n; k++)
		if (name_len(env->v[k]) == n && strncmp(env->v[k], env->v[i], n) == 0)
			return true;
	return false;
}

/* Ours are appended: what the config says there would come first and be believed. */
static bool is_listen(const char *entry)
{
	return str_starts(entry, "LISTEN_FDS=") || str_starts(entry, "LISTEN_PID=") ||
	       str_starts(entry, "LISTEN_FDNAMES=");
}

static int add_listen_fds(struct launch *l, char **envp, size_t *n, unsigned listen_fds, struct err *e)
{
	const char *names = getenv("LISTEN_FDNAMES");

	envp[(*n)++] = arena_printf(&l->arena, "LISTEN_FDS=%u", listen_fds);
	envp[(*n)++] = arena_strdup(&l->arena, "LISTEN_PID=1");
	if (!str_empty(names))
		envp[(*n)++] = arena_printf(&l->arena, "LISTEN_FDNAMES=%s", names);
	for (size_t i = 1; i <= (str_empty(names) ? 2 : 3); i++)
		if (!envp[*n - i])
			return err_sys(e, ENOMEM, "building the environment");
	return 0;
}

static int build_env(struct launch *l, const struct launch_input *in, unsigned listen_fds, struct err *e)
{
	const struct spec_process *p = in->process;
	char **envp = arena_array(&l->arena, p->env.n + 6, sizeof(char *));
	bool home = false;
	size_t n = 0;

	if (!envp)
		return err_sys(e, ENOMEM, "building the environment");
	for (size_t i = 0; i < p->env.n; i++) {
		if (is_repeated(&p->env, i) || (listen_fds > 0 && is_listen(p->env.v[i])) ||
		    (in->notify && str_starts(p->env.v[i], "NOTIFY_SOCKET=")))
			continue;
		if (str_starts(p->env.v[i], "HOME=") && p->env.v[i][5])
			home = true;
		else if (str_starts(p->env.v[i], "HOME="))
			continue;
		envp[n++] = p->env.v[i];
	}
	if (in->notify && !(envp[n++] = arena_strdup(&l->arena, NOTIFY_ENV)))
		return err_sys(e, ENOMEM, "building the environment");
	if (listen_fds > 0 && add_listen_fds(l, envp, &n, listen_fds, e) < 0)
		return -e->errnum;
	if (!home)
		l->job.home_slot = &envp[n]; /* filled in by init: passwd is the container's */
	l->job.envp = envp;
	return 0;
}

static int choose_descriptors(struct launch *l, const struct launch_input *in, struct err *e)
{
	unsigned listen_fds = in->listen_fds ? fds_listen() : 0;
	unsigned total;
	int r;

	if (__builtin_add_overflow(listen_fds, in->preserve_fds, &total))
		return err_make(e, ERR_USAGE, EINVAL, "too many descriptors to preserve");
	r = fds_check_preserved(total, e);
	if (r < 0)
		return r;
	l->job.extra_fds = total;
	return build_env(l, in, listen_fds, e);
}

/* ---- confinement ---- */

static int check_labels(struct launch *l, const struct spec_process *p, struct err *e)
{
	int r = 0;

	l->job.apparmor = str_empty(p->apparmor_profile) ? NULL : p->apparmor_profile;
	l->job.selinux = str_empty(p->selinux_label) ? NULL : p->selinux_label;
	if (l->job.apparmor)
		r = lsm_apparmor.check(l->job.proc, l->job.apparmor, e);
	if (r < 0)
		return err_place(e, "process.apparmorProfile");
	if (l->job.selinux)
		r = lsm_selinux.check(l->job.proc, l->job.selinux, e);
	return r < 0 ? err_place(e, "process.selinuxLabel") : 0;
}

/* Else the first file system to be mounted would say something about an unknown option, and a config
 * without one would be let pass. */
static int check_mount_label(const struct launch *l, const struct spec *s, struct err *e)
{
	if (str_empty(s->linux->mount_label) || lsm_selinux.enabled(l->job.proc))
		return 0;
	return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "linux.mountLabel is specified in config, but "
			"selinux is disabled or not supported");
}

static int compile_seccomp(struct launch *l, struct err *e)
{
	const struct spec_seccomp *f = l->job.spec->linux->seccomp;

	if (!f)
		return 0;
	if (!f->bpf_data)
		return seccomp_compile(f, &l->job.seccomp, e) < 0 ? err_place(e, "linux.seccomp") : 0;
	return seccomp_decode(f->bpf_data, &l->job.seccomp, e) < 0 ?
		       err_place(e, "annotations[\"" ANNOTATION_SECCOMP_BPF "\"]") : 0;
}

/*
 * Loading libseccomp and compiling takes as long as half of what init sets up: where it need not
 * wait for us before its end, it finds the program then.
 */
static int provide_seccomp(struct launch *l, const struct launch_input *in, struct err *e)
{
	const struct spec_seccomp *f = l->job.spec->linux->seccomp;
	bool compiled = f && !f->bpf_data;

	if (compiled && in->dir && filter_file_read(in->dir, in->config, in->config_len, &l->job.seccomp))
		return 0;
	if (compiled && l->job.script.side_by_side && !seccomp_wants_listener(f))
		l->job.seccomp_slot = seccomp_slot_new();
	return l->job.seccomp_slot ? 0 : compile_seccomp(l, e);
}

int launch_fill_slot(struct launch *l, struct err *e)
{
	TIMELINE("compiling the seccomp program");
	int r = l->job.seccomp_slot ? compile_seccomp(l, e) : 0;

	if (r == 0 && l->job.seccomp_slot)
		seccomp_slot_put(l->job.seccomp_slot, &l->job.seccomp);
	return r;
}

/* ---- namespaces ---- */

static int open_namespaces(struct launch *l, const struct spec_namespaces *ns, struct err *e)
{
	for (size_t i = 0; i < ns->n; i++) {
		int fd;

		if (!ns->v[i].path)
			continue;
		fd = ns_open(&ns->v[i], e);
		if (fd < 0)
			return err_place(e, "linux.namespaces[%zu]", i);
		l->job.ns_fd[ns->v[i].kind] = fd;
	}
	return 0;
}

/* exec: with CAP_SYS_PTRACE one process can look into another that is not dumpable. Whose pid namespace is somebody
 * else's shares it with containers of whose capabilities nothing is known here. */
static bool is_watched(const struct spec *s)
{
	const struct spec_namespace *pid = spec_namespace_find(&s->linux->namespaces, NS_PID);
	const struct spec_caps *c = s->process ? s->process->capabilities : NULL;

	return (pid && pid->path) || (c && (c->bounding | c->permitted | c->effective) & 1ULL << CAP_SYS_PTRACE);
}

static bool enters_pid_namespace(const struct launch_input *in)
{
	const struct spec_namespace *pid = spec_namespace_find(&in->spec->linux->namespaces, NS_PID);

	return pid && (in->is_exec || pid->path);
}

/*
 * Who has made a user namespace, as a rootless podman has, may enter the pid namespaces that belong
 * to it, but the own one belongs to the host. Asked by entering where we are.
 */
static bool has_no_return(const struct chain_job *job)
{
	return job->privileged && ns_return_home(job->proc, job->self_pidfd) == -EPERM;
}

/* No hook sees it half made, nothing is brought from the host, its CPUs are its own matter. */
static bool is_set_up_apart(const struct launch_input *in)
{
	static const enum hook_kind early[] = { HOOK_PRESTART, HOOK_CREATE_RUNTIME, HOOK_CREATE_CONTAINER };
	const struct spec_cpu_affinity *cpus = in->process->exec_cpu_affinity;

	if (in->is_exec)
		return !cpus || !cpus->initial;
	for (size_t i = 0; i < ARRAY_SIZE(early); i++)
		if (in->spec->hooks.list[early[i]].n > 0)
			return false;
	return in->spec->linux->net_devices.n == 0;
}

static int plan_script(struct launch *l, const struct launch_input *in, struct err *e)
{
	const struct spec_hooks *h = &in->spec->hooks;
	const struct spec_seccomp *s = in->spec->linux->seccomp;
	struct script_facts facts = {
		.join = in->is_exec,
		.privileged = l->job.privileged,
		.watched = is_watched(in->spec),
		.host_hooks = h->list[HOOK_PRESTART].n > 0 || h->list[HOOK_CREATE_RUNTIME].n > 0,
		.delegate = in->spec->linux->cgroup_delegate != NULL,
		.terminal = in->process->terminal,
		.notify = s && !s->bpf_data && seccomp_wants_listener(s),
		.links = in->spec->linux->net_devices.n > 0 || in->pidfd_socket,
		.apart = is_set_up_apart(in),
	};
	int r;

	if (enters_pid_namespace(in)) {
		l->job.self_pidfd = os_pidfd_open(getpid());
		facts.no_return = has_no_return(&l->job);
	}
	r = script_plan(&l->job.script, &in->spec->linux->namespaces, &facts, e);
	/* Where it is a stage that enters, nobody comes back. */
	if (r == 0 && !l->job.script.parent_joins)
		cleanup_fd(&l->job.self_pidfd);
	return r;
}

static int connect_sockets(struct launch *l, const struct launch_input *in, struct err *e)
{
	if (in->console_socket) {
		l->console = term_socket_connect(in->socket_dir, in->console_socket, e);
		if (l->console < 0)
			return l->console;
	}
	if (in->pidfd_socket) {
		l->pidfd_socket = term_socket_connect(in->socket_dir, in->pidfd_socket, e);
		if (l->pidfd_socket < 0)
			return l->pidfd_socket;
	}
	return 0;
}

int launch_init(struct launch *l, struct runtime *rt, const struct launch_input *in, struct err *e)
{
	int r;

	*l = (struct launch){
		.job = {
			.spec = in->spec, .process = in->process, .id = in->id, .proc = &rt->proc,
			.home = &rt->home, .self_pidfd = FD_NONE, .fifo_dir = FD_NONE, .lock = FD_NONE,
			.target_pidfd = FD_NONE, .root_fd = FD_NONE,
			.privileged = is_privileged(),
			.initial_userns = !in->is_exec && !spec_namespace_find(&in->spec->linux->namespaces, NS_USER) &&
					  ns_home_is_initial(&rt->home, &rt->proc),
			.relay = !in->console_socket, .argv = in->process->args.v,
		},
		.console = FD_NONE, .pidfd_socket = FD_NONE, .tty = FD_NONE, .is_exec = in->is_exec,
	};
	arena_init(&l->arena);
	l->job.hook_output[0] = l->job.hook_output[1] = FD_NONE;
	for (size_t k = 0; k < NS_KIND_MAX; k++)
		l->job.ns_fd[k] = FD_NONE;
	r = choose_descriptors(l, in, e);
	if (r == 0)
		r = check_labels(l, in->process, e);
	if (r == 0 && !in->is_exec)
		r = check_mount_label(l, in->spec, e);
	if (r == 0 && !in->is_exec)
		r = open_namespaces(l, &in->spec->linux->namespaces, e);
	if (r == 0)
		r = plan_script(l, in, e);
	if (r == 0)
		r = provide_seccomp(l, in, e);
	if (r == 0)
		r = connect_sockets(l, in, e);
	if (r == 0 && !in->is_exec)
		r = hooks_open_output(&in->spec->hooks, l->job.hook_output, e);
	if (r < 0)
		launch_fini(l);
	return r;
}

void launch_fini(struct launch *l)
{
	for (size_t k = 0; k < NS_KIND_MAX; k++)
		fd_close(TAKE_FD(l->job.ns_fd[k]));
	fd_close(TAKE_FD(l->job.root_fd));
	fd_close(TAKE_FD(l->job.self_pidfd));
	hooks_close_output(l->job.hook_output);
	beside_finish(TAKE_PTR(l->job.beside));
	seccomp_program_fini(&l->job.seccomp);
	seccomp_slot_free(TAKE_PTR(l->job.seccomp_slot));
	fd_close(TAKE_FD(l->console));
	fd_close(TAKE_FD(l->pidfd_socket));
	fd_close(TAKE_FD(l->tty));
	arena_fini(&l->arena);
}

int launch_on_tty(struct launch *l, int master, struct err *e)
{
	int r;

	if (l->console < 0) {
		l->tty = master;
		return 0;
	}
	r = term_socket_send_fd(l->console, "/dev/ptmx", master, e);
	fd_close(master);
	return r < 0 ? err_wrap(e, "sending the terminal to the console socket") : 0;
}

int launch_send_pidfd(struct launch *l, int pidfd, struct err *e)
{
	int r;

	if (l->pidfd_socket < 0)
		return 0;
	if (pidfd < 0)
		return err_make(e, ERR_UNSUPPORTED, ENOSYS, "--pidfd-socket needs Linux 5.3 or newer");
	r = term_socket_send_fd(l->pidfd_socket, l->is_exec ? "setns" : "standard", pidfd, e);
	return r < 0 ? err_wrap(e, "sending the pidfd to its socket") : 0;
}
