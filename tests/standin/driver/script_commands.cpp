// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/script_commands.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "driver/script_buffers.hpp"
#include "driver/script_settings.hpp"
#include "runtime/allocator.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/host_api.hpp"
#include "runtime/idevice.hpp"

namespace standin {

using tt::tt_metal::CoreRangeSet;
using tt::tt_metal::IDevice;
using tt::tt_metal::distributed::MeshDevice;

namespace {

void say(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

std::vector<int> chip_ids(Words& words, std::size_t count) {
    std::vector<int> ids;
    while (words.more()) {
        ids.push_back(static_cast<int>(words.number("CHIP")));
    }
    for (std::size_t id = 0; ids.size() < count && ids.size() == id; ++id) {
        ids.push_back(static_cast<int>(id));
    }
    return ids;
}

void open_mesh(ScriptObjects& objects, Words& words) {
    const std::string name = words.word("MESH");
    const std::size_t rows = words.number("ROWS");
    const std::size_t columns = words.number("COLUMNS");
    objects.add_mesh(name, MeshDevice::create({rows, columns}, chip_ids(words, rows * columns)));
}

void open_submesh(ScriptObjects& objects, Words& words) {
    const std::string name = words.word("SUBMESH");
    MeshDevice& parent = objects.mesh(words.word("MESH"));
    const std::size_t rows = words.number("ROWS");
    const std::size_t columns = words.number("COLUMNS");
    const std::size_t row = words.number("ROW");
    objects.add_mesh(name, parent.create_submesh({rows, columns}, {row, words.number("COLUMN")}));
}

void open_chip(ScriptObjects& objects, Words& words) {
    objects.add_chip(tt::tt_metal::CreateDevice(static_cast<int>(words.number("ID"))));
}

// The name tells readers of the script which one is meant; one is loaded at a time.
void load_sub_devices(ScriptObjects& objects, Words& words) {
    words.word("MANAGER");
    MeshDevice& mesh = objects.mesh(words.word("MESH"));
    const std::uint64_t local_l1 = words.number("L1_BYTES");
    std::vector<tt::tt_metal::SubDevice> parts;
    while (words.more()) {
        parts.push_back({CoreRangeSet({core_range(words)})});
    }
    mesh.load_sub_device_manager(mesh.create_sub_device_manager(std::move(parts), local_l1));
}

void unload_sub_devices(ScriptObjects& objects, Words& words) {
    objects.mesh(words.word("MESH")).clear_loaded_sub_device_manager();
}

void free_buffer(ScriptObjects& objects, Words& words) { objects.free(words.word("NAME")); }

void force_free(ScriptObjects& objects, Words& words) { objects.buffer(words.word("NAME")).deallocate(); }

void print_address(ScriptObjects& objects, Words& words) {
    const std::string name = words.word("NAME");
    say("address of " + name + ": " + std::to_string(objects.buffer(name).address()));
}

void make_program(ScriptObjects& objects, Words& words) {
    objects.programs()[words.word("PROGRAM")] =
        std::make_shared<tt::tt_metal::Program>(tt::tt_metal::CreateProgram());
}

void add_circular_buffer(ScriptObjects& objects, Words& words) {
    auto& program = objects.program(words.word("PROGRAM"));
    const std::uint64_t bytes = words.number("BYTES");
    const CoreRangeSet cores({core_range(words)});
    tt::tt_metal::CreateCircularBuffer(program, cores, {bytes, words.take("global")});
}

void launch_program(ScriptObjects& objects, Words& words) {
    IDevice& owner = objects.owner(words.word("OWNER"));
    auto& program = objects.program(words.word("PROGRAM"));
    tt::tt_metal::GraphTracker::instance().track_program(&program, &owner);
    tt::tt_metal::distributed::EnqueueProgram(&owner, program);
}

void drop_program(ScriptObjects& objects, Words& words) {
    const std::string name = words.word("PROGRAM");
    objects.program(name);
    objects.programs().erase(name);
}

std::uint32_t trace_id(Words& words) { return static_cast<std::uint32_t>(words.number("TRACE")); }

void begin_trace(ScriptObjects& objects, Words& words) {
    MeshDevice& mesh = objects.mesh(words.word("MESH"));
    mesh.begin_mesh_trace(trace_id(words));
}

void end_trace(ScriptObjects& objects, Words& words) {
    MeshDevice& mesh = objects.mesh(words.word("MESH"));
    const std::uint32_t id = trace_id(words);
    mesh.end_mesh_trace(id, words.number("BYTES"));
}

void replay_trace(ScriptObjects& objects, Words& words) {
    MeshDevice& mesh = objects.mesh(words.word("MESH"));
    mesh.replay_mesh_trace(trace_id(words));
}

void release_trace(ScriptObjects& objects, Words& words) {
    MeshDevice& mesh = objects.mesh(words.word("MESH"));
    mesh.release_mesh_trace(trace_id(words));
}

void print_statistics(ScriptObjects& objects, Words& words) {
    const IDevice& owner = objects.owner(words.word("OWNER"));
    const auto of_type = owner.allocator_impl()->get_statistics(buffer_type(words));
    say("one bank: used " + std::to_string(of_type.total_allocated_bytes) + ", free " +
        std::to_string(of_type.total_free_bytes) + ", largest " + std::to_string(of_type.largest_free_block_bytes));
}

void close_owner(ScriptObjects& objects, Words& words) {
    const std::string name = words.word("OWNER");
    if (objects.has_mesh(name)) {
        objects.mesh(name).close();
    } else {
        tt::tt_metal::CloseDevice(&objects.chip(name));
    }
}

void drop_mesh(ScriptObjects& objects, Words& words) { objects.drop_mesh(words.word("MESH")); }

void throw_text(ScriptObjects&, Words& words) { throw std::runtime_error(words.rest()); }

void sleep_for(ScriptObjects&, Words& words) {
    std::this_thread::sleep_for(std::chrono::milliseconds(words.number("MILLISECONDS")));
}

void pause_for_line(ScriptObjects&, Words&) {
    say("paused");
    std::string line;
    std::getline(std::cin, line);
}

void say_rest(ScriptObjects&, Words& words) { say(words.rest()); }

void crash(ScriptObjects&, Words&) { std::abort(); }

void leave(ScriptObjects&, Words&) { ::_exit(0); }

constexpr std::array kCommands{
    ScriptCommand{"set", "NAME VALUE", [](ScriptObjects&, Words& words) { apply_setting(words); }},
    ScriptCommand{"mesh", "MESH ROWS COLUMNS [CHIP...]", open_mesh},
    ScriptCommand{"submesh", "SUBMESH MESH ROWS COLUMNS ROW COLUMN", open_submesh},
    ScriptCommand{"chip", "ID", open_chip},
    ScriptCommand{"subdev", "MANAGER MESH L1_BYTES X0 Y0 X1 Y1...", load_sub_devices},
    ScriptCommand{"unload", "MESH", unload_sub_devices},
    ScriptCommand{"alloc", "NAME OWNER TYPE BYTES PAGE_BYTES [shard X0 Y0 X1 Y1] [up|down] [sub N]", allocate_buffer},
    ScriptCommand{"free", "NAME", free_buffer},
    ScriptCommand{"forcefree", "NAME", force_free},
    ScriptCommand{"view", "NAME BUFFER OFFSET BYTES", view_buffer},
    ScriptCommand{"alias", "NAME OWNER TYPE ADDRESS BYTES PAGE_BYTES", alias_memory},
    ScriptCommand{"addr", "NAME", print_address},
    ScriptCommand{"prog", "PROGRAM", make_program},
    ScriptCommand{"cb", "PROGRAM BYTES X0 Y0 X1 Y1 [global]", add_circular_buffer},
    ScriptCommand{"launch", "OWNER PROGRAM", launch_program},
    ScriptCommand{"unprog", "PROGRAM", drop_program},
    ScriptCommand{"begin_trace", "MESH TRACE", begin_trace},
    ScriptCommand{"end_trace", "MESH TRACE BYTES", end_trace},
    ScriptCommand{"replay_trace", "MESH TRACE", replay_trace},
    ScriptCommand{"release_trace", "MESH TRACE", release_trace},
    ScriptCommand{"stat", "OWNER TYPE", print_statistics},
    ScriptCommand{"close", "OWNER", close_owner},
    ScriptCommand{"drop", "MESH", drop_mesh},
    ScriptCommand{"throw", "TEXT", throw_text},
    ScriptCommand{"sleep", "MILLISECONDS", sleep_for},
    ScriptCommand{"pause", "", pause_for_line},
    ScriptCommand{"say", "TEXT", say_rest},
    ScriptCommand{"crash", "", crash},
    ScriptCommand{"_exit", "", leave},
};

}  // namespace

const ScriptCommand* find_command(const std::string& name) {
    for (const ScriptCommand& command : kCommands) {
        if (name == command.name) {
            return &command;
        }
    }
    return nullptr;
}

std::string command_names() {
    std::string names = "loop, end";
    for (const ScriptCommand& command : kCommands) {
        names += std::string(", ") + command.name;
    }
    return names;
}

}  // namespace standin
