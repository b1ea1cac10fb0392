import { connect } from "@mediaplane/client";
import { play } from "./runner.js";

play(connect);
