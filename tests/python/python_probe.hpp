// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The probe that tells of Python frames, and what it told.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kernel/ring_reader.hpp"
#include "python/code_record.hpp"
#include "python/python_abi.hpp"

struct tat_python_probe;
struct bpf_link;

namespace tt::alloc_trace::test {

struct SeenFrame {
    std::string file;
    std::int64_t line = -1;  // -1: none
    std::string name;
    bool ends_native = false;

    [[nodiscard]] auto key() const { return std::tie(file, line, name); }
};

struct SeenStack {
    std::uint32_t end = 0;  // TAT_PYTHON_*
    std::vector<tat_python_frame> frames;
};

class PythonProbe {
public:
    PythonProbe();  // throws std::runtime_error
    PythonProbe(const PythonProbe&) = delete;
    PythonProbe& operator=(const PythonProbe&) = delete;
    ~PythonProbe();

    enum class Program { Tell, Walk, Nothing };
    void attach(const std::string& library, Program program = Program::Tell);  // in place of what was attached
    void detach();
    void add_process(std::uint32_t pid, const tat_python& settings);
    void drain();

    using Call = std::pair<std::uint32_t, std::uint64_t>;  // process, number
    [[nodiscard]] const std::map<Call, SeenStack>& stacks() const { return stacks_; }
    [[nodiscard]] std::size_t codes_told() const { return codes_told_; }
    [[nodiscard]] std::uint64_t without_walk() const;
    [[nodiscard]] std::vector<SeenFrame> frames_of(const SeenStack& stack);

private:
    void take(std::span<const std::byte> record);
    const SeenFrame& name(const tat_python_frame& frame);

    struct Free {
        void operator()(tat_python_probe* object) const;
        void operator()(bpf_link* link) const;
    };

    std::unique_ptr<tat_python_probe, Free> object_;
    std::unique_ptr<bpf_link, Free> forked_;
    std::unique_ptr<bpf_link, Free> probe_;
    std::unique_ptr<RingReader> ring_;
    std::map<Call, SeenStack> stacks_;
    std::unordered_map<std::uint64_t, PythonCode> codes_;
    std::map<std::pair<std::uint64_t, std::uint32_t>, SeenFrame> names_;
    std::size_t codes_told_ = 0;
};

}  // namespace tt::alloc_trace::test
