#include "common/core/Cbor.h"
#include "tests/support/Catch.h"

using namespace impulse;

TEST_CASE("writer and reader agree on every accepted type")
{
    cbor::Writer writer;
    writer.writeMap(4);
    writer.writeUnsigned(0);
    writer.writeUnsigned(1ULL << 40);
    writer.writeUnsigned(1);
    writer.writeText("приве́т");
    writer.writeUnsigned(2);
    writer.writeArray(2);
    writer.writeBoolean(true);
    writer.writeBytes(Bytes(300, 7));
    writer.writeUnsigned(24);
    writer.writeUnsigned(255);
    REQUIRE(cbor::isWellFormed(writer.bytes()));

    cbor::Reader reader(writer.bytes());
    cbor::KeyOrder keys;
    REQUIRE(reader.readMap() == 4u);
    REQUIRE(keys.next(reader) == 0u);
    REQUIRE(reader.readUnsigned() == 1ULL << 40);
    REQUIRE(keys.next(reader) == 1u);
    REQUIRE(reader.readText() == "приве́т");
    REQUIRE(keys.next(reader) == 2u);
    REQUIRE(reader.readArray() == 2u);
    REQUIRE(reader.readBoolean() == true);
    REQUIRE(reader.readBytes()->size() == 300);
    REQUIRE(keys.next(reader) == 24u);
    REQUIRE(reader.readUnsigned() == 255u);
    REQUIRE(reader.atEnd());
}

TEST_CASE("what is not strict is refused")
{
    const auto refused = [](const char* hex) { return !cbor::isWellFormed(*fromHex(hex)); };
    CHECK(refused(""));
    CHECK(refused("0000"));         // trailing byte
    CHECK(refused("20"));           // negative
    CHECK(refused("f6"));           // null
    CHECK(refused("c000"));         // tag
    CHECK(refused("f93c00"));       // float
    CHECK(refused("5f4101ff"));     // indefinite length
    CHECK(refused("5bffffffffffffffff"));
    CHECK(refused("9bffffffffffffffff"));
    CHECK(refused("a200000000"));   // duplicate key
    CHECK(refused("a201000000"));   // descending keys
    CHECK(refused("a1616100"));     // text key
    CHECK(refused("61ff"));         // not UTF-8
    CHECK(refused("62c080"));       // overlong
    CHECK(refused("63eda080"));     // surrogate
    CHECK(refused("1c"));           // reserved
}

TEST_CASE("depth is bounded")
{
    Bytes nested(9, 0x81);
    nested.push_back(0x00);
    CHECK_FALSE(cbor::isWellFormed(nested));
    nested.erase(nested.begin());
    CHECK(cbor::isWellFormed(nested));
}

TEST_CASE("a failed reader stays failed")
{
    const Bytes input{0x61, 0x61, 0x01};
    cbor::Reader reader(input);
    CHECK_FALSE(reader.readUnsigned());
    CHECK(reader.failed());
    CHECK_FALSE(reader.readText());
}
