/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/if.h>

#include "base/cpulist.h"
#include "base/path.h"
#include "oci/validate_parts.h"

int validate_devices(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->linux->devices.n; i++) {
		const struct spec_device *d = &s->linux->devices.v[i];

		if (!path_is_absolute(d->path))
			return INVALID(e, ("linux.devices[%zu].path", i),
				       "expected an absolute path, found \"%s\"", d->path);
		if (d->type == 'p')
			continue;
		if (!d->has_major || !d->has_minor)
			return INVALID(e, ("linux.devices[%zu]", i),
				       "%s: major and minor are required", d->path);
		/* 12 and 20 bits, linux/kdev_t.h */
		if (d->major < 0 || d->major > 0xfff || d->minor < 0 || d->minor > 0xfffff)
			return INVALID(e, ("linux.devices[%zu]", i), "%s: expected numbers from 0:0 "
				       "to 4095:1048575, found %lld:%lld", d->path,
				       (long long)d->major, (long long)d->minor);
	}
	return 0;
}

/* The kernel's dev_valid_name(). */
static bool is_link_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n < IFNAMSIZ && strcmp(s, ".") != 0 && strcmp(s, "..") != 0 &&
	       strcspn(s, "/: \t\n\v\f\r") == n;
}

/* Of the container's: "eth%d" is a template, of which the kernel makes a name that nothing has. */
static bool is_new_link_name(const char *s)
{
	const char *p = strchr(s, '%');

	return is_link_name(s) && (!p || (p[1] == 'd' && !strchr(p + 1, '%')));
}

int validate_net_devices(const struct spec *s, struct err *e)
{
	const struct spec_net_devices *d = &s->linux->net_devices;

	if (d->n && !spec_namespace_find(&s->linux->namespaces, NS_NETWORK))
		return INVALID(e, ("linux.netDevices"),
			       "unable to move network devices without a NET namespace");
	for (size_t i = 0; i < d->n; i++) {
		const char *name = d->v[i].name ? d->v[i].name : d->v[i].host_name;

		if (!is_link_name(d->v[i].host_name))
			return INVALID(e, ("linux.netDevices[\"%s\"]", d->v[i].host_name),
				       "invalid network device name \"%s\"", d->v[i].host_name);
		if (!is_new_link_name(name))
			return INVALID(e, ("linux.netDevices[\"%s\"].name", d->v[i].host_name),
				       "invalid network device name \"%s\"", name);
		for (size_t j = 0; j < i && !strchr(name, '%'); j++)
			if (str_eq(name, d->v[j].name ? d->v[j].name : d->v[j].host_name))
				return INVALID(e, ("linux.netDevices[\"%s\"]", d->v[i].host_name),
					       "two network devices would be called \"%s\"", name);
	}
	return 0;
}

/* "64KB", "2MB", "1GB": a name of /sys/kernel/mm/hugepages as the controllers spell it. */
static bool is_page_size(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && s[0] != '0' && strlen(s + n) == 2 && strchr("KMG", s[n]) && s[n + 1] == 'B';
}

/* 0 asks for nothing. */
static bool is_weight(struct opt_u16 weight)
{
	return !weight.set || !weight.v || (weight.v >= 10 && weight.v <= 1000);
}

#define BLOCK_IO "linux.resources.blockIO"
#define A_WEIGHT "expected a weight from 10 to 1000, found %u"

static int check_block_io(const struct spec_blkio *b, struct err *e)
{
	if (!is_weight(b->weight))
		return INVALID(e, (BLOCK_IO ".weight"), A_WEIGHT, b->weight.v);
	if (!is_weight(b->leaf_weight))
		return INVALID(e, (BLOCK_IO ".leafWeight"), A_WEIGHT, b->leaf_weight.v);
	for (size_t i = 0; i < b->n_weight_devices; i++) {
		const struct spec_blkio_weight_device *d = &b->weight_devices[i];

		if (!is_weight(d->weight))
			return INVALID(e, (BLOCK_IO ".weightDevice[%zu].weight", i), A_WEIGHT,
				       d->weight.v);
		if (!is_weight(d->leaf_weight))
			return INVALID(e, (BLOCK_IO ".weightDevice[%zu].leafWeight", i), A_WEIGHT,
				       d->leaf_weight.v);
	}
	return 0;
}

