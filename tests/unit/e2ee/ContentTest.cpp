#include "client/e2ee/content/Content.h"
#include "tests/support/Catch.h"

#include <algorithm>
#include <map>
#include <random>

using namespace impulse;
using namespace impulse::e2ee;
using crypto::CryptoError;
using crypto::EventKind;

namespace {

template <class T> T filled(std::uint8_t byte)
{
    return *T::from(Bytes(T::size(), byte));
}

const Reference target{filled<MessageId>(7), filled<Hash32>(8)};

Bytes written(Content content)
{
    auto bytes = writeContent(content);
    REQUIRE(bytes.ok());
    return std::move(bytes).value();
}

/// Writes, reads, and writes again: both times the same bytes, and the value for further checks.
template <class T> T roundTrip(T value, EventKind kind = EventKind::Direct)
{
    const auto bytes = written(std::move(value));
    auto parsed = parseContent(kind, bytes);
    REQUIRE(parsed.ok());
    REQUIRE(std::holds_alternative<T>(*parsed));
    REQUIRE(writeContent(*parsed).value() == bytes);
    return std::get<T>(std::move(*parsed));
}

bool refuses(const Content& content, CryptoError error)
{
    const auto bytes = writeContent(content);
    return !bytes.ok() && bytes.error() == error;
}

bool isMalformed(EventKind kind, std::string_view hex)
{
    const auto parsed = parseContent(kind, *fromHex(hex));
    return !parsed.ok() && parsed.error() == CryptoError::Malformed;
}

Bytes setting(std::string_view text)
{
    cbor::Writer writer;
    writer.writeText(text);
    return writer.take();
}

} // namespace

TEST_CASE("every content comes back as it was written")
{
    TextContent text;
    text.text = "Привет @all";
    text.attachments = {*fromHex("a10001")};
    text.reply = target;
    text.after = Reference{filled<MessageId>(1), filled<Hash32>(2)};
    text.profileKey = ProfileKey::from(Bytes(32, 9));
    text.expireSeconds = 30;
    text.mentions = {{UserId{}, 13, 4}};
    text.forwarded = true;
    const auto read = roundTrip(std::move(text));
    CHECK(read.text == "Привет @all");
    CHECK(read.reply == target);
    CHECK(read.mentions.size() == 1);
    CHECK(read.forwarded);

    CHECK(roundTrip(EditContent{target, "new", {}, 5, {}}).revision == 5);
    CHECK(roundTrip(DeleteContent{target}).target == target);
    CHECK(roundTrip(ReactionContent{target, "👍"}).emoji == "👍");
    CHECK(roundTrip(ReactionContent{target, ""}).emoji.empty());
    CHECK(roundTrip(TypingContent{true}).active);
    CHECK(roundTrip(PinContent{target, 3, true}).pinned);
    CHECK(roundTrip(TimerContent{3, 0}).seconds == 0);
    const auto control = EventKind::Control;
    const ReceiptContent receipt{ReceiptStatus::Read, {target.id}};
    CHECK(roundTrip(receipt, control).status == ReceiptStatus::Read);
    CHECK(roundTrip(ProfileKeyContent{*ProfileKey::from(Bytes(32, 4))}, control).key ==
          *ProfileKey::from(Bytes(32, 4)));
    const ResendRequestContent request{{{filled<DeviceId>(1), filled<MessageId>(2)}}};
    CHECK(roundTrip(request, control).items == request.items);
    roundTrip(SessionRefreshContent{}, control);
    const ForwardedContent withKey{{1, 2}, filled<Hash32>(3), *BodyKey::from(Bytes(32, 5))};
    CHECK(withKey.bodyHash ==
          roundTrip(ForwardedContent{{1, 2}, filled<Hash32>(3), *BodyKey::from(Bytes(32, 5))},
                    control)
              .bodyHash);
    roundTrip(ForwardedContent{{1, 2}, filled<Hash32>(3), Bytes{4}}, control);
}

TEST_CASE("own devices' messages come back as they were written")
{
    const auto control = EventKind::Control;
    const auto check = [&](const OwnSyncContent& sync) {
        return roundTrip<OwnSyncContent>(sync, control);
    };
    const auto identity = std::get<IdentitySync>(
        check(IdentitySync{filled<UserId>(1), filled<SignPublicKey>(2), 1, 2, true}));
    CHECK(identity.verified);
    CHECK(identity.version == 2);
    CHECK(std::get<ContactSync>(check(ContactSync{filled<UserId>(1), true, false})).accepted);
    CHECK(std::get<ReadUpToSync>(check(ReadUpToSync{filled<ConversationId>(1), 77})).number == 77);
    check(HistoryWantedSync{});
    const ValueSync value{valueSubtype::setting, toBytes(view("theme")), setting("dark"), 9};
    CHECK(std::get<ValueSync>(check(value)).value == setting("dark"));
    const ValueSync removal{99, toBytes(view("future")), std::nullopt, 9};
    CHECK(std::get<ValueSync>(check(removal)).subtype == 99);
    // An unknown small subtype is ignored, whatever it holds.
    auto ignored = parseContent(control, *fromHex("a300131820091821820102"));
    REQUIRE(ignored.ok());
    CHECK(std::holds_alternative<OtherSync>(std::get<OwnSyncContent>(*ignored)));
}

