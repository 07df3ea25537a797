/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pure half of the labels: what is written, and what the kernel's switches say.
 * Runs in: parent | init. No system call here, so that it is tested where no LSM is.
 */
#pragma once

#include "base/util.h"

/* One page less the NUL: the most that the kernel reads from a write to attr/exec. */
#define LABEL_MAX 4095

/* "exec <profile>" into buf; -EINVAL for an empty or unprintable name, -ENAMETOOLONG. */
int label_apparmor_text(const char *profile, char *buf, size_t size);
/* The very word; "unconfined_x" is a profile like any other. */
bool label_apparmor_is_unconfined(const char *profile);
/* /sys/module/apparmor/parameters/enabled says so. */
bool label_apparmor_says_enabled(const char *parameter);
/* user:role:type[:level], printable: 0 or -EINVAL, -ENAMETOOLONG. */
int label_selinux_check_text(const char *label);
