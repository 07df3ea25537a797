/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/systemd/libsystemd.h"

#include <errno.h>

#include "cgroup/systemd/bus_place.h"

struct libsystemd sd_lib;

int sd_lib_load(struct err *e)
{
	static const char *const names[] = { SD_BUS_FUNCTIONS(OS_LIBRARY_NAME) };
	static struct os_library library = {
		.soname = SD_SONAME, .names = names, .table = &sd_lib, .n = ARRAY_SIZE(names),
	};

	return os_library_load(&library, "the systemd cgroup driver needs", e);
}

static int append_container(sd_bus_message *m, char type, const char *inner,
			    const struct sd_value *v)
{
	int r = sd_lib.message_open_container(m, type, inner);

	for (size_t i = 0; r >= 0 && i < v->n; i++)
		r = sd_append(m, v->items[i]);
	return r < 0 ? r : sd_lib.message_close_container(m);
}

/* The type without what is around it: "(ss)" → "ss". */
static int append_inner(sd_bus_message *m, char type, const struct sd_value *v)
{
	char inner[256];
	size_t len = strlen(v->sig);

	if (len < 3 || len - 2 >= sizeof(inner))
		return -E2BIG;
	memcpy(inner, v->sig + 1, len - 2);
	inner[len - 2] = '\0';
	return append_container(m, type, inner, v);
}

int sd_append(sd_bus_message *m, const struct sd_value *v)
{
	union {
		uint8_t y;
		int16_t n;
		uint16_t q;
		int32_t i;
		uint32_t u;
		int b;
	} x;

	switch (v->type) {
	case 'y':
		x.y = (uint8_t)v->u;
		break;
	case 'n':
		x.n = (int16_t)v->i;
		break;
	case 'q':
		x.q = (uint16_t)v->u;
		break;
	case 'i':
		x.i = (int32_t)v->i;
		break;
	case 'u':
		x.u = (uint32_t)v->u;
		break;
	case 'b':
		x.b = v->u != 0;
		break;
	case 'x':
	case 't':
		return sd_lib.message_append_basic(m, v->type, &v->u);
	case 'd':
		return sd_lib.message_append_basic(m, 'd', &v->d);
	case 's':
	case 'o':
	case 'g':
		return sd_lib.message_append_basic(m, v->type, v->s);
	case 'a':
		return append_container(m, 'a', v->sig + 1, v);
	case 'v':
		return append_container(m, 'v', v->items[0]->sig, v);
	default:
		return append_inner(m, v->type, v);
	}
	return sd_lib.message_append_basic(m, v->type, &x);
}

static int append_prop(sd_bus_message *m, const struct sd_prop *p)
{
	int r = sd_lib.message_open_container(m, 'r', "sv");

	if (r >= 0)
		r = sd_lib.message_append_basic(m, 's', p->name);
	if (r >= 0)
		r = sd_lib.message_open_container(m, 'v', p->value->sig);
	if (r >= 0)
		r = sd_append(m, p->value);
	if (r >= 0)
		r = sd_lib.message_close_container(m);
	return r < 0 ? r : sd_lib.message_close_container(m);
}

int sd_append_props(sd_bus_message *m, const struct sd_props *p)
{
	int r = sd_lib.message_open_container(m, 'a', "(sv)");

	for (size_t i = 0; r >= 0 && i < p->n; i++)
		r = append_prop(m, &p->v[i]);
	return r < 0 ? r : sd_lib.message_close_container(m);
}
