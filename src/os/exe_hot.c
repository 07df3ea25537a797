/* SPDX-License-Identifier: Apache-2.0 */
/* A program that the linker did not part: all of it is sealed. */
#include "os/exe_cold.h"

const struct os_exe_range os_exe_cold = { NULL, NULL };
const struct os_exe_range os_exe_seccomp = { NULL, NULL };
