// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/script_objects.hpp"

#include <algorithm>
#include <utility>

#include "runtime/idevice.hpp"

namespace standin {

using tt::tt_metal::Buffer;
using tt::tt_metal::IDevice;
using tt::tt_metal::Program;
using tt::tt_metal::distributed::MeshDevice;

namespace {

template <typename Map>
const typename Map::mapped_type& named(const Map& map, const char* kind, const std::string& name, const char* made_by) {
    const auto found = map.find(name);
    if (found == map.end()) {
        throw BadLine(std::string("no ") + kind + " is called '" + name + "'; make it before, with '" + made_by + "'");
    }
    return found->second;
}

}  // namespace

void ScriptObjects::add_mesh(const std::string& name, std::shared_ptr<MeshDevice> mesh) {
    for (IDevice* chip : mesh->get_devices()) {
        add_chip(chip);
    }
    meshes_[name] = std::move(mesh);
}

void ScriptObjects::add_chip(IDevice* chip) { chips_["chip" + std::to_string(chip->id())] = chip; }

MeshDevice& ScriptObjects::mesh(const std::string& name) const { return *named(meshes_, "mesh", name, "mesh"); }

IDevice& ScriptObjects::chip(const std::string& name) const { return *named(chips_, "chip", name, "chip"); }

IDevice& ScriptObjects::owner(const std::string& name) const { return has_mesh(name) ? mesh(name) : chip(name); }

// A plain buffer would be left with a device that is no more.
void ScriptObjects::drop_mesh(const std::string& name) {
    const IDevice* device = &mesh(name);
    for (const auto& [buffer, holding] : buffers_) {
        if (holding.plain && holding.plain->device() == device) {
            throw BadLine("'" + buffer + "' is still held on this mesh; free it before");
        }
    }
    meshes_.erase(name);
}

Buffer& ScriptObjects::buffer(const std::string& name) const {
    Buffer* buffer = named(buffers_, "buffer", name, "alloc").buffer();
    if (buffer == nullptr) {
        throw std::runtime_error("the allocation of '" + name + "' was refused");
    }
    return *buffer;
}

void ScriptObjects::free(const std::string& name) {
    buffer(name);
    if (const auto& mesh = buffers_.at(name).mesh) {
        mesh->deallocate();
    }
    buffers_.erase(name);
}

Program& ScriptObjects::program(const std::string& name) const { return *named(programs_, "program", name, "prog"); }

}  // namespace standin
