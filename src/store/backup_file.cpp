// SPDX-License-Identifier: Apache-2.0
#include "store/backup_file.h"

#include <array>
#include <filesystem>

#include "store/migrate.h"

namespace nsl::store {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kWriteAt = 262'144;     // bytes that wait to be written
constexpr std::size_t kLineMax = 67'108'864;  // bytes of one row
constexpr std::size_t kNameMax = 128;

json::Value value_of(const Param& param) {
    struct Writer {
        json::Value operator()(std::monostate) const { return nullptr; }
        json::Value operator()(std::int64_t v) const { return v; }
        json::Value operator()(const std::string& v) const { return json::Value(v); }
        json::Value operator()(const Bytes& v) const {
            return json::Object{{"b", base64_encode(v)}};
        }
    };
    return std::visit(Writer{}, param);
}

std::unexpected<Error> bad_line(std::int64_t number, const std::string& why) {
    return fail(Errc::invalid_argument,
                "line " + std::to_string(number) + " of the backup: " + why);
}

Result<Param> param_of(const json::Value& value) {
    if (value.is_null()) return Param();
    if (value.is_int64()) return Param(value.as_int64());
    if (value.is_string()) return Param(std::string(value.as_string()));
    const auto* object = value.if_object();
    const json::Value* bytes = object && object->size() == 1 ? object->if_contains("b") : nullptr;
    if (!bytes || !bytes->is_string())
        return fail(Errc::invalid_argument, "a value is neither integer, text, bytes nor null");
    TRY(Bytes decoded, base64_decode(std::string_view(bytes->as_string())));
    return Param(std::move(decoded));
}

// Names go into statements: only what a schema of ours may have.
Result<std::string> name_of(const json::Value* value) {
    if (!value || !value->is_string() || value->as_string().empty() ||
        value->as_string().size() > kNameMax)
        return fail(Errc::invalid_argument, "a name is missing");
    std::string name(value->as_string());
    for (char c : name)
        if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            return fail(Errc::invalid_argument, "a name has other characters than a-z, 0-9 and _");
    return name;
}

// False at the end of the file.
Result<bool> next_line(std::istream& file, const std::string& path, std::string& line,
                       std::int64_t number) {
    line.clear();
    std::array<char, 65'536> part;
    for (;;) {
        file.getline(part.data(), part.size());
        if (file.bad()) return fail(Errc::unavailable, path + ": cannot be read");
        const bool ended = !file.fail() && !file.eof();
        const std::streamsize count = file.gcount() - (ended ? 1 : 0);
        line.append(part.data(), static_cast<std::size_t>(count));
        if (line.size() > kLineMax) return bad_line(number, "the line is too long");
        if (ended) return true;
        if (file.eof()) return !line.empty();
        file.clear();  // the line goes on
    }
}

class BackupReader {
 public:
    BackupReader(const std::vector<Migration>& migrations, const BackupParts& parts)
        : migrations_(migrations), parts_(parts) {}

    // True when this was the last line.
    Result<bool> take(const std::string& line) {
        TRY(const json::Value value, json::parse_value(line, {.bytes_max = kLineMax}));
        if (summary_.schema == 0) {
            TRY_OK(head(value));
        } else if (value.is_array()) {
            TRY_OK(row(value.as_array()));
        } else if (value.is_object() && value.as_object().contains("table")) {
            TRY_OK(table(value.as_object()));
        } else {
            TRY_OK(end(value));
            return true;
        }
        hash_.update(as_bytes(line));
        hash_.update(as_bytes("\n"));
        return false;
    }
    const BackupSummary& summary() const { return summary_; }

 private:
    Status head(const json::Value& value) {
        const auto* object = value.if_object();
        const json::Value* format = object ? object->if_contains("nsl_backup") : nullptr;
        if (!format || !format->is_int64())
            return fail(Errc::invalid_argument, "this is no backup");
        if (format->as_int64() != kFormat)
            return fail(Errc::conflict, "it has another format: use a newer program");
        const json::Value* schema = object->if_contains("schema");
        if (!schema || !schema->is_array() || schema->as_array().empty())
            return fail(Errc::invalid_argument, "the schema is missing");
        const auto& steps = schema->as_array();
        if (steps.size() > migrations_.size())
            return fail(Errc::conflict, "it is of schema " + std::to_string(steps.size()) +
                                            ", this program knows " +
                                            std::to_string(migrations_.size()) +
                                            ": use a newer program");
        for (std::size_t i = 0; i < steps.size(); ++i)
            if (!steps[i].is_string() || steps[i].as_string() != hash_of(migrations_[i]))
                return fail(Errc::conflict, "its schema step " + std::to_string(i + 1) +
                                                " differs from this program's");
        summary_.schema = static_cast<int>(steps.size());
        return parts_.schema(summary_.schema);
    }

