namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>Finds the data that lies beside the repository; tests that need it are ignored where it is absent.</summary>
internal static class SharedData
{
    public static string Path(string name)
    {
        for (var directory = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); directory is not null; directory = directory.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(directory.FullName, "VWorkspace.sln"))) continue;
            var path = System.IO.Path.Combine(directory.FullName, "..", "shared", name);
            if (System.IO.Path.Exists(path)) return path;
        }

        Assert.Ignore($"the shared data '{name}' is not beside this checkout");
        return "";
    }
}
