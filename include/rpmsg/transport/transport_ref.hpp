#pragma once

#include <rpmsg/transport/transport.hpp>

#include <cstdint>

namespace rpmsg {

/// Type-erased reference to a transport with frames of at most `MaxFrame` bytes. Channels over it share one instantiation; each
/// operation costs an indirect call. It saves code from the second link on. The target must outlive it.
template <std::uint32_t MaxFrame, bool Acknowledged = true> class transport_ref {
    struct calls {
        std::uint32_t (*tx_limit)(void*);
        std::uint32_t (*rx_limit)(void*);
        status (*start)(void*);
        void (*close)(void*);
        link_change (*poll)(void*, ticks);
        void (*notify)(void*, std::uint32_t);
        tx_buffer (*reserve)(void*);
        void (*discard)(void*, tx_buffer const&);
        bool (*commit)(void*, tx_buffer const&, wire::header const&);
        rx_buffer (*receive)(void*);
        void (*release)(void*, rx_token const&);
        void (*flush)(void*);
        bool (*writable)(void*);
        void (*suppress_doorbells)(void*);
        poll_deadline (*next_deadline)(void*, ticks);
        counters const& (*counts)(void*);
        void (*count)(void*, counter);
    };
    template <typename T>
    static constexpr auto calls_of = calls{
        .tx_limit = [](void* it) { return static_cast<T*>(it)->tx_limit(); },
        .rx_limit = [](void* it) { return static_cast<T*>(it)->rx_limit(); },
        .start = [](void* it) { return static_cast<T*>(it)->start(); },
        .close = [](void* it) { static_cast<T*>(it)->close(); },
        .poll = [](void* it, ticks now) { return static_cast<T*>(it)->poll(now); },
        .notify = [](void* it, std::uint32_t queue) { static_cast<T*>(it)->notify(queue); },
        .reserve = [](void* it) { return static_cast<T*>(it)->reserve(); },
        .discard = [](void* it, tx_buffer const& room) { static_cast<T*>(it)->discard(room); },
        .commit = [](void* it, tx_buffer const& room,
                     wire::header const& header) { return static_cast<T*>(it)->commit(room, header); },
        .receive = [](void* it) { return static_cast<T*>(it)->receive(); },
        .release = [](void* it, rx_token const& received) { static_cast<T*>(it)->release(received); },
        .flush = [](void* it) { static_cast<T*>(it)->flush(); },
        .writable = [](void* it) { return static_cast<T*>(it)->writable(); },
        .suppress_doorbells =
            [](void* it) {
                if constexpr (requires(T & target) { target.suppress_doorbells(); }) {
                    static_cast<T*>(it)->suppress_doorbells();
                }
            },
        .next_deadline = [](void* it, ticks now) { return static_cast<T*>(it)->next_deadline(now); },
        .counts = [](void* it) -> counters const& { return static_cast<T*>(it)->counts(); },
        .count = [](void* it, counter reason) { static_cast<T*>(it)->count(reason); },
    };

    void* target_;
    calls const* calls_;

  public:
    static constexpr std::uint32_t max_frame = MaxFrame;
    static constexpr bool acknowledged = Acknowledged;

    template <transport T> explicit constexpr transport_ref(T& target) : target_{&target}, calls_{&calls_of<T>} {
        static_assert(T::max_frame <= MaxFrame, "this transport_ref is too small for the frames of its target");
        static_assert(T::acknowledged == Acknowledged,
                      "this transport_ref and its target differ in name service acknowledgement");
    }

    [[nodiscard]] auto tx_limit() const -> std::uint32_t { return calls_->tx_limit(target_); }
    [[nodiscard]] auto rx_limit() const -> std::uint32_t { return calls_->rx_limit(target_); }
    [[nodiscard]] auto start() -> status { return calls_->start(target_); }
    auto close() -> void { calls_->close(target_); }
    auto poll(ticks now) -> link_change { return calls_->poll(target_, now); }
    auto notify(std::uint32_t queue) -> void { calls_->notify(target_, queue); }
    [[nodiscard]] auto reserve() -> tx_buffer { return calls_->reserve(target_); }
    auto discard(tx_buffer const& room) -> void { calls_->discard(target_, room); }
    auto commit(tx_buffer const& room, wire::header const& header) -> bool { return calls_->commit(target_, room, header); }
    [[nodiscard]] auto receive() -> rx_buffer { return calls_->receive(target_); }
    auto release(rx_token const& received) -> void { calls_->release(target_, received); }
    auto flush() -> void { calls_->flush(target_); }
    [[nodiscard]] auto writable() -> bool { return calls_->writable(target_); }
    auto suppress_doorbells() -> void { calls_->suppress_doorbells(target_); }
    [[nodiscard]] auto next_deadline(ticks now) const -> poll_deadline { return calls_->next_deadline(target_, now); }
    [[nodiscard]] auto counts() const -> counters const& { return calls_->counts(target_); }
    auto count(counter reason) const -> void { calls_->count(target_, reason); }
};
static_assert(transport<transport_ref<512>>);

} // namespace rpmsg
