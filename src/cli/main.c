/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <strake/container.h>

#include "cli/cli.h"

int main(int argc, char **argv)
{
#ifdef M_TOP_PAD /* glibc: the heap grows once, and is given back by exit. */
	mallopt(M_TOP_PAD, 512 * 1024);
	mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
#endif
	strake_early_init();
	/* Without a name of our own (argc 0) nothing below can tell who we are. */
	return argc > 0 ? cli_main(argv) : 1;
}