    Status table(const json::Object& object) {
        Table table;
        TRY(table.name, name_of(object.if_contains("table")));
        const json::Value* columns = object.if_contains("columns");
        if (!columns || !columns->is_array())
            return fail(Errc::invalid_argument, "the columns are missing");
        for (const json::Value& column : columns->as_array()) {
            TRY(std::string name, name_of(&column));
            table.columns.push_back(std::move(name));
        }
        columns_ = table.columns.size();
        ++summary_.tables;
        return parts_.table(table);
    }

    Status row(const json::Array& values) {
        if (summary_.tables == 0 || values.size() != columns_)
            return fail(Errc::invalid_argument, "a row has another number of values than columns");
        Params params;
        for (const json::Value& value : values) {
            TRY(Param param, param_of(value));
            params.push_back(std::move(param));
        }
        ++summary_.rows;
        return parts_.row(std::move(params));
    }

    Status end(const json::Value& value) {
        const auto* object = value.if_object();
        const json::Value* rows = object ? object->if_contains("rows") : nullptr;
        const json::Value* hash = object ? object->if_contains("sha256") : nullptr;
        if (!rows || !hash || !rows->is_int64() || !hash->is_string())
            return fail(Errc::invalid_argument, "neither a table, a row nor the end");
        summary_.sha256 = hex_encode(hash_.finish());
        if (rows->as_int64() != summary_.rows || hash->as_string() != summary_.sha256)
            return fail(Errc::invalid_argument, "the file was altered: its hash is another");
        return {};
    }

    const std::vector<Migration>& migrations_;
    const BackupParts& parts_;
    Sha256 hash_;
    BackupSummary summary_;
    std::size_t columns_ = 0;
};

}  // namespace

Result<BackupWriter> BackupWriter::create(const std::string& path,
                                          const std::vector<Migration>& migrations, int schema) {
    TRY(PrivateFileWriter file, PrivateFileWriter::create(path));
    BackupWriter out(std::move(file));
    out.summary_.schema = schema;
    json::Array steps;
    for (const Migration& migration : migrations)
        if (migration.number <= schema) steps.emplace_back(hash_of(migration));
    TRY_OK(out.line(json::Object{{"nsl_backup", kFormat}, {"schema", std::move(steps)}}));
    return out;
}

Status BackupWriter::table(const Table& table) {
    json::Array columns;
    for (const std::string& column : table.columns) columns.emplace_back(column);
    ++summary_.tables;
    return line(json::Object{{"table", table.name}, {"columns", std::move(columns)}});
}

Status BackupWriter::row(const Row& row) {
    json::Array values;
    for (const Param& column : row.columns()) values.push_back(value_of(column));
    ++summary_.rows;
    return line(values);
}

Status BackupWriter::line(const json::Value& value) {
    waiting_ += json::write_value(value);
    waiting_ += '\n';
    return waiting_.size() < kWriteAt ? Status() : flush();
}

Status BackupWriter::flush() {
    hash_->update(as_bytes(waiting_));
    TRY_OK(file_.append(as_bytes(waiting_)));
    waiting_.clear();
    return {};
}

Result<BackupSummary> BackupWriter::finish() {
    TRY_OK(flush());
    summary_.sha256 = hex_encode(hash_->finish());
    const std::string last =
        json::write_value(json::Object{{"rows", summary_.rows}, {"sha256", summary_.sha256}});
    TRY_OK(file_.append(as_bytes(last + '\n')));
    TRY_OK(file_.finish());
    return summary_;
}

Result<BackupSummary> read_backup(const std::string& path, const std::vector<Migration>& migrations,
                                  const BackupParts& parts) {
    std::error_code unseen;
    if (!std::filesystem::exists(path, unseen)) {
        if (unseen) return fail(Errc::unavailable, path + ": " + unseen.message());
        return fail(Errc::not_found, path + ": there is no such file");
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(Errc::unavailable, path + ": cannot be read");
    BackupReader reader(migrations, parts);
    std::int64_t number = 0;
    for (std::string line;;) {
        TRY(const bool there, next_line(file, path, line, ++number));
        if (!there) break;
        auto last = reader.take(line);
        if (!last && last.error().code == Errc::invalid_argument)
            return bad_line(number, last.error().message);
        if (!last) return std::unexpected(std::move(last).error());
        if (!*last) continue;
        if (file.peek() != std::char_traits<char>::eof())
            return bad_line(number + 1, "there is more after the end");
        return reader.summary();
    }
    return bad_line(number, "the file was cut off: its end is missing");
}

}  // namespace nsl::store
