// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Owners by what they are, numbered: the same chip or mesh has the same number in all processes, also after it was opened anew.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "analysis/owner_identity.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

struct BookedOwner : OwnerIdentity {
    std::vector<Place> places;  // where its buffers count
};

class OwnerBook {
public:
    static constexpr std::size_t kMaxOwners = 4096;  // further ones are booked as unknown, number 0

    OwnerBook();

    // Of the allocator that `key` names.
    std::uint32_t number(const ProcessState& process, const AllocationKey& key);
    [[nodiscard]] const BookedOwner& operator[](std::uint32_t number) const { return owners_[number]; }

private:
    std::vector<BookedOwner> owners_;
    std::map<OwnerIdentity, std::uint32_t> numbers_;
    // The latest answers: almost all calls ask for one of a few allocators.
    struct Answer {
        std::uint32_t process = ~std::uint32_t{0};
        std::uint32_t allocator = 0;
        std::uint16_t generation = 0;
        std::uint32_t number = 0;
    };
    std::array<Answer, 64> answers_;
};

}  // namespace tt::alloc_trace
