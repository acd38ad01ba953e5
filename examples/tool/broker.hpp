#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include "gateway_config.hpp"
#include <fstream>
#include <functional>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>

namespace tool {

/// A message of the broker, valid during the call.
struct topic_message {
    std::string_view topic{};
    std::string_view payload{};
    std::string response{};
    std::string correlation{};
};

/// A session with a broker of MQTT 5, by libmosquitto. What is published at QoS 1 and 2 stays in the session until the broker
/// has it, and is sent again when the connection comes back; the broker keeps what comes for this session meanwhile.
class broker {
    static constexpr std::uint32_t kept_for = 86'400; ///< seconds that the broker keeps the session
    static constexpr rpmsg::ticks pause = 200;        ///< between two attempts to connect
    static constexpr auto keep_alive = 10;

    mosquitto* it_{};
    gateway_config const* config_;
    std::function<void(topic_message const&)> on_message_;
    rpmsg::ticks next_attempt_ = rpmsg::host::steady_clock::now();
    bool is_connected_{};
    std::string why_{};

    static auto self(void* object) -> broker& { return *static_cast<broker*>(object); }

    static auto text_of(mosquitto_property const* list, int which) -> std::string {
        auto made = std::string{};
        if (which == MQTT_PROP_RESPONSE_TOPIC) {
            char* text = nullptr;
            if (mosquitto_property_read_string(list, which, &text, false) != nullptr) {
                made = text;
                std::free(text);
            }
        } else {
            void* data = nullptr;
            auto size = std::uint16_t{};
            if (mosquitto_property_read_binary(list, which, &data, &size, false) != nullptr) {
                made.assign(static_cast<char const*>(data), size);
                std::free(data);
            }
        }
        return made;
    }
    auto on_connected(int reason) -> void {
        is_connected_ = reason == 0;
        why_ = is_connected_ ? "" : mosquitto_reason_string(reason);
        for (auto const& each : config_->mappings) {
            for (auto const* const topic : {&each.in, &each.request}) {
                if (is_connected_ and not topic->empty()) {
                    (void)mosquitto_subscribe_v5(it_, nullptr, topic->c_str(), each.qos, MQTT_SUB_OPT_NO_LOCAL, nullptr);
                }
            }
        }
    }
    auto connect() -> void {
        next_attempt_ = rpmsg::host::steady_clock::now() + pause;
        mosquitto_property* asked = nullptr;
        (void)mosquitto_property_add_int32(&asked, MQTT_PROP_SESSION_EXPIRY_INTERVAL, kept_for);
        if (mosquitto_connect_bind_v5(it_, config_->host.c_str(), config_->port, keep_alive, nullptr, asked) !=
            MOSQ_ERR_SUCCESS) {
            why_ = "no broker at " + config_->host + ":" + std::to_string(config_->port);
        }
        mosquitto_property_free_all(&asked);
    }

  public:
    std::uint64_t waiting{}; ///< published, and not yet with the broker
    std::uint64_t published{};
    std::uint64_t lost{}; ///< refused by libmosquitto, or at QoS 0 without a broker

    broker(gateway_config const& config, std::function<void(topic_message const&)> on_message)
        : config_{&config}, on_message_{std::move(on_message)} {
        mosquitto_lib_init();
    }
    broker(broker const&) = delete;
    auto operator=(broker const&) -> broker& = delete;
    ~broker() {
        if (it_ != nullptr) {
            mosquitto_destroy(it_);
        }
        mosquitto_lib_cleanup();
    }

