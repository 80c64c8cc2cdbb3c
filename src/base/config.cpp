// SPDX-License-Identifier: Apache-2.0
// YAML is turned into a JSON value whose scalars have the types that the struct wants; json.h does
// the rest. Beside the value goes the line of each part, for messages.
#include "base/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/config_detail.h"

extern char** environ;

namespace nsl::config {
namespace {

using json::Array;
using json::Object;
using json::Value;
using json::detail::Faults;
using json::detail::Kind;
using json::detail::Member;
using json::detail::Path;
using json::detail::Type;

constexpr int kDepthMax = 32;
constexpr int kNodesMax = 100'000;  // an alias can name a large part many times
constexpr std::size_t kFileBytesMax = 1 << 20;

constexpr Type kAny = {.kind = Kind::any};

std::optional<Value> integer_of(const std::string& text) {
    std::int64_t small = 0;
    std::uint64_t large = 0;
    const char* end = text.data() + text.size();
    if (auto read = std::from_chars(text.data(), end, small);
        read.ec == std::errc() && read.ptr == end)
        return small;
    if (auto read = std::from_chars(text.data(), end, large);
        read.ec == std::errc() && read.ptr == end)
        return large;
    return std::nullopt;
}

std::optional<Value> real_of(const std::string& text) {
    // from_chars also reads "inf" and "nan".
    if (text.find_first_not_of("+-.0123456789eE") != std::string::npos) return std::nullopt;
    double value = 0;
    const char* end = text.data() + text.size();
    auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

// The YAML 1.2 core schema.
bool is_null(const std::string& text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<Value> bool_of(const std::string& text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return std::nullopt;
}

// A scalar as the type wants it. What does not fit stays text, and decoding says what was wanted.
Value scalar(const std::string& text, bool is_quoted, const Type& type) {
    std::optional<Value> out;
    switch (type.kind) {
        case Kind::optional:
            if (!is_quoted && is_null(text)) return nullptr;
            return scalar(text, is_quoted, *type.element);
        case Kind::boolean:
            if (!is_quoted) out = bool_of(text);
            break;
        case Kind::integer:
            if (!is_quoted) out = integer_of(text);
            break;
        case Kind::real:
            if (!is_quoted) out = real_of(text);
            break;
        case Kind::any:
            if (is_quoted) break;
            if (is_null(text)) return nullptr;
            out = bool_of(text);
            if (!out) out = integer_of(text);
            if (!out) out = real_of(text);
            break;
        default:
            if (!is_quoted && is_null(text)) return nullptr;
            break;
    }
    return out ? *std::move(out) : Value(boost::json::string(text));
}

const Type& bare(const Type& type) {
    return type.kind == Kind::optional ? bare(*type.element) : type;
}

// What a key of a mapping, or an item of a sequence, is to be.
const Type& type_below(const Type& type, std::string_view key) {
    const Type& whole = bare(type);
    if (whole.kind == Kind::array || whole.kind == Kind::map) return *whole.element;
    if (whole.kind == Kind::object) {
        const Member* member = whole.fields().find(key);
        if (member != nullptr) return *member->type;
    }
    return kAny;
}

bool is_list_of_texts(const Type& type) {
    const Type& whole = bare(type);
    return whole.kind == Kind::array && bare(*whole.element).kind == Kind::text;
}

// "a, b": a list in a variable.
Array split_texts(std::string_view text) {
    Array out;
    for (;;) {
        const std::size_t end = std::min(text.find(','), text.size());
        std::string_view one = text.substr(0, end);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        out.emplace_back(boost::json::string(one));
        if (end == text.size()) return out;
        text.remove_prefix(end + 1);
    }
}

class Converter {
 public:
    explicit Converter(Faults& faults) : faults_(faults) {}

    Value convert(const YAML::Node& node, const Type& type, const Path& path, int depth) {
        if (++nodes_ > kNodesMax || depth > kDepthMax) {
            if (!refused_) faults_.add(path.pointer(), "is nested too deeply or too large");
            refused_ = true;
            return nullptr;
        }
        lines_.try_emplace(path.pointer(), line_of(node));
        if (node.IsScalar())
            return scalar_or_list(scalar(node.Scalar(), node.Tag() == "!", type), type);
        if (node.IsSequence()) return sequence(node, type, path, depth);
        if (node.IsMap()) return mapping(node, type, path, depth);
        return scalar("", false, type);
    }

    // Of the part itself, or of the nearest part that holds it.
    int line(std::string pointer) const {
        for (;;) {
            auto found = lines_.find(pointer);
            if (found != lines_.end()) return found->second;
            if (pointer.empty()) return 1;
            pointer.erase(pointer.rfind('/'));
        }
    }

 private:
    static int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

    static Value scalar_or_list(Value value, const Type& type) {
        if (!value.is_string() || !is_list_of_texts(type)) return value;
        Array out;
        out.push_back(std::move(value));
        return out;
    }

    Value sequence(const YAML::Node& node, const Type& type, const Path& path, int depth) {
        Array out;
        std::size_t index = 0;
        for (const YAML::Node& item : node) {
            const Path place{.parent = &path, .index = index++};
            out.push_back(convert(item, type_below(type, {}), place, depth + 1));
        }
        return out;
    }

    Value mapping(const YAML::Node& node, const Type& type, const Path& path, int depth) {
        Object out;
        for (const auto& entry : node) {
            const YAML::Node& key_node = entry.first;
            if (!key_node.IsScalar()) {
                faults_.add(path.pointer(), "has a key that is not plain text");
                continue;
            }
            const std::string& key = key_node.Scalar();
            const Path place{.parent = &path, .key = key};
            lines_.try_emplace(place.pointer(), line_of(key_node));
            if (out.contains(key)) {
                faults_.add(place.pointer(), "is given twice");
                continue;
            }
            out.emplace(key, convert(entry.second, type_below(type, key), place, depth + 1));
        }
        return out;
    }

    Faults& faults_;
    std::map<std::string, int> lines_;
    int nodes_ = 0;
    bool refused_ = false;
};

// One document; an empty one is an empty mapping. Throws YAML::Exception.
YAML::Node only_document(const std::string& text) {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1)
        throw YAML::Exception(documents[1].Mark(), "only one document is allowed");
    if (documents.empty() || documents[0].IsNull()) return YAML::Node(YAML::NodeType::Map);
    return documents[0];
}

std::string changed_case(std::string_view text, int (*change)(int)) {
    std::string out;
    for (char c : text) out += static_cast<char>(change(static_cast<unsigned char>(c)));
    return out;
}

std::vector<std::string> levels(std::string_view text) {
    std::vector<std::string> out;
    for (;;) {
        const std::size_t end = text.find("__");
        out.push_back(changed_case(text.substr(0, end), std::tolower));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 2);
    }
}

// Sets one part of a document from an environment variable.
class Override {
 public:
    Override(const std::string& name, const std::string& text, Faults& faults)
        : name_(name), text_(text), faults_(faults) {}

