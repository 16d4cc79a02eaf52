namespace VWorkspace.Apps.Tests.Support;

/// <summary>Where things are in the repository and beside it.</summary>
internal static class Repository
{
    public static string Root
    {
        get
        {
            for (DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "VWorkspace.sln"))) return folder.FullName;
            throw new InvalidOperationException("the tests run outside the repository");
        }
    }

    public static string Crds => Path.Combine(Root, "crds");

    public static string TestSources => Path.Combine(Root, "test", "VWorkspace.Apps.Tests");

    /// <summary>A file or folder of the data beside the repository; the test reports itself as skipped when it is not there.</summary>
    public static string Shared(string path)
    {
        string full = Path.GetFullPath(Path.Combine(Root, "..", "shared", path));
        if (!Path.Exists(full)) Assert.Ignore($"needs ../shared/{path}, which is not beside this checkout");
        return full;
    }
}
