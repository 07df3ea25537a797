/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock of tests/bench/lifecycle: starts commands from a small process, so that what is
 * measured is the command and not the fork of an interpreter.
 *
 * One request per line of stdin, its words separated by tabs; one answer per line of stdout:
 *   run<TAB>COMMAND<TAB>ARG...   NANOSECONDS STATUS USER_US SYSTEM_US MAXRSS_KIB
 *   reap<TAB>KEEP                the same, when no more than KEEP children are left
 *   sleep<TAB>MICROSECONDS       the same, afterwards
 *
 * It is a subreaper and reaps whatever ends at once, like an engine's shim: an unreaped init
 * would keep its cgroup busy and be charged to `delete`.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS 64

struct answer {
	long long ns;
	int status;
	struct rusage usage;
};

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static pid_t start(char **argv, int null, int log)
{
	pid_t pid = vfork();

	if (pid < 0)
		err(1, "vfork");
	if (pid)
		return pid;
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log, 2) < 0)
		_exit(126);
	execv(argv[0], argv);
	_exit(127);
}

static void run(char **argv, int null, int log, struct answer *a)
{
	long long begin = now();
	pid_t pid = start(argv, null, log), done;
	struct rusage usage;
	int status;

	do {
		done = wait4(-1, &status, 0, &usage);
	} while (done != pid && (done >= 0 || errno == EINTR));
	a->ns = now() - begin;
	a->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	a->usage = usage;
}

static long long count_children(void)
{
	char path[64], list[4096];
	long long count = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	n = read(fd, list, sizeof(list));
	close(fd);
	for (ssize_t i = 0; i < n; i++)
		count += list[i] == ' ';
	return count;
}

static void reap(long long keep, struct answer *a)
{
	long long begin = now();

	while (count_children() > keep && wait(NULL) > 0)
		;
	a->ns = now() - begin;
}

static int split(char *line, char **words)
{
	int n = 0;
	char *save, *word;

	line[strcspn(line, "\n")] = '\0';
	for (word = strtok_r(line, "\t", &save); word && n < MAX_WORDS - 1;
	     word = strtok_r(NULL, "\t", &save))
		words[n++] = word;
	words[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = open(argc > 1 ? argv[1] : "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		       0600);
	char line[8192], *words[MAX_WORDS];

	if (null < 0 || log < 0)
		err(1, "open");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		err(1, "prctl");
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		struct answer a = { 0 };
		int n = split(line, words);

		if (n >= 2 && !strcmp(words[0], "run"))
			run(words + 1, null, log, &a);
		else if (n == 2 && !strcmp(words[0], "reap"))
			reap(strtoll(words[1], NULL, 10), &a);
		else if (n == 2 && !strcmp(words[0], "sleep"))
			usleep((useconds_t)strtoul(words[1], NULL, 10));
		else
			errx(1, "not a request: %s", n ? words[0] : "");
		printf("%lld %d %lld %lld %ld\n", a.ns, a.status,
		       a.usage.ru_utime.tv_sec * 1000000LL + a.usage.ru_utime.tv_usec,
		       a.usage.ru_stime.tv_sec * 1000000LL + a.usage.ru_stime.tv_usec,
		       a.usage.ru_maxrss);
	}
	return 0;
}
