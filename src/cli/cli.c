/* SPDX-License-Identifier: Apache-2.0 */
/* What commands and the program around them say, and read. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "cli/streams.h"

/* What the library reads at the most. */
#define DOCUMENT_MAX (16u << 20)

int cli_fail(struct cli *c, const char *fmt, ...)
{
	va_list ap;

	c->err.code = STRAKE_ERROR_USAGE;
	c->err.errnum = 0;
	va_start(ap, fmt);
	vsnprintf(c->err.text, sizeof(c->err.text), fmt, ap);
	va_end(ap);
	return -1;
}

int cli_read_document(struct cli *c, const char *path, char **ret, size_t *ret_len)
{
	auto_fd opened = FD_NONE;
	int fd = STDIN_FILENO, r;
	struct stat st;

	if (!str_eq(path, "-")) {
		fd = opened = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return cli_fail(c, "open %s: %s", path, err_strerror(errno));
	}
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		r = stream_read_document(fd, DOCUMENT_MAX, ret, ret_len);
	else
		r = io_read_alloc(fd, DOCUMENT_MAX, ret, ret_len);
	return r < 0 ? cli_fail(c, "read %s: %s", path, err_strerror(-r)) : 0;
}

int cli_print(struct cli *c, const char *text)
{
	int r = stream_write_all(STDOUT_FILENO, text, strlen(text));

	return r < 0 ? cli_fail(c, "write /dev/stdout: %s", err_strerror(-r)) : 0;
}

int cli_print_str(struct cli *c, const struct str *text)
{
	if (str_failed(text))
		return cli_fail(c, "write /dev/stdout: %s", err_strerror(ENOMEM));
	return cli_print(c, str_text(text));
}

void cli_cgroup_hint(struct cli *c, const char *op)
{
	auto_str hint = {};

	if (c->err.errnum != EPERM && c->err.errnum != EACCES)
		return;
	str_addf(&hint, "%s %s failure might be caused by lack of full access to cgroups", c->program,
		 op);
	logger_record(&c->log, LOG_LEVEL_WARNING, str_text(&hint));
}

int cli_unknown_command(struct cli *c, const char *name)
{
	cli_fail(c, "No help topic for '%s'", name);
	logger_failure(&c->log, c->err.text);
	return 3;
}
