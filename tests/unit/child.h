/* SPDX-License-Identifier: Apache-2.0 */
/* A test's body in a process of its own: what it does to itself must not stay. */
#pragma once

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* Ends the child with the line as its status when cond is false; a parent can print that. */
#define child_check(cond)                                                                       \
	do {                                                                                    \
		if (!(cond)) {                                                                  \
			dprintf(2, "%s:%d: %s\n", __FILE__, __LINE__, #cond);                   \
			_exit(1);                                                               \
		}                                                                               \
	} while (0)

/* Runs body(arg) in a child, expects it to return. The raw wait status is the result. */
static inline int child_status(void (*body)(void *), void *arg)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		body(arg);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static inline void child_run(void (*body)(void *), void *arg)
{
	assert_int_equal(child_status(body, arg), 0);
}
