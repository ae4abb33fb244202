/** Where the services of the example sagas are: under one address, in a folder for each saga. */

/** The address of this saga's services under `SERVICES_URL`; without that every call fails and says so. */
export function servicesUrlOf(saga: string): string {
  const url = process.env["SERVICES_URL"];
  if (url === undefined || url === "") {
    throw new Error(
      "SERVICES_URL is not set; give the services' address, such as http://127.0.0.1:4011 of scripts/services.ts",
    );
  }
  return `${url.replace(/\/+$/, "")}/${saga}`;
}
