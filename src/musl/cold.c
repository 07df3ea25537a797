/* SPDX-License-Identifier: Apache-2.0 */
/* What cold.ld put into pages of its own. */
#include "os/exe_cold.h"

#define HIDDEN __attribute__((visibility("hidden")))
extern const char cold_start[] HIDDEN, cold_end[] HIDDEN, cold_seccomp_start[] HIDDEN, cold_seccomp_end[] HIDDEN;

const struct os_exe_range os_exe_cold = { cold_start, cold_end };
const struct os_exe_range os_exe_seccomp = { cold_seccomp_start, cold_seccomp_end };
