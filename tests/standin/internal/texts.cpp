// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "internal/texts.hpp"

namespace tt::tt_metal::standin {

Texts& texts() {
    static Texts used;
    return used;
}

std::string filled(std::string text, std::initializer_list<std::pair<std::string_view, std::string>> values) {
    for (const auto& [word, value] : values) {
        const std::string place = "<" + std::string(word) + ">";
        for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size())) {
            text.replace(at, place.size(), value);
        }
    }
    return text;
}

}  // namespace tt::tt_metal::standin
