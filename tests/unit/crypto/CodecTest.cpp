#include "common/crypto/Codec.h"

#include "common/core/Limits.h"
#include "tests/support/Catch.h"

using namespace impulse;
using namespace impulse::crypto;

namespace {
using Id = Fixed<struct IdTag, 4>;
using Key = Secret<struct KeyTag, 4>;
} // namespace

TEST_CASE("what is written is read")
{
    const auto id = *Id::from(Bytes{1, 2, 3, 4});
    const auto bytes = Writer()
                           .u8(0xff)
                           .u16(0x1234)
                           .u32(0x89abcdef)
                           .u64(limits::maxInteger)
                           .raw(id)
                           .lengthPrefixed(view("text"))
                           .raw(view("rest"))
                           .take();
    CHECK(toHex(View(bytes).first(7)) == "ff123489abcdef");
    Reader reader(bytes);
    CHECK(reader.u8() == 0xff);
    CHECK(reader.u16() == 0x1234);
    CHECK(reader.u32() == 0x89abcdef);
    CHECK(reader.u64() == limits::maxInteger);
    CHECK(reader.fixed<Id>() == id);
    CHECK(text(reader.lengthPrefixed(4)) == "text");
    CHECK(reader.remaining() == 4);
    CHECK_FALSE(reader.finish());
    CHECK(text(reader.rest()) == "rest");
    CHECK(reader.finish());
}

TEST_CASE("an integer above 2^53 - 1 is malformed")
{
    const auto bytes = Writer().u64(limits::maxInteger + 1).take();
    Reader reader(bytes);
    CHECK(reader.u64() == 0);
    REQUIRE_FALSE(reader.finish());
    CHECK(reader.finish().error() == CryptoError::Malformed);
}

TEST_CASE("the first failure stays")
{
    const Bytes bytes{1, 2, 3, 4, 5};
    Reader reader(bytes);
    reader.u32();
    CHECK(reader.u16() == 0);
    CHECK(reader.failed());
    CHECK(reader.u8() == 0); // the byte is there, but the reader has failed
    CHECK(reader.raw(0).empty());
    CHECK_FALSE(reader.finish());
}

TEST_CASE("bytes that are left over are malformed")
{
    const Bytes bytes{1, 2};
    Reader reader(bytes);
    reader.u8();
    REQUIRE_FALSE(reader.finish());
    CHECK(reader.finish().error() == CryptoError::Malformed);
}

TEST_CASE("a length is checked before anything is read")
{
    const auto huge = Writer().u32(0xffffffff).raw(view("abc")).take();
    Reader tooLong(huge);
    CHECK(tooLong.lengthPrefixed(SIZE_MAX).empty());
    CHECK(tooLong.failed());

    const auto bytes = Writer().lengthPrefixed(view("abc")).take();
    Reader aboveMax(bytes);
    CHECK(aboveMax.lengthPrefixed(2).empty());
    CHECK(aboveMax.failed());
}

TEST_CASE("secrets pass through secret memory only")
{
    const auto key = std::move(*Key::from(Bytes{9, 8, 7, 6}));
    SecretBytes inner(View(Bytes{5}));
    const auto bytes = SecretWriter().u8(1).secret(key).secret(inner).take();
    CHECK(bytes.size() == 6);
    Reader reader(bytes);
    CHECK(reader.u8() == 1);
    CHECK(reader.secret<Key>() == key);
    CHECK(reader.u8() == 5);
    CHECK(reader.finish());
    CHECK(reader.secret<Key>() == Key{}); // zeros after the end
    CHECK(reader.failed());
}
