/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_ps.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/parse.h"
#include "cli/quote.h"

#define OUTPUT_MAX (64u << 20)
#define BLANKS " \t\r\v\f"

static int spawn_ps(char *const argv[], int out_fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t reset, none;
	int r;

	sigemptyset(&none);
	sigemptyset(&reset);
	sigaddset(&reset, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &reset);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	r = posix_spawnp(ret, "ps", &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

static int check_status(int status, const char *output, struct err *e)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		return err_make(e, ERR_CHILD, EIO, "exit status %d: %s", WEXITSTATUS(status), output);
	return err_make(e, ERR_CHILD, EIO, "signal: %s: %s", strsignal(WTERMSIG(status)), output);
}

int host_ps(const char *const *args, struct str *out, struct err *e)
{
	auto_free char **argv = NULL;
	auto_free char *text = NULL;
	auto_fd rd = FD_NONE, wr = FD_NONE;
	static char name[] = "ps";
	int fds[2], status = 0, r;
	size_t n = 0, len = 0;
	pid_t pid;

	while (args[n])
		n++;
	argv = calloc(n + 2, sizeof(*argv));
	if (!argv)
		return err_sys(e, ENOMEM, "run ps");
	argv[0] = name;
	memcpy(argv + 1, args, n * sizeof(*argv));
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(e, errno, "make a pipe for ps");
	rd = fds[0];
	wr = fds[1];
	r = spawn_ps(argv, wr, &pid);
	if (r == -ENOENT)
		return err_make(e, ERR_SYS, ENOENT, "exec: \"ps\": executable file not found in $PATH");
	if (r < 0)
		return err_sys(e, -r, "run ps");
	cleanup_fd(&wr);
	r = io_read_alloc(rd, OUTPUT_MAX, &text, &len);
	cleanup_fd(&rd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return err_sys(e, -r, "read what ps writes");
	r = check_status(status, text, e);
	if (r == 0)
		str_add_n(out, text, len);
	return r;
}

/* The field of that number: its begin, and its length; NULL when the line has fewer. */
static const char *field(const char *line, size_t line_len, size_t number, size_t *ret_len)
{
	const char *end = line + line_len;

	for (;; number--) {
		size_t len;

		line += strspn(line, BLANKS);
		if (line >= end)
			return NULL;
		len = strcspn(line, BLANKS "\n");
		if (number == 0) {
			*ret_len = len;
			return line;
		}
		line += len;
	}
}

static int find_pid_column(const char *header, size_t len, size_t *ret, struct err *e)
{
	const char *at;
	size_t n, i;

	for (i = 0; (at = field(header, len, i, &n)); i++) {
		if (n == 3 && strncmp(at, "PID", 3) == 0) {
			*ret = i;
			return 0;
		}
	}
	return err_make(e, ERR_CHILD, EIO, "couldn't find PID field in ps output");
}

static int line_pid(const char *line, size_t len, size_t column, pid_t *ret, struct err *e)
{
	auto_str quoted = {};
	char text[32] = "";
	const char *at;
	uint64_t pid;
	size_t n = 0;

	at = field(line, len, column, &n);
	if (at && n < sizeof(text))
		memcpy(text, at, n);
	if (!at || n >= sizeof(text) || parse_u64(text, INT32_MAX, &pid) < 0) {
		quote_go(&quoted, text);
		return err_make(e, ERR_CHILD, EIO,
				"unable to parse pid: strconv.Atoi: parsing %s: invalid syntax",
				str_text(&quoted));
	}
	*ret = (pid_t)pid;
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

int ps_filter(const char *listing, const pid_t *pids, size_t n, struct str *out, struct err *e)
{
	size_t len = strcspn(listing, "\n"), column = 0;
	int r = find_pid_column(listing, len, &column, e);

	if (r < 0)
		return r;
	str_add_n(out, listing, len);
	str_add(out, "\n");
	for (listing += len; *listing; listing += len) {
		pid_t pid;

		if (*listing == '\n') {
			len = 1;
			continue;
		}
		len = strcspn(listing, "\n");
		r = line_pid(listing, len, column, &pid, e);
		if (r < 0)
			return r;
		if (n && bsearch(&pid, pids, n, sizeof(pid), by_pid)) {
			str_add_n(out, listing, len);
			str_add(out, "\n");
		}
	}
	return 0;
}