    // The JSON pointer of what was set; nullopt after a fault.
    std::optional<std::string> apply(const std::vector<std::string>& keys, const Type& root,
                                     Value& document) {
        const Type* type = &root;
        Value* value = &document;
        std::string pointer;
        for (const std::string& key : keys) {
            const Type& whole = bare(*type);
            switch (whole.kind) {
                case Kind::object:
                    if (whole.fields().find(key) == nullptr)
                        return refuse(pointer.append("/").append(key).append(" ").append(
                            json::detail::unknown_message(key, whole.fields())));
                    value = child(*value, key);
                    break;
                case Kind::map:
                    value = child(*value, existing_key(*value, key));
                    break;
                case Kind::array:
                    value = item(*value, key);
                    break;
                default:
                    return refuse(pointer + " has nothing below it");
            }
            if (value == nullptr) return refuse(pointer.append(" has no item ").append(key));
            type = &type_below(*type, key);
            pointer.append("/").append(key);
        }
        const std::size_t before = faults_.size();
        *value = parsed(*type);
        if (faults_.size() != before) return std::nullopt;
        return pointer;
    }

 private:
    std::optional<std::string> refuse(std::string message) {
        faults_.add(name_, std::move(message));
        return std::nullopt;
    }

    static Value* child(Value& value, const std::string& key) {
        if (!value.is_object()) value.emplace_object();
        return &value.get_object()[key];
    }

