/** The masks of a photograph, under the names that orders give them. */
export const PHOTO_MASKS = ["keep", "finer", "broader", "detailed"] as const;
export type PhotoMask = (typeof PHOTO_MASKS)[number];

/** Make a value for each mask. */
export const eachMask = <T>(valueOf: (mask: PhotoMask) => T): Record<PhotoMask, T> => ({
  keep: valueOf("keep"),
  finer: valueOf("finer"),
  broader: valueOf("broader"),
  detailed: valueOf("detailed"),
});
