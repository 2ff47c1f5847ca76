// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/kernel_objects.hpp"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "base/unique_fd.hpp"
#include "support/proc.hpp"

namespace tt::alloc_trace::test {
namespace {

// As in bpf/alloc_trace.bpf.c, cut to what the kernel keeps of a name.
constexpr std::array<const char*, 15> kProgramNames{
    "allocated",       "freed",           "program_launched", "program_destroyed", "circular_buffers_released",
    "circular_buffer", "owner_closing",   "owner_impl_closing", "allocator_deallocate_buffers", "allocator_cleared",
    "allocator_destroyed", "process_forked", "process_exec",  "process_exited",    "module_loaded"};

bool is_name_of_ours(const std::string& name) {
    return std::any_of(kProgramNames.begin(), kProgramNames.end(), [&](const char* full) {
        return name == std::string(full).substr(0, BPF_OBJ_NAME_LEN - 1);
    });
}

struct Objects {
    std::map<std::uint32_t, std::string> programs;         // by id
    std::map<std::uint32_t, std::uint32_t> links;          // id -> program
};

Objects objects_in_kernel() {
    Objects objects;
    for (std::uint32_t id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
        const UniqueFd fd(bpf_prog_get_fd_by_id(id));
        bpf_prog_info info{};
        std::uint32_t size = sizeof(info);
        if (fd.valid() && bpf_obj_get_info_by_fd(fd.get(), &info, &size) == 0 && is_name_of_ours(info.name)) {
            objects.programs[id] = info.name;
        }
    }
    for (std::uint32_t id = 0; bpf_link_get_next_id(id, &id) == 0;) {
        const UniqueFd fd(bpf_link_get_fd_by_id(id));
        bpf_link_info info{};
        std::uint32_t size = sizeof(info);
        if (fd.valid() && bpf_obj_get_info_by_fd(fd.get(), &info, &size) == 0 && objects.programs.contains(info.prog_id)) {
            objects.links[id] = info.prog_id;
        }
    }
    return objects;
}

bool has_our_mark(const std::string& process) {
    if (process == "/proc/" + std::to_string(getpid())) {
        return true;
    }
    std::ifstream file(process + "/environ");
    for (std::string variable; std::getline(file, variable, '\0');) {
        if (variable == std::string(kMarkVariable) + "=" + mark_of_this_test()) {
            return true;
        }
    }
    return false;
}

// Program ids by whether their holders are strangers or of this test.
struct Held {
    std::set<std::uint32_t> by_us;
    std::set<std::uint32_t> by_strangers;
};

Held programs_held() {
    Held held;
    std::error_code ignored;
    for (const auto& process : std::filesystem::directory_iterator("/proc", ignored)) {
        std::optional<bool> ours;
        for (const auto& entry : std::filesystem::directory_iterator(process.path() / "fdinfo", ignored)) {
            std::ifstream file(entry.path());
            std::uint32_t id = 0;
            for (std::string word; file >> word;) {
                if (word == "prog_id:" && file >> id) {
                    ours = ours ? ours : has_our_mark(process.path());
                    (*ours ? held.by_us : held.by_strangers).insert(id);
                }
            }
        }
    }
    return held;
}

}  // namespace

std::string mark_of_this_test() { return std::to_string(getpid()); }

std::vector<std::string> kernel_objects_left() {
    const Objects objects = objects_in_kernel();
    const Held held = programs_held();
    const auto is_left = [&](std::uint32_t id) { return held.by_us.contains(id) || !held.by_strangers.contains(id); };
    std::vector<std::string> left;
    for (const auto& [id, name] : objects.programs) {
        if (is_left(id)) {
            left.push_back("program " + std::to_string(id) + " " + name);
        }
    }
    for (const auto& [id, program] : objects.links) {
        if (is_left(program)) {
            left.push_back("link " + std::to_string(id) + " of program " + std::to_string(program));
        }
    }
    return left;
}

std::string wait_for_clean_kernel() {
    std::vector<std::string> left;
    // A program seen here may be a stranger's that was closed while we looked: looked at again, it is gone.
    if (eventually([&left] { return (left = kernel_objects_left()).empty(); })) {
        return "";
    }
    std::string text = "left in the kernel:";
    for (const std::string& object : left) {
        text += "\n  " + object;
    }
    return text;
}

std::size_t programs_in_kernel() {
    const Objects objects = objects_in_kernel();
    const Held held = programs_held();
    return static_cast<std::size_t>(std::count_if(objects.programs.begin(), objects.programs.end(), [&](const auto& entry) {
        return held.by_us.contains(entry.first);
    }));
}

}  // namespace tt::alloc_trace::test
