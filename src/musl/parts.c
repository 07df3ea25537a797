/* SPDX-License-Identifier: Apache-2.0 */
/* What parts.py put into pages of its own. */
#include "os/exe_parts.h"

#define HIDDEN __attribute__((visibility("hidden")))
extern const char needed_start[] HIDDEN, needed_end[] HIDDEN, needed_data[] HIDDEN;

const struct os_exe_parts os_exe_needed = { needed_start, needed_end, needed_data };
