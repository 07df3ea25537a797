/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

const struct cmd *const commands[] = {
	&cmd_checkpoint, &cmd_create,  &cmd_delete,   &cmd_events, &cmd_exec, &cmd_kill, &cmd_list,
	&cmd_mounts,     &cmd_pause,   &cmd_ps,       &cmd_restore, &cmd_resume, &cmd_run, &cmd_spec,
	&cmd_start,      &cmd_state,   &cmd_update,   &cmd_features, &cmd_help, NULL,
};

const struct cmd *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (str_eq(commands[i]->name, name) || str_eq(commands[i]->alias, name))
			return commands[i];
	return NULL;
}
