// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A new SQLite database, written in one transaction. The first failure is kept in status(), and everything after it does nothing.
// The file is not safe against a crash while it is written: the caller throws it away then.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace tt::alloc_trace {

class SqliteFile {
public:
    using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view>;

    // `path`: an empty file. `shown_path`: what errors call it.
    SqliteFile(const std::string& path, std::string shown_path);

    [[nodiscard]] const Status& status() const { return status_; }
    void run(const char* statements);
    // Commits and closes.
    void finish();

private:
    friend class SqliteStatement;
    struct Close {
        void operator()(sqlite3* database) const;
    };

    void check(int result);

    std::unique_ptr<sqlite3, Close> database_;
    std::string shown_path_;
    Status status_;
};

// A statement that is run many times. The database must outlive it, but must not be finished before it is gone.
class SqliteStatement {
public:
    SqliteStatement(SqliteFile& file, const char* statement);

    void operator()(std::initializer_list<SqliteFile::Value> values);

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    SqliteFile& file_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace tt::alloc_trace
