#include "splitter.hpp"

#include <algorithm>
#include <cstring>
#include <simdjson.h>

namespace {

bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

/// True where one of the eight bytes of `word` equals the byte that `pattern` repeats.
bool contains(uint64_t word, uint64_t pattern) {
    uint64_t difference = word ^ pattern;
    return ((difference - 0x0101010101010101ULL) & ~difference & 0x8080808080808080ULL) != 0;
}

/// The next quotation mark or backslash.
const uint8_t *end_of_plain_text(const uint8_t *byte, const uint8_t *end) {
    for (; end - byte >= 8; byte += 8) {
        uint64_t word;
        std::memcpy(&word, byte, sizeof(word));
        if (contains(word, 0x2222222222222222ULL) || contains(word, 0x5C5C5C5C5C5C5C5CULL)) {
            break;
        }
    }
    while (byte < end && *byte != '"' && *byte != '\\') {
        ++byte;
    }
    return byte;
}

} // namespace

void Splitter::append(const uint8_t *bytes, size_t count) {
    // What was handed out is not needed any more; a line is moved at most once per chunk.
    if (start_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + start_, count_ - start_);
        count_ -= start_;
        position_ -= start_;
        start_ = 0;
    }
    size_t needed = count_ + count + simdjson::SIMDJSON_PADDING;
    if (needed > buffer_.size()) {
        buffer_.resize(std::max(needed, buffer_.size() * 2));
    }
    std::memcpy(buffer_.data() + count_, bytes, count);
    count_ += count;
}

int Splitter::next(qm_bytes &text) { return is_list_ ? next_item(text) : next_line(text); }

bool Splitter::is_partial() const {
    if (is_list_) {
        return !is_closed_;
    }
    const uint8_t *bytes = buffer_.data();
    return !std::all_of(bytes + start_, bytes + count_, is_space);
}

int Splitter::next_line(qm_bytes &text) {
    while (position_ < count_) {
        uint8_t *from = buffer_.data() + position_;
        auto *newline = static_cast<uint8_t *>(std::memchr(from, '\n', count_ - position_));
        if (newline == nullptr) {
            position_ = count_;
            break;
        }
        size_t line = start_;
        size_t end = static_cast<size_t>(newline - buffer_.data());
        start_ = position_ = end + 1;
        while (line < end && is_space(buffer_[line])) {
            ++line;
        }
        if (line == end) {
            continue;
        }
        if (end - line > limit_) {
            return QM_STREAM_TOO_LARGE;
        }
        text = {buffer_.data() + line, end - line};
        return 1;
    }
    return count_ - start_ > limit_ ? QM_STREAM_TOO_LARGE : 0;
}

int Splitter::next_item(qm_bytes &text) {
    while (position_ < count_) {
        if (in_items_ && depth_ > 2) {
            if (!scan_item()) {
                return count_ - start_ > limit_ ? QM_STREAM_TOO_LARGE : 0;
            }
            text = {buffer_.data() + start_, position_ - start_};
            start_ = position_;
            return text.count > limit_ ? QM_STREAM_TOO_LARGE : 1;
        }
        if (int code = scan_envelope()) {
            return code;
        }
    }
    return 0;
}

/// Looks for the end of the item that begins at `start_`.
bool Splitter::scan_item() {
    const uint8_t *base = buffer_.data();
    const uint8_t *end = base + count_;
    const uint8_t *byte = base + position_;
    while (byte < end) {
        if (is_escaped_) {
            is_escaped_ = false;
            ++byte;
        } else if (in_string_) {
            byte = end_of_plain_text(byte, end);
            if (byte < end) {
                is_escaped_ = *byte == '\\';
                in_string_ = is_escaped_;
                ++byte;
            }
        } else {
            uint8_t found = *byte++;
            if (found == '"') {
                in_string_ = true;
            } else if (found == '{' || found == '[') {
                ++depth_;
            } else if ((found == '}' || found == ']') && --depth_ == 2) {
                position_ = static_cast<size_t>(byte - base);
                return true;
            }
        }
    }
    position_ = count_;
    return false;
}

/// Takes one byte outside of the items.
int Splitter::scan_envelope() {
    uint8_t byte = buffer_[position_];
    if (in_items_) {
        if (byte == '{') {
            // The item itself begins here.
            start_ = position_++;
            depth_ = 3;
            return 0;
        }
        ++position_;
        start_ = position_;
        if (is_space(byte) || byte == ',') {
            return 0;
        }
        if (byte != ']') {
            return QM_STREAM_UNEXPECTED;
        }
        in_items_ = false;
        depth_ = 1;
        envelope_.push_back(byte);
        return 0;
    }
    ++position_;
    start_ = position_;
    if (envelope_.size() >= limit_) {
        return QM_STREAM_TOO_LARGE;
    }
    envelope_.push_back(byte);
    note_key(byte);
    return 0;
}

/// Follows strings and brackets of the envelope, and notices the array of items.
void Splitter::note_key(uint8_t byte) {
    if (in_string_) {
        if (is_escaped_) {
            is_escaped_ = false;
        } else if (byte == '\\') {
            is_escaped_ = true;
        } else if (byte == '"') {
            in_string_ = false;
            return;
        }
        if (key_.size() < 8) {
            key_.push_back(static_cast<char>(byte));
        }
        return;
    }
    if (byte == '"') {
        in_string_ = true;
        key_.clear();
    } else if (byte == '{' || byte == '[') {
        in_items_ = byte == '[' && depth_ == 1 && key_ == "items";
        ++depth_;
    } else if (byte == '}' || byte == ']') {
        depth_ -= depth_ > 0 ? 1 : 0;
        is_closed_ = depth_ == 0;
    }
}
