#pragma once

#include "common/core/Result.h"

#include <QObject>
#include <QPointer>

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>

/// Coroutines of the client core: a sequence of requests reads as a sequence. Main thread only.
///
/// A task runs at once until it first waits. Its frame belongs to what it waits for: if that goes
/// away without an answer (the program ends, the object that started it is gone), the frame and
/// every task that waits for it are destroyed, never resumed. So a coroutine must not rely on
/// running to its end; what must survive is in the database.
///
/// No lambda and no aggregate is written inside a co_await expression: GCC 12 destroys such
/// temporaries twice. They get a name in a statement before it, as in `auto waiting =
/// answerOf<T>(this, [captures](auto done) { … }); auto result = co_await waiting;`
namespace impulse::client {

namespace detail {

/// Owns a suspended coroutine until it is resumed.
class Suspended {
public:
    Suspended() = default;
    explicit Suspended(std::coroutine_handle<> handle) : m_handle(handle) {}
    Suspended(Suspended&& other) noexcept : m_handle(std::exchange(other.m_handle, {})) {}
    Suspended& operator=(Suspended&& other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    ~Suspended()
    {
        if (m_handle)
            m_handle.destroy();
    }
    void resume()
    {
        if (const auto handle = std::exchange(m_handle, {}))
            handle.resume();
    }

private:
    std::coroutine_handle<> m_handle;
};

struct Unit {};
template <class T> using ValueOf = std::conditional_t<std::is_void_v<T>, Unit, T>;

template <class T> struct TaskState {
    std::optional<ValueOf<T>> value;
    Suspended waiting;
};

template <class T> struct PromiseBase {
    std::shared_ptr<TaskState<T>> state = std::make_shared<TaskState<T>>();

    PromiseBase() = default;
    PromiseBase(const PromiseBase&) = delete;
    PromiseBase& operator=(const PromiseBase&) = delete;
    ~PromiseBase()
    {
        // Moved out first: resuming or destroying the waiting frame may release this state.
        Suspended waiting = std::move(state->waiting);
        if (state->value)
            waiting.resume();
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    /// Nothing in this project throws; what Qt or the library throws is out of memory.
    void unhandled_exception() { std::terminate(); }
};

template <class T> struct Promise : PromiseBase<T> {
    template <class V> void return_value(V&& value)
    {
        this->state->value.emplace(std::forward<V>(value));
    }
};
template <> struct Promise<void> : PromiseBase<void> {
    void return_void() { state->value.emplace(); }
};

} // namespace detail

template <class T = void> class [[nodiscard]] Task {
public:
    struct promise_type : detail::Promise<T> {
        Task get_return_object() { return Task(this->state); }
    };

    bool await_ready() const { return m_state->value.has_value(); }
    void await_suspend(std::coroutine_handle<> handle)
    {
        m_state->waiting = detail::Suspended(handle);
    }
    T await_resume()
    {
        if constexpr (!std::is_void_v<T>)
            return std::move(*m_state->value);
    }

    /// Lets it run on its own.
    void detach() {}

private:
    explicit Task(std::shared_ptr<detail::TaskState<T>> state) : m_state(std::move(state)) {}

    std::shared_ptr<detail::TaskState<T>> m_state;
};

/// Waits for a callback: `co_await answerOf<T>(this, [&](auto done) { store.load(…, done); })`. The
/// coroutine is destroyed instead of resumed if `context` is gone by then.
template <class T> class CallbackAwaiter {
public:
    using Start = std::function<void(std::function<void(T)>)>;

    CallbackAwaiter(QObject* context, Start start) : m_context(context), m_start(std::move(start))
    {
    }

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle)
    {
        auto frame = std::make_shared<detail::Suspended>(handle);
        // The frame, and with it this object, may be gone before start() returns.
        const Start start = std::move(m_start);
        start([this, frame, context = m_context](T value) {
            if (!context) {
                *frame = detail::Suspended();
                return;
            }
            m_value.emplace(std::move(value));
            frame->resume();
        });
    }
    T await_resume() { return std::move(*m_value); }

private:
    QPointer<QObject> m_context;
    Start m_start;
    std::optional<T> m_value;
};

template <class T>
CallbackAwaiter<T> answerOf(QObject* context, typename CallbackAwaiter<T>::Start start)
{
    return CallbackAwaiter<T>(context, std::move(start));
}

/// Lets one coroutine at a time pass: `co_await turn.take()`, released when the returned guard
/// goes.
class Turn {
public:
    class Guard {
    public:
        explicit Guard(std::weak_ptr<Turn*> turn) : m_turn(std::move(turn)) {}
        Guard(Guard&& other) noexcept : m_turn(std::exchange(other.m_turn, {})) {}
        Guard& operator=(Guard&&) = delete;
        ~Guard()
        {
            if (const auto turn = m_turn.lock())
                (*turn)->release();
        }

    private:
        std::weak_ptr<Turn*> m_turn;
    };

    bool isTaken() const { return m_taken; }

    auto take()
    {
        struct Awaiter {
            Turn& turn;
            bool await_ready()
            {
                if (turn.m_taken)
                    return false;
                turn.m_taken = true;
                return true;
            }
            void await_suspend(std::coroutine_handle<> handle)
            {
                turn.m_waiting.emplace_back(handle);
            }
            Guard await_resume() { return Guard(turn.m_self); }
        };
        return Awaiter{*this};
    }

private:
    void release()
    {
        if (m_waiting.empty()) {
            m_taken = false;
            return;
        }
        auto next = std::move(m_waiting.front());
        m_waiting.erase(m_waiting.begin());
        next.resume();
    }

    bool m_taken = false;
    std::vector<detail::Suspended> m_waiting;
    std::shared_ptr<Turn*> m_self = std::make_shared<Turn*>(this);
};

} // namespace impulse::client

/// IMPULSE_TRY and IMPULSE_CHECK for coroutines.
#define IMPULSE_CO_TRY(declaration, expression)                                                    \
    auto IMPULSE_CONCAT(tried, __LINE__) = (expression);                                           \
    if (!IMPULSE_CONCAT(tried, __LINE__).ok())                                                     \
        co_return ::impulse::Failure{IMPULSE_CONCAT(tried, __LINE__).error()};                     \
    declaration = std::move(IMPULSE_CONCAT(tried, __LINE__)).value()
#define IMPULSE_CO_CHECK(expression)                                                               \
    {                                                                                              \
        auto checked = (expression);                                                               \
        if (!checked.ok())                                                                         \
            co_return ::impulse::Failure{checked.error()};                                         \
    }
