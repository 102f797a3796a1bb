#include "common/crypto/Hardening.h"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/resource.h>
#endif
#if defined(__linux__)
#include <sys/prctl.h>
#elif defined(__APPLE__)
#include <sys/ptrace.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

namespace impulse::crypto {

bool hardenProcess()
{
    bool done = true;
#if defined(__unix__) || defined(__APPLE__)
    const rlimit none{0, 0};
    done = setrlimit(RLIMIT_CORE, &none) == 0;
#endif
#if defined(__linux__)
    done = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && done;
#elif defined(__APPLE__)
    done = ptrace(PT_DENY_ATTACH, 0, nullptr, 0) == 0 && done;
#elif defined(_WIN32)
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
#endif
    return done;
}

} // namespace impulse::crypto
