using VWorkspace.Sandbox.Commands;

return await SandboxCommandLine.RunAsync(args);
