/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/feature.h"
#include "os/spawn.h"
#include "tests/unit/test.h"

static char out[256], errors[256];

/* Runs a line of shell; s->argv and the rest as the caller set it. */
static int sh(struct spawn *s, const char *line, int *status, struct err *e)
{
	char *copy = strdup(line), *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, copy, NULL };
	int r;

	s->path = "/bin/sh";
	s->argv = argv;
	s->out = out;
	s->out_size = sizeof(out);
	s->err = errors;
	s->err_size = sizeof(errors);
	r = os_spawn(s, status, e);
	free(copy);
	s->argv = NULL;
	return r;
}

static void output_status_and_environment(void **state)
{
	char *const env[] = { (char[]){ "A=1" }, NULL };
	struct spawn s = { .envp = env, .cwd = "/", .timeout_ms = -1 };
	struct err e;
	int status;

	(void)state;
	setenv("LEAK", "x", 1);
	assert_int_equal(sh(&s, "echo $A$LEAK $PWD; echo no >&2; exit 3", &status, &e), 0);
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_string_equal(out, "1 /\n");
	assert_string_equal(errors, "no\n");
	assert_int_equal(sh(&s, "kill -9 $$", &status, &e), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void failed_exec_tells_its_cause(void **state)
{
	char *const argv[] = { (char[]){ "x" }, NULL };
	struct spawn s = { .path = "/nonexistent/x", .argv = argv, .timeout_ms = -1 };
	char text[128];
	struct err e;
	int status = 4711;

	(void)state;
	assert_int_equal(os_spawn(&s, &status, &e), -ENOENT);
	assert_int_equal(status, 4711);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "fork/exec /nonexistent/x: no such file or directory");
	s.path = "/etc/passwd";
	assert_int_equal(os_spawn(&s, &status, &e), -EACCES);
	s.path = "/bin/sh";
	s.cwd = "/nonexistent";
	assert_int_equal(os_spawn(&s, &status, &e), -ENOENT);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "chdir /nonexistent: no such file or directory");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left behind */
}

static void input_and_output_do_not_block_each_other(void **state)
{
	size_t len = 1 << 20;
	char *big = malloc(len);
	struct spawn s = { .input = big, .input_len = len, .timeout_ms = 20000 };
	struct err e;
	int status;

	(void)state;
	memset(big, 'x', len);
	assert_int_equal(sh(&s, "/bin/cat; /bin/cat >&2", &status, &e), 0);
	assert_int_equal(status, 0);
	assert_int_equal(strlen(out), sizeof(out) - 1); /* the rest was dropped */
	free(big);
}

static void unread_input_is_no_failure(void **state)
{
	size_t len = 1 << 20;
	char *big = calloc(1, len);
	struct spawn s = { .input = big, .input_len = len, .timeout_ms = 20000 };
	sigset_t pending;
	struct err e;
	int status;

	(void)state;
	signal(SIGPIPE, SIG_DFL); /* would kill this test */
	assert_int_equal(sh(&s, "exec <&-; echo ok", &status, &e), 0);
	assert_string_equal(out, "ok\n");
	sigpending(&pending);
	assert_false(sigismember(&pending, SIGPIPE));
	free(big);
}

static void no_input_reads_as_empty(void **state)
{
	struct spawn s = { .timeout_ms = 20000 };
	struct err e;
	int status;

	(void)state;
	assert_int_equal(sh(&s, "/bin/cat; echo end", &status, &e), 0);
	assert_string_equal(out, "end\n");
}

static int64_t ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void timeout_kills_the_group(void **state)
{
	struct spawn s = { .timeout_ms = 300 };
	int64_t began = ms();
	struct err e;
	int status;

	(void)state;
	assert_int_equal(sh(&s, "/bin/sleep 30 & echo $!; wait", &status, &e), -ETIMEDOUT);
	assert_true(ms() - began < 10000);
	/* The grandchild is gone too, or about to be: it got its signal before we returned. */
	for (int i = 0; i < 100 && kill(atoi(out), 0) == 0; i++) {
		char path[64], c = 'Z';
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", atoi(out));
		f = fopen(path, "re");
		if (f && fscanf(f, "%*d (%*[^)]) %c", &c) != 1)
			c = '?';
		if (f)
			fclose(f);
		if (c == 'Z')
			break;
		usleep(20000);
		assert_int_not_equal(i, 99);
	}
}

