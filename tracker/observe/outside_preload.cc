// A library that is preloaded into the engine (LD_PRELOAD), so that what libraries in C do to the world is heard: CPython has
// audit events for its own functions only, and gdbm, HDF5, cv2, polars or a database's client open their files and connections
// themselves. The engine takes it out of the environment before any code of the session runs, so that no child process has it.
//
// Each function asks whoever listens (outside_preload.h) and goes on to the one it stands in for: a few ns a call. libc's own
// calls among its functions pass by; so each way in has its own stand-in.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "tracker/observe/outside_preload.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>

#define FERRY_SEEN extern "C" __attribute__((visibility("default")))

namespace {

ferry::observe::OutsideHear hear = nullptr;

bool Refused(const char* event, const char* detail, int flags = 0) {
  const auto ask = __atomic_load_n(&hear, __ATOMIC_ACQUIRE);
  if (!ask || !detail) return false;
  const int error = errno;
  const bool refused = ask(event, detail, flags);
  errno = refused ? EPERM : error;
  return refused;
}

// The function of that name that would have been called without this library.
template <typename Function>
Function Next(Function& kept, const char* name) {
  Function next = __atomic_load_n(&kept, __ATOMIC_RELAXED);
  if (!next) {
    next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
    __atomic_store_n(&kept, next, __ATOMIC_RELAXED);
  }
  return next;
}

bool Writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC); }

bool HasMode(int flags) { return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE; }

// Of a mode of fopen(). Letters may follow behind a comma that say nothing of writing ("r,ccs=latin1").
int FlagsOf(const char* mode) {
  const bool updates = ::strcspn(mode, "+") < ::strcspn(mode, ",");
  int flags = updates ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
  if (*mode == 'w') flags |= O_CREAT | O_TRUNC;
  if (*mode == 'a') flags |= O_CREAT | O_APPEND;
  return flags;
}

// The path as it is from anywhere, made in `text` where it is one from an open folder.
const char* From(int folder, const char* path, char (&text)[PATH_MAX]) {
  if (!path || *path == '/' || folder == AT_FDCWD || !__atomic_load_n(&hear, __ATOMIC_ACQUIRE)) return path;
  const int error = errno;
  char link[32];
  ::snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  const ssize_t size = ::readlink(link, text, sizeof text);
  const auto left = size < 0 ? 0 : sizeof text - static_cast<std::size_t>(size);
  if (left > 0) ::snprintf(text + size, left, "/%s", path);
  errno = error;
  return left > 0 ? text : path;
}

bool RefusedAt(int folder, const char* event, const char* path, int flags = 0) {
  char text[PATH_MAX];
  return Refused(event, From(folder, path, text), flags);
}

// Whether one of the arguments has this in it.
bool Has(char* const* arguments, const char* text) {
  for (; arguments && *arguments; ++arguments) {
    if (::strstr(*arguments, text)) return true;
  }
  return false;
}

// multiprocessing starts one to clear away what its processes leave.
bool StartRefused(const char* path, char* const* arguments) {
  if (Has(arguments, "resource_tracker")) return false;
  return Refused("execute", path, Has(arguments, "loky") ? ferry::observe::kPool : 0);
}

// A stream socket's; else "", since asking a name server changes nothing.
void Describe(int socket, const sockaddr* address, socklen_t size, char (&text)[160]) {
  int type = 0;
  socklen_t length = sizeof type;
  text[0] = 0;
  if (!address || ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_STREAM) return;
  char host[INET6_ADDRSTRLEN];
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    ::snprintf(text, sizeof text, "%s:%d", ::inet_ntop(AF_INET, &in->sin_addr, host, sizeof host), ntohs(in->sin_port));
  } else if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    const auto* in = reinterpret_cast<const sockaddr_in6*>(address);
    ::snprintf(text, sizeof text, "%s:%d", ::inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host), ntohs(in->sin6_port));
  } else if (address->sa_family == AF_UNIX && size > sizeof(sa_family_t)) {
    ::snprintf(text, sizeof text, "%.*s", static_cast<int>(size - sizeof(sa_family_t)), reinterpret_cast<const sockaddr_un*>(address)->sun_path);
  }
}

}  // namespace

