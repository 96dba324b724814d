/** The address of the painted picture alone, as streaming programs show it, and what it asks for. */

export interface CleanView {
  /** Names of styles, the first one at least. */
  styles: string[];
  /** A part of the camera's name; empty for the first one. */
  camera: string;
  /** 0 to 1. */
  strength: number;
}

/** Read the query of an address; null where it asks for the whole page. */
export function readCleanView(query: URLSearchParams): CleanView | null {
  if (query.get("clean") !== "1") return null;
  const styles = query.getAll("style").filter(Boolean);
  const strength = Number(query.get("strength") ?? 1);
  return {
    styles: styles.length ? styles : ["house:swirl"],
    camera: query.get("camera") ?? "",
    strength: Number.isFinite(strength) ? Math.min(1, Math.max(0, strength)) : 1,
  };
}

/** The path of the page with this view. */
export function cleanViewPath({ styles, camera, strength }: CleanView): string {
  const query = new URLSearchParams({ clean: "1" });
  for (const style of styles) query.append("style", style);
  if (camera) query.set("camera", camera);
  if (strength < 1) query.set("strength", String(strength));
  return `/live?${query}`;
}

/** The camera whose name contains a text, whatever its case. */
export function findCamera<Device extends { label: string }>(
  devices: readonly Device[],
  name: string,
): Device | undefined {
  return devices.find((device) => device.label.toLowerCase().includes(name.toLowerCase()));
}
