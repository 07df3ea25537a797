/* SPDX-License-Identifier: Apache-2.0 */
/* What parts.py put into pages of its own. */
#include "os/exe_parts.h"

extern const char needed_start[] __attribute__((visibility("hidden")));

const struct os_exe_parts os_exe_needed = { needed_start };
