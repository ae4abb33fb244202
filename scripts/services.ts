/** Runs the demo services of the other example sagas alone. */
import { runAlone } from "../machines/demo/run-alone.ts";
import { createServices } from "../machines/demo/services.ts";

await runAlone({
  name: "services",
  about: `Runs the demo services of the sagas onboarding, payout, subscription and trip, each
below its name, that their READMEs tell how to make fail,`,
  portDefault: 4011,
  create: createServices,
});
