/* SPDX-License-Identifier: Apache-2.0 */
/*
 * killat N PROGRAM ARG...: runs the program and kills it as it enters its Nth system call, counted from
 * its execve on. Its children run free. Status: 0 when it was killed, 3 when it ended before.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

/* Stops at each entry and each return; other signals are passed on. */
static int follow(pid_t pid, long n)
{
	long stops = 0;
	int status, sig = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, sig) < 0 && errno != ESRCH)
			return fail("PTRACE_SYSCALL");
		if (waitpid(pid, &status, 0) < 0)
			return fail("waitpid");
		if (!WIFSTOPPED(status))
			return 3;
		sig = WSTOPSIG(status);
		if (sig == SIGTRAP)
			sig = 0; /* of an execve */
		if (sig != (SIGTRAP | 0x80))
			continue;
		sig = 0;
		if (stops++ % 2 == 0 && stops / 2 + 1 == n) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return 0;
		}
	}
}

int main(int argc, char **argv)
{
	pid_t pid;
	int status;

	if (argc < 3)
		return fprintf(stderr, "usage: killat N PROGRAM ARG...\n"), 2;
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			_exit(2);
		raise(SIGSTOP);
		execv(argv[2], argv + 2);
		_exit(2);
	}
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		return fail("waitpid");
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		return fail("PTRACE_SETOPTIONS");
	return follow(pid, atol(argv[1]));
}
