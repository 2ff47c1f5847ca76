// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Calls stack_probe() from everywhere, and writes down each time by whom: usage: stack_job TRUTH SCENARIO COUNT [PLUGIN...]. Truth is
// what the compiler's own unwinder finds in the same function, in the same moment. Before it begins, and whenever it has mapped
// something, it says a line and waits for one.
#include <alloca.h>
#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

extern "C" __attribute__((noinline, visibility("default"))) void stack_probe() { asm volatile("nop"); }

namespace {

constexpr std::size_t kMaxFrames = 20'000;

std::FILE* truth_file = nullptr;
std::mutex truth_mutex;

struct Frames {
    std::size_t count = 0;
    std::uint64_t* at = nullptr;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* into) {
    auto& frames = *static_cast<Frames*>(into);
    if (frames.count < kMaxFrames) {
        frames.at[frames.count++] = _Unwind_GetIP(context);
    }
    return _URC_NO_REASON;
}

// One record: thread, number of frames, frames; in one piece.
void write_truth(const Frames& frames) {
    const std::uint64_t head[2] = {static_cast<std::uint64_t>(::syscall(SYS_gettid)), frames.count};
    const std::lock_guard lock(truth_mutex);
    std::fwrite(head, sizeof head, 1, truth_file);
    std::fwrite(frames.at, sizeof *frames.at, frames.count, truth_file);
}

// The first frame is this function; what follows is what the tracer must see behind it.
extern "C" __attribute__((noinline)) void record() {
    static thread_local std::vector<std::uint64_t> memory(kMaxFrames);
    Frames frames{0, memory.data()};
    _Unwind_Backtrace(add_frame, &frames);
    while (frames.count > 0 && frames.at[frames.count - 1] == 0) {
        --frames.count;
    }
    write_truth(frames);
    stack_probe();
    asm volatile("");
}

volatile int sink = 0;

__attribute__((noinline)) void recurse(int depth) {
    volatile char local[40];
    local[0] = static_cast<char>(depth);
    if (depth > 0) {
        recurse(depth - 1);
    } else {
        record();
    }
    sink = sink + local[0];
}

__attribute__((noinline)) void with_alloca(int size) {
    auto* memory = static_cast<volatile char*>(alloca(static_cast<std::size_t>(size)));
    memory[0] = 1;
    recurse(size % 7);
    sink = sink + memory[0];
}

__attribute__((noinline)) void realigned(int depth, int a, int b, int c, int d, int e, int on_stack) {
    alignas(64) volatile char local[128];
    local[0] = static_cast<char>(a + b + c + d + e + on_stack);
    auto* memory = static_cast<volatile char*>(alloca(static_cast<std::size_t>(depth) + 8));
    memory[0] = local[0];
    if (depth > 0) {
        realigned(depth - 1, a, b, c, d, e, on_stack);
    } else {
        record();
    }
    sink = sink + memory[0] + local[0];
}

__attribute__((noinline)) void large_frame() {
    volatile char local[100'000];
    local[0] = 1;
    local[sizeof local - 1] = 1;
    recurse(2);
    sink = sink + local[0];
}

struct Shape {
    virtual ~Shape() = default;
    virtual void visit(int depth) = 0;
};

struct Leaf : Shape {
    void visit(int depth) override { recurse(depth % 5); }
};

struct Node : Shape {
    std::unique_ptr<Shape> child = std::make_unique<Leaf>();
    void visit(int depth) override {
        std::function<void(int)> call = [this](int d) { child->visit(d); };
        call(depth);
        sink = sink + 1;
    }
};

int compare(const void* a, const void* b) {
    record();
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

void plain(int round) {
    recurse(round % 60);
    with_alloca(16 + round % 1000);
    realigned(round % 4, 1, 2, 3, 4, 5, 6);
    large_frame();
    Node().visit(round);
    std::array<int, 3> numbers{3, round, 1};
    std::qsort(numbers.data(), numbers.size(), sizeof numbers[0], compare);
}

// ---- exceptions ----

struct Cleanup {
    ~Cleanup() { record(); }  // while an exception passes
};

[[noreturn]] __attribute__((noinline)) void always_throws() {
    record();
    throw std::runtime_error("thrown");
}

__attribute__((noinline)) void ends_with_a_call_that_never_returns(int depth) {
    const Cleanup cleanup;
    if (depth == 0) {
        always_throws();
    }
    ends_with_a_call_that_never_returns(depth - 1);
}

// Its return address is the first one behind it, where other rules hold.
__attribute__((noinline)) void whose_last_instruction_is_a_call(int round) {
    [[maybe_unused]] volatile char local[200];
    local[0] = static_cast<char>(round);
    always_throws();
}

void exceptions(int round) {
    try {
        whose_last_instruction_is_a_call(round);
    } catch (const std::exception&) {
        record();
    }
    try {
        ends_with_a_call_that_never_returns(round % 10);
    } catch (const std::exception&) {
        record();
    }
}

// ---- signals ----

void handler(int) { recurse(3); }

__attribute__((noinline)) void interrupted(int round) {
    ::raise(SIGUSR1);  // in the kernel
    if (round % 2 == 0) {  // at an instruction of its own
        asm volatile("ud2" ::: "memory");
    }
    sink = sink + round;
}

void skip_ud2(int, siginfo_t*, void* context) {
    recurse(2);
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP] += 2;
}

void signals(int count) {
    std::vector<char> other_stack(1U << 16U);
    const stack_t stack{other_stack.data(), 0, other_stack.size()};
    struct sigaction on_usr1 {};
    on_usr1.sa_handler = handler;
    struct sigaction on_ill {};
    on_ill.sa_sigaction = skip_ud2;
    on_ill.sa_flags = SA_SIGINFO;
    for (int round = 0; round < count; ++round) {
        const bool alternate = round % 3 == 0;
        ::sigaltstack(&stack, nullptr);
        on_usr1.sa_flags = alternate ? SA_ONSTACK : 0;
        ::sigaction(SIGUSR1, &on_usr1, nullptr);
        ::sigaction(SIGILL, &on_ill, nullptr);
        interrupted(round);
    }
}

// ---- threads, processes, libraries ----

void threads(int count) {
    std::vector<std::thread> all;
    for (int i = 0; i < 8; ++i) {
        all.emplace_back([count] {
            for (int round = 0; round < count / 8; ++round) {
                plain(round);
                exceptions(round);
            }
        });
    }
    for (std::thread& thread : all) {
        thread.join();
    }
}

void forks(int count) {
    std::fflush(truth_file);
    const pid_t child = ::fork();
    for (int round = 0; round < count; ++round) {
        plain(round);
    }
    std::fflush(truth_file);
    if (child == 0) {
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

void wait_for_tracer() {
    std::puts("ready");
    std::fflush(stdout);
    char line[16];
    if (std::fgets(line, sizeof line, stdin) == nullptr) {
        std::exit(1);
    }
}

#ifndef STACK_JOB_STATIC
void plugins(int count, char** paths, int path_count) {
    using Call = void (*)(void (*)(), int);
    for (int i = 0; i < 4 * path_count; ++i) {
        void* library = ::dlopen(paths[i % path_count], RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) {
            std::fprintf(stderr, "%s\n", ::dlerror());
            std::exit(1);
        }
        const auto call = reinterpret_cast<Call>(::dlsym(library, "plugin_call"));
        std::fprintf(stderr, "%p\n", reinterpret_cast<void*>(call));
        wait_for_tracer();
        for (int round = 0; round < count; ++round) {
            call(record, round % 9);
        }
        ::dlclose(library);
    }
}
#endif

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        return 2;
    }
    truth_file = std::fopen(argv[1], "ab");
    const std::string scenario = argv[2];
    const int count = std::atoi(argv[3]);
    wait_for_tracer();
    for (int round = 0; round < count && (scenario == "plain" || scenario == "exceptions"); ++round) {
        scenario == "plain" ? plain(round) : exceptions(round);
    }
    if (scenario == "deep") {
        recurse(10'000);
    } else if (scenario == "signals") {
        signals(count);
    } else if (scenario == "threads") {
        threads(count);
    } else if (scenario == "forks") {
        forks(count);
    }
#ifndef STACK_JOB_STATIC
    if (scenario == "plugins") {
        plugins(count, argv + 4, argc - 4);
    }
#endif
    std::fclose(truth_file);
    return 0;
}
