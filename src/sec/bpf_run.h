/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A classic BPF machine, as much of it as the generators of seccomp filters use.
 * Runs in: init, before the filter is loaded; the tests look with it at what a filter does.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/util.h"

/* What a broken program gives: no action has these bits. */
#define BPF_BROKEN 0x12345678u

/* Runs n instructions on data; every jump and load is checked. */
uint32_t bpf_run(const struct sock_filter *prog, size_t n, const struct seccomp_data *data);
