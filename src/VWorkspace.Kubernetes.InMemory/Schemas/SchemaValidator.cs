using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Cel;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Validates custom resources against their schema in the server's order: schema, embedded resources, list types, CEL rules.</summary>
internal static class SchemaValidator
{
    /// <summary>Validates an object that is pruned and defaulted. Its own metadata is the caller's business.</summary>
    /// <param name="schema">The schema of the object's version.</param>
    /// <param name="obj">The new object.</param>
    /// <param name="old">The stored object on an update: faults of parts that did not change are tolerated and transition rules run; null on creation.</param>
    /// <returns>The faults in the server's order; empty when the object is valid.</returns>
    public static IReadOnlyList<FieldError> Validate(StructuralSchema schema, JsonObject obj, JsonObject? old)
    {
        var errors = new List<FieldError>(ValueValidator.Validate(schema, obj, "", old, old is not null).Errors);
        errors.AddRange(EmbeddedResourceValidator.Validate(schema, obj));
        var listErrors = ListTypeValidator.Validate(schema, obj);
        if (listErrors.Count > 0 && (old is null || ListTypeValidator.Validate(schema, old).Count == 0)) errors.AddRange(listErrors);
        if (errors.Exists(BlocksRules))
        {
            if (CelRuleSet.For(schema).HasRules) errors.Add(FieldError.Invalid(FieldPath.Root, null, "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"));
        }
        else
        {
            errors.AddRange(CelValidator.Validate(schema, obj, old));
        }

        return errors;
    }

    /// <summary>Rules rely on types, sizes and required fields; they are not run when these are wrong.</summary>
    private static bool BlocksRules(FieldError error) => error.Type is FieldErrorType.NotSupported or FieldErrorType.Required or FieldErrorType.TooLong or FieldErrorType.TooMany or FieldErrorType.TypeInvalid;
}
