/** The way to a new saga, where charts may be written, and those that were written and do not run yet. */
import { useQuery } from "../api/query.ts";
import { href, paths } from "../app/location.ts";

interface Allowed {
  readonly mayEdit: boolean;
  /** Sagas that have a chart, and that this server does not run. */
  readonly waiting: readonly string[];
}

export function NewSaga() {
  const allowed = useQuery<Allowed>("/studio/api/editing").data.value;
  if (allowed?.mayEdit !== true) return null;
  return (
    <>
      <a class="button is-primary" href={href(paths.create())}>
        New saga
      </a>
      {allowed.waiting.length > 0 && (
        <p class="sagas-waiting">
          Written, and run when the server is started anew:{" "}
          {allowed.waiting.map((saga) => (
            <a key={saga} href={href(`${paths.saga(saga)}/edit`)}>
              {saga}
            </a>
          ))}
        </p>
      )}
    </>
  );
}
