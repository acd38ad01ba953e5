#include "arguments.hpp"

#include "command.hpp"
#include "documents.hpp"
#include "shared_block/link_options.hpp"
#include <CLI/CLI.hpp>
#include <map>

namespace tool {
namespace {
constexpr auto footer = R"(An ADDRESS is one of
  shm:NAME[,driver|device]           memory that processes of this machine share; without a side, the free one
  tty:PATH[,BAUD[,reliable|nuttx]]   a serial line, by default 115200 and reliable
  dev:/dev/rpmsg_ctrlN               endpoints of Linux's driver; dev:/dev/rpmsgN is one of them
  vhost:PATH                         the socket for a virtual machine or a User-Mode Linux

Exit status: 0 done; 1 failed: a device, a permission, a peer that went away, a loss; 2 wrong arguments; 3 no peer in time;
130 interrupted before it was done.)";

/// All commands, with the options of each.
class description {
    options* chosen_;
    CLI::App app_{"Works with the RPMsg links of this machine.", "rpmsg"};
    std::map<std::string, std::function<int()>> commands_{};

    auto add(std::string const& name, std::string const& text, int (*work)(options const&)) -> CLI::App& {
        auto* const made = app_.add_subcommand(name, text);
        commands_[name] = [this, work] { return work(*chosen_); };
        return *made;
    }
    static auto up_to(std::uint64_t most) -> CLI::Range { return {std::uint64_t{}, most}; }
    auto add_link(CLI::App& to, bool is_required = true) -> void {
        to.add_option("ADDRESS", chosen_->address, "the link")->required(is_required);
        to.add_option("--wait", chosen_->wait, "seconds until the peer must be there")->check(CLI::Range(0.0, 1e6));
        to.add_option("--capture", chosen_->capture, "record the traffic in this file or pipe, for Wireshark");
    }
    auto add_addresses(CLI::App& to) -> void {
        auto const limit = CLI::Range(std::int64_t{0}, std::int64_t{0xffff'fffe});
        to.add_option("--local", chosen_->local, "address of this endpoint")->check(limit);
        to.add_option("--peer", chosen_->peer, "address of the peer's endpoint; then no name is needed")->check(limit);
    }
    auto add_json(CLI::App& to) -> void { to.add_flag("--json", chosen_->json, "print one object of JSON a line"); }

    auto add_messages() -> void {
        auto& sending = add("send", "Sends messages to an endpoint: each DATA, or each line of the input.", send);
        add_link(sending);
        sending.add_option("NAME", chosen_->name, "the endpoint")->required();
        sending.add_option("DATA", chosen_->data, "the messages");
        sending.add_flag("--hex", chosen_->hex, "they are hexadecimal");
        add_addresses(sending);

        auto& listening = add("listen", "Prints the messages to endpoints, one a line, until it is interrupted.", listen);
        add_link(listening);
        listening.add_option("NAME", chosen_->names, "the endpoints")->required();
        listening.add_option("--count", chosen_->count, "end after so many messages")->check(up_to(1'000'000'000));
        listening.add_flag("--hex", chosen_->hex, "print them as hexadecimal");
        listening.add_flag("--echo", chosen_->echo, "send each one back");
        add_json(listening);
        add_addresses(listening);

        auto& joining = add("cat", "Joins the input and the output to an endpoint, byte for byte.", cat);
        add_link(joining);
        joining.add_option("NAME", chosen_->name, "the endpoint")->required();
        auto* const only_send = joining.add_flag("--send", chosen_->send, "only send, and end with the input");
        joining.add_flag("--receive", chosen_->receive, "only receive, and end when the peer does")->excludes(only_send);
        joining.add_option("--linger", chosen_->linger, "seconds of quiet after the end of the input, until it ends")
            ->check(CLI::Range(0.0, 1e6));
        add_addresses(joining);
    }
    auto add_questions() -> void {
        auto& listing = add("list", "Lists the links of this machine, or the names on a link.", list);
        add_link(listing, false);
        listing.add_option("--linger", chosen_->linger, "seconds without a new name, until it ends")
            ->check(CLI::Range(0.0, 1e6));
        add_json(listing);

        auto& pinging = add("ping", "Measures round trips with the endpoint rpmsg-ping of this library and of NuttX.", ping);
        add_link(pinging);
        pinging.add_option("--count", chosen_->count, "number of pings")
            ->default_val(1000)
            ->check(CLI::Range(1u, 100'000'000u));
        pinging.add_option("--size", chosen_->size, "bytes of each")->check(CLI::Range(17u, 65'000u));
        pinging.add_option("--period", chosen_->period, "milliseconds from one to the next")->check(up_to(1'000'000));
        pinging.add_option("--timeout", chosen_->timeout, "milliseconds until a ping is lost")
            ->check(CLI::Range(1u, 1'000'000u));
        pinging.add_option("--name", chosen_->name, "another endpoint, which sends back what it gets");
        pinging.add_flag("--answer", chosen_->answer, "only answer those of the peer, until it is interrupted");
        add_json(pinging);
        add_addresses(pinging);
    }
    auto add_services() -> void {
        auto& serving =
            add("serve", "Serves a directory to the peer: the file system of NuttX (rpmsgfs), until it is interrupted.", serve);
        add_link(serving);
        serving.add_option("DIRECTORY", chosen_->file, "what the peer sees as its root")->required();
        serving.add_flag("--read-only", chosen_->read_only, "the peer changes nothing");

        auto& copying = add("copy", "Copies a directory that the peer serves, with all below it.", copy);
        add_link(copying);
        copying.add_option("FROM", chosen_->name, "a directory of the peer, as /")->required();
        copying.add_option("TO", chosen_->file, "a directory here, which is made")->required();

        auto& typing = add("tty", "Makes a pseudo terminal of the peer's endpoint rpmsg-tty, and prints its path.", terminal);
        add_link(typing);

        auto& joining =
            add("socket", "Joins sockets of the peer (AF_RPMSG) to those of this machine, until it is interrupted.", sockets);
        add_link(joining);
        joining.add_option("--listen", chosen_->listening,
                           "ADDRESS=NAME: programs that connect to ADDRESS reach the peer's socket NAME");
        joining.add_option("--publish", chosen_->published,
                           "ADDRESS=NAME: the peer reaches the program at ADDRESS as the socket NAME. An ADDRESS is tcp:PORT, "
                           "unix:PATH or packets:PATH");
    }
    auto add_gateway() -> void {
        auto& joining =
            add("gateway", "Joins endpoints to the topics of an MQTT broker, until it is interrupted.", gateway_mqtt);
        add_link(joining);
        joining
            .add_option("CONFIG", chosen_->file,
                        "lines KEY = VALUE: broker (HOST:PORT), client, status (a topic that says up or down, with the last "
                        "will), queue, timeout, user, password_file, tls_ca, tls_cert, tls_key; then for each endpoint: "
                        "endpoint, out, in, request (topics), qos, retain")
            ->required();
    }
    auto add_watching() -> void {
        auto& recording = add("capture", "Records the traffic of a link for Wireshark, until it is interrupted.", capture);
        recording.add_option("ADDRESS", chosen_->address, "the link")->required();
        recording.add_option("FILE", chosen_->capture, "the file or pipe; - is the output")->required();
        recording.add_option("--through", chosen_->through,
                             "pass everything on to this link and back: a tap between two programs");

        auto& showing = add("top", "Shows what happens on links: names, rates, refusals, round trips; q ends it.", top);
        showing.add_option("ADDRESS", chosen_->addresses, "the links")->required();
        showing.add_option("--interval", chosen_->interval, "seconds between two pictures")->check(CLI::Range(0.01, 3600.0));
        showing.add_option("--count", chosen_->count, "end after so many")->check(up_to(1'000'000'000));
        add_json(showing);
    }
    auto add_shared_block() -> void {
        auto& laid_out = add("layout", "Prints what follows from the description of a shared block.", lay_out);
        laid_out.add_option("FORM", chosen_->form, "linker-script or device-tree; without it a table for people")
            ->check(CLI::IsMember({"linker-script", "device-tree"}));
        laid_out.add_option("--cells", chosen_->cells, "cells of addresses and sizes in the device tree")
            ->check(CLI::Range(1, 2));

        auto& examined =
            add("doctor", "Says which side of a shared block disagrees with its description; writes nothing.", examine);
        examined.add_option("WHAT", chosen_->file, "a dump of the block, or the /NAME of shared memory in use")->required();
        examined.add_option("--offset", chosen_->offset, "bytes before the block in the dump")
            ->check(up_to(std::uint64_t{1} << 40));
        examined.add_flag("--table", chosen_->is_table, "it is a resource table alone: .resource_table of an image");
        add_json(examined);
        for (auto* const each : {&laid_out, &examined}) {
            each->add_option("--config", chosen_->config, std::string{link_fields});
        }
    }

  public:
    explicit description(options& chosen) : chosen_{&chosen} {
        app_.require_subcommand(1);
        app_.footer(footer);
        app_.set_version_flag("--version", std::string{"rpmsg " RPMSG_VERSION});
        add_questions();
        add_messages();
        add_services();
        add_watching();
        add_gateway();
        add_shared_block();
    }
    [[nodiscard]] auto has(std::string const& name) const -> bool { return commands_.contains(name); }
    auto app() -> CLI::App& { return app_; }
    auto run() -> int { return commands_.at(app_.get_subcommands().front()->get_name())(); }
};
} // namespace

auto run_arguments(int count, char** arguments) -> int {
    auto chosen = options{};
    auto all = description{chosen};
    auto const only = std::string_view{count == 2 ? arguments[1] : ""};
    if (only == "--man" or only == "--completion") {
        fmt::print("{}", only == "--man" ? manual(all.app()) : completion(all.app()));
        return exit_status::done;
    }
    auto const first = std::string{count > 1 ? arguments[1] : ""};
    if (not first.empty() and not first.starts_with('-') and not all.has(first)) {
        return fail("unknown command '" + escaped(first) + "'; --help names all", exit_status::wrong_arguments);
    }
    try {
        all.app().parse(count, arguments);
    } catch (CLI::Success const& what) { // --help and --version
        return all.app().exit(what);
    } catch (CLI::ParseError const& what) {
        return fail(std::string{what.what()} + "; --help tells more", exit_status::wrong_arguments);
    }
    return all.run();
}

} // namespace tool
