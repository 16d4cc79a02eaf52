using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Tables;
using static VWorkspace.Kubernetes.InMemory.Builtins.Columns.ColumnCells;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Columns;

/// <summary>Volumes, claims, classes and drivers.</summary>
internal static class StorageColumns
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";
    private const string BetaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class";

    public static Dictionary<string, IReadOnlyList<TableColumn>> All { get; } = new(StringComparer.Ordinal)
    {
        ["persistentvolumeclaims"] =
        [
            Name, Text("Status", Phase), Text("Volume", o => o["spec"].Text("volumeName")), Text("Capacity", o => IsBound(o) ? o["status"].Child("capacity").Text("storage") : ""), Text("Access Modes", o => IsBound(o) ? AccessModes(o["status"]) : ""),
            Text("StorageClass", o => o["spec"].Text("storageClassName")), Text("VolumeAttributesClass", o => Or(o["spec"].Text("volumeAttributesClassName"), Unset)), Age, Text("VolumeMode", o => Or(o["spec"].Text("volumeMode"), Unset), 1),
        ],
        ["persistentvolumes"] =
        [
            Name, Text("Capacity", o => o["spec"].Child("capacity").Text("storage")), Text("Access Modes", o => AccessModes(o["spec"])), Text("Reclaim Policy", o => o["spec"].Text("persistentVolumeReclaimPolicy")), Text("Status", Phase),
            Text("Claim", o => o["spec"].Child("claimRef") is { } claim ? $"{claim.Text("namespace")}/{claim.Text("name")}" : ""), Text("StorageClass", o => o["spec"].Text("storageClassName")),
            Text("VolumeAttributesClass", o => Or(o["spec"].Text("volumeAttributesClassName"), Unset)), Text("Reason", o => o["status"].Text("reason")), Age, Text("VolumeMode", o => Or(o["spec"].Text("volumeMode"), Unset), 1),
        ],
        ["storageclasses.storage.k8s.io"] =
        [
            Name with { Cell = (o, _) => IsDefault(o) ? o.Name() + " (default)" : o.Name() }, Text("Provisioner", o => o.Text("provisioner")), Text("ReclaimPolicy", o => o.Text("reclaimPolicy")),
            Text("VolumeBindingMode", o => o.Text("volumeBindingMode")), Text("AllowVolumeExpansion", o => Flag(o.Flag("allowVolumeExpansion"))), Age,
        ],
        ["volumeattributesclasses.storage.k8s.io"] = [Name, Text("DriverName", o => o.Text("driverName")), Age],
        ["volumeattachments.storage.k8s.io"] =
        [
            Name, Text("Attacher", o => o["spec"].Text("attacher")), Text("PV", o => o["spec"].Child("source").Text("persistentVolumeName")), Text("Node", o => o["spec"].Text("nodeName")), Text("Attached", o => Flag(o["status"].Flag("attached"))), Age,
        ],
        ["csinodes.storage.k8s.io"] = [Name, Number("Drivers", o => o["spec"].Items("drivers")?.Count), Age],
        ["csistoragecapacities.storage.k8s.io"] = [Name, Text("StorageClassName", o => o.Text("storageClassName")), Text("Capacity", o => Or(o.Text("capacity"), Unset)), Age],
        ["csidrivers.storage.k8s.io"] =
        [
            Name, Text("AttachRequired", o => Flag(o["spec"].Flag("attachRequired"))), Text("PodInfoOnMount", o => Flag(o["spec"].Flag("podInfoOnMount"))), Text("StorageCapacity", o => Flag(o["spec"].Flag("storageCapacity"))),
            Text("TokenRequests", o => Or(string.Join(',', (o["spec"].Items("tokenRequests") ?? []).Select(t => t.Text("audience"))), Unset)), Text("RequiresRepublish", o => Flag(o["spec"].Flag("requiresRepublish"))),
            Text("Modes", o => Or(string.Join(',', o["spec"].Items("volumeLifecycleModes").Texts()))), Age,
        ],
    };

    private static string? Phase(JsonObject o) => o.IsBeingDeleted() ? "Terminating" : o["status"].Text("phase");

    private static bool IsBound(JsonObject claim) => claim["spec"].Text("volumeName") is { Length: > 0 };

    private static bool IsDefault(JsonObject o) => o["metadata"].Child("annotations") is { } annotations && (annotations.Text(DefaultClass) == "true" || annotations.Text(BetaDefaultClass) == "true");
}
