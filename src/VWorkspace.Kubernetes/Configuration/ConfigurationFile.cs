namespace VWorkspace.Kubernetes;

/// <summary>Reads files that a configuration points at.</summary>
internal static class ConfigurationFile
{
    /// <summary>Kubeconfigs, tokens and certificates are small; what is larger was named by mistake.</summary>
    private const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>The text of a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="field">What points at it, for the message.</param>
    /// <exception cref="KubernetesConfigurationException">It cannot be read.</exception>
    public static string ReadText(string path, string field)
    {
        try
        {
            // The length is asked of what was opened: of a link, as mounted Secrets and ConfigMaps are, a FileInfo tells the length of the link.
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            var text = new System.Text.StringBuilder();
            char[] chunk = new char[8192];
            while (reader.Read(chunk) is > 0 and int read)
            {
                text.Append(chunk, 0, read);
                if (text.Length > MaxBytes) throw new KubernetesConfigurationException($"{field}: {path} is too large to be what it should be");
            }

            return text.ToString();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KubernetesConfigurationException($"{field}: there is no file {path}; create it or correct the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new KubernetesConfigurationException($"{field}: {path} cannot be read ({e.GetType().Name}); check that it is a file and its permissions", e);
        }
    }
}
