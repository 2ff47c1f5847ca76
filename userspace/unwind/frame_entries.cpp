// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/frame_entries.hpp"

#include <dwarf.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "unwind/dwarf_cursor.hpp"
#include "unwind/unwind_rule.hpp"

namespace tt::alloc_trace {
namespace {

// Real ones: 8 letters, 30 bytes, and some hundred of them in the largest files. Many functions may name one long common entry, or many
// that overlap: without a bound small files would be long work.
constexpr std::size_t kMaxAugmentation = 32;
constexpr std::size_t kMaxCommonProgram = 1024;
constexpr std::size_t kMaxCommons = 65'536;

constexpr std::uint8_t kFormat = 0x0f;  // of an encoded pointer
constexpr std::uint8_t kApplication = 0x70;

// Of an encoded pointer's value alone; nothing for encodings that no linker writes for code.
std::optional<std::uint64_t> read_value(DwarfCursor& cursor, std::uint8_t encoding) {
    switch (encoding & kFormat) {
        case DW_EH_PE_absptr:
        case DW_EH_PE_udata8:
        case DW_EH_PE_sdata8: return cursor.fixed<std::uint64_t>();
        case DW_EH_PE_udata4: return cursor.fixed<std::uint32_t>();
        case DW_EH_PE_sdata4: return static_cast<std::uint64_t>(std::int64_t{cursor.fixed<std::int32_t>()});
        case DW_EH_PE_udata2: return cursor.fixed<std::uint16_t>();
        case DW_EH_PE_sdata2: return static_cast<std::uint64_t>(std::int64_t{cursor.fixed<std::int16_t>()});
        case DW_EH_PE_uleb128: return cursor.uleb();
        case DW_EH_PE_sleb128: return static_cast<std::uint64_t>(cursor.sleb());
        default: return std::nullopt;
    }
}

struct ReadCommon {
    CommonEntry entry;
    std::uint8_t encoding = DW_EH_PE_absptr;  // of its functions' addresses
    bool sized_augmentation = false;
};

// The augmentation's letters, with the data each has. False if one is not known: what follows cannot be told then.
bool read_augmentation(std::string_view letters, DwarfCursor data, ReadCommon& common) {
    for (const char letter : letters) {
        switch (letter) {
            case 'R': common.encoding = data.fixed<std::uint8_t>(); break;
            case 'L': (void)data.fixed<std::uint8_t>(); break;
            case 'P':
                if (!read_value(data, data.fixed<std::uint8_t>())) {
                    return false;
                }
                break;
            case 'S': common.entry.signal_frame = true; break;
            default: return false;
        }
    }
    return !data.failed();
}

// Of the entry's bytes behind its id.
ReadCommon read_common(DwarfCursor cursor) {
    ReadCommon common;
    const auto version = cursor.fixed<std::uint8_t>();
    const std::string_view augmentation = cursor.text(kMaxAugmentation);
    common.entry.code_factor = cursor.uleb();
    common.entry.data_factor = cursor.sleb();
    const std::uint64_t return_register = version == 1 ? cursor.fixed<std::uint8_t>() : cursor.uleb();
    common.sized_augmentation = augmentation.starts_with('z');
    bool understood = (version == 1 || version == 3) && return_register == kDwarfRa;
    if (common.sized_augmentation) {
        const DwarfCursor data(cursor.take(cursor.uleb()));
        understood = understood && read_augmentation(augmentation.substr(1), data, common);
    } else {
        understood = understood && augmentation.empty();
    }
    common.entry.program = cursor.rest();
    common.entry.usable = understood && !cursor.failed() && common.entry.program.size() <= kMaxCommonProgram;
    return common;
}

class EntriesReader {
public:
    EntriesReader(std::span<const std::uint8_t> section, std::uint64_t address) : section_(section), address_(address) {}

