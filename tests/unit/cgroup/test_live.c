/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a container's cgroup. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/bpf.h"
#include "os/feature.h"
#include "tests/unit/cgroup/live.h"

static void life(void **state)
{
	struct member m;
	const struct cgroup_view *views;
	struct kv_list paths;
	struct arena a;
	pid_t *pids;
	size_t n;
	char *owned;

	(void)state;
	new_cgroup(NULL, true);
	assert_true(cgroup_exists(cg));
	start_member(&m, cgroup_clone_fd(cg));
	assert_true(!v2 || m.born_in);
	assert_true(cgroup_clone_is_all(cg) == v2);
	ok(cgroup_join(cg, m.pid, m.born_in, &err));
	check_joined(&m);
	ok(cgroup_apply_devices(cg, NULL, &err));
	assert_int_equal(tell(&m, 'd'), 'k');
	ok(cgroup_apply_devices(cg, NULL, &err)); /* again: in the place of the first */
	assert_int_equal(tell(&m, 'd'), 'k');
	if (v2) {
		uint32_t ids[4];

		assert_int_equal(os_bpf_query_device(cgroup_clone_fd(cg), ids, 4, &n), 0);
		assert_int_equal(n, 1);
	}

	ok(cgroup_freeze(cg, true, &err));
	ok(cgroup_is_frozen(cg, &err));
	assert_int_equal(cgroup_is_frozen(cg, &(struct err){ 0 }), 1);
	ok(cgroup_freeze(cg, false, &err));
	assert_int_equal(cgroup_is_frozen(cg, &(struct err){ 0 }), 0);
	assert_int_equal(tell(&m, 'f'), 'k');

	n = cgroup_views(cg, &views);
	assert_true(v2 ? n == 1 && !views[0].name : n > 1);

	/* A later command has nothing but what was saved. */
	arena_init(&a);
	ok(cgroup_save(cg, &a, &paths, &owned, &err));
	if (v2) {
		assert_int_equal(paths.n, 1);
		assert_string_equal(paths.v[0].key, "");
		assert_string_equal(owned, "unified");
	}
	cgroup_free(cg);
	ok(cgroup_load("cgroupfs", &paths, owned, &proc, &cg, &err));
	arena_fini(&a);
	ok(cgroup_pids(cg, &pids, &n, &err));
	assert_int_equal(n, 2);
	assert_true(pids[0] < pids[1]);
	free(pids);
	assert_true(cgroup_oom_kills(cg) >= 0 || v2);
	ok(cgroup_kill(cg, SIGKILL, &err));
	reap(&m);
	ok(cgroup_destroy(cg, &err));
	assert_false(cgroup_exists(cg));
	ok(cgroup_destroy(cg, &err));
}

static void kill_without_cgroup_kill(void **state)
{
	struct member m;
	int status;

	(void)state;
	assert_int_equal(os_fallback_force("cgroup_kill,into_cgroup"), 0);
	new_cgroup(NULL, true);
	start_member(&m, cgroup_clone_fd(cg));
	assert_false(m.born_in);
	ok(cgroup_join(cg, m.pid, m.born_in, &err));
	check_joined(&m);
	for (int i = 0; i < 10; i++)
		tell(&m, 'f');
	ok(cgroup_freeze(cg, true, &err));
	ok(cgroup_kill(cg, SIGKILL, &err)); /* a paused container dies too */
	assert_int_equal(waitpid(m.pid, &status, 0), m.pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(m.pidfd);
	ok(cgroup_destroy(cg, &err));
	assert_false(cgroup_exists(cg));
}

static void a_fork_bomb_dies(void **state)
{
	struct spec_resources r = { .pids_limit = { true, 30 } };
	struct member m;

	(void)state;
	if (v2) /* no pids controller that would bound it */
		skip();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(os_fallback_force(i ? "" : "cgroup_kill"), 0);
		new_cgroup(&r, true);
		start_member(&m, cgroup_clone_fd(cg));
		ok(cgroup_join(cg, m.pid, m.born_in, &err));
		tell(&m, 'b');
		usleep(20000);
		ok(cgroup_kill(cg, SIGKILL, &err));
		reap(&m);
		ok(cgroup_destroy(cg, &err));
		if (i == 0)
			cgroup_free(cg);
	}
}

