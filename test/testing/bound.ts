/** The methods of an object with private fields, so that another one may stand in front of it. */
export function bound<Target extends object>(target: Target): Target {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(target) as object);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? [[name, value.bind(target) as unknown]] : [];
    }),
  ) as Target;
}
