/* SPDX-License-Identifier: Apache-2.0 */
/* swap A B: exchanges the two names, for ever. What an attacker in a shared volume does. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: swap A B\n");
		return 2;
	}
	for (;;) {
		if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) < 0)
			usleep(100);
	}
}
