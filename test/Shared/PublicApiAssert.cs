using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace VWorkspace.TestSupport;

/// <summary>
/// Compares the public surface of an assembly with the <c>PublicApi.txt</c> next to its project, so that every change of it is seen in review. Set
/// <c>UPDATE_PUBLIC_API=1</c> to write the file instead.
/// </summary>
public static class PublicApiAssert
{
    /// <summary>Compares; fails with the lines that came and went.</summary>
    /// <param name="assembly">The assembly; its project is <c>src/[name]</c>.</param>
    public static void Matches(Assembly assembly)
    {
        string path = Path.Combine(Root(), "src", assembly.GetName().Name!, "PublicApi.txt");
        List<string> actual = Describe(assembly);
        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") == "1")
        {
            File.WriteAllText(path, string.Join('\n', actual) + "\n");
            return;
        }

        List<string> approved = File.Exists(path) ? [.. File.ReadAllLines(path)] : [];
        var changes = approved.Except(actual, StringComparer.Ordinal).Select(l => "- " + l).Concat(actual.Except(approved, StringComparer.Ordinal).Select(l => "+ " + l)).ToList();
        Assert.That(changes, Is.Empty, $"the public surface differs from {path}; when that is meant, run the test with UPDATE_PUBLIC_API=1 and commit the file:\n{string.Join('\n', changes)}");
    }

    /// <summary>The surface, one line for each type and member, in a stable order; each member line names its type.</summary>
    public static List<string> Describe(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            lines.Add(Header(type));
            lines.AddRange(Members(type).Select(m => $"{Name(type)}.{m}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        }

        return lines;
    }

    private static string Root()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "VWorkspace.sln"))) return at.FullName;
        throw new InvalidOperationException("there is no VWorkspace.sln above the test directory");
    }

    private static string Header(Type type)
    {
        string shape = type.IsEnum ? "enum" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : type.IsAbstract && type.IsSealed ? "static class" : type.IsSealed ? "sealed class" : type.IsAbstract ? "abstract class" : "class";
        var bases = new List<string>();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object)) bases.Add(Name(parent));
        bases.AddRange(type.GetInterfaces().Where(i => i.IsPublic && !IsEquatable(i)).Select(Name).Order(StringComparer.Ordinal));
        return $"{shape} {type.Namespace}.{Name(type)}{(bases.Count > 0 && !type.IsEnum ? " : " + string.Join(", ", bases) : string.Empty)}";
    }

    private static bool IsEquatable(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEquatable<>);

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        if (type.IsEnum)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Static)) yield return $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue())}";
            yield break;
        }

        var nullability = new NullabilityInfoContext();
        foreach (ConstructorInfo constructor in type.GetConstructors(Declared).Where(IsVisible)) yield return $"ctor({Parameters(constructor, nullability)})";
        foreach (FieldInfo field in type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily))
            yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : string.Empty)}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : string.Empty)}";
        foreach (PropertyInfo property in type.GetProperties(Declared).Where(p => p.Name != "EqualityContract" && p.GetAccessors(nonPublic: true).Any(IsVisible)))
            yield return Property(property, nullability);
        foreach (EventInfo @event in type.GetEvents(Declared).Where(e => e.AddMethod is { } add && IsVisible(add))) yield return $"event {Name(@event.EventHandlerType!)} {@event.Name}";
        foreach (MethodInfo method in type.GetMethods(Declared).Where(m => IsVisible(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !IsGenerated(m)))
            yield return $"{(method.IsStatic ? "static " : string.Empty)}{Typed(method.ReturnParameter, nullability)} {method.Name}{Arguments(method)}({Parameters(method, nullability)})";
    }

    private static string Property(PropertyInfo property, NullabilityInfoContext nullability)
    {
        bool required = property.IsDefined(typeof(RequiredMemberAttribute));
        MethodInfo? set = property.SetMethod is { } s && IsVisible(s) ? s : null;
        bool init = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        bool isStatic = (property.GetMethod ?? property.SetMethod)!.IsStatic;
        string mark = !property.PropertyType.IsValueType && nullability.Create(property).ReadState == NullabilityState.Nullable ? "?" : string.Empty;
        var index = property.GetIndexParameters();
        return $"{(isStatic ? "static " : string.Empty)}{(required ? "required " : string.Empty)}{Name(property.PropertyType)}{mark} {property.Name}"
            + (index.Length > 0 ? $"[{string.Join(", ", index.Select(p => Name(p.ParameterType)))}]" : string.Empty)
            + $" {{ {(property.GetMethod is { } get && IsVisible(get) ? "get; " : string.Empty)}{(set is null ? string.Empty : init ? "init; " : "set; ")}}}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name.Contains('<', StringComparison.Ordinal);

    private static string Arguments(MethodInfo method) => method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : string.Empty;

    private static string Parameters(MethodBase method, NullabilityInfoContext nullability) => string.Join(", ", method.GetParameters().Select(p =>
        $"{(p.IsOut ? "out " : p.IsIn ? "in " : p.ParameterType.IsByRef ? "ref " : string.Empty)}{Typed(p, nullability)} {p.Name}{(p.HasDefaultValue ? " = " + (p.RawDefaultValue ?? "default") : string.Empty)}"));

    private static string Typed(ParameterInfo parameter, NullabilityInfoContext nullability)
    {
        Type type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        bool nullable = !type.IsValueType && type != typeof(void) && nullability.Create(parameter).ReadState == NullabilityState.Nullable;
        return Name(type) + (nullable ? "?" : string.Empty);
    }

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Name(underlying) + "?";
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter) return type.Name;
        var name = new StringBuilder();
        if (type.DeclaringType is { } outer && !type.IsGenericParameter) name.Append(Name(outer)).Append('.');
        int tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        name.Append(tick < 0 ? type.Name : type.Name[..tick]);
        if (type.IsGenericType && tick >= 0) name.Append('<').AppendJoin(", ", type.GetGenericArguments().Select(Name)).Append('>');
        return name.ToString();
    }
}
