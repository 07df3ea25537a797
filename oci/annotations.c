/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/annotations.h"

#include <errno.h>

#include "base/path.h"

#define A ANNOTATION_PREFIX

static int no_memory(struct err *e)
{
	return err_sys(e, ENOMEM, "adopt the annotations");
}

/* Set as crun means it: "is present". */
static bool is_present(const struct spec *s, const char *key)
{
	return spec_annotation(&s->annotations, key) != NULL;
}

/* Who wants a virtual machine must not get a container without. */
static int refuse(const struct spec *s, struct err *e)
{
	static const char *const refused[] = {
		A "handler", A "seccomp.plugins",
	};

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (is_present(s, refused[i]))
			return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
					"annotations: %s is not supported", refused[i]);
	return 0;
}

static int refuse_relative(const char *key, const char *value, struct err *e)
{
	return err_make(e, ERR_CONFIG, EINVAL, "%s: \"%s\" is not an absolute path", key, value);
}

/* *ret: the value, which must be an absolute path; untouched when there is none. */
static int take_path(const struct spec *s, const char *key, const char **ret, struct err *e)
{
	const char *value = spec_annotation(&s->annotations, key);

	if (!value)
		return 0;
	if (!path_is_absolute(value))
		return refuse_relative(key, value, e), err_wrap(e, "annotations");
	*ret = value;
	return 0;
}

/* *ret: a cgroup below another one; untouched when there is none, or an empty one. */
static int take_cgroup(struct spec *s, const char *key, const char **ret, struct err *e)
{
	const char *value = spec_annotation(&s->annotations, key);
	char *clean;

	if (str_empty(value))
		return 0;
	clean = path_clean(&s->arena, value + strspn(value, "/"));
	if (!clean)
		return no_memory(e);
	if (str_eq(clean, ".") || str_eq(clean, "..") || str_starts(clean, "../"))
		return err_make(e, ERR_CONFIG, EINVAL,
				"annotations: %s: \"%s\" is no cgroup below the container's", key, value);
	*ret = clean;
	return 0;
}

static int adopt_seccomp(struct spec *s, const char *receiver, struct err *e)
{
	const char *bpf = spec_annotation(&s->annotations, ANNOTATION_SECCOMP_BPF);
	struct spec_seccomp *f = s->linux->seccomp;
	int r;

	if (bpf && !f) {
		f = s->linux->seccomp = arena_new(&s->arena, struct spec_seccomp);
		if (!f)
			return no_memory(e);
	}
	if (!f)
		return 0;
	f->bpf_data = bpf;
	f->fail_unknown = is_present(s, A "seccomp_fail_unknown_syscall");
	r = take_path(s, A "seccomp.receiver", &receiver, e);
	if (r < 0 || str_empty(receiver) || !str_empty(f->listener_path))
		return r;
	if (!path_is_absolute(receiver))
		return refuse_relative("RUN_OCI_SECCOMP_RECEIVER", receiver, e);
	f->listener_path = arena_strdup(&s->arena, receiver);
	return f->listener_path ? 0 : no_memory(e);
}

static int adopt_mount_label(struct spec *s, struct err *e)
{
	static const char *const kinds[] = { "context", "fscontext", "defcontext", "rootcontext" };
	const char *wanted = spec_annotation(&s->annotations, A "mount_context_type");

	for (size_t i = 0; wanted && i < ARRAY_SIZE(kinds); i++) {
		if (!str_eq(wanted, kinds[i]))
			continue;
		s->linux->mount_label_kind = kinds[i];
		wanted = NULL;
	}
	if (wanted)
		return err_make(e, ERR_CONFIG, EINVAL,
				"annotations: " A "mount_context_type: unknown type \"%s\"", wanted);
	return 0;
}

int spec_adopt_annotations(struct spec *s, const char *receiver, struct err *e)
{
	int r = refuse(s, e);

	if (r == 0)
		r = adopt_seccomp(s, receiver, e);
	if (r == 0)
		r = adopt_mount_label(s, e);
	if (r == 0)
		r = take_cgroup(s, A "systemd.subgroup", &s->linux->cgroup_subgroup, e);
	if (r == 0)
		r = take_cgroup(s, A "delegate-cgroup", &s->linux->cgroup_delegate, e);
	if (r == 0)
		r = take_path(s, ANNOTATION_CGROUP_V1, &s->linux->cgroup_v1_at, e);
	if (r == 0 && s->linux->cgroup_v1_at) {
		s->linux->cgroup_v1_at = path_clean(&s->arena, s->linux->cgroup_v1_at);
		r = s->linux->cgroup_v1_at ? 0 : no_memory(e);
	}
	if (r == 0)
		r = take_path(s, A "hooks.stdout", &s->hooks.output[0], e);
	if (r == 0)
		r = take_path(s, A "hooks.stderr", &s->hooks.output[1], e);
	if (r == 0 && s->process)
		s->process->user.keep_groups = is_present(s, A "keep_original_groups");
	return r;
}
