/** What the browser remembers between visits. Errors of a full or forbidden storage are ignored. */

export function readStored<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`pinxit.${key}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(`pinxit.${key}`, JSON.stringify(value));
  } catch {
    // It is not remembered then.
  }
}
