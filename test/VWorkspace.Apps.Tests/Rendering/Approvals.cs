using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Rendering;

/// <summary>
/// Compares a text with the approved one beside the tests. What differs is written next to it as <c>.received.yaml</c>; whoever finds it right
/// renames it, or runs once with <c>VWORKSPACE_APPROVE=1</c>.
/// </summary>
internal static class Approvals
{
    public static void Verify(string name, string received)
    {
        string folder = Path.Combine(Repository.TestSources, "Rendering", "Approved");
        string approvedFile = Path.Combine(folder, name + ".approved.yaml");
        string receivedFile = Path.Combine(folder, name + ".received.yaml");
        if (Environment.GetEnvironmentVariable("VWORKSPACE_APPROVE") == "1")
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(approvedFile, received);
        }

        string approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n") : string.Empty;
        if (approved == received)
        {
            File.Delete(receivedFile);
            return;
        }

        File.WriteAllText(receivedFile, received);
        Assert.That(received, Is.EqualTo(approved), $"see {Path.GetFileName(receivedFile)}");
    }
}
