/* SPDX-License-Identifier: Apache-2.0 */
/* What is worth reading of CRIU's log: the lines with "Error", and a few before each. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/str.h"
#include "checkpoint/options.h"

#define WORD  "Error"
#define LINES 6 /* with that line itself */

struct excerpt {
	char *lines[LINES]; /* a ring, by line number */
	size_t no, printed; /* numbers of the last line read, and printed; from 1 */
};

static void print(struct excerpt *x, const char *path)
{
	size_t from = x->no > LINES ? x->no - LINES + 1 : 1;

	if (x->printed == 0)
		log_warn("--- Quoting \"%s\"", path);
	else if (from > x->printed + 1)
		log_warn("...");
	if (from <= x->printed)
		from = x->printed + 1;
	for (; from <= x->no; from++) {
		const char *line = x->lines[from % LINES];

		if (*line)
			log_warn("%zu:%s", from, line);
	}
	x->printed = x->no;
}

/* The directory may be somebody else's, and what is quoted goes to our own log: of no other file, and
 * without waiting for one. */
static FILE *open_log(const char *path)
{
	auto_fd fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (f)
		(void)TAKE_FD(fd);
	return f;
}

void warn_of_log(const char *dir, const char *file)
{
	auto_free char *path = NULL, *line = NULL;
	struct excerpt x = { .no = 0 };
	size_t size = 0;
	ssize_t n;

	if (asprintf(&path, "%s/%s", dir, file) < 0) {
		path = NULL;
		return;
	}
	auto_file f = open_log(path);

	if (!f) {
		log_warn("open %s: %s", path, err_strerror(errno));
		return;
	}
	while ((n = getline(&line, &size, f)) > 0) {
		char **slot = &x.lines[++x.no % LINES];

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		free(*slot);
		*slot = TAKE_PTR(line);
		size = 0;
		if (strstr(*slot, WORD))
			print(&x, path);
	}
	if (x.printed)
		log_warn("---");
	for (size_t i = 0; i < LINES; i++)
		free(x.lines[i]);
}
