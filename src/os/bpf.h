/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf(2) for the one thing that a container runtime needs it for: cgroup device programs
 * (BPF_PROG_TYPE_CGROUP_DEVICE: Linux 4.15, BPF_F_REPLACE: 5.6).
 * Runs in: parent.
 * Must not happen here: knowing what a program means; it is built in cgroup/devices.
 */
#pragma once

#include <linux/bpf.h>

#include "base/util.h"

/* Loads a device program; a CLOEXEC descriptor or -errno. -EINVAL: no such program type here. */
int os_bpf_load_device(const struct bpf_insn *insns, size_t n);
/* Attaches prog to the cgroup v2 directory, beside others (BPF_F_ALLOW_MULTI), or in the place of
 * replace when that is a descriptor (-EINVAL before 5.6). 0 or -errno. */
int os_bpf_attach_device(int cgroup, int prog, int replace);
int os_bpf_detach_device(int cgroup, int prog);
/* The ids of what is attached to this directory itself; -ENOSPC when there are more than max. */
int os_bpf_query_device(int cgroup, uint32_t *ids, size_t max, size_t *ret_n);
/* A CLOEXEC descriptor of a loaded program, or -errno. */
int os_bpf_open_id(uint32_t id);
