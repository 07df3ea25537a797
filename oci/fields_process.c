/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/fields.h"
#include "oci/spec.h"

static const struct json_field console_size[] = {
#define T struct spec_console_size
	{ "height", JSON_UINT, JSON_REQUIRED, JSON_AT(T, height) },
	{ "width", JSON_UINT, JSON_REQUIRED, JSON_AT(T, width) },
#undef T
	{ NULL }
};

static const struct json_field user[] = {
#define T struct spec_user
	{ "uid", JSON_UINT, JSON_ALWAYS, JSON_AT(T, uid) },
	{ "gid", JSON_UINT, JSON_ALWAYS, JSON_AT(T, gid) },
	{ "umask", JSON_UINT, JSON_OPT_AT(T, umask) },
	{ "additionalGids", JSON_ARRAY, JSON_ITEMS_AT(T, additional_gids, n_additional_gids),
	  .child = &item_u32 },
	{ "username", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, username) },
#undef T
	{ NULL }
};

static const struct json_field capabilities[] = {
#define T struct spec_caps
	{ "bounding", JSON_FLAGS, JSON_AT(T, bounding), .words = &words_capability },
	{ "effective", JSON_FLAGS, JSON_AT(T, effective), .words = &words_capability },
	{ "inheritable", JSON_FLAGS, JSON_AT(T, inheritable), .words = &words_capability },
	{ "permitted", JSON_FLAGS, JSON_AT(T, permitted), .words = &words_capability },
	{ "ambient", JSON_FLAGS, JSON_AT(T, ambient), .words = &words_capability },
#undef T
	{ NULL }
};

static const struct json_field rlimit[] = {
#define T struct spec_rlimit
	{ "type", JSON_WORD, JSON_REQUIRED, JSON_AT(T, resource), .words = &words_rlimit },
	{ "hard", JSON_UINT, JSON_REQUIRED, JSON_AT(T, hard) },
	{ "soft", JSON_UINT, JSON_REQUIRED, JSON_AT(T, soft) },
#undef T
	{ NULL }
};
static const struct json_field item_rlimit = JSON_OBJECT_ITEM(rlimit);

static const struct json_field scheduler[] = {
#define T struct spec_scheduler
	{ "policy", JSON_WORD, JSON_REQUIRED, JSON_AT(T, policy), .words = &words_sched_policy },
	{ "nice", JSON_INT, JSON_AT(T, nice) },
	{ "priority", JSON_INT, JSON_AT(T, priority) },
	{ "flags", JSON_FLAGS, JSON_AT(T, flags), .words = &words_sched_flag },
	{ "runtime", JSON_UINT, JSON_AT(T, runtime) },
	{ "deadline", JSON_UINT, JSON_AT(T, deadline) },
	{ "period", JSON_UINT, JSON_AT(T, period) },
#undef T
	{ NULL }
};

static const struct json_field io_priority[] = {
#define T struct spec_ioprio
	{ "class", JSON_WORD, JSON_REQUIRED, JSON_AT(T, class), .words = &words_ioprio_class },
	{ "priority", JSON_INT, JSON_ALWAYS, JSON_AT(T, priority) },
#undef T
	{ NULL }
};

static const struct json_field exec_cpu_affinity[] = {
#define T struct spec_cpu_affinity
	{ "initial", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, initial) },
	{ "final", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, final) },
#undef T
	{ NULL }
};

const struct json_field fields_process[] = {
#define T struct spec_process
	{ "terminal", JSON_BOOL, JSON_AT(T, terminal) },
	{ "consoleSize", JSON_POINTER, JSON_POINTER_AT(T, console_size), .child = console_size },
	{ "user", JSON_OBJECT, JSON_ALWAYS, JSON_AT(T, user), .child = user },
	{ "args", STRINGS_AT(T, args) },
	{ "commandLine", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, command_line) },
	{ "env", STRINGS_AT(T, env) },
	{ "cwd", JSON_STRING, JSON_REQUIRED, JSON_AT(T, cwd) },
	{ "capabilities", JSON_POINTER, JSON_POINTER_AT(T, capabilities), .child = capabilities },
	{ "rlimits", JSON_ARRAY, JSON_LIST_AT(T, rlimits), .child = &item_rlimit },
	{ "noNewPrivileges", JSON_BOOL, JSON_AT(T, no_new_privileges) },
	{ "apparmorProfile", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, apparmor_profile) },
	{ "oomScoreAdj", JSON_INT, JSON_OPT_AT(T, oom_score_adj) },
	{ "scheduler", JSON_POINTER, JSON_POINTER_AT(T, scheduler), .child = scheduler },
	{ "selinuxLabel", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, selinux_label) },
	{ "ioPriority", JSON_POINTER, JSON_POINTER_AT(T, io_priority), .child = io_priority },
	{ "execCPUAffinity", JSON_POINTER, JSON_POINTER_AT(T, exec_cpu_affinity),
	  .child = exec_cpu_affinity },
#undef T
	{ NULL }
};
