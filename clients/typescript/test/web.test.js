import { connect } from "@mediaplane/web";
import { play } from "./runner.js";

play(connect);
