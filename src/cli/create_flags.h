/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What create and run share: the flags, which fill struct strake_create_options itself, and the row
 * of the command.
 * Runs in: parent.
 */
#pragma once

#include "cli/cli.h"

#define C(kind, field, name, alias, help) \
	OPT(kind, struct strake_create_options, field, name, alias, help)

#define CREATE_FLAGS                                                                             \
	C(OPT_STRING, bundle, "bundle", "b", "the bundle's directory (default: the current one)"), \
	C(OPT_STRING, config, "config", "f",                                                       \
	  "the config (default: config.json in the bundle)"),                                       \
	C(OPT_STRING, console_socket, "console-socket", NULL,                                      \
	  "AF_UNIX socket that gets the master of the console's pseudoterminal"),                  \
	C(OPT_STRING, pidfd_socket, "pidfd-socket", NULL,                                          \
	  "AF_UNIX socket that gets a pidfd of the container's first process"),                    \
	C(OPT_STRING, pid_file, "pid-file", NULL, "write the process id to this file"),            \
	C(OPT_BOOL, no_pivot, "no-pivot", NULL,                                                    \
	  "move the root instead of pivoting it, for root file systems on a ramdisk"),             \
	C(OPT_BOOL, no_new_keyring, "no-new-keyring", NULL,                                        \
	  "stay in the caller's session keyring"),                                                 \
	C(OPT_COUNT, preserve_fds, "preserve-fds", NULL,                                           \
	  "hand N more file descriptors to the container, behind stdio and $LISTEN_FDS")

static const struct strake_create_options create_defaults = { .size = sizeof(create_defaults) };
_Static_assert(sizeof(create_defaults) <= CMD_VALUES_MAX, "the flags fill a buffer of this size");

#define CREATE_COMMAND(name_, opts_)                                                             \
	.name = (name_), .args = "<container-id>", .opts = (opts_), .values = &create_defaults,    \
	.values_size = sizeof(create_defaults), .min_args = 1, .max_args = 1, .seals = true,       \
	.runtime = true, .failing = name_ " failed", .failing_named = true
