// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/judgement.hpp"

namespace tt::alloc_trace {

std::string_view to_string(FreeKind kind) {
    switch (kind) {
        case FreeKind::Freed: return "freed";
        case FreeKind::ReleasedByClose: return "released by close";
        case FreeKind::ReleasedByExit: return "released by exit";
        case FreeKind::Cleared: return "cleared";
        case FreeKind::Inferred: return "inferred";
    }
    return "unknown";
}

std::string_view to_string(UnknownFree reason) {
    switch (reason) {
        case UnknownFree::BeforeAttach: return "before attach";
        case UnknownFree::InGap: return "in a gap";
        case UnknownFree::Double: return "double";
        case UnknownFree::AfterClear: return "after clear";
        case UnknownFree::Unexplained: return "unexplained";
    }
    return "unknown";
}

std::string_view to_string(FailureVerdict verdict) {
    switch (verdict) {
        case FailureVerdict::Exhausted: return "exhausted";
        case FailureVerdict::Fragmented: return "fragmented";
        case FailureVerdict::Refused: return "refused";
        case FailureVerdict::Unknown: break;
    }
    return "unknown";
}

std::string_view to_string(FoundAs origin) {
    switch (origin) {
        case FoundAs::Allocated: return "allocated";
        case FoundAs::PreExisting: return "pre-existing";
        case FoundAs::Inferred: return "inferred";
    }
    return "unknown";
}

}  // namespace tt::alloc_trace
