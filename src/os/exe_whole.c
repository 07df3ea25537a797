/* SPDX-License-Identifier: Apache-2.0 */
/* A program that the linker did not part: its children need all of it. */
#include <stddef.h>

#include "os/exe_parts.h"

const struct os_exe_parts os_exe_needed = { NULL };
