// Endpoints of a link as topics of an MQTT broker.
#include "broker.hpp"
#include "command.hpp"
#include <deque>
#include <fstream>

namespace tool {
namespace {
using rpmsg::host::steady_clock;

struct request {
    std::string payload{};
    std::string response{};
    std::string correlation{};
    rpmsg::ticks sent_at{};
    bool is_sent{};
};

/// One endpoint with what waits for it.
struct channel_of_topics {
    mapping const* what{};
    unsigned endpoint{};
    std::deque<std::string> waiting{};
    std::deque<request> requests{};
};

class gateway {
    session* link_;
    gateway_config const* config_;
    std::deque<channel_of_topics> channels_{};
    broker broker_{*config_, [this](topic_message const& m) { on_topic(m); }};
    bool was_up_{};
    bool is_told_{}; ///< the broker knows the state of the link
    std::uint64_t delivered_{};
    std::uint64_t unanswered_{};
    std::uint64_t refused_{}; ///< larger than a message of the link

    [[nodiscard]] auto held() const -> std::size_t {
        auto sum = std::size_t{};
        for (auto const& each : channels_) {
            sum += each.waiting.size() + each.requests.size();
        }
        return sum;
    }
    auto on_topic(topic_message const& m) -> void {
        for (auto& each : channels_) {
            auto const matches = [&](std::string const& pattern) {
                auto is_match = false;
                return not pattern.empty() and
                       mosquitto_topic_matches_sub(pattern.c_str(), std::string{m.topic}.c_str(), &is_match) ==
                           MOSQ_ERR_SUCCESS and
                       is_match;
            };
            if (matches(each.what->request) and not m.response.empty()) {
                each.requests.push_back(
                    {.payload = std::string{m.payload}, .response = m.response, .correlation = m.correlation});
            } else if (matches(each.what->in) or matches(each.what->request)) {
                each.waiting.emplace_back(m.payload);
            }
        }
    }
    auto on_message(channel_of_topics& from, rpmsg::const_bytes payload) -> void {
        if (not from.requests.empty() and from.requests.front().is_sent) {
            auto const& asked = from.requests.front();
            broker_.publish(asked.response, to_text(payload), from.what->qos, false, asked.correlation);
            from.requests.pop_front();
        } else if (not from.what->out.empty()) {
            broker_.publish(from.what->out, to_text(payload), from.what->qos, from.what->retain);
        } else {
            ++unanswered_;
        }
    }
    /// Sends one message of a topic; false when it has to wait.
    auto pass(channel_of_topics& to, std::string const& payload) -> bool {
        auto const outcome = link_->send(to.endpoint, to_bytes(payload));
        refused_ += outcome.error() == rpmsg::error::too_large ? 1u : 0u;
        delivered_ += outcome ? 1u : 0u;
        return outcome or outcome.error() == rpmsg::error::too_large;
    }
    auto serve(channel_of_topics& it) -> void {
        auto const is_bound = link_->is_bound(it.endpoint);
        while (is_bound and not it.waiting.empty() and pass(it, it.waiting.front())) {
            it.waiting.pop_front();
        }
        if (it.requests.empty()) {
            return;
        }
        auto& first = it.requests.front();
        first.is_sent = first.is_sent and is_bound; // a new peer is asked again
        if (is_bound and not first.is_sent) {
            first.is_sent = pass(it, first.payload);
            first.sent_at = steady_clock::now();
        } else if (first.is_sent and rpmsg::has_passed(first.sent_at + config_->timeout * 1000, steady_clock::now())) {
            ++unanswered_;
            it.requests.pop_front();
        }
    }
    auto tell_state() -> void {
        auto const is_up = link_->is_up();
        is_told_ = is_told_ and broker_.is_connected() and is_up == was_up_;
        if (not is_told_ and broker_.is_connected() and not config_->status.empty()) {
            broker_.publish(config_->status, is_up ? "up" : "down", 1, true);
            is_told_ = true;
        }
        was_up_ = is_up;
    }

  public:
    gateway(session& link, gateway_config const& config) : link_{&link}, config_{&config} {}

    auto run() -> int {
        for (auto const& each : config_->mappings) {
            auto& made = channels_.emplace_back();
            made.what = &each;
            auto opened = link_->open(each.endpoint, {}, [this, &made](auto, auto payload) { on_message(made, payload); });
            if (not opened) {
                return fail(opened.error());
            }
            made.endpoint = *opened;
        }
        if (auto const bad = broker_.begin(); not bad.text.empty()) {
            return fail(bad.text);
        }
        auto told = std::string{};
        auto files = std::vector<pollfd>{};
        while (not interrupt::is_asked()) {
            if (not link_->trouble().empty()) {
                return fail(link_->trouble());
            }
            auto const has_room = broker_.waiting < config_->queue; // else the peer waits
            auto const may_read = held() < config_->queue;          // else the broker keeps them
            auto const has_more = has_room and link_->turn();
            for (auto& each : channels_) {
                serve(each);
            }
            broker_.turn(may_read);
            tell_state();
            if (auto const& why = broker_.why(); why != told) {
                told = why;
                complain(why.empty() ? "the broker is there" : why);
            }
            files = {broker_.watch(may_read)};
            if (not has_room) {
                files.push_back({.fd = interrupt::descriptor(), .events = POLLIN, .revents = 0});
                (void)::poll(files.data(), files.size(), 20);
            } else if (not has_more) {
                link_->wait(files, 50);
            }
        }
        broker_.end();
        fmt::print(stderr, "{} published, {} delivered, {} waiting, {} lost, {} too large, {} unanswered\n", broker_.published,
                   delivered_, held() + broker_.waiting, broker_.lost, refused_, unanswered_);
        return exit_status::done;
    }
};
} // namespace

auto gateway_mqtt(options const& chosen) -> int {
    auto file = std::ifstream{chosen.file};
    if (not file) {
        return fail("'" + chosen.file + "' cannot be read");
    }
    auto config = gateway_config::read(file, chosen.file);
    if (not config) {
        return fail(config.error(), exit_status::wrong_arguments);
    }
    return on_session(chosen, [&](session& link) { return gateway{link, *config}.run(); });
}

} // namespace tool
