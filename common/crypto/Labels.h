#pragma once

#include <string_view>

/// The labels of encryption.md appendix A. A label belongs to one function, which its type states;
/// a test compares this list with the appendix.
namespace impulse::crypto {

template <class Function> struct Label {
    constexpr explicit Label(std::string_view text) : name(text) {}
    std::string_view name;
};
using HashLabel = Label<struct HashFunction>;
using Hash16Label = Label<struct Hash16Function>;
using Kdf32Label = Label<struct Kdf32Function>;
using Kdf64Label = Label<struct Kdf64Function>;
/// Written without its "seal/".
using SealLabel = Label<struct SealFunction>;
using EncLabel = Label<struct EncFunction>;
using SignLabel = Label<struct SignFunction>;

namespace label {

inline constexpr HashLabel deviceListHash{"device-list-hash"};
inline constexpr HashLabel dirLabel{"dir-label"};
inline constexpr HashLabel dirGenesis{"dir-genesis"};
inline constexpr HashLabel dirEntry{"dir-entry"};
inline constexpr HashLabel x3dhTh{"x3dh-th"};
inline constexpr HashLabel dmId{"dm-id"};
inline constexpr HashLabel bodyHash{"body"};
inline constexpr HashLabel groupId{"group-id"};
inline constexpr HashLabel groupStateHash{"group-state-hash"};
inline constexpr HashLabel groupMeta{"group-meta"};
inline constexpr HashLabel recoveryCheck{"recovery-check"};
inline constexpr HashLabel recoveryKey{"recovery-key"};

inline constexpr Hash16Label deviceId{"device-id"};
inline constexpr Hash16Label sessionId{"session-id"};
inline constexpr Hash16Label pwSalt{"pw-salt"};
inline constexpr Hash16Label safetySalt{"safety-salt"};

inline constexpr Kdf32Label uikSeed{"uik-seed"};
inline constexpr Kdf32Label askSeed{"ask-seed"};
inline constexpr Kdf32Label archiveKey{"archive-key"};
inline constexpr Kdf32Label pwAuth{"pw-auth"};
inline constexpr Kdf32Label pwWrap{"pw-wrap"};
inline constexpr Kdf32Label pwVerifier{"pw-verifier"};
inline constexpr Kdf32Label pwFakeSalt{"pw-fake-salt"};
inline constexpr Kdf32Label recoveryAuth{"recovery-auth"};
inline constexpr Kdf32Label storeTable{"store"};
inline constexpr Kdf32Label ldkKek{"ldk-kek"};

inline constexpr Kdf64Label x3dh{"x3dh"};
inline constexpr Kdf64Label ratchetRoot{"ratchet-root"};
inline constexpr Kdf64Label ratchetChain{"ratchet-chain"};

inline constexpr SealLabel ratchetMessage{"ratchet"};
inline constexpr SealLabel body{"body"};
inline constexpr SealLabel profile{"profile"};
inline constexpr SealLabel rootSlot{"root-slot"};
inline constexpr SealLabel ldkSlot{"ldk-slot"};
inline constexpr SealLabel storeRow{"store"};

inline constexpr EncLabel ratchetAd{"ratchet-ad"};
inline constexpr EncLabel profileAd{"profile-ad"};
inline constexpr EncLabel rootSlotAd{"root-slot-ad"};
inline constexpr EncLabel ldkSlotAd{"ldk-slot-ad"};
inline constexpr EncLabel storeAd{"store-ad"};
inline constexpr EncLabel safetyNumber{"safety-number"};

inline constexpr SignLabel askCert{"ask-cert"};
inline constexpr SignLabel archiveCert{"archive-cert"};
inline constexpr SignLabel deviceSelf{"device-self"};
inline constexpr SignLabel deviceList{"device-list"};
inline constexpr SignLabel signedPrekey{"spk"};
inline constexpr SignLabel serverHello{"server-hello"};
inline constexpr SignLabel authDevice{"auth-device"};
inline constexpr SignLabel groupState{"group-state"};

} // namespace label
} // namespace impulse::crypto
