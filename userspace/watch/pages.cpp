// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/pages.hpp"

#include <algorithm>
#include <utility>

namespace tt::alloc_trace::watch {
namespace {

template <typename Enum>
void next(Enum& value, std::size_t count) {
    value = static_cast<Enum>((static_cast<std::size_t>(value) + 1) % count);
}

constexpr std::size_t kMaxTyped = 256;  // bytes
constexpr std::ptrdiff_t kWheelRows = 3;

}  // namespace

std::string& Pages::filter() { return page_ == Page::Overview ? overview_.filter : chip_.filter; }

List& Pages::list() {
    switch (page_) {
        case Page::Overview: return chips_;
        case Page::Groups: return groups_;
        case Page::Buffers: return buffers_;
        case Page::Buffer: break;
    }
    return facts_;
}

void Pages::ask(Wish wish) { prompt_ = Prompt{wish, wish == Wish::None ? filter() : std::string{}}; }

Wish Pages::press_in_prompt(const Key& key) {
    std::string& text = prompt_->text;
    switch (key.kind) {
        case KeyKind::Text:
            if (text.size() + key.text.size() <= kMaxTyped) {
                text += key.text;
            }
            break;
        case KeyKind::Backspace:
            while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) {
                text.pop_back();  // the rest of a character
            }
            if (!text.empty()) {
                text.pop_back();
            }
            break;
        case KeyKind::Escape:
            if (prompt_->wish == Wish::None) {
                filter().clear();
            }
            prompt_.reset();
            return Wish::None;
        case KeyKind::Enter: {
            const Prompt done = *std::exchange(prompt_, std::nullopt);
            typed_ = done.text;
            return typed_.empty() ? Wish::None : done.wish;
        }
        default: break;
    }
    if (prompt_->wish == Wish::None) {
        filter() = text;
    }
    return Wish::None;
}

Wish Pages::press(const Key& key) {
    message_.clear();
    if (prompt_) {
        return press_in_prompt(key);
    }
    if (std::exchange(help_, false)) {
        return Wish::None;  // any key ends it
    }
    if (key.kind == KeyKind::Text) {
        return key.text.size() == 1 ? press_letter(key.text.front()) : Wish::None;
    }
    press_move(key);
    return Wish::None;
}

void Pages::press_move(const Key& key) {
    switch (key.kind) {
        case KeyKind::Up: list().move(-1); break;
        case KeyKind::Down: list().move(1); break;
        case KeyKind::PageUp: list().move_pages(-1); break;
        case KeyKind::PageDown: list().move_pages(1); break;
        case KeyKind::Home: list().move_home(); break;
        case KeyKind::End: list().move_end(); break;
        case KeyKind::WheelUp: list().move(-kWheelRows); break;
        case KeyKind::WheelDown: list().move(kWheelRows); break;
        case KeyKind::Enter:
        case KeyKind::Right: open(); break;
        case KeyKind::Escape:
        case KeyKind::Backspace:
        case KeyKind::Left: back(); break;
        case KeyKind::Tab: next_type(); break;
        case KeyKind::Click:
        case KeyKind::OpenClick:
            if (key.row >= list_line_) {
                list().choose_line(key.row - list_line_);
            }
            if (key.kind == KeyKind::OpenClick) {
                open();
            }
            break;
        case KeyKind::Text: break;
    }
}

Wish Pages::press_letter(char letter) {
    switch (letter) {
        case 'q': return Wish::Quit;
        case 'b': return Wish::Baseline;
        case 'r': return Wish::Reset;
        case 'p':
        case ' ': return Wish::Pause;
        case 'm': ask(Wish::Mark); break;
        case 'w': ask(Wish::Write); break;
        case '/': ask(Wish::None); break;
        case '?':
        case 'h': help_ = true; break;
        case 's': next_order(); break;
        case 't': next_type(); break;
        case 'f':
            if (page_ == Page::Overview) {
                next(overview_.fold, kFolds);
            }
            break;
        case 'g':
            if (page_ == Page::Groups) {
                next(chip_.grouping, kGroupings);
                groups_.reset();
            }
            break;
        case 'd':
            if (page_ == Page::Groups) {  // all buffers, of whatever group
                chip_.group.reset();
                group_name_.clear();
                buffers_.reset();
                page_ = Page::Buffers;
            }
            break;
        case 'k': list().move(-1); break;
        case 'j': list().move(1); break;
        default: break;
    }
    return Wish::None;
}

void Pages::next_order() {
    switch (page_) {
        case Page::Overview: next(overview_.order, kChipOrders); break;
        case Page::Groups: next(chip_.group_order, kGroupOrders); break;
        case Page::Buffers: next(chip_.buffer_order, kBufferOrders); break;
        case Page::Buffer: break;
    }
}

void Pages::next_type() {
    if (page_ == Page::Overview) {
        next(overview_.trend, static_cast<std::size_t>(MemoryKind::SystemMemory));  // those that have a column
        return;
    }
    if (page_ == Page::Buffer || drawn_kinds_.empty()) {
        return;
    }
    const auto shown = std::find(drawn_kinds_.begin(), drawn_kinds_.end(), chip_.kind);
    chip_.kind = shown == drawn_kinds_.end() || shown + 1 == drawn_kinds_.end() ? drawn_kinds_.front() : *(shown + 1);
    chip_.group.reset();
    group_name_.clear();
    groups_.reset();
    buffers_.reset();
}

void Pages::open() {
    const std::optional<RowId> current = list().current();
    if (!current) {
        return;
    }
    const auto is_current = [&current](const auto& drawn) { return drawn.first == *current; };
    if (page_ == Page::Overview) {
        const auto chip = std::find_if(drawn_chips_.begin(), drawn_chips_.end(), is_current);
        if (chip == drawn_chips_.end()) {
            return;
        }
        open_ = chip->second;
        chip_.kind = MemoryKind::CircularBuffer;  // the fullest, once it is drawn
        chip_.filter.clear();
        groups_.reset();
        page_ = Page::Groups;
    } else if (page_ == Page::Groups) {
        const auto group = std::find_if(drawn_groups_.begin(), drawn_groups_.end(), is_current);
        chip_.group = current;
        group_name_ = group == drawn_groups_.end() ? "" : group->second;
        buffers_.reset();
        page_ = Page::Buffers;
    } else if (page_ == Page::Buffers) {
        buffer_ = current;
        facts_.reset();
        page_ = Page::Buffer;
    }
}

void Pages::back() {
    if (!filter().empty() && page_ != Page::Buffer) {
        filter().clear();
        return;
    }
    page_ = page_ == Page::Overview ? Page::Overview : static_cast<Page>(static_cast<std::size_t>(page_) - 1);
}

}  // namespace tt::alloc_trace::watch
