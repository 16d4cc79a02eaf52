using VWorkspace.Operator;

return await ManagerProcess.RunAsync(args);
