/* Loaded before a program's libraries (LD_PRELOAD), it shifts the wall clock that the program sees by
   as many nanoseconds as the file named by SHIFTED_CLOCK holds, an int64 that may change while the
   program runs. The monotonic clock stays. A wait until a wall time is made of short waits, so that a
   shift moves its end as a clock that is set moves it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define SLICE (SECOND / 20)

static volatile int64_t* shift;

__attribute__((constructor)) static void open_shift(void) {
  const char* path = getenv("SHIFTED_CLOCK");
  int file = path ? open(path, O_RDONLY) : -1;
  if (file < 0) abort();
  shift = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (shift == MAP_FAILED) abort();
}

static int64_t to_nanos(const struct timespec* time) { return time->tv_sec * SECOND + time->tv_nsec; }
static struct timespec to_timespec(int64_t nanos) {
  struct timespec time = {nanos / SECOND, nanos % SECOND};
  return time;
}
static long real_syscall(long number, long a, long b, long c, long d, long e, long f) {
  static long (*real)(long, ...);
  if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return real(number, a, b, c, d, e, f);
}
static int real_clock_gettime(clockid_t clock, struct timespec* out) {
  return (int)real_syscall(SYS_clock_gettime, clock, (long)out, 0, 0, 0, 0);
}
static int64_t real_now(void) {
  struct timespec now;
  real_clock_gettime(CLOCK_REALTIME, &now);
  return to_nanos(&now);
}
static int64_t shifted_now(void) { return real_now() + (shift ? *shift : 0); }

int clock_gettime(clockid_t clock, struct timespec* out) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
    return real_clock_gettime(clock, out);
  }
  *out = to_timespec(shifted_now());
  return 0;
}
int gettimeofday(struct timeval* out, void* zone) {
  (void)zone;
  int64_t now = shifted_now();
  out->tv_sec = now / SECOND;
  out->tv_usec = now % SECOND / 1000;
  return 0;
}
time_t time(time_t* out) {
  time_t now = shifted_now() / SECOND;
  if (out) *out = now;
  return now;
}
int timespec_get(struct timespec* out, int base) {
  *out = to_timespec(shifted_now());
  return base;
}

/* The real time until which to wait next for a shifted end; 0 once that has come. */
static struct timespec next_slice(int64_t end) {
  int64_t now = real_now(), left = end - (now + *shift);
  return to_timespec(left <= 0 ? 0 : now + (left < SLICE ? left : SLICE));
}

/* `wait` waits until the real time `until`; what it answers at the end of a slice is `timed_out`. */
#define WAIT_IN_SLICES(end_time, timed_out, wait)         \
  int64_t end = to_nanos(end_time);                       \
  for (;;) {                                              \
    struct timespec until = next_slice(end);              \
    int over = until.tv_sec == 0;                         \
    int result = (wait);                                  \
    if (over || result != (timed_out)) return result;     \
  }

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int pthread_cond_timedwait(pthread_cond_t* cond, pthread_mutex_t* mutex, const struct timespec* time) {
  REAL(pthread_cond_timedwait);
  WAIT_IN_SLICES(time, ETIMEDOUT, real(cond, mutex, &until))
}
int pthread_cond_clockwait(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock,
                           const struct timespec* time) {
  REAL(pthread_cond_clockwait);
  if (clock != CLOCK_REALTIME) return real(cond, mutex, clock, time);
  WAIT_IN_SLICES(time, ETIMEDOUT, real(cond, mutex, clock, &until))
}
int cnd_timedwait(cnd_t* cond, mtx_t* mutex, const struct timespec* time) {
  REAL(cnd_timedwait);
  WAIT_IN_SLICES(time, thrd_timedout, real(cond, mutex, &until))
}
int pthread_mutex_timedlock(pthread_mutex_t* mutex, const struct timespec* time) {
  REAL(pthread_mutex_timedlock);
  WAIT_IN_SLICES(time, ETIMEDOUT, real(mutex, &until))
}
static int sem_wait_until(sem_t* sem, const struct timespec* until) {
  REAL(sem_timedwait);
  return real(sem, until) == 0 ? 0 : errno;
}
int sem_timedwait(sem_t* sem, const struct timespec* time) {
  int64_t end = to_nanos(time);
  for (;;) {
    struct timespec until = next_slice(end);
    int over = until.tv_sec == 0, failed = sem_wait_until(sem, &until);
    if (failed == 0) return 0;
    if (over || failed != ETIMEDOUT) {
      errno = failed;
      return -1;
    }
  }
}

/* Abseil waits by the futex call itself; gRPC may ask for the time by a call. */
long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_clock_gettime) return clock_gettime((clockid_t)a[0], (struct timespec*)a[1]);
  const struct timespec* time = (const struct timespec*)a[3];
  if (number != SYS_futex || !(a[1] & FUTEX_CLOCK_REALTIME) || !time) {
    return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
  int64_t end = to_nanos(time);
  for (;;) {
    struct timespec until = next_slice(end);
    int over = until.tv_sec == 0;
    long result = real_syscall(number, a[0], a[1], a[2], (long)&until, a[4], a[5]);
    if (over || result == 0 || errno != ETIMEDOUT) return result;
  }
}
