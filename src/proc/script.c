/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/script.h"

#include <errno.h>
#include <stdio.h>

static void say(struct script *s, enum msg_type type)
{
	s->messages[s->n_messages++] = type;
}

/* Which kinds are made and which are joined. */
static int sort_kinds(const struct spec_namespaces *ns, bool join, uint32_t *made, uint32_t *joined,
		      struct err *e)
{
	*made = *joined = 0;
	for (size_t i = 0; i < ns->n; i++) {
		uint32_t bit = KIND_BIT(ns->v[i].kind);

		if ((*made | *joined) & bit)
			return err_make(e, ERR_CONFIG, EINVAL,
					"linux.namespaces[%zu]: the same type stands there twice", i);
		if (join || ns->v[i].path)
			*joined |= bit;
		else
			*made |= bit;
	}
	return 0;
}

static void plan_namespaces(struct script *s, uint32_t made, uint32_t joined,
			    const struct script_facts *f)
{
	uint32_t user = KIND_BIT(NS_USER), pid = KIND_BIT(NS_PID);

	/*
	 * The cgroup namespace's root is where its maker stands, and clone takes the parent's place
	 * for it even with CLONE_INTO_CGROUP. A time namespace must get its offsets before anyone
	 * enters it. And the root of an ipc namespace's mqueue file system belongs to whoever made
	 * the namespace: that must be the user namespace's root, not the host's. So init makes
	 * these itself.
	 */
	s->late_kinds = made & (KIND_BIT(NS_CGROUP) | KIND_BIT(NS_TIME));
	if (made & user)
		s->late_kinds |= made & KIND_BIT(NS_IPC);
	/* In a new user namespace it must be init who makes it; a link needs where to go. */
	else if (!(joined & user) && !f->links)
		s->late_kinds |= made & KIND_BIT(NS_NETWORK);
	s->new_kinds = made & ~s->late_kinds;

	/*
	 * A stage is needed where one process cannot do it: entering a user namespace changes what
	 * it may enter next (unprivileged callers need it first), and an init that is born into a
	 * new user namespace may no longer enter namespaces that belong to the old one. And who is
	 * born into a pid namespace whose processes may look into it whatever it does (CAP_SYS_PTRACE
	 * of its own user namespace) must not have the host's root even for a moment (CVE-2016-9962).
	 */
	s->bare = s->join && f->watched && (joined & pid) && !(joined & user);
	if (s->join)
		s->stage = s->bare || (!f->privileged && (joined & user));
	else
		s->stage = (joined & user) || ((made & user) && (joined & ~pid));
	s->stage |= f->no_return && (joined & pid);
	if (s->stage) {
		s->stage_joins = joined;
	} else {
		/* setns() to a pid namespace concerns the children: the parent can do it and go back. */
		s->parent_joins = joined & pid;
		s->init_joins = joined & ~pid;
	}
}

/* While it sets up, for anything but to begin? SECCOMP_DONE comes when all is set up. */
static bool init_is_answered(const struct script *s)
{
	for (size_t i = 0; i < s->n_messages; i++) {
		enum msg_type type = s->messages[i];

		if ((msg_table[type].to & ROLE_INIT) && type != MSG_BEGIN && type != MSG_SECCOMP_DONE)
			return true;
	}
	return false;
}

int script_plan(struct script *s, const struct spec_namespaces *ns, const struct script_facts *f,
		struct err *e)
{
	uint32_t made, joined;
	int r = sort_kinds(ns, f->join, &made, &joined, e);

	if (r < 0)
		return r;
	*s = (struct script){ .join = f->join };
	plan_namespaces(s, made, joined, f);
	if (s->stage)
		say(s, MSG_INIT_PID);
	say(s, MSG_BEGIN);
	if (f->delegate && !f->join) {
		say(s, MSG_CGROUP_READY);
		say(s, MSG_DELEGATED);
	}
	if (f->host_hooks && !f->join) {
		say(s, MSG_HOOKS_REQUEST);
		say(s, MSG_HOOKS_DONE);
	}
	if (f->terminal)
		say(s, MSG_TTY);
	if (f->notify) {
		say(s, MSG_SECCOMP_FD);
		say(s, MSG_SECCOMP_DONE);
	}
	say(s, MSG_READY);
	s->unseen = f->apart && !f->links;
	/* A user namespace needs its maps first. */
	s->side_by_side = f->apart && !f->delegate && !s->stage && !init_is_answered(s) &&
			  !((made | joined) & KIND_BIT(NS_USER));
	return 0;
}

/* init's mounts come before all that it says once it is in its cgroup. */
static void say_first(struct script *s, enum msg_type type)
{
	size_t i = s->n_messages++;

	for (; s->messages[i - 1] != MSG_BEGIN && s->messages[i - 1] != MSG_DELEGATED; i--)
		s->messages[i] = s->messages[i - 1];
	s->messages[i] = type;
	s->side_by_side = false;
}

void script_expect_mounts(struct script *s, size_t sources, size_t idmaps)
{
	if (idmaps)
		say_first(s, MSG_IDMAP_REQUEST);
	if (sources)
		say_first(s, MSG_SOURCES_REQUEST);
}

bool script_may_delay_mounts(const struct script *s)
{
	return s->unseen && s->side_by_side && (s->new_kinds & KIND_BIT(NS_MOUNT));
}

void script_delay_mounts(struct script *s)
{
	s->new_kinds &= ~KIND_BIT(NS_MOUNT);
	s->late_kinds |= KIND_BIT(NS_MOUNT);
}

size_t script_format(const struct script *s, char *buf, size_t size)
{
	size_t total = 0;

	if (size)
		buf[0] = '\0';
	for (size_t i = 0; i < s->n_messages; i++) {
		int n = snprintf(total < size ? buf + total : NULL, total < size ? size - total : 0,
				 "%s%s", i ? " " : "", msg_table[s->messages[i]].name);

		if (n > 0)
			total += (size_t)n;
	}
	return total;
}
