/** Saving what a request answered as a file. */

/** Save a response's body under the name that the server gave it. Returns true. */
export async function saveAs(response: Response): Promise<true> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = nameIn(response.headers.get("Content-Disposition") ?? "");
  link.click();
  // The browser reads it after this event.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return true;
}

/** The name in a Content-Disposition. */
export function nameIn(header: string): string {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(header)?.[1];
  return encoded ? decodeURIComponent(encoded) : (/filename="([^"]*)"/.exec(header)?.[1] ?? "pinxit");
}