    FrameEntries read() {
        while (read_entry()) {
        }
        std::sort(entries_.functions.begin(), entries_.functions.end(), [](const FunctionEntry& a, const FunctionEntry& b) {
            return a.begin < b.begin;
        });
        return std::move(entries_);
    }

private:
    struct Entry {
        std::uint64_t id_at = 0;  // offset in the section, of what tells a CIE (0) from an FDE (distance back to its CIE)
        std::uint32_t id = 0;
        DwarfCursor rest;
        std::uint64_t next = 0;  // offset of the entry behind it
    };

    // Nothing at the end, marked or cut off.
    [[nodiscard]] std::optional<Entry> entry_at(std::uint64_t offset) const {
        if (offset >= section_.size()) {
            return std::nullopt;
        }
        DwarfCursor cursor(section_.subspan(offset));
        const auto short_length = cursor.fixed<std::uint32_t>();
        const bool is_long = short_length == 0xffffffffU;
        const std::uint64_t length = is_long ? cursor.fixed<std::uint64_t>() : short_length;
        const std::uint64_t id_at = offset + (is_long ? 12 : 4);
        DwarfCursor rest(cursor.take(length));
        const auto id = rest.fixed<std::uint32_t>();
        if (length == 0 || cursor.failed() || rest.failed()) {
            return std::nullopt;
        }
        return Entry{id_at, id, rest, id_at + length};
    }

    bool read_entry() {
        const auto entry = entry_at(next_);
        if (!entry) {
            return false;
        }
        next_ = entry->next;
        if (entry->id != 0) {
            read_function(*entry);
        }
        return true;
    }

    void read_function(const Entry& entry) {
        const auto common = entry.id <= entry.id_at ? common_at(entry.id_at - entry.id) : std::nullopt;
        if (!common) {
            ++entries_.malformed;
            return;
        }
        const ReadCommon& read = commons_[*common];
        DwarfCursor cursor = entry.rest;
        const std::uint64_t place = address_ + static_cast<std::uint64_t>(entry.rest.rest().data() - section_.data());
        const auto value = read_value(cursor, read.encoding);
        const auto size = read_value(cursor, read.encoding & kFormat);
        if (read.sized_augmentation) {
            (void)cursor.take(cursor.uleb());
        }
        const std::uint8_t application = read.encoding & kApplication;
        const bool known = application == DW_EH_PE_absptr || application == DW_EH_PE_pcrel;
        if (!value || !size || !known || (read.encoding & DW_EH_PE_indirect) != 0 || cursor.failed()) {
            ++entries_.malformed;
            return;
        }
        const std::uint64_t begin = application == DW_EH_PE_pcrel ? place + *value : *value;
        if (*size == 0 || begin + *size < begin) {
            entries_.malformed += *size == 0 ? 0 : 1;
            return;
        }
        entries_.functions.push_back({begin, begin + *size, *common, cursor.rest()});
    }

    // The index of the CIE that begins at `offset`; each is read once.
    [[nodiscard]] std::optional<std::uint32_t> common_at(std::uint64_t offset) {
        const auto [at, first] = common_by_offset_.try_emplace(offset, std::nullopt);
        const auto entry = first ? entry_at(offset) : std::nullopt;
        if (entry && entry->id == 0 && commons_.size() < kMaxCommons) {
            at->second = static_cast<std::uint32_t>(commons_.size());
            commons_.push_back(read_common(entry->rest));
            entries_.commons.push_back(commons_.back().entry);
        }
        return at->second;
    }

    std::span<const std::uint8_t> section_;
    std::uint64_t address_;
    std::uint64_t next_ = 0;
    FrameEntries entries_;
    std::vector<ReadCommon> commons_;
    std::unordered_map<std::uint64_t, std::optional<std::uint32_t>> common_by_offset_;
};

}  // namespace

FrameEntries read_frame_entries(std::span<const std::uint8_t> section, std::uint64_t address) {
    return EntriesReader(section, address).read();
}

}  // namespace tt::alloc_trace
