#pragma once

#include <functional>
#include <memory>
#include <utility>

namespace impulse::client {

/// One operation of the account, as its coroutine and Accounts::cancel() share it: the coroutine
/// looks after every wait whether it still counts. Main thread.
class Operation {
public:
    enum class Kind {
        /// Only looks; gives way to what the person starts.
        Check,
        Change,
    };

    /// `tellCancelled` calls the caller back.
    Operation(Kind kind, std::function<void()> tellCancelled)
        : m_kind(kind), m_tellCancelled(std::move(tellCancelled))
    {
    }

    Kind kind() const { return m_kind; }
    bool isCancelled() const { return m_cancelled; }
    /// The server is about to be asked for what cannot be taken back.
    void makeFinal() { m_final = true; }
    bool isFinal() const { return m_final; }

    /// A question to the person is open; `dismiss` answers it with nothing. The operation keeps
    /// its coroutine alive by that until the question is closed.
    void questionOpened(std::function<void()> dismiss) { m_dismiss = std::move(dismiss); }
    void questionClosed() { m_dismiss = nullptr; }

    void cancel()
    {
        m_cancelled = true;
        if (const auto dismiss = std::exchange(m_dismiss, nullptr))
            dismiss();
    }
    void tellCancelled() { std::exchange(m_tellCancelled, nullptr)(); }

private:
    Kind m_kind;
    std::function<void()> m_tellCancelled;
    std::function<void()> m_dismiss;
    bool m_cancelled = false;
    bool m_final = false;
};

using OperationPtr = std::shared_ptr<Operation>;

} // namespace impulse::client
