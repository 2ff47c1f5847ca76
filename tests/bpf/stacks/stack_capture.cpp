// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "stack_capture.hpp"

#include <bpf/libbpf.h>

#include <cstring>
#include <stdexcept>

#include "native_frames.skel.h"
#include "target/elf_file.hpp"

namespace tt::alloc_trace::test {
namespace {

void require(bool condition, const std::string& what) {
    if (!condition) {
        throw std::runtime_error(what + ": " + std::strerror(errno));
    }
}

std::uint64_t offset_of(const std::string& path, std::string_view symbol) {
    auto file = open_library_file(path);
    require(file.has_value(), path);
    const auto elf = ElfFile::open(*std::move(file), path);
    require(elf.has_value(), path);
    const auto symbols = elf->find_symbols(std::array{symbol}, SymbolTables::All);
    require(symbols && !symbols->empty(), "no " + std::string(symbol) + " in " + path);
    return elf->file_offset(symbols->begin()->second.address).value();
}

}  // namespace

StackCapture::StackCapture(const std::string& path, const std::string& symbol, const UnwindCapacity& capacity) : object_(native_frames__open()) {
    require(object_ != nullptr, "cannot open the BPF object");
    const auto& maps = object_->maps;
    const UnwindMapSet set{maps.unwind_words, maps.unwind_rules, maps.unwind_tables, maps.unwind_mappings, maps.unwind_processes};
    require(set_capacity(set, capacity).has_value(), "cannot size the maps");
    require(native_frames__load(object_) == 0, "cannot load the BPF object");
    auto opened = UnwindMaps::open(set);
    require(opened.has_value(), "cannot map the maps");
    maps_ = std::make_unique<UnwindMaps>(*std::move(opened));
    tables_ = std::make_unique<StackTables>(*maps_);
    ring_ = ring_buffer__new(bpf_map__fd(maps.ring), take, this, nullptr);
    require(ring_ != nullptr, "cannot read the ring");
    link_ = bpf_program__attach_uprobe(object_->progs.probe_hit, false, -1, path.c_str(), offset_of(path, symbol));
    require(link_ != nullptr, "cannot attach the probe");
}

StackCapture::~StackCapture() {
    bpf_link__destroy(link_);
    ring_buffer__free(ring_);
    tables_.reset();
    maps_.reset();
    native_frames__destroy(object_);
}

int StackCapture::take(void* self, void* data, std::size_t size) {
    const auto* words = static_cast<const std::uint64_t*>(data);
    std::uint32_t counts[2];
    std::memcpy(counts, words + 1, sizeof counts);
    if (size < (2 + counts[0]) * sizeof *words) {
        throw std::runtime_error("a record cut short");
    }
    static_cast<StackCapture*>(self)->by_thread_[static_cast<std::uint32_t>(words[0])].push_back({counts[1], {words + 2, words + 2 + counts[0]}});
    return 0;
}

void StackCapture::update(std::uint32_t pid) {
    const auto process = ProcessHandle::open(pid);
    const auto updated = process ? tables_->update(*process) : tl::make_unexpected(process.error());
    if (!updated) {
        throw std::runtime_error(updated.error().message);
    }
}

void StackCapture::poll() { (void)ring_buffer__consume(ring_); }

std::uint64_t StackCapture::hits() const { return object_->bss->hits; }

std::uint64_t StackCapture::lost() const { return object_->bss->lost; }

}  // namespace tt::alloc_trace::test
