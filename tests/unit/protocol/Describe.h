#pragma once

#include "common/protocol/Codec.h"
#include "common/protocol/FieldCodec.h"

#include <map>
#include <string>
#include <vector>

/// The message structs as text, taken from their field lists: what PROTOCOL.md and impulse.cddl must say.
namespace impulse::protocol::describe {

struct FieldText {
    std::uint64_t key;
    std::string name;
    bool optional;
    /// As in the tables of PROTOCOL.md, for instance "array ≤ 100 of uint".
    std::string type;
    /// As in impulse.cddl.
    std::string cddl;
};

template <class T> struct NameOf;
#define X(number, Request, Answer)                                                                 \
    template <> struct NameOf<Request> {                                                           \
        static constexpr const char* value = #Request;                                             \
    };
IMPULSE_REQUESTS(X)
#undef X
#define X(number, Push) X1(Push)
#define X1(Name)                                                                                   \
    template <> struct NameOf<Name> {                                                              \
        static constexpr const char* value = #Name;                                                \
    };
IMPULSE_PUSHES(X)
#undef X
X1(Done)
X1(Error)
X1(HelloResult)
X1(CheckUsernameResult)
X1(RegisterResult)
X1(PasswordParameters)
X1(LoginResult)
X1(DeviceLoginResult)
X1(RootSlot)
X1(Invite)
X1(DirectoryPosition)
X1(DirectoryEntries)
X1(DeviceLists)
X1(PrekeyStatus)
X1(Bundle)
X1(HandInResult)
X1(UserEntry)
X1(Users)
X1(Contacts)
X1(Profile)
X1(PresenceList)
X1(SyncResult)
X1(EventAccepted)
X1(ControlAccepted)
X1(EventPage)
X1(MailboxPage)
X1(ServerLimits)
X1(ContactEntry)
X1(Presence)
X1(Wrap)
X1(HandedList)
X1(LogPosition)
X1(ConversationHead)
X1(GroupHead)
X1(ControlEnvelope)
X1(GroupStateAccepted)
X1(GroupStates)
X1(GroupMeta)
X1(LogEvent)
X1(MailboxEntry)
#undef X1

/// CamelCase to the lower-case-with-hyphens of CDDL rules.
inline std::string ruleName(const std::string& name)
{
    std::string result;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            if (!result.empty())
                result += '-';
            result += static_cast<char>(c - 'A' + 'a');
        } else {
            result += c;
        }
    }
    return result;
}

template <class T> std::pair<std::string, std::string> typeText(const Bound& bound)
{
    using std::to_string;
    if constexpr (detail::IsOptional<T>::value) {
        return typeText<typename T::value_type>(bound);
    } else if constexpr (std::is_same_v<T, bool>) {
        return {"bool", "bool"};
    } else if constexpr (std::is_enum_v<T>) {
        const auto last = to_string(static_cast<int>(lastOf(T{})));
        return {"uint ≤ " + last, "0.." + last};
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        return {"uint", "uint53"};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return {"text ≤ " + to_string(bound.size), "text .size (0.." + to_string(bound.size) + ")"};
    } else if constexpr (std::is_same_v<T, Bytes>) {
        return {"bytes ≤ " + to_string(bound.size),
                "bytes .size (0.." + to_string(bound.size) + ")"};
    } else if constexpr (detail::IsFixed<T>::value || std::is_same_v<T, WireSecret>) {
        return {"bytes[" + to_string(T::size()) + "]", "bytes .size " + to_string(T::size())};
    } else if constexpr (detail::IsVector<T>::value) {
        const auto [type, cddl] = typeText<typename T::value_type>(bound);
        return {"array ≤ " + to_string(bound.items) + " of " + type,
                "[0*" + to_string(bound.items) + " " + cddl + "]"};
    } else {
        return {NameOf<T>::value, ruleName(NameOf<T>::value)};
    }
}

template <class T> std::vector<FieldText> fieldsOf()
{
    std::vector<FieldText> result;
    const auto add = [&](const auto& field) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*field.member)>;
        auto [type, cddl] = typeText<Member>(field.bound);
        result.push_back({field.key, std::string(field.name),
                          detail::IsOptional<Member>::value, type, cddl});
    };
    std::apply([&](const auto&... field) { (add(field), ...); }, T::fields());
    return result;
}

/// One struct: a message of its own kind, an answer, a push or a part of others.
struct StructText {
    std::string name;
    bool asArray = false;
    std::vector<FieldText> fields;
};

struct MessageText {
    std::uint64_t kind;
    bool isPush;
    std::string name;
    std::string answer;
};

template <class T> StructText structText()
{
    return {NameOf<T>::value, PackedCompound<T>, fieldsOf<T>()};
}

inline std::vector<MessageText> messages()
{
    std::vector<MessageText> result;
#define X(number, Request, Answer) result.push_back({number, false, #Request, #Answer});
    IMPULSE_REQUESTS(X)
#undef X
#define X(number, Push) result.push_back({number, true, #Push, {}});
    IMPULSE_PUSHES(X)
#undef X
    return result;
}

/// Every struct of the wire by name.
inline std::map<std::string, StructText> structs()
{
    std::map<std::string, StructText> result;
    const auto add = [&](StructText text) { result.emplace(text.name, text); };
#define X(number, Request, Answer)                                                                 \
    add(structText<Request>());                                                                    \
    add(structText<Answer>());
    IMPULSE_REQUESTS(X)
#undef X
#define X(number, Push) add(structText<Push>());
    IMPULSE_PUSHES(X)
#undef X
    add(structText<Error>());
    add(structText<ServerLimits>());
    add(structText<ContactEntry>());
    add(structText<Presence>());
    add(structText<Wrap>());
    add(structText<HandedList>());
    add(structText<LogPosition>());
    add(structText<ConversationHead>());
    add(structText<GroupHead>());
    add(structText<ControlEnvelope>());
    add(structText<LogEvent>());
    add(structText<MailboxEntry>());
    return result;
}

} // namespace impulse::protocol::describe
