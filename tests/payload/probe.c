/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a system call can tell, asked from inside a container. Static, so that it runs in any root.
 *
 *   probe fds          every open descriptor, "N target"
 *   probe signals      dispositions and mask that are not the default ones, or "default"
 *   probe tiocsti      tries to push a byte into the terminal on fd 0
 *   probe personality  the execution domain, as hexadecimal number
 *   probe sched        policy and nice value
 *   probe dumpable     PR_GET_DUMPABLE
 *   probe keyring      name of the session keyring
 *   probe winsize      rows and columns of the terminal on fd 0
 *   probe onlcr        whether the terminal on fd 0 turns \n into \r\n
 *   probe open PATH    opens for reading: "ok", or the error's name
 *   probe syscall NR   its errno, with all arguments zero
 *   probe leaderless   ends its first thread and lives on in another
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

static int report(int r)
{
	printf("%s\n", r < 0 ? strerrorname_np(errno) : "ok");
	return 0;
}

static int probe_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	char target[4096];

	if (!d)
		return report(-1);
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.' || atoi(e->d_name) == dirfd(d))
			continue;
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		printf("%s %s\n", e->d_name, target);
	}
	closedir(d);
	return 0;
}

static int probe_signals(void)
{
	sigset_t mask;
	int n = 0;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int s = 1; s < NSIG; s++) {
		struct sigaction sa;
		if (sigismember(&mask, s) == 1)
			n += printf("blocked %d\n", s);
		if (sigaction(s, NULL, &sa) == 0 && sa.sa_handler != SIG_DFL)
			n += printf("ignored %d\n", s);
	}
	if (n == 0)
		puts("default");
	return 0;
}

static int probe_keyring(void)
{
	char text[256];
	/* KEYCTL_DESCRIBE of KEY_SPEC_SESSION_KEYRING */
	long n = syscall(SYS_keyctl, 6, -3, text, sizeof(text) - 1);

	if (n < 0)
		return report(-1);
	puts(strrchr(text, ';') ? strrchr(text, ';') + 1 : text);
	return 0;
}

static int probe_tty(const char *what)
{
	struct winsize ws;
	struct termios t;

	if (strcmp(what, "tiocsti") == 0)
		return report(ioctl(0, TIOCSTI, "x"));
	if (strcmp(what, "winsize") == 0) {
		if (ioctl(0, TIOCGWINSZ, &ws) < 0)
			return report(-1);
		printf("%u %u\n", ws.ws_row, ws.ws_col);
		return 0;
	}
	if (tcgetattr(0, &t) < 0)
		return report(-1);
	puts(t.c_oflag & ONLCR ? "onlcr" : "no onlcr");
	return 0;
}

static void *live_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int leave_the_first(void)
{
	pthread_t other;

	if (pthread_create(&other, NULL, live_on, NULL))
		return 1;
	pthread_exit(NULL);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "fds") == 0)
		return probe_fds();
	if (strcmp(what, "signals") == 0)
		return probe_signals();
	if (strcmp(what, "keyring") == 0)
		return probe_keyring();
	if (strcmp(what, "tiocsti") == 0 || strcmp(what, "winsize") == 0 || strcmp(what, "onlcr") == 0)
		return probe_tty(what);
	if (strcmp(what, "personality") == 0) {
		printf("%x\n", (unsigned)personality(0xffffffff));
		return 0;
	}
	if (strcmp(what, "sched") == 0) {
		errno = 0;
		printf("%d %d\n", sched_getscheduler(0), getpriority(PRIO_PROCESS, 0));
		return 0;
	}
	if (strcmp(what, "dumpable") == 0) {
		printf("%d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
		return 0;
	}
	if (strcmp(what, "leaderless") == 0)
		return leave_the_first();
	if (strcmp(what, "open") == 0 && argc == 3)
		return report(open(argv[2], O_RDONLY | O_CLOEXEC));
	if (strcmp(what, "syscall") == 0 && argc == 3)
		return report((int)syscall(atol(argv[2]), 0, 0, 0, 0, 0, 0));
	fprintf(stderr, "probe: unknown: %s\n", what);
	return 2;
}
