namespace VWorkspace.Operator.Tests.Docs;

/// <summary>Files of the repository that tests read.</summary>
internal static class RepositoryFiles
{
    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Absolute path of a file given relative to the root.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    /// <summary>Text of a file.</summary>
    public static string Text(string relative) => File.ReadAllText(Path(relative));

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(TestContext.CurrentContext.TestDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "VWorkspace.sln"))) return directory.FullName;
        throw new InvalidOperationException("VWorkspace.sln is in none of the folders above the tests");
    }
}
