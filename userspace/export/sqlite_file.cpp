// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/sqlite_file.hpp"

#include <sqlite3.h>

#include <utility>

namespace tt::alloc_trace {

SqliteFile::SqliteFile(const std::string& path, std::string shown_path) : shown_path_(std::move(shown_path)) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(opened);
    check(result);
    run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN");
}

void SqliteFile::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

void SqliteFile::check(int result) {
    if (!status_ || result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) {
        return;
    }
    const char* reason = database_ == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(database_.get());
    const int error = database_ == nullptr ? 0 : sqlite3_system_errno(database_.get());
    const std::string what = "cannot write to " + shown_path_ + ": " + reason;
    status_ = error == 0 ? fail(ErrorCode::RunTime, what) : fail_errno(ErrorCode::RunTime, what, error);
}

void SqliteFile::run(const char* statements) {
    if (status_) {
        check(sqlite3_exec(database_.get(), statements, nullptr, nullptr, nullptr));
    }
}

void SqliteFile::finish() {
    run("COMMIT");
    if (status_) {
        check(sqlite3_close(database_.release()));
    }
}

SqliteStatement::SqliteStatement(SqliteFile& file, const char* statement) : file_(file) {
    sqlite3_stmt* prepared = nullptr;
    if (file_.status()) {
        file_.check(sqlite3_prepare_v2(file_.database_.get(), statement, -1, &prepared, nullptr));
    }
    statement_.reset(prepared);
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void SqliteStatement::operator()(std::initializer_list<SqliteFile::Value> values) {
    if (!file_.status()) {
        return;
    }
    struct Bind {
        sqlite3_stmt* statement;
        int column;

        int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, column); }
        int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, column, value); }
        int operator()(double value) const { return sqlite3_bind_double(statement, column, value); }
        int operator()(std::string_view text) const {
            return sqlite3_bind_text64(statement, column, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        }
    };
    int column = 0;
    for (const SqliteFile::Value& value : values) {
        file_.check(std::visit(Bind{statement_.get(), ++column}, value));
    }
    file_.check(sqlite3_step(statement_.get()));
    sqlite3_reset(statement_.get());
}

}  // namespace tt::alloc_trace
