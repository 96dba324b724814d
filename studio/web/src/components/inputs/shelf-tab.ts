/** Where the styles of the shelf are from. */
export type ShelfTab = "drawn" | "photographs" | "own" | "favourites";
