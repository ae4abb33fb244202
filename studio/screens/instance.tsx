/** One instance. */
import type { ScreenProps } from "../app/screens.ts";

export function Screen({ params }: ScreenProps) {
  return <p class="pad">{params["id"]}</p>;
}
