// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// What the lines of a script have made, by the names it gave.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "driver/operations.hpp"
#include "driver/script_words.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

// Throws BadLine for a name that no line before has given.
class ScriptObjects {
public:
    // Its chips can be named too: chip0 and so on.
    void add_mesh(const std::string& name, std::shared_ptr<tt::tt_metal::distributed::MeshDevice> mesh);
    void add_chip(tt::tt_metal::IDevice* chip);
    bool has_mesh(const std::string& name) const { return meshes_.contains(name); }
    tt::tt_metal::distributed::MeshDevice& mesh(const std::string& name) const;
    tt::tt_metal::IDevice& chip(const std::string& name) const;
    tt::tt_metal::IDevice& owner(const std::string& name) const;  // a mesh or a chip
    void drop_mesh(const std::string& name);

    // The place of a buffer, empty until an allocation succeeds.
    Holding& place_for(const std::string& name) { return buffers_[name]; }
    // Throws std::runtime_error if its allocation was refused.
    tt::tt_metal::Buffer& buffer(const std::string& name) const;
    void free(const std::string& name);

    std::map<std::string, std::shared_ptr<tt::tt_metal::Program>>& programs() { return programs_; }
    tt::tt_metal::Program& program(const std::string& name) const;

private:
    // In this order: buffers go first at the end, meshes last.
    std::map<std::string, tt::tt_metal::IDevice*> chips_;
    std::map<std::string, std::shared_ptr<tt::tt_metal::distributed::MeshDevice>> meshes_;
    std::map<std::string, std::shared_ptr<tt::tt_metal::Program>> programs_;
    std::map<std::string, Holding> buffers_;
};

}  // namespace standin
