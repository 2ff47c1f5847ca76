// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A tree of maps, lists, strings and numbers, written front to back as JSON or as a pickle of Python (protocol 2: the page that
// shows memory snapshots of PyTorch reads nothing else).
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tt::alloc_trace {

class TreeWriter {
public:
    explicit TreeWriter(std::string& out) : out_(out) {}
    TreeWriter(const TreeWriter&) = delete;
    TreeWriter& operator=(const TreeWriter&) = delete;
    virtual ~TreeWriter() = default;

    virtual void begin_map() = 0;
    virtual void end_map() = 0;
    virtual void begin_list() = 0;
    virtual void end_list() = 0;
    virtual void key(std::string_view name) = 0;
    virtual void value(std::string_view text) = 0;
    virtual void value(std::uint64_t number) = 0;
    virtual void value(bool flag) = 0;
    virtual void finish() = 0;

    template <typename Value>
    void entry(std::string_view name, Value held) {
        key(name);
        value(held);
    }

protected:
    [[nodiscard]] std::string& out() { return out_; }

private:
    std::string& out_;
};

class JsonTreeWriter final : public TreeWriter {
public:
    using TreeWriter::TreeWriter;

    void begin_map() override { open('{'); }
    void end_map() override { close('}'); }
    void begin_list() override { open('['); }
    void end_list() override { close(']'); }
    void key(std::string_view name) override;
    void value(std::string_view text) override;
    void value(std::uint64_t number) override;
    void value(bool flag) override;
    void finish() override { out() += '\n'; }

private:
    void separate();
    void open(char bracket);
    void close(char bracket);

    bool first_ = true;  // of its map or list, or behind a key
};

class PickleTreeWriter final : public TreeWriter {
public:
    explicit PickleTreeWriter(std::string& out);

    void begin_map() override;
    void end_map() override;
    void begin_list() override;
    void end_list() override;
    void key(std::string_view name) override { word(name); }
    void value(std::string_view text) override;
    void value(std::uint64_t number) override;
    void value(bool flag) override;
    void finish() override { out() += '.'; }

private:
    void added();
    void word(std::string_view text);

    // Of each map and list that is open: entries of the present batch; of a map -1. Readers keep a batch on a stack of limited size.
    std::vector<int> batches_;
    tsl::robin_map<std::string, std::uint8_t> words_;  // by their number, to be named again
};

}  // namespace tt::alloc_trace
