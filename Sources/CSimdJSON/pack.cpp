// A byte-oriented Lempel-Ziv packer with a dictionary: the sequence format of LZ4 blocks (a token with two lengths,
// literals, a 16-bit distance), which unpacks at the speed of memory.

#include "ObjectPack.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

namespace {

constexpr size_t shortest_match = 4;
constexpr size_t longest_distance = 65535;
constexpr int dictionary_bits = 15;
constexpr int window_bits = 12;

uint32_t load(const uint8_t *bytes) {
    uint32_t word;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
}

uint32_t hash(uint32_t word, int bits) { return (word * 2654435761U) >> (32 - bits); }

size_t common_length(const uint8_t *left, const uint8_t *left_end, const uint8_t *right, const uint8_t *right_end) {
    const uint8_t *start = left;
    while (left_end - left >= 8 && right_end - right >= 8) {
        uint64_t a, b;
        std::memcpy(&a, left, 8);
        std::memcpy(&b, right, 8);
        if (a != b) {
            break;
        }
        left += 8;
        right += 8;
    }
    while (left < left_end && right < right_end && *left == *right) {
        ++left;
        ++right;
    }
    return static_cast<size_t>(left - start);
}

struct Output {
    uint8_t *next;
    const uint8_t *end;

    bool has_room(size_t count) const { return static_cast<size_t>(end - next) >= count; }

    /// What a length has beyond the 15 that fit into the token.
    void extend(size_t rest) {
        for (; rest >= 255; rest -= 255) {
            *next++ = 255;
        }
        *next++ = static_cast<uint8_t>(rest);
    }

    /// `match` 0 ends the packed bytes.
    bool sequence(const uint8_t *literals, size_t count, size_t match, size_t distance) {
        if (!has_room(1 + count + count / 255 + 1 + 2 + match / 255 + 1)) {
            return false;
        }
        size_t length = match == 0 ? 0 : match - shortest_match;
        *next++ = static_cast<uint8_t>(std::min<size_t>(count, 15) << 4 | std::min<size_t>(length, 15));
        if (count >= 15) {
            extend(count - 15);
        }
        if (count > 0) {
            std::memcpy(next, literals, count);
            next += count;
        }
        if (match == 0) {
            return true;
        }
        *next++ = static_cast<uint8_t>(distance);
        *next++ = static_cast<uint8_t>(distance >> 8);
        if (length >= 15) {
            extend(length - 15);
        }
        return true;
    }
};

struct Match {
    size_t length = 0;
    size_t distance = 0;
};

} // namespace

struct qm_dictionary {
    std::vector<uint8_t> bytes;
    /// Position plus one of the last place of each hash; 0 is none.
    std::vector<uint16_t> places;
};

extern "C" qm_dictionary *qm_dictionary_create(const uint8_t *sample, size_t count) {
    size_t used = std::min<size_t>(count, QM_DICTIONARY_LIMIT);
    try {
        auto *dictionary = new qm_dictionary();
        dictionary->bytes.assign(sample + (count - used), sample + count);
        dictionary->places.assign(size_t(1) << dictionary_bits, 0);
        for (size_t place = 0; place + shortest_match <= used; ++place) {
            uint32_t slot = hash(load(dictionary->bytes.data() + place), dictionary_bits);
            dictionary->places[slot] = static_cast<uint16_t>(place + 1);
        }
        return dictionary;
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

extern "C" void qm_dictionary_destroy(qm_dictionary *dictionary) { delete dictionary; }

extern "C" size_t qm_pack(
    const qm_dictionary *dictionary, const uint8_t *bytes, size_t count, uint8_t *packed, size_t capacity) {
    if (count > UINT32_MAX / 2) {
        return 0;
    }
    uint32_t places[size_t(1) << window_bits];
    std::memset(places, 0, sizeof(places));
    const uint8_t *end = bytes + count;
    const uint8_t *shared = dictionary->bytes.data();
    const size_t shared_count = dictionary->bytes.size();
    Output output{packed, packed + capacity};
    size_t anchor = 0;
    size_t place = 0;
    while (place + 8 <= count) {
        uint32_t word = load(bytes + place);
        Match best;
        uint32_t &slot = places[hash(word, window_bits)];
        if (slot > 0 && place - (slot - 1) <= longest_distance && load(bytes + slot - 1) == word) {
            best = {common_length(bytes + place, end, bytes + slot - 1, end), place - (slot - 1)};
        }
        slot = static_cast<uint32_t>(place + 1);
        size_t candidate = dictionary->places[hash(word, dictionary_bits)];
        if (candidate > 0 && load(shared + candidate - 1) == word) {
            size_t distance = place + shared_count - (candidate - 1);
            size_t length =
                common_length(bytes + place, end, shared + candidate - 1, shared + shared_count);
            if (distance <= longest_distance && length > best.length) {
                best = {length, distance};
            }
        }
        if (best.length < shortest_match) {
            // The longer nothing was found, the wider the steps.
            place += 1 + ((place - anchor) >> 5);
            continue;
        }
        if (!output.sequence(bytes + anchor, place - anchor, best.length, best.distance)) {
            return 0;
        }
        place += best.length;
        anchor = place;
        if (place >= 2 && place + 2 <= count) {
            places[hash(load(bytes + place - 2), window_bits)] = static_cast<uint32_t>(place - 1);
        }
    }
    if (!output.sequence(bytes + anchor, count - anchor, 0, 0)) {
        return 0;
    }
    return static_cast<size_t>(output.next - packed);
}

namespace {

/// Reads the rest of a length; false where the bytes end early or the length cannot be true.
bool extend(const uint8_t *&next, const uint8_t *end, size_t &length, size_t limit) {
    uint8_t byte;
    do {
        if (next == end || length > limit) {
            return false;
        }
        byte = *next++;
        length += byte;
    } while (byte == 255);
    return true;
}

} // namespace

extern "C" int qm_unpack(
    const qm_dictionary *dictionary, const uint8_t *packed, size_t packed_count, uint8_t *bytes, size_t count) {
    const uint8_t *next = packed;
    const uint8_t *end = packed + packed_count;
    const size_t shared_count = dictionary->bytes.size();
    size_t place = 0;
    while (next < end) {
        uint8_t token = *next++;
        size_t literals = token >> 4;
        if (literals == 15 && !extend(next, end, literals, count)) {
            return 0;
        }
        if (literals > static_cast<size_t>(end - next) || literals > count - place) {
            return 0;
        }
        if (literals > 0) {
            std::memcpy(bytes + place, next, literals);
            next += literals;
            place += literals;
        }
        if (next == end) {
            break;
        }
        if (end - next < 2) {
            return 0;
        }
        size_t distance = next[0] | static_cast<size_t>(next[1]) << 8;
        next += 2;
        size_t length = token & 15;
        if (length == 15 && !extend(next, end, length, count)) {
            return 0;
        }
        length += shortest_match;
        if (distance == 0 || length > count - place) {
            return 0;
        }
        if (distance > place) {
            size_t before = distance - place;
            if (before > shared_count || length > before) {
                return 0;
            }
            std::memcpy(bytes + place, dictionary->bytes.data() + (shared_count - before), length);
        } else if (distance >= length) {
            std::memcpy(bytes + place, bytes + place - distance, length);
        } else {
            // The match reaches into what it writes: a repetition.
            for (size_t index = 0; index < length; ++index) {
                bytes[place + index] = bytes[place + index - distance];
            }
        }
        place += length;
    }
    return place == count ? 1 : 0;
}