FERRY_SEEN void ferry_outside_tell(ferry::observe::OutsideHear asked) { __atomic_store_n(&hear, asked, __ATOMIC_RELEASE); }

#define FERRY_OPEN(name)                                                       \
  FERRY_SEEN int name(const char* path, int flags, ...) {                      \
    static int (*next)(const char*, int, ...) = nullptr;                       \
    va_list rest;                                                              \
    va_start(rest, flags);                                                     \
    const unsigned mode = HasMode(flags) ? va_arg(rest, unsigned) : 0;         \
    va_end(rest);                                                              \
    if (Writes(flags) && Refused("open", path, flags)) return -1;              \
    return Next(next, #name)(path, flags, mode);                               \
  }
FERRY_OPEN(open)
FERRY_OPEN(open64)

#define FERRY_OPENAT(name)                                                     \
  FERRY_SEEN int name(int folder, const char* path, int flags, ...) {          \
    static int (*next)(int, const char*, int, ...) = nullptr;                  \
    va_list rest;                                                              \
    va_start(rest, flags);                                                     \
    const unsigned mode = HasMode(flags) ? va_arg(rest, unsigned) : 0;         \
    va_end(rest);                                                              \
    if (Writes(flags) && RefusedAt(folder, "open", path, flags)) return -1;    \
    return Next(next, #name)(folder, path, flags, mode);                       \
  }
FERRY_OPENAT(openat)
FERRY_OPENAT(openat64)

// FERRY_CALL(result, on refusal, name, parameters, arguments, refused, exception specification)
#define FERRY_CALL(result, failed, name, parameters, arguments, refused, throws) \
  FERRY_SEEN result name parameters throws {                                   \
    static result(*next) parameters = nullptr;                                 \
    if (refused) return failed;                                                \
    return Next(next, #name) arguments;                                        \
  }
FERRY_CALL(int, -1, __open_2, (const char* path, int flags), (path, flags), Writes(flags) && Refused("open", path, flags), )
FERRY_CALL(int, -1, __open64_2, (const char* path, int flags), (path, flags), Writes(flags) && Refused("open", path, flags), )
FERRY_CALL(int, -1, __openat_2, (int at, const char* path, int flags), (at, path, flags), Writes(flags) && RefusedAt(at, "open", path, flags), )
FERRY_CALL(int, -1, __openat64_2, (int at, const char* path, int flags), (at, path, flags), Writes(flags) && RefusedAt(at, "open", path, flags), )
FERRY_CALL(int, -1, creat, (const char* path, mode_t mode), (path, mode), Refused("open", path, O_WRONLY | O_CREAT | O_TRUNC), )
FERRY_CALL(int, -1, creat64, (const char* path, mode_t mode), (path, mode), Refused("open", path, O_WRONLY | O_CREAT | O_TRUNC), )
FERRY_CALL(FILE*, nullptr, fopen, (const char* path, const char* mode), (path, mode), Writes(FlagsOf(mode)) && Refused("open", path, FlagsOf(mode)), )
FERRY_CALL(FILE*, nullptr, fopen64, (const char* path, const char* mode), (path, mode), Writes(FlagsOf(mode)) && Refused("open", path, FlagsOf(mode)), )
FERRY_CALL(FILE*, nullptr, freopen, (const char* path, const char* mode, FILE* file), (path, mode, file), Writes(FlagsOf(mode)) && Refused("open", path, FlagsOf(mode)), )
FERRY_CALL(FILE*, nullptr, freopen64, (const char* path, const char* mode, FILE* file), (path, mode, file), Writes(FlagsOf(mode)) && Refused("open", path, FlagsOf(mode)), )
FERRY_CALL(int, -1, truncate, (const char* path, off_t size), (path, size), Refused("truncate", path), noexcept)
FERRY_CALL(int, -1, truncate64, (const char* path, off64_t size), (path, size), Refused("truncate", path), noexcept)
FERRY_CALL(int, -1, rename, (const char* from, const char* to), (from, to), Refused("rename", from), noexcept)
FERRY_CALL(int, -1, renameat, (int a, const char* from, int b, const char* to), (a, from, b, to), RefusedAt(a, "rename", from), noexcept)
FERRY_CALL(int, -1, renameat2, (int a, const char* from, int b, const char* to, unsigned flags), (a, from, b, to, flags), RefusedAt(a, "rename", from), noexcept)
FERRY_CALL(int, -1, unlink, (const char* path), (path), Refused("remove", path), noexcept)
FERRY_CALL(int, -1, unlinkat, (int at, const char* path, int flags), (at, path, flags), !(flags & AT_REMOVEDIR) && RefusedAt(at, "remove", path), noexcept)
FERRY_CALL(int, -1, remove, (const char* path), (path), Refused("remove", path), noexcept)
FERRY_CALL(int, -1, system, (const char* command), (command), Refused("system", command), )
FERRY_CALL(FILE*, nullptr, popen, (const char* command, const char* mode), (command, mode), Refused("system", command), )

// A child of vfork() shares its parent's memory, so its parent hears of it; vfork() itself, which returns twice, has no stand-in.
FERRY_CALL(pid_t, -1, fork, (void), (), Refused("fork", ""), noexcept)
FERRY_CALL(int, -1, execve, (const char* path, char* const* arguments, char* const* environment), (path, arguments, environment), StartRefused(path, arguments), noexcept)
FERRY_CALL(int, -1, execv, (const char* path, char* const* arguments), (path, arguments), StartRefused(path, arguments), noexcept)
FERRY_CALL(int, EPERM, posix_spawn,
           (pid_t* child, const char* path, const posix_spawn_file_actions_t* actions, const posix_spawnattr_t* how, char* const* arguments, char* const* environment),
           (child, path, actions, how, arguments, environment), StartRefused(path, arguments), )
FERRY_CALL(int, EPERM, posix_spawnp,
           (pid_t* child, const char* path, const posix_spawn_file_actions_t* actions, const posix_spawnattr_t* how, char* const* arguments, char* const* environment),
           (child, path, actions, how, arguments, environment), StartRefused(path, arguments), )

FERRY_SEEN int connect(int socket, const sockaddr* address, socklen_t size) {
  static int (*next)(int, const sockaddr*, socklen_t) = nullptr;
  if (__atomic_load_n(&hear, __ATOMIC_ACQUIRE)) {
    char text[160];
    const int error = errno;
    Describe(socket, address, size, text);
    errno = error;
    if (text[0] && Refused("connect", text)) return -1;
  }
  return Next(next, "connect")(socket, address, size);
}

// Whoever asks for a name that nothing has overwrites nothing.
#define FERRY_TEMPORARY(name, parameters, arguments)                           \
  FERRY_SEEN int name parameters {                                             \
    static int (*next) parameters = nullptr;                                   \
    const int made = Next(next, #name) arguments;                              \
    if (made >= 0) (void)Refused("temporary", path);                           \
    return made;                                                               \
  }
FERRY_TEMPORARY(mkstemp, (char* path), (path))
FERRY_TEMPORARY(mkstemp64, (char* path), (path))
FERRY_TEMPORARY(mkostemp, (char* path, int flags), (path, flags))
FERRY_TEMPORARY(mkostemp64, (char* path, int flags), (path, flags))
FERRY_TEMPORARY(mkstemps, (char* path, int suffix), (path, suffix))
FERRY_TEMPORARY(mkstemps64, (char* path, int suffix), (path, suffix))
