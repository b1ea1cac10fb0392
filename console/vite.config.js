// One page of a few files, the same bytes from the same sources. `vite` alone serves it while it is changed, in front of a
// service on 127.0.0.1:8080.
import { resolve } from "node:path";
import { defineConfig } from "vite";

const client = (name) => resolve(import.meta.dirname, `../clients/typescript/packages/${name}/src/index.ts`);
/** gRPC-Web is binary: what reads and writes messages as JSON, a sixth of the page, would never be called. */
const withoutJson = {
  name: "without-json",
  transform(code, id) {
    if (!/protobuf\/dist\/esm\/(from|to)-json\.js$/.test(id)) return undefined;
    const names = [...code.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
    return names.map((name) => `export const ${name} = undefined;`).join("\n");
  },
};
const service = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [withoutJson],
  base: "./",
  resolve: {
    alias: { "@mediaplane/core": client("core"), "@mediaplane/web": client("web") },
    // The client's sources lie elsewhere; their libraries are those here.
    dedupe: ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web"],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy: { "/console.json": service, "^/mediaplane\\.v1\\.": service } },
});
