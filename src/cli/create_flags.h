/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flags that create and run share; they fill struct strake_create_options itself.
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
