/** Descriptions of fields for tests, cut from what the server says about its kinds. */
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { type FieldDescriptor, FieldDescriptorSchema } from "@gennaker/client/gen/kinds";

/** A field; a text that takes expressions, where nothing else is said. */
export function field(path: string, more: JsonObject = {}): FieldDescriptor {
  return fromJson(FieldDescriptorSchema, { path, label: path.slice(path.lastIndexOf(".") + 1), type: "TYPE_STRING", expressionAllowed: true, ...more });
}

const inside = (path: string, more: JsonObject = {}): JsonObject => ({ path, label: path.slice(path.lastIndexOf(".") + 1), type: "TYPE_STRING", expressionAllowed: true, ...more });

/** The list of clusters of a deploy stage. */
export const CLUSTERS = field("clusters", {
  type: "TYPE_MESSAGE", repeated: true, required: true, maxItems: 50,
  fields: [
    inside("clusters.account", { required: true, maxLen: 64, choicesFrom: "accounts" }),
    inside("clusters.region", { required: true, maxLen: 64 }),
    inside("clusters.stack", { pattern: "^[a-zA-Z0-9._]{0,63}$" }),
    inside("clusters.capacity", {
      type: "TYPE_MESSAGE", visibleWhen: "use_source_capacity=false",
      fields: [inside("clusters.capacity.desired", { type: "TYPE_INTEGER", min: 0, max: 10000 })],
    }),
    inside("clusters.use_source_capacity", { type: "TYPE_BOOLEAN" }),
    inside("clusters.env", {
      type: "TYPE_MAP", maxItems: 200, maxLen: 5, keyPattern: "^[A-Za-z_][A-Za-z0-9_]{0,62}$", fields: [inside("clusters.env.value")],
    }),
    inside("clusters.target_healthy_percent", { type: "TYPE_INTEGER", min: 0, max: 100, defaultValue: "100" }),
    inside("clusters.none", { type: "TYPE_MESSAGE", oneof: "strategy" }),
    inside("clusters.red_black", {
      type: "TYPE_MESSAGE", oneof: "strategy",
      fields: [
        inside("clusters.red_black.scale_down", { type: "TYPE_BOOLEAN" }),
        inside("clusters.red_black.delay", { type: "TYPE_DURATION", min: 0, max: 604800, visibleWhen: "scale_down=true" }),
      ],
    }),
  ],
});

/** The preconditions of a stage, one of which must be chosen. */
export const PRECONDITIONS = field("preconditions", {
  type: "TYPE_MESSAGE", repeated: true,
  fields: [
    inside("preconditions.cluster_size", { type: "TYPE_MESSAGE", oneof: "check", oneofRequired: true }),
    inside("preconditions.expression", { type: "TYPE_MESSAGE", oneof: "check", oneofRequired: true }),
  ],
});
