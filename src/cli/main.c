/* SPDX-License-Identifier: Apache-2.0 */
#include <strake/container.h>

#include "cli/cli.h"

int main(int argc, char **argv)
{
	strake_early_init();
	/* Without a name of our own (argc 0) nothing below can tell who we are. */
	return argc > 0 ? cli_main(argv) : 1;
}