static void background_child_is_not_waited_for(void **state)
{
	struct spawn s = { .timeout_ms = -1 };
	int64_t began = ms();
	struct err e;
	int status;

	(void)state;
	assert_int_equal(sh(&s, "/bin/sleep 5 & echo $!", &status, &e), 0);
	assert_true(ms() - began < 4000);
	kill(atoi(out), SIGKILL);
}

static void nothing_but_stdio_is_inherited(void)
{
	struct spawn s = { .timeout_ms = -1 };
	int a = open("/", O_RDONLY), b = fcntl(a, F_DUPFD, 200);
	struct err e;
	int status;

	assert_true(a >= 0 && b >= 200);
	/* The shell's glob opens the directory itself, as one more descriptor. */
	assert_int_equal(sh(&s, "for f in /proc/$$/fd/*; do [ -e $f ] && echo ${f##*/}; done; exit 0",
			    &status, &e),
			 0);
	assert_string_equal(out, "0\n1\n2\n");
	close(a);
	close(b);
}

static void descriptors_do_not_leak(void **state)
{
	(void)state;
	nothing_but_stdio_is_inherited();
	assert_int_equal(os_fallback_force("close_range,pidfd"), 0);
	nothing_but_stdio_is_inherited();
	assert_int_equal(os_fallback_force(""), 0);
}

static void signals_are_reset(void **state)
{
	struct spawn s = { .timeout_ms = -1 };
	sigset_t set, saved;
	struct err e;
	int status;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, &saved);
	assert_int_equal(sh(&s, "while read k v; do case $k in Sig[BI]*) echo $k $v;; esac; done "
				"</proc/self/status", &status, &e), 0);
	sigprocmask(SIG_SETMASK, NULL, &set);
	assert_true(sigismember(&set, SIGTERM)); /* and ours is as it was */
	sigprocmask(SIG_SETMASK, &saved, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	assert_string_equal(out, "SigBlk: 0000000000000000\nSigIgn: 0000000000000000\n");
}

static void closed_stdio_is_no_trap(void **state)
{
	struct spawn s = { .timeout_ms = -1, .input = "in", .input_len = 2 };
	int saved = dup(0), r, status;
	struct err e;

	(void)state;
	close(0);
	r = sh(&s, "/bin/cat", &status, &e);
	assert_int_equal(dup2(saved, 0), 0);
	close(saved);
	assert_int_equal(r, 0);
	assert_string_equal(out, "in");
}

static bool is_pending(int sig)
{
	sigset_t set;

	assert_int_equal(sigpending(&set), 0);
	return sigismember(&set, sig);
}

/* The child sends us what somebody else would. */
static int signalled(const char *line)
{
	struct spawn_signals signals;
	struct spawn s = { .timeout_ms = 20000, .signals = &signals };
	struct err e;
	int status;

	spawn_signals_take(&signals);
	assert_int_equal(sh(&s, line, &status, &e), 0);
	spawn_signals_give_back(&signals, status != 0);
	return status;
}

static void signals_for_us_go_to_the_child(void **state)
{
	sigset_t term, before, after;
	int status;

	(void)state;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_SETMASK, NULL, &before);
	status = signalled("kill -TERM $PPID; kill -TERM $PPID; sleep 10");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	sigprocmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
	/* Borne: the caller has a signalfd of his own. */
	sigprocmask(SIG_BLOCK, &term, NULL);
	status = signalled("kill -TERM $PPID; sleep 10");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_false(is_pending(SIGTERM));
	assert_int_equal(signalled("trap 'exit 0' TERM; kill -TERM $PPID; while :; do sleep 0.01; done"), 0);
	assert_true(is_pending(SIGTERM));
	signal(SIGTERM, SIG_IGN); /* takes it away */
	sigprocmask(SIG_SETMASK, &before, NULL);
	status = signalled("kill -TERM $PPID; exit 4");
	assert_int_equal(WEXITSTATUS(status), 4);
	signal(SIGTERM, SIG_DFL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_status_and_environment),
		cmocka_unit_test(failed_exec_tells_its_cause),
		cmocka_unit_test(input_and_output_do_not_block_each_other),
		cmocka_unit_test(unread_input_is_no_failure),
		cmocka_unit_test(no_input_reads_as_empty),
		cmocka_unit_test(timeout_kills_the_group),
		cmocka_unit_test(background_child_is_not_waited_for),
		cmocka_unit_test(descriptors_do_not_leak),
		cmocka_unit_test(signals_are_reset),
		cmocka_unit_test(signals_for_us_go_to_the_child),
		cmocka_unit_test(closed_stdio_is_no_trap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
