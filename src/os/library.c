/* SPDX-License-Identifier: Apache-2.0 */
#include "os/library.h"

#include <dlfcn.h>
#include <errno.h>

int os_library_load(struct os_library *l, const char *user, struct err *e)
{
	void **table = l->table;
	void *handle;

	if (__atomic_load_n(&l->loaded, __ATOMIC_ACQUIRE))
		return 0;
	handle = dlopen(l->soname, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return err_make(e, ERR_UNSUPPORTED, ELIBACC, "%s %s: %s", user, l->soname,
				dlerror());
	/* Two threads may both be here: they write the same, and the second handle only counts. */
	for (size_t i = 0; i < l->n; i++) {
		void *f = dlsym(handle, l->names[i]);

		if (!f) {
			int r = err_make(e, ERR_UNSUPPORTED, ELIBACC, "%s %s: %s", user, l->soname,
					 dlerror());

			dlclose(handle);
			return r;
		}
		table[i] = f;
	}
	__atomic_store_n(&l->loaded, true, __ATOMIC_RELEASE);
	return 0;
}
