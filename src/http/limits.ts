/**
 * The limits of the HTTP layer in one table. Whatever a client can make larger or slower stands here, with
 * its unit and its reason; `docs/reference/http.md` tells the same, and a test keeps the two equal.
 */
import { ID_LENGTH_MAX } from "../runtime/incoming.ts";
import { JOURNAL_PAGE_MAX } from "../runtime/runtime.ts";

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
  /** Ms that a connection may be silent, also while an answer is awaited: longer than the longest of those. */
  connectionTimeoutMs: 60_000,
  /** Ms that an idle connection stays open. Load balancers close theirs after 60 s, and should be the first. */
  keepAliveTimeoutMs: 72_000,
  /** Ms between two looks for requests whose time is up. */
  timeoutCheckMs: 1_000,
  /** Journal entries of one page, when the client asks for as many. */
  journalPageMax: JOURNAL_PAGE_MAX,
  /** Journal entries of one page, when the client does not say. */
  journalPageDefault: 100,
  /** Entries of each list in the details of an error. A body of nothing but mistakes would be answered with more than it sent. */
  problemItemsMax: 100,
  /** Seconds after which a client may try again when the server cannot now. */
  retryAfterSeconds: 1,
} as const;
