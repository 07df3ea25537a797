/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Linux's error numbers are called, as glibc and Go's runtime do, with a small first letter:
 * engines look for these words. strerror(3) is a matter of the libc: musl's words are others.
 */
#include "base/err.h"

#include <errno.h>
#include <stddef.h>

#define TEXTS(X) \
	X(EPERM, "operation not permitted") \
	X(ENOENT, "no such file or directory") \
	X(ESRCH, "no such process") \
	X(EINTR, "interrupted system call") \
	X(EIO, "input/output error") \
	X(ENXIO, "no such device or address") \
	X(E2BIG, "argument list too long") \
	X(ENOEXEC, "exec format error") \
	X(EBADF, "bad file descriptor") \
	X(ECHILD, "no child processes") \
	X(EAGAIN, "resource temporarily unavailable") \
	X(ENOMEM, "cannot allocate memory") \
	X(EACCES, "permission denied") \
	X(EFAULT, "bad address") \
	X(ENOTBLK, "block device required") \
	X(EBUSY, "device or resource busy") \
	X(EEXIST, "file exists") \
	X(EXDEV, "invalid cross-device link") \
	X(ENODEV, "no such device") \
	X(ENOTDIR, "not a directory") \
	X(EISDIR, "is a directory") \
	X(EINVAL, "invalid argument") \
	X(ENFILE, "too many open files in system") \
	X(EMFILE, "too many open files") \
	X(ENOTTY, "inappropriate ioctl for device") \
	X(ETXTBSY, "text file busy") \
	X(EFBIG, "file too large") \
	X(ENOSPC, "no space left on device") \
	X(ESPIPE, "illegal seek") \
	X(EROFS, "read-only file system") \
	X(EMLINK, "too many links") \
	X(EPIPE, "broken pipe") \
	X(EDOM, "numerical argument out of domain") \
	X(ERANGE, "numerical result out of range") \
	X(EDEADLK, "resource deadlock avoided") \
	X(ENAMETOOLONG, "file name too long") \
	X(ENOLCK, "no locks available") \
	X(ENOSYS, "function not implemented") \
	X(ENOTEMPTY, "directory not empty") \
	X(ELOOP, "too many levels of symbolic links") \
	X(ENOMSG, "no message of desired type") \
	X(EIDRM, "identifier removed") \
	X(ECHRNG, "channel number out of range") \
	X(EL2NSYNC, "level 2 not synchronized") \
	X(EL3HLT, "level 3 halted") \
	X(EL3RST, "level 3 reset") \
	X(ELNRNG, "link number out of range") \
	X(EUNATCH, "protocol driver not attached") \
	X(ENOCSI, "no CSI structure available") \
	X(EL2HLT, "level 2 halted") \
	X(EBADE, "invalid exchange") \
	X(EBADR, "invalid request descriptor") \
	X(EXFULL, "exchange full") \
	X(ENOANO, "no anode") \
	X(EBADRQC, "invalid request code") \
	X(EBADSLT, "invalid slot") \
	X(EBFONT, "bad font file format") \
	X(ENOSTR, "device not a stream") \
	X(ENODATA, "no data available") \
	X(ETIME, "timer expired") \
	X(ENOSR, "out of streams resources") \
	X(ENONET, "machine is not on the network") \
	X(ENOPKG, "package not installed") \
	X(EREMOTE, "object is remote") \
	X(ENOLINK, "link has been severed") \
	X(EADV, "advertise error") \
	X(ESRMNT, "srmount error") \
	X(ECOMM, "communication error on send") \
	X(EPROTO, "protocol error") \
	X(EMULTIHOP, "multihop attempted") \
	X(EDOTDOT, "RFS specific error") \
	X(EBADMSG, "bad message") \
	X(EOVERFLOW, "value too large for defined data type") \
	X(ENOTUNIQ, "name not unique on network") \
	X(EBADFD, "file descriptor in bad state") \
	X(EREMCHG, "remote address changed") \
	X(ELIBACC, "can not access a needed shared library") \
	X(ELIBBAD, "accessing a corrupted shared library") \
	X(ELIBSCN, ".lib section in a.out corrupted") \
	X(ELIBMAX, "attempting to link in too many shared libraries") \
	X(ELIBEXEC, "cannot exec a shared library directly") \
	X(EILSEQ, "invalid or incomplete multibyte or wide character") \
	X(ERESTART, "interrupted system call should be restarted") \
	X(ESTRPIPE, "streams pipe error") \
	X(EUSERS, "too many users") \
	X(ENOTSOCK, "socket operation on non-socket") \
	X(EDESTADDRREQ, "destination address required") \
	X(EMSGSIZE, "message too long") \
	X(EPROTOTYPE, "protocol wrong type for socket") \
	X(ENOPROTOOPT, "protocol not available") \
	X(EPROTONOSUPPORT, "protocol not supported") \
	X(ESOCKTNOSUPPORT, "socket type not supported") \
	X(EOPNOTSUPP, "operation not supported") \
	X(EPFNOSUPPORT, "protocol family not supported") \
	X(EAFNOSUPPORT, "address family not supported by protocol") \
	X(EADDRINUSE, "address already in use") \
	X(EADDRNOTAVAIL, "cannot assign requested address") \
	X(ENETDOWN, "network is down") \
	X(ENETUNREACH, "network is unreachable") \
	X(ENETRESET, "network dropped connection on reset") \
	X(ECONNABORTED, "software caused connection abort") \
	X(ECONNRESET, "connection reset by peer") \
	X(ENOBUFS, "no buffer space available") \
	X(EISCONN, "transport endpoint is already connected") \
	X(ENOTCONN, "transport endpoint is not connected") \
	X(ESHUTDOWN, "cannot send after transport endpoint shutdown") \
	X(ETOOMANYREFS, "too many references: cannot splice") \
	X(ETIMEDOUT, "connection timed out") \
	X(ECONNREFUSED, "connection refused") \
	X(EHOSTDOWN, "host is down") \
	X(EHOSTUNREACH, "no route to host") \
	X(EALREADY, "operation already in progress") \
	X(EINPROGRESS, "operation now in progress") \
	X(ESTALE, "stale file handle") \
	X(EUCLEAN, "structure needs cleaning") \
	X(ENOTNAM, "not a XENIX named type file") \
	X(ENAVAIL, "no XENIX semaphores available") \
	X(EISNAM, "is a named type file") \
	X(EREMOTEIO, "remote I/O error") \
	X(EDQUOT, "disk quota exceeded") \
	X(ENOMEDIUM, "no medium found") \
	X(EMEDIUMTYPE, "wrong medium type") \
	X(ECANCELED, "operation canceled") \
	X(ENOKEY, "required key not available") \
	X(EKEYEXPIRED, "key has expired") \
	X(EKEYREVOKED, "key has been revoked") \
	X(EKEYREJECTED, "key was rejected by service") \
	X(EOWNERDEAD, "owner died") \
	X(ENOTRECOVERABLE, "state not recoverable") \
	X(ERFKILL, "operation not possible due to RF-kill") \
	X(EHWPOISON, "memory page has hardware error")

/* Each as long as it is, one behind the other, and no pointers: nothing here is relocated when the program starts, and
 * children have less to copy (os/exe_parts.h). */
#define ROOM(number, text) char of_##number[sizeof(text)];
#define TEXT(number, text) text,
#define PLACE(number, text) [number] = offsetof(struct texts, of_##number) + 1,

static const struct texts {
	TEXTS(ROOM)
} texts = { TEXTS(TEXT) };

static const uint16_t places[] = { TEXTS(PLACE) }; /* plus one; 0: it has no name */

const char *err_strerror(int errnum)
{
	size_t place = errnum > 0 && (size_t)errnum < ARRAY_SIZE(places) ? places[errnum] : 0;

	return place ? (const char *)&texts + place - 1 : "unknown error";
}