    /// Sets up what a connection needs; the failure names a file that cannot be read.
    auto begin() -> rpmsg::host::failure {
        it_ = mosquitto_new(config_->client.c_str(), false, this);
        if (it_ == nullptr) {
            return {"no session with a broker can be made"};
        }
        (void)mosquitto_int_option(it_, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
        mosquitto_connect_v5_callback_set(
            it_, [](mosquitto*, void* at, int reason, int, mosquitto_property const*) { self(at).on_connected(reason); });
        mosquitto_disconnect_v5_callback_set(
            it_, [](mosquitto*, void* at, int, mosquitto_property const*) { self(at).is_connected_ = false; });
        mosquitto_publish_v5_callback_set(it_, [](mosquitto*, void* at, int, int, mosquitto_property const*) {
            self(at).waiting -= self(at).waiting != 0 ? 1u : 0u;
        });
        mosquitto_message_v5_callback_set(it_, [](mosquitto*, void* at, mosquitto_message const* m,
                                                  mosquitto_property const* about) {
            self(at).on_message_({.topic = m->topic,
                                  .payload = {static_cast<char const*>(m->payload), static_cast<std::size_t>(m->payloadlen)},
                                  .response = text_of(about, MQTT_PROP_RESPONSE_TOPIC),
                                  .correlation = text_of(about, MQTT_PROP_CORRELATION_DATA)});
        });
        if (not config_->status.empty() and
            mosquitto_will_set_v5(it_, config_->status.c_str(), 4, "down", 1, true, nullptr) != MOSQ_ERR_SUCCESS) {
            return {"'" + config_->status + "' is no topic for the last will"};
        }
        if (not config_->user.empty()) {
            auto password = std::string{};
            auto file = std::ifstream{config_->password_file};
            if (not config_->password_file.empty() and not std::getline(file, password)) {
                return {"the password file '" + config_->password_file + "' cannot be read"};
            }
            (void)mosquitto_username_pw_set(it_, config_->user.c_str(), password.c_str());
        }
        auto const file = [](std::string const& path) { return path.empty() ? nullptr : path.c_str(); };
        if (not config_->tls_ca.empty() and mosquitto_tls_set(it_, file(config_->tls_ca), nullptr, file(config_->tls_cert),
                                                              file(config_->tls_key), nullptr) != MOSQ_ERR_SUCCESS) {
            return {"the files of TLS cannot be read: '" + config_->tls_ca + "'"};
        }
        return {};
    }

    [[nodiscard]] auto is_connected() const -> bool { return is_connected_; }
    /// Why there is no connection; empty when there is one, or none was tried yet.
    [[nodiscard]] auto why() const -> std::string const& { return why_; }
    /// For the event loop of the owner.
    [[nodiscard]] auto watch(bool may_read) const -> pollfd {
        auto const events = (may_read ? POLLIN : 0) | (mosquitto_want_write(it_) ? POLLOUT : 0);
        return {.fd = mosquitto_socket(it_), .events = static_cast<short>(events), .revents = 0};
    }
    /// Passes on what there is; connects when it is time. Only a connection that is being made waits, as long as TCP does.
    auto turn(bool may_read) -> void {
        if (mosquitto_socket(it_) < 0) {
            is_connected_ = false;
            if (rpmsg::has_passed(next_attempt_, rpmsg::host::steady_clock::now())) {
                connect();
            }
            return;
        }
        auto ready = pollfd{.fd = mosquitto_socket(it_), .events = POLLIN, .revents = 0};
        if (may_read and ::poll(&ready, 1, 0) > 0) {
            (void)mosquitto_loop_read(it_, 1);
        }
        if (mosquitto_want_write(it_)) {
            (void)mosquitto_loop_write(it_, 1);
        }
        (void)mosquitto_loop_misc(it_);
    }
    auto publish(std::string const& topic, std::string_view payload, int qos, bool retain, std::string const& correlation = {})
        -> void {
        mosquitto_property* about = nullptr;
        if (not correlation.empty()) {
            (void)mosquitto_property_add_binary(&about, MQTT_PROP_CORRELATION_DATA, correlation.data(),
                                                static_cast<std::uint16_t>(correlation.size()));
        }
        ++waiting; // its callback may come at once
        auto const outcome = mosquitto_publish_v5(it_, nullptr, topic.c_str(), static_cast<int>(payload.size()), payload.data(),
                                                  qos, retain, about);
        mosquitto_property_free_all(&about);
        auto const is_kept = outcome == MOSQ_ERR_SUCCESS or (outcome == MOSQ_ERR_NO_CONN and qos > 0);
        waiting -= is_kept or waiting == 0 ? 0u : 1u;
        ++(is_kept ? published : lost);
    }
    /// Ends the session in order: the broker publishes the last will.
    auto end() -> void {
        constexpr auto with_will = 0x04;
        auto const last = rpmsg::host::steady_clock::now() + 2000;
        while (is_connected_ and waiting != 0 and not rpmsg::has_passed(last, rpmsg::host::steady_clock::now())) {
            turn(true);
            auto file = watch(true);
            (void)::poll(&file, 1, 20);
        }
        (void)mosquitto_disconnect_v5(it_, with_will, nullptr);
    }
};

} // namespace tool
