/** What this browser remembers from visit to visit. A full or forbidden storage is no reason to stop. */

export function recall<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`pinxit.${key}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(`pinxit.${key}`, JSON.stringify(value));
  } catch {
    // Then it is not remembered.
  }
}
