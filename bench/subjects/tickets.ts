/** Tickets over HTTP: how they are opened, and the event that the benches send them. */

const DAY_MS = 86_400_000;

/** The event, as the text of a request. */
export const noteBody = JSON.stringify({ type: "NOTE", text: "called back, will call again" });
export const jsonHeaders = { "content-type": "application/json" } as const;

export const eventPath = (id: string): string => `/sagas/ticket/instances/${id}/events`;

/** Ids of one length. */
export function ticketId(index: number): string {
  return `t-${String(index).padStart(7, "0")}`;
}

function ticketInput(index: number, openMs = 90 * DAY_MS): object {
  return { subject: `parcel ${index} is late`, openMs };
}

/** @throws if it is not taken. */
export async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: "POST", headers: jsonHeaders, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text}`);
}

export async function openTicket(url: string, index: number, openMs?: number): Promise<void> {
  const body = JSON.stringify({ id: ticketId(index), input: ticketInput(index, openMs) });
  await post(`${url}/sagas/ticket/instances`, body);
}
