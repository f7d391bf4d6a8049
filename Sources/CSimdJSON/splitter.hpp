#ifndef QM_SPLITTER_HPP
#define QM_SPLITTER_HPP

#include <string>
#include <vector>

#include "ObjectStream.h"

/// Finds the borders of events or items in bytes that come split anywhere, without looking into the objects.
class Splitter {
public:
    Splitter(bool is_list, size_t limit) : is_list_(is_list), limit_(limit) {}

    void append(const uint8_t *bytes, size_t count);

    /// 1 with a complete line or item that holds until the next call, 0 when more bytes are needed, or `QM_STREAM_*`.
    /// simdjson's padding is readable behind the text.
    int next(qm_bytes &text);

    bool is_list() const { return is_list_; }
    bool is_partial() const;
    qm_bytes envelope() const { return {envelope_.data(), envelope_.size()}; }

private:
    int next_line(qm_bytes &text);
    int next_item(qm_bytes &text);
    bool scan_item();
    int scan_envelope();
    void note_key(uint8_t byte);

    const bool is_list_;
    const size_t limit_;
    std::vector<uint8_t> buffer_;
    /// Bytes in use; the vector is larger by the padding.
    size_t count_ = 0;
    /// The first byte that is still needed, and the first that was not looked at.
    size_t start_ = 0;
    size_t position_ = 0;

    std::vector<uint8_t> envelope_;
    std::string key_;
    /// Open brackets. Within `items` at 2, within an item above.
    size_t depth_ = 0;
    bool in_string_ = false;
    bool is_escaped_ = false;
    bool in_items_ = false;
    bool is_closed_ = false;
};

#endif
