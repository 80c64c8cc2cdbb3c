// SPDX-License-Identifier: Apache-2.0
// What json.h knows of a type: a table of accessors. All decisions are in json_typed.cpp, which is
// compiled once.
#pragma once
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <limits>
#include <map>
#include <span>

#include "base/json.h"

namespace nsl::json::detail {

enum class Kind { boolean, integer, real, text, choice, any, optional, array, map, object };

struct Fields;

struct Type {
    // Called for each item of an optional, array or map; the key is empty except in maps.
    using Visitor = void (*)(void* context, std::string_view key, const void* item);

    Kind kind = Kind::any;
    std::int64_t minimum = 0;  // of an integer
    std::uint64_t maximum = 0;
    // An integer's bits, sign-extended; the index of an enumerator.
    void (*set)(void* out, std::uint64_t bits) = nullptr;
    std::uint64_t (*get)(const void* in) = nullptr;
    std::span<const char* const> names = {};  // of a choice

    const Type* element = nullptr;  // of an optional, array, map
    // A new item to fill.
    void* (*grow)(void* out, std::string_view key) = nullptr;
    void (*visit)(const void* in, void* context, Visitor visitor) = nullptr;

    const Fields& (*fields)() = nullptr;  // of an object
};

struct Member {
    std::string_view name;
    const Type* type;
    void* (*at)(void* object);
    const Rule* rule = nullptr;

    bool may_miss() const {
        return type->kind == Kind::optional || (rule != nullptr && rule->may_miss);
    }
};

struct Fields {
    std::vector<Member> members;
    std::vector<Rule> rules;
    const void* initial;  // a value-initialised object: the defaults

