using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

/// <summary>The two schemas that the recordings of the real API server were made with.</summary>
internal static class RecordedSchemas
{
    public const string Widget = """
        {
          "type": "object",
          "properties": {
            "apiVersion": {
              "type": "string"
            },
            "kind": {
              "type": "string"
            },
            "metadata": {
              "type": "object"
            },
            "spec": {
              "type": "object",
              "required": [
                "size"
              ],
              "properties": {
                "size": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 100
                },
                "color": {
                  "type": "string",
                  "enum": [
                    "red",
                    "green",
                    "blue"
                  ],
                  "default": "red"
                },
                "name": {
                  "type": "string",
                  "pattern": "^[a-z][a-z0-9-]*$",
                  "maxLength": 20,
                  "minLength": 2
                },
                "port": {
                  "x-kubernetes-int-or-string": true,
                  "anyOf": [
                    {
                      "type": "integer"
                    },
                    {
                      "type": "string"
                    }
                  ]
                },
                "values": {
                  "type": "object",
                  "x-kubernetes-preserve-unknown-fields": true
                },
                "labels": {
                  "type": "object",
                  "additionalProperties": {
                    "type": "string"
                  }
                },
                "tags": {
                  "type": "array",
                  "items": {
                    "type": "string"
                  },
                  "x-kubernetes-list-type": "set"
                },
                "steps": {
                  "type": "array",
                  "items": {
                    "type": "string"
                  },
                  "maxItems": 3
                },
                "nested": {
                  "type": "object",
                  "properties": {
                    "enabled": {
                      "type": "boolean",
                      "default": true
                    },
                    "level": {
                      "type": "integer",
                      "default": 3
                    }
                  }
                },
                "ratio": {
                  "type": "number"
                },
                "when": {
                  "type": "string",
                  "format": "date-time"
                },
                "maybe": {
                  "type": "string",
                  "nullable": true
                }
              }
            },
            "status": {
              "type": "object",
              "properties": {
                "phase": {
                  "type": "string"
                },
                "observedGeneration": {
                  "type": "integer",
                  "format": "int64"
                },
                "conditions": {
                  "type": "array",
                  "x-kubernetes-list-type": "map",
                  "x-kubernetes-list-map-keys": [
                    "type"
                  ],
                  "items": {
                    "type": "object",
                    "required": [
                      "type",
                      "status"
                    ],
                    "properties": {
                      "type": {
                        "type": "string",
                        "maxLength": 316
                      },
                      "status": {
                        "type": "string",
                        "enum": [
                          "True",
                          "False",
                          "Unknown"
                        ]
                      },
                      "reason": {
                        "type": "string"
                      },
                      "message": {
                        "type": "string"
                      },
                      "lastTransitionTime": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "observedGeneration": {
                        "type": "integer",
                        "format": "int64",
                        "minimum": 0
                      }
                    }
                  }
                }
              }
            }
          }
        }
        """;

    public const string Lock = """
        {
          "type": "object",
          "properties": {
            "apiVersion": {
              "type": "string"
            },
            "kind": {
              "type": "string"
            },
            "metadata": {
              "type": "object"
            },
            "spec": {
              "type": "object",
              "required": [
                "size"
              ],
              "properties": {
                "size": {
                  "type": "integer"
                },
                "ref": {
                  "type": "string"
                },
                "max": {
                  "type": "integer"
                }
              },
              "x-kubernetes-validations": [
                {
                  "rule": "!has(self.max) || self.size <= self.max",
                  "message": "size must not exceed max"
                },
                {
                  "rule": "!has(oldSelf.ref) || (has(self.ref) && self.ref == oldSelf.ref)",
                  "message": "ref is immutable"
                }
              ]
            },
            "status": {
              "type": "object",
              "properties": {
                "phase": {
                  "type": "string"
                },
                "observedGeneration": {
                  "type": "integer",
                  "format": "int64"
                },
                "conditions": {
                  "type": "array",
                  "x-kubernetes-list-type": "map",
                  "x-kubernetes-list-map-keys": [
                    "type"
                  ],
                  "items": {
                    "type": "object",
                    "required": [
                      "type",
                      "status"
                    ],
                    "properties": {
                      "type": {
                        "type": "string",
                        "maxLength": 316
                      },
                      "status": {
                        "type": "string",
                        "enum": [
                          "True",
                          "False",
                          "Unknown"
                        ]
                      },
                      "reason": {
                        "type": "string"
                      },
                      "message": {
                        "type": "string"
                      },
                      "lastTransitionTime": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "observedGeneration": {
                        "type": "integer",
                        "format": "int64",
                        "minimum": 0
                      }
                    }
                  }
                }
              }
            }
          }
        }
        """;

    public static JsonObject Crd(string group, string plural, string kind, params string[] schemas)
    {
        var versions = new JsonArray();
        for (var i = 0; i < schemas.Length; i++)
        {
            versions.Add(new JsonObject
            {
                ["name"] = $"v{(i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)}",
                ["served"] = true,
                ["storage"] = i == 0,
                ["schema"] = new JsonObject { ["openAPIV3Schema"] = JsonNode.Parse(schemas[i]) },
            });
        }

        var crd = new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{plural}.{group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = group,
                ["scope"] = "Namespaced",
                ["names"] = new JsonObject { ["plural"] = plural, ["kind"] = kind },
                ["versions"] = versions,
            },
        };
        CrdDefaults.Apply(crd);
        return crd;
    }

    public static StructuralSchema Parse(string schema) => StructuralSchema.Parse((JsonObject)JsonNode.Parse(schema)!);

    /// <summary>What the server does to an object before it stores it: prune, default, validate.</summary>
    public static string[] Admit(StructuralSchema schema, JsonObject obj, JsonObject? old = null)
    {
        SchemaPruner.Prune(schema, obj);
        SchemaDefaulter.Default(schema, obj);
        return SchemaValidator.Validate(schema, obj, old).Select(e => e.Message).ToArray();
    }
}