TEST_CASE("writers keep the limits")
{
    TextContent text;
    text.text = std::string(limits::content, 'x');
    CHECK(refuses(std::move(text), CryptoError::LimitExceeded));
    TextContent noText;
    noText.text = "\xff";
    CHECK(refuses(std::move(noText), CryptoError::Malformed));
    TextContent files;
    files.attachments = std::vector<Bytes>(33, *fromHex("a0"));
    CHECK(refuses(std::move(files), CryptoError::LimitExceeded));
    TextContent brief;
    brief.expireSeconds = 29;
    CHECK(refuses(std::move(brief), CryptoError::LimitExceeded));
    TextContent split;
    split.text = "ж";
    split.mentions = {{UserId{}, 0, 1}};
    CHECK(refuses(std::move(split), CryptoError::Malformed));
    CHECK(refuses(ReactionContent{target, std::string(33, 'x')}, CryptoError::LimitExceeded));
    CHECK(refuses(ReceiptContent{}, CryptoError::Malformed));
    CHECK(refuses(ReceiptContent{ReceiptStatus::Read, std::vector<MessageId>(101)},
                  CryptoError::LimitExceeded));
    CHECK(refuses(ResendRequestContent{std::vector<ResendRequestContent::Item>(65)},
                  CryptoError::LimitExceeded));
    CHECK(refuses(TimerContent{1, 31'536'001}, CryptoError::LimitExceeded));
    CHECK(refuses(OwnSyncContent{ValueSync{17, {}, std::nullopt, 1}}, CryptoError::Malformed));
    CHECK(refuses(OwnSyncContent{ValueSync{17, {1}, std::nullopt, 0}}, CryptoError::Malformed));
    CHECK(
        refuses(OwnSyncContent{ValueSync{17, Bytes(65), std::nullopt, 1}}, CryptoError::Malformed));
    CHECK(refuses(OtherContent{99}, CryptoError::Internal));
}

TEST_CASE("fields of the wrong type or length are malformed")
{
    CHECK(isMalformed(EventKind::Direct, "a10001"));               // text is missing
    CHECK(isMalformed(EventKind::Direct, "a200010101"));           // text is a number
    CHECK(isMalformed(EventKind::Direct, "a3000101617804820141")); // reference cut short
    CHECK(isMalformed(EventKind::Direct, "a300010161780461ff"));   // not UTF-8
    CHECK(isMalformed(EventKind::Direct, "a30001016178064100"));   // profile key of one byte
    CHECK(isMalformed(EventKind::Direct, "a30001016178038101"));   // attachment is a number
    CHECK(isMalformed(EventKind::Direct, "a200060902"));           // typing 2
    CHECK(isMalformed(EventKind::Control, "a3000509000a80"));      // receipt status 0
    CHECK(isMalformed(EventKind::Control, "a3000509030a80"));      // receipt status 3
    CHECK(isMalformed(EventKind::Control, "a3000509010a8141ff"));  // short message id
    CHECK(isMalformed(EventKind::Control, "a2001118208140"));      // request item is not a pair
    CHECK(isMalformed(EventKind::Control, "a100181d"));            // unknown control
}

TEST_CASE("readers cut what is longer than the limits")
{
    const auto emoji = parseContent(EventKind::Direct,
                                    *fromHex("a300040282"
                                             "50" +
                                             std::string(32, '0') + "5820" + std::string(64, '0') +
                                             "0b7822" + std::string(62, '6') + "d0b666"));
    REQUIRE(emoji.ok());
    CHECK(std::get<ReactionContent>(*emoji).emoji == std::string(31, 'f'));
    const auto timer = parseContent(EventKind::Direct, *fromHex("a3000907010801"));
    REQUIRE(timer.ok());
    CHECK(std::get<TimerContent>(*timer).seconds == contentLimits::expireMinSeconds);
    CHECK(cutText("жж", 3) == "ж");
    CHECK(cutText("", 0).empty());
}

TEST_CASE("a content with a byte changed or cut off is read or refused, never misread")
{
    TextContent text;
    text.text = "hello ж";
    text.reply = target;
    text.mentions = {{UserId{}, 0, 5}};
    const auto bytes = written(std::move(text));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        CHECK_FALSE(parseContent(EventKind::Direct, View(bytes).first(i)).ok());
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto changed = bytes;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1u << bit));
            const auto parsed = parseContent(EventKind::Direct, changed);
            if (!parsed.ok())
                CHECK(parsed.error() == CryptoError::Malformed);
        }
    }
}

TEST_CASE("values of three devices end equal in any order of delivery")
{
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    struct Write {
        std::uint64_t key;
        ValueVersion version;
        std::uint64_t value;
    };
    using Stored = std::pair<ValueVersion, std::uint64_t>;
    using Table = std::map<std::uint64_t, Stored>;
    const auto apply = [](Table& table, const Write& write) {
        const auto found = table.find(write.key);
        const auto stored =
            found == table.end() ? std::nullopt : std::optional(found->second.first);
        if (wins(write.version, stored))
            table[write.key] = {write.version, write.value};
    };
    for (int run = 0; run < 1000; ++run) {
        std::vector<Table> tables(3);
        std::vector<Write> writes;
        for (int i = 0; i < 12; ++i) {
            const auto device = random() % 3;
            const auto key = random() % 3;
            auto& table = tables[device];
            const auto known = table.contains(key) ? table[key].first.revision : 0;
            // Clocks of different devices may differ and stand still.
            const Write write{key,
                              {nextRevision(random() % 4, known),
                               filled<DeviceId>(static_cast<std::uint8_t>(device))},
                              random()};
            apply(table, write);
            CHECK(table[key].second == write.value);
            writes.push_back(write);
        }
        for (auto& table : tables) {
            std::shuffle(writes.begin(), writes.end(), random);
            for (const auto& write : writes)
                apply(table, write);
        }
        REQUIRE(tables[0] == tables[1]);
        REQUIRE(tables[1] == tables[2]);
    }
}