    // Items that exist can be replaced, and one more be added at the end.
    static Value* item(Value& value, const std::string& key) {
        if (!value.is_array()) value.emplace_array();
        Array& array = value.get_array();
        std::size_t index = 0;
        const char* end = key.data() + key.size();
        auto read = std::from_chars(key.data(), end, index);
        if (read.ec != std::errc() || read.ptr != end || index > array.size()) return nullptr;
        if (index == array.size()) array.emplace_back(nullptr);
        return &array[index];
    }

    // Variables are upper case; the keys of a map may be of any.
    static std::string existing_key(const Value& value, const std::string& key) {
        if (const Object* object = value.if_object()) {
            for (const auto& [name, item] : *object)
                if (changed_case({name.data(), name.size()}, std::tolower) == key) return name;
        }
        return key;
    }

    Value parsed(const Type& type) {
        const Kind kind = bare(type).kind;
        if (kind == Kind::text || kind == Kind::choice) return Value(boost::json::string(text_));
        if (is_list_of_texts(type) && !text_.starts_with('[')) return split_texts(text_);
        try {
            return Converter(faults_).convert(YAML::Load(text_), type, {}, 0);
        } catch (const YAML::Exception& error) {
            refuse("is not YAML: " + error.msg);
            return nullptr;
        }
    }

    const std::string& name_;
    const std::string& text_;
    Faults& faults_;
};

struct Loaded {
    Value document;
    std::map<std::string, std::string> overridden;  // JSON pointer → variable
};

void apply_environment(std::string_view prefix, const Environment& env, const Type& type,
                       Loaded& loaded, Faults& faults) {
    if (prefix.empty()) return;
    for (const auto& [name, text] : env) {
        if (!name.starts_with(prefix)) continue;
        const auto keys = levels(std::string_view(name).substr(prefix.size()));
        Value changed = loaded.document;
        if (auto pointer = Override(name, text, faults).apply(keys, type, changed)) {
            loaded.document = std::move(changed);
            loaded.overridden.emplace(*pointer, name);
        }
    }
}

}  // namespace

Environment process_environment() {
    Environment out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t end = text.find('=');
        if (end != std::string_view::npos) out.emplace(text.substr(0, end), text.substr(end + 1));
    }
    return out;
}

namespace detail {

Status load_text(std::string_view yaml, std::string_view name, std::string_view env_prefix,
                 const Environment& env, const Type& type, void* out) {
    const std::string file(name);
    Faults places;     // where is a JSON pointer
    Faults variables;  // where is the name of a variable
    Converter converter(places);
    Loaded loaded;
    try {
        loaded.document = converter.convert(only_document(std::string(yaml)), type, {}, 0);
    } catch (const YAML::Exception& error) {
        places = {};
        places.add(file + ':' + std::to_string(error.mark.line + 1), "is not YAML: " + error.msg);
        return std::move(places).status();
    }
    apply_environment(env_prefix, env, type, loaded, variables);
    json::detail::read(type, out, loaded.document, {}, places);

    Faults all;
    for (Fault& fault : places.list()) {
        std::string from = file + ':' + std::to_string(converter.line(fault.where));
        for (const auto& [pointer, variable] : loaded.overridden)
            if ((fault.where + '/').starts_with(pointer + '/')) from = variable;
        all.add(from + ": " + fault.where, std::move(fault.message));
    }
    for (Fault& fault : variables.list()) all.add(std::move(fault.where), std::move(fault.message));
    return std::move(all).status();
}

Status load_file(const std::string& path, std::string_view env_prefix, const Environment& env,
                 const Type& type, void* out) {
    std::ifstream file(path, std::ios::binary);
    std::string text(kFileBytesMax + 1, '\0');
    if (!file) return fail(Errc::not_found, "cannot open configuration file " + path);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return fail(Errc::not_found, "cannot read configuration file " + path);
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kFileBytesMax)
        return fail(Errc::invalid_argument, path + " is larger than 1 MiB");
    return load_text(text, path, env_prefix, env, type, out);
}

}  // namespace detail
}  // namespace nsl::config
