#include "tests/support/Catch.h"
#include "tests/support/Cddl.h"
#include "tests/unit/protocol/BrokenFrames.h"
#include "tests/unit/protocol/Describe.h"
#include "tests/unit/protocol/Sample.h"

#include <QByteArray>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <functional>
#include <set>

using namespace impulse;
using namespace impulse::protocol;

namespace {

const QString vectorFile
    = QStringLiteral(IMPULSE_SOURCE_DIR "/tests/vectors/protocol/frames.json");

/// How a frame of each name is made, and read and written again.
struct Form {
    std::vector<describe::FieldText> fields;
    std::function<Bytes(bool full)> make;
    std::function<std::optional<Bytes>(View frame)> again;
};

template <class Request> Form requestForm()
{
    return {describe::fieldsOf<Request>(),
            [](bool full) { return encodeRequest(7, sample::make<Request>(full)); },
            [](View frame) -> std::optional<Bytes> {
                const auto read = decodeRequest(frame);
                if (!read || !std::holds_alternative<Request>(read->request))
                    return std::nullopt;
                return encodeRequest(read->id, std::get<Request>(read->request));
            }};
}

template <class Request> Form answerForm()
{
    return {describe::fieldsOf<ResultOf<Request>>(),
            [](bool full) {
                return encodeAnswer<Request>(7, sample::make<ResultOf<Request>>(full));
            },
            [](View frame) -> std::optional<Bytes> {
                const auto head = decodeServerFrame(frame);
                if (!head || !std::holds_alternative<AnswerFrame>(*head))
                    return std::nullopt;
                const auto read = decodeAnswer<Request>(frame);
                if (!read)
                    return std::nullopt;
                return encodeAnswer<Request>(std::get<AnswerFrame>(*head).id, *read);
            }};
}

template <class Push> Form pushForm()
{
    return {describe::fieldsOf<Push>(),
            [](bool full) { return encodePush(sample::make<Push>(full)); },
            [](View frame) -> std::optional<Bytes> {
                const auto read = decodeServerFrame(frame);
                const auto* any = read ? std::get_if<AnyPush>(&*read) : nullptr;
                const auto* push = any ? std::get_if<Push>(any) : nullptr;
                if (!push)
                    return std::nullopt;
                return encodePush(*push);
            }};
}

/// By the rule of impulse.cddl.
std::map<std::string, Form> forms()
{
    std::map<std::string, Form> result;
    using describe::ruleName;
#define X(number, Request, Answer)                                                                 \
    result[ruleName(#Request)] = requestForm<Request>();                                           \
    result[ruleName(#Request) + "-answer"] = answerForm<Request>();
    IMPULSE_REQUESTS(X)
#undef X
#define X(number, Push) result[ruleName(#Push)] = pushForm<Push>();
    IMPULSE_PUSHES(X)
#undef X
    result["error"] = {describe::fieldsOf<Error>(),
                       [](bool full) { return encodeError(7, sample::make<Error>(full)); },
                       [](View frame) -> std::optional<Bytes> {
                           const auto read = decodeServerFrame(frame);
                           const auto* error = read ? std::get_if<ErrorFrame>(&*read) : nullptr;
                           if (!error)
                               return std::nullopt;
                           return encodeError(error->id, error->error);
                       }};
    return result;
}

QJsonObject frameCase(const std::string& rule, const QString& name, const Bytes& frame, bool good)
{
    return {{QStringLiteral("rule"), QString::fromStdString(rule)},
            {QStringLiteral("name"), name},
            {QStringLiteral("frame"), QString::fromStdString(toHex(frame))},
            {QStringLiteral("good"), good}};
}

/// A longer one is made when it is needed.
constexpr std::size_t longestVector = 600;

QString text(const std::string& utf8)
{
    return QString::fromStdString(utf8);
}

/// Broken forms of a good frame: each must be refused.
void addBroken(QJsonArray& cases, const std::string& rule, const Form& form)
{
    const auto good = form.make(true);
    for (const auto& frame : broken::breakFields(good, form.fields)) {
        if (frame.bytes.size() <= longestVector)
            cases.append(frameCase(rule, text(frame.what), frame.bytes, false));
    }
    auto trailing = good;
    trailing.push_back(0);
    cases.append(frameCase(rule, text("trailing byte"), trailing, false));
    auto truncated = good;
    truncated.pop_back();
    cases.append(frameCase(rule, text("truncated"), truncated, false));
    auto negative = good; // the kind becomes a negative integer
    negative[2] = 0x20;
    cases.append(frameCase(rule, text("kind of another type"), negative, false));
    auto indefinite = good;
    indefinite[0] = 0xbf;
    indefinite.push_back(0xff);
    cases.append(frameCase(rule, text("indefinite length"), indefinite, false));
}

QJsonArray makeCases()
{
    QJsonArray cases;
    for (const auto& [rule, form] : forms()) {
        cases.append(frameCase(rule, text("all fields"), form.make(true), true));
        cases.append(frameCase(rule, text("required fields only"), form.make(false), true));
        addBroken(cases, rule, form);
    }
    return cases;
}

} // namespace

// After a change of the messages: IMPULSE_WRITE_VECTORS=1 impulse-unit-protocol "[vectors]"
TEST_CASE("frame vectors are read, refused and written as they say", "[vectors]")
{
    if (qEnvironmentVariableIsSet("IMPULSE_WRITE_VECTORS")) {
        QFile file(vectorFile);
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write(QJsonDocument(QJsonObject{{QStringLiteral("version"), 1},
                                             {QStringLiteral("topic"), QStringLiteral("frames")},
                                             {QStringLiteral("cases"), makeCases()}})
                       .toJson(QJsonDocument::Indented));
    }
    QFile file(vectorFile);
    REQUIRE(file.open(QIODevice::ReadOnly));
    QFile cddlFile(QStringLiteral(IMPULSE_SOURCE_DIR "/common/protocol/impulse.cddl"));
    REQUIRE(cddlFile.open(QIODevice::ReadOnly));
    const test::Cddl cddl(cddlFile.readAll().toStdString());
    const auto known = forms();
    std::set<std::string> covered;
    std::set<std::pair<std::string, QString>> names;

    const auto document = QJsonDocument::fromJson(file.readAll()).object();
    const auto cases = document[QLatin1String("cases")].toArray();
    for (const auto& value : cases) {
        const auto object = value.toObject();
        const auto rule = object[QLatin1String("rule")].toString().toStdString();
        INFO(rule << ": " << object[QLatin1String("name")].toString().toStdString());
        REQUIRE(known.contains(rule));
        const auto frame = fromHex(object[QLatin1String("frame")].toString().toStdString());
        REQUIRE(frame);
        names.insert({rule, object[QLatin1String("name")].toString()});
        const auto again = known.at(rule).again(*frame);
        if (object[QLatin1String("good")].toBool()) {
            REQUIRE(again);
            CHECK(toHex(*again) == toHex(*frame));
            CHECK(cddl.fits(rule, *frame));
            CHECK(cddl.fits("frame", *frame));
            covered.insert(rule);
        } else {
            CHECK_FALSE(again);
            CHECK_FALSE(cddl.fits("frame", *frame));
        }
    }
    for (const auto& [rule, form] : known) {
        INFO("no vector for " << rule);
        CHECK(covered.contains(rule));
    }
    for (const auto& value : makeCases()) {
        const auto name = value.toObject()[QLatin1String("name")].toString();
        INFO("no vector for " << value.toObject()[QLatin1String("rule")].toString().toStdString()
                              << ": " << name.toStdString());
        CHECK(names.contains(
            {value.toObject()[QLatin1String("rule")].toString().toStdString(), name}));
    }
    WARN(cases.size() << " frame vectors");
}

TEST_CASE("every frame is refused at every length but its own")
{
    for (const auto& [rule, form] : forms()) {
        INFO(rule);
        const auto frame = form.make(true);
        for (std::size_t length = 0; length < frame.size(); ++length)
            CHECK_FALSE(form.again(View(frame).first(length)));
    }
}

TEST_CASE("a field over its limit, of another type or missing is refused")
{
    for (const auto& [rule, form] : forms()) {
        for (const auto& frame : broken::breakFields(form.make(true), form.fields)) {
            INFO(rule << ": " << frame.what);
            CHECK_FALSE(form.again(frame.bytes));
        }
    }
}

TEST_CASE("a part of a field over its limit is refused, one at its limit is not")
{
    const auto refused = [](const auto& request) { return !decodeRequest(encodeRequest(1, request)); };
    CHECK(refused(ResolveUsername{std::string(33, 'a')}));
    CHECK_FALSE(refused(ResolveUsername{std::string(32, 'a')}));
    CHECK(refused(GetUsers{std::vector<UserId>(101)}));
    CHECK(refused(PutProfile{Bytes(limits::profile + 1)}));
    CHECK(refused(AckMailbox{limits::maxInteger + 1}));
    SendEvent event;
    event.aad = Bytes(176);
    CHECK(refused(event));
    event.aad = Bytes(115);
    event.wraps.resize(wrapsPerEvent + 1);
    CHECK(refused(event));
    event.wraps.resize(1);
    event.wraps[0].message = Bytes(513);
    CHECK(refused(event));
}
