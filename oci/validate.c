/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/validate.h"

#include "base/log.h"
#include "base/path.h"
#include "oci/validate_parts.h"

/* config.md "Specification version": SemVer; what is new in a minor version is optional. */
static int check_version(const struct spec *s, struct err *e)
{
	const char *v = s->oci_version;

	if (!str_starts(v, "1.") || v[2] < '0' || v[2] > '9')
		return INVALID(e, ("ociVersion"), "expected a version 1.x, found \"%s\"", v);
	return 0;
}

static int check_vm(const struct spec *s, struct err *e)
{
	if (s->vm)
		return err_make(e, ERR_UNSUPPORTED, ENOTSUP,
				"containers in virtual machines are not supported"), err_place(e, "vm");
	return 0;
}

static int check_root(const struct spec *s, struct err *e)
{
	if (!s->root)
		return INVALID(e, ("root"), "required property is missing");
	if (!*s->root->path)
		return INVALID(e, ("root.path"), "must not be empty");
	return 0;
}

static int check_process(const struct spec *s, struct err *e)
{
	/* Needed by the time of start, says config.md: create may do without. */
	return s->process ? spec_validate_process(s->process, e) : 0;
}

static int check_mounts(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->mounts.n; i++) {
		const char *destination = s->mounts.v[i].destination;

		if (!*destination)
			return INVALID(e, ("mounts[%zu].destination", i), "must not be empty");
		if (!path_is_absolute(destination))
			log_warn("mount destination %s is not absolute. Support for non-absolute "
				 "mount destinations will be removed in a future release.",
				 destination);
	}
	return 0;
}

/* The kernel's __NEW_UTS_LEN. */
#define UTS_NAME_MAX 64

static int check_uts(const struct spec *s, struct err *e)
{
	if (s->hostname && strlen(s->hostname) > UTS_NAME_MAX)
		return INVALID(e, ("hostname"), "expected at most %d bytes, found %zu",
			       UTS_NAME_MAX, strlen(s->hostname));
	if (s->domainname && strlen(s->domainname) > UTS_NAME_MAX)
		return INVALID(e, ("domainname"), "expected at most %d bytes, found %zu",
			       UTS_NAME_MAX, strlen(s->domainname));
	if (spec_namespace_find(&s->linux->namespaces, NS_UTS))
		return 0;
	if (s->hostname)
		return INVALID(e, ("hostname"),
			       "unable to set hostname without a private UTS namespace");
	if (s->domainname)
		return INVALID(e, ("domainname"),
			       "unable to set domainname without a private UTS namespace");
	return 0;
}

static int check_restricted_paths(const struct spec *s, struct err *e)
{
	const char *name = s->linux->masked_paths.n ? "maskedPaths" : "readonlyPaths";

	if ((s->linux->masked_paths.n || s->linux->readonly_paths.n) &&
	    !spec_namespace_find(&s->linux->namespaces, NS_MOUNT))
		return INVALID(e, ("linux.%s", name),
			       "unable to restrict sys entries without a private MNT namespace");
	return 0;
}

static int check_hooks(const struct spec *s, struct err *e)
{
	static const char *const names[] = {
		[HOOK_PRESTART] = "prestart", [HOOK_CREATE_RUNTIME] = "createRuntime",
		[HOOK_CREATE_CONTAINER] = "createContainer",
		[HOOK_START_CONTAINER] = "startContainer", [HOOK_POSTSTART] = "poststart",
		[HOOK_POSTSTOP] = "poststop",
	};

	for (unsigned k = 0; k < HOOK_KIND_MAX; k++) {
		for (size_t i = 0; i < s->hooks.list[k].n; i++) {
			const struct spec_hook *h = &s->hooks.list[k].v[i];

			if (!path_is_absolute(h->path))
				return INVALID(e, ("hooks.%s[%zu].path", names[k], i),
					       "expected an absolute path, found \"%s\"", h->path);
			if (h->timeout.set && h->timeout.v <= 0)
				return INVALID(e, ("hooks.%s[%zu].timeout", names[k], i),
					       "expected seconds greater than zero, found %lld",
					       (long long)h->timeout.v);
		}
	}
	return 0;
}

static int check_annotations(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->annotations.n; i++)
		if (!*s->annotations.v[i].key)
			return INVALID(e, ("annotations[\"\"]"), "a key must not be empty");
	return 0;
}

static int check_personality(const struct spec *s, struct err *e)
{
	(void)e;
	if (s->linux->personality && s->linux->personality->flags.n)
		log_warn("ignoring linux.personality.flags: the specification defines none");
	return 0;
}

typedef int (*check_fn)(const struct spec *s, struct err *e);

static const check_fn checks[] = {
	check_version,
	check_vm,
	check_process,
	check_root,
	check_mounts,
	validate_namespaces,
	check_uts,
	check_restricted_paths,
	validate_net_devices,
	validate_devices,
	validate_resources,
	validate_seccomp,
	validate_memory_policy,
	validate_intel_rdt,
	check_personality,
	check_hooks,
	check_annotations,
};

int spec_validate(const struct spec *s, struct err *e)
{
	err_init(e);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		int r = checks[i](s, e);

		if (r < 0)
			return r;
	}
	return 0;
}
