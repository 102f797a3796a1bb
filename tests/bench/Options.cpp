#include "tests/bench/Options.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <sstream>

namespace impulse::bench {
namespace {

std::vector<std::string> wordsOf(const std::string& text)
{
    std::istringstream input(text);
    std::vector<std::string> words;
    for (std::string word; input >> word;)
        words.push_back(word);
    return words;
}

/// Limits of the server that a load generator reaches and a person does not: the only place where
/// they are raised. (What is limited per address needs nothing: see sourceAddress(). What is
/// limited per account is met by taking new accounts for each run.)
const std::vector<std::string>& raisedLimits()
{
    static const std::vector<std::string> options{"--max-connections", "20000", "--limit-requests",
                                                  "1000000/10s"};
    return options;
}

const std::vector<std::string>& tlsOptions()
{
    static const std::vector<std::string> options{"--certificate",
                                                  IMPULSE_TLS_DIR "/server-cert.pem", "--key",
                                                  IMPULSE_TLS_DIR "/server-key.pem"};
    return options;
}

/// Words for the server, and two that are for us: --wss and --server FILE.
ServerChoice choiceOf(const Options& options, const std::string& text)
{
    ServerChoice choice;
    choice.program = options.program;
    choice.folder = options.folder;
    choice.url = options.url;
    choice.pid = options.pid;
    choice.options = raisedLimits();
    bool usesTls = options.usesTls;
    const auto words = wordsOf(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--wss")
            usesTls = true;
        else if (words[i] == "--server" && i + 1 < words.size())
            choice.program = words[++i];
        else
            choice.options.push_back(words[i]);
    }
    if (usesTls)
        choice.options.insert(choice.options.end(), tlsOptions().begin(), tlsOptions().end());
    return choice;
}

/// The sizes of a suite; options that name others come after it.
void presetQuick(Options& options)
{
    options.runs = 1;
    options.load.seconds = 2;
    options.load.warmUpSeconds = 0.5;
    options.idle = 300;
    options.storm = 200;
    options.accounts = 200;
    options.events = 20'000;
    options.slow = 10;
    options.members = 100;
}

void presetFull(Options& options)
{
    options.runs = 5;
    options.load.seconds = 20;
    options.load.warmUpSeconds = 3;
}

class Parser {
public:
    explicit Parser(const std::vector<std::string>& arguments) : m_arguments(arguments)
    {
        addAll();
    }

    Result<Options, std::string> parse()
    {
        // First, wherever it stands.
        const auto suite = std::ranges::find(m_arguments, "--suite");
        if (suite != m_arguments.end() && suite + 1 != m_arguments.end())
            *(suite + 1) == "full" ? presetFull(m_options) : presetQuick(m_options);
        while (m_at < m_arguments.size()) {
            const auto& word = m_arguments[m_at++];
            if (!word.starts_with("--")) {
                m_options.cases.push_back(word);
                continue;
            }
            const auto found = m_actions.find(word);
            if (found == m_actions.end())
                return Failure{"unknown option " + word};
            if (!found->second())
                return Failure{"wrong or missing value after " + word};
        }
        if (!m_options.wantsHelp && m_options.cases.empty() &&
            m_options.suite == Options::Suite::None)
            return Failure{std::string("name a case or --suite")};
        return m_options;
    }

private:
    using Action = std::function<bool()>;

    template <class Number> Action number(Number& target, double least = 0)
    {
        return [this, &target, least] {
            double value = 0;
            std::string text;
            if (!takeWord(text))
                return false;
            const auto* end = text.data() + text.size();
            const auto [at, error] = std::from_chars(text.data(), end, value);
            if (error != std::errc() || at != end || value < least || value > 1e9)
                return false;
            target = static_cast<Number>(value);
            return true;
        };
    }

    Action word(std::string& target)
    {
        return [this, &target] { return takeWord(target); };
    }

    static Action flag(bool& target, bool value)
    {
        return [&target, value] {
            target = value;
            return true;
        };
    }

    bool takeWord(std::string& target)
    {
        if (m_at == m_arguments.size())
            return false;
        target = m_arguments[m_at++];
        return true;
    }

    bool takeSuite()
    {
        std::string name;
        takeWord(name);
        m_options.suite = name == "full" ? Options::Suite::Full : Options::Suite::Quick;
        return name == "full" || name == "quick";
    }

