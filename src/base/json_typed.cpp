// SPDX-License-Identifier: Apache-2.0
// Values to described types, by table.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/json.h"
#include "base/utf8.h"

namespace nsl::json::detail {
namespace {

constexpr std::size_t kFaultsMax = 64;
constexpr std::size_t kShownKeyMax = 128;

std::string_view view(boost::json::string_view text) {
    return {text.data(), text.size()};
}

// Of a key from outside, in a message.
std::string_view shown(std::string_view key) {
    return utf8_cut(key, kShownKeyMax);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

Fields::Fields(std::vector<Member> m, std::vector<Rule> r, const void* initial_object)
    : members(std::move(m)), rules(std::move(r)), initial(initial_object) {
    for (const Rule& rule : rules) {
        auto member = std::ranges::find(members, rule.field, &Member::name);
        NSL_ASSERT(member != members.end() && member->rule == nullptr);
        member->rule = &rule;
    }
}

const Member* Fields::find(std::string_view name) const {
    auto member = std::ranges::find(members, name, &Member::name);
    return member == members.end() ? nullptr : &*member;
}

std::string Path::pointer() const {
    if (parent == nullptr) return {};
    std::string out = parent->pointer() + '/';
    if (index) return out + std::to_string(*index);
    for (char c : shown(key)) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

void Faults::add(std::string where, std::string message) {
    if (list_.size() < kFaultsMax) list_.push_back({std::move(where), std::move(message)});
}

Status Faults::status() && {
    if (list_.empty()) return {};
    Error error{.code = Errc::invalid_argument};
    const Fault& first = list_.front();
    error.message = first.where.empty() ? first.message : first.where + ' ' + first.message;
    if (list_.size() > 1) error.message += " (and " + std::to_string(list_.size() - 1) + " more)";
    error.faults = std::move(list_);
    return std::unexpected(std::move(error));
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names) {
    if (word.size() > kShownKeyMax) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (std::string_view name : names) {
        const std::size_t distance = edit_distance(word, name);
        // A word that shares nothing with the name is no misspelling of it.
        if (distance < best_distance && distance < std::max(word.size(), name.size())) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

std::string unknown_message(std::string_view name, const Fields& fields) {
    std::vector<std::string_view> names;
    names.reserve(fields.members.size());
    for (const Member& member : fields.members) names.push_back(member.name);
    const std::string_view close = nearest(name, names);
    if (close.empty()) return "is not known";
    return "is not known; did you mean \"" + std::string(close) + "\"?";
}

namespace {

void read_integer(const Type& type, void* out, const Value& value, const Path& path,
                  Faults& faults) {
    const std::int64_t* small = value.if_int64();
    const std::uint64_t* large = value.if_uint64();
    const bool fits = small != nullptr
                          ? *small >= type.minimum &&
                                (*small < 0 || static_cast<std::uint64_t>(*small) <= type.maximum)
                          : large != nullptr && *large <= type.maximum;
    if (fits) {
        type.set(out, small != nullptr ? static_cast<std::uint64_t>(*small) : *large);
        return;
    }
    faults.add(path.pointer(), "must be an integer from " + std::to_string(type.minimum) + " to " +
                                   std::to_string(type.maximum));
}

void read_real(void* out, const Value& value, const Path& path, Faults& faults) {
    if (!value.is_number())
        faults.add(path.pointer(), "must be a number");
    else
        *static_cast<double*>(out) = value.to_number<double>();
}

void read_text(void* out, const Value& value, const Path& path, Faults& faults) {
    if (const boost::json::string* text = value.if_string())
        static_cast<std::string*>(out)->assign(text->data(), text->size());
    else
        faults.add(path.pointer(), "must be text");
}

void read_choice(const Type& type, void* out, const Value& value, const Path& path,
                 Faults& faults) {
    if (const boost::json::string* text = value.if_string()) {
        auto name = std::ranges::find(type.names, view(*text),
                                      [](const char* n) { return std::string_view(n); });
        if (name != type.names.end())
            return type.set(out, static_cast<std::uint64_t>(name - type.names.begin()));
    }
    std::string message = "must be one of";
    for (const char* name : type.names)
        message += std::string(message.back() == 'f' ? " \"" : ", \"") + name + '"';
    faults.add(path.pointer(), std::move(message));
}

void check_number(const Rule& rule, const Value& value, const Path& path, Faults& faults) {
    auto below = [&](std::int64_t bound) {
        if (const auto* i = value.if_int64()) return *i < bound;
        if (const auto* u = value.if_uint64()) return std::cmp_less(*u, bound);
        return value.get_double() < static_cast<double>(bound);
    };
    auto above = [&](std::int64_t bound) {
        if (const auto* i = value.if_int64()) return *i > bound;
        if (const auto* u = value.if_uint64()) return std::cmp_greater(*u, bound);
        return value.get_double() > static_cast<double>(bound);
    };
    if (rule.minimum && below(*rule.minimum))
        faults.add(path.pointer(), "must be at least " + std::to_string(*rule.minimum));
    if (rule.maximum && above(*rule.maximum))
        faults.add(path.pointer(), "must be at most " + std::to_string(*rule.maximum));
}

void check_length(const Rule& rule, std::size_t size, std::string_view unit, const Path& path,
                  Faults& faults) {
    auto say = [&](std::string_view which, std::size_t bound) {
        faults.add(path.pointer(), "must have " + std::string(which) + ' ' + std::to_string(bound) +
                                       ' ' + std::string(unit));
    };
    if (rule.min_length && size < *rule.min_length) say("at least", *rule.min_length);
    if (rule.max_length && size > *rule.max_length) say("at most", *rule.max_length);
}

void check_rule(const Rule& rule, const Value& value, const Path& path, Faults& faults) {
    if (value.is_number()) check_number(rule, value, path, faults);
    if (value.is_string()) check_length(rule, value.get_string().size(), "bytes", path, faults);
    if (value.is_array()) check_length(rule, value.get_array().size(), "items", path, faults);
    if (value.is_object()) check_length(rule, value.get_object().size(), "members", path, faults);
}

void read_array(const Type& type, void* out, const Value& value, const Path& path, Faults& faults) {
    const Array* array = value.if_array();
    if (array == nullptr) return faults.add(path.pointer(), "must be an array");
    for (std::size_t i = 0; i < array->size(); ++i)
        read(*type.element, type.grow(out, {}), (*array)[i], {.parent = &path, .index = i}, faults);
}

void read_map(const Type& type, void* out, const Value& value, const Path& path, Faults& faults) {
    const Object* object = value.if_object();
    if (object == nullptr) return faults.add(path.pointer(), "must be an object");
    for (const auto& [key, item] : *object) {
        read(*type.element, type.grow(out, view(key)), item, {.parent = &path, .key = view(key)},
             faults);
    }
}

void read_object(const Type& type, void* out, const Value& value, const Path& path,
                 Faults& faults) {
    const Object* object = value.if_object();
    if (object == nullptr) return faults.add(path.pointer(), "must be an object");
    const Fields& fields = type.fields();
    for (const auto& [key, item] : *object) {
        const Path place{.parent = &path, .key = view(key)};
        const Member* member = fields.find(view(key));
        if (member == nullptr) {
            faults.add(place.pointer(), unknown_message(view(key), fields));
            continue;
        }
        const std::size_t before = faults.size();
        read(*member->type, member->at(out), item, place, faults);
        if (member->rule != nullptr && faults.size() == before)
            check_rule(*member->rule, item, place, faults);
    }
    for (const Member& member : fields.members) {
        if (!object->contains(member.name) && !member.may_miss())
            faults.add(Path{.parent = &path, .key = member.name}.pointer(), "is missing");
    }
}

}  // namespace

void read(const Type& type, void* out, const Value& value, const Path& path, Faults& faults) {
    switch (type.kind) {
        case Kind::boolean:
            if (const bool* b = value.if_bool())
                *static_cast<bool*>(out) = *b;
            else
                faults.add(path.pointer(), "must be true or false");
            return;
        case Kind::integer:
            return read_integer(type, out, value, path, faults);
        case Kind::real:
            return read_real(out, value, path, faults);
        case Kind::text:
            return read_text(out, value, path, faults);
        case Kind::choice:
            return read_choice(type, out, value, path, faults);
        case Kind::any:
            *static_cast<Value*>(out) = value;
            return;
        case Kind::optional:
            if (!value.is_null()) read(*type.element, type.grow(out, {}), value, path, faults);
            return;
        case Kind::array:
            return read_array(type, out, value, path, faults);
        case Kind::map:
            return read_map(type, out, value, path, faults);
        case Kind::object:
            return read_object(type, out, value, path, faults);
    }
}

Status read_whole(const Type& type, void* out, const Value& value) {
    Faults faults;
    read(type, out, value, {}, faults);
    return std::move(faults).status();
}

}  // namespace nsl::json::detail
