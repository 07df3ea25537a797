/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent program: it answers requests (os/agent.h) with the code that a runtime which can load
 * libraries has in itself.
 * Runs in: the agent, a child of the parent, in the host's namespaces.
 * Must not happen here: a word on stdout or stderr.
 */
#pragma once

#include "base/err.h"
#include "base/wire.h"
#include "os/agent_ops.h"

/* Like any function here: -errno and e, or 0. What is in out goes along either way. */
typedef int (*agent_fn)(struct wire_in *in, struct str *out, struct err *e);

/* A request that cannot be read. */
int agent_bad_request(struct err *e);

/* systemd.c; absent where the build has no systemd driver. */
int agent_sd_open(struct wire_in *in, struct str *out, struct err *e);
int agent_sd_string(struct wire_in *in, struct str *out, struct err *e);
int agent_sd_start(struct wire_in *in, struct str *out, struct err *e);
int agent_sd_stop(struct wire_in *in, struct str *out, struct err *e);
int agent_sd_reset(struct wire_in *in, struct str *out, struct err *e);
int agent_sd_set(struct wire_in *in, struct str *out, struct err *e);
int agent_sd_attach(struct wire_in *in, struct str *out, struct err *e);
/* netdev.c */
int agent_netdev_move(struct wire_in *in, struct str *out, struct err *e);
