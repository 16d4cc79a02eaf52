using System.CommandLine;
using System.CommandLine.Parsing;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.CommandLine;

/// <summary>Turns arguments and environment into what is to be done. Knows nothing of the process: both come in as values.</summary>
internal static class ManagerCommand
{
    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">Arguments without the name of the program.</param>
    /// <param name="environment">Value of an environment variable, or null.</param>
    public static Invocation Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        (RootCommand root, Command version, Option<string> output, Dictionary<Flag, Option<string[]>> flags, Option<bool> help, Option<bool> showVersion) = Build();
        ParseResult parsed = root.Parse(WithEmptyValues(arguments), new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

        if (parsed.GetValue(help)) return new Invocation.ShowHelp();
        if (Complaints(parsed, arguments) is { Count: > 0 } complaints) return new Invocation.Refused(complaints);
        if (parsed.CommandResult.Command == version) return VersionOf(parsed.GetValue(output));
        return parsed.GetValue(showVersion) ? new Invocation.ShowVersion(Json: false) : OptionsOf(parsed, flags, environment);
    }

    private static (RootCommand Root, Command Version, Option<string> Output, Dictionary<Flag, Option<string[]>> Flags, Option<bool> Help, Option<bool> ShowVersion) Build()
    {
        var root = new RootCommand("vWorkspace operator");
        // The built-in ones write to the console of the process and end with other codes.
        root.Options.Clear();
        root.Directives.Clear();
        var help = new Option<bool>("--help", "-help", "-h") { Recursive = true };
        var showVersion = new Option<bool>("--version", "-version");
        root.Add(help);
        root.Add(showVersion);
        var flags = new Dictionary<Flag, Option<string[]>>();
        foreach (Flag flag in FlagTable.Flags)
        {
            var option = new Option<string[]>("--" + flag.Name, "-" + flag.Name)
            {
                Arity = flag.Kind == FlagKind.Boolean ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = false,
            };
            root.Add(option);
            flags.Add(flag, option);
        }
        var output = new Option<string>("--output", "-output", "-o");
        var version = new Command("version") { output };
        root.Add(version);
        // Only so that the parser does not ask for a sub-command.
        root.SetAction(_ => 0);
        version.SetAction(_ => 0);
        return (root, version, output, flags, help, showVersion);
    }

    // The parser takes "--flag=" for a flag without a value; in Go it is one with an empty value.
    private static List<string> WithEmptyValues(IReadOnlyList<string> arguments)
    {
        var expanded = new List<string>(arguments.Count);
        foreach (string argument in arguments)
        {
            if (argument.Length > 2 && argument.StartsWith('-') && argument.IndexOf('=', StringComparison.Ordinal) == argument.Length - 1) expanded.AddRange([argument[..^1], ""]);
            else expanded.Add(argument);
        }
        return expanded;
    }

    private static List<string> Complaints(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        var complaints = new List<string>();
        foreach (string token in parsed.UnmatchedTokens)
        {
            // What follows '=' may be a secret under a misspelt name, and is not needed to find the mistake.
            string name = token.Split('=', 2)[0];
            complaints.Add(name.StartsWith('-') ? $"unknown flag {name}{Suggestion(name)}" : $"unknown argument at position {Position(arguments, token)}");
        }
        foreach (ParseError error in parsed.Errors)
            if (error.SymbolResult is OptionResult { IdentifierToken: { } flag }) complaints.Add($"flag {flag.Value} needs a value");
        if (complaints.Count == 0 && parsed.Errors.Count > 0) complaints.Add("the command line cannot be understood");
        return complaints;
    }

    private static Invocation VersionOf(string? output) => output switch
    {
        null => new Invocation.ShowVersion(Json: false),
        "json" => new Invocation.ShowVersion(Json: true),
        _ => new Invocation.Refused(["flag --output: 'json' is the only form besides the plain one"]),
    };

    private static Invocation OptionsOf(ParseResult parsed, Dictionary<Flag, Option<string[]>> flags, Func<string, string?> environment)
    {
        var options = new OperatorOptions();
        options = options with
        {
            OperatorNamespace = NotEmpty(environment("POD_NAMESPACE")) ?? options.OperatorNamespace,
            PodName = NotEmpty(environment("POD_NAME")) ?? options.PodName,
            Channel = environment("VWORKSPACE_OPERATOR_CHANNEL") ?? options.Channel,
        };
        var complaints = new List<string>();
        var warnings = new List<FlagWarning>();
        foreach (Flag flag in FlagTable.Flags)
        {
            (IReadOnlyList<string> values, string source) = ValuesOf(flag);
            if (values.Count == 0) continue;
            try
            {
                foreach (string value in flag.Repeatable ? values : [values[^1]]) options = flag.Apply(options, value);
            }
            catch (FormatException refusal)
            {
                complaints.Add(flag.IsSecret ? $"{source}: the value cannot be read" : $"{source}: {refusal.Message}");
                continue;
            }
            if (!flag.HasEffect && Differs(flag, values[^1])) warnings.Add(new("--" + flag.Name, flag.IsObsolete));
        }
        complaints.AddRange(OptionsValidation.Validate(options));
        return complaints.Count > 0 ? new Invocation.Refused(complaints) : new Invocation.Run(options, warnings);

        (IReadOnlyList<string> Values, string Source) ValuesOf(Flag flag)
        {
            if (parsed.GetResult(flags[flag]) is { Implicit: false } given)
                return (given.Tokens.Count > 0 ? [.. given.Tokens.Select(token => token.Value)] : ["true"], "flag --" + flag.Name);
            return flag.Environment is not null && NotEmpty(environment(flag.Environment)) is { } value ? ([value], "environment variable " + flag.Environment) : ([], "");
        }
    }

    // A flag of a later feature that is given with its default asks for nothing.
    private static bool Differs(Flag flag, string value) => flag.IsObsolete || !string.Equals(value, flag.Default, StringComparison.Ordinal);

    private static string? NotEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static string Position(IReadOnlyList<string> arguments, string token)
    {
        for (int i = 0; i < arguments.Count; i++)
            if (arguments[i] == token) return (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return "?";
    }

    private static string Suggestion(string written)
    {
        string name = written.TrimStart('-');
        Flag? closest = FlagTable.Flags.MinBy(flag => Distance(flag.Name, name));
        return closest is not null && Distance(closest.Name, name) is > 0 and <= 3 ? $"; did you mean --{closest.Name}?" : "";
    }

    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substitution = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
