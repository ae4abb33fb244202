import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configVariables, loadConfig } from "../src/config.ts";

test("an empty environment gives the documented defaults", () => {
  expect(loadConfig({})).toEqual({
    host: "127.0.0.1",
    port: 3_000,
    dbPath: "data/sagachart.db",
    durability: "full",
    ballastBytes: 33_554_432,
    machinesPath: "machines",
    leaseMs: 30_000,
    retentionMs: null,
    url: "http://127.0.0.1:3000",
    shopUrl: null,
    servicesUrl: null,
    logLevel: "info",
    freezeContext: true,
    studioEdit: true,
  });
});

test("every variable is read, and an empty one counts as not set", () => {
  const config = loadConfig({
    HOST: "::1",
    PORT: "0",
    SAGACHART_DB: "/var/lib/sagas.db",
    SAGACHART_DURABILITY: "relaxed",
    SAGACHART_BALLAST_BYTES: "0",
    SAGACHART_MACHINES: "sagas",
    SAGACHART_LEASE_MS: "1500",
    SAGACHART_RETENTION_DAYS: "30",
    SAGACHART_URL: "https://sagas.test/api",
    SHOP_URL: "http://shop.test:8080",
    SERVICES_URL: "https://services.test",
    SAGACHART_STUDIO_EDIT: "on",
    LOG_LEVEL: "",
    NODE_ENV: "production",
    UNRELATED: "is left alone",
  });

  expect(config).toEqual({
    host: "::1",
    port: 0,
    dbPath: "/var/lib/sagas.db",
    durability: "relaxed",
    ballastBytes: 0,
    machinesPath: "sagas",
    leaseMs: 1_500,
    retentionMs: 2_592_000_000,
    url: "https://sagas.test/api",
    shopUrl: "http://shop.test:8080",
    servicesUrl: "https://services.test",
    logLevel: "info",
    freezeContext: false,
    studioEdit: true,
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test.each([
  ["PORT", "65536"],
  ["PORT", "3000.5"],
  ["PORT", "http"],
  ["SAGACHART_DURABILITY", "none"],
  ["SAGACHART_LEASE_MS", "99"],
  ["SAGACHART_BALLAST_BYTES", "-1"],
  ["SAGACHART_BALLAST_BYTES", "1073741825"],
  ["SAGACHART_LEASE_MS", "3600001"],
  ["SAGACHART_RETENTION_DAYS", "0.001"],
  ["SAGACHART_URL", "sagas.test"],
  ["SHOP_URL", "shop.test"],
  ["SHOP_URL", "file:///etc/passwd"],
  ["SERVICES_URL", "services.test"],
  ["LOG_LEVEL", "loud"],
  ["SAGACHART_DATABASE", "typo.db"],
])("%s=%s stops the start and is named", (name, value) => {
  expect(() => loadConfig({ [name]: value })).toThrow(
    expect.objectContaining({
      code: "SAGA_CONFIG_INVALID",
      message: expect.stringContaining(name) as string,
    }),
  );
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:4000"],
  ["0.0.0.0", "http://127.0.0.1:4000"],
  ["::", "http://[::1]:4000"],
  ["::1", "http://[::1]:4000"],
  ["sagas.test", "http://sagas.test:4000"],
])("a server that listens on %s is looked for at %s", (host, url) => {
  expect(loadConfig({ HOST: host, PORT: "4000" }).url).toBe(url);
});

test("all that is wrong is told at once", () => {
  expect(() => loadConfig({ PORT: "x", LOG_LEVEL: "loud", SAGACHART_X: "1" })).toThrow(
    /SAGACHART_X.*PORT.*LOG_LEVEL/,
  );
});

test("the page about configuration names exactly the variables that are read", () => {
  const page = readFileSync("docs/reference/configuration.md", "utf8");
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);

  expect(documented).toEqual(Object.keys(configVariables));
});