int validate_resources(const struct spec *s, struct err *e)
{
	const struct spec_resources *res = s->linux->resources;

	if (!res)
		return 0;
	for (size_t i = 0; i < res->n_devices; i++)
		if (!res->devices[i].access)
			return INVALID(e, ("linux.resources.devices[%zu].access", i),
				       "device access at %zu field cannot be empty", i);
	for (size_t i = 0; i < res->n_hugepage_limits; i++)
		if (!is_page_size(res->hugepage_limits[i].page_size))
			return INVALID(e, ("linux.resources.hugepageLimits[%zu].pageSize", i),
				       "expected a number and KB, MB or GB, found \"%s\"",
				       res->hugepage_limits[i].page_size);
	for (size_t i = 0; i < res->n_rdma; i++)
		if (!res->rdma[i].hca_handles.set && !res->rdma[i].hca_objects.set)
			return INVALID(e, ("linux.resources.rdma[\"%s\"]", res->rdma[i].device),
				       "hcaHandles or hcaObjects is required");
	if (res->memory && res->memory->swappiness.set && res->memory->swappiness.v > 100)
		return INVALID(e, ("linux.resources.memory.swappiness"),
			       "expected an integer from 0 to 100, found %llu",
			       (unsigned long long)res->memory->swappiness.v);
	return res->block_io ? check_block_io(res->block_io, e) : 0;
}

/* linux/mempolicy.h, as in words.c. */
enum { MODE_DEFAULT = 0, MODE_PREFERRED = 1, MODE_LOCAL = 4 };

int validate_memory_policy(const struct spec *s, struct err *e)
{
	const struct spec_memory_policy *m = s->linux->memory_policy;
	struct cpulist nodes = { .n = 0 };

	if (m && m->nodes && cpulist_parse(m->nodes, &nodes) < 0)
		return INVALID(e, ("linux.memoryPolicy.nodes"),
			       "invalid memory policy nodes \"%s\"", m->nodes);
	if (!m || m->mode == MODE_PREFERRED)
		return 0;
	if (m->mode == MODE_DEFAULT || m->mode == MODE_LOCAL) {
		if (m->nodes)
			return INVALID(e, ("linux.memoryPolicy.nodes"),
				       "memory policy mode requires 0 nodes but got %u",
				       cpulist_count(&nodes));
	} else if (!m->nodes) {
		return INVALID(e, ("linux.memoryPolicy.nodes"),
			       "memory policy mode requires at least one node but got 0");
	}
	return 0;
}

/* closID becomes a directory's name; "/" alone is the default group. */
int validate_intel_rdt(const struct spec *s, struct err *e)
{
	const struct spec_intel_rdt *rdt = s->linux->intel_rdt;
	const char *id = rdt ? rdt->clos_id : NULL, *mb = rdt ? rdt->mem_bw_schema : NULL;

	if (id && (strcmp(id, ".") == 0 || strcmp(id, "..") == 0 ||
		   (strlen(id) > 1 && strchr(id, '/'))))
		return INVALID(e, ("linux.intelRdt.closID"), "invalid intelRdt.ClosID \"%s\"", id);
	if (mb && (!str_starts(mb, "MB:") || strchr(mb, '\n')))
		return INVALID(e, ("linux.intelRdt.memBwSchema"),
			       "expected one line that begins with MB:, found \"%s\"", mb);
	for (size_t i = 0; rdt && i < rdt->schemata.n; i++)
		if (strchr(rdt->schemata.v[i], '\n'))
			return INVALID(e, ("linux.intelRdt.schemata[%zu]", i),
				       "expected one line, found \"%s\"", rdt->schemata.v[i]);
	return 0;
}
