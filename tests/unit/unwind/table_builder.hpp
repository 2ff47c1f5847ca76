// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// .eh_frame sections written byte by byte.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace tt::alloc_trace::test {

using Bytes = std::vector<std::uint8_t>;

class FrameBuilder {
public:
    static constexpr std::uint64_t kAddress = 0x10000;  // of the section

    template <typename T>
    static void put(Bytes& bytes, T value) {
        const auto at = bytes.size();
        bytes.resize(at + sizeof value);
        std::memcpy(bytes.data() + at, &value, sizeof value);
    }

    // A common entry as gcc writes it, with `letters` behind the 'z'; returns its offset. Its program: CFA rsp + 8, return address below it.
    std::size_t common(const std::string& letters = "R", const Bytes& program = {0x0c, 7, 8, 0x90, 1}, std::uint8_t version = 1) {
        Bytes entry;
        put<std::uint32_t>(entry, 0);
        entry.push_back(version);
        const std::string augmentation = "z" + letters;
        entry.insert(entry.end(), augmentation.begin(), augmentation.end());
        entry.insert(entry.end(), {0, 1, 0x78, 16, 1, 0x1b});  // NUL, factors 1 and -8, return address, data: pcrel sdata4
        entry.insert(entry.end(), program.begin(), program.end());
        return append(entry);
    }

    // A function at `begin`, of the common entry at `offset`.
    void function(std::size_t offset, std::uint64_t begin, std::uint32_t size, const Bytes& program) {
        Bytes entry;
        put(entry, static_cast<std::uint32_t>(bytes_.size() + 4 - offset));
        put(entry, static_cast<std::int32_t>(begin - (kAddress + bytes_.size() + 8)));
        put(entry, size);
        entry.push_back(0);
        entry.insert(entry.end(), program.begin(), program.end());
        append(entry);
    }

    std::size_t append(const Bytes& entry) {
        const std::size_t offset = bytes_.size();
        put(bytes_, static_cast<std::uint32_t>(entry.size()));
        bytes_.insert(bytes_.end(), entry.begin(), entry.end());
        return offset;
    }

    [[nodiscard]] Bytes& bytes() { return bytes_; }

private:
    Bytes bytes_;
};

}  // namespace tt::alloc_trace::test
