/** Where the report of the last whole run is kept, and the page that is made of it. */
export const reportPath = new URL("../last-run.json", import.meta.url);

const docs = new URL("../../docs/", import.meta.url);
export const pagePath = new URL(["performance", "md"].join("."), docs);
