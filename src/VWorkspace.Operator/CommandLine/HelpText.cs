using System.Text;

namespace VWorkspace.Operator.CommandLine;

/// <summary>The text of <c>--help</c>, and the same as the table of the handbook.</summary>
internal static class HelpText
{
    /// <summary>For the terminal.</summary>
    public static string Plain()
    {
        var text = new StringBuilder("""
            vWorkspace operator

            Usage:
              manager [flags]              run the operator
              manager version [-o json]    print version, commit, build date and channel

            Flags are written with one or two dashes, as --flag=value or --flag value; a flag that is true or false may stand bare.
            A flag wins over its environment variable, which wins over the default.

            Flags:

            """);
        foreach (Flag flag in FlagTable.Flags)
        {
            text.Append("  --").Append(flag.Name).Append(' ').Append(ValueName(flag.Kind)).Append('\n');
            text.Append("        ").Append(flag.Description);
            if (flag.Default.Length > 0) text.Append(" (default ").Append(flag.Default).Append(')');
            if (flag.Environment is not null) text.Append(" (environment ").Append(flag.Environment).Append(')');
            if (flag.Repeatable) text.Append(" (repeatable)");
            if (flag is { HasEffect: false, IsObsolete: false }) text.Append(" (no effect in this build)");
            text.Append('\n');
        }
        return text.Append("  --version\n        Print the version and exit\n  --help\n        Print this text and exit\n").ToString();
    }

    /// <summary>Rows of the table in <c>docs/operate/flags.md</c>.</summary>
    public static string MarkdownTable()
    {
        var text = new StringBuilder("| Flag | Value | Default | Meaning | In this build |\n|---|---|---|---|---|\n");
        foreach (Flag flag in FlagTable.Flags)
        {
            text.Append("| `--").Append(flag.Name).Append("` | ").Append(ValueName(flag.Kind)).Append(flag.Repeatable ? ", repeatable" : "").Append(" | ");
            text.Append(flag.Default.Length > 0 ? $"`{flag.Default}`" : "").Append(" | ").Append(flag.Description);
            if (flag.Environment is not null) text.Append(" (environment `").Append(flag.Environment).Append("`)");
            text.Append(" | ").Append(flag switch { { HasEffect: true } => "yes", { IsObsolete: true } => "ignored", _ => "read and checked, no effect" }).Append(" |\n");
        }
        return text.ToString();
    }

    private static string ValueName(FlagKind kind) => kind switch
    {
        FlagKind.Boolean => "bool",
        FlagKind.List => "a,b,c",
        FlagKind.Number => "number",
        FlagKind.Duration => "duration",
        FlagKind.Address => "address",
        FlagKind.Path => "path",
        _ => "text",
    };
}
