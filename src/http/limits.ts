/**
 * The limits of the HTTP layer in one table. Whatever a client can make larger or slower stands here, with
 * its unit and its reason; `docs/reference/http.md` tells the same, and a test keeps the two equal.
 */
import { FOLLOWERS_MAX } from "../runtime/readers/feed.ts";
import { ATTRIBUTES_MAX, ID_LENGTH_MAX } from "../runtime/incoming.ts";
import { JOURNAL_PAGE_MAX } from "../runtime/runtime.ts";
import {
  SCHEDULE_ID_LENGTH_MAX,
  SCHEDULES_PER_SAGA_MAX,
} from "../runtime/schedules/schedule-definition.ts";
import { CATCH_UP_MAX } from "../runtime/schedules/schedule-plan.ts";
import {
  CRON_LENGTH_MAX,
  EVERY_MS_MAX,
  EVERY_MS_MIN,
} from "../runtime/schedules/schedule-timing.ts";
import { WAIT_MS } from "../runtime/readers/wait-after.ts";
import { DWELL_ENTRIES_MAX, SEARCH_PAGE_MAX } from "../runtime/readers/search.ts";

export const httpLimits = {
  /** Bytes of a request's body. Inputs and events name things; what is larger belongs into a store of its own. */
  bodyBytesMax: 256 * 1024,
  /** Levels of objects and arrays in a body. Deeper ones come from nobody's form, and exhaust the stack later. */
  jsonDepthMax: 32,
  /** Characters of an instance id or an idempotency key, as the runtime takes them. */
  idLengthMax: ID_LENGTH_MAX,
  /** Characters of a path parameter as it is sent: an id whose characters are 4 bytes each, each byte as `%XX`. */
  paramLengthMax: ID_LENGTH_MAX * 4 * 3,
  /** Bytes of the request line and all headers. Room for a long id and a large token, and no more. */
  headerBytesMax: 16 * 1024,
  /** Ms until the headers are there. A client that drips them holds a socket for nothing. */
  headersTimeoutMs: 10_000,
  /** Ms until the whole request is there. */
  requestTimeoutMs: 30_000,
  /** Ms that a connection may be silent, also while an answer is awaited; `timeoutMs` of a request comes on top. */
  connectionTimeoutMs: 60_000,
  /** Ms that an idle connection stays open. Load balancers close theirs after 60 s, and should be the first. */
  keepAliveTimeoutMs: 72_000,
  /** Ms between two looks for requests whose time is up. */
  timeoutCheckMs: 1_000,
  /** Journal entries of one page, when the client asks for as many. */
  journalPageMax: JOURNAL_PAGE_MAX,
  /** Journal entries of one page, when the client does not say. */
  journalPageDefault: 100,
  /** Ms that a client may wait for an instance, at most. Proxies and people give up by then. */
  waitMsMax: 300_000,
  /** Ms that a client waits for an instance, when it does not say. */
  waitMsDefault: WAIT_MS,
  /** Schedules of one saga, as the runtime takes them. */
  schedulesPerSagaMax: SCHEDULES_PER_SAGA_MAX,
  /** Characters of a schedule id: with a due time it becomes the id of an instance. */
  scheduleIdLengthMax: SCHEDULE_ID_LENGTH_MAX,
  /** Schedules of one page, when the client asks for as many: each may have an input as large as a body. */
  schedulePageMax: 100,
  /** Schedules of one page, when the client does not say. */
  schedulePageDefault: 100,
  /** Characters of a cron expression. */
  cronLengthMax: CRON_LENGTH_MAX,
  /** Ms between two due times of a schedule by `everyMs`. */
  everyMsMin: EVERY_MS_MIN,
  everyMsMax: EVERY_MS_MAX,
  /** Missed due times that a schedule catches up with under `all`. */
  catchUpMax: CATCH_UP_MAX,
  /** Streams of all clients together. */
  streamsMax: FOLLOWERS_MAX,
  /** Ms between two signs of life on a stream. Proxies take a minute of silence for the end. */
  streamHeartbeatMs: 15_000,
  /** Ms that a stream may ask to be told in at most once. More would look as if it had stopped. */
  streamEveryMsMax: 1_000,
  /** Ms that a reader of a stream may take to take what it was sent. */
  streamStallMs: 10_000,
  /** Ms that a dropped stream has to tell its reader so. Far less than a process has to stop. */
  streamDropMs: 1_000,
  /** Ms after which a browser comes back to a stream that was cut. */
  streamRetryMs: 2_000,
  /** Instances of one search page, when the client asks for as many. */
  searchPageMax: SEARCH_PAGE_MAX,
  /** Instances of one search page, when the client does not say. */
  searchPageDefault: 50,
  /** Characters of each text that a search looks for. Paths of states may be longer than ids. */
  searchTextMax: 1_000,
  /** Attributes that a search looks for: as many as an instance can have. */
  searchAttributesMax: ATTRIBUTES_MAX,
  /** Newest journal entries that dwell times are taken from. */
  dwellEntriesMax: DWELL_ENTRIES_MAX,
  /** Ms that the picture of a chart may take before it is drawn without lines. It has a thread of its own. */
  drawingMsMax: 30_000,
  /** Entries of each list in the details of an error. A body of nothing but mistakes would be answered with more than it sent. */
  problemItemsMax: 100,
  /** Seconds after which a client may try again when the server cannot now. */
  retryAfterSeconds: 1,
} as const;
