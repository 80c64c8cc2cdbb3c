// SPDX-License-Identifier: Apache-2.0
// Walking JSON and collecting what is wrong with it, for the reader of manifests only.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace nsl::neo {

// A place in the manifest. Faults go to a list that all places share.
class Place {
 public:
    static constexpr std::size_t kFaultsMax = 64;
    static constexpr std::size_t kShownMax = 64;  // bytes of a member's name in a fault

    Place(const json::Value& value, std::string where, std::vector<Fault>& faults)
        : value_(value), where_(std::move(where)), faults_(faults) {}

    void fault(std::string message) const { fault_at(where_, std::move(message)); }
    const json::Value& value() const { return value_; }

    // Calls `read` with the place of each member; misses and strangers are faults. Names with '?'
    // in front may be missing.
    template <class Read>
    void members(std::initializer_list<std::string_view> names, Read read) const {
        const auto* object = value_.if_object();
        if (!object) return fault("should be an object");
        for (const auto& [key, value] : *object) {
            const std::string_view name = key;
            const bool known = std::ranges::any_of(
                names, [&](std::string_view n) { return n.substr(n.starts_with('?')) == name; });
            if (known)
                read(name, Place(value, where_ + "/" + std::string(name), faults_));
            else
                fault_at(where_ + "/" + escaped(name.substr(0, kShownMax)), "is not known here");
        }
        for (const std::string_view name : names)
            if (!name.starts_with('?') && !object->contains(name))
                fault_at(where_ + "/" + std::string(name), "is missing");
    }

    // Calls `read` with the place of each item.
    template <class Read>
    void items(Read read) const {
        const auto* list = value_.if_array();
        if (!list) return fault("should be a list");
        for (std::size_t i = 0; i < list->size(); ++i)
            read(Place((*list)[i], where_ + "/" + std::to_string(i), faults_));
    }

    // A text, not empty; empty when there is none.
    std::string text() const {
        const auto* text = value_.if_string();
        if (!text || text->empty()) {
            fault("should be a text, not empty");
            return {};
        }
        return std::string(*text);
    }

    bool everything() const { return value_.is_string() && value_.get_string() == "*"; }

 private:
    static std::string escaped(std::string_view name) {  // RFC 6901
        std::string out;
        for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
        return out;
    }

    void fault_at(std::string where, std::string message) const {
        if (faults_.size() < kFaultsMax) faults_.push_back({std::move(where), std::move(message)});
    }

    const json::Value& value_;
    std::string where_;
    std::vector<Fault>& faults_;
};

// Says so at the place of the second when a list has the same twice.
template <class Key>
class Once {
 public:
    void add(const Place& place, Key key, std::string_view what) {
        if (!seen_.insert(std::move(key)).second)
            place.fault(std::string(what) + " should be in the list once");
    }

 private:
    std::set<Key> seen_;
};

}  // namespace nsl::neo
