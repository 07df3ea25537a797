/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/spec.h"

void spec_fini(struct spec *s)
{
	if (!s)
		return;
	arena_fini(&s->arena);
	memset(s, 0, sizeof(*s));
}

const char *spec_annotation(const struct kv_list *annotations, const char *key)
{
	for (size_t i = 0; i < annotations->n; i++)
		if (strcmp(annotations->v[i].key, key) == 0)
			return annotations->v[i].value;
	return NULL;
}

const struct spec_namespace *spec_namespace_find(const struct spec_namespaces *ns,
						 enum ns_kind kind)
{
	for (size_t i = 0; i < ns->n; i++)
		if (ns->v[i].kind == kind)
			return &ns->v[i];
	return NULL;
}
