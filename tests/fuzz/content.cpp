#include "client/e2ee/content/Content.h"
#include "client/e2ee/Profile.h"
#include "common/core/Limits.h"
#include "tests/fuzz/Require.h"

using namespace impulse;
using namespace impulse::e2ee;
using fuzz::require;

namespace {

/// Readers cut and ignore; but what a reader made of a content means the same after it was
/// written again.
void tryContent(crypto::EventKind kind, View input)
{
    const auto header = decodeHeader(kind, input);
    const auto content = parseContent(kind, input);
    require(header.ok() || !content.ok());
    if (!content)
        return;
    const auto written = writeContent(*content);
    if (!written)
        return;
    const auto again = parseContent(kind, *written);
    require(again.ok() && again->index() == content->index());
    const auto twice = writeContent(*again);
    require(twice.ok() && *twice == *written);
}

void tryMentions(View input)
{
    constexpr std::string_view text = "@alice, \xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82";
    const auto mentions = parseMentions(input, text);
    require(mentionsFit(mentions, text));
    if (mentions.empty())
        return;
    cbor::Writer writer;
    writeMentions(writer, mentions);
    require(writer.bytes().size() <= input.size());
    require(parseMentions(writer.bytes(), text) == mentions);
}

void tryOwnSync(std::uint64_t subtype, View input)
{
    const auto sync = parseOwnSync(subtype, input);
    if (!sync)
        return;
    const auto written = writeOwnSync(*sync);
    require(written.ok() != std::holds_alternative<OtherSync>(*sync));
    if (!written)
        return;
    require(written->subtype == subtype);
    // Readers take longer forms of numbers too; unknown keys of a value are left out.
    require(written->data.size() <= input.size());
    const auto again = parseOwnSync(subtype, written->data);
    require(again.ok());
    const auto twice = writeOwnSync(*again);
    require(twice.ok() && twice->data == written->data);
}

void tryProfile(View input)
{
    const auto profile = parseProfile(input);
    if (!profile)
        return;
    const auto written = writeProfile(*profile);
    require(written.ok());
    const auto again = parseProfile(*written);
    require(again.ok());
    require(*writeProfile(*again) == *written);
}

} // namespace

// What comes out of a body, a profile or a synchronised value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const View input(data, size);
    for (const auto kind :
         {crypto::EventKind::Direct, crypto::EventKind::Group, crypto::EventKind::Control})
        tryContent(kind, input);
    tryMentions(input);
    for (std::uint64_t subtype = 0; subtype <= valueSubtype::first; ++subtype)
        tryOwnSync(subtype, input);
    tryProfile(input);
    return 0;
}