static void in_use_is_refused(void **state)
{
	struct cgroup *first;
	struct member m;
	struct err e;

	(void)state;
	err_init(&e);
	new_cgroup(NULL, true);
	start_member(&m, cgroup_clone_fd(cg));
	ok(cgroup_join(cg, m.pid, m.born_in, &err));
	first = cg;
	new_cgroup(NULL, false);
	assert_true(cgroup_create(cg, NULL, &e) < 0);
	assert_string_equal(why(&e), "container's cgroup is not empty: 1 process(es) found");
	assert_true(cgroup_exists(cg)); /* and nothing of the other one was removed */
	cgroup_free(cg);
	cg = first;
	kill(m.pid, SIGKILL);
	reap(&m);

	ok(cgroup_freeze(cg, true, &err));
	new_cgroup(NULL, false);
	err_init(&e);
	assert_true(cgroup_create(cg, NULL, &e) < 0);
	assert_string_equal(why(&e), "container's cgroup unexpectedly frozen");
	cgroup_free(cg);
	cg = first;
	ok(cgroup_freeze(cg, false, &err));
	ok(cgroup_destroy(cg, &err));
}

static void destroy_takes_sub_cgroups(void **state)
{
	char path[PATH_MAX];

	(void)state;
	new_cgroup(NULL, true);
	for (size_t i = 0; i < cg->n_dirs; i++) {
		snprintf(path, sizeof(path), "%s/sub", cg->dirs[i].path);
		assert_int_equal(mkdir(path, 0755), 0);
		strcat(path, "/sub");
		assert_int_equal(mkdir(path, 0755), 0);
	}
	ok(cgroup_destroy(cg, &err));
	assert_false(cgroup_exists(cg));
}

/* Somebody made the directory and one below it: that is not ours to take away. */
static void what_was_there_stays(void **state)
{
	char path[PATH_MAX];
	struct cg_dir *d;

	(void)state;
	new_cgroup(NULL, false);
	d = cg_dir_main(cg);
	snprintf(path, sizeof(path), "%s/theirs", d->path);
	for (char *s = strstr(path, name), *end; s; s = end) {
		end = strchr(s + 1, '/');

		if (end)
			*end = '\0';
		assert_int_equal(mkdir(path, 0755), 0);
		if (end)
			*end = '/';
	}
	ok(cgroup_create(cg, NULL, &err));
	ok(cgroup_destroy(cg, &err));
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(rmdir(path), 0);
	assert_true(cgroup_exists(cg));
	ok(cgroup_destroy(cg, &err));
	assert_false(cgroup_exists(cg));
}

static void a_failed_create_leaves_nothing(void **state)
{
	struct spec_network net = { .class_id = { true, 7 } };
	struct spec_memory m = { .limit = { true, 100 }, .swap = { true, 50 } };
	struct spec_resources r = { .network = v2 ? NULL : &net, .memory = v2 ? &m : NULL };
	struct err e;
	char *up;

	(void)state;
	err_init(&e);
	new_cgroup(&r, false);
	assert_true(cgroup_create(cg, &r, &e) < 0);
	if (!v2 && access("/sys/fs/cgroup/net_cls", F_OK) < 0)
		assert_string_equal(
			why(&e),
			"linux.resources: cannot set net_cls limit: container could not join or create cgroup");
	for (size_t i = 0; i < cg->n_dirs; i++) {
		up = strdup(cg->dirs[i].path);
		*strrchr(up, '/') = '\0';
		*strrchr(up, '/') = '\0';
		assert_int_equal(access(up, F_OK), -1);
		free(up);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		live(life),
		live(kill_without_cgroup_kill),
		live(a_fork_bomb_dies),
		live(in_use_is_refused),
		live(destroy_takes_sub_cgroups),
		live(what_was_there_stays),
		live(a_failed_create_leaves_nothing),
	};

	return live_main(argc, argv, tests, ARRAY_SIZE(tests));
}
