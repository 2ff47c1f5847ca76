// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A program object with circular-buffer regions, whose two methods are decoded.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

extern "C" {
std::uint64_t program_lowest(const void* device);
std::uint64_t program_size(const void* device);
void program_touch(void* object);
}

namespace tt::assert::detail {  // recognised by its name as never returning
[[noreturn]] void tt_throw(const void* element, std::uint64_t end);
}

namespace {

struct Element {
    std::uint64_t core_range[4];
    std::vector<std::pair<std::uint64_t, std::uint64_t>> regions;
#ifdef PROGRAM_LARGE_ELEMENT
    std::uint64_t more[2];
#endif
};

}  // namespace

class Program {
public:
    void allocate(const void* device);
    void validate(const void* device);
    void invalidate();

private:
    std::uint64_t id_ = 0;
    std::vector<void*> buffers_;
#ifdef PROGRAM_PADDING
    std::uint64_t padding_[PROGRAM_PADDING] = {};
#endif
    std::vector<Element> allocators_;
    std::vector<std::uint64_t> others_;
    bool compiled_ = false;
    bool needed_ = false;

    friend std::size_t program_offset(int which);
};

std::size_t program_offset(int which) {
    switch (which) {
        case 0:
            return offsetof(Program, needed_);
        case 1:
            return offsetof(Program, allocators_);
        case 2:
            return sizeof(Element);
        default:
            return offsetof(Element, regions);
    }
}

void Program::allocate(const void* device) {
    if (!needed_) {
        return;
    }
    for (void* buffer : buffers_) {
        if (program_lowest(device) != 0 && compiled_) {
            program_touch(buffer);
        }
    }
    needed_ = false;
}

void Program::validate(const void* device) {
    const std::uint64_t lowest = program_lowest(device);
    const std::uint64_t size = program_size(device);
    for (const Element& element : allocators_) {
        if (element.regions.empty()) {
            continue;
        }
        const std::uint64_t end = element.regions.back().second;
        if (end > size) {
            tt::assert::detail::tt_throw(&element, end);
        }
        if (lowest < end) {
            tt::assert::detail::tt_throw(&id_, end);
        }
    }
}

void Program::invalidate() {
    if (needed_) {
        return;
    }
    for (Element& element : allocators_) {
        element.regions.clear();
    }
    needed_ = true;
}
