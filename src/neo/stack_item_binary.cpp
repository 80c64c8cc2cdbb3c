// SPDX-License-Identifier: Apache-2.0
// StdLib.serialize and deserialize. Like their JSON, neither way recurses.
#include "neo/stack_item.h"
#include "neo/varint.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kIntegerBytesMax = 32;

std::unexpected<Error> too_many() {
    return fail(Errc::limit_exceeded,
                "a stack item holds at most " + std::to_string(kStackItemsMax) + " items");
}

std::unexpected<Error> too_long() {
    return fail(Errc::limit_exceeded, "a serialized stack item has at most " +
                                          std::to_string(kSerializedBytesMax) + " bytes");
}

class TreeWriter {
 public:
    Result<Bytes> write(const StackItem& root) {
        open_.push_back(&root);
        while (!open_.empty()) {
            const StackItem& item = *open_.back();
            open_.pop_back();
            if (++taken_ > kStackItemsMax) return too_many();
            out_.u8(static_cast<std::uint8_t>(item.type));
            TRY_OK(write_one(item));
            if (out_.size() > kSerializedBytesMax) return too_long();
        }
        return out_.take();
    }

 private:
    Status write_one(const StackItem& item) {
        switch (item.type) {
            case StackItemType::any:
                return {};
            case StackItemType::boolean:
                out_.u8(item.truth ? 1 : 0);
                return {};
            case StackItemType::integer: {
                const Bytes bytes = int256_encode(item.number);
                if (bytes.size() > kIntegerBytesMax)
                    return fail(Errc::limit_exceeded, "a stack item's integer is over 32 bytes");
                write_varbytes(out_, bytes);
                return {};
            }
            case StackItemType::byte_string:
            case StackItemType::buffer:
                if (item.bytes.size() > kSerializedBytesMax) return too_long();
                write_varbytes(out_, item.bytes);
                return {};
            case StackItemType::array:
            case StackItemType::structure:
                if (item.items.size() > kStackItemsMax) return too_many();
                write_varint(out_, item.items.size());
                for (auto inner = item.items.rbegin(); inner != item.items.rend(); ++inner)
                    open_.push_back(&*inner);
                return {};
            case StackItemType::map:
                return write_entries(item);
            case StackItemType::pointer:
            case StackItemType::interop_interface:
                break;
        }
        return fail(Errc::invalid_argument, "a stack item of type " +
                                                std::string(stack_item_type_name(item.type)) +
                                                " cannot be serialized");
    }

    Status write_entries(const StackItem& map) {
        if (map.entries.size() > kStackItemsMax / 2) return too_many();
        TRY_OK(check_map_keys(map));
        write_varint(out_, map.entries.size());
        for (auto entry = map.entries.rbegin(); entry != map.entries.rend(); ++entry) {
            open_.push_back(&entry->value);
            open_.push_back(&entry->key);
        }
        return {};
    }

    ByteWriter out_;
    std::vector<const StackItem*> open_;  // what is still to be written, the next one last
    std::size_t taken_ = 0;
};

class TreeReader {
 public:
    explicit TreeReader(ByteView data) : in_(data) {}

    Result<StackItem> read() {
        StackItem root;
        open_.push_back(&root);
        while (!open_.empty()) {
            StackItem& to = *open_.back();
            open_.pop_back();
            TRY(const std::uint8_t type, in_.u8());
            to.type = static_cast<StackItemType>(type);
            TRY_OK(read_one(to));
        }
        TRY_OK(in_.finish());
        for (const StackItem* map : maps_) TRY_OK(check_map_keys(*map));
        return root;
    }

 private:
    Status read_one(StackItem& to) {
        switch (to.type) {
            case StackItemType::any:
                return {};
            case StackItemType::boolean: {
                TRY(const std::uint8_t value, in_.u8());
                if (value > 1) return fail(Errc::invalid_argument, "a boolean should be 0 or 1");
                to.truth = value == 1;
                return {};
            }
            case StackItemType::integer:
                return read_integer(to);
            case StackItemType::byte_string:
            case StackItemType::buffer: {
                TRY(to.bytes, read_varbytes(in_, kSerializedBytesMax));
                return {};
            }
            case StackItemType::array:
            case StackItemType::structure:
                return read_items(to);
            case StackItemType::map:
                return read_entries(to);
            case StackItemType::pointer:
            case StackItemType::interop_interface:
                break;
        }
        return fail(Errc::invalid_argument, "no serialized stack item has type " +
                                                std::to_string(static_cast<int>(to.type)));
    }

    Status read_integer(StackItem& to) {
        TRY(const Bytes bytes, read_varbytes(in_, kIntegerBytesMax));
        TRY(to.number, int256_decode(bytes));
        if (int256_encode(to.number) != bytes)
            return fail(Errc::invalid_argument, "an integer is not in its shortest form");
        return {};
    }

    // The list's length, and its items counted, before there is space for them.
    Result<std::size_t> take(std::size_t items_each) {
        TRY(const std::uint64_t count, read_varint(in_, kStackItemsMax));
        if (count * items_each > kStackItemsMax - taken_) return too_many();
        taken_ += count * items_each;
        return static_cast<std::size_t>(count);
    }

    Status read_items(StackItem& to) {
        TRY(const std::size_t count, take(1));
        to.items.resize(count);
        for (auto inner = to.items.rbegin(); inner != to.items.rend(); ++inner)
            open_.push_back(&*inner);
        return {};
    }

    Status read_entries(StackItem& to) {
        TRY(const std::size_t count, take(2));
        to.entries.resize(count);
        maps_.push_back(&to);
        for (auto entry = to.entries.rbegin(); entry != to.entries.rend(); ++entry) {
            open_.push_back(&entry->value);
            open_.push_back(&entry->key);
        }
        return {};
    }

    ByteReader in_;
    std::vector<StackItem*> open_;  // places still to be filled, the next one last
    std::vector<const StackItem*> maps_;
    std::size_t taken_ = 1;
};

}  // namespace

Result<Bytes> StackItem::serialize() const {
    return TreeWriter().write(*this);
}

Result<StackItem> StackItem::deserialize(ByteView data) {
    if (data.size() > kSerializedBytesMax) return too_long();
    return TreeReader(data).read();
}

}  // namespace nsl::neo