    void addAll()
    {
        auto& o = m_options;
        m_actions = {
            {"--help", flag(o.wantsHelp, true)},
            {"--json", word(o.jsonFile)},
            {"--pairs", number(o.load.pairs, 1)},
            {"--window", number(o.load.window, 1)},
            {"--text", number(o.load.textBytes)},
            {"--warm-up", number(o.load.warmUpSeconds)},
            {"--seconds", number(o.load.seconds, 0.1)},
            {"--runs", number(o.runs, 1)},
            {"--no-fsyncs", flag(o.countsSyncs, false)},
            {"--rate", number(o.rate, 1)},
            {"--during", word(o.during)},
            {"--members", number(o.members, 2)},
            {"--idle", number(o.idle, 1)},
            {"--slow", number(o.slow, 1)},
            {"--storm", number(o.storm, 1)},
            {"--accounts", number(o.accounts, 1)},
            {"--events", number(o.events, 1)},
            {"--server", word(o.program)},
            {"--connect", word(o.url)},
            {"--pid", number(o.pid)},
            {"--wss", flag(o.usesTls, true)},
            {"--suite", [this] { return takeSuite(); }},
            {"--server-options", [this] { return takeWord(m_options.servers.front()); }},
            {"--compare",
             [this] {
                 m_options.servers.resize(2);
                 return takeWord(m_options.servers[0]) && takeWord(m_options.servers[1]);
             }},
            {"--folder",
             [this] {
                 std::string folder;
                 const bool good = takeWord(folder);
                 m_options.folder = folder;
                 return good;
             }},
        };
    }

    const std::vector<std::string>& m_arguments;
    std::size_t m_at = 0;
    Options m_options;
    std::map<std::string, Action> m_actions;
};

} // namespace

Result<Options, std::string> parseOptions(const std::vector<std::string>& arguments)
{
    IMPULSE_TRY(auto options, Parser(arguments).parse());
    if (options.program.empty())
        options.program = IMPULSE_BIN_DIR "/impulse-server";
    if (options.folder.empty())
        options.folder = std::filesystem::temp_directory_path();
    return options;
}

std::string usage()
{
    return R"(impulse-bench CASE… [options]      cases: pairs rate group idle logins
                                   storm start slow
impulse-bench --suite quick|full [options]     sizes are the suite's unless options name others

  --json FILE          append the results, one JSON object per line
  --runs N             runs of each case, the median counts (3)
  --seconds S          measured time of a run (20), after --warm-up S (3)
  --pairs N            pairs who chat (50), each with --window N messages outstanding (16)
  --text BYTES         length of a text (256)
  --rate N             case rate: messages per second of all pairs (2000)
  --during COMMAND     cases pairs, rate and group: a shell command that runs meanwhile, again and again,
                       with IMPULSE_BENCH_DATA, _PID and _URL in its environment
  --members N          case group: people in it (500), of whom one writes, --window messages
                       outstanding
  --idle N             case idle: idle connections (9000)
  --accounts N         case logins: accounts that take turns (2000)
  --storm N            case storm: devices (5000)
  --events N           case start: events in the database (1000000)
  --slow N             case slow: clients that do not read (200)
  --no-fsyncs          case pairs: do not count fsyncs (needs strace)

  --server FILE        server program (the one of this build)
  --server-options "…" more options for it
  --wss                with TLS
  --compare "A" "B"    two servers side by side, each with its own options, among which may be
                       --wss and --server FILE
  --connect URL        use a server that runs already, with open registration; --pid N: its process
  --folder DIR         where data folders are made (the temporary folder)
)";
}

std::vector<Variant> variantsOf(const Options& options)
{
    std::vector<Variant> variants;
    for (const auto& text : options.servers) {
        std::string label;
        for (const auto& word : wordsOf(text))
            label += (label.empty() ? "" : " ") + word;
        if (label.empty())
            label = "default";
        variants.push_back(
            {options.servers.size() == 1 ? "" : std::move(label), choiceOf(options, text)});
    }
    return variants;
}

bool serverKnows(const Options& options, const std::string& option)
{
    // A path of ours in quotes, not a secret and not from outside.
    auto* output = popen(("'" + options.program + "' --help 2>/dev/null").c_str(), "re");
    if (!output)
        return false;
    std::string help;
    char buffer[4096];
    for (std::size_t size = 0; (size = fread(buffer, 1, sizeof buffer, output)) > 0;)
        help.append(buffer, size);
    pclose(output);
    return help.find(option) != std::string::npos;
}

} // namespace impulse::bench
