import { OptionDefaults } from "typedoc";

/** The reference of the packages: `npm run docs`. */
export default {
  name: "Mediaplane",
  entryPointStrategy: "packages",
  entryPoints: ["packages/client", "packages/web", "packages/core"],
  packageOptions: {
    entryPoints: ["src/index.ts"],
    // What generated code says of each message and field: of what it was made.
    blockTags: [...OptionDefaults.blockTags, "@generated"],
    excludeTags: ["@generated"],
  },
  out: "docs",
  logLevel: "Warn",
  readme: "README.md",
};
