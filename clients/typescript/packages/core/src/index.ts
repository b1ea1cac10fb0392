/**
 * What the clients of Mediaplane for Node (`@mediaplane/client`) and for browsers (`@mediaplane/web`) share. Use one of those.
 *
 * @module
 */
export { Code } from "@connectrpc/connect";
export { create, fromJson, toJson, type MessageInitShape } from "@bufbuild/protobuf";
export { Client } from "./client.js";
export { type FieldViolation, MediaplaneError, type Reason } from "./errors.js";
export { bearer, type Token } from "./transport.js";
export { type WatchItem } from "./progress.js";
export { type Watch, type WatchOptions, type WatchRequest } from "./watch.js";
export * from "./gen/mediaplane/v1/backend_pb.js";
export * from "./gen/mediaplane/v1/event_pb.js";
export * from "./gen/mediaplane/v1/room_pb.js";
export * from "./gen/mediaplane/v1/session_pb.js";
export * from "./gen/mediaplane/v1/types_pb.js";
