/** English, for the pages Video, Live, Panoramas, Textures, Patterns, Themes and Train. */
export const enWorks = {} as const;
