// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/churn.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "driver/operations.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

namespace {

using tt::tt_metal::BufferType;
using tt::tt_metal::distributed::MeshDevice;

constexpr int kFirstChip = 250;
constexpr int kSecondChip = 251;
constexpr int kBuffers = 12;

std::vector<Holding> fill(ThreadLog& log, MeshDevice& mesh) {
    std::vector<Owner> owners{{&mesh, &mesh, std::nullopt}};
    for (tt::tt_metal::IDevice* chip : mesh.get_devices()) {
        owners.push_back({chip, nullptr, std::nullopt});
    }
    std::vector<Holding> holdings;
    for (int index = 0; index < kBuffers; ++index) {
        Request request;
        request.owner = owners[static_cast<std::size_t>(index) % owners.size()];
        request.type = index % 2 == 0 ? BufferType::DRAM : BufferType::L1;
        request.size = request.page_size = 2048;
        request.with_children = index % 4 == 0;
        auto holding = allocate(log, request);
        if (!holding.has_value()) {
            throw std::runtime_error("churn-close: an allocation failed");
        }
        holdings.push_back(std::move(*holding));
    }
    return holdings;
}

}  // namespace

void churn_closes(ThreadLog& log, std::uint64_t rounds) {
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const auto mesh = MeshDevice::create({1, 2}, {kFirstChip, kSecondChip});
        std::vector<Holding> holdings = fill(log, *mesh);
        for (std::size_t index = 0; index < holdings.size(); ++index) {
            if (index == holdings.size() / 2) {
                mesh->close();
            }
            release(log, holdings[index]);
        }
    }
}

}  // namespace standin
