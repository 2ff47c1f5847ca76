// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The pages of the live view and the way through them: keys in, a screen out. Pure: it knows no terminal, no clock and no file; what a
// key asks of the outside is a wish.
//
//   overview ──Enter──> groups of a chip ──Enter──> buffers of a group ──Enter──> one buffer        Esc: back
#pragma once

#include <optional>
#include <string>

#include "watch/chip_page.hpp"
#include "watch/key.hpp"
#include "watch/overview.hpp"

namespace tt::alloc_trace::watch {

// What is shown. All of one moment.
struct Input {
    const WatchModel& model;
    const UsageHistory& history;
    const TrackerView& tracker;
    const ClassBaseline* baseline = nullptr;
    bool paused = false;
    bool stacks_taken = false;  // origins are asked for
};

enum class Wish : std::uint8_t {
    None, Quit, Baseline, Reset, Pause,
    Mark,   // called Pages::typed()
    Write,  // to the file of this name
};

class Pages {
public:
    // `stacks`: of the stream, which also a paused view is of.
    explicit Pages(const StackTable& stacks) : stacks_(stacks), sites_(stacks) {}

    // Draw after each key: where a list is, is known then.
    [[nodiscard]] Wish press(const Key& key);
    [[nodiscard]] const std::string& typed() const { return typed_; }
    // Shown until the next key.
    void say(std::string message) { message_ = std::move(message); }

    [[nodiscard]] Screen draw(const Input& input, const Size& size, bool utf8);

private:
    enum class Page : std::uint8_t { Overview, Groups, Buffers, Buffer };
    struct Prompt {
        Wish wish = Wish::None;  // None: the filter
        std::string text;
    };
    struct Chip {
        ProcessKey process;
        Place place;
    };

    void ask(Wish wish);
    [[nodiscard]] Wish press_in_prompt(const Key& key);
    void press_move(const Key& key);
    [[nodiscard]] Wish press_letter(char letter);
    void open();
    void back();
    void next_order();
    void next_type();
    [[nodiscard]] std::string& filter();
    [[nodiscard]] List& list();

    [[nodiscard]] std::vector<Line> body(const Input& input, const Size& size, bool utf8);
    [[nodiscard]] std::vector<Line> overview_body(const Input& input, const Size& size, bool utf8);
    [[nodiscard]] std::vector<Line> chip_body(const Input& input, const Size& size, bool utf8);
    void append_rows(std::vector<Line>& lines, Line heading, const ListSource& source, std::size_t height);
    [[nodiscard]] Line header(const Input& input, std::size_t width, bool utf8) const;
    [[nodiscard]] Line status(const Input& input, std::size_t width, bool utf8);
    [[nodiscard]] std::vector<std::string> keys() const;

    const StackTable& stacks_;
    CallSites sites_;
    Page page_ = Page::Overview;
    bool help_ = false;
    std::optional<Prompt> prompt_;
    std::string typed_;
    std::string message_;
    OverviewOptions overview_;
    ChipOptions chip_;
    std::string group_name_;
    std::optional<Chip> open_;
    std::optional<RowId> buffer_;
    List chips_;
    List groups_;
    List buffers_;
    List facts_;
    std::vector<std::pair<RowId, Chip>> drawn_chips_;
    std::vector<std::pair<RowId, std::string>> drawn_groups_;
    std::vector<MemoryKind> drawn_kinds_;
    std::string position_;       // in a list that does not fit
    std::size_t list_line_ = 0;  // of the screen, where the list begins
};

}  // namespace tt::alloc_trace::watch
