import { readFileSync } from "node:fs";
import { Code, connect } from "@mediaplane/client";
import { play, variable } from "./runner.js";
import { playSecured } from "./secured.js";

play(connect);
playSecured(connect, { tls: { ca: readFileSync(variable("MEDIAPLANE_TEST_CA")) } }, Code.Internal);
