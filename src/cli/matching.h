/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command for every container whose id matches an expression: crun's --regex.
 * Runs in: parent.
 */
#pragma once

#include "cli/cli.h"

/*
 * fn for each id, in their order, that the POSIX extended expression matches anywhere. What fails
 * does not keep the others from being tried: each failure is told, the last is the result (-1 with
 * c->err). That none matches is no failure.
 */
int matching_each(struct cli *c, const char *expression,
		  int (*fn)(struct cli *c, const char *id, void *data), void *data);
