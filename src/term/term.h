/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terminals: the container's pty, the console socket, and the relay of a foreground run.
 * Runs in: open_pty, take_over: init after pivot | socket, relay: parent.
 */
#pragma once

#include <termios.h>

#include "base/err.h"
#include "oci/spec.h"

/* Opens /dev/pts/ptmx below root (a descriptor), checks that it is devpts' own, unlocks, gets the
 * slave by TIOCGPTPEER (CVE-2025-52565), sets the size when both values are set. The termios stay
 * as the kernel makes them: who gets the master by a console socket sets what it likes. */
int term_open_pty(int root, const struct spec_console_size *size, int *ret_master, int *ret_slave,
		  struct err *e);
/* Makes slave the controlling terminal and fds 0-2 of the caller (who is a session leader). */
int term_take_over(int slave, struct err *e);

/* Connects to a console socket; the descriptor, or -errno with e. dir: where a relative name begins; NULL: the working
 * directory. What is too long for an address (108 bytes) is reached by its directory. */
int term_socket_connect(const char *dir, const char *name, struct err *e);
/* One sendmsg: payload text, exactly one descriptor (clients.md 1.4). Also for --pidfd-socket. */
int term_socket_send_fd(int sock, const char *payload, int fd, struct err *e);

/* The foreground relay: host's tty into raw mode and back, bytes both ways, SIGWINCH. */
struct term_relay {
	int master;          /* owned */
	int in, out;         /* the host's stdin, stdout; borrowed, but out if it is not callers_out */
	int callers_out;
	bool have_saved;     /* in is a tty and saved holds its settings */
	struct termios saved;
	bool in_eof;
	char buf[2][4096];   /* [0] in -> master, [1] master -> out */
	size_t pos[2], len[2];
	size_t drained;
};
/* Init does this before it execs, or the first lines would have it otherwise: clears ONLCR of the
 * pty (the host's side adds the \r), copies the window size of the host's in or out. */
int term_relay_prepare(int master, int in, int out, struct err *e);
/* Owns master when it succeeds. The caller ignores or blocks SIGPIPE. */
int term_relay_init(struct term_relay *t, int master, int in, int out, struct err *e);
/* Puts the host's terminal back. Takes a relay that was never initialised when zeroed. */
void term_relay_fini(struct term_relay *t);
/* Fills in up to 3 pollfds (fd -1 when idle) and handles what poll(2) said. process returns 1
 * when the container's side has closed, 0 to go on. */
struct pollfd;
size_t term_relay_poll(const struct term_relay *t, struct pollfd *fds);
int term_relay_process(struct term_relay *t, const struct pollfd *fds, struct err *e);
/* After the process ended: what is still in the pty, bounded. False: out has no room now, and whoever reads
 * it may take his time (a pager), so poll it for POLLOUT and call again. */
bool term_relay_drain(struct term_relay *t);
/* Nobody is there to type to any more: ^C is a signal again. What a pager has set meanwhile stays. */
void term_relay_give_back_keys(const struct term_relay *t);
/* Host's window size to the container (SIGWINCH). */
void term_relay_resize(const struct term_relay *t);
