/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of signals.
 * Runs in: parent.
 */
#pragma once

/* "9", "KILL", "sigkill", "RTMIN+2", "SIGRTMAX-1"; 0 is allowed. 0, or -EINVAL. */
int signal_parse(const char *text, int *ret);