    // A rule that names no member is a bug.
    Fields(std::vector<Member> m, std::vector<Rule> r, const void* initial_object);
    Fields(const Fields&) = delete;
    const Member* find(std::string_view name) const;
};

template <class T>
extern const Type kType;

template <class T>
const Fields& fields_of() {
    static const T initial{};
    static const Fields out = [] {
        std::vector<Member> members;
        using Described = boost::describe::describe_members<T, boost::describe::mod_public |
                                                                   boost::describe::mod_inherited>;
        boost::mp11::mp_for_each<Described>([&](auto described) {
            using D = decltype(described);
            using M = std::remove_reference_t<decltype(std::declval<T&>().*D::pointer)>;
            members.push_back({D::name, &kType<M>, [](void* object) -> void* {
                                   return &(static_cast<T*>(object)->*D::pointer);
                               }});
        });
        std::vector<Rule> rules;
        if constexpr (requires { json_rules(std::type_identity<T>{}); })
            rules = json_rules(std::type_identity<T>{});
        return Fields(std::move(members), std::move(rules), &initial);
    }();
    return out;
}

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <class T>
constexpr Type integer_type() {
    return {
        .kind = Kind::integer,
        .minimum = std::numeric_limits<T>::min(),
        .maximum = static_cast<std::uint64_t>(std::numeric_limits<T>::max()),
        .set = [](void* out, std::uint64_t bits) { *static_cast<T*>(out) = static_cast<T>(bits); },
        .get =
            [](const void* in) { return static_cast<std::uint64_t>(*static_cast<const T*>(in)); }};
}

template <class T>
struct Choices {
    using List = boost::describe::describe_enumerators<T>;
    static constexpr std::size_t kCount = boost::mp11::mp_size<List>::value;
    template <class... D>
    static constexpr std::array<const char*, kCount> names_of(boost::mp11::mp_list<D...>) {
        return {D::name...};
    }
    template <class... D>
    static constexpr std::array<T, kCount> values_of(boost::mp11::mp_list<D...>) {
        return {D::value...};
    }
    static constexpr auto kNames = names_of(boost::mp11::mp_rename<List, boost::mp11::mp_list>{});
    static constexpr auto kValues = values_of(boost::mp11::mp_rename<List, boost::mp11::mp_list>{});
};

template <class T>
constexpr Type choice_type() {
    return {.kind = Kind::choice,
            .set = [](void* out,
                      std::uint64_t index) { *static_cast<T*>(out) = Choices<T>::kValues[index]; },
            .get = [](const void* in) -> std::uint64_t {
                const auto& values = Choices<T>::kValues;
                return static_cast<std::uint64_t>(
                    std::find(values.begin(), values.end(), *static_cast<const T*>(in)) -
                    values.begin());
            },
            .names = Choices<T>::kNames};
}

template <class T>
constexpr Type optional_type() {
    return {.kind = Kind::optional,
            .element = &kType<typename T::value_type>,
            .grow = [](void* out, std::string_view) -> void* {
                return &static_cast<T*>(out)->emplace();
            },
            .visit =
                [](const void* in, void* context, Type::Visitor visitor) {
                    const T& value = *static_cast<const T*>(in);
                    if (value) visitor(context, {}, &*value);
                }};
}

template <class T>
constexpr Type array_type() {
    static_assert(!std::is_same_v<typename T::value_type, bool>, "std::vector<bool> has no items");
    return {.kind = Kind::array,
            .element = &kType<typename T::value_type>,
            .grow = [](void* out, std::string_view) -> void* {
                return &static_cast<T*>(out)->emplace_back();
            },
            .visit =
                [](const void* in, void* context, Type::Visitor visitor) {
                    for (const auto& item : *static_cast<const T*>(in)) visitor(context, {}, &item);
                }};
}

template <class T>
constexpr Type map_type() {
    return {.kind = Kind::map,
            .element = &kType<typename T::mapped_type>,
            .grow = [](void* out, std::string_view key) -> void* {
                return &(*static_cast<T*>(out))[std::string(key)];
            },
            .visit =
                [](const void* in, void* context, Type::Visitor visitor) {
                    for (const auto& [key, item] : *static_cast<const T*>(in))
                        visitor(context, key, &item);
                }};
}

template <class T>
constexpr Type type_of() {
    if constexpr (std::is_same_v<T, bool>)
        return {.kind = Kind::boolean};
    else if constexpr (std::is_same_v<T, double>)
        return {.kind = Kind::real};
    else if constexpr (std::is_same_v<T, std::string>)
        return {.kind = Kind::text};
    else if constexpr (std::is_same_v<T, Value>)
        return {.kind = Kind::any};
    else if constexpr (std::is_integral_v<T>)
        return integer_type<T>();
    else if constexpr (IsOptional<T>::value)
        return optional_type<T>();
    else if constexpr (IsVector<T>::value)
        return array_type<T>();
    else if constexpr (IsMap<T>::value)
        return map_type<T>();
    else if constexpr (boost::describe::has_describe_enumerators<T>::value)
        return choice_type<T>();
    else {
        static_assert(boost::describe::has_describe_members<T>::value,
                      "describe the struct with BOOST_DESCRIBE_STRUCT");
        return {.kind = Kind::object, .fields = &fields_of<T>};
    }
}

template <class T>
constexpr Type kType = type_of<T>();

// Where in a document the reader is; the pointer is only written out for a fault.
struct Path {
    const Path* parent = nullptr;
    std::string_view key = {};
    std::optional<std::size_t> index = {};

    std::string pointer() const;
};

// Faults found so far, up to a bound.
class Faults {
 public:
    void add(std::string where, std::string message);
    bool empty() const { return list_.empty(); }
    std::size_t size() const { return list_.size(); }
    std::vector<Fault>& list() { return list_; }
    // invalid_argument with all of them; ok when there are none.
    Status status() &&;

 private:
    std::vector<Fault> list_;
};

// The name closest to `word` when it is close enough to be a misspelling, else empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names);
// `is not known; did you mean "x"?`
std::string unknown_message(std::string_view name, const Fields& fields);

void read(const Type& type, void* out, const Value& value, const Path& path, Faults& faults);
Status read_whole(const Type& type, void* out, const Value& value);
Value write(const Type& type, const void* in);
Value schema(const Type& type);

}  // namespace nsl::json::detail

namespace nsl::json {

template <class T>
Result<T> decode(const Value& value) {
    T out{};
    TRY_OK(detail::read_whole(detail::kType<T>, &out, value));
    return out;
}

template <class T>
Result<T> parse(std::string_view text, Limits limits) {
    TRY(const Value value, parse_value(text, limits));
    return decode<T>(value);
}

template <class T>
Value encode(const T& value) {
    return detail::write(detail::kType<T>, &value);
}

template <class T>
Value schema() {
    return detail::schema(detail::kType<T>);
}

}  // namespace nsl::json
