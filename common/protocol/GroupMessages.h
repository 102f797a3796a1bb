#pragma once

#include "common/protocol/AccountMessages.h"

/// Groups: signed states and the sealed name and picture (encryption.md section 5). Events of
/// groups are in EventMessages.h.
namespace impulse::protocol {

/// States of one answer.
inline constexpr std::size_t groupStatesPerFetch = 1000;

/// Makes a group (epoch 0) or its next state. Answered after the commit.
struct PutGroupState {
    /// GS, by the device that sends it.
    Bytes state;
    /// Needed if the state names another one than the state before.
    std::optional<Bytes> meta;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "state", &PutGroupState::state, {limits::groupState, 0}),
                          field(3, "meta", &PutGroupState::meta, {limits::groupMeta, 0})};
    }
};

struct GroupStateAccepted {
    /// Log number of the state.
    std::uint64_t seq = 0;
    std::uint64_t serverMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "seq", &GroupStateAccepted::seq),
                          field(3, "serverMs", &GroupStateAccepted::serverMs)};
    }
};

struct GetGroupStates {
    ConversationId conversationId;
    /// States from this epoch on are wanted, in order.
    std::uint64_t from = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "conversationId", &GetGroupStates::conversationId),
                          field(3, "from", &GetGroupStates::from)};
    }
};

struct GroupStates {
    std::vector<Bytes> states;
    /// Of the newest state that the asker may see.
    std::uint64_t epoch = 0;

    static constexpr auto fields()
    {
        return std::tuple{
            field(2, "states", &GroupStates::states, {limits::groupState, groupStatesPerFetch}),
            field(3, "epoch", &GroupStates::epoch)};
    }
};

struct GetGroupMeta {
    ConversationId conversationId;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "conversationId", &GetGroupMeta::conversationId)};
    }
};

struct GroupMeta {
    /// Of the present state, which has its hash.
    std::uint64_t epoch = 0;
    Bytes meta;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "epoch", &GroupMeta::epoch),
                          field(3, "meta", &GroupMeta::meta, {limits::groupMeta, 0})};
    }
};

/// By the last member: nothing can be sent there any more.
struct CloseGroup {
    ConversationId conversationId;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "conversationId", &CloseGroup::conversationId)};
    }
};

} // namespace impulse::protocol
