/** All cases, in the order in which the reference tells of them. */
import type { Construct } from "./case.ts";
import { actions } from "./cases/actions.ts";
import { activities } from "./cases/activities.ts";
import { addresses } from "./cases/addresses.ts";
import { children } from "./cases/children.ts";
import { context } from "./cases/context.ts";
import { finals } from "./cases/finals.ts";
import { guards } from "./cases/guards.ts";
import { history } from "./cases/history.ts";
import { liveActors } from "./cases/live-actors.ts";
import { messages } from "./cases/messages.ts";
import { ownActions } from "./cases/own-actions.ts";
import { spawnedActivities } from "./cases/spawned-activities.ts";
import { spawnedChildren } from "./cases/spawned-children.ts";
import { states } from "./cases/states.ts";
import { timers } from "./cases/timers.ts";
import { transitions } from "./cases/transitions.ts";

export const constructs: readonly Construct[] = [
  ...states,
  ...finals,
  ...history,
  ...transitions,
  ...guards,
  ...actions,
  ...timers,
  ...context,
  ...activities,
  ...spawnedActivities,
  ...children,
  ...spawnedChildren,
  ...messages,
  ...addresses,
  ...ownActions,
  ...liveActors,
];
